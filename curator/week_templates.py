"""Weeks kept under a name: what was booked on a screen in one week, to be laid on other weeks and other screens."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from content.canonical import Json
from content.reading import Reader
from curator import audit, bookings
from curator.ids import new_id
from curator.programme.booking import LONGEST_MS, MOST_ITEMS, STATES, Booking, Plays, State, iso, read_local
from curator.programme.hours import day_start, wall
from curator.screens import Screen
from curator.store import Connection
from curator.tables_programme import week_templates
from curator.words import N_, Told

LONGEST_NAME = 80
MOST_TEMPLATES = 200
MOST_PLACES = 500
LARGEST_BYTES = 1 << 20
MONDAY = date(2024, 1, 1)
"""The week in which places are kept; any Monday would do."""


class BadTemplate(Told):
    """A week that cannot be kept or laid."""


@dataclass(frozen=True, slots=True)
class Place:
    """Something booked in the week: `starts` is local, in the week of `MONDAY`."""

    starts: datetime
    length_ms: int
    items: tuple[str, ...]
    state: State
    plays: Plays
    title: str


@dataclass(frozen=True, slots=True)
class WeekTemplate:
    """A kept week."""

    id: str
    name: str
    places: tuple[Place, ...]
    created_ms: int


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def keep(connection: Connection, screen: Screen, day: date, name: str, *, now_ms: int, by: str) -> WeekTemplate:
    """Keeps the week of `day` as it is booked on the screen. Raises BadTemplate."""
    if not name.strip() or len(name) > LONGEST_NAME:
        raise BadTemplate(N_("Give the week a name of at most %(most)s characters."), most=LONGEST_NAME)
    if len(every(connection)) >= MOST_TEMPLATES:
        raise BadTemplate(N_("There are %(most)s kept weeks; remove one first."), most=MOST_TEMPLATES)
    monday = monday_of(day)
    from_ms, to_ms = day_start(screen.zone, monday), day_start(screen.zone, monday + timedelta(days=7))
    slots = [one for one in bookings.between(connection, screen.id, from_ms, to_ms) if one.start_ms >= from_ms]
    if not slots:
        raise BadTemplate(N_("Nothing begins in that week on this screen, so there is nothing to keep."))
    shift = datetime.combine(MONDAY, time()) - datetime.combine(monday, time())
    places = tuple(
        Place(
            wall(screen.zone, one.start_ms).replace(tzinfo=None) + shift, one.end_ms - one.start_ms,
            (one.item_id,) if one.plays == "series" else one.items, one.state, "each", one.title,
        )
        for one in slots[:MOST_PLACES]
    )  # fmt: skip
    made = WeekTemplate(new_id(), name.strip(), places, now_ms)
    connection.execute(
        week_templates.insert().values(
            id=made.id, name=made.name, document=json.dumps([_row(place) for place in places]), created_by=by,
            created_ms=now_ms,
        )
    )  # fmt: skip
    audit.record(connection, now_ms, by, "week.keep", f"week:{made.id}", name=made.name, screen=screen.id)
    return made


def every(connection: Connection) -> list[WeekTemplate]:
    """The kept weeks, by name."""
    query = sa.select(week_templates).where(week_templates.c.removed_ms.is_(None))
    rows = connection.execute(query.order_by(week_templates.c.name, week_templates.c.id)).mappings()
    return [WeekTemplate(row["id"], row["name"], _places(row["document"]), row["created_ms"]) for row in rows]


def get(connection: Connection, template_id: str) -> WeekTemplate | None:
    """One kept week, or None."""
    return next((one for one in every(connection) if one.id == template_id), None)


def remove(connection: Connection, template_id: str, *, now_ms: int, by: str) -> None:
    """Takes a kept week away; what was laid from it stays. Harmless when done twice."""
    found = get(connection, template_id)
    if found is not None:
        one = week_templates.c.id == template_id
        connection.execute(week_templates.update().where(one).values(removed_ms=now_ms))
        audit.record(connection, now_ms, by, "week.remove", f"week:{template_id}", name=found.name)


def laid(template: WeekTemplate, screens: Sequence[Screen], day: date) -> list[Booking]:
    """The bookings that lay the week on the week of `day`, each once, on all the screens."""
    shift = datetime.combine(monday_of(day), time()) - datetime.combine(MONDAY, time())
    return [
        Booking(
            id="", uid="", title=place.title, items=place.items, screens=tuple(screen.id for screen in screens),
            state=place.state, zone=screens[0].zone, starts=place.starts + shift, length_ms=place.length_ms,
            plays=place.plays,
        )
        for place in template.places
    ]  # fmt: skip


def _row(place: Place) -> Json:
    return [iso(place.starts), place.length_ms, list(place.items), place.state, place.title]


def _places(document: str) -> tuple[Place, ...]:
    rows = Reader.of_bytes(document.encode(), limit_bytes=LARGEST_BYTES).items(most=MOST_PLACES)
    return tuple(_place(row.items(most=5)) for row in rows)


def _place(cells: list[Reader]) -> Place:
    starts, length_ms, items, state, title = cells
    word = state.one_of(*STATES)
    return Place(
        read_local(starts), length_ms.integer(least=1, most=LONGEST_MS),
        tuple(item.identifier() for item in items.items(most=MOST_ITEMS)),
        next(one for one in STATES if one == word), "each", title.text(most=200),
    )  # fmt: skip
