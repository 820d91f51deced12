"""What came to the API so that it does all that pages do: accounts, members, the ticker, take-downs, and the rest."""

from pathlib import Path

from content.canonical import Json
from content.captions import CaptionCue, CaptionLine, Captions, webvtt
from content.media.facts import CaptionFile
from curator import accounts, captions, library
from curator.store import Connection
from tests.curator import spare_things
from tests.curator.calls import problem, told
from tests.curator.cases import approve, keep, look, send, somebody
from tests.curator.conftest import AN_HOUR_MS, Town
from tests.curator.nodes import make_screen
from tests.curator.programme import things
from tests.curator.test_api_more import made
from tests.curator.test_take_downs import playing, withdraw


async def test_an_account_is_made_with_a_password_told_once_and_given_another(town: Town) -> None:
    client, key = town.client("administrator"), {"Idempotency-Key": "a"}
    wanted = {"name": "Neu", "email": "neu@example.org", "role": "contributor", "group": "youth-club"}
    first, again = [await (await client.post("/api/people", json=wanted, headers=key)).json() for _ in range(2)]
    assert (len(first["password"]) > 8, again["password"]) == (True, "")
    assert look(town, lambda connection: accounts.actor(connection, first["id"])) is not None
    new = await made(client, f"/api/people/{first['id']}/password", {}, 200)
    assert new["password"] not in {"", first["password"]}
    for way in ("second-step", "passkeys"):
        assert (await client.delete(f"/api/people/{first['id']}/{way}")).status == 204
    for wrong in ({"group": None}, {"role": "moderator"}, {"email": "editor@example.org"}):
        assert (await client.post("/api/people", json=wanted | wrong)).status == 422, wrong
    other = await client.post(f"/api/people/{first['id']}/erase", json={"email": "editor@example.org"})
    assert await problem(other) == (422, "bad_account")
    erased = await client.post(f"/api/people/{first['id']}/erase", json={"email": "neu@example.org"})
    assert erased.status == 204
    assert look(town, lambda connection: accounts.actor(connection, first["id"])) is None


async def test_newcomers_who_are_not_there_are_harmless(town: Town) -> None:
    client = town.client("administrator")
    assert await told(client, "/api/newcomers") == {"newcomers": []}
    assert await made(client, "/api/newcomers/nobody/welcome", {}, 200) == {"account": None}
    assert (await client.delete("/api/newcomers/nobody")).status == 204


async def test_editors_invite_into_their_group_and_take_contributors_out(town: Town) -> None:
    client, here = town.client("editor"), "/api/groups/youth-club"
    assert await made(client, f"{here}/invitations", {"email": "new@example.org"}) == {"email": "new@example.org"}
    (waiting,) = (await told(client, f"{here}/invitations"))["invitations"]
    assert (waiting["role"], waiting["group"]) == ("contributor", "youth-club")
    for other, status in (("contributor", 403), ("outsider", 404)):
        assert (await town.client(other).get(f"{here}/invitations")).status == status
    assert (await client.delete(f"{here}/invitations/{waiting['id']}")).status == 204
    assert (await told(client, f"{here}/invitations"))["invitations"] == []
    assert (await client.delete(f"{here}/contributors/{town.accounts['contributor']}")).status == 204
    assert somebody(town, "contributor").groups == {}


async def test_a_line_of_the_ticker_is_written_decided_and_taken_off(town: Town) -> None:
    screen, programmer, moderator = make_screen(town), town.client("programmer"), town.client("moderator")
    wanted: dict[str, Json] = {
        "text": "The bridge is closed",
        "screens": [screen.id],
        "until_ms": town.clock() + AN_HOUR_MS,
    }
    line = await made(programmer, "/api/tickers", wanted)
    assert (line["state"], line["screens"]) == ("submitted", [screen.id])
    decide = f"/api/moderation/tickers/{line['id']}"
    assert (await made(moderator, f"{decide}/approve", {}, 200))["is_on"] is True
    assert await problem(await moderator.post(f"{decide}/reject", json={"reason": "No"})) == (409, "not_decided")
    assert (await made(programmer, f"/api/tickers/{line['id']}/withdraw", {}, 200))["state"] == "withdrawn"
    other = await made(programmer, "/api/tickers", wanted)
    refused = await made(moderator, f"/api/moderation/tickers/{other['id']}/reject", {"reason": "Which?"}, 200)
    assert (refused["state"], refused["reason"]) == ("rejected", "Which?")
    assert [one["id"] for one in (await told(programmer, "/api/tickers"))["tickers"]].count(other["id"]) == 1
    assert (await programmer.post("/api/tickers", json=wanted | {"until_ms": 1})).status == 422
    assert (await moderator.post("/api/tickers", json=wanted)).status == 403
    assert (await moderator.post("/api/moderation/tickers/nothing/approve", json={})).status == 404


async def test_what_became_of_a_withdrawn_item_is_told_screen_by_screen(town: Town) -> None:
    item_id, _nodes = await playing(town, "First")
    client, address = town.client("moderator"), f"/api/items/{item_id}/take-down"
    assert (await told(client, address))["at_ms"] is None
    withdraw(town, item_id)
    record = await told(client, address)
    assert (record["done_ms"], [one["name"] for one in record["screens"]]) == (None, ["First"])
    assert record["screens"][0]["state"] == "waiting"
    assert (await told(client, "/api/moderation/take-downs"))["take_downs"] == [record]
    assert (await town.client("outsider").get(address)).status == 404


async def test_the_language_of_found_captions_is_said_once(town: Town) -> None:
    film, client = send(town, kind="video"), town.client("editor")
    body = webvtt(Captions("und", (CaptionCue(0, 1_000, (CaptionLine("Hello"),)),)))
    found = CaptionFile(Path("gone"), keep(town, body), len(body), "und", "SRT", 1, 0, 1_000)

    def note(connection: Connection) -> str:
        captions.note_found(connection, film.version_id, (found,), town.clock())
        return captions.of_version(connection, film.version_id)[0].id

    address = f"/api/items/{film.item_id}/captions/{things.run(town, note)}/language"
    assert (await client.post(address, json={"language": "no language"})).status == 422
    said = await made(client, address, {"language": "en"}, 200)
    assert (said["language"], said["state"]) == ("en", "submitted")
    assert (await client.post(address, json={"language": "vi"})).status == 404
    again = f"/api/items/{film.item_id}/captions/{said['id']}/language"
    assert await problem(await client.post(again, json={"language": "vi"})) == (409, "conflict")


async def test_a_version_is_mended_from_its_kept_original(town: Town) -> None:
    film, client = send(town, kind="video"), town.client("editor")
    address = f"/api/items/{film.item_id}/versions/{film.version_id}/mend"
    quieter: dict[str, Json] = {"mends": [{"kind": "volume", "by_db": 6}]}
    assert await problem(await client.post(address, json=quieter)) == (409, "conflict")
    version = look(town, lambda connection: library.version(connection, film.version_id))
    assert version is not None
    original = town.service.settings.originals / version.upload_sha256[:2] / version.upload_sha256[2:4]
    original.mkdir(parents=True)
    (original / version.upload_sha256).write_bytes(b"film")
    assert await problem(await client.post(address, json={"mends": [{"kind": "dim"}]})) == (422, "bad_fields")
    item = await made(client, address, quieter)
    assert [one["preparation"] for one in item["versions"]] == ["waiting", "ready"]


async def test_screen_groups_are_made_and_renamed_and_one_change_is_taken_out_of_a_draft(town: Town) -> None:
    screen, client = make_screen(town), town.client("programmer")
    group = await made(client, "/api/screen-groups", {"name": "Libraries"})
    answer = await client.put(f"/api/screen-groups/{group['slug']}", json={"name": "Reading rooms"})
    assert await answer.json() == group | {"name": "Reading rooms"}
    assert (await client.put("/api/screen-groups/none", json={"name": "X"})).status == 404
    weights = [
        {"change": "weight", "scope": f"screen:{screen.id}", "group": town.group.id, "weight": weight}
        for weight in (1, 2, 3)
    ]
    await client.post("/api/draft/changes", json={"changes": weights})
    left = await made(client, "/api/draft/drop", {"position": 1}, 200)
    assert [one["weight"] for one in left["changes"]] == [1, 3]


async def test_a_moderator_says_how_far_a_group_is_trusted(town: Town) -> None:
    approve(town, send(town))
    answer = await town.client("moderator").put("/api/groups/youth-club/trust", json={"trust": "trusted"})
    assert await answer.json() == {"said": "trusted", "trust": "trusted"}
    assert (await town.client("programmer").put("/api/groups/youth-club/trust", json={"trust": ""})).status == 403


async def test_an_invitation_for_somebody_here_waits_for_their_yes(town: Town) -> None:
    invitation = spare_things.invitation(town)
    (notice,) = (await told(town.client("administrator"), "/api/notices"))["notices"]
    assert (notice["kind"], notice["path"]) == ("invited", f"/join/{invitation}")
