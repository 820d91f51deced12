"""What may be joined at its start only is never joined in its middle when an order ends."""

from random import Random

from content.programme.layers import LiveEvent, fold, timeline
from tests.content.programme.plans import HOUR, MINUTE, hours, programme, town
from tests.content.programme.test_layers import log_of

TOWN = programme(hours(3, town(7, 6)))
ITEMS = sorted({event.item for event in TOWN.events(0, 3 * HOUR) if event.item})


def test_after_any_log_an_item_for_its_start_begins_there_or_gives_way_to_the_card_and_nothing_else_differs() -> None:
    gave_way = 0
    for seed in range(200):
        dice = Random(seed)  # noqa: S311 - a log, not a secret
        log, whole = log_of(dice), frozenset(dice.sample(ITEMS, len(ITEMS) // 2))
        row, plain = timeline(log, TOWN, 0, 3 * HOUR, whole), timeline(log, TOWN, 0, 3 * HOUR)
        assert [(one.start_ms, one.end_ms) for one in row] == [(one.start_ms, one.end_ms) for one in plain]
        for shown, before in zip(row, plain, strict=True):
            base = TOWN.at(before.start_ms).event
            is_middle = before.order is None and before.start_ms > base.start_ms
            if is_middle and before.item in whole:
                gave_way += 1
                assert (shown.item, shown.layer, shown.is_card) == (None, "filler", True)
            else:
                assert shown == before
        for _ in range(20):
            instant_ms = dice.randrange(3 * HOUR)
            found = fold(log, TOWN, instant_ms, whole)
            there = next(one for one in row if one.start_ms <= instant_ms < one.end_ms)
            assert (found.item, found.layer, found.is_card) == (there.item, there.layer, there.is_card)
            if found.item in whole and found.order is None:
                assert TOWN.at(instant_ms).event.start_ms == there.start_ms
    assert gave_way > 100


def test_the_card_stands_until_the_next_event_and_that_begins_as_it_would_have() -> None:
    event = next(one for one in TOWN.events(MINUTE, HOUR) if one.item and one.end_ms - one.start_ms > 20_000)
    assert event.item is not None
    order = LiveEvent("t", "t", "takeover", "start", event.start_ms + 1_000, event.start_ms + 5_000, "other")
    row = timeline([order], TOWN, event.start_ms, event.end_ms + 1, {event.item})
    assert [(one.start_ms, one.end_ms, one.item, one.is_card) for one in row[:3]] == [
        (event.start_ms, event.start_ms + 1_000, event.item, False),
        (event.start_ms + 1_000, event.start_ms + 5_000, "other", False),
        (event.start_ms + 5_000, event.end_ms, None, True),
    ]
    following = TOWN.at(event.end_ms).event
    assert (row[3].item, row[3].media_offset_ms) == (following.item, following.media_offset_ms)


def test_an_order_that_ends_as_an_item_begins_leaves_it_whole() -> None:
    event = next(one for one in TOWN.events(MINUTE, HOUR) if one.item)
    order = LiveEvent("t", "t", "takeover", "start", event.start_ms - 1_000, event.start_ms, "other")
    assert fold([order], TOWN, event.start_ms, {event.item or ""}).item == event.item
