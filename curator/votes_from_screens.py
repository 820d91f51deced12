"""Votes that visitors cast at a screen itself and its node kept: taken late, each counted once, however often sent."""

from dataclasses import dataclass

from content.approval import EVERYWHERE
from content.canonical import Json
from content.reading import Reader
from curator import activities, bells, next_up, votes
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
    ballot = next_up.open_at(connection, screen_id, now_ms)
    if any(one.id == ballot for one in here):
        # While a choice is open it stands there itself, as a poll.
        here = [one for one in here if one.kind != "next"]
    here.sort(key=lambda one: (one.id != ballot, not one.is_open(now_ms), one.opens_ms))
    return tuple(
        Counted(one.signed, one.counts, bells.pattern(connection, one.id) if one.kind == "bells" else ())
        for one in here[:MOST_KNOWN]
        if one.signed is not None
    )


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of votes that a node told: how many count, and which, by place, came after theirs were counted."""

    count: int
    late: tuple[int, ...] = ()

    def as_json(self) -> dict[str, Json]:
        """The answer to the node: what came late only where something did."""
        return {"taken": self.count} | ({"late": list(self.late)} if self.late else {})


def take(connection: Connection, screen_id: str, told: tuple[FromScreen, ...], *, now_ms: int) -> Taken:
    """Stores the votes that count, and says how many those are, and which came too late.

    A vote counts on an approved question of this screen until its asker has answered the result, one on what plays
    next until that is counted; and never as one of somebody else: its voter is made from the screen too.
    """
    named = {one.activity for one in told}
    known = {activity: activities.get(connection, activity) for activity in named}
    over = next_up.are_counted(connection, named)
    late = tuple(place for place, one in enumerate(told) if one.activity in over)
    stored = [
        Vote(
            one.activity, voter_at(screen_id, one.voter), one.choice, screen_id,
            max(kept.opens_ms, min(one.at_ms, now_ms, kept.closes_ms - 1)),
        )
        for one in told
        if one.activity not in over
        and (kept := known[one.activity]) is not None
        and _counts(kept, screen_id, one.choice, now_ms)
    ]  # fmt: skip
    if stored:
        votes.store_all(connection, stored)
    return Taken(len(stored), late)


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
