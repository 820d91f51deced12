"""Votes that visitors cast at a screen itself and its node kept: taken late, each counted once, however often sent."""

from dataclasses import dataclass

from content.approval import EVERYWHERE
from content.reading import Reader
from curator import activities, bells, votes
from curator.activities import Kept
from curator.store import Connection
from curator.votes import Vote
from kiosks.activities.known import AHEAD_MS, MOST_KNOWN, Counted
from kiosks.messages import MOST_OPTIONS
from kiosks.voters import voter_at

MOST_VOTES = 500
LARGEST_VOTES_BYTES = 256 << 10


@dataclass(frozen=True, slots=True)
class FromScreen:
    """A vote as a node tells it."""

    activity: str
    voter: str
    choice: int
    at_ms: int


def read_votes(body: bytes) -> tuple[FromScreen, ...]:
    """The votes a node sent. Raises BadDocument for anything that is not as docs/node-protocol.md says."""
    fields = Reader.of_bytes(body, limit_bytes=LARGEST_VOTES_BYTES).fields("votes", others=True)
    return tuple(_read(place) for place in fields["votes"].items(most=MOST_VOTES))


def known_at(connection: Connection, screen_id: str, now_ms: int) -> tuple[Counted, ...]:
    """What people allowed at this screen, now or soon; those that are open now first."""
    found = activities.allowed(connection, now_ms, until_ms=now_ms + AHEAD_MS)
    here = [one for one in found if screen_id in one.screens or EVERYWHERE in one.screens]
    here.sort(key=lambda one: (not one.is_open(now_ms), one.opens_ms))
    return tuple(
        Counted(one.signed, one.counts, bells.pattern(connection, one.id) if one.kind == "bells" else ())
        for one in here[:MOST_KNOWN]
        if one.signed is not None
    )


def take(connection: Connection, screen_id: str, told: tuple[FromScreen, ...], *, now_ms: int) -> int:
    """Stores the votes that count, and says how many those are.

    A vote counts on an approved question of this screen until its asker has answered the result, and never as one of
    somebody else: what stands for its voter is made from the screen too.
    """
    known = {activity: activities.get(connection, activity) for activity in {one.activity for one in told}}
    stored = [
        Vote(
            one.activity, voter_at(screen_id, one.voter), one.choice, screen_id,
            max(kept.opens_ms, min(one.at_ms, now_ms, kept.closes_ms - 1)),
        )
        for one in told
        if (kept := known[one.activity]) is not None and _counts(kept, screen_id, one.choice, now_ms)
    ]  # fmt: skip
    if stored:
        votes.store_all(connection, stored)
    return len(stored)


def _counts(kept: Kept, screen_id: str, choice: int, now_ms: int) -> bool:
    is_here = screen_id in kept.screens or EVERYWHERE in kept.screens
    is_standing = kept.state in ("approved", "withdrawn") and kept.opens_ms <= now_ms and not kept.reply
    return is_here and is_standing and kept.question is not None and choice < len(kept.question.options)


def _read(reader: Reader) -> FromScreen:
    cells = reader.items(most=4)
    if len(cells) != 4:
        reader.refuse("a vote has an activity, a voter, a choice and an instant")
    return FromScreen(
        cells[0].identifier(),
        cells[1].sha256(),
        cells[2].integer(least=0, most=MOST_OPTIONS - 1),
        cells[3].integer(least=0),
    )
