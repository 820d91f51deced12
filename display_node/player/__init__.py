"""The picture and the sound of a screen: one process that shows what its cues say, at the instant they say it."""
