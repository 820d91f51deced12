"""What is unresolved in the coming week, and what programmes have ahead of them."""

from curator import guide, rules, screens, unresolved
from curator.programme.rules import QuietRule, When
from curator.publishing import Publisher
from curator.tables import booking_slots
from tests.curator.cases import look
from tests.curator.conftest import AN_HOUR_MS, Town
from tests.curator.programme import things

A_DAY_MS = 24 * AN_HOUR_MS


def week(town: Town) -> unresolved.Week:
    return look(town, lambda connection: unresolved.coming_week(connection, town.clock()))


def test_every_booking_of_an_item_that_was_withdrawn_is_told(town: Town) -> None:
    item_id = things.approved_item(town, "Goal")
    for name in ("Library window", "Town hall"):
        things.book(town, things.screen(town, name), item_id, town.clock() + AN_HOUR_MS)
    assert week(town) == unresolved.Week([], 2)
    things.withdraw(town, item_id)
    found = week(town).found
    assert [(one.screens, one.sentence.split(" approved")[0]) for one in found] == [
        (1, "An item of this booking is not"), (1, "An item of this booking is not"),
    ]  # fmt: skip


def test_the_soonest_comes_first_and_what_is_further_than_a_week_is_left_for_later(town: Town) -> None:
    screen = things.screen(town)
    late, soon = things.approved_item(town, "Late"), things.approved_item(town, "Soon")
    things.book(town, screen, late, town.clock() + 3 * A_DAY_MS)
    things.book(town, screen, soon, town.clock() + A_DAY_MS)
    things.book(town, screen, soon, town.clock() + 8 * A_DAY_MS)
    dark = QuietRule("", "Dark", When(), mode="dark")
    things.run(
        town, lambda c: rules.put(c, dark, f"screen:{screen.id}", now_ms=town.clock(), by=town.accounts["programmer"])
    )  # fmt: skip
    assert [(one.title, one.slots) for one in week(town).found] == [("Soon", 1), ("Late", 1)]
    town.clock.turn(7 * A_DAY_MS)
    assert [one.title for one in week(town).found] == ["Soon"]


def test_bookings_that_came_to_overlap_are_told_of_the_later_one(town: Town) -> None:
    screen = things.screen(town)
    for title, after_ms in (("First", AN_HOUR_MS), ("Second", 2 * AN_HOUR_MS)):
        things.book(town, screen, things.approved_item(town, title), town.clock() + after_ms, 60_000)
    earlier = booking_slots.c.start_ms == town.clock() + AN_HOUR_MS
    longer = booking_slots.update().where(earlier).values(end_ms=town.clock() + 2 * AN_HOUR_MS + 1)
    things.run(town, lambda connection: connection.execute(longer))
    found = week(town).found
    assert [one.title for one in found] == ["Second"]
    assert "“First” has this time until" in found[0].sentence


def test_a_screen_that_was_taken_down_leaves_nothing_unresolved(town: Town) -> None:
    screen, item_id = things.screen(town), things.approved_item(town, "Goal")
    things.book(town, screen, item_id, town.clock() + AN_HOUR_MS)
    things.withdraw(town, item_id)
    things.run(
        town, lambda c: screens.retire(c, screen.id, now_ms=town.clock(), by=town.accounts["technician"])
    )  # fmt: skip
    assert week(town) == unresolved.Week([], 0)


async def test_the_next_play_of_an_item_is_ahead_whenever_it_is_asked_for(town: Town) -> None:
    screen, item_id = things.screen(town), things.approved_item(town, "Goal")
    things.share(town, screen, group=1)
    await Publisher(town.service).publish_due()

    def next_ms() -> int:
        (name, at_ms), *_later = look(town, lambda c: guide.next_plays(c, item_id, town.clock()))
        assert name == "Library window"
        return at_ms

    starts = []
    for _step in range(3):
        starts.append(next_ms())
        town.clock.now_ms = starts[-1]
    assert starts == sorted(set(starts))
    town.clock.turn(A_DAY_MS)
    assert town.clock() < next_ms() < town.clock() + AN_HOUR_MS
