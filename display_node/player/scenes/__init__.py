"""What can be on the stage: media, the card between, standby, and the dark."""
