"""A forgotten password: the link by mail, the same answer for everybody, and no way to lock anybody out with it."""

import re

import pytest

from curator import accounts, people, resets
from curator.mail import outbox
from curator.tables import password_resets
from curator.web.resets import MOST_FOR, MOST_FROM
from tests.curator.cases import look
from tests.curator.conftest import Client, MakeTown, Town
from tests.curator.mailing import laid, link_in, mail_to

OLD, NEW = "correct horse battery", "four words in a row"
EDITOR = "editor@example.org"


def give_password(town: Town, who: str = "editor") -> None:
    hashed = accounts.hash_password(OLD)
    town.service.store.run_now(
        lambda c: accounts.set_password(c, town.accounts[who], hashed, now_ms=town.clock(), by=None)
    )


async def ask(client: Client, email: str = EDITOR, **headers: str) -> tuple[int, str]:
    answer = await client.post("/forgot", data={"email": email}, headers=headers)
    return answer.status, await answer.text()


async def choose(client: Client, link: str, new: str = NEW, again: str | None = None) -> int:
    answer = await client.post(link, data={"new": new, "again": new if again is None else again}, allow_redirects=False)
    return answer.status


async def can_sign_in(town: Town, password: str, email: str = EDITOR) -> bool:
    form = {"email": email, "password": password, "next": "/"}
    return (await town.client().post("/sign-in", data=form, allow_redirects=False)).status == 303


async def link_of(town: Town, count: int = 1) -> str:
    return link_in(await mail_to(town, EDITOR, count), "/reset")


async def test_a_forgotten_password_is_replaced_by_the_link_in_a_mail(town: Town) -> None:
    give_password(town)
    signed_in, client = town.client("editor"), town.client()
    page = await (await client.get("/sign-in")).text()
    assert 'href="/forgot"' in page
    assert (await ask(client, " Editor@Example.org "))[0] == 200
    link = await link_of(town)
    for _look in range(2):  # what looks at links before people do uses nothing up
        assert EDITOR in await (await client.get(link)).text()
    assert await choose(client, link, "short") == 422
    assert await choose(client, link, NEW, "otherwise") == 422
    answer = await client.post(link, data={"new": NEW, "again": NEW})
    assert "Your password is changed" in await answer.text()
    assert await can_sign_in(town, NEW)
    assert not await can_sign_in(town, OLD)
    assert "Sign out" not in await (await signed_in.get("/")).text()
    assert "your password was changed" in (await mail_to(town, EDITOR, 2))["Subject"]


async def test_a_link_is_good_once_and_the_others_end_with_it(town: Town) -> None:
    client = town.client()
    await ask(client)
    first = await link_of(town)
    await ask(client)
    second = await link_of(town, 2)
    assert await choose(client, second) == 303
    for link in (first, second):
        assert (await client.get(link)).status == 410
        assert await choose(client, link, "yet another password") == 410
    assert await can_sign_in(town, NEW)


async def test_a_link_is_good_for_an_hour(town: Town) -> None:
    await ask(town.client())
    link = await link_of(town)
    town.clock.turn(resets.LIFE_MS - 1)
    assert (await town.client().get(link)).status == 200
    town.clock.turn(1)
    assert await choose(town.client(), link) == 410


@pytest.mark.parametrize("how", ["changed", "closed"])
async def test_a_link_ends_when_the_password_is_changed_or_the_account_closed(town: Town, how: str) -> None:
    await ask(town.client())
    link = await link_of(town)
    by = town.accounts["administrator"]
    if how == "changed":
        give_password(town)
    else:
        town.service.store.run_now(lambda c: people.disable(c, town.accounts["editor"], now_ms=town.clock(), by=by))
    assert await choose(town.client(), link) == 410


async def test_nobody_learns_who_has_an_account(town: Town) -> None:
    by, answers = town.accounts["administrator"], []
    town.service.store.run_now(lambda c: people.disable(c, town.accounts["moderator"], now_ms=town.clock(), by=by))
    for email in (EDITOR, "nobody@example.org", "moderator@example.org"):
        status, page = await ask(town.client(), email)
        answers.append((status, page.replace(email, "X")))
    assert answers[0] == answers[1] == answers[2]
    await mail_to(town, EDITOR)
    assert [mail["To"] for mail in laid(town)] == [EDITOR]
    rows = look(town, lambda c: c.execute(password_resets.select()).all())
    assert len(rows) == 3  # an unknown address costs as much as a known one


async def test_asking_locks_nobody_out(make_town: MakeTown) -> None:
    town = await make_town(trusted_proxies=1)
    give_password(town)
    signed_in, client = town.client("editor"), town.client()
    for number in range(MOST_FOR + 3):
        assert (await ask(client, **{"X-Forwarded-For": f"203.0.113.{number}"}))[0] == 200
    assert len([await link_of(town, count) for count in range(1, MOST_FOR + 1)]) == MOST_FOR
    assert len(laid(town)) + len(look(town, outbox.every)) == MOST_FOR
    assert "Sign out" in await (await signed_in.get("/")).text()
    assert await can_sign_in(town, OLD)
    assert await choose(client, await link_of(town, MOST_FOR)) == 303


async def test_one_place_asks_so_often_and_no_more(town: Town) -> None:
    client = town.client()
    for number in range(MOST_FROM):
        assert (await ask(client, f"{number}@example.org"))[0] == 200
    status, page = await ask(client)
    assert (status, "min and try again" in page) == (429, True)
    town.clock.turn(3_600_001)
    assert (await ask(client))[0] == 200


async def test_the_mail_is_in_the_language_of_the_account_and_leads_where_the_town_is(make_town: MakeTown) -> None:
    town = await make_town(public_url="https://town.example/")
    town.service.store.run_now(lambda c: accounts.set_language(c, town.accounts["editor"], "vi"))
    await town.client().post("/forgot", data={"email": EDITOR}, headers={"Host": "evil.example"})
    mail = await mail_to(town, EDITOR)
    assert mail["Content-Language"] == "vi"
    assert "Chào Editor" in mail.get_content()
    assert set(re.findall(r"https?://[^/\s]+", mail.get_content())) == {"https://town.example"}


async def test_it_is_written_down_and_no_secret_with_it(town: Town) -> None:
    await ask(town.client())
    link = await link_of(town)
    token = link.partition("token=")[2]
    assert token not in str(look(town, lambda c: c.execute(password_resets.select()).all()))
    await choose(town.client(), link)
    log = await (await town.client("administrator").get("/audit")).text()
    assert "sent a link for a new password to" in log
    assert "way: mail" in log
    assert token not in log


@pytest.mark.parametrize("email", ["", "nobody", "a@b\x07", "x" * 300])
async def test_what_is_no_address_is_refused(town: Town, email: str) -> None:
    assert (await ask(town.client(), email))[0] == 422
