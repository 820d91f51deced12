"""The guide: what is on a screen and when, as its newest manifest has it, asked of the same engine as the screen's."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import sqlalchemy as sa

from content.programme.engine import Event
from curator import bookings, groups
from curator.programme.ahead import REACH_MS, starts_of
from curator.programme.facts import Moment
from curator.programme.hand_over import frozen_until
from curator.programme.published import Published, every_newest, newest
from curator.screens import Screen
from curator.store import Connection
from curator.tables import screens, versions

Kind = Literal["booking", "rotation", "filler", "dark", "off"]

MOST_ENTRIES = 5_000


@dataclass(frozen=True, slots=True)
class GuideEntry:
    """One thing on a screen during [start_ms, end_ms). Filler without a title is the screen's own card.

    `colour` is the group's; `version_id` names the picture, and is None where there is none. `is_confirmed`: it begins
    inside the frozen horizon, so that only a withdrawal or a change at short notice can still move it.
    `media_offset_ms` is where in its medium it begins.
    """

    start_ms: int
    end_ms: int
    title: str
    group_name: str
    colour: str
    kind: Kind
    version_id: str | None
    item_id: str | None
    is_confirmed: bool = False
    media_offset_ms: int = 0


def now_and_next(connection: Connection, screen_id: str, now_ms: int, count: int = 3) -> list[GuideEntry]:
    """What is on now and the `count` - 1 things after it; fewer at the end of the plan, none before the first one."""
    return between(connection, screen_id, now_ms, now_ms + REACH_MS, most=count)


def between(
    connection: Connection, screen_id: str, from_ms: int, to_ms: int, *, most: int = MOST_ENTRIES, promised_ms: int = 0
) -> list[GuideEntry]:
    """The first `most` things that overlap [from_ms, to_ms), in order; only what the newest manifest reaches.

    What begins before `promised_ms` (see `promised_until`) is confirmed.
    """
    published = newest(connection, screen_id)
    if published is None:
        return []
    events = list(_some(published, from_ms, to_ms, most))
    entries = _entries(connection, screen_id, published, events)
    return [replace(entry, is_confirmed=entry.start_ms < promised_ms) for entry in entries]


def promised_until(connection: Connection, screen: Screen, now_ms: int, usual_minutes: int) -> int:
    """Until when the screen's programme is promised; `now_ms` when nothing is. `usual_minutes`: `freeze_minutes`."""
    published = newest(connection, screen.id)
    if published is None:
        return now_ms
    moment = Moment(now_ms, 0, 0, screen.freeze_ms(usual_minutes))
    return frozen_until(published.programme, moment) or now_ms


def next_plays(connection: Connection, item_id: str, now_ms: int, most: int = 5) -> list[tuple[str, int]]:
    """The next starts of an item on any screen within two days: names of screens and UTC ms, the soonest first."""
    return next_plays_of(connection, [item_id], now_ms, most)[item_id]


def next_plays_of(
    connection: Connection, item_ids: Collection[str], now_ms: int, most: int = 1
) -> dict[str, list[tuple[str, int]]]:
    """`next_plays` of several items, by their ids."""
    laid = every_newest(connection) if item_ids else {}
    named = sa.select(screens.c.id, screens.c.name).where(screens.c.retired_ms.is_(None)).order_by(screens.c.name)
    up = [(row.name, laid[row.id]) for row in connection.execute(named) if row.id in laid]
    found: dict[str, list[tuple[str, int]]] = {}
    for item_id in item_ids:
        starts = [
            (start_ms, name) for name, published in up for start_ms in starts_of(published, item_id, now_ms, most)
        ]
        found[item_id] = [(name, start_ms) for start_ms, name in sorted(starts)[:most]]
    return found


def _some(published: Published, from_ms: int, to_ms: int, most: int) -> Iterator[Event]:
    events = published.programme.each_event(from_ms, min(to_ms, published.programme.span[1]))
    on = (event for event in events if event.kind != "off")
    for event, _ in zip(on, range(most), strict=False):
        yield event


def _entries(connection: Connection, screen_id: str, published: Published, events: list[Event]) -> list[GuideEntry]:
    known = {group.id: group for group in groups.every(connection)}
    pictures = _pictures(connection, {event.item for event in events if event.item is not None})
    slots = bookings.between(connection, screen_id, events[0].start_ms, events[-1].end_ms) if events else []
    return [_entry(published, event, known, pictures, _is_booked(event, slots)) for event in events]


def _is_booked(event: Event, slots: list[bookings.Slot]) -> bool:
    # A plan begins with what the one before it was showing, as fixed plays: only the bookings tell which were booked.
    return event.layer == "booking" and any(
        event.item in slot.items and slot.start_ms <= event.start_ms < slot.end_ms for slot in slots
    )


def _entry(
    published: Published,
    event: Event,
    known: Mapping[str, groups.Group],
    pictures: Mapping[tuple[str, str], str],
    is_booked: bool,
) -> GuideEntry:
    item = published.manifest.items.get(event.item or "")
    if item is None:
        kind: Kind = "dark" if event.kind == "dark" else "filler"
        return GuideEntry(event.start_ms, event.end_ms, "", "", "", kind, None, None)
    group = known.get(item.group)
    is_house = event.group is None or event.layer == "filler"
    return GuideEntry(
        start_ms=event.start_ms,
        end_ms=event.end_ms,
        title=item.title,
        group_name=item.group_name,
        colour=group.colour if group else "",
        kind="booking" if is_booked else "filler" if is_house else "rotation",
        version_id=pictures.get((item.id, item.sha256)),
        item_id=item.id,
        media_offset_ms=event.media_offset_ms,
    )


def _pictures(connection: Connection, item_ids: set[str]) -> dict[tuple[str, str], str]:
    query = sa.select(versions.c.item_id, versions.c.sha256, versions.c.id).where(
        versions.c.item_id.in_(sorted(item_ids)), versions.c.thumbnail_sha256.is_not(None)
    )
    return {(row.item_id, row.sha256): row.id for row in connection.execute(query)}
