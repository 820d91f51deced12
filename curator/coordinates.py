"""Where something stands on the earth: latitude and longitude in degrees (WGS 84), as people copy them from a map."""

import re
from math import asin, cos, radians, sin, sqrt

EARTH_M = 6_371_009
"""Its mean radius (IUGG)."""
LONGEST = 60
_NUMBER = r"([+-]?\d{1,3}(?:[.,]\d{1,12})?)°?"
_PAIR = re.compile(rf"(?:geo:)?\s*{_NUMBER}(?:\s*[,;]\s*|\s+){_NUMBER}", re.ASCII)


def read_coordinates(words: str) -> str:
    """Latitude and longitude as they are stored: “53.480760,-2.242630”, or "" of nothing.

    Read are `53.48076, -2.24263`, the same with a space, a semicolon or decimal commas, and RFC 5870's `geo:`. Raises
    ValueError for anything else, and beyond the poles and the date line.
    """
    words = words.strip()
    if not words:
        return ""
    found = _PAIR.fullmatch(words) if len(words) <= LONGEST else None
    if found is None:
        raise ValueError("not a latitude and a longitude")
    lat, long = (float(part.replace(",", ".")) for part in found.groups())
    return coordinates_of(lat, long)


def coordinates_of(lat: float, long: float) -> str:
    """The same of two numbers of degrees. Raises ValueError where there is no such place."""
    if not (-90 <= lat <= 90 and -180 <= long <= 180):
        raise ValueError("latitude is from -90 to 90, longitude from -180 to 180")
    return f"{lat:.6f},{long:.6f}"


def degrees(coordinates: str) -> tuple[float, float] | None:
    """Latitude and longitude of what is stored; None of nothing."""
    if not coordinates:
        return None
    lat, _, long = coordinates.partition(",")
    return float(lat), float(long)


def apart_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """How many metres two places are apart, as the crow flies (haversine, on a sphere: right to 0.6 %)."""
    lat, other_lat = radians(one[0]), radians(other[0])
    half = sin((other_lat - lat) / 2) ** 2
    half += cos(lat) * cos(other_lat) * sin(radians(other[1] - one[1]) / 2) ** 2
    return 2 * EARTH_M * asin(min(1.0, sqrt(half)))
