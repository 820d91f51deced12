"""Films and posters that the project draws itself, so that the demo and the tests need nobody else's media.

A piece is a function from seconds to a picture; `film` turns one into a file with sound. Nothing here flashes.
"""
