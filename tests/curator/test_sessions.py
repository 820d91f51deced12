"""Where one is signed in: a list of one's own, with nothing in it that says where one was, and a way out of each."""

import re
from functools import partial

import pytest

from curator import accounts
from curator.tables import sessions as rows
from curator.web.browsers import family_of
from tests.curator.cases import look
from tests.curator.conftest import Client, Town

PASSWORD = "correct horse battery"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 "
    "Mobile/15E148 Safari/604.1"
)
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


async def signed_in(town: Town, user_agent: str, who: str = "editor") -> Client:
    client = town.client()
    form = {"email": f"{who}@example.org", "password": PASSWORD, "next": "/"}
    answer = await client.post("/sign-in", data=form, headers={"User-Agent": user_agent}, allow_redirects=False)
    assert answer.status == 303
    return client


async def is_in(client: Client) -> bool:
    return "Sign out" in await (await client.get("/")).text()


@pytest.fixture
def with_passwords(town: Town) -> Town:
    hashed = accounts.hash_password(PASSWORD)
    for account_id in (town.accounts["editor"], town.accounts["moderator"]):
        set_password = partial(accounts.set_password, account_id=account_id, password_hash=hashed, now_ms=1, by=None)
        town.service.store.run_now(set_password)
    return town


async def test_one_place_is_signed_out_and_the_others_stay(with_passwords: Town) -> None:
    here, phone = [await signed_in(with_passwords, agent) for agent in (FIREFOX, PHONE)]
    page = await (await here.get("/account")).text()
    assert page.count('class="badge good">here<') == 1
    assert re.search(r"<strong>Firefox</strong>[^/]+here<", page)
    (address,) = re.findall(r'action="(/account/sessions/[0-9a-f]{16}/end)"', page)
    assert "<strong>Safari</strong>" in page
    await here.post(address)
    assert (await is_in(here), await is_in(phone)) == (True, False)


async def test_everywhere_is_here_as_well(with_passwords: Town) -> None:
    clients = [await signed_in(with_passwords, agent) for agent in (FIREFOX, PHONE, CHROME)]
    moderator = await signed_in(with_passwords, CHROME, "moderator")
    await clients[0].post("/account/sessions/end")
    assert [await is_in(client) for client in clients] == [False] * 3
    assert await is_in(moderator)


async def test_nobody_ends_somebody_elses_session(with_passwords: Town) -> None:
    editor, moderator = await signed_in(with_passwords, FIREFOX), await signed_in(with_passwords, PHONE, "moderator")
    elsewhere = await signed_in(with_passwords, CHROME)
    page = await (await editor.get("/account")).text()
    (address,) = re.findall(r'action="(/account/sessions/[0-9a-f]{16}/end)"', page)
    await moderator.post(address)
    assert await is_in(elsewhere)


async def test_what_names_a_session_opens_nothing_and_no_address_is_kept(with_passwords: Town) -> None:
    client = await signed_in(with_passwords, CHROME)
    (row,) = look(with_passwords, lambda c: c.execute(rows.select()).mappings().all())
    assert set(row) == {"token_sha256", "account_id", "created_ms", "seen_ms", "expires_ms", "browser", "shown_ms"}
    assert row["browser"] == "Chrome"
    stranger = with_passwords.client()
    for token in (row["token_sha256"], row["token_sha256"][:16]):
        stranger.session.cookie_jar.update_cookies({"commonscreen": token})
        assert not await is_in(stranger)
    assert row["token_sha256"] not in await (await client.get("/account")).text()


async def test_a_session_that_is_over_is_not_listed(with_passwords: Town) -> None:
    await signed_in(with_passwords, PHONE)
    with_passwords.clock.turn(13 * 3_600_000)
    here = await signed_in(with_passwords, FIREFOX)
    assert "Safari" not in await (await here.get("/account")).text()


@pytest.mark.parametrize(
    ("user_agent", "family"),
    [
        (FIREFOX, "Firefox"),
        (PHONE, "Safari"),
        (CHROME, "Chrome"),
        (CHROME + " Edg/140.0.0.0", "Edge"),
        (CHROME + " OPR/120.0.0.0", "Opera"),
        (CHROME.replace("Chrome/", "SamsungBrowser/28.0 Chrome/"), "Samsung Internet"),
        (PHONE.replace("Version/18.5", "CriOS/140.0"), "Chrome"),
        ("", ""),
        ("<script>", ""),
    ],
)
def test_a_browser_is_known_by_its_family(user_agent: str, family: str) -> None:
    assert family_of(user_agent) == family
