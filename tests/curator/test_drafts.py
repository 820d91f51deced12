"""Drafts: nothing happens before they are published, two people never overwrite one another, nothing is lost."""

from dataclasses import replace
from datetime import datetime

import pytest

from curator import air_time, audit, bookings, drafts, revisions
from curator.drafts import ChangeRefused, Draft, DraftFull, NothingToPublish, Overtaken, Published
from curator.programme.booking import Booking
from curator.programme.changes import BookingCancelled, BookingPut, WeightPut
from curator.programme.hours import wall
from curator.screens import Screen
from tests.curator.conftest import AN_HOUR_MS, Town
from tests.curator.programme import things

LEAD_MS = 15_000


def weight(town: Town, screen: Screen, value: int | None, *, other: bool = False) -> WeightPut:
    group = town.other_group if other else town.group
    return WeightPut(f"screen:{screen.id}", group.id, "", value)


def booking(town: Town, screen: Screen, item_id: str, after_ms: int = AN_HOUR_MS, length_ms: int = 60_000) -> Booking:
    local: datetime = wall(screen.zone, (town.clock() + after_ms) // 1000 * 1000).replace(tzinfo=None)
    return Booking("", "", "", (item_id,), (screen.id,), "confirmed", screen.zone, local, length_ms)


def add(town: Town, who: str, *changes: BookingPut | BookingCancelled | WeightPut) -> Draft:
    return things.run(
        town,
        lambda connection: drafts.add(
            connection, town.accounts[who], changes, now_ms=town.clock(), lead_ms=LEAD_MS
        ),
    )  # fmt: skip


def publish(town: Town, who: str, on_revision: int, *, at_once: bool = False) -> Published | Overtaken:
    return things.run(
        town,
        lambda connection: drafts.publish(
            connection, town.accounts[who], now_ms=town.clock(), lead_ms=LEAD_MS, on_revision=on_revision,
            at_once=at_once,
        ),
    )  # fmt: skip


def of(town: Town, who: str) -> Draft | None:
    return things.run(town, lambda connection: drafts.of(connection, town.accounts[who]))


def test_a_draft_changes_nothing_until_it_is_published(town: Town) -> None:
    screen = things.screen(town)
    item_id = things.approved_item(town, "Choir")
    head = things.run(town, audit.head)
    draft = add(town, "programmer", weight(town, screen, 3), BookingPut(booking(town, screen, item_id)))
    assert of(town, "programmer") == draft
    assert things.run(town, lambda connection: air_time.weights(connection, screen.id)) == {}
    assert things.run(town, lambda connection: bookings.between(connection, screen.id, 0, 2**52)) == []
    assert things.run(town, audit.head) == head
    done = publish(town, "programmer", 0)
    assert isinstance(done, Published)
    assert (done.revision, done.screens) == (1, (screen.id,))
    assert things.run(town, lambda connection: air_time.weights(connection, screen.id)) == {town.group.id: 3}
    assert len(things.run(town, lambda connection: bookings.between(connection, screen.id, 0, 2**52))) == 1
    assert of(town, "programmer") is None
    [revision] = things.run(town, lambda connection: revisions.since(connection, 0))
    assert (revision.name, revision.changes) == ("Programmer", done.changes)


def test_undone_changes_can_be_done_again_until_another_is_made(town: Town) -> None:
    screen = things.screen(town)
    account_id = town.accounts["programmer"]
    changes = [weight(town, screen, number) for number in (1, 2, 3)]
    add(town, "programmer", *changes)
    for left in (2, 1, 0, 0):
        draft = things.run(town, lambda connection: drafts.undo(connection, account_id, now_ms=town.clock()))
        assert list(draft.changes) == changes[:left]
    for count in (1, 2):
        draft = things.run(town, lambda connection: drafts.redo(connection, account_id, now_ms=town.clock()))
        assert list(draft.changes) == changes[:count]
    draft = add(town, "programmer", weight(town, screen, 9))
    assert draft.undone == ()
    assert [change.weight for change in draft.changes if isinstance(change, WeightPut)] == [1, 2, 9]


def test_a_new_booking_can_be_moved_and_cancelled_inside_the_draft(town: Town) -> None:
    screen = things.screen(town)
    item_id = things.approved_item(town, "Choir")
    draft = add(town, "programmer", BookingPut(booking(town, screen, item_id)))
    [first] = draft.changes
    assert isinstance(first, BookingPut)
    assert first.booking.id
    moved = replace(booking(town, screen, item_id, 5 * AN_HOUR_MS), id=first.booking.id, uid=first.booking.uid)
    add(town, "programmer", BookingPut(moved))
    publish(town, "programmer", 0)
    [slot] = things.run(town, lambda connection: bookings.between(connection, screen.id, 0, 2**52))
    assert slot.start_ms == (town.clock() + 5 * AN_HOUR_MS) // 1000 * 1000


def test_a_change_that_cannot_be_made_is_refused_with_what_would_go_and_is_not_added(town: Town) -> None:
    screen = things.screen(town)
    item_id = things.approved_item(town, "Choir")
    add(town, "programmer", BookingPut(booking(town, screen, item_id)))
    with pytest.raises(ChangeRefused) as refused:
        add(town, "programmer", weight(town, screen, 2), BookingPut(booking(town, screen, item_id)))
    assert refused.value.position == 2
    assert refused.value.free_ms
    assert "Choir" in refused.value.told()
    draft = of(town, "programmer")
    assert draft is not None
    assert len(draft.changes) == 1


def test_of_two_programmers_one_wins_and_the_other_sees_what_was_changed_and_keeps_the_draft(town: Town) -> None:
    screen = things.screen(town)
    add(town, "programmer", weight(town, screen, 3))
    mine = add(town, "administrator", weight(town, screen, 5, other=True))
    assert isinstance(publish(town, "programmer", 0), Published)
    overtaken = publish(town, "administrator", 0)
    assert isinstance(overtaken, Overtaken)
    assert [(revision.name, revision.changes) for revision in overtaken.by] == [
        ("Programmer", (weight(town, screen, 3),))
    ]
    assert of(town, "administrator") == mine
    assert things.run(town, lambda connection: air_time.weights(connection, screen.id)) == {town.group.id: 3}
    things.run(
        town,
        lambda connection: drafts.rebase(connection, town.accounts["administrator"], now_ms=town.clock()),
    )  # fmt: skip
    assert isinstance(publish(town, "administrator", 1), Published)
    assert things.run(town, lambda connection: air_time.weights(connection, screen.id)) == {
        town.group.id: 3, town.other_group.id: 5,
    }  # fmt: skip


def test_who_published_something_else_meanwhile_has_not_overtaken_themselves(town: Town) -> None:
    screen = things.screen(town)
    add(town, "programmer", weight(town, screen, 3))
    things.run(
        town,
        lambda connection: drafts.publish_at_once(
            connection, [weight(town, screen, 1, other=True)], now_ms=town.clock(), lead_ms=LEAD_MS,
            by=town.accounts["programmer"],
        ),
    )  # fmt: skip
    assert isinstance(publish(town, "programmer", 0), Published)


def test_a_change_that_no_longer_applies_is_told_and_stays_in_the_draft(town: Town) -> None:
    screen = things.screen(town)
    item_id = things.approved_item(town, "Choir")
    draft = add(town, "programmer", weight(town, screen, 4), BookingPut(booking(town, screen, item_id)))
    things.withdraw(town, item_id)
    with pytest.raises(ChangeRefused) as refused:
        publish(town, "programmer", 0)
    assert refused.value.position == 1
    assert of(town, "programmer") == draft
    assert things.run(town, lambda connection: air_time.weights(connection, screen.id)) == {}
    assert things.run(town, revisions.newest) == 0
    dropped = things.run(
        town, lambda connection: drafts.drop(connection, draft.account_id, 1, now_ms=town.clock())
    )  # fmt: skip
    assert dropped.changes == draft.changes[:1]
    assert isinstance(publish(town, "programmer", 0), Published)


def test_a_discarded_draft_is_gone_and_an_empty_one_is_not_published(town: Town) -> None:
    screen = things.screen(town)
    add(town, "programmer", weight(town, screen, 4))
    account_id = town.accounts["programmer"]
    for _ in range(2):
        things.run(town, lambda connection: drafts.discard(connection, account_id, now_ms=town.clock()))
    assert of(town, "programmer") is None
    with pytest.raises(NothingToPublish):
        publish(town, "programmer", 0)


def test_a_draft_has_an_end(town: Town) -> None:
    screen = things.screen(town)
    with pytest.raises(DraftFull):
        add(town, "programmer", *[weight(town, screen, 1)] * (revisions.MOST_CHANGES + 1))


def test_short_notice_is_asked_for_the_screens_concerned_and_no_others(town: Town) -> None:
    screen, other = things.screen(town), things.screen(town, "Elsewhere")
    add(town, "programmer", weight(town, screen, 4))
    publish(town, "programmer", 0, at_once=True)
    marks = [
        things.run(town, lambda connection, one=one: revisions.short_notice(connection, one.id))  # type: ignore[misc]
        for one in (screen, other)
    ]
    assert marks == ["1", ""]


@pytest.mark.parametrize(("after_ms", "mark"), [(10 * 60_000, "1"), (5 * AN_HOUR_MS, "")])
def test_a_booking_form_asked_for_soon_does_not_wait_for_the_end_of_what_was_promised(
    town: Town, after_ms: int, mark: str
) -> None:
    screen = things.screen(town)
    item_id = things.approved_item(town, "Choir")
    things.run(
        town,
        lambda connection: drafts.publish_at_once(
            connection, [BookingPut(booking(town, screen, item_id, after_ms))], now_ms=town.clock(), lead_ms=LEAD_MS,
            by=town.accounts["programmer"],
        ),
    )  # fmt: skip
    assert things.run(town, lambda connection: revisions.short_notice(connection, screen.id)) == mark
