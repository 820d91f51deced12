"""The API for people's programs: what it tells, what it changes, and how it says no."""

import base64

from content.canonical import Json
from curator import audit, decided, library
from tests.curator.calls import mark, problem, told
from tests.curator.cases import approve, item_of, look, send, version_of
from tests.curator.conftest import MakeTown, Town
from tests.curator.nodes import make_screen
from tests.curator.uploading import new_version

HOUR_MS = 3_600_000


async def test_somebody_learns_who_they_are_and_what_they_may(town: Town) -> None:
    me = await told(town.client("editor"), "/api/me")
    assert (me["name"], me["council_roles"], me["group_roles"]) == (
        "Editor", [], [{"group": "youth-club", "roles": ["editor"]}],
    )  # fmt: skip
    assert "upload for a group" in me["may"]
    assert "approve or reject" not in me["may"]
    assert await problem(await town.client().get("/api/me")) == (401, "sign_in_needed")


async def test_a_list_comes_in_pages_that_hold_each_entry_once(town: Town) -> None:
    sent = []
    for number in range(5):
        town.clock.turn(number % 2)
        sent.append(send(town, f"Item {number}").item_id)
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = await told(town.client("editor"), f"/api/groups/youth-club/items?limit=2&after={after}")
        assert len(page["items"]) <= 2
        seen += [one["id"] for one in page["items"]]
        after = page["next"]
    assert sorted(seen) == sorted(sent)
    assert len(set(seen)) == 5


async def test_a_query_that_cannot_be_taken_is_told_by_its_name(town: Town) -> None:
    send(town)
    client = town.client("editor")
    half = base64.urlsafe_b64encode(b'[1,"\\ud800"]').decode().rstrip("=")
    for query in ("limit=0", "limit=201", "after=!", "after=bm9uZQ", f"after={half}", "unknown=1", "limit=1&limit=2"):
        answer = await client.get(f"/api/groups/youth-club/items?{query}")
        assert await problem(answer) == (422, "bad_fields")
        assert (await answer.json())["errors"][0]["field"] == query.partition("=")[0]


async def test_words_of_an_item_change_only_on_top_of_what_was_read(town: Town) -> None:
    sent, client = send(town), town.client("editor")
    address = f"/api/items/{sent.item_id}"
    assert await problem(await client.patch(address, json={"title": "Skate night"})) == (428, "mark_needed")
    marked = await mark(client, address)
    answer = await client.patch(address, json={"title": "Skate night"}, headers=marked)
    assert (answer.status, (await answer.json())["title"]) == (200, "Skate night")
    assert answer.headers["ETag"] == (await client.get(address)).headers["ETag"]
    late = await client.patch(address, json={"title": "Another"}, headers=marked)
    assert await problem(late) == (412, "changed_meanwhile")
    assert item_of(town, sent).title == "Skate night"
    fresh = await client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert (fresh.status, await fresh.read()) == (304, b"")


BAD_BODIES: list[tuple[Json, str]] = [
    ({"title": ""}, "title"), ({"title": 5}, "title"), ({"title": "a\u0000b"}, "title"),
    ({"rights": "stolen"}, "rights"), ({"colour": "red"}, "colour"), ([], "body"),
]  # fmt: skip


async def test_a_body_that_cannot_be_taken_is_told_by_its_fields(town: Town) -> None:
    sent, client = send(town), town.client("editor")
    address, star = f"/api/items/{sent.item_id}", {"If-Match": "*"}
    for body, field in BAD_BODIES:
        answer = await client.patch(address, json=body, headers=star)
        assert await problem(answer) == (422, "bad_fields")
        assert [one["field"] for one in (await answer.json())["errors"]] == [field]
    assert await problem(await client.patch(address, data={"title": "x"}, headers=star)) == (415, "no_json")
    typed = star | {"Content-Type": "application/json"}
    assert await problem(await client.patch(address, data=b"{", headers=typed)) == (400, "bad_json")
    large = b'{"title": "' + b"x" * (300 << 10)
    assert await problem(await client.patch(address, data=large, headers=typed)) == (413, "too_large")


async def test_a_post_with_a_key_is_done_once(town: Town) -> None:
    sent, client = send(town), town.client("editor")
    address = f"/api/items/{sent.item_id}/withdraw"
    first = await client.post(address, json={"why": "ours"}, headers={"Idempotency-Key": "a"})
    again = await client.post(address, json={"why": "ours"}, headers={"Idempotency-Key": "a"})
    assert (first.status, await first.text()) == (again.status, await again.text())
    assert ("Idempotency-Replayed" in first.headers, again.headers["Idempotency-Replayed"]) == (False, "true")
    other = await client.post(address, json={"why": "else"}, headers={"Idempotency-Key": "a"})
    assert await problem(other) == (422, "bad_fields")
    assert (await other.json())["errors"][0]["field"] == "header Idempotency-Key"
    made = {"name": "Brass band", "quota_bytes": 5}
    programmer = town.client("programmer")
    refused = await programmer.post(
        "/api/groups", json={"name": "!", "quota_bytes": 5}, headers={"Idempotency-Key": "band"}
    )
    assert await problem(refused) == (422, "bad_group")
    for _ in range(2):
        answer = await programmer.post("/api/groups", json=made, headers={"Idempotency-Key": "band"})
        assert (answer.status, (await answer.json())["slug"]) == (201, "brass-band")
    town.clock.turn(24 * HOUR_MS)
    late = await town.client("programmer").post("/api/groups", json=made, headers={"Idempotency-Key": "band"})
    assert await problem(late) == (422, "bad_group")


async def test_the_secret_of_a_ticket_is_kept_nowhere(town: Town) -> None:
    client, key = town.client("editor"), {"Idempotency-Key": "t"}
    wanted = {"files": 1, "most_bytes": 1000, "days": 1}
    first = await (await client.post("/api/groups/youth-club/tickets", json=wanted, headers=key)).json()
    again = await (await client.post("/api/groups/youth-club/tickets", json=wanted, headers=key)).json()
    assert first["link"].startswith("/hand-in?ticket=")
    assert (again["ticket"], again["link"]) == (first["ticket"], "")
    assert (await town.client().get(first["link"])).status == 200
    ticket = first["ticket"]["id"]
    assert (await client.delete(f"/api/groups/youth-club/tickets/{ticket}")).status == 204
    assert [one["is_open"] for one in (await told(client, "/api/groups/youth-club/tickets"))["tickets"]] == [False]


async def test_a_moderator_decides_about_the_bytes_that_were_looked_at(town: Town) -> None:
    sent, moderator = send(town), town.client("moderator")
    (waiting,) = (await told(moderator, "/api/moderation/queue"))["waiting"]
    assert (waiting["version"], waiting["group"]) == (sent.version_id, "youth-club")
    address = f"/api/moderation/versions/{sent.version_id}"
    assert (await told(moderator, address))["may_decide"] is True
    wrong = await moderator.post(f"{address}/approve", json={"sha256": "0" * 64})
    assert await problem(wrong) == (409, "not_decided")
    answer = await moderator.post(f"{address}/approve", json={"sha256": sent.sha256})
    assert (answer.status, (await answer.json())["decision"]["decision"]) == (200, "approved")
    assert version_of(town, sent).state == "approved"
    assert (await told(moderator, "/api/moderation/queue"))["waiting"] == []
    mine = send(town, by="moderator")
    own = await moderator.post(f"/api/moderation/versions/{mine.version_id}/approve", json={"sha256": mine.sha256})
    assert await problem(own) == (409, "not_decided")


async def test_a_rejection_names_a_published_reason_and_its_group_appeals(town: Town) -> None:
    sent, moderator = send(town), town.client("moderator")
    codes = [one["code"] for one in (await told(town.client(), "/api/moderation/reasons"))["reasons"]]
    assert "rights" in codes
    address = f"/api/moderation/versions/{sent.version_id}/reject"
    bad = await moderator.post(address, json={"sha256": sent.sha256, "reason": "whim", "words": "No."})
    assert await problem(bad) == (422, "not_decided")
    good = await moderator.post(address, json={"sha256": sent.sha256, "reason": "rights", "words": "Whose song?"})
    assert good.status == 200
    appeal = f"/api/items/{sent.item_id}/versions/{sent.version_id}/appeal"
    assert (await town.client("editor").post(appeal, json={"words": "Ours."})).status == 200
    (waiting,) = (await told(moderator, "/api/moderation/queue"))["waiting"]
    assert waiting["is_appeal"] is True


async def test_a_running_order_is_changed_as_a_whole(town: Town) -> None:
    sent = [send(town, f"Item {number}") for number in range(3)]
    for one in sent:
        approve(town, one)
        town.clock.turn(1)
    client, address = town.client("editor"), "/api/groups/youth-club/order"
    first, second, third = (one.item_id for one in sent)
    body = {"items": [third, first], "left_out": [second]}
    answer = await client.put(address, json=body, headers=await mark(client, address))
    assert answer.status == 200, await answer.text()
    order = await told(client, address)
    assert [(one["id"], one["is_left_out"]) for one in order["items"]] == [
        (third, False), (first, False), (second, True),
    ]  # fmt: skip
    back = {"items": [second, third, first]}
    answer = await client.put(address, json=back, headers={"If-Match": answer.headers["ETag"]})
    assert [one["id"] for one in (await answer.json())["items"]] == [second, third, first]
    twice = await client.put(address, json={"items": [first, first]}, headers={"If-Match": "*"})
    assert await problem(twice) == (422, "bad_order")


async def test_a_group_and_its_members_are_looked_after(town: Town) -> None:
    programmer, administrator = town.client("programmer"), town.client("administrator")
    address, words = "/api/groups/choir", {"name": "Town choir", "quota_bytes": 9}
    answer = await programmer.put(address, json=words, headers=await mark(programmer, address))
    assert ((await answer.json())["name"], (await answer.json())["slug"]) == ("Town choir", "choir")
    account_id = town.accounts["contributor"]
    assert (await administrator.put(f"{address}/members/{account_id}/editor")).status == 204
    held = {(one["name"], one["role"]) for one in (await told(administrator, f"{address}/members"))["members"]}
    assert held == {("Outsider", "editor"), ("Contributor", "editor")}
    assert (await administrator.delete(f"{address}/members/{account_id}/editor")).status == 204
    assert (await administrator.put(f"{address}/members/{account_id}/administrator")).status == 422
    assert (await administrator.put(f"{address}/members/nobody/editor")).status == 404


async def test_notices_and_the_audit_log_are_told_in_the_readers_language(town: Town) -> None:
    sent, editor = send(town), town.client("editor")
    approve(town, sent)
    page = await told(editor, "/api/notices")
    assert page["notices"][0]["sentence"] == "“Skate day” was approved and may play."
    assert (await editor.post("/api/notices/read", json={"until_ms": town.clock()})).status == 204
    assert (await told(editor, "/api/me"))["unread_notices"] == 0
    client = town.client("administrator")
    first = await told(client, "/api/audit?limit=2")
    rest = await told(client, f"/api/audit?limit=2&after={first['next']}")
    assert [one["seq"] for one in (*first["rows"], *rest["rows"])] == list(range(first["rows"][0]["seq"], 0, -1))[:4]
    head = look(town, audit.head)
    assert first["rows"][0]["hash"] == head


async def test_where_an_item_may_play_is_said_as_a_whole(town: Town) -> None:
    sent, screen, client = send(town), make_screen(town), town.client("editor")
    address = f"/api/items/{sent.item_id}/showing"
    wanted = await told(client, address) | {"rating": 12, "targets": [f"screen:{screen.id}"], "tags": ["evening"]}
    answer = await client.put(address, json=wanted, headers=await mark(client, address))
    assert (answer.status, await answer.json()) == (200, wanted)


async def test_the_page_lists_every_endpoint_for_everybody(town: Town) -> None:
    page = await (await town.client().get("/api/")).text()
    document = await told(town.client(), "/api/openapi.json")
    assert document["openapi"] == "3.1.0"
    for path in document["paths"]:
        assert path in page
    vietnamese = await town.client().get("/api/", headers={"Accept-Language": "vi"})
    assert 'lang="vi"' in await vietnamese.text()


async def test_a_withdrawn_item_is_listed_only_when_asked_for(town: Town) -> None:
    sent, client = send(town), town.client("contributor")
    assert (await client.post(f"/api/items/{sent.item_id}/withdraw", json={})).status == 200
    assert (await told(client, "/api/groups/youth-club/items"))["items"] == []
    (gone,) = (await told(client, "/api/groups/youth-club/items?withdrawn=yes"))["items"]
    assert gone["withdrawn_ms"] == town.clock()
    assert look(town, lambda connection: library.item(connection, sent.item_id)).approved is None  # type: ignore[union-attr]


async def test_too_many_calls_must_wait(make_town: MakeTown) -> None:
    town = await make_town(api_calls_a_minute=3)
    client = town.client("editor")
    assert [(await client.get("/api/me")).status for _ in range(4)] == [200, 200, 200, 429]
    answer = await client.get("/api/me")
    assert (answer.headers["Retry-After"], await problem(answer)) == ("60", (429, "too_many"))
    town.clock.turn(60_001)
    assert (await client.get("/api/me")).status == 200


async def test_a_preparation_is_stopped_and_tried_again(town: Town) -> None:
    version_id, editor = new_version(town, sha256="0" * 64), town.client("editor")
    version = look(town, lambda connection: library.version(connection, version_id))
    assert version is not None
    address = f"/api/items/{version.item_id}/versions/{version_id}/preparation"
    assert await problem(await editor.post(f"{address}/first", json={})) == (403, "not_allowed")
    assert (await town.client("moderator").post(f"{address}/first", json={})).status == 200
    stopped = await (await editor.post(f"{address}/stop", json={})).json()
    assert (stopped["preparation"], [one["code"] for one in stopped["found"]]) == ("refused", ["cancelled"])
    assert (await (await editor.post(f"{address}/again", json={})).json())["preparation"] == "waiting"
    assert await problem(await editor.post(f"{address}/again", json={})) == (422, "cannot_steer")


async def test_a_version_is_approved_for_some_screens_and_then_for_more(town: Town) -> None:
    sent, screen, moderator = send(town), make_screen(town), town.client("moderator")
    address, looked_at = f"/api/moderation/versions/{sent.version_id}", {"sha256": sent.sha256}
    nowhere = await moderator.post(f"{address}/approve", json=looked_at | {"places": ["screen:none"]})
    assert await problem(nowhere) == (422, "bad_scope")
    some = looked_at | {"places": [f"screen:{screen.id}"]}
    assert (await moderator.post(f"{address}/approve", json=some)).status == 200
    allowed = look(town, lambda connection: decided.allowed_places(connection, sent.version_id))
    assert allowed == (screen.id,)
    assert await problem(await moderator.post(f"{address}/widen", json=some)) == (409, "not_decided")
    assert (await moderator.post(f"{address}/widen", json=looked_at | {"places": ["everywhere"]})).status == 200
