"""The second step when signing in: codes as RFC 6238 has them, each good once, and a way in for who lost the phone."""

import asyncio
import base64
import html
import re

import pytest

from curator import accounts, second_factor
from curator.tables import recovery_codes
from curator.web.second_step import MOST_TRIES
from tests.curator.cases import look
from tests.curator.conftest import Client, Town
from tests.curator.mailing import mail_to

PASSWORD = "correct horse battery"
STEP_MS = second_factor.STEP_S * 1000


@pytest.fixture
def with_password(town: Town) -> Town:
    hashed, editor = accounts.hash_password(PASSWORD), town.accounts["editor"]
    town.service.store.run_now(lambda c: accounts.set_password(c, editor, hashed, now_ms=town.clock(), by=None))
    return town


async def switch_on(town: Town) -> tuple[str, list[str]]:
    """The secret of the editor's app and their recovery codes."""
    client = town.client("editor")
    page = await (await client.post("/account/second/begin", data={"current": PASSWORD})).text()
    found = re.search(r'class="code wraps">([A-Z2-7]{32})<', page)
    assert found is not None
    code = second_factor.code_at(found[1], town.clock())
    page = await (await client.post("/account/second/confirm", data={"code": code})).text()
    codes = re.findall(r'<li class="code">([a-z0-9-]{19})<', page)
    town.clock.turn(STEP_MS)
    return found[1], codes


async def half_in(town: Town) -> tuple[Client, str]:
    """A browser that has given the right password, and the secret of its page."""
    client = town.client()
    form = {"email": "editor@example.org", "password": PASSWORD, "next": "/library"}
    page = await (await client.post("/sign-in", data=form)).text()
    found = re.search(r'name="half" value="([\w-]+)"', page)
    assert found is not None
    assert "Sign out" not in page
    return client, html.unescape(found[1])


async def give(client: Client, half: str, code: str) -> int:
    answer = await client.post("/sign-in/code", data={"half": half, "code": code}, allow_redirects=False)
    return answer.status


async def is_in(client: Client) -> bool:
    return "Sign out" in await (await client.get("/")).text()


@pytest.mark.parametrize(
    ("at_s", "code"), [(59, "287082"), (1111111109, "081804"), (2000000000, "279037"), (20000000000, "353130")]
)
def test_codes_are_those_of_the_standard(at_s: int, code: str) -> None:
    secret = base64.b32encode(b"12345678901234567890").decode()
    assert second_factor.code_at(secret, at_s * 1000) == code


async def test_with_a_second_step_the_password_alone_opens_nothing(with_password: Town) -> None:
    secret, codes = await switch_on(with_password)
    assert len(set(codes)) == second_factor.MOST_CODES
    assert "the second step" in (await mail_to(with_password, "editor@example.org"))["Subject"]
    client, half = await half_in(with_password)
    assert not await is_in(client)
    assert (await client.get("/account", allow_redirects=False)).status == 303
    assert await give(client, half, "000000") == 422
    code = second_factor.code_at(secret, with_password.clock())
    answer = await client.post("/sign-in/code", data={"half": half, "code": f" {code[:3]} {code[3:]} "})
    assert answer.url.path == "/library/youth-club" or answer.url.path == "/library"
    assert await is_in(client)


async def test_a_code_is_good_once_and_none_before_it_afterwards(with_password: Town) -> None:
    secret, _codes = await switch_on(with_password)
    with_password.clock.turn(STEP_MS)
    now, before = (second_factor.code_at(secret, with_password.clock() - ms) for ms in (0, STEP_MS))
    client, half = await half_in(with_password)
    assert await give(client, half, now) == 303
    other, half = await half_in(with_password)
    assert [await give(other, half, code) for code in (now, before)] == [422, 422]


async def test_a_clock_a_little_off_is_borne_and_no_more(with_password: Town) -> None:
    secret, _codes = await switch_on(with_password)
    with_password.clock.turn(10 * STEP_MS)
    client, half = await half_in(with_password)
    for steps, status in ((-2, 422), (2, 422), (1, 303)):
        code = second_factor.code_at(secret, with_password.clock() + steps * STEP_MS)
        assert await give(client, half, code) == status


async def test_many_at_once_with_one_code_get_one_in(with_password: Town) -> None:
    secret, _codes = await switch_on(with_password)
    halves = [await half_in(with_password) for _number in range(4)]
    code = second_factor.code_at(secret, with_password.clock())
    statuses = await asyncio.gather(*(give(client, half, code) for client, half in halves))
    assert sorted(statuses) == [303, 422, 422, 422]


async def test_a_recovery_code_lets_in_once(with_password: Town) -> None:
    _secret, codes = await switch_on(with_password)
    client, half = await half_in(with_password)
    assert await give(client, half, codes[3].upper()) == 303
    assert "9 recovery codes are left." in await (await client.get("/account/second")).text()
    other, half = await half_in(with_password)
    assert await give(other, half, codes[3]) == 422
    stored = str(look(with_password, lambda c: c.execute(recovery_codes.select()).all()))
    assert not [code for code in codes if code in stored]


async def test_new_recovery_codes_end_the_old_ones(with_password: Town) -> None:
    _secret, codes = await switch_on(with_password)
    editor = with_password.client("editor")
    assert (await editor.post("/account/second/codes", data={"current": "not this one"})).status == 422
    page = await (await editor.post("/account/second/codes", data={"current": PASSWORD})).text()
    fresh = re.findall(r'<li class="code">([a-z0-9-]{19})<', page)
    client, half = await half_in(with_password)
    assert [await give(client, half, code) for code in (codes[0], fresh[0])] == [422, 303]


async def test_guesses_are_counted_by_account_wherever_they_come_from(with_password: Town) -> None:
    secret, _codes = await switch_on(with_password)
    for number in range(MOST_TRIES):
        client, half = await half_in(with_password)
        assert await give(client, half, f"{number:06}") == 422
    client, half = await half_in(with_password)
    assert await give(client, half, second_factor.code_at(secret, with_password.clock())) == 429
    assert await is_in(with_password.client("editor"))  # who is in stays in
    with_password.clock.turn(3_600_001)
    client, half = await half_in(with_password)
    assert await give(client, half, second_factor.code_at(secret, with_password.clock())) == 303


@pytest.mark.parametrize("how", ["late", "new password", "another page"])
async def test_half_a_sign_in_ends(with_password: Town, how: str) -> None:
    town = with_password
    secret, _codes = await switch_on(town)
    client, half = await half_in(town)
    if how == "late":
        town.clock.turn(5 * 60_000)
    elif how == "new password":
        editor = town.accounts["editor"]
        town.service.store.run_now(lambda c: accounts.set_password(c, editor, "x", now_ms=1, by=None))
    else:
        half = "guessed"
    assert await give(client, half, second_factor.code_at(secret, town.clock())) == 410
    assert not await is_in(client)


async def test_it_has_no_effect_before_a_code_has_shown_that_it_works(with_password: Town) -> None:
    client = with_password.client("editor")
    assert (await client.post("/account/second/begin", data={"current": "not this one"})).status == 422
    await client.post("/account/second/begin", data={"current": PASSWORD})
    assert (await client.post("/account/second/confirm", data={"code": "000000"})).status == 422
    form = {"email": "editor@example.org", "password": PASSWORD, "next": "/"}
    assert (await with_password.client().post("/sign-in", data=form, allow_redirects=False)).status == 303


async def test_it_is_switched_off_with_the_password_or_by_an_administrator(with_password: Town) -> None:
    town = with_password
    form = {"email": "editor@example.org", "password": PASSWORD, "next": "/"}
    for who in ("editor", "administrator"):
        await switch_on(town)
        if who == "editor":
            assert (await town.client(who).post("/account/second/off", data={"current": "not this"})).status == 422
            await town.client(who).post("/account/second/off", data={"current": PASSWORD})
        else:
            page = await (await town.client(who).get("/people")).text()
            assert page.count("/second-off") == 1
            await town.client(who).post(f"/people/{town.accounts['editor']}/second-off")
        answer = await town.client().post("/sign-in", data=form, allow_redirects=False)
        assert answer.status == 303
    log = await (await town.client("administrator").get("/audit")).text()
    assert "switched off the second step of" in log
    assert "takes no code" in (await mail_to(town, "editor@example.org", 4)).get_content()


async def test_a_secret_is_shown_only_while_it_is_set_up(with_password: Town) -> None:
    secret, _codes = await switch_on(with_password)
    client = with_password.client("editor")
    for address in ("/account", "/account/second"):
        assert secret not in await (await client.get(address)).text()
    assert (await client.post("/account/second/begin", data={"current": PASSWORD})).status == 422
    assert secret not in await (await with_password.client("administrator").get("/audit")).text()
