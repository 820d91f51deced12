"""Mends: what people had changed in an upload while it is prepared, because it was refused or could be better.

Plain values that go through JSON and back. Times are those of the upload itself, from its first picture on, whatever
else is cut; so the order of mends does not matter. Nothing here is ever done that nobody asked for.
"""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

from content.reading import Reader

MOST_MENDS = 24
"""Mends of one version."""
LATEST_MS = 86_400_000
STRENGTHS = 5
"""How strongly a part can be dimmed: 1 to this."""
AS_NEEDED = 0
"""As strongly as it takes: found out when it is prepared."""
RAMP_MS = 500
"""A dimming begins so long before its part and ends so long after it."""
MOST_DB = 40
WHOLE_BP = 10_000
BLUR = "blur"
_COLOUR = re.compile(r"#[0-9a-f]{6}")
LEAST_SIDE_BP = 1_000
"""What is left of a side after cropping: a tenth at least."""


@dataclass(frozen=True, slots=True)
class Dim:
    """A part of the picture is made darker, softer and paler, so that it no longer flashes."""

    start_ms: int
    end_ms: int
    strength: int = AS_NEEDED


@dataclass(frozen=True, slots=True)
class Cut:
    """A part is taken out, picture and sound together."""

    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Quieten:
    """The sound of a part is lowered by `by_db` before the loudness of the whole is measured."""

    start_ms: int
    end_ms: int
    by_db: int


@dataclass(frozen=True, slots=True)
class Volume:
    """All of the sound is `by_db` quieter than the house's loudness."""

    by_db: int


@dataclass(frozen=True, slots=True)
class Crop:
    """Only a part of the picture, as it is seen upright, is shown: ten-thousandths of its width and height."""

    left_bp: int
    top_bp: int
    width_bp: int
    height_bp: int


@dataclass(frozen=True, slots=True)
class Surround:
    """What the picture leaves of a screen is filled: with itself, blurred and dark (BLUR), or a colour (`#203040`)."""

    ground: str


Mend = Dim | Cut | Quieten | Volume | Crop | Surround
Mends = tuple[Mend, ...]
Kind = Literal["dim", "cut", "quieten", "volume", "crop", "surround"]
_KINDS: dict[type[Mend], Kind] = {
    Dim: "dim", Cut: "cut", Quieten: "quieten", Volume: "volume", Crop: "crop", Surround: "surround"
}  # fmt: skip
_ONCE = (Crop, Volume, Surround)
"""Decided for the whole of an upload."""
Span = tuple[int, int]
MOST_OFFERS = 12


@dataclass(frozen=True, slots=True)
class Offer:
    """What a machine can do about the reason with the code `answers`: all of these mends together."""

    answers: str
    mends: Mends


def kind_of(mend: Mend) -> Kind:
    """What the mend is called in JSON and on the command line."""
    return _KINDS[type(mend)]


def crop_of(mends: Mends) -> Crop | None:
    """Which part of the picture is shown; None: all of it."""
    return next((mend for mend in mends if isinstance(mend, Crop)), None)


def surround_of(mends: Mends) -> Surround | None:
    """What is put around the picture; None: nothing, so that black is there."""
    return next((mend for mend in mends if isinstance(mend, Surround)), None)


def is_ground(words: str) -> bool:
    """Whether a surround can be that: BLUR or a colour such as `#203040`."""
    return words == BLUR or _COLOUR.fullmatch(words) is not None


def decides_anew(new: Mend, old: Mend) -> bool:
    """Whether the two are of a kind that an upload has one of."""
    return isinstance(new, _ONCE) and type(new) is type(old)


def volume_of(mends: Mends) -> int:
    """By how many decibels all of the sound is quieter."""
    return sum(mend.by_db for mend in mends if isinstance(mend, Volume))


def changes_picture(mends: Mends) -> bool:
    """Whether there is a difference to be seen."""
    return any(isinstance(mend, Dim | Cut) for mend in mends) or reshapes(mends)


def reshapes(mends: Mends) -> bool:
    """Whether there is a difference to be seen in a still too."""
    return any(isinstance(mend, Crop | Surround) for mend in mends)


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same spans in order; those that touch are one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


def mend_record(mend: Mend) -> dict[str, object]:
    """`mend` as members of a JSON object."""
    return {"kind": kind_of(mend), **asdict(mend)}


def offer_record(offer: Offer) -> dict[str, object]:
    """`offer` as members of a JSON object."""
    return {"answers": offer.answers, "mends": [mend_record(mend) for mend in offer.mends]}


def parse_offers(reader: Reader) -> tuple[Offer, ...]:
    """The offers in a JSON array. Raises BadDocument."""
    found = []
    for item in reader.items(most=MOST_OFFERS):
        given = item.fields("answers", "mends")
        found.append(Offer(given["answers"].text(most=40), parse_mends(given["mends"])))
    return tuple(found)


def parse_mends(reader: Reader) -> Mends:
    """The mends in a JSON array. Raises BadDocument for what is out of bounds, and for two of what there is once."""
    mends = tuple(parse_mend(item) for item in reader.items(most=MOST_MENDS))
    for kind in _ONCE:
        if sum(isinstance(mend, kind) for mend in mends) > 1:
            reader.refuse(f"only one {_KINDS[kind]} is possible")
    return mends


def parse_mend(reader: Reader) -> Mend:
    """The mend in a JSON object that `mend_record` wrote. Raises BadDocument."""
    kind = reader.fields("kind", others=True)["kind"].one_of(*_KINDS.values())
    if kind == "volume":
        return Volume(_decibels(reader.fields("kind", "by_db")["by_db"]))
    if kind == "crop":
        return _parse_crop(reader)
    if kind == "surround":
        return _parse_surround(reader)
    more = {"dim": ("strength",), "quieten": ("by_db",)}.get(kind, ())
    given = reader.fields("kind", "start_ms", "end_ms", *more)
    start_ms = given["start_ms"].integer(least=0, most=LATEST_MS)
    end_ms = given["end_ms"].integer(least=0, most=LATEST_MS)
    if end_ms <= start_ms:
        reader.refuse("the end must come after the beginning")
    if kind == "dim":
        return Dim(start_ms, end_ms, given["strength"].integer(least=AS_NEEDED, most=STRENGTHS))
    return Cut(start_ms, end_ms) if kind == "cut" else Quieten(start_ms, end_ms, _decibels(given["by_db"]))


def _parse_crop(reader: Reader) -> Crop:
    given = reader.fields("kind", "left_bp", "top_bp", "width_bp", "height_bp")
    width = given["width_bp"].integer(least=LEAST_SIDE_BP, most=WHOLE_BP)
    height = given["height_bp"].integer(least=LEAST_SIDE_BP, most=WHOLE_BP)
    left = given["left_bp"].integer(least=0, most=WHOLE_BP - width)
    return Crop(left, given["top_bp"].integer(least=0, most=WHOLE_BP - height), width, height)


def _parse_surround(reader: Reader) -> Surround:
    given = reader.fields("kind", "ground")["ground"]
    ground = given.text(most=20).lower()
    if not is_ground(ground):
        given.refuse("around the picture comes “blur” or a colour such as #203040")
    return Surround(ground)


def _decibels(reader: Reader) -> int:
    return reader.integer(least=1, most=MOST_DB)
