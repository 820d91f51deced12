"""What we know of an upload and of what the house made of it: plain values that go through JSON and back."""

from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Literal

from content.media.mend_words import mend_line
from content.media.mends import Mends, Offer
from content.media.reasons import Reason, parse_reason, reason_record
from content.reading import BadDocument, Reader

Kind = Literal["video", "still"]
Verdict = Literal["accepted", "accepted_with_warnings", "refused"]

MOST_REASONS = 50
_MOST_PIXELS = 1 << 20
_MOST_MS = 1 << 40


@dataclass(frozen=True, slots=True)
class SoundTrack:
    """One sound track of an upload."""

    codec: str
    channels: int
    sample_rate: int


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """What an uploaded file really is, read from its bytes.

    `width` and `height` are as stored; `shown_width` and `shown_height` after pixel shape and `rotation` (clockwise
    degrees to turn the stored picture upright: 0, 90, 180, 270). An animation is a video. `duration_ms` is 0 for a
    still and for a video that does not say. `fps_num` is 0 where there is no steady rate. `loudness_clufs` is the
    measured loudness in hundredths of LUFS, 0 when not measured.
    """

    kind: Kind
    container: str
    video_codec: str
    pixel_format: str
    width: int
    height: int
    shown_width: int
    shown_height: int
    rotation: int
    fps_num: int
    fps_den: int
    duration_ms: int
    frames: int
    has_sound: bool
    sound: tuple[SoundTrack, ...]
    captions: tuple[str, ...]
    interlaced: bool
    high_dynamic_range: bool
    loudness_clufs: int
    size_bytes: int

    @property
    def codecs(self) -> tuple[str, ...]:
        """The names of the codecs, the picture's first."""
        return (self.video_codec, *(track.codec for track in self.sound))


@dataclass(frozen=True, slots=True)
class Rendition:
    """A file in house format. For a still `frames` is 1, `fps_num` 0 and `duration_ms` how long it is held."""

    path: Path
    sha256: str
    size_bytes: int
    media_type: str
    kind: Kind
    width: int
    height: int
    fps_num: int
    fps_den: int
    frames: int
    duration_ms: int
    has_sound: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """A JPEG made from the rendition, for people to look at."""

    path: Path
    sha256: str
    size_bytes: int
    media_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class CaptionFile:
    """Captions in one language, as canonical WebVTT (`content.captions`). `form` is what they were read from."""

    path: Path
    sha256: str
    size_bytes: int
    language: str
    form: str
    cues: int
    first_ms: int
    last_ms: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """What became of an upload. Refused: `reasons` says why, the files are None, `facts` is there if it got so far."""

    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    facts: MediaFacts | None = None
    rendition: Rendition | None = None
    thumbnail: Preview | None = None
    poster: Preview | None = None
    strip: Preview | None = None
    veil: Preview | None = None
    """Of so few points that nothing can be made out."""
    strip_ms: tuple[int, ...] = ()
    """When each picture on the strip is shown, row by row; a still's is one at 0."""
    likeness: tuple[str, ...] = ()
    """What it looks like (`content.media.findings.likeness`)."""
    captions: tuple[CaptionFile, ...] = ()
    before: Preview | None = None
    """Moments of a picture that was mended, as they were, and as `after` they are."""
    after: Preview | None = None
    mends: Mends = ()
    """What was changed because people asked for it."""
    offers: tuple[Offer, ...] = ()
    """What could be changed, answering the reasons."""

    @property
    def files(self) -> tuple[Rendition | Preview | CaptionFile, ...]:
        """Every file there is."""
        every = (
            self.rendition,
            self.thumbnail,
            self.poster,
            self.strip,
            self.veil,
            self.before,
            self.after,
            *self.captions,
        )
        return tuple(file for file in every if file is not None)

    @property
    def is_accepted(self) -> bool:
        """Whether it may go on to moderation."""
        return self.verdict != "refused"


def verdict_of(reasons: tuple[Reason, ...]) -> Verdict:
    """The verdict the reasons amount to: one refusal refuses, a warning warns, what is only told does neither."""
    levels = {reason.level for reason in reasons}
    return "refused" if "block" in levels else "accepted_with_warnings" if "warn" in levels else "accepted"


def facts_record(facts: MediaFacts) -> dict[str, object]:
    """`facts` as members of a JSON object."""
    return asdict(facts)


def parse_facts(reader: Reader) -> MediaFacts:
    """The facts in a JSON object that `facts_record` wrote. Raises BadDocument."""
    names = [field.name for field in fields(MediaFacts)]
    given = reader.fields(*names)
    rotation = given["rotation"].integer(least=0, most=270)
    if rotation % 90:
        given["rotation"].refuse("0, 90, 180 or 270 is wanted")

    def size(name: str) -> int:
        return given[name].integer(least=0, most=_MOST_PIXELS)

    def count(name: str) -> int:
        return given[name].integer(least=0, most=_MOST_MS)

    return MediaFacts(
        kind=_kind(given["kind"]),
        container=given["container"].text(most=100),
        video_codec=given["video_codec"].text(most=100),
        pixel_format=given["pixel_format"].text(most=100),
        width=size("width"),
        height=size("height"),
        shown_width=size("shown_width"),
        shown_height=size("shown_height"),
        rotation=rotation,
        fps_num=count("fps_num"),
        fps_den=given["fps_den"].integer(least=1, most=_MOST_MS),
        duration_ms=count("duration_ms"),
        frames=count("frames"),
        has_sound=given["has_sound"].flag(),
        sound=tuple(_parse_track(track) for track in given["sound"].items(most=64)),
        captions=tuple(caption.text(most=100) for caption in given["captions"].items(most=64)),
        interlaced=given["interlaced"].flag(),
        high_dynamic_range=given["high_dynamic_range"].flag(),
        loudness_clufs=given["loudness_clufs"].integer(least=-20_000, most=20_000),
        size_bytes=count("size_bytes"),
    )


def prepared_record(prepared: Prepared) -> dict[str, object]:
    """`prepared` as members of a JSON object, for the command line; the words of the reasons are in English."""
    files = {name: getattr(prepared, name) for name in ("thumbnail", "poster", "strip", "veil", "before", "after")}
    return {
        "verdict": prepared.verdict,
        "reasons": [reason_record(reason, with_words=True) for reason in prepared.reasons],
        "facts": None if prepared.facts is None else facts_for_people(prepared.facts),
        "renditions": [] if prepared.rendition is None else [_file_record(prepared.rendition)],
        **{name: None if file is None else _file_record(file) for name, file in files.items()},
        "strip_ms": list(prepared.strip_ms),
        "likeness": list(prepared.likeness),
        "caption_files": [_file_record(one) for one in prepared.captions],
        "mends": [mend_line(mend) for mend in prepared.mends],
        "offers": [
            {"answers": offer.answers, "mends": [mend_line(mend) for mend in offer.mends]} for offer in prepared.offers
        ],
    }


def facts_for_people(facts: MediaFacts) -> dict[str, object]:
    """`facts_record` with the members a reader of the command's output looks for first."""
    fps = f"{facts.fps_num}/{facts.fps_den}" if facts.fps_num else None
    audio = [asdict(track) for track in facts.sound]
    return {**facts_record(facts), "codecs": list(facts.codecs), "fps": fps, "audio": audio}


def parse_reasons(reader: Reader) -> tuple[Reason, ...]:
    """The reasons in a JSON array. Raises BadDocument."""
    return tuple(parse_reason(item) for item in reader.items(most=MOST_REASONS))


def with_loudness(facts: MediaFacts, loudness_clufs: int) -> MediaFacts:
    """The same facts, with the loudness measured."""
    return replace(facts, loudness_clufs=max(-20_000, min(20_000, loudness_clufs)))


def _kind(reader: Reader) -> Kind:
    return "video" if reader.one_of("video", "still") == "video" else "still"


def _parse_track(reader: Reader) -> SoundTrack:
    given = reader.fields("codec", "channels", "sample_rate")
    return SoundTrack(
        codec=given["codec"].text(most=100),
        channels=given["channels"].integer(least=0, most=1_000),
        sample_rate=given["sample_rate"].integer(least=0, most=10_000_000),
    )


def _file_record(file: Rendition | Preview | CaptionFile) -> dict[str, object]:
    return {**asdict(file), "path": str(file.path)}


__all__ = [
    "BadDocument",
    "CaptionFile",
    "Kind",
    "MediaFacts",
    "Prepared",
    "Preview",
    "Reason",
    "Rendition",
    "SoundTrack",
    "Verdict",
    "facts_for_people",
    "facts_record",
    "parse_facts",
    "parse_reasons",
    "prepared_record",
    "verdict_of",
    "with_loudness",
]
