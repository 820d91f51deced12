"""What pages can and programs can as well: agreements, kept weeks, captions, people, asking, taking part."""

from typing import Any

import pytest

from content.canonical import Json
from curator import accounts, activities, people, rules
from tests.curator import cases
from tests.curator.calls import mark, problem, told
from tests.curator.cases import approve, look, send, somebody, version_of
from tests.curator.conftest import Client, Town
from tests.curator.nodes import make_screen
from tests.curator.programme import things

SRT = "1\n00:00:01,000 --> 00:00:02,500\nXin chào các bạn\n"
NIGHT: dict[str, Json] = {
    "name": "Night", "hours": [{"weekdays": [0, 1, 2, 3, 4], "from_minute": 1_320, "until_minute": 360}],
}  # fmt: skip


async def made(client: Client, address: str, body: Json, status: int = 201) -> Any:
    answer = await client.post(address, json=body)
    assert answer.status == status, await answer.text()
    return await answer.json()


async def test_a_daypart_is_made_changed_and_taken_away_on_top_of_what_was_read(town: Town) -> None:
    client = town.client("programmer")
    night = await made(client, "/api/dayparts", NIGHT)
    address = f"/api/dayparts/{night['id']}"
    assert night["hours"] == NIGHT["hours"]
    assert await problem(await client.put(address, json=NIGHT)) == (428, "mark_needed")
    late = {**NIGHT, "name": "Late night"}
    assert (await client.put(address, json=late, headers=await mark(client, address))).status == 200
    assert [one["name"] for one in (await told(client, "/api/dayparts"))["dayparts"]] == ["Late night"]
    curfew = await made(client, "/api/sites", {"name": "Square", "curfew": night["id"]})
    used = await client.delete(address, headers=await mark(client, address))
    assert await problem(used) == (422, "bad_daypart")
    site = f"/api/sites/{curfew['id']}"
    changed = await client.put(site, json={"name": "Square", "static_only": True}, headers=await mark(client, site))
    assert ((await changed.json())["curfew"], (await changed.json())["static_only"]) == (None, True)
    for gone in (address, site):
        assert (await client.delete(gone, headers=await mark(client, gone))).status == 204
        assert await problem(await client.get(gone)) == (404, "not_found")


RULES: list[dict[str, Json]] = [
    {"kind": "RatingRule", "most": 12},
    {"kind": "QuietRule", "mode": "muted"},
    {"kind": "TagRule", "only": ["Kids"], "never": ["sponsor"]},
    {"kind": "PaceRule", "gap_ms": 60_000, "tag": "sponsor"},
    {"kind": "ApartRule", "tag": "sponsor"},
    {"kind": "ElectionRule", "frozen": ["party"], "from_day": "2026-12-01", "until_day": "2026-12-20"},
]
LACKING: list[tuple[dict[str, Json], str]] = [
    ({"kind": "RatingRule"}, "most"), ({"kind": "QuietRule"}, "mode"), ({"kind": "TagRule"}, "only"),
    ({"kind": "PaceRule"}, "gap_ms"), ({"kind": "ApartRule"}, "tag"), ({"kind": "ElectionRule"}, "frozen"),
    ({"kind": "ElectionRule", "equal": "party"}, "from_day"),
    ({"kind": "RatingRule", "most": 1, "from_day": "2026-12-02", "until_day": "2026-12-01"}, "until_day"),
    ({"kind": "RatingRule", "most": 1, "from_day": "2026-13-01"}, "from_day"),
]  # fmt: skip


async def test_rules_of_every_kind_are_made_told_and_ended(town: Town) -> None:
    client, head = town.client("programmer"), {"name": "A rule", "scope": "everywhere"}
    address = ""
    for wanted in RULES:
        rule = await made(client, "/api/rules", {**head, **wanted})
        given = {name: [tag.lower() for tag in value] if isinstance(value, list) else value
                 for name, value in wanted.items()}  # fmt: skip
        assert {name: rule[name] for name in wanted} == given
        address = f"/api/rules/{rule['id']}"
        assert await told(client, address) == rule
    other = {**head, "kind": "ApartRule", "tag": "sponsor", "name": "Other"}
    assert (await client.put(address, json=other, headers=await mark(client, address))).status == 200
    assert (await client.delete(address, headers=await mark(client, address))).status == 204
    assert len(look(town, rules.every)) == len(RULES) - 1
    for wanted, field in LACKING:
        refused = await client.post("/api/rules", json={**head, **wanted})
        assert await problem(refused) == (422, "bad_fields")
        assert [one["field"] for one in (await refused.json())["errors"]] == [field]
    nowhere = await client.post("/api/rules", json={**head, "kind": "RatingRule", "most": 1, "scope": "site:none"})
    assert nowhere.status == 422


async def test_a_week_is_kept_and_laid_into_the_draft(town: Town) -> None:
    client, screen = town.client("programmer"), make_screen(town)
    sent = send(town)
    approve(town, sent)
    start_ms = town.clock() + 3_600_000
    things.book(town, screen, sent.item_id, start_ms)
    kept = await made(client, "/api/weeks", {"name": "Ours", "screen": screen.id, "day": "2026-09-22"})
    assert [one["items"] for one in kept["bookings"]] == [[sent.item_id]]
    address = f"/api/weeks/{kept['id']}"
    laid = await made(client, f"{address}/lay", {"screens": [screen.id], "day": "2026-09-29"}, 200)
    assert laid == {"laid": 1, "refused": []}
    again = await made(client, f"{address}/lay", {"screens": [screen.id], "day": "2026-09-29"}, 200)
    assert (again["laid"], len(again["refused"])) == (0, 1)
    assert len((await told(client, "/api/draft"))["changes"]) == 1
    nowhere = await client.post(f"{address}/lay", json={"screens": ["none"], "day": "2026-09-29"})
    assert await problem(nowhere) == (422, "bad_fields")
    assert (await client.delete(address)).status == 204
    assert (await told(client, "/api/weeks"))["weeks"] == []


async def test_a_group_chooses_how_its_items_come_on(town: Town) -> None:
    client, address = town.client("editor"), "/api/groups/youth-club/transition"
    assert await told(client, address) == {"kind": "cut", "ms": 0}
    soft = {"kind": "crossfade", "ms": 600}
    assert (await client.put(address, json=soft, headers=await mark(client, address))).status == 200
    assert await told(client, address) == soft
    brief = await client.put(address, json={"kind": "wipe", "ms": 50}, headers=await mark(client, address))
    assert await problem(brief) == (422, "bad_transition")
    assert (await town.client("outsider").get(address)).status == 404


async def test_captions_are_added_read_and_decided(town: Town) -> None:
    sent = cases.send(town, kind="video")
    approve(town, sent)
    client, moderator = town.client("editor"), town.client("moderator")
    address = f"/api/items/{sent.item_id}/versions/{sent.version_id}/captions"
    refused = await client.post(address, json={"language": "vi", "text": "no captions at all"})
    assert await problem(refused) == (422, "bad_fields")
    key = {"Idempotency-Key": "once"}
    answers = [await client.post(address, json={"language": "vi", "text": SRT}, headers=key) for _ in range(2)]
    assert [(one.status, await one.text()) for one in answers] == [(201, await answers[0].text())] * 2
    (waiting,) = (await told(moderator, "/api/moderation/captions"))["captions"]
    assert (waiting["language"], waiting["state"], waiting["cues"]) == ("vi", "submitted", 1)
    decide = f"/api/moderation/captions/{waiting['id']}"
    wrong = await moderator.post(f"{decide}/approve", json={"sha256": "0" * 64})
    assert await problem(wrong) == (409, "not_decided")
    assert (await made(moderator, f"{decide}/approve", {"sha256": waiting["sha256"]}, 200))["state"] == "approved"
    (allowed,) = (await told(client, address))["captions"]
    own = f"/api/items/{sent.item_id}/captions/{allowed['id']}"
    assert (await town.client("outsider").delete(own)).status == 404
    assert (await client.delete(own)).status == 204
    assert (await told(client, address))["captions"] == []


async def test_captions_of_somebody_who_may_not_are_not_read(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = cases.send(town, kind="video")
    monkeypatch.setattr("curator.caption_intake.prepare_captions", lambda *_given, **_named: pytest.fail("read"))
    address = f"/api/items/{sent.item_id}/versions/{sent.version_id}/captions"
    body = {"language": "vi", "text": SRT}
    assert (await town.client("outsider").post(address, json=body)).status == 404
    assert (await town.client("moderator").post(address, json=body)).status == 403
    assert (await town.client("editor").post(address, json={**body, "language": ""})).status == 422


async def test_captions_are_rejected_with_a_published_reason(town: Town) -> None:
    sent = cases.send(town, kind="video")
    body = {"language": "vi", "text": SRT}
    address = f"/api/items/{sent.item_id}/versions/{sent.version_id}/captions"
    track = await made(town.client("editor"), address, body)
    reject = {"sha256": track["sha256"], "reason": "rights", "words": "Not these words."}
    done = await made(town.client("moderator"), f"/api/moderation/captions/{track['id']}/reject", reject, 200)
    assert (done["state"], done["reason"], done["words"]) == ("rejected", "rights", "Not these words.")


async def test_a_change_is_asked_for_and_answered(town: Town) -> None:
    sent, moderator, editor = send(town), town.client("moderator"), town.client("editor")
    address = f"/api/moderation/versions/{sent.version_id}"
    wrong = await moderator.post(f"{address}/ask", json={"sha256": "0" * 64, "words": "Louder, please."})
    assert await problem(wrong) == (409, "not_decided")
    await made(moderator, f"{address}/ask", {"sha256": sent.sha256, "words": "Louder, please."}, 200)
    assert version_of(town, sent).state == "asked"
    answer = f"/api/items/{sent.item_id}/versions/{sent.version_id}/answer"
    told_again = await made(editor, answer, {"words": "It is a silent film."}, 200)
    assert told_again["versions"][0]["state"] == "submitted"
    assert await problem(await editor.post(answer, json={"words": "Again."})) == (422, "not_answered")


async def test_a_decision_is_passed_on_and_put_back(town: Town) -> None:
    sent, moderator = send(town), town.client("moderator")
    address = f"/api/moderation/versions/{sent.version_id}"
    names = [one["name"] for one in (await told(moderator, f"{address}/passing-on"))["to_whom"]]
    assert "Administrator" in names
    passed = {"sha256": sent.sha256, "to": "administrators", "words": "I know them."}
    await made(moderator, f"{address}/pass-on", passed, 200)
    standing = (await told(moderator, f"{address}/passing-on"))["passed_on"]
    assert (standing["by"], standing["to"], standing["words"]) == ("Moderator", None, "I know them.")
    await made(moderator, f"{address}/put-back", {}, 200)
    assert await problem(await moderator.post(f"{address}/put-back", json={})) == (409, "not_decided")
    nobody = await moderator.post(f"{address}/pass-on", json={**passed, "to": town.accounts["editor"]})
    assert await problem(nobody) == (409, "not_decided")


async def test_people_are_found_closed_and_given_roles(town: Town) -> None:
    client = town.client("administrator")
    (found,) = (await told(client, "/api/people?find=contrib"))["people"]
    assert (found["name"], found["roles"]) == ("Contributor", [{"role": "contributor", "group": "youth-club"}])
    address = f"/api/people/{found['id']}"
    assert (await client.put(f"{address}/roles/moderator")).status == 204
    assert {one["role"] for one in (await told(client, address))["roles"]} == {"contributor", "moderator"}
    assert (await client.delete(f"{address}/roles/moderator")).status == 204
    assert await problem(await client.put(f"{address}/roles/editor")) == (422, "bad_account")
    assert await problem(await client.put(f"{address}/roles/king")) == (404, "not_found")
    assert (await made(client, f"{address}/close", {}, 200))["is_closed"] is True
    assert (await made(client, f"{address}/open", {}, 200))["is_closed"] is False
    me = f"/api/people/{town.accounts['administrator']}"
    assert await problem(await client.post(f"{me}/close", json={})) == (422, "bad_account")
    pages = [await told(client, "/api/people?limit=2")]
    while pages[-1]["next"]:
        pages.append(await told(client, f"/api/people?limit=2&after={pages[-1]['next']}"))
    ids = [one["id"] for page in pages for one in page["people"]]
    assert ids == [one.account.id for one in look(town, people.everybody)]


async def test_an_invitation_tells_its_link_once_and_is_taken_back(town: Town) -> None:
    client, key = town.client("administrator"), {"Idempotency-Key": "i"}
    wanted = {"email": "new@example.org", "role": "editor", "group": "youth-club"}
    first, again = [await (await client.post("/api/invitations", json=wanted, headers=key)).json() for _ in range(2)]
    assert ("/join?token=" in first["link"], again["link"]) == (True, "")
    (waiting,) = (await told(client, "/api/invitations"))["invitations"]
    assert (waiting["email"], waiting["role"], waiting["group"]) == ("new@example.org", "editor", "youth-club")
    assert (await client.delete(f"/api/invitations/{waiting['id']}")).status == 204
    assert (await told(client, "/api/invitations"))["invitations"] == []
    here = {"email": "editor@example.org", "role": "moderator"}
    assert (await made(client, "/api/invitations", here))["link"] == ""
    assert "moderator" in {role.value for role in somebody(town, "editor").council}
    for wrong in ({"role": "editor", "group": "nobodys"}, {"role": "editor"}):
        answer = await client.post("/api/invitations", json={"email": "x@example.org", **wrong})
        assert answer.status in {404, 422}


async def test_a_poll_is_asked_allowed_taken_off_and_answered(town: Town) -> None:
    screen, editor, moderator = make_screen(town), town.client("editor"), town.client("moderator")
    asked: dict[str, Json] = {
        "question": "Where shall the bench stand?",
        "options": ["River", "School"],
        "screens": [screen.id],
        "days": 3,
    }
    poll = await made(editor, "/api/groups/youth-club/activities", asked)
    assert ([one["votes"] for one in poll["options"]], poll["state"]) == ([0, 0], "submitted")
    (waiting,) = (await told(moderator, "/api/moderation/activities"))["activities"]
    decide = f"/api/moderation/activities/{waiting['id']}"
    assert (await made(moderator, f"{decide}/approve", {}, 200))["is_open"] is True
    late = await moderator.post(f"{decide}/reject", json={"reason": "No."})
    assert await problem(late) == (409, "not_decided")
    own = f"/api/groups/youth-club/activities/{poll['id']}"
    assert (await town.client("outsider").post(f"{own}/withdraw", json={})).status == 404
    assert (await made(editor, f"{own}/withdraw", {}, 200))["state"] == "withdrawn"
    unasked = await editor.post(f"{own}/reply", json={"reply": "By the river."})
    assert await problem(unasked) == (422, "bad_activity")
    game = await made(editor, "/api/groups/youth-club/activities", {"kind": "crowd", "screens": [screen.id], "days": 1})
    turned = await made(
        moderator, f"/api/moderation/activities/{game['id']}/reject", {"reason": "Not in winter."}, 200
    )  # fmt: skip
    assert (turned["state"], turned["reason"]) == ("rejected", "Not in winter.")
    assert len(look(town, activities.listed)) == 2
    nowhere = await editor.post("/api/groups/youth-club/activities", json={**asked, "screens": ["none"]})
    assert await problem(nowhere) == (422, "bad_activity")
    assert look(town, lambda connection: accounts.names(connection, [town.accounts["editor"]])) == {
        town.accounts["editor"]: "Editor"
    }
