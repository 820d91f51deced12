"""The bells: a round of eight beats and five pitches that strangers continue, each with a few notes. Pure.

Every note is one of forty places of a pentatonic scale, and the picture is mirrored: whatever people set, it sounds
well together and shows nothing but a star.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from content.canonical import Json
from kiosks.activities.activity import Event, Passed
from kiosks.activities.parts import InParts
from kiosks.messages import BEATS, CELLS, Pattern

PITCHES = CELLS // BEATS
MOST_OF_ONE = 3
"""Notes of one pass; the next one takes the place of its oldest."""
MOST_NOTES = 24
"""In the round: the newest. Older ones fade, so that there is always room for strangers."""
LOBBY_MS = 3_000
PLAY_MS = 80_000
RESULT_MS = 7_000
BEAT_MS = 500
"""Two beats a second: nothing that lights up with them flashes more often than is safe."""


@dataclass(frozen=True, slots=True)
class Bells(InParts):
    """One session of the round. `notes` are places, sorted: `beat_of` and `pitch_of` say which; `newest` came last."""

    notes: tuple[int, ...] = ()
    newest: int = -1
    added: int = 0
    """Notes that came while the session was on."""
    here: int = 0
    at_ms: int = 0

    @property
    def parts_ms(self) -> tuple[int, int, int]:
        """Lobby, play and result."""
        return LOBBY_MS, PLAY_MS, RESULT_MS

    @property
    def figures(self) -> tuple[int, ...]:
        """The notes as a mask, the newest, how many were added, and the time."""
        return mask_of(self.notes), self.newest, self.added, self.at_ms

    def apply(self, event: Event) -> "Bells":
        """The round after time passed or notes were told; what makes no sense changes nothing."""
        match event:
            case Passed(at_ms, here):
                return replace(self, at_ms=max(self.at_ms, at_ms), here=here)
            case Pattern(notes=notes):
                told = known(notes)
                came = [note for note in notes if note in told and note not in self.notes]
                newest = came[-1] if came else (self.newest if self.newest in told else -1)
                return replace(self, notes=told, newest=newest, added=self.added + len(came))
        return self

    def snapshot(self) -> dict[str, Json]:
        """Phase, time left, how many are here, and how many notes there are."""
        return {
            "phase": self.phase, "left_ms": max(0, self.until_ms - self.at_ms), "here": self.here,
            "notes": len(self.notes), "added": self.added,
        }  # fmt: skip


def begin(mask: int) -> Bells:
    """A session of the round with the notes of this mask, which strangers set before."""
    return Bells(known(note for note in range(CELLS) if mask >> note & 1))


def mask_of(notes: Iterable[int]) -> int:
    """The notes as one whole number: a bit for each place."""
    return sum(1 << note for note in set(notes))


def known(notes: Iterable[int]) -> tuple[int, ...]:
    """The notes that there are, each once, sorted, no more than MOST_NOTES."""
    return tuple(sorted({note for note in notes if 0 <= note < CELLS})[:MOST_NOTES])


def newest(notes: Iterable[int]) -> tuple[int, ...]:
    """The newest MOST_NOTES of notes in the order in which they were set, each once, the newest last."""
    return tuple(reversed(tuple(dict.fromkeys(reversed(tuple(notes))))[:MOST_NOTES]))


def turned(own: tuple[int, ...], note: int) -> tuple[int, ...]:
    """What one person has set, the newest last, after they set this note or, where it was theirs, took it away."""
    if note in own:
        return tuple(one for one in own if one != note)
    return (*own, note)[-MOST_OF_ONE:]


def packed(notes: tuple[int, ...]) -> int:
    """What one person set, in its order, as one whole number: a node keeps it as it keeps a choice."""
    number = 0
    for note in reversed(notes):
        number = number * (CELLS + 1) + note + 1
    return number


def unpacked(number: int) -> tuple[int, ...]:
    """The notes of such a number."""
    notes = []
    while number:
        number, place = divmod(number, CELLS + 1)
        notes.append(place - 1)
    return tuple(notes)


def beat_of(note: int) -> int:
    """When in the round it sounds, from 0."""
    return note % BEATS


def pitch_of(note: int) -> int:
    """How high it is, from 0, the lowest."""
    return note // BEATS
