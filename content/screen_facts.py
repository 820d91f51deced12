"""The screen a manifest is for, as its own document tells it: what is shown where, and how it is to be shown there."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

from content.canonical import Json
from content.measures import DISTANCES_MM, HEIGHTS_MM, LOWER_EDGES_MM
from content.reading import Reader

Fit = Literal["contain", "cover", "letterbox"]
"""What becomes of a picture of another shape than the screen: shown whole before itself or on ink, filling the screen,

whole on black.
"""
FITS: Final[dict[str, Fit]] = {fit: fit for fit in get_args(Fit)}


@dataclass(frozen=True, slots=True)
class ScreenFacts:
    """The screen a manifest is for. `width` and `height` are in pixels, `zone` is an IANA time zone.

    `captions` says which are shown: "" those in the screen's language, a language tag those, "off" none unless nothing
    can be heard. `picture_height_mm` is how high the whole picture is and `distance_mm` how far away people stand; 0 is
    unknown. On one that `is_calm` nothing moves that need not; one that `hides_credits` names no item and no maker.
    `fit` says what becomes of pictures of another shape; None: nobody said.
    People may play by touch where it `has_touch`, with gamepads where it `has_pads`; `lower_edge_mm` is how high above
    the floor the picture begins.
    """

    id: str
    name: str
    width: int
    height: int
    zone: str
    language: str
    volume_percent: int = 100
    captions: str = ""
    picture_height_mm: int = 0
    distance_mm: int = 0
    is_calm: bool = False
    hides_credits: bool = False
    fit: Fit | None = None
    has_touch: bool = False
    has_pads: bool = False
    lower_edge_mm: int = 0

    def as_json(self) -> dict[str, Json]:
        """The screen as it stands in a manifest; what nobody chose is left unsaid."""
        told: dict[str, Json] = {
            "id": self.id, "name": self.name, "width": self.width, "height": self.height, "zone": self.zone,
            "language": self.language, "volume_percent": self.volume_percent,
        }  # fmt: skip
        return told | ({"captions": self.captions} if self.captions else {}) | self.manner()

    def manner(self) -> dict[str, Json]:
        """How things are to be shown there, as far as somebody said."""
        said: dict[str, Json] = {
            "picture_height_mm": self.picture_height_mm, "distance_mm": self.distance_mm, "calm": self.is_calm,
            "hides_credits": self.hides_credits, "fit": self.fit, "touch": self.has_touch, "pads": self.has_pads,
            "lower_edge_mm": self.lower_edge_mm,
        }  # fmt: skip
        return {name: value for name, value in said.items() if value}


def read_screen(reader: Reader) -> ScreenFacts:
    """The screen at this place of a manifest; raises BadDocument."""
    fields = reader.fields(
        "id", "name", "width", "height", "zone", "language", "volume_percent",
        optional=(
            "captions", "picture_height_mm", "distance_mm", "calm", "hides_credits", "fit", "touch", "pads",
            "lower_edge_mm",
        ),
    )  # fmt: skip
    return ScreenFacts(
        id=fields["id"].identifier(),
        name=fields["name"].text(most=200),
        width=fields["width"].integer(least=8, most=16_384),
        height=fields["height"].integer(least=8, most=16_384),
        zone=fields["zone"].text(most=64),
        language=fields["language"].text(most=35),
        volume_percent=fields["volume_percent"].integer(least=0, most=100),
        captions=fields["captions"].text(most=35) if "captions" in fields else "",
        picture_height_mm=_size(fields, "picture_height_mm", HEIGHTS_MM),
        distance_mm=_size(fields, "distance_mm", DISTANCES_MM),
        is_calm="calm" in fields and fields["calm"].flag(),
        hides_credits="hides_credits" in fields and fields["hides_credits"].flag(),
        fit=FITS[fields["fit"].one_of(*FITS)] if "fit" in fields else None,
        has_touch="touch" in fields and fields["touch"].flag(),
        has_pads="pads" in fields and fields["pads"].flag(),
        lower_edge_mm=_size(fields, "lower_edge_mm", LOWER_EDGES_MM),
    )


def _size(fields: dict[str, Reader], name: str, limits: tuple[int, int]) -> int:
    return fields[name].integer(least=limits[0], most=limits[1]) if name in fields else 0
