"""The API about screens and what they show: screens, health, what plays when, bookings, drafts, live orders."""

from content.canonical import Json
from curator import screens
from tests.curator.calls import mark, problem, told
from tests.curator.cases import approve, look, send
from tests.curator.conftest import Town
from tests.curator.nodes import HEALTH, at_rest, make_screen, paired_node, publish, row

HOUR_MS = 3_600_000


async def test_a_screen_is_made_changed_and_blacked_out(town: Town) -> None:
    technician = town.client("technician")
    wanted = {"name": "Town hall", "zone": "Europe/London", "language": "en"}
    made = await technician.post("/api/screens", json=wanted)
    assert (made.status, (await made.json())["slug"]) == (201, "town-hall")
    address = "/api/screens/town-hall"
    changed = await technician.patch(address, json={"place": "Square"}, headers={"If-Match": made.headers["ETag"]})
    assert (await changed.json())["place"] == "Square"
    nowhere = await technician.patch(address, json={"zone": "Mars/Base"}, headers={"If-Match": "*"})
    assert await problem(nowhere) == (422, "bad_screen")
    assert (await technician.put(f"{address}/dark", json={"is_dark": True})).status == 200
    assert look(town, lambda connection: screens.by_slug(connection, "town-hall")).is_dark  # type: ignore[union-attr]
    assert (await told(town.client(), address))["is_dark"] is True
    assert [one["slug"] for one in (await told(town.client(), "/api/screens"))["screens"]] == ["town-hall"]


async def test_health_and_as_run_rows_are_told_as_the_node_reported_them(town: Town) -> None:
    await at_rest(town)
    sent, screen = send(town), make_screen(town)
    address, technician = f"/api/screens/{screen.slug}", town.client("technician")
    assert (await told(technician, f"{address}/health"))["is_paired"] is False
    node = await paired_node(town, screen)
    assert (await node.post("health", HEALTH)).status < 300
    now_ms = town.clock()
    rows = [row(number, item=sent.item_id, start_ms=now_ms - number * 1000) for number in (1, 2, 3)]
    assert (await node.post("as-run", {"epoch": "e", "rows": rows})).status == 200
    health = await told(technician, f"{address}/health")
    assert (health["is_present"], health["files_held"], health["clock"]) == (True, 3, "trusted")
    first = await told(technician, f"{address}/as-run?limit=2")
    rest = await told(technician, f"{address}/as-run?limit=2&after={first['next']}")
    starts = [one["start_ms"] for one in (*first["rows"], *rest["rows"])]
    assert starts == [now_ms - 3000, now_ms - 2000, now_ms - 1000]
    assert (await told(technician, f"/api/items/{sent.item_id}/plays", 404))["code"] == "not_found"
    assert (await told(town.client("editor"), f"/api/items/{sent.item_id}/plays"))["times"] == 3


async def test_what_plays_when_is_told_as_the_newest_manifest_has_it(town: Town) -> None:
    await at_rest(town)
    screen = make_screen(town)
    publish(town, screen.id, 1)
    guide = await told(town.client(), f"/api/screens/{screen.slug}/guide")
    assert [one["kind"] for one in guide["entries"]] == ["dark"]
    programme = await told(town.client("editor"), f"/api/screens/{screen.slug}/programme")
    assert programme["to_ms"] - programme["from_ms"] == HOUR_MS
    far = await town.client("editor").get(f"/api/screens/{screen.slug}/programme?from_ms=0&to_ms=253370764800000")
    assert await problem(far) == (422, "bad_fields")
    assert await problem(await town.client().get(f"/api/screens/{screen.slug}/programme")) == (401, "sign_in_needed")


def booking(town: Town, item_id: str, screen_id: str, starts: str = "2026-09-22T12:00:00") -> dict[str, Json]:
    return {
        "items": [item_id], "screens": [screen_id], "zone": "Europe/London", "starts": starts, "length_ms": 10_000,
    }  # fmt: skip


async def test_a_booking_is_made_changed_and_cancelled(town: Town) -> None:
    sent, screen, programmer = send(town), make_screen(town), town.client("programmer")
    approve(town, sent)
    made = await programmer.post("/api/bookings", json=booking(town, sent.item_id, screen.id))
    assert made.status == 201, await made.text()
    address = f"/api/bookings/{(await made.json())['id']}"
    slots = (await told(programmer, f"/api/screens/{screen.slug}/slots?to_ms={town.clock() + 72 * HOUR_MS}"))["slots"]
    assert [one["booking"] for one in slots] == [(await made.json())["id"]]
    later = booking(town, sent.item_id, screen.id, "2026-09-22T13:00:00")
    changed = await programmer.put(address, json=later, headers={"If-Match": made.headers["ETag"]})
    assert (await changed.json())["starts"] == "2026-09-22T13:00:00"
    taken = await programmer.post("/api/bookings", json=later)
    assert await problem(taken) == (422, "bad_fields")
    assert "Free: " in (await taken.json())["errors"][0]["detail"]
    assert (await programmer.delete(address, headers={"If-Match": changed.headers["ETag"]})).status == 204
    assert (await told(programmer, address))["cancelled_ms"] == town.clock()


async def test_a_draft_gathers_changes_and_publishes_them_together(town: Town) -> None:
    sent, screen, programmer = send(town), make_screen(town), town.client("programmer")
    approve(town, sent)
    wanted = {"change": "booking", "booking": booking(town, sent.item_id, screen.id)}
    weight = {"change": "weight", "scope": f"screen:{screen.id}", "group": town.group.id, "weight": 3}
    draft = await (await programmer.post("/api/draft/changes", json={"changes": [wanted, weight]})).json()
    assert [one["change"] for one in draft["changes"]] == ["booking", "weight"]
    bad = await programmer.post("/api/draft/changes", json={"changes": [weight, weight | {"scope": "screen:none"}]})
    assert (await bad.json())["errors"][0]["field"] == "changes.1"
    undone = await (await programmer.post("/api/draft/undo", json={})).json()
    assert (len(undone["changes"]), undone["can_redo"]) == (1, True)
    await programmer.post("/api/draft/redo", json={})
    published = await programmer.post("/api/draft/publish", json={"revision": draft["revision"]})
    assert (published.status, (await published.json())["screens"]) == (200, [screen.id])
    assert (await told(programmer, "/api/draft"))["changes"] == []
    shares = (await told(programmer, f"/api/screens/{screen.slug}/air-time"))["shares"]
    assert {one["group"]: one["weight"] for one in shares}["youth-club"] == 3


async def test_a_draft_that_others_overtook_is_not_published(town: Town) -> None:
    screen, programmer, administrator = make_screen(town), town.client("programmer"), town.client("administrator")
    weight = {"change": "weight", "scope": f"screen:{screen.id}", "group": town.group.id, "weight": 3}
    draft = await (await programmer.post("/api/draft/changes", json={"changes": [weight]})).json()
    await administrator.post("/api/draft/changes", json={"changes": [weight | {"weight": 5}]})
    assert (await administrator.post("/api/draft/publish", json={"revision": draft["revision"]})).status == 200
    late = await programmer.post("/api/draft/publish", json={"revision": draft["revision"]})
    assert await problem(late) == (409, "conflict")
    assert (await told(programmer, "/api/draft"))["is_overtaken"] is True
    rebased = await (await programmer.post("/api/draft/rebase", json={})).json()
    assert (await programmer.post("/api/draft/publish", json={"revision": rebased["revision"]})).status == 200
    assert (await programmer.delete("/api/draft")).status == 204


async def test_an_alert_and_a_takeover_stand_until_they_are_ended(town: Town) -> None:
    sent, screen, programmer = send(town), make_screen(town), town.client("programmer")
    approve(town, sent)
    alert = {"heading": "Storm", "screens": [screen.id], "minutes": 5}
    order = await (await town.client("moderator").post("/api/live-orders/alert", json=alert)).json()
    takeover = {"item": sent.item_id, "screens": [screen.id], "minutes": 5}
    answer = await programmer.post("/api/live-orders/takeover", json=takeover)
    assert answer.status == 201, await answer.text()
    orders = (await told(programmer, "/api/live-orders"))["orders"]
    assert {(one["layer"], one["is_on"]) for one in orders} == {("alert", True), ("takeover", True)}
    assert (await programmer.post(f"/api/live-orders/{order['id']}/end", json={})).status == 204
    assert [one["layer"] for one in (await told(programmer, "/api/live-orders"))["orders"]] == ["takeover"]
    not_theirs = await town.client("moderator").post(f"/api/live-orders/{(await answer.json())['id']}/end", json={})
    assert await problem(not_theirs) == (403, "not_allowed")
    nowhere = await programmer.post("/api/live-orders/alert", json=alert | {"screens": [screen.id, "none"]})
    assert (await nowhere.json())["errors"][0]["field"] == "screens.1"


async def test_a_screen_is_put_in_its_place_and_taken_down(town: Town) -> None:
    await at_rest(town)
    screen, technician = make_screen(town), town.client("technician")
    address = f"/api/screens/{screen.slug}"
    wanted = {"site": None, "screen_group": None, "tags": ["indoors"], "freeze_minutes": 5}
    marked = await mark(technician, f"{address}/place")
    answer = await technician.put(f"{address}/place", json=wanted, headers=marked)
    assert (answer.status, await answer.json()) == (200, wanted)
    nowhere = await technician.put(f"{address}/place", json=wanted | {"site": "none"}, headers={"If-Match": "*"})
    assert await problem(nowhere) == (422, "bad_screen")
    node = await paired_node(town, screen)
    assert (await technician.post(f"{address}/unpair", json={})).status == 204
    assert (await node.post("health", HEALTH)).status == 401
    assert (await technician.post(f"{address}/retire", json={})).status == 204
    assert (await technician.get(address)).status == 404
    for name in ("dayparts", "sites", "screen-groups", "rules"):
        assert list((await told(technician, f"/api/{name}")).values()) == [[]]
