"""Passkeys as they are attacked: answers to other questions, from other pages, by copies, for people who are gone."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from curator import accounts, audit, passkeys
from curator.config import Settings
from curator.passkeys import Passkey
from curator.web import pending
from tests.curator.authenticators import PRESENT, Device, text_of
from tests.curator.cases import look
from tests.curator.conftest import Client, MakeTown, Town
from tests.curator.mailing import mail_to

SITE = "https://town.example"
PASSWORD = "correct horse battery"


@pytest.fixture
async def here(make_town: MakeTown, monkeypatch: pytest.MonkeyPatch) -> Town:
    """A town with a public address, and an editor with a password, which is looked at quickly."""
    monkeypatch.setattr(accounts, "password_matches", lambda _known, typed: typed == PASSWORD)
    town = await make_town(public_url=SITE)
    editor = town.accounts["editor"]
    town.service.store.run_now(lambda c: accounts.set_password(c, editor, "x", now_ms=town.clock(), by=None))
    return town


async def options_to_add(client: Client, name: str = "My phone", current: str = PASSWORD) -> dict[str, Any]:
    form, headers = {"name": name, "current": current}, {"Accept": "application/json"}
    answer = await client.post("/account/passkeys/begin", data=form, headers=headers)
    return {"status": answer.status} | dict(await answer.json())


async def send(client: Client, address: str, credential: str) -> int:
    form = {"credential": credential, "next": "/library"}
    return (await client.post(address, data=form, allow_redirects=False)).status


async def add(town: Town, device: Device, who: str = "editor", name: str = "My phone") -> None:
    client = town.client(who)
    credential = device.make(await options_to_add(client, name))
    assert await send(client, "/account/passkeys", credential) == 303


async def options_to_sign_in(client: Client) -> dict[str, Any]:
    return dict(await (await client.post("/sign-in/passkey/begin")).json())


async def sign_in(town: Town, device: Device, **changes: str) -> int:
    client = town.client()
    status = await send(client, "/sign-in/passkey", device.use(await options_to_sign_in(client), **changes))
    assert await is_in(client) == (status == 303)
    return status


async def is_in(client: Client) -> bool:
    return (await client.get("/account", allow_redirects=False)).status == 200


def held(town: Town, who: str = "editor") -> list[Passkey]:
    return look(town, lambda connection: passkeys.of(connection, town.accounts[who]))


def actions(town: Town) -> list[str]:
    return [row.action for row in look(town, lambda connection: audit.rows(connection, most=20))]


async def test_a_passkey_is_added_with_the_password_and_signs_in_without_a_name_or_a_code(here: Town) -> None:
    device = Device(SITE)
    await add(here, device)
    assert "My phone" in (await mail_to(here, "editor@example.org")).get_content()
    here.clock.turn(60_000)
    assert await sign_in(here, device) == 303
    (passkey,) = held(here)
    assert (passkey.name, passkey.used_ms) == ("My phone", here.clock())
    newest = look(here, lambda connection: audit.rows(connection, most=1))[0]
    assert (newest.action, json.loads(newest.detail)) == ("session.open", {"way": "passkey"})
    assert "passkey.add" in actions(here)


async def test_what_a_browser_is_asked_for_stays_on_its_device_and_takes_a_finger_or_a_code(here: Town) -> None:
    options = await options_to_add(here.client("editor"))
    wanted = options["authenticatorSelection"]
    assert (wanted["residentKey"], wanted["userVerification"], options["rp"]["id"]) == (
        "required", "required", "town.example",
    )  # fmt: skip
    assert "editor" not in options["user"]["id"]
    assert (await options_to_sign_in(here.client()))["userVerification"] == "required"


async def test_adding_and_removing_take_the_password_and_the_owner(here: Town) -> None:
    client = here.client("editor")
    refused = await options_to_add(client, current="not this one")
    assert (refused["status"], refused["detail"]) == (422, "The present password is not that.")
    await add(here, Device(SITE))
    address = f"/account/passkeys/{held(here)[0].id}/remove"
    assert (await client.post(address, data={"current": "not this one"})).status == 422
    await here.client("moderator").post(address, data={"current": ""})
    assert len(held(here)) == 1
    assert "is removed here" in await (await client.post(address, data={"current": PASSWORD})).text()
    assert held(here) == []
    assert "passkey.remove" in actions(here)


async def test_who_has_no_password_has_to_have_signed_in_lately(here: Town) -> None:
    client = here.client("moderator")
    assert (await options_to_add(client, current=""))["status"] == 200
    here.clock.turn(10 * 60_000 + 1)
    assert (await options_to_add(client, current=""))["status"] == 422


Change = Callable[[Device], None]
WRONG: dict[str, Change] = {
    "another page": lambda device: setattr(device, "origin", "https://town.example.evil"),
    "not encrypted": lambda device: setattr(device, "origin", "http://town.example"),
    "nobody verified": lambda device: setattr(device, "flags", PRESENT),
    "nobody there": lambda device: setattr(device, "flags", 0),
}


async def test_a_passkey_is_neither_added_nor_used_when_its_answer_is_not_right(here: Town) -> None:
    client = here.client("editor")
    for wrong, spoil in WRONG.items():
        device = Device(SITE)
        spoil(device)
        assert await send(client, "/account/passkeys", device.make(await options_to_add(client))) == 422, wrong
    assert held(here) == []
    good = Device(SITE)
    await add(here, good)
    for wrong, spoil in WRONG.items():
        device = Device(SITE, id=good.id, key=good.key, owner=good.owner)
        spoil(device)
        assert await sign_in(here, device) == 422, wrong


async def test_a_signature_by_another_key_or_for_another_owner_opens_nothing(here: Town) -> None:
    device = Device(SITE)
    await add(here, device)
    thief = Device(SITE, id=device.id, owner=device.owner, used=50)
    assert await sign_in(here, thief) == 422
    assert await sign_in(here, device, userHandle=text_of(here.accounts["administrator"].encode())) == 422
    assert await sign_in(here, device, userHandle="") == 422
    assert await sign_in(here, Device(SITE, id=b"unknown")) == 422
    assert held(here)[0].stopped_ms is None
    assert await sign_in(here, device) == 303


async def test_a_challenge_is_good_once_and_only_in_the_browser_that_asked_though_a_passkey_may_never_count(
    here: Town,
) -> None:
    device = Device(SITE, counts=False)
    await add(here, device)
    client, other = here.client(), here.client()
    credential = device.use(await options_to_sign_in(client))
    await options_to_sign_in(other)
    assert await send(other, "/sign-in/passkey", credential) == 422
    assert await send(client, "/sign-in/passkey", credential) == 303
    await client.post("/sign-out")
    assert await send(client, "/sign-in/passkey", credential) == 410
    assert not await is_in(client)
    client = here.client()
    credential = device.use(await options_to_sign_in(client))
    here.clock.turn(pending.LIFE_MS)
    assert await send(client, "/sign-in/passkey", credential) == 410


async def test_a_passkey_is_added_in_the_session_that_gave_the_password(here: Town) -> None:
    device, client, other = Device(SITE), here.client("editor"), here.client("moderator")
    credential = device.make(await options_to_add(client))
    asked = client.session.cookie_jar.filter_cookies(client.make_url("/"))["commonscreen-passkey"].value
    other.session.cookie_jar.update_cookies({"commonscreen-passkey": asked})
    assert await send(other, "/account/passkeys", credential) == 410
    assert (held(here), held(here, "moderator")) == ([], [])


async def test_a_passkey_that_counts_back_is_stopped_and_its_owner_is_told(here: Town) -> None:
    device = Device(SITE)
    await add(here, device)
    copy = Device(SITE, id=device.id, key=device.key, owner=device.owner)
    assert [await sign_in(here, device), await sign_in(here, device)] == [303, 303]
    assert await sign_in(here, copy) == 422
    assert "there may be a copy" in (await mail_to(here, "editor@example.org", 2)).get_content()
    assert await sign_in(here, device) == 422
    assert "passkey.stop" in actions(here)
    page = await (await here.client("editor").get("/account/passkeys")).text()
    assert "stopped: there may be a copy" in page


async def test_passkeys_of_somebody_who_is_gone_are_dead_at_once(here: Town) -> None:
    device, administrator = Device(SITE), here.client("administrator")
    await add(here, device)
    editor = here.accounts["editor"]
    await administrator.post(f"/people/{editor}/disable")
    assert await sign_in(here, device) == 422
    await administrator.post(f"/people/{editor}/enable")
    assert await sign_in(here, device) == 303
    await administrator.post(f"/people/{editor}/erase", data={"email": "editor@example.org"})
    assert await sign_in(here, device) == 422
    assert held(here) == []


async def test_an_administrator_removes_the_passkeys_of_a_lost_phone(here: Town) -> None:
    device, administrator = Device(SITE), here.client("administrator")
    await add(here, device)
    page = await (await administrator.get("/people")).text()
    assert page.count("/passkeys-off") == 1
    await administrator.post(f"/people/{here.accounts['editor']}/passkeys-off")
    assert await sign_in(here, device) == 422
    assert "An administrator removed your passkeys" in (await mail_to(here, "editor@example.org", 2)).get_content()


async def test_the_same_passkey_and_more_than_so_many_are_refused(
    here: Town, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(passkeys, "MOST_OF_ONE", 2)
    device, client = Device(SITE), here.client("editor")
    await add(here, device)
    again = device.make(await options_to_add(client) | {"challenge": "x"})
    assert await send(client, "/account/passkeys", again) == 422
    await add(here, Device(SITE), name="My key")
    assert (await options_to_add(client, name="One more"))["status"] == 422


HOSTILE = ["", "{}", "[]", '"x"', "[" * 5_000, '{"id": 1}', '{"id": null, "response": []}', "9" * 5_000]


async def test_an_answer_that_is_none_is_refused_in_plain_words(here: Town) -> None:
    client = here.client("editor")
    for answer in HOSTILE:
        await options_to_add(client)
        assert await send(client, "/account/passkeys", answer) == 422, answer[:20]
        await options_to_sign_in(client)
        assert await send(client, "/sign-in/passkey", answer) == 422, answer[:20]


BROKEN = ["", "AA", "!", *(text_of(body) for body in (b"{" * 3_000, b"\x9f" * 3_000, b"\xbb" + b"\xff" * 8))]


async def test_a_part_of_an_answer_that_is_none_is_refused(here: Town) -> None:
    device, client = Device(SITE), here.client("editor")
    await add(here, device)
    for value in BROKEN:
        for part in ("clientDataJSON", "attestationObject"):
            broken = json.loads(Device(SITE).make(await options_to_add(client)))
            broken["response"][part] = value
            assert await send(client, "/account/passkeys", json.dumps(broken)) == 422, (part, value)
        for part in ("clientDataJSON", "authenticatorData", "signature", "userHandle"):
            assert await sign_in(here, device, **{part: value}) == 422, (part, value)
    assert await sign_in(here, device) == 303


@pytest.mark.parametrize(
    ("address", "host", "origin"),
    [
        ("https://town.example/", "town.example", "https://town.example"),
        ("https://Town.Example:8443", "town.example", "https://town.example:8443"),
        ("https://thị-trấn.example", "xn--th-trn-td8bzl.example", "https://xn--th-trn-td8bzl.example"),
        ("http://localhost:8080", "localhost", "http://localhost:8080"),
    ],
)
def test_passkeys_are_good_at_the_public_address(address: str, host: str, origin: str) -> None:
    place = passkeys.place_of(Settings.model_validate({"public_url": address}))
    assert place is not None
    assert (place.host, place.origin) == (host, origin)


@pytest.mark.parametrize(
    "address", ["", "http://town.example", "https://192.0.2.7", "https://[::1]", "https://a:b", "ftp://localhost"]
)
def test_passkeys_are_good_at_no_other_address(address: str) -> None:
    assert passkeys.place_of(Settings.model_validate({"public_url": address})) is None


async def test_without_an_https_address_pages_say_that_there_are_no_passkeys(town: Town) -> None:
    page = await (await town.client("editor").get("/account/passkeys")).text()
    assert "this service has no https address" in page
    assert 'action="/account/passkeys"' not in page
    assert "passkey" not in await (await town.client().get("/sign-in")).text()
    assert (await town.client().post("/sign-in/passkey/begin")).status == 409


async def test_what_one_address_begins_pushes_out_nothing_of_another(
    make_town: MakeTown, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(pending, "MOST_FROM", 3)
    town = await make_town(public_url=SITE, trusted_proxies=1)
    device, client = Device(SITE), town.client()
    await add(town, device)
    mine, others = {"X-Forwarded-For": "192.0.2.1"}, {"X-Forwarded-For": "192.0.2.2"}
    options = await (await client.post("/sign-in/passkey/begin", headers=mine)).json()
    for _number in range(10):
        await town.client().post("/sign-in/passkey/begin", headers=others)
    form = {"credential": device.use(dict(options)), "next": "/"}
    assert (await client.post("/sign-in/passkey", data=form, headers=mine, allow_redirects=False)).status == 303


async def test_ones_passkeys_are_in_what_is_kept_about_one(here: Town) -> None:
    await add(here, Device(SITE))
    body = await (await here.client("editor").post("/account/export")).read()
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        (told,) = json.loads(archive.read("passkeys.json"))
    assert (told["name"], told["last_used"]) == ("My phone", None)
