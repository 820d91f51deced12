"""Live layers: the highest order is on, the programme goes on underneath, and arrival makes no difference."""

import json
from pathlib import Path
from random import Random

from click.testing import CliRunner

from content.programme.cli import programme as command
from content.programme.layers import (
    HIGHEST_FIRST,
    SESSION_BUDGET_MS,
    Action,
    LiveEvent,
    fold,
    protected_spans,
    stretches,
    timeline,
)
from tests.content.programme.plans import HOUR, MINUTE, hours, programme, town

TOWN = programme(hours(3, town(7, 6)))
BOOKED = programme(
    {
        "engine": "L1",
        "groups": [],
        "segments": [
            {
                "start_ms": 0,
                "end_ms": HOUR,
                "kind": "fixed",
                "items": [{"offset_ms": 10_000, "duration_ms": 20_000, "item": "b", "protected": True}],
            }
        ],
    }
)


def start(name: str, layer: str, at_ms: int, until_ms: int) -> LiveEvent:
    found = next(one for one in HIGHEST_FIRST if one == layer)
    return LiveEvent(name, name, found, "start", at_ms, until_ms, f"item {name}")


def log_of(dice: Random) -> list[LiveEvent]:
    log = []
    for number in range(dice.randint(0, 8)):
        at_ms = dice.randrange(2 * HOUR)
        order = start(f"o{number}", dice.choice(HIGHEST_FIRST), at_ms, at_ms + dice.randint(1, 20 * MINUTE))
        log.append(order)
        for action in dice.sample(["extend", "end"], dice.randint(0, 2)):
            when_ms = at_ms + dice.randint(0, 25 * MINUTE)
            later_ms = when_ms + dice.randint(1, 20 * MINUTE)
            kind: Action = "extend" if action == "extend" else "end"
            log.append(LiveEvent(f"{order.id} {kind}", order.id, order.layer, kind, when_ms, later_ms))
    return log


def test_any_log_gives_a_gapless_row_in_which_the_highest_is_on_and_arrival_makes_no_difference() -> None:
    for seed in range(200):
        dice = Random(seed)  # noqa: S311 - a log, not a secret
        log = log_of(dice)
        row = timeline(log, TOWN, 0, 3 * HOUR)
        assert [one.end_ms for one in row[:-1]] == [one.start_ms for one in row[1:]]
        assert (row[0].start_ms, row[-1].end_ms) == (0, 3 * HOUR)
        assert timeline([*dice.sample(log, len(log)), *log], TOWN, 0, 3 * HOUR) == row
        held = stretches(log, [])
        for _ in range(40):
            instant_ms = dice.randrange(3 * HOUR)
            shown = fold(log, TOWN, instant_ms)
            on = [one.start.layer for one in held if one.start_ms <= instant_ms < one.end_ms]
            if on:
                assert shown.layer == min(on, key=HIGHEST_FIRST.index)
            else:
                base = TOWN.at(instant_ms)
                wanted = (base.event.item, base.media_ms)
                assert shown.order is None
                assert shown.is_card or shown.item is None or (shown.item, shown.media_offset_ms) == wanted


def test_an_alert_that_nobody_refreshes_ends_after_an_hour() -> None:
    alert = start("a", "alert", 0, 3 * HOUR)
    assert [one.end_ms for one in stretches([alert], [])] == [HOUR]
    refreshed = LiveEvent("x", "a", "alert", "extend", HOUR - 1, 3 * HOUR)
    assert [one.end_ms for one in stretches([alert, refreshed], [])] == [2 * HOUR - 1]


def test_an_order_that_has_ended_is_not_extended() -> None:
    log = [
        start("a", "takeover", 0, 1_000),
        LiveEvent("e", "a", "takeover", "end", 500, 500),
        LiveEvent("x", "a", "takeover", "extend", 500, 5_000),
    ]
    assert [one.end_ms for one in stretches(log, [])] == [500]


def test_a_session_waits_for_a_protected_booking_and_never_has_more_than_its_share_of_an_hour() -> None:
    assert protected_spans(BOOKED) == [(10_000, 30_000)]
    waited = stretches([start("s", "session", 15_000, 60_000)], protected_spans(BOOKED))
    assert [(one.start_ms, one.end_ms) for one in waited] == [(30_000, 60_000)]
    asked = [start(f"s{n}", "session", n * 5 * MINUTE, n * 5 * MINUTE + 4 * MINUTE) for n in range(12)]
    assert sum(one.end_ms - one.start_ms for one in stretches(asked, [])) == SESSION_BUDGET_MS


def test_an_item_with_less_than_three_seconds_left_is_not_joined() -> None:
    event = TOWN.at(HOUR // 2).event
    shown = fold([start("t", "takeover", event.start_ms, event.end_ms - 2_000)], TOWN, event.end_ms - 1_000)
    assert shown.is_card
    joined = fold([start("t", "takeover", event.start_ms, event.end_ms - 4_000)], TOWN, event.end_ms - 1_000)
    assert (joined.item, joined.is_card) == (event.item, False)


def sampled(log: list[LiveEvent], instant_ms: int) -> tuple[str, str | None] | None:
    """The layer and order on at one instant, by asking the log alone, event by event. Knows nothing of sessions."""
    known: dict[str, LiveEvent] = {event.id: event for event in log}
    best: tuple[int, int, str] | None = None
    found: tuple[str, str | None] | None = None
    for begun in known.values():
        if begun.action != "start" or begun.at_ms > instant_ms:
            continue
        ceiling_ms = HOUR if begun.layer == "alert" else 10**15
        reach_ms = min(begun.until_ms, begun.at_ms + ceiling_ms)
        told = sorted((one for one in known.values() if one.order == begun.order and one is not begun), key=_when)
        for one in told:
            if not begun.at_ms <= one.at_ms < reach_ms or one.layer != begun.layer:
                continue
            reach_ms = one.at_ms if one.action == "end" else max(reach_ms, min(one.until_ms, one.at_ms + ceiling_ms))
        rank = (-HIGHEST_FIRST.index(begun.layer), begun.at_ms, begun.id)
        if instant_ms < reach_ms and (best is None or rank > best):
            best, found = rank, (begun.layer, begun.order)
    return found


def _when(event: LiveEvent) -> tuple[int, str]:
    return event.at_ms, event.id


def test_the_fold_agrees_with_asking_the_log_instant_by_instant() -> None:
    compared = 0
    for seed in range(200):
        dice = Random(1_000 + seed)  # noqa: S311 - a log, not a secret
        log = [event for event in log_of(dice) if event.layer != "session"]
        row = timeline(log, TOWN, 0, 3 * HOUR)
        for one in row:
            for instant_ms in {one.start_ms, (one.start_ms + one.end_ms) // 2, one.end_ms - 1}:
                wanted = sampled(log, instant_ms)
                assert (None if one.order is None else (one.layer, one.order)) == wanted
                compared += wanted is not None
    assert compared > 500


def test_the_command_tells_what_is_on_with_orders_over_the_programme(tmp_path: Path) -> None:
    plan, events = tmp_path / "plan.json", tmp_path / "events.jsonl"
    plan.write_text(json.dumps(hours(3, town(7, 6))), "utf-8")
    order = {"id": "e", "order": "o", "layer": "takeover", "action": "start", "at_ms": 5_000, "until_ms": 9_000}
    events.write_text(json.dumps(order | {"item": "x"}) + "\n\n", "utf-8")
    words = ["layered", str(plan), "--events", str(events), "--json", "--time"]
    answer = CliRunner().invoke(command, [*words, "6000"])
    assert json.loads(answer.stdout) == {
        "time_ms": 6_000, "layer": "takeover", "order": "o", "item": "x", "media_ms": 1_000, "is_card": False,
    }  # fmt: skip
    assert json.loads(CliRunner().invoke(command, [*words, "9000"]).stdout)["order"] is None
    events.write_text('{"id": "e"}', "utf-8")
    refused = CliRunner().invoke(command, [*words, "0"])
    assert refused.exit_code == 2
    assert "line 1" in refused.stderr
