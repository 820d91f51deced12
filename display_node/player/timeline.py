"""Which cue is on at an instant, and when its pictures are due. Pure: no clock, no files, no screen."""

from dataclasses import dataclass, replace
from itertools import islice, takewhile

from display_node.messages import Cue, Cues

MOST_CUES = 2_000
"""More than a day of short items; what lies further ahead is told again later."""

NS_PER_MS = 1_000_000
_NS_PER_S = 1_000_000_000
DEFAULT_FPS = 30


@dataclass(frozen=True, slots=True)
class Timeline:
    """The cues the player knows, by rising start, none overlapping the next."""

    cues: tuple[Cue, ...] = ()

    def changed(self, message: Cues) -> "Timeline":
        """The timeline after `message`: what starts at or after its instant is forgotten, its cues are added.

        A cue that would run into the next one is cut there; of two with the same start the newer stays.
        """
        by_start = {cue.start_ms: cue for cue in self.cues if cue.start_ms < message.replace_from_ms}
        by_start.update({cue.start_ms: cue for cue in message.cues if cue.end_ms > cue.start_ms})
        rising = [by_start[start_ms] for start_ms in sorted(by_start)][:MOST_CUES]
        return Timeline(tuple(_cut_to_next(rising)))

    def without_past(self, instant_ms: int) -> "Timeline":
        """The same without the cues that have ended at `instant_ms`."""
        if not self.cues or self.cues[0].end_ms > instant_ms:
            return self
        return Timeline(tuple(cue for cue in self.cues if cue.end_ms > instant_ms))

    def at(self, instant_ms: int) -> Cue | None:
        """The cue that is on at `instant_ms`."""
        return next((cue for cue in self.cues if cue.start_ms <= instant_ms < cue.end_ms), None)

    def after(self, instant_ms: int) -> Cue | None:
        """The first cue that starts after `instant_ms`."""
        return next((cue for cue in self.cues if cue.start_ms > instant_ms), None)

    def soon(self, instant_ms: int, within_ms: int, most: int) -> tuple[Cue, ...]:
        """The cue at `instant_ms` and at most `most` that start within `within_ms` after it: what to have ready."""
        current = self.at(instant_ms)
        near = takewhile(lambda cue: cue.start_ms <= instant_ms + within_ms, self.cues)
        ahead = list(islice((cue for cue in near if cue.start_ms > instant_ms), most))
        return ((current,) if current else ()) + tuple(ahead)

    def next_titled(self, instant_ms: int) -> Cue | None:
        """The next cue after `instant_ms` that somebody made and named: what a card announces."""
        return next((cue for cue in self.cues if cue.start_ms > instant_ms and cue.title), None)


def same_showing(one: Cue | None, other: Cue | None) -> bool:
    """Whether two cues are one showing of one thing, perhaps with another end."""
    if one is None or other is None:
        return one is other
    return (one.start_ms, one.layer, one.kind, one.item, one.path, one.offset_ms, one.words) == (
        other.start_ms, other.layer, other.kind, other.item, other.path, other.offset_ms, other.words,
    )  # fmt: skip


def media_key(cue: Cue) -> tuple[str, str, int]:
    """Cues with the same key run on from one decoder: the same file, and the same instant for its first picture."""
    return (cue.kind, cue.path, cue.start_ms - cue.offset_ms)


def frame_at(cue: Cue, instant_ns: int) -> int:
    """The number of the picture that is due on `cue` at `instant_ns`; 0 before the media begins."""
    num, den = _rate(cue)
    media_ns = max(0, instant_ns - _zero_ns(cue))
    return media_ns * num // (den * _NS_PER_S)


def due_ns(cue: Cue, frame: int) -> int:
    """The instant at which picture `frame` of `cue` is due: the first at which `frame_at` gives it."""
    num, den = _rate(cue)
    return _zero_ns(cue) - (-frame * den * _NS_PER_S // num)


def media_ms(cue: Cue, instant_ns: int) -> int:
    """How far into the media `instant_ns` is, in ms."""
    return max(0, instant_ns - _zero_ns(cue)) // NS_PER_MS


def _zero_ns(cue: Cue) -> int:
    return (cue.start_ms - cue.offset_ms) * NS_PER_MS


def _rate(cue: Cue) -> tuple[int, int]:
    return (cue.fps_num, cue.fps_den) if cue.fps_num > 0 else (DEFAULT_FPS, 1)


def _cut_to_next(rising: list[Cue]) -> list[Cue]:
    ends = [cue.start_ms for cue in rising[1:]]
    cut = [replace(cue, end_ms=min(cue.end_ms, end)) for cue, end in zip(rising, ends, strict=False)]
    return cut + rising[-1:]
