"""Signing in with an identity provider that is a real process: who comes in, who does not, and what is told."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from curator import accounts, identities, people, second_factor
from curator.authorisation import Role
from curator.cleaning import clean
from curator.notices import Kind
from curator.store import Connection
from curator.tables_sign_in import newcomers
from curator.web.pending import LIFE_MS
from tests.curator.cases import look
from tests.curator.conftest import Client, MakeTown, Town
from tests.curator.mailing import mail_to
from tests.curator.noticing import told
from tests.curator.signing_in import (
    ANA,
    Process,
    ask,
    is_in,
    leave,
    link,
    newest,
    running,
    there_and_back,
    town_with,
)

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def process() -> Iterator[Process]:
    with running() as process:
        yield process


@pytest.fixture
async def here(make_town: MakeTown, tmp_path: Path, process: Process, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setattr(accounts, "password_matches", lambda _known, typed: typed == PASSWORD)
    return await town_with(make_town, tmp_path, process)


def actor(town: Town, email: str) -> "accounts.Account":
    return next(one for one in look(town, accounts.everybody) if one.email == email)


async def test_who_is_linked_signs_in_with_pkce_state_and_nonce_and_a_session_of_its_own(
    here: Town, process: Process
) -> None:  # fmt: skip
    link(here, process, "refuse")
    client = here.client()
    client.session.cookie_jar.update_cookies({"commonscreen": "planted"})
    page = await (await client.get("/sign-in?next=/library")).text()
    assert 'href="/sign-in/with/refuse?next=/library"' in page
    answer = await there_and_back(client, "refuse")
    assert (answer.status, answer.headers["Location"]) == (303, "/library")
    cookie = answer.cookies["commonscreen"]
    assert (cookie.value != "planted", cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
    assert await is_in(client)
    assert newest(here) == [("session.open", json.dumps({"way": "refuse"}))]
    asked = {one["path"].rpartition("/")[2]: one for one in await process.told()}
    assert (asked["authorize"]["code_challenge_method"], asked["authorize"]["response_type"]) == ("S256", "code")
    assert len({asked["authorize"][name] for name in ("state", "nonce", "code_challenge")}) == 3
    assert asked["token"]["redirect_uri"] == "http://localhost:8099/sign-in/with/refuse/return"
    assert "client_secret" not in asked["token"]


@pytest.mark.parametrize("onward", ["//evil.example", "https://evil.example", "/\\evil.example"])
async def test_nobody_is_led_away_by_it(here: Town, process: Process, onward: str) -> None:
    link(here, process, "refuse")
    assert (await there_and_back(here.client(), "refuse", onward)).headers["Location"] == "/"
    assert (await leave(here.client("editor"), "refuse", onward)).headers["Location"] == "/"


async def outcome(town: Town, kind: str) -> tuple[int, str]:
    """Status and sentence of a sign-in by somebody new."""
    client = town.client()
    answer = await there_and_back(client, kind)
    found = re.search(r'role="alert"><p>(.*?)</p>', await answer.text())
    assert await is_in(client) == (answer.status == 303)
    return answer.status, found[1] if found else ""


async def test_an_address_opens_an_account_only_where_the_provider_answers_for_it_and_that_is_allowed(
    here: Town, process: Process
) -> None:  # fmt: skip
    assert "link it under My account" in (await outcome(here, "refuse"))[1]
    for unsure in ({"email_verified": False}, {"email_verified": None}, {"email_verified": "true"}, {"email": None}):
        await process.told(claims=unsure)
        assert "You have no account here" in (await outcome(here, "refuse"))[1], unsure
        assert "Only addresses of certain domains" in (await outcome(here, "bymail"))[1], unsure
        assert "does not answer for an e-mail address" in (await outcome(here, "create"))[1], unsure
    await process.told(claims={"email": "editor@example.org.evil"})
    assert (await outcome(here, "bymail"))[0] == 403
    await process.told(claims={"email": "Editor@Example.org"})
    assert (await outcome(here, "bymail"))[0] == 303
    assert "with Council bymail" in (await mail_to(here, "editor@example.org")).get_content()
    await process.told(claims={"email": "moved@example.org"})
    assert (await outcome(here, "bymail"))[0] == 303
    assert [one.email for one in look(here, lambda c: identities.of(c, here.accounts["editor"]))] == [
        "moved@example.org"
    ]
    await process.told(claims={"email": "moved@elsewhere.example"})
    assert (await outcome(here, "bymail"))[0] == 403


async def test_where_new_people_are_made_accounts_they_come_in_with_no_role(here: Town, process: Process) -> None:
    await process.told(person=ANA | {"email": "new@example.org", "name": "Ana\n<b>\u202e"})
    assert (await outcome(here, "create"))[0] == 303
    made = actor(here, "new@example.org")
    assert made.name == "Ana <b>"
    person = look(here, lambda connection: accounts.actor(connection, made.id))
    assert person is not None
    assert (person.council, person.groups) == (frozenset(), {})
    await process.told(person={"sub": "ben", "email": "ben@example.org"})
    assert (await outcome(here, "vouched"))[0] == 303
    await process.told(person={"sub": "eve", "email": "eve@example.org", "email_verified": False})
    assert (await outcome(here, "vouched"))[0] == 403


async def test_somebody_new_waits_until_an_administrator_lets_them_in(here: Town, process: Process) -> None:
    administrator = here.client("administrator")
    for subject in ("ana", "ben"):
        await process.told(
            person={"sub": subject, "email": f"{subject}@new.example", "email_verified": True, "name": subject}
        )
        assert (await outcome(here, "wait"))[0] == 403
        assert "An administrator has to let you in first" in (await outcome(here, "wait"))[1]
    assert len(told(here, "administrator", Kind.NEWCOMER)) == 2, "asking again is no news"
    assert "ana waits to be let in." in await (await administrator.get("/notices")).text()
    page = await (await administrator.get("/people")).text()
    ana, ben = re.findall(r"/people/newcomers/(\w+)/welcome", page)
    await administrator.post(f"/people/newcomers/{ben}/turn-away")
    await administrator.post(f"/people/newcomers/{ana}/welcome")
    assert all(one.settled_ms for one in told(here, "administrator", Kind.NEWCOMER))
    assert "Somebody waited to be let in; that is over." in await (await administrator.get("/notices")).text()
    await process.told(claims={"sub": "ana", "email": "ana@new.example"})
    assert (await outcome(here, "wait"))[0] == 303
    await process.told(claims={"sub": "ben", "email": "ben@new.example"})
    assert (await outcome(here, "wait"))[0] == 403
    assert "newcomer.turn_away" in [action for action, _detail in newest(here, 10)]
    here.clock.turn(identities.NEWCOMER_LIFE_MS)
    await clean(here.service)
    assert look(here, lambda connection: connection.execute(newcomers.select()).all()) == []


async def test_words_of_the_provider_give_and_take_only_the_roles_they_are_set_for(
    here: Town, process: Process
) -> None:
    link(here, process, "roles", "outsider")
    link(here, process, "refuse", "outsider")

    async def roles(kind: str, **claims: object) -> tuple[set[Role], set[str]]:
        await process.told(claims=claims)
        assert (await there_and_back(here.client(), kind)).status == 303
        person = look(here, lambda connection: accounts.actor(connection, here.accounts["outsider"]))
        assert person is not None
        return set(person.council), set(person.groups)

    both = {here.group.id, here.other_group.id}
    assert await roles("roles", groups=["desk", "youth", "x", "administrator"]) == ({Role.MODERATOR}, both)
    assert await roles("refuse", groups=[]) == ({Role.MODERATOR}, both)
    assert await roles("roles", groups="youth") == (set(), both)
    assert await roles("roles") == (set(), {here.other_group.id})


async def test_a_closed_account_stays_closed_and_an_erased_one_is_unknown(here: Town, process: Process) -> None:
    link(here, process, "refuse")
    editor, now_ms, by = here.accounts["editor"], here.clock(), here.accounts["administrator"]
    here.service.store.run_now(lambda c: people.disable(c, editor, now_ms=now_ms, by=by))
    assert "Your account here is closed" in (await outcome(here, "refuse"))[1]
    await here.client("administrator").post(f"/people/{editor}/erase", data={"email": "editor@example.org"})
    assert look(here, lambda connection: identities.of(connection, editor)) == []
    assert "You have no account here" in (await outcome(here, "refuse"))[1]


async def test_the_second_step_is_asked_for_unless_the_provider_counts_as_both(here: Town, process: Process) -> None:
    link(here, process, "refuse")
    link(here, process, "both")
    editor, now_ms = here.accounts["editor"], here.clock()

    def switch_on(connection: Connection) -> str:
        secret = second_factor.begin(connection, editor, now_ms)
        second_factor.confirm(connection, editor, second_factor.code_at(secret, now_ms), now_ms)
        return secret

    secret = here.service.store.run_now(switch_on)
    here.clock.turn(60_000)
    await process.told(now=here.clock() // 1000)
    client = here.client()
    page = await (await there_and_back(client, "refuse")).text()
    half = re.search(r'name="half" value="([\w-]+)"', page)
    assert half is not None
    assert not await is_in(client)
    form = {"half": half[1], "code": second_factor.code_at(secret, here.clock())}
    assert (await client.post("/sign-in/code", data=form, allow_redirects=False)).headers["Location"] == "/library"
    assert newest(here) == [("session.open", json.dumps({"way": "refuse"}))]
    assert (await outcome(here, "both"))[0] == 303


# --- linking ---------------------------------------------------------------------------------------------------------


def give_password(town: Town, who: str) -> None:
    account_id = town.accounts[who]
    town.service.store.run_now(lambda c: accounts.set_password(c, account_id, "x", now_ms=town.clock(), by=None))


async def link_on_page(client: Client, kind: str, password: str = PASSWORD) -> str:
    """What the browser comes back to after linking under one's account; "" when it is not let go."""
    page = await (await client.post(f"/account/identities/with/{kind}", data={"current": password})).text()
    found = re.search(r'class="button" href="(http://127[^"]+)"', page)
    return await ask(found[1].replace("&amp;", "&")) if found else ""


async def test_somebody_signed_in_links_a_sign_in_and_ends_the_link_with_the_password(
    here: Town, process: Process
) -> None:  # fmt: skip
    give_password(here, "moderator")
    client = here.client("moderator")
    assert await link_on_page(client, "refuse", "not this one") == ""
    back = await link_on_page(client, "refuse")
    assert "Linked. From now on" in await (await client.get(back)).text()
    assert [one for one in await process.told() if one.get("prompt") == "login"]
    assert "with Council refuse" in (await mail_to(here, "moderator@example.org")).get_content()
    assert (await there_and_back(here.client(), "refuse")).status == 303
    (held,) = look(here, lambda connection: identities.of(connection, here.accounts["moderator"]))
    address = f"/account/identities/{held.id}/remove"
    await client.post(address, data={"current": "not this one"})
    assert (await outcome(here, "refuse"))[0] == 303
    await client.post(address, data={"current": PASSWORD})
    assert (await outcome(here, "refuse"))[0] == 403
    assert {"identity.link", "identity.unlink"} <= {action for action, _detail in newest(here, 20)}


async def test_what_is_linked_to_one_is_not_taken_by_another_nor_in_another_session(
    here: Town, process: Process
) -> None:
    link(here, process, "refuse")
    for who in ("moderator", "programmer"):
        give_password(here, who)
    client = here.client("moderator")
    answer = await client.get(await link_on_page(client, "refuse"))
    assert "belongs to another account here" in await answer.text()
    back = await link_on_page(client, "wait")
    going = client.session.cookie_jar.filter_cookies(client.make_url("/"))["commonscreen-identity"].value
    other = here.client("programmer")
    other.session.cookie_jar.update_cookies({"commonscreen-identity": going})
    assert (await other.get(back)).status == 410
    for who in ("moderator", "programmer"):
        assert look(here, lambda connection, who=who: identities.of(connection, here.accounts[who])) == []  # type: ignore[misc]


async def test_who_has_no_password_shows_again_who_they_are_and_keeps_a_way_in(here: Town, process: Process) -> None:
    await process.told(person=ANA | {"email": "new@example.org"}, claims={"auth_time": here.clock() // 1000 - 700})
    client = here.client()
    await there_and_back(client, "create")
    made = actor(here, "new@example.org").id
    (held,) = look(here, lambda connection: identities.of(connection, made))
    assert "Show again that it is you" in await (await client.get("/account/identities")).text()
    address = f"/account/identities/{held.id}/remove"
    assert "do this within ten minutes" in await (await client.post(address)).text()
    again = await client.get("/account/again?next=/account/identities", allow_redirects=False)
    assert again.headers["Location"] == "/sign-in/with/create?again=1&next=/account/identities"
    await process.told(claims={})
    left = await leave(client, "create", "/account/identities", again="1")
    assert "prompt=login" in left.headers["Location"]
    await client.get(await ask(left.headers["Location"]))
    assert "the only way you can sign in" in await (await client.post(address)).text()
    assert len(look(here, lambda connection: identities.of(connection, made))) == 1


# --- there and back, attacked ----------------------------------------------------------------------------------------


async def test_a_way_back_is_good_once_in_the_browser_that_left_by_it(here: Town, process: Process) -> None:
    link(here, process, "refuse")
    client, other = here.client(), here.client()
    back = await ask((await leave(client, "refuse")).headers["Location"])
    await leave(other, "refuse")
    for wrong in (other, here.client()):
        assert (await wrong.get(back, allow_redirects=False)).status == 410
        assert not await is_in(wrong)
    assert (await client.get(back.replace("state=", "state=x"), allow_redirects=False)).status == 410
    assert (await client.get(back.replace("/refuse/", "/wait/"), allow_redirects=False)).status == 410
    assert (await client.get(back, allow_redirects=False)).status == 303
    await client.post("/sign-out")
    assert (await client.get(back, allow_redirects=False)).status == 410
    back = await ask((await leave(client, "refuse")).headers["Location"])
    here.clock.turn(LIFE_MS)
    assert (await client.get(back, allow_redirects=False)).status == 410
    assert not await is_in(client)


async def test_what_a_provider_refuses_is_told_without_its_words(here: Town, process: Process) -> None:
    client = here.client()
    back = await ask((await leave(client, "refuse")).headers["Location"])
    state = re.search(r"state=([\w-]+)", back)
    assert state is not None
    words = f"/sign-in/with/refuse/return?state={state[1]}&error=access_denied&error_description=<b>Call+0900</b>"
    answer = await client.get(words)
    assert answer.status == 403
    assert "Council refuse did not sign you in." in await answer.text()
    assert "0900" not in await answer.text()
    link(here, process, "refuse")
    for spoil in ("&iss=https://evil.example", "&code=", "x" * 4_097):
        back = await ask((await leave(client, "refuse")).headers["Location"])
        spoiled = (
            back + spoil if spoil.startswith("&iss") else re.sub(r"code=[\w-]+", f"code={spoil.strip('&code=')}", back)
        )
        assert (await client.get(spoiled, allow_redirects=False)).status in {403, 502}
        assert not await is_in(client)
