"""What is kept about somebody, as a file of theirs: whole, readable, and with nothing about anybody else."""

import io
import json
import zipfile

import pytest

from curator import audit, invitations, moderation, own_data, own_programme, tickets
from curator.authorisation import Role
from curator.store import Connection
from curator.tables import metadata
from curator.web import own_data as page
from tests.curator.cases import approve, look, send, somebody
from tests.curator.conftest import Client, MakeTown, Town

Files = dict[str, list[dict[str, object]]]
SECRET_OR_NOBODYS = {
    "recovery_codes.account_id", "password_resets.account_id", "kept_answers.account_id", "known_browsers.account_id",
    "decision_links.account_id", "decision_link_choices.account_id",
}  # fmt: skip
"""Hashes of secrets, which tell nothing of a person."""
IN_A_FILE = {
    "accounts.id", "grants.account_id", "sessions.account_id", "second_factors.account_id", "items.created_by",
    "versions.created_by", "uploads.account_id", "decisions.account_id", "answers.account_id", "appeals.account_id",
    "escalations.account_id", "escalations.to_account", "captions.created_by",
    "captions.agreed_by", "captions.decided_by", "tickets.made_by", "webhooks.made_by", "invitations.invited_by",
    "notices.account_id", "notice_choices.account_id", "passkeys.account_id",
    "api_tokens.account_id", "identities.account_id",
}  # fmt: skip


async def got(client: Client, address: str = "/account/export") -> tuple[Files, str]:
    answer = await client.post(address)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(await answer.read())) as archive:
        files = {name: json.loads(archive.read(name)) for name in archive.namelist() if name != "README.txt"}
        return files, archive.read("README.txt").decode()


async def test_somebody_gets_what_they_made_and_what_became_of_it(town: Town) -> None:
    sent = send(town, "Skate day", credits="Ana")
    moderator, now_ms = somebody(town, "moderator"), town.clock()
    town.service.store.run_now(
        lambda connection: moderation.reject(
            connection, sent.version_id, sent.sha256, reason="rights", words="Whose song?", moderator=moderator,
            now_ms=now_ms,
        )
    )  # fmt: skip
    files, _read_me = await got(town.client("editor"))
    assert files["account.json"][0]["email"] == "editor@example.org"
    assert files["roles.json"] == [{"role": "editor", "group": "Youth club"}]
    assert (files["items.json"][0]["title"], files["items.json"][0]["credits"]) == ("Skate day", "Ana")
    version = files["versions.json"][0]
    assert (version["file_name"], version["sha256"], version["state"]) == ("a.jpg", sent.sha256, "rejected")
    assert str(version["page"]).endswith(f"/items/{sent.item_id}")
    told = files["notices.json"][0]
    assert (told["kind"], told["words"], told["read"]) == ("decision", "Whose song?", None)
    decision = files["decisions_about.json"][0]
    assert (decision["words"], decision["by"]) == ("Whose song?", "somebody else")
    assert len(files["sessions.json"]) == 1
    assert {row["action"] for row in files["audit.json"]} >= {"account.create", "account.grant", "account.export"}


async def test_a_moderator_gets_the_decisions_they_took_and_not_whose_they_were_about(town: Town) -> None:
    approve(town, send(town, "Skate day"))
    files, _read_me = await got(town.client("moderator"))
    taken = files["decisions_taken.json"][0]
    assert (taken["decision"], files["items.json"]) == ("approved", [])
    assert town.accounts["editor"] not in json.dumps(files)


async def test_tickets_and_invitations_come_without_secrets_and_other_addresses(town: Town) -> None:
    administrator, now_ms = town.accounts["administrator"], town.clock()

    def make(connection: Connection) -> str:
        tickets.make(
            connection, group_id=town.group.id, files=2, most_bytes=1 << 20, days=1, note="For Sam", now_ms=now_ms,
            by=administrator,
        )  # fmt: skip
        return invitations.invite(
            connection, town.service.settings, email="new@example.org", role=Role.MODERATOR, group_id=None,
            language="en", site="http://here", now_ms=now_ms, by=administrator,
        ).link  # fmt: skip

    link = town.service.store.run_now(make)
    files, _read_me = await got(town.client("administrator"))
    assert files["tickets.json"][0]["note"] == "For Sam"
    assert files["invitations.json"][0]["to"] == "somebody else"
    assert "new@example.org" not in json.dumps(files)
    assert link.partition("=")[2] not in json.dumps(files)


async def test_what_a_group_says_is_left_out_for_whoever_left_it(town: Town) -> None:
    send(town, "Skate day", credits="Somebody of the club")
    account_id = town.accounts["editor"]
    form = {"role": "editor", "group": town.group.id}
    await town.client("administrator").post(f"/people/{account_id}/take", data=form)
    files, _read_me = await got(town.client("editor"))
    assert "title" not in files["items.json"][0]
    assert files["versions.json"][0]["file_name"] == "a.jpg"


@pytest.mark.parametrize(("language", "words"), [("en", "the roles you hold"), ("vi", "các vai trò của bạn")])
async def test_the_read_me_tells_in_the_readers_language_what_each_file_is(
    town: Town, language: str, words: str
) -> None:
    client = town.client("contributor")
    client.session.headers["Accept-Language"] = language
    files, read_me = await got(client)
    assert all(f"{name}: " in read_me for name in files)
    assert words in read_me


async def test_an_administrator_has_it_made_for_somebody_and_that_is_on_record(town: Town) -> None:
    account_id = town.accounts["contributor"]
    files, _read_me = await got(town.client("administrator"), f"/people/{account_id}/export")
    assert files["account.json"][0]["name"] == "Contributor"
    row = look(town, lambda connection: audit.rows(connection, subject=f"account:{account_id}", most=1))[0]
    assert (row.action, row.account_id) == ("account.export", town.accounts["administrator"])
    assert (await town.client("administrator").post("/people/nobody/export")).status == 404


async def test_more_than_one_file_can_hold_is_refused(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_data, "LARGEST_BYTES", 100)
    answer = await town.client("editor").post("/account/export")
    assert answer.status == 422
    assert "more about this account than one file can hold" in await answer.text()
    assert list(town.service.settings.incoming.iterdir()) == []


async def test_nobody_keeps_the_service_busy_with_it(town: Town) -> None:
    client = town.client("editor")
    for _time in range(page.MOST_EXPORTS):
        await got(client)
    assert (await client.post("/account/export")).status == 429
    town.clock.turn(page.WINDOW_MS + 1)
    await got(client)


def test_every_table_that_names_a_person_has_its_place_in_a_file() -> None:
    naming = {
        f"{table.name}.{key.parent.name}"
        for table in metadata.tables.values()
        for key in table.foreign_keys
        if key.target_fullname == "accounts.id"
    }
    programme = {f"{who.table.name}.{who.name}" for who, _which, _when in own_programme.BY}
    assert naming == (IN_A_FILE - {"accounts.id"}) | programme | SECRET_OR_NOBODYS


@pytest.mark.parametrize(("language", "words"), [("en", "nothing is kept about you"), ("vi", "không lưu gì về bạn")])
async def test_anybody_reads_what_is_kept_and_how_long(town: Town, language: str, words: str) -> None:
    client = town.client()
    client.session.headers["Accept-Language"] = language
    assert 'href="/privacy"' in await (await client.get("/")).text()
    text = await (await client.get("/privacy")).text()
    assert words in text
    assert "30" in text


@pytest.mark.parametrize("contact", ["us@example.org", "https://example.org/complain", "0123 456"])
async def test_the_notice_says_where_to_complain(make_town: MakeTown, contact: str) -> None:
    town = await make_town(contact=contact)
    assert contact in await (await town.client().get("/privacy")).text()
