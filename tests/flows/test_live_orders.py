"""Live orders from the page to the pixels: on and off within moments, and the programme never lost its place."""

import json
from collections.abc import Iterator

import pytest

from content.clock import now_ms
from content.manifest import read_manifest
from content.programme.engine import Programme
from content.programme.plan import read_plan
from content.reading import Reader
from curator.tables import live_events, manifests
from tests.flows.line import FPS, Line, Shown, wait_for

FRAME_MS = 1000 / FPS
SOON_MS = 4_000
"""On a quiet machine it takes less than one second."""


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    made = Line(tmp_path_factory.mktemp("line"))
    made.start_node()
    made.pair()
    made.upload("red", 6, "Red")
    made.upload("blue", 4, "Blue")
    made.approve("Red")
    made.approve("Blue")
    for title in ("Red", "Blue"):
        made.shows(item_id(made, title))
    yield made
    made.end()


def item_id(line: Line, title: str) -> str:
    found = line.item(title)
    assert found is not None
    return found.id


def programme(line: Line) -> Programme:
    query = manifests.select().order_by(manifests.c.version.desc())
    row = line.store.read_now(lambda connection: connection.execute(query).first())
    assert row is not None
    manifest = read_manifest(Reader(json.loads(row.envelope)["manifest"]))
    return Programme(read_plan(Reader(manifest.plan)))


def newest_order(line: Line) -> str:
    query = live_events.select().order_by(live_events.c.created_ms.desc())
    row = line.store.read_now(lambda connection: connection.execute(query).first())
    assert row is not None
    assert isinstance(row.scope, str)
    return row.scope.removeprefix("order:")


def first(line: Line, layer: str, since_ms: int) -> Shown:
    return wait_for(lambda: next((row for row in line.frames(since_ms) if row.layer == layer), None), 20)


def is_where_it_belongs(line: Line, since_ms: int) -> None:
    """From then on the programme is at the very picture where it would have been."""
    rows = wait_for(lambda: rows if len(rows := line.frames(since_ms)) > 150 else None, 30)
    assert {row.layer for row in rows} <= {"programme", "filler"}
    resolver = programme(line)
    shown = [row for row in rows if row.layer == "programme" and row.item]
    assert shown
    wrong = []
    for row in shown:
        showing = resolver.at(row.wall_ms)
        at_a_seam = row.wall_ms - showing.event.start_ms < FRAME_MS or showing.event.end_ms - row.wall_ms < FRAME_MS
        is_off = showing.event.item != row.item or abs(row.media_ms - showing.media_ms) > 2 * FRAME_MS
        if is_off and not at_a_seam:
            wrong.append((row, showing))
    assert len(wrong) <= len(shown) * 0.03, wrong[:3]


def test_a_takeover_is_on_within_moments_and_when_it_ends_the_programme_is_where_it_would_have_been(line: Line) -> None:
    red = item_id(line, "Red")
    given_ms = now_ms()
    line.press("programmer", "/live-orders/takeover", item=red, minutes="5", screen=line.screen.id)
    on = first(line, "takeover", given_ms)
    assert on.wall_ms - given_ms < SOON_MS
    later = wait_for(lambda: rows if len(rows := line.frames(on.wall_ms + 7_000)) > 30 else None, 20)
    assert {(row.layer, row.item) for row in later} == {("takeover", red)}
    line.press("programmer", f"/live-orders/{newest_order(line)}/end")
    ended_ms = now_ms()
    back = wait_for(lambda: next((row for row in line.frames(ended_ms - 500) if row.layer != "takeover"), None), 20)
    assert back.wall_ms - ended_ms < SOON_MS
    is_where_it_belongs(line, back.wall_ms + 1_000)


def test_an_alert_is_above_a_takeover(line: Line) -> None:
    line.press("programmer", "/live-orders/takeover", item=item_id(line, "Blue"), minutes="5", screen=line.screen.id)
    takeover = newest_order(line)
    first(line, "takeover", now_ms() - 500)
    line.press(
        "technician", "/live-orders/alert",
        heading="Storm", lines="Stay inside.", minutes="5", language="en", screen=line.screen.id,
    )  # fmt: skip
    given_ms = now_ms()
    alert = first(line, "alert", given_ms - 500)
    assert alert.wall_ms - given_ms < SOON_MS
    line.press("technician", f"/live-orders/{newest_order(line)}/end")
    first(line, "takeover", alert.wall_ms)
    line.press("programmer", f"/live-orders/{takeover}/end")
    first(line, "programme", now_ms() - 200)
