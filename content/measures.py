"""How high a picture may be and from how far people may look, in millimetres: the limits of whoever says so."""

HEIGHTS_MM = (50, 50_000)
"""Of a picture."""
DISTANCES_MM = (200, 100_000)
"""From which people look."""
LOWER_EDGES_MM = (1, 20_000)
"""Of the lower edge of a picture above the floor."""
USUAL_HEIGHT_MM = 685
"""Of a 55-inch panel."""
USUAL_DISTANCE_MM = 2_500
