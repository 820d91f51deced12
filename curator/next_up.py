"""What plays next: passers-by choose which of its own items a group shows when its turn comes on a screen.

A turn is a play of the rotation that is laid out and not yet on. The choice is among what the published plan lists for
the same group in the same segment, no longer than the turn: so nobody loses a second of what they were promised, and
nothing is shown that could not have been. It reaches the screen as a signed order of the layer `choice`.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from content.programme.engine import Event, Programme
from content.programme.plan import ListedItem, Rotation
from content.signing import SigningKey
from curator import audit, backdrops, library, live_orders, votes
from curator.activities import Kept
from curator.ids import new_id
from curator.live_orders import OrderRefused
from curator.programme import library_facts
from curator.programme.published import newest
from curator.store import Connection
from curator.tables_taking_part import activities, ballots
from curator.tables_taking_part import votes as rows_of_votes
from curator.wishes import BadActivity
from kiosks.activities.poll import LEAST_OPTIONS, PLAY_MS, RESULT_MS, SHORT_LOBBY_MS, Question
from kiosks.activities.statement import Statement, sign_activity
from kiosks.activities.wording import LONGEST_OPTION, Wording

CLOSES_BEFORE_MS = 10_000
"""A choice is counted so long before its turn: time for the order to reach the screen."""
LEAST_AHEAD_MS = SHORT_LOBBY_MS + PLAY_MS + RESULT_MS + CLOSES_BEFORE_MS
"""A turn that comes sooner leaves no time to choose."""
FURTHEST_AHEAD_MS = 20 * 60_000
MOST_CHOICES = 3
LATEST_COUNT_MS = 60_000
"""What could not be counted in time is not counted any more: the programme plays what it would have."""
MOST_TOLD = 10
VOID_KEPT_MS = 86_400_000
MOST_FORGOTTEN = 500
"""In one transaction, and one round."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A play to come, and what may take its place: items of its group with their length, the planned one first."""

    start_ms: int
    end_ms: int
    group: str
    choices: tuple[ListedItem, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What came of a ballot: `votes` of `total` for the item that plays from `start_ms` to `end_ms` on the screen."""

    activity: str
    screen: str
    item: str
    title: str
    votes: int
    total: int
    start_ms: int
    end_ms: int


def turn_of(programme: Programme, busy: list[tuple[int, int]], from_ms: int, until_ms: int) -> Turn | None:
    """The first turn that begins in [from_ms, until_ms), clear of `busy`, with most to choose from. Pure."""
    found: list[Turn] = []
    for event in programme.each_event(from_ms, until_ms):
        if not from_ms <= event.start_ms < until_ms or event.layer != "rotation" or event.group is None:
            continue
        if any(start_ms < event.end_ms and event.start_ms < end_ms for start_ms, end_ms in busy):
            continue
        choices = _choices(programme, event)
        if len(choices) == MOST_CHOICES:
            return Turn(event.start_ms, event.end_ms, event.group, choices)
        if len(choices) >= LEAST_OPTIONS:
            found.append(Turn(event.start_ms, event.end_ms, event.group, choices))
    return found[0] if found else None


def coming(connection: Connection, screen_id: str, now_ms: int) -> Turn | None:
    """The next turn on this screen that passers-by could choose for; None when there is none soon."""
    published = newest(connection, screen_id)
    if published is None or open_at(connection, screen_id, now_ms):
        return None
    busy = [
        (one.told.at_ms, one.end_ms)
        for one in live_orders.standing(connection, now_ms)
        if screen_id in one.told.screens
    ]
    return turn_of(published.programme, busy, now_ms + LEAST_AHEAD_MS, now_ms + FURTHEST_AHEAD_MS)


def ask(connection: Connection, asked: Kept, screen_id: str, *, key: SigningKey, now_ms: int) -> str:
    """Opens a ballot for the next turn, as a poll with the items' titles; gives its id, or "" when there is no turn.

    A moderator has read the words: the question with `asked`, the titles when they were let onto the screens.
    """
    turn = coming(connection, screen_id, now_ms)
    if turn is None or asked.prompt is None or asked.decided_by is None:
        return ""
    titles = {item.id: item.screen_title for item in library.playable_items(connection)}
    options = _distinct([titles.get(choice.item, "") for choice in turn.choices])
    prompt = asked.prompt
    also = None if prompt.also is None else Wording(prompt.also.language, prompt.also.question, options)
    question = Question(prompt.question, options, prompt.asker, prompt.language, also=also)
    ballot_id, closes_ms = new_id(), turn.start_ms - CLOSES_BEFORE_MS
    statement = Statement(
        ballot_id, "poll", question, (screen_id,), now_ms, closes_ms, asked.group_id, asked.decided_by, now_ms,
        backdrop=_backdrop(connection, asked, screen_id, now_ms),
    )  # fmt: skip
    connection.execute(
        activities.insert().values(
            id=ballot_id, kind="ballot", group_id=asked.group_id, screens=json.dumps([screen_id]),
            document=json.dumps(question.as_json(), ensure_ascii=False), opens_ms=now_ms, closes_ms=closes_ms,
            state="approved", statement=json.dumps(sign_activity(statement, key).as_json(), ensure_ascii=False),
            created_by=None, created_ms=now_ms, decided_by=asked.decided_by, decided_ms=now_ms,
        )
    )  # fmt: skip
    connection.execute(
        ballots.insert().values(
            id=ballot_id, asked_id=asked.id, screen_id=screen_id, closes_ms=closes_ms, start_ms=turn.start_ms,
            end_ms=turn.end_ms, choices=json.dumps([choice.item for choice in turn.choices]), state="open",
        )
    )  # fmt: skip
    return ballot_id


def _backdrop(connection: Connection, asked: Kept, screen_id: str, now_ms: int) -> str:
    """The picture that a moderator has seen behind the question; "" for none, and for one that is over."""
    try:
        return backdrops.require(connection, asked.backdrop, (screen_id,), now_ms)
    except BadActivity:
        return ""


def open_at(connection: Connection, screen_id: str, now_ms: int) -> str:
    """The ballot that is open at a screen; "" when there is none."""
    query = sa.select(ballots.c.id).where(
        ballots.c.screen_id == screen_id, ballots.c.state == "open", ballots.c.end_ms > now_ms
    )
    return str(connection.execute(query).scalar() or "")


def are_counted(connection: Connection, activity_ids: Collection[str]) -> set[str]:
    """Those of these that are choices of what plays next which have been counted: no vote changes them any more."""
    query = sa.select(ballots.c.id).where(ballots.c.id.in_(sorted(activity_ids)), ballots.c.state != "open")
    return set(connection.execute(query).scalars())


def count_due(connection: Connection, *, key: SigningKey, now_ms: int) -> list[str]:
    """Counts every ballot whose time is over, and orders what was chosen; gives the screens it was done for."""
    query = sa.select(ballots).where(ballots.c.state == "open", ballots.c.closes_ms <= now_ms)
    return [_count(connection, row, key, now_ms) for row in connection.execute(query).mappings().all()]


def next_due_ms(connection: Connection) -> int | None:
    """When the next ballot is to be counted."""
    query = sa.select(sa.func.min(ballots.c.closes_ms)).where(ballots.c.state == "open")
    return connection.execute(query).scalar()


def chosen(connection: Connection, screen_id: str, item_id: str, at_ms: int) -> Chosen | None:
    """Whether passers-by chose that this item is on this screen at this instant."""
    query = sa.select(ballots).where(
        ballots.c.screen_id == screen_id, ballots.c.winner == item_id, ballots.c.state == "chosen",
        ballots.c.start_ms <= at_ms, ballots.c.end_ms > at_ms,
    )  # fmt: skip
    row = connection.execute(query).mappings().first()
    return None if row is None else _told(connection, row)


def lately(connection: Connection, asked_id: str) -> list[Chosen]:
    """What was chosen, the newest first."""
    query = sa.select(ballots).where(ballots.c.asked_id == asked_id, ballots.c.state == "chosen")
    rows = connection.execute(query.order_by(ballots.c.start_ms.desc()).limit(MOST_TOLD)).mappings()
    return [_told(connection, row) for row in rows]


def forget(connection: Connection, now_ms: int) -> None:
    """Lets go what came to nothing long ago: passers-by may ask for a choice all day."""
    void = sa.and_(ballots.c.state == "void", ballots.c.closes_ms < now_ms - VOID_KEPT_MS)
    gone = connection.execute(sa.select(ballots.c.id).where(void).limit(MOST_FORGOTTEN)).scalars().all()
    connection.execute(ballots.delete().where(ballots.c.id.in_(gone)))
    connection.execute(rows_of_votes.delete().where(rows_of_votes.c.activity_id.in_(gone)))
    connection.execute(activities.delete().where(activities.c.id.in_(gone)))


def _choices(programme: Programme, event: Event) -> tuple[ListedItem, ...]:
    """The planned item, and those after it in its group's list that fit into its time and may come whenever."""
    index = programme.segment_index(event.start_ms)
    segment = None if index is None else programme.plan.segments[index]
    if not isinstance(segment, Rotation) or event.group is None or event.group not in segment.groups:
        return ()
    listed = segment.groups[event.group].items
    place = next((place for place, one in enumerate(listed) if one.item == event.item), None)
    if place is None:
        return ()
    length_ms = event.end_ms - event.start_ms
    others = [one for one in (*listed[place + 1 :], *listed[:place]) if one.duration_ms <= length_ms and not one.gap_ms]
    return (listed[place], *others[: MOST_CHOICES - 1])


def _count(connection: Connection, row: sa.RowMapping, key: SigningKey, now_ms: int) -> str:
    items: list[str] = json.loads(row["choices"])
    counts = votes.counts(connection, row["id"], len(items))
    # Of equals the first: the planned item, or what comes soonest after it.
    place = max(range(len(items)), key=lambda place: (counts[place], -place))
    result: dict[str, object] = {"state": "void", "winner": None, "votes": counts[place], "total": sum(counts)}
    if sum(counts) and now_ms < row["closes_ms"] + LATEST_COUNT_MS:
        end_ms = _ordered(connection, row, items[0], items[place], key, now_ms)
        if end_ms is not None:
            result |= {"state": "chosen", "winner": items[place], "end_ms": end_ms}
    connection.execute(ballots.update().where(ballots.c.id == row["id"]).values(result))
    audit.record(
        connection, now_ms, None, "ballot.count", f"activity:{row['id']}",
        screen=row["screen_id"], item=items[place] if result["state"] == "chosen" else "", votes=counts[place],
        total=sum(counts),
    )  # fmt: skip
    return str(row["screen_id"])


def _ordered(
    connection: Connection, row: sa.RowMapping, planned: str, item_id: str, key: SigningKey, now_ms: int
) -> int | None:
    """Orders the item for its turn; gives when it ends. None when the programme has another turn there by now."""
    published = newest(connection, row["screen_id"])
    event = None if published is None else published.programme.at(row["start_ms"]).event
    if published is None or event is None or now_ms >= row["start_ms"]:
        return None
    if (event.start_ms, event.end_ms, event.item) != (row["start_ms"], row["end_ms"], planned):
        return None
    choice = next((one for one in _choices_of(published.programme, event, item_id)), None)
    shown = library_facts.gather(connection, key.public).showable.get(item_id)
    if choice is None or shown is None:
        return None
    if item_id == planned:
        return event.end_ms
    end_ms = event.start_ms + choice.duration_ms
    try:
        live_orders.choose(
            connection, key, shown=shown, screen_id=row["screen_id"], at_ms=event.start_ms, until_ms=end_ms,
            now_ms=now_ms,
        )  # fmt: skip
    except OrderRefused:
        return None
    return end_ms


def _choices_of(programme: Programme, event: Event, item_id: str) -> list[ListedItem]:
    return [one for one in _choices(programme, event) if one.item == item_id]


def _distinct(titles: list[str]) -> tuple[str, ...]:
    """Titles as options: short enough, and no two the same."""
    found: list[str] = []
    for number, title in enumerate(titles, 1):
        words = " ".join(title.split()) or f"{number}"
        words = words if len(words) <= LONGEST_OPTION else words[: LONGEST_OPTION - 1].rstrip() + "…"
        found.append(words if words not in found else f"{words[: LONGEST_OPTION - 4]} ({number})")
    return tuple(found)


def _told(connection: Connection, row: sa.RowMapping) -> Chosen:
    found = library.item(connection, row["winner"])
    return Chosen(
        row["id"], row["screen_id"], row["winner"], "" if found is None else found.title, row["votes"], row["total"],
        row["start_ms"], row["end_ms"],
    )  # fmt: skip
