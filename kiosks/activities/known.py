"""What a service tells a screen of the activities allowed there: each signed, with the votes counted so far.

Beside them stand the approvals of the pictures behind their words: what is not in that list any more is not shown.
"""

from contextlib import suppress
from dataclasses import dataclass

from content.approval import SignedApproval, read_approval
from content.canonical import Json
from content.reading import BadDocument, Reader
from kiosks.activities.bells import MOST_NOTES
from kiosks.activities.statement import SignedActivity, read_activity
from kiosks.messages import CELLS, MOST_OPTIONS

MOST_BACKDROPS = 60
"""Pictures at one screen: also those of what asks what plays next while a choice is open."""
MOST_KNOWN = 40
"""Activities at one screen, those that are open now first."""
LARGEST_BACKDROPS_BYTES = 256 << 10
LARGEST_KNOWN_BYTES = 3 << 19
AHEAD_MS = 14 * 86_400_000
"""A screen is told of what opens within this: it may be alone by then."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A signed activity, and what the service holds: the votes for each option, or the notes."""

    signed: SignedActivity
    counts: tuple[int, ...] = ()
    notes: tuple[int, ...] = ()
    """On the bells: what strangers set, the newest last."""

    def as_json(self) -> dict[str, Json]:
        """As it travels and is kept: notes only where there are some."""
        told: dict[str, Json] = {"signed": self.signed.as_json(), "counts": list(self.counts)}
        return told | {"notes": list(self.notes)} if self.notes else told


@dataclass(frozen=True, slots=True)
class Told:
    """What a service tells: the activities, and the approvals of pictures that may be shown behind their words now."""

    activities: tuple[Counted, ...] = ()
    backdrops: tuple[SignedApproval, ...] = ()

    def as_json(self) -> dict[str, Json]:
        """The answer to `GET /api/v1/activities/{node_id}`: pictures only where there are some."""
        told: dict[str, Json] = {"activities": [one.as_json() for one in self.activities]}
        return told | ({"backdrops": [one.as_json() for one in self.backdrops]} if self.backdrops else {})


def read_told(reader: Reader) -> Told:
    """That answer, but what a later version may have added; raises BadDocument. Signatures are not checked here."""
    fields = reader.fields("activities", others=True)
    found, backdrops = [], []
    for place in fields["activities"].items(most=MOST_KNOWN):
        with suppress(BadDocument):
            found.append(read_counted(place))
    for place in fields["backdrops"].items(most=MOST_BACKDROPS) if "backdrops" in fields else []:
        with suppress(BadDocument):
            backdrops.append(read_approval(place))
    return Told(tuple(found), tuple(backdrops))


def read_counted(reader: Reader) -> Counted:
    """One of them; raises BadDocument."""
    fields = reader.fields("signed", "counts", others=True)
    counts = tuple(one.integer(least=0) for one in fields["counts"].items(most=MOST_OPTIONS))
    notes: tuple[int, ...] = ()
    if "notes" in fields:
        notes = tuple(one.integer(least=0, most=CELLS - 1) for one in fields["notes"].items(most=MOST_NOTES))
    return Counted(read_activity(fields["signed"]), counts, notes)
