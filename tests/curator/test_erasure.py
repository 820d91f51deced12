"""Accounts that are erased: nothing names the person any more, what they made stays, and the log still holds."""

import pytest
import sqlalchemy as sa

from curator import accounts, appeals, audit, erasure, invitations, notices, people, tickets
from curator.authorisation import Role
from curator.mail import outbox
from curator.notices import Kind
from curator.safekeeping import check_everything
from curator.store import Connection
from curator.tables import accounts as rows_of_accounts
from curator.tables import metadata, versions
from tests.curator.cases import approve, item_of, look, send, somebody
from tests.curator.conftest import Town

PASSWORD = "correct horse battery"
STAYS = {
    "activities", "answers", "appeals", "bookings", "captions", "decisions", "drafts", "escalations", "free_text",
    "invitations",
    "items", "live_events", "nodes", "open311_endpoints", "pairings",
    "programme_revisions", "promises", "rules", "street_reports", "tickers", "tickets",
    "uploads", "versions", "wall_answers", "webhooks",
    "week_templates",
}  # fmt: skip
"""What is of a group, of the town, or of somebody else, and says by an id who did it."""


async def erase(town: Town, who: str, typed: str | None = None) -> int:
    address = f"/people/{town.accounts[who]}/erase"
    form = {"email": f"{who}@example.org" if typed is None else typed}
    answer = await town.client("administrator").post(address, data=form, allow_redirects=False)
    return answer.status


def everything(connection: Connection) -> str:
    """All that the database holds, as text."""
    return "\n".join(
        str(tuple(row)) for table in metadata.tables.values() for row in connection.execute(sa.select(table))
    )


async def test_nothing_in_the_database_names_somebody_who_was_erased(town: Town) -> None:
    approve(town, send(town))
    town.service.store.run_now(lambda connection: _live(connection, town))
    assert "editor@example.org" in look(town, everything)
    assert await erase(town, "editor") == 303
    left = look(town, everything)
    assert "editor@example.org" not in left
    assert "'Editor'" not in left
    assert look(town, lambda connection: notices.of(connection, town.accounts["editor"])) == []


def _live(connection: Connection, town: Town) -> None:
    """What gathers around an account: a row of the log as once written, a mail, an invitation, an open session."""
    email, now_ms, administrator = "editor@example.org", town.clock(), town.accounts["administrator"]
    audit.record(connection, now_ms, None, "account.create", f"account:{town.accounts['editor']}", email=email)
    outbox.put(connection, recipient=email, language="en", subject="Hello", body="Hello Editor", now_ms=now_ms)
    notices.tell(connection, [town.accounts["editor"]], Kind.DECISION, "version:x", mark="x", now_ms=now_ms)
    accounts.sign_in(connection, town.accounts["editor"], now_ms=now_ms, life_ms=1_000)
    gone = rows_of_accounts.c.email == email
    connection.execute(rows_of_accounts.update().where(gone).values(email="another@example.org"))
    invitations.invite(
        connection, town.service.settings, email=email, role=Role.MODERATOR, group_id=None, language="en",
        site="http://here", now_ms=now_ms, by=administrator,
    )  # fmt: skip
    connection.execute(
        rows_of_accounts.update().where(rows_of_accounts.c.email == "another@example.org").values(email=email)
    )


async def test_the_log_and_everything_else_is_still_whole(town: Town) -> None:
    approve(town, send(town))
    town.service.store.run_now(lambda connection: _live(connection, town))
    assert await erase(town, "editor") == 303
    assert look(town, audit.first_broken_row) is None
    assert check_everything(town.service.settings.data) == []


async def test_what_somebody_made_stays_and_is_told_as_by_somebody_who_was_here(town: Town) -> None:
    sent = send(town, "Skate day")
    approve(town, sent)
    await erase(town, "editor")
    await erase(town, "moderator")
    assert item_of(town, sent).approved is not None
    client = town.client("administrator")
    assert (
        "Somebody who was here approved this version"
        in await (await client.get(f"/moderation/{sent.version_id}")).text()
    )
    assert "<strong>Somebody who was here</strong> approved a version of" in await (await client.get("/audit")).text()
    vi = {"Accept-Language": "vi"}
    assert "Một người từng ở đây" in await (await client.get("/audit", headers=vi)).text()


async def test_whoever_is_erased_is_out_at_once_and_cannot_be_let_in_again(town: Town) -> None:
    client, account_id = town.client("editor"), town.accounts["editor"]
    assert (await client.get("/account")).status == 200
    await erase(town, "editor")
    assert "/sign-in" in str((await client.get("/account")).url)
    for change in ("enable", "give", "password", "export", "erase"):
        form = {"role": "moderator", "email": account_id}
        answer = await town.client("administrator").post(f"/people/{account_id}/{change}", data=form)
        assert answer.status == 404, change
    assert account_id not in await (await town.client("administrator").get("/people")).text()


async def test_the_address_is_free_for_another_account(town: Town) -> None:
    await erase(town, "editor")
    form = {"name": "Ana", "email": "editor@example.org", "role": "moderator", "language": "en"}
    assert (await town.client("administrator").post("/people", data=form)).status == 200
    assert await erase(town, "contributor") == 303


async def test_a_ticket_of_somebody_who_was_erased_opens_nothing(town: Town) -> None:
    _ticket, secret = town.service.store.run_now(
        lambda connection: tickets.make(
            connection, group_id=town.group.id, files=1, most_bytes=100, days=1, note="", now_ms=town.clock(),
            by=town.accounts["editor"],
        )
    )  # fmt: skip
    await erase(town, "editor")
    assert (await town.client().get(f"/hand-in?ticket={secret}")).status != 200


async def test_the_last_administrator_is_not_erased_and_cannot_ask(town: Town) -> None:
    assert await erase(town, "administrator") == 422
    answer = await _asking(town, "administrator")
    assert "This is the last administrator" in answer
    assert look(town, lambda connection: people.exists(connection, town.accounts["administrator"]))


async def test_the_address_is_typed_so_that_nobody_is_erased_by_a_slip(town: Town) -> None:
    assert await erase(town, "editor", "contributor@example.org") == 422
    assert await erase(town, "editor", "") == 422
    assert await erase(town, "editor", " Editor@Example.ORG ") == 303


async def _asking(town: Town, who: str, password: str = PASSWORD) -> str:
    known = await accounts.in_turn(accounts.hash_password, PASSWORD)
    town.service.store.run_now(
        lambda connection: connection.execute(
            rows_of_accounts.update()
            .where(rows_of_accounts.c.id == town.accounts[who])
            .values(password_hash=known)
        )
    )  # fmt: skip
    return await (await town.client(who).post("/account/erasure", data={"current": password})).text()


async def test_somebody_asks_for_it_and_an_administrator_sees_that(town: Town) -> None:
    assert "You asked for it on" in await _asking(town, "editor")
    client = town.client("administrator")
    assert "These people ask to have their account erased" in await (await client.get("/people")).text()
    actions = [row.action for row in look(town, lambda connection: audit.rows(connection, most=5))]
    assert "account.erase_ask" in actions
    assert "Ask for the account to be erased" in await (await town.client("editor").post("/account/erasure/end")).text()
    assert "These people ask" not in await (await client.get("/people")).text()


async def test_asking_takes_the_password(town: Town) -> None:
    assert "The present password is not that." in await _asking(town, "editor", "something else")
    assert look(town, lambda connection: erasure.asked_ms(connection, town.accounts["editor"])) is None


async def test_an_appeal_is_told_without_the_name(town: Town) -> None:
    sent = send(town)
    town.service.store.run_now(lambda connection: _rejected_and_appealed(connection, town, sent.version_id))
    await erase(town, "editor")
    appeal = look(town, lambda connection: appeals.about(connection, sent.version_id))
    assert appeal is not None
    assert appeal.name == "Somebody who was here"


def _rejected_and_appealed(connection: Connection, town: Town, version_id: str) -> None:
    connection.execute(versions.update().where(versions.c.id == version_id).values(state="rejected"))
    by = somebody(town, "editor", Role.ADMINISTRATOR)
    appeals.make(connection, version_id, words="Please look again.", by=by, now_ms=town.clock())


def test_every_table_that_names_a_person_is_emptied_or_stays_for_a_reason() -> None:
    naming = {
        table.name
        for table in metadata.tables.values()
        for key in table.foreign_keys
        if key.target_fullname == "accounts.id"
    }
    assert naming == STAYS | {table.name for table in erasure.OF_A_PERSON}


@pytest.mark.parametrize("who", ["programmer", "technician", "outsider"])
async def test_anybody_else_can_be_erased(town: Town, who: str) -> None:
    assert await erase(town, who) == 303
    assert look(town, audit.first_broken_row) is None
