"""People and groups: giving and taking roles, closing accounts, and always somebody who can let others in."""

import re

import pytest

from curator import accounts, groups, people
from curator.authorisation import Action, Actor
from tests.curator.cases import look
from tests.curator.conftest import Client, Town

PASSWORD = "correct horse battery"


def who_is(town: Town, email: str) -> Actor | None:
    everyone = look(town, accounts.everybody)
    account_id = next(person.id for person in everyone if person.email == email)
    return look(town, lambda connection: accounts.actor(connection, account_id))


async def sign_in(town: Town, email: str, password: str) -> tuple[Client, int]:
    client = town.client()
    answer = await client.post("/sign-in", data={"email": email, "password": password, "next": "/"})
    return client, answer.status


async def add(town: Town, **fields: str) -> tuple[int, str]:
    form = {"name": "Ana", "email": "ana@example.org", "role": "moderator", "language": "en"} | fields
    answer = await town.client("administrator").post("/people", data=form)
    return answer.status, await answer.text()


def password_on(page: str) -> str:
    found = re.search(r'class="once">([a-z0-9-]{19})<', page)
    assert found is not None
    return found.group(1)


async def test_a_new_person_signs_in_with_the_password_shown_once(town: Town) -> None:
    status, page = await add(town, role=f"editor:{town.group.id}")
    assert status == 200
    client, status = await sign_in(town, "ana@example.org", password_on(page))
    assert status == 200
    assert "Youth club" in await (await client.get("/")).text()
    assert password_on(page) not in await (await town.client("administrator").get("/people")).text()


@pytest.mark.parametrize(
    "fields",
    [
        {"email": "editor@example.org"},
        {"email": "nobody"},
        {"role": "king"},
        {"role": "editor"},
        {"role": "moderator:nowhere"},
        {"role": "editor:nowhere"},
    ],
)
async def test_an_account_that_makes_no_sense_is_not_made(town: Town, fields: dict[str, str]) -> None:
    before = len(look(town, accounts.everybody))
    status, page = await add(town, **fields)
    assert status == 422
    assert 'role="alert"' in page
    assert len(look(town, accounts.everybody)) == before


async def test_roles_are_given_and_taken(town: Town) -> None:
    client, account_id = town.client("administrator"), town.accounts["contributor"]
    await client.post(f"/people/{account_id}/give", data={"role": "moderator"})
    person = who_is(town, "contributor@example.org")
    assert person is not None
    assert person.may(Action.DECIDE)
    await client.post(f"/people/{account_id}/take", data={"role": "moderator"})
    await client.post(f"/people/{account_id}/take", data={"role": "contributor", "group": town.group.id})
    person = who_is(town, "contributor@example.org")
    assert person is not None
    assert not person.council
    assert not person.groups


async def test_a_closed_account_is_out_at_once_and_can_come_back(town: Town) -> None:
    account_id, browser = town.accounts["moderator"], town.client("moderator")
    assert (await browser.get("/moderation")).status == 200
    await town.client("administrator").post(f"/people/{account_id}/disable")
    assert (await browser.get("/moderation", allow_redirects=False)).status == 303
    await town.client("administrator").post(f"/people/{account_id}/enable")
    assert (await town.client("moderator").get("/moderation")).status == 200


async def test_the_last_administrator_keeps_role_and_account(town: Town) -> None:
    client, account_id = town.client("administrator"), town.accounts["administrator"]
    assert (await client.post(f"/people/{account_id}/disable")).status == 422
    assert (await client.post(f"/people/{account_id}/take", data={"role": "administrator"})).status == 422
    other = town.accounts["technician"]
    await client.post(f"/people/{other}/give", data={"role": "administrator"})
    await client.post(f"/people/{other}/disable")
    assert (await client.post(f"/people/{account_id}/take", data={"role": "administrator"})).status == 422
    await client.post(f"/people/{other}/enable")
    answer = await client.post(f"/people/{account_id}/take", data={"role": "administrator"}, allow_redirects=False)
    assert answer.status == 303


async def test_a_lost_password_is_replaced_and_every_session_ends(town: Town) -> None:
    browser = town.client("editor")
    answer = await town.client("administrator").post(f"/people/{town.accounts['editor']}/password")
    _client, status = await sign_in(town, "editor@example.org", password_on(await answer.text()))
    assert status == 200
    assert "Sign out" not in await (await browser.get("/")).text()


@pytest.mark.parametrize("who", ["programmer", "moderator", "technician", "editor", "contributor", None])
async def test_only_administrators_look_after_people(town: Town, who: str | None) -> None:
    client, account_id = town.client(who), town.accounts["editor"]
    expected = 303 if who is None else 403
    assert (await client.get("/people", allow_redirects=False)).status == expected
    for address in ("/people", *(f"/people/{account_id}/{verb}" for verb in ("give", "take", "disable", "password"))):
        form = {"name": "A", "email": "a@example.org", "role": "administrator", "language": "en"}
        assert (await client.post(address, data=form, allow_redirects=False)).status == expected
    assert len(look(town, people.everybody)) == len(town.accounts)


async def test_somebody_who_is_not_there_cannot_be_changed(town: Town) -> None:
    for verb in ("give", "take", "disable", "enable", "password"):
        answer = await town.client("administrator").post(f"/people/nobody/{verb}", data={"role": "moderator"})
        assert answer.status == 404


async def test_one_changes_ones_own_password_and_stays_signed_in_here_alone(town: Town) -> None:
    hashed = accounts.hash_password(PASSWORD)
    town.service.store.run_now(
        lambda connection: accounts.set_password(
            connection, town.accounts["editor"], hashed, now_ms=town.clock(), by=None
        )
    )  # fmt: skip
    here, elsewhere = town.client("editor"), town.client("editor")
    new = "four words in a row"
    wrong = {"current": "not this one", "new": new, "again": new}
    assert (await here.post("/account/password", data=wrong)).status == 422
    assert (await here.post("/account/password", data={"current": PASSWORD, "new": new, "again": "x"})).status == 422
    short = {"current": PASSWORD, "new": "short", "again": "short"}
    assert (await here.post("/account/password", data=short)).status == 422
    answer = await here.post("/account/password", data={"current": PASSWORD, "new": new, "again": new})
    assert "Your password is changed" in await answer.text()
    assert "Sign out" not in await (await elsewhere.get("/")).text()
    _client, status = await sign_in(town, "editor@example.org", new)
    assert status == 200


async def test_a_group_is_made_changed_and_hinted(town: Town) -> None:
    client = town.client("programmer")
    form = {"name": "Chess club", "about": "Mondays.", "quota_gb": "2"}
    with town.service.bus.listening("group:") as hints:
        assert (await client.post("/groups", data=form)).status == 200
        made = look(town, lambda connection: groups.by_slug(connection, "chess-club"))
        assert made is not None
        assert await anext(hints) == f"group:{made.id}"
    assert (await client.post("/groups", data=form)).status == 422
    changed = {"name": "Chess & Go", "about": "", "quota_gb": "3", "is_house": "1"}
    assert (await client.post("/groups/chess-club", data=changed)).status == 200
    group = look(town, lambda connection: groups.by_slug(connection, "chess-club"))
    assert group is not None
    assert (group.name, group.quota_bytes, group.is_house) == ("Chess & Go", 3_000_000_000, True)
    assert (await client.post("/groups/nowhere", data=changed)).status == 404


@pytest.mark.parametrize("who", ["moderator", "technician", "editor", None])
async def test_who_may_not_make_groups_cannot(town: Town, who: str | None) -> None:
    client, form = town.client(who), {"name": "Mine", "about": "", "quota_gb": "2"}
    expected = 303 if who is None else 403
    assert (await client.get("/groups", allow_redirects=False)).status == expected
    assert (await client.post("/groups", data=form, allow_redirects=False)).status == expected
    assert (await client.post("/groups/choir", data=form, allow_redirects=False)).status == expected


async def test_names_are_harmless_on_the_pages_of_people_and_groups(town: Town) -> None:
    harmful = '"><script>alert(1)</script>'
    await add(town, name=harmful)
    await town.client("administrator").post("/groups", data={"name": harmful, "about": harmful, "quota_gb": "1"})
    for address in ("/people", "/groups", "/audit"):
        page = await (await town.client("administrator").get(address)).text()
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


def test_first_passwords_differ_and_are_long_enough() -> None:
    made = {people.first_password() for _ in range(50)}
    assert len(made) == 50
    assert all(len(password) >= accounts.SHORTEST_PASSWORD for password in made)


async def test_what_was_typed_of_a_person_stays_when_it_is_refused(town: Town) -> None:
    form = {
        "name": "Ba", "email": "editor@example.org", "role": f"editor:{town.other_group.id}", "language": "vi",
    }  # fmt: skip
    answer = await town.client("administrator").post("/people", data=form)
    assert answer.status == 422
    page = await answer.text()
    for chosen in (f'value="editor:{town.other_group.id}" selected', 'value="vi" lang="vi" selected', 'value="Ba"'):
        assert chosen in page
