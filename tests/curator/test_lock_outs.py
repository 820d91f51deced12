"""Limits on tries cannot be turned against whose account it is: passwords, codes, recovery codes, in a session."""

import re

import pytest

from curator import accounts, known_browsers, second_factor
from curator.store import Connection
from curator.tables_sign_in import known_browsers as rows
from curator.web.second_step import MOST_TRIES
from tests.curator.cases import look
from tests.curator.conftest import Client, MakeTown, Town
from tests.curator.mailing import mail_to

PASSWORD = "correct horse battery"
HOME, AWAY = {"X-Forwarded-For": "192.0.2.1"}, {"X-Forwarded-For": "192.0.2.2"}
STEP_MS = second_factor.STEP_S * 1000


@pytest.fixture
async def here(make_town: MakeTown, monkeypatch: pytest.MonkeyPatch) -> Town:
    """A town whose editor has a password, which is looked at quickly."""
    monkeypatch.setattr(accounts, "password_matches", lambda known, typed: known in {"x", "y"} and typed == PASSWORD)
    town = await make_town(trusted_proxies=1)
    set_password(town)
    return town


def set_password(town: Town, hashed: str = "x") -> None:
    editor = town.accounts["editor"]
    town.service.store.run_now(lambda c: accounts.set_password(c, editor, hashed, now_ms=town.clock(), by=None))


async def sign_in(client: Client, place: dict[str, str], password: str = PASSWORD) -> int:
    form = {"email": "editor@example.org", "password": password, "next": "/"}
    return (await client.post("/sign-in", data=form, headers=place, allow_redirects=False)).status


async def guess_on(town: Town, place: dict[str, str]) -> None:
    """Somebody guesses until they must wait, and goes on."""
    stranger = town.client()
    while await sign_in(stranger, place, "a guess") != 429:
        pass


async def test_guesses_at_the_same_network_address_do_not_keep_out_the_browser_of_its_owner(here: Town) -> None:
    owner = here.client()
    assert await sign_in(owner, HOME) == 303
    await owner.post("/sign-out", headers=HOME)
    await guess_on(here, HOME)
    await guess_on(here, AWAY)
    assert await sign_in(here.client(), HOME) == 429
    assert [await sign_in(owner, place) for place in (HOME, AWAY)] == [303, 303]


async def test_a_browser_that_is_known_has_so_many_tries_too_and_is_known_for_its_own_account(here: Town) -> None:
    owner, other = here.client(), here.client()
    assert await sign_in(owner, HOME) == 303
    tries = here.service.settings.sign_in_tries
    assert [await sign_in(owner, HOME, "a guess") for _number in range(tries + 1)] == [422] * tries + [429]
    # Somebody else's browser, known for their own account, is a stranger's for this one.
    token = here.service.store.run_now(lambda c: known_browsers.note(c, "", here.accounts["moderator"], here.clock()))
    other.session.cookie_jar.update_cookies({"commonscreen-known": token})
    await guess_on(here, AWAY)
    assert await sign_in(other, AWAY) == 429


async def test_a_new_password_forgets_browsers_and_the_cookie_itself_lets_nobody_in(here: Town) -> None:
    owner = here.client()
    answer = await owner.post(
        "/sign-in", data={"email": "editor@example.org", "password": PASSWORD, "next": "/"}, allow_redirects=False
    )
    cookie = answer.cookies["commonscreen-known"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", str(180 * 86_400))
    assert cookie.value not in str(look(here, lambda connection: connection.execute(rows.select()).all()))
    await owner.post("/sign-out")
    assert (await owner.get("/account", allow_redirects=False)).status == 303
    set_password(here)
    assert look(here, lambda connection: connection.execute(rows.select()).all()) == []


async def test_browsers_are_known_for_half_a_year_and_so_many_of_them(
    monkeypatch: pytest.MonkeyPatch, here: Town
) -> None:  # fmt: skip
    monkeypatch.setattr(known_browsers, "MOST_OF_ONE", 3)
    run, editor = here.service.store.run_now, here.accounts["editor"]
    tokens = [run(lambda c, at=at: known_browsers.note(c, "", editor, at)) for at in range(1, 6)]  # type: ignore[misc]
    end = known_browsers.LIFE_MS + 5

    def known(now_ms: int) -> list[bool]:
        return [run(lambda c, token=token: known_browsers.knows(c, token, editor, now_ms)) for token in tokens]  # type: ignore[misc]

    assert known(10) == [False, False, True, True, True]
    assert known(end) == [False] * 5
    assert run(lambda c: known_browsers.note(c, tokens[4], editor, 10)) == tokens[4]
    assert run(lambda c: known_browsers.note(c, "planted", editor, 10)) != "planted"


# --- the second step -------------------------------------------------------------------------------------------------


async def switch_on(town: Town) -> tuple[str, list[str]]:
    """The secret of the editor's app, and their recovery codes."""
    editor, now_ms = town.accounts["editor"], town.clock()

    def begin(connection: Connection) -> tuple[str, list[str]]:
        secret = second_factor.begin(connection, editor, now_ms)
        return secret, second_factor.confirm(connection, editor, second_factor.code_at(secret, now_ms), now_ms)

    made = town.service.store.run_now(begin)
    town.clock.turn(STEP_MS)
    return made


async def give(client: Client, code: str) -> int:
    """Status of a whole sign-in with this code."""
    form = {"email": "editor@example.org", "password": PASSWORD, "next": "/"}
    page = await (await client.post("/sign-in", data=form)).text()
    half = re.search(r'name="half" value="([\w-]+)"', page)
    assert half is not None
    answer = await client.post("/sign-in/code", data={"half": half[1], "code": code}, allow_redirects=False)
    return answer.status


async def use_up_codes(town: Town) -> None:
    thief = town.client()
    assert [await give(thief, f"{number:06}") for number in range(MOST_TRIES + 1)] == [422] * MOST_TRIES + [429]


async def test_a_thief_of_the_password_who_guesses_codes_keeps_its_owner_out_nowhere(here: Town) -> None:
    secret, codes = await switch_on(here)
    owner = here.client()
    assert await give(owner, second_factor.code_at(secret, here.clock())) == 303
    await use_up_codes(here)
    here.clock.turn(STEP_MS)
    code = second_factor.code_at(secret, here.clock())
    assert await give(here.client(), code) == 429
    assert await give(owner, code) == 303  # in the browser they know
    assert await give(here.client(), codes[0]) == 303  # anywhere, with a recovery code
    told = (await mail_to(here, "editor@example.org")).get_content()
    assert "typed wrong codes 8 times" in told
    assert await give(here.client(), "000000") == 429
    set_password(here, "y")  # as a link by mail does: what the thief knew counts no more
    here.clock.turn(STEP_MS)
    assert await give(here.client(), second_factor.code_at(secret, here.clock())) == 303


async def test_recovery_codes_are_tried_so_often_with_one_half_sign_in(here: Town) -> None:
    _secret, codes = await switch_on(here)
    client = here.client()
    form = {"email": "editor@example.org", "password": PASSWORD, "next": "/"}
    found = re.search(r'name="half" value="([\w-]+)"', await (await client.post("/sign-in", data=form)).text())
    assert found is not None
    half = {"half": found[1]}
    statuses = [
        (await client.post("/sign-in/code", data=half | {"code": f"abcd-{number}"})).status
        for number in range(MOST_TRIES + 1)
    ]
    assert statuses == [422] * MOST_TRIES + [429]
    assert await give(here.client(), codes[0]) == 303


async def test_guesses_at_the_present_password_in_one_session_leave_the_others_theirs(here: Town) -> None:
    thief, owner = here.client("editor"), here.client("editor")
    while (await thief.post("/account/erasure", data={"current": "a guess"})).status != 429:
        pass
    form = {"current": PASSWORD, "new": "a new password", "again": "a new password"}
    assert (await owner.post("/account/password", data=form, allow_redirects=False)).status == 303
