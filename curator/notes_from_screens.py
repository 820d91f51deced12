"""Notes that visitors set on the bells at a screen itself: their node keeps them and tells them late, or twice."""

from dataclasses import dataclass

from content.approval import EVERYWHERE
from content.reading import Reader
from curator import activities, bells
from curator.activities import Kept
from curator.store import Connection
from kiosks.activities.bells import MOST_OF_ONE
from kiosks.messages import CELLS
from kiosks.voters import voter_at

MOST_ROWS = 50
LARGEST_NOTES_BYTES = 16 << 10
ROWS_A_MINUTE = 300
"""Of one screen: a little more than hands at six sets and eight pads press. A node that says more waits."""


@dataclass(frozen=True, slots=True)
class NotesOf:
    """All the notes of one visitor at a screen, the newest last, as a node tells them."""

    activity: str
    writer: str
    notes: tuple[int, ...]


def read_notes(body: bytes) -> tuple[NotesOf, ...]:
    """The notes a node sent. Raises BadDocument for anything that is not as docs/node-protocol.md says."""
    fields = Reader.of_bytes(body, limit_bytes=LARGEST_NOTES_BYTES).fields("notes", others=True)
    return tuple(_read(place) for place in fields["notes"].items(most=MOST_ROWS))


def take(connection: Connection, screen_id: str, told: tuple[NotesOf, ...], *, now_ms: int) -> int:
    """Stores the notes that are in a round, and says how many visitors' those are.

    They are where bells that a person allowed at this screen are open, and never in the place of somebody else's: what
    stands for their writer is made from the screen too.
    """
    known = {activity: activities.get(connection, activity) for activity in {one.activity for one in told}}
    taken = [one for one in told if (kept := known[one.activity]) is not None and _rings(kept, screen_id, now_ms)]
    for one in taken:
        writer = voter_at(screen_id, one.writer)
        bells.put(connection, one.activity, one.notes, writer=writer, screen=screen_id, now_ms=now_ms)
    return len(taken)


def _rings(kept: Kept, screen_id: str, now_ms: int) -> bool:
    """Whether notes are taken here: also of one who set them before its hours were over, and was delivered after."""
    is_here = screen_id in kept.screens or EVERYWHERE in kept.screens
    is_open = kept.state == "approved" and kept.opens_ms <= now_ms < kept.closes_ms
    return kept.kind == "bells" and is_here and is_open and not kept.is_damaged


def _read(reader: Reader) -> NotesOf:
    cells = reader.items(most=3)
    if len(cells) != 3:
        reader.refuse("notes have an activity, a writer and places")
    notes = tuple(place.integer(least=0, most=CELLS - 1) for place in cells[2].items(most=MOST_OF_ONE))
    if len(set(notes)) != len(notes):
        cells[2].refuse("a place is named twice")
    return NotesOf(cells[0].identifier(), cells[1].sha256(), notes)
