"""Signing in, staying in, and choosing a language."""

from curator import accounts
from tests.curator.conftest import Town

PASSWORD = "correct horse battery"


def give_password(town: Town, who: str) -> None:
    hashed = accounts.hash_password(PASSWORD)
    town.service.store.run_now(
        lambda connection: accounts.set_password(
            connection, town.accounts[who], hashed, now_ms=town.clock(), by=None
        )
    )  # fmt: skip


async def test_the_right_password_opens_a_session(town: Town) -> None:
    give_password(town, "moderator")
    client = town.client()
    answer = await client.post("/sign-in", data={"email": "Moderator@example.org ", "password": PASSWORD, "next": "/"})
    assert answer.status == 200
    assert "Sign out" in await answer.text()


async def test_a_wrong_password_is_told_in_the_readers_language_and_keeps_the_address(town: Town) -> None:
    client = town.client()
    form = {"email": "moderator@example.org", "password": "wrong wrong wrong"}
    answer = await client.post("/sign-in", data=form)
    assert answer.status == 422
    assert 'value="moderator@example.org"' in await answer.text()


async def test_many_wrong_passwords_make_an_address_wait_but_not_for_long(town: Town) -> None:
    give_password(town, "editor")
    client = town.client()
    wrong = {"email": "editor@example.org", "password": "wrong wrong wrong"}
    for _ in range(town.service.settings.sign_in_tries):
        assert (await client.post("/sign-in", data=wrong)).status == 422
    assert (await client.post("/sign-in", data={**wrong, "password": PASSWORD})).status == 429
    town.clock.turn(10 * 60_000 + 1)
    assert (await client.post("/sign-in", data={**wrong, "password": PASSWORD})).status == 200


async def test_another_site_cannot_make_a_browser_act(town: Town) -> None:
    client = town.client("administrator")
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        assert (await client.post("/sign-out", headers=headers)).status == 403
    assert (await client.post("/sign-out")).status == 200


async def test_a_page_to_return_to_is_always_on_this_site(town: Town) -> None:
    give_password(town, "editor")
    for address in ("https://example.com/", "//example.com/", "/\\example.com", "javascript:alert(1)"):
        form = {"email": "editor@example.org", "password": PASSWORD, "next": address}
        answer = await town.client().post("/sign-in", data=form, allow_redirects=False)
        assert answer.headers["Location"] == "/"


async def test_a_chosen_language_is_remembered(town: Town) -> None:
    client = town.client("contributor")
    await client.post("/language", data={"language": "vi", "next": "/"})
    page = await (await client.get("/", headers={"Accept-Language": "en"})).text()
    assert '<html lang="vi">' in page


async def test_a_session_ends_when_it_is_not_used(town: Town) -> None:
    client = town.client("moderator")
    assert "Sign out" in await (await client.get("/")).text()
    town.clock.turn(13 * 3_600_000)
    assert "Sign out" not in await (await client.get("/")).text()
