"""What the child is asked to do, and what it says while it works: JSON both ways, read as if a stranger wrote it."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from content.captions import MOST_MS, UNKNOWN, BadCaptions, language_tag
from content.media.facts import MediaFacts, facts_record, parse_facts, parse_reasons
from content.media.findings.likeness import LONGEST, Likeness
from content.media.flash.screening import Screening, parse_screening, screening_record
from content.media.limits import Limits, Profile, limits_record, parse_limits, parse_profile, profile_record
from content.media.mends import Mends, mend_record, parse_mends
from content.media.reasons import Reason, reason_record
from content.reading import Reader

LINE_BYTES = 65_536
MOST_LINES = 20_000

MOST_CAPTIONS = 8
MOST_STRIP = 48
_HASH = re.compile(r"[0-9a-f]{16}")

Errand = Literal["probe", "prepare", "flash", "captions"]
ERRANDS: tuple[Errand, ...] = ("probe", "prepare", "flash", "captions")
STEP_NAMES = ("identify", "inspect", "measure sound", "mend", "render", "check", "captions", "flashing", "preview")


@dataclass(frozen=True, slots=True)
class Job:
    """One errand for one child: what to do with which file, writing into which folder."""

    errand: Errand
    source: Path
    out: Path
    limits: Limits
    profile: Profile
    still_ms: int
    language: str = UNKNOWN
    """Of a captions file."""
    film_ms: int = 0
    """How long the film is that a captions file is for; 0 when that is not known."""
    mends: Mends = ()
    """What people asked to have changed on the way."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The child is at `step`, `percent` of it done."""

    step: str
    percent: int


@dataclass(frozen=True, slots=True)
class FactsFound:
    """The child has read what the file is; the length says how long it may work."""

    facts: MediaFacts


@dataclass(frozen=True, slots=True)
class Made:
    """The rendition as the child describes it; the parent hashes and measures the files itself."""

    width: int
    height: int
    fps_num: int
    frames: int
    duration_ms: int
    has_sound: bool
    preview_sizes: tuple[tuple[int, int], ...]
    """Width and height of poster, thumbnail, strip and veil; of a picture that was mended also before and after."""
    mends: Mends = ()
    """What was done of the mends, with what was left open decided."""
    strip_ms: tuple[int, ...] = (0,)
    """When each picture on the strip is shown, row by row."""
    likeness: Likeness = ()


@dataclass(frozen=True, slots=True)
class MadeCaptions:
    """One file of captions; `form` is what it was read from. The parent reads the file again itself."""

    language: str
    form: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The child's last word."""

    reasons: tuple[Reason, ...]
    facts: MediaFacts | None
    made: Made | None
    screening: Screening | None = None
    """Where it flashes, if that was looked at."""
    captions: tuple[MadeCaptions, ...] = ()


Saying = Progress | FactsFound | Finished


def job_text(job: Job) -> str:
    """The job as one argument of the child's command line."""
    return json.dumps(
        {
            "errand": job.errand,
            "source": str(job.source),
            "out": str(job.out),
            "limits": limits_record(job.limits),
            "profile": profile_record(job.profile),
            "still_ms": job.still_ms,
            "language": job.language,
            "film_ms": job.film_ms,
            "mends": [mend_record(mend) for mend in job.mends],
        }
    )


def parse_job(text: str) -> Job:
    """The job of a command line. Raises BadDocument."""
    given = Reader.of_bytes(text.encode(), limit_bytes=LINE_BYTES).fields(
        "errand", "source", "out", "limits", "profile", "still_ms", "language", "film_ms", "mends"
    )
    return Job(
        errand=_errand(given["errand"]),
        source=Path(given["source"].text(most=4_096)),
        out=Path(given["out"].text(most=4_096)),
        limits=parse_limits(given["limits"]),
        profile=parse_profile(given["profile"]),
        still_ms=given["still_ms"].integer(least=100, most=86_400_000),
        language=_language(given["language"]),
        film_ms=given["film_ms"].integer(least=0, most=MOST_MS),
        mends=parse_mends(given["mends"]),
    )


def saying_text(saying: Saying) -> str:
    """What the child says, as one line."""
    return json.dumps(_saying_record(saying))


def _saying_record(saying: Saying) -> dict[str, object]:
    match saying:
        case Progress(step, percent):
            return {"says": "progress", "step": step, "percent": percent}
        case FactsFound(facts):
            return {"says": "facts", "facts": facts_record(facts)}
        case Finished(reasons, facts_or_none, made, screening, captions):
            return {
                "says": "finished",
                "reasons": [reason_record(reason) for reason in reasons],
                "facts": None if facts_or_none is None else facts_record(facts_or_none),
                "made": None if made is None else _made_record(made),
                "screening": None if screening is None else screening_record(screening),
                "captions": [{"language": one.language, "form": one.form} for one in captions],
            }


def parse_saying(line: bytes) -> Saying:
    """One line of the child. Raises BadDocument for anything a child of ours would not say."""
    reader = Reader.of_bytes(line, limit_bytes=LINE_BYTES)
    says = reader.fields("says", others=True)["says"].one_of("progress", "facts", "finished")
    if says == "progress":
        given = reader.fields("says", "step", "percent")
        return Progress(given["step"].one_of(*STEP_NAMES), given["percent"].integer(least=0, most=100))
    if says == "facts":
        return FactsFound(parse_facts(reader.fields("says", "facts")["facts"]))
    given = reader.fields("says", "reasons", "facts", "made", "screening", "captions")
    facts, made, screening = given["facts"], given["made"], given["screening"]
    return Finished(
        reasons=parse_reasons(given["reasons"]),
        facts=None if facts.value is None else parse_facts(facts),
        made=None if made.value is None else _parse_made(made),
        screening=None if screening.value is None else parse_screening(screening),
        captions=tuple(_parse_captions(one) for one in given["captions"].items(most=MOST_CAPTIONS)),
    )


def _errand(reader: Reader) -> Errand:
    asked = reader.one_of(*ERRANDS)
    return next(errand for errand in ERRANDS if errand == asked)


def _language(reader: Reader) -> str:
    try:
        return language_tag(reader.text(most=35))
    except BadCaptions as error:
        reader.refuse(str(error))


def _parse_captions(reader: Reader) -> MadeCaptions:
    given = reader.fields("language", "form")
    return MadeCaptions(_language(given["language"]), given["form"].text(most=40))


def _made_record(made: Made) -> dict[str, object]:
    return {
        "width": made.width,
        "height": made.height,
        "fps_num": made.fps_num,
        "frames": made.frames,
        "duration_ms": made.duration_ms,
        "has_sound": made.has_sound,
        "preview_sizes": [list(size) for size in made.preview_sizes],
        "mends": [mend_record(mend) for mend in made.mends],
        "strip_ms": list(made.strip_ms),
        "likeness": list(made.likeness),
    }


def _parse_made(reader: Reader) -> Made:
    given = reader.fields(
        "width",
        "height",
        "fps_num",
        "frames",
        "duration_ms",
        "has_sound",
        "preview_sizes",
        "mends",
        "strip_ms",
        "likeness",
    )
    sizes = given["preview_sizes"].items(most=6)
    if len(sizes) not in {4, 6}:
        given["preview_sizes"].refuse("four or six sizes are wanted")
    return Made(
        width=_side(given["width"]),
        height=_side(given["height"]),
        fps_num=given["fps_num"].integer(least=0, most=60),
        frames=given["frames"].integer(least=1, most=10_000_000),
        duration_ms=given["duration_ms"].integer(least=1, most=86_400_000),
        has_sound=given["has_sound"].flag(),
        preview_sizes=tuple(_size(size) for size in sizes),
        mends=parse_mends(given["mends"]),
        strip_ms=tuple(one.integer(least=0, most=MOST_MS) for one in given["strip_ms"].items(most=MOST_STRIP)),
        likeness=tuple(_hash(one) for one in given["likeness"].items(most=LONGEST)),
    )


def _hash(reader: Reader) -> str:
    words = reader.text(most=16)
    if words and not _HASH.fullmatch(words):
        reader.refuse("16 hexadecimal digits are wanted, or nothing")
    return words


def _size(reader: Reader) -> tuple[int, int]:
    sides = reader.items(most=2)
    if len(sides) != 2:
        reader.refuse("a width and a height are wanted")
    return _side(sides[0]), _side(sides[1])


def _side(reader: Reader) -> int:
    return reader.integer(least=1, most=8_192)
