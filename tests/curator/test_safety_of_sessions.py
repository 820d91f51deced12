"""Signing in and staying in, as they are attacked: many guesses, old tokens, closed accounts, too many streams."""

import asyncio

import aiohttp
import pytest

from curator import accounts, people
from curator.authorisation import Role
from curator.web import live
from tests.curator.access import is_refused
from tests.curator.conftest import Client, MakeTown, Town

PASSWORD = "what-a-town-makes"


def give_password(town: Town, who: str) -> None:
    made = accounts.hash_password(PASSWORD)
    town.service.store.run_now(
        lambda connection: accounts.set_password(connection, town.accounts[who], made, now_ms=1, by=None)
    )


async def sign_in(client: Client, password: str = PASSWORD, **headers: str) -> aiohttp.ClientResponse:
    form = {"email": "editor@example.org", "password": password, "next": "/"}
    return await client.post("/sign-in", data=form, headers=headers, allow_redirects=False)


async def test_many_guesses_at_once_are_counted_before_they_are_checked(town: Town) -> None:
    give_password(town, "editor")
    client = town.client()
    answers = await asyncio.gather(*(sign_in(client, f"guess number {number}") for number in range(30)))
    assert sorted(answer.status for answer in answers) == [422] * 8 + [429] * 22


async def test_guessing_elsewhere_locks_nobody_out_and_a_neighbouring_address_is_the_same(make_town: MakeTown) -> None:
    town = await make_town(trusted_proxies=1, sign_in_tries=1)
    give_password(town, "editor")
    client = town.client()
    assert (await sign_in(client, "a wrong guess", **{"X-Forwarded-For": "2001:db8::1"})).status == 422
    assert (await sign_in(client, "a wrong guess", **{"X-Forwarded-For": "2001:db8::2"})).status == 429
    assert (await sign_in(client, "a wrong guess", **{"X-Forwarded-For": "203.0.113.9"})).status == 422
    for _ in range(3):  # who signs in rightly may do so as often as they like
        assert (await sign_in(client, **{"X-Forwarded-For": "198.51.100.7"})).status == 303


async def test_signing_in_takes_no_token_that_was_there_before(town: Town) -> None:
    give_password(town, "editor")
    client = town.client()
    client.session.cookie_jar.update_cookies({"commonscreen": "planted"})
    answer = await sign_in(client)
    cookie = answer.cookies["commonscreen"]
    assert (cookie.value != "planted", cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
    assert (await client.get("/account", allow_redirects=False)).status == 200


async def test_sessions_end_with_the_account_the_role_and_the_password(town: Town) -> None:
    run, now_ms, by = town.service.store.run_now, town.clock(), town.accounts["administrator"]
    moderator, editor, programmer = (town.client(who) for who in ("moderator", "editor", "programmer"))
    run(lambda c: people.disable(c, town.accounts["moderator"], now_ms=now_ms, by=by))
    run(
        lambda c: people.take_role(
            c, account_id=town.accounts["editor"], role=Role.EDITOR, group_id=town.group.id, now_ms=now_ms, by=by
        )
    )
    run(lambda c: accounts.set_password(c, town.accounts["programmer"], "x", now_ms=now_ms, by=by))
    assert is_refused(await moderator.get("/moderation", allow_redirects=False))
    assert is_refused(await editor.get("/library/youth-club", allow_redirects=False))
    assert is_refused(await programmer.get("/account", allow_redirects=False))


# --- following what changes ------------------------------------------------------------------------------------------


async def test_one_account_follows_so_many_pages_and_no_more(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_STREAMS", 2)
    client = town.client("editor")
    first, second = [await client.get("/live?topic=item:") for _ in range(2)]
    assert (await client.get("/live?topic=item:")).status == 429
    other = await town.client("outsider").get("/live?topic=item:")
    assert other.status == 200
    for stream in (first, second, other):
        stream.close()
    async with asyncio.timeout(5):
        while (again := await client.get("/live?topic=item:")).status != 200:
            town.service.bus.publish("item:x")
            await asyncio.sleep(0.01)
    again.close()


async def test_a_follower_learns_no_id_it_did_not_know(town: Town) -> None:
    stream = await town.client("outsider").get("/live?topic=item:")
    town.service.bus.publish("item:secret")
    async with asyncio.timeout(5):
        told = [await stream.content.readline() for _ in range(4)]
    assert told[2:] == [b"event: changed\n", b"data: item:\n"]
    stream.close()


async def test_a_stream_ends_and_asks_again_who_is_there(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LIFE_S", 0)
    stream = await town.client("editor").get("/live?topic=item:")
    async with asyncio.timeout(5):
        assert await stream.read() == b"retry: 2000\n\n"
