"""When the rules of time zones change: booked local times stay, their instants follow."""

import sqlalchemy as sa

from curator import audit, bookings, zone_rules
from curator.store import Connection
from curator.tables import booking_slots
from tests.curator.conftest import AN_HOUR_MS, Town
from tests.curator.programme import things


def test_coming_slots_follow_a_new_edition_of_the_zones_rules_once_and_are_named(town: Town) -> None:
    screen, item_id = things.screen(town), things.approved_item(town, "Talk")
    made = things.book(town, screen, item_id, town.clock() + AN_HOUR_MS)
    other = things.book(town, screen, item_id, town.clock() + 3 * AN_HOUR_MS)

    def as_older_rules_had_it(connection: Connection) -> None:
        mine = booking_slots.c.booking_id == made.booking_id
        connection.execute(
            sa.update(booking_slots)
            .where(mine)
            .values(start_ms=made.start_ms + AN_HOUR_MS // 2, end_ms=made.end_ms + AN_HOUR_MS // 2)
        )

    def follow(connection: Connection) -> list[str]:
        return zone_rules.follow(connection, now_ms=town.clock(), version=lambda: "2099z")

    things.run(town, as_older_rules_had_it)
    assert things.run(town, follow) == [made.booking_id]
    assert things.run(town, follow) == []
    assert things.run(town, lambda c: bookings.between(c, screen.id, 0, 2**52)) == [made, other]
    rows = things.run(town, lambda c: audit.rows(c, subject=f"booking:{made.booking_id}"))
    assert rows[0].action == "booking.moved"
