"""Webhooks: another program is told what happens, signed, until it arrives; nobody uses them to look around here."""

import ipaddress
import json
import re
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from curator import audit, dark_screens, drafts, library, occasions, webhooks
from curator.notices import Kind
from curator.programme.changes import WeightPut
from curator.store import Connection
from curator.tables_webhooks import webhooks as rows
from curator.tokens import Scope
from curator.webhook_addresses import BadAddress, Forbidden, Reach, look_up, may_call, read_url
from curator.webhooks import KEEP_MS, OF_COUNCIL, OF_GROUPS, PAUSES_MS, Delivery, Event, Webhook
from tests.curator.cases import look
from tests.curator.conftest import MakeTown, Town
from tests.curator.listening import Listener, listening
from tests.curator.nodes import make_screen, until
from tests.curator.noticing import reject, submit, told
from tests.curator.test_tokens import program, token

OPEN = {"webhooks_over_http": True, "webhooks_to_private_networks": True}
STRICT, LOCAL = Reach(http=False, private=False), Reach(http=True, private=True)


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as one:
        yield one


def make(
    town: Town, url: str, *, group_id: str | None = None, by: str = "administrator", events: tuple[Event, ...] = ()
) -> tuple[Webhook, str]:
    return town.service.store.run_now(
        lambda connection: webhooks.make(
            connection, group_id=group_id, name="Lamp", url=url, events=events or webhooks.offered(group_id),
            now_ms=town.clock(), by=town.accounts[by], key=town.service.key,
        )
    )  # fmt: skip


def of(town: Town, webhook: Webhook) -> list[Delivery]:
    return look(town, lambda connection: webhooks.told(connection, webhook.id))


def now(town: Town, webhook: Webhook) -> Webhook:
    found = look(town, lambda connection: webhooks.get(connection, webhook.id))
    assert found is not None
    return found


async def settled(town: Town, webhook: Webhook, fact: Callable[[list[Delivery]], bool]) -> list[Delivery]:
    """What the webhook was told, once `fact` is true of it."""
    town.service.bus.publish(webhooks.TOPIC)
    await until(lambda: fact(of(town, webhook)))
    return of(town, webhook)


def have_arrived(told: list[Delivery]) -> bool:
    return all(one.state == "arrived" for one in told)


async def test_a_program_is_told_of_what_happens_and_can_check_that_it_was_us(
    make_town: MakeTown, listener: Listener
) -> None:
    town = await make_town(**OPEN)
    webhook, secret = make(town, listener.url)
    sent = submit(town, "Ann Smith's song")
    reject(town, sent, "Ann Smith does not want that")
    town.service.store.run_now(
        lambda connection: library.withdraw(
            connection, sent.item_id, now_ms=town.clock(), by=town.accounts["moderator"], why="Ann Smith"
        )
    )
    screen = make_screen(town)
    answer = await town.client("technician").post(f"/screens/{screen.slug}/dark", data={"state": "dark"})
    assert answer.status == 200
    await settled(town, webhook, lambda told: len(told) == 4 and have_arrived(told))
    heard = {one.told["type"]: one for one in listener.heard}
    assert set(heard) == {"submission.waiting", "submission.decided", "item.withdrawn", "screen.changed"}
    assert all(one.is_signed_with(secret) for one in listener.heard)
    assert not heard["item.withdrawn"].is_signed_with("whsec_" + "A" * 43 + "=")
    decided = heard["submission.decided"].told
    assert decided["data"] == {
        "version": sent.version_id, "item": sent.item_id, "number": 1, "kind": "still", "group": "youth-club",
        "decision": "rejected", "reason": "rights",
    }  # fmt: skip
    assert decided["timestamp"] == "2026-09-21T14:13:20.000Z"
    assert heard["screen.changed"].told["data"] == {"screen": screen.slug, "state": "blacked_out", "why": ""}
    assert b"Ann" not in b"".join(one.body for one in listener.heard)


async def test_what_is_published_and_what_goes_dark_is_told(make_town: MakeTown) -> None:
    town = await make_town(**OPEN)
    webhook, _secret = make(town, "https://hooks.example/x")
    screen = make_screen(town)

    def happen(connection: Connection) -> None:
        weight = WeightPut(f"screen:{screen.id}", town.group.id, "", 3)
        drafts.publish_at_once(
            connection, [weight], now_ms=town.clock(), lead_ms=0, by=town.accounts["programmer"]
        )  # fmt: skip
        occasions.screen_dark(connection, screen.id, dark_screens.SILENT, since_ms=1, now_ms=town.clock())
        occasions.screen_back(connection, screen.id, since_ms=1, now_ms=town.clock())

    town.service.store.run_now(happen)
    (published,) = [json.loads(one.body)["data"] for one in of(town, webhook) if one.event is Event.PUBLISHED]
    assert published == {"revision": 1, "screen_count": 1, "screens": [screen.slug]}
    bodies = [one.body for one in of(town, webhook) if one.event is Event.SCREEN]
    assert [word in "".join(bodies) for word in ('"dark"', '"silent"', '"back"')] == [True] * 3


async def test_a_group_hears_of_its_own_items_only_and_not_of_the_council(make_town: MakeTown) -> None:
    town = await make_town(**OPEN)
    ours, _secret = make(town, "https://a.example/", group_id=town.group.id, by="editor", events=OF_COUNCIL)
    theirs, _other = make(town, "https://b.example/", group_id=town.other_group.id, by="outsider")
    submit(town)
    assert (ours.events, len(of(town, ours)), of(town, theirs)) == (OF_GROUPS, 1, [])
    town.service.store.run_now(
        lambda connection: connection.execute(rows.update().values(made_by=town.accounts["contributor"]))
    )
    submit(town, "Another")
    assert (now(town, ours).is_on, len(of(town, ours))) == (False, 1)


async def test_what_does_not_arrive_is_tried_again_with_longer_pauses(make_town: MakeTown, listener: Listener) -> None:
    town = await make_town(**OPEN)
    webhook, _secret = make(town, listener.url)
    listener.statuses = [500, 302, 200]
    submit(town)
    await settled(town, webhook, lambda told: told[0].tries == 1)
    town.clock.turn(PAUSES_MS[0])
    await settled(town, webhook, lambda told: told[0].tries == 2)
    assert now(town, webhook).failing_ms is not None
    town.clock.turn(PAUSES_MS[1])
    (told_of,) = await settled(town, webhook, have_arrived)
    assert [tried.status for tried in told_of.attempts] == [500, 302, 200]
    assert len({one.headers["webhook-id"] for one in listener.heard}) == 1
    assert {one.path for one in listener.heard} == {"/hook"}, "no redirection is followed"
    assert now(town, webhook).failing_ms is None


async def test_after_the_last_try_it_is_paused_and_whoever_looks_after_it_is_told(
    make_town: MakeTown, listener: Listener
) -> None:
    town = await make_town(**OPEN)
    webhook, _secret = make(town, listener.url)
    listener.statuses = [503]
    submit(town)
    for tries, pause_ms in enumerate((*PAUSES_MS, 0), start=1):
        await settled(town, webhook, lambda told, tries=tries: told[0].tries == tries)  # type: ignore[misc]
        town.clock.turn(pause_ms)
    await until(lambda: now(town, webhook).paused_why == "lasting")
    assert of(town, webhook)[0].state == "failed"
    assert len(told(town, "administrator", Kind.WEBHOOK)) == 1
    assert told(town, "editor", Kind.WEBHOOK) == []
    submit(town, "Another")
    assert len(of(town, webhook)) == 1
    client = town.client("administrator")
    assert "did not answer and is paused" in await (await client.get("/notices")).text()
    assert "Go on" in await (await client.get(f"/webhooks/{webhook.id}")).text()
    await client.post(f"/webhooks/{webhook.id}/go-on")
    assert now(town, webhook).is_on
    assert look(town, audit.first_broken_row) is None


async def test_who_answers_gone_is_told_nothing_more(make_town: MakeTown, listener: Listener) -> None:
    town = await make_town(**OPEN)
    webhook, _secret = make(town, listener.url)
    listener.statuses = [410]
    submit(town)
    await settled(town, webhook, lambda told: told[0].state == "failed")
    await until(lambda: now(town, webhook).paused_why == "gone")


async def test_nothing_in_our_own_network_is_called_unless_the_settings_say_so(
    make_town: MakeTown, listener: Listener
) -> None:
    town = await make_town(webhooks_over_http=True)
    webhook, _secret = make(town, listener.url.replace("127.0.0.1", "localhost"))
    submit(town)
    (told_of,) = await settled(town, webhook, lambda told: told[0].tries == 1)
    assert (told_of.attempts[0].error, listener.heard) == ("forbidden", [])


async def test_a_group_never_reaches_into_the_councils_network(make_town: MakeTown, listener: Listener) -> None:
    town = await make_town(**OPEN)
    webhook, _secret = make(town, listener.url, group_id=town.group.id, by="editor")
    submit(town)
    (told_of,) = await settled(town, webhook, lambda told: told[0].tries == 1)
    assert (told_of.attempts[0].error, listener.heard) == ("forbidden", [])


async def test_a_name_that_leads_elsewhere_a_moment_later_is_called_where_it_was_looked_up(
    make_town: MakeTown, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second look-up, which would be the attacker's, never happens."""
    town = await make_town(**OPEN)
    asked: list[str] = []
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))]

    real = socket.getaddrinfo

    def lead(host: str, *given: Any, **more: Any) -> Any:
        asked.append(host)
        return list(found) if host == "hooks.example" else real(host, *given, **more)

    monkeypatch.setattr(socket, "getaddrinfo", lead)
    webhook, _secret = make(town, f"http://hooks.example:{listener.port}/hook")
    submit(town)
    await settled(town, webhook, lambda told: bool(told) and have_arrived(told))
    assert asked.count("hooks.example") == 1
    found[0] = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", 0))
    with pytest.raises(Forbidden):
        await look_up("hooks.example", 80, LOCAL)


@pytest.mark.parametrize(
    ("address", "by_default", "where_let_in"),
    [
        ("93.184.216.34", True, True),
        ("2606:2800:220:1::1", True, True),
        ("10.1.2.3", False, True),
        ("127.0.0.1", False, True),
        ("::1", False, True),
        ("fd00::1", False, True),
        ("::ffff:10.0.0.1", False, True),
        ("64:ff9b::7f00:1", False, True),
        ("2002:7f00:1::", False, True),
        ("169.254.169.254", False, False),
        ("fe80::1", False, False),
        ("0.0.0.0", False, False),  # noqa: S104
        ("::", False, False),
        ("224.0.0.1", False, False),
        ("255.255.255.255", False, False),
        ("100.64.0.1", False, False),
    ],
)
def test_only_addresses_of_the_whole_internet_are_called(address: str, *, by_default: bool, where_let_in: bool) -> None:
    number = ipaddress.ip_address(address)
    assert (may_call(number, STRICT), may_call(number, LOCAL)) == (by_default, where_let_in)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/", "ftp://hooks.example/", "https://", "hooks.example", "https://me:secret@hooks.example/",
        "https://hooks.example/#x", "https://127.0.0.1/", "https://[::1]/", "https://localhost/",
        "https://hooks.example:0x50/", "https://hóoks.example/", "https://hooks.example/" + "x" * 500, "javascript:1",
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_called_is_refused_with_a_reason(url: str) -> None:
    with pytest.raises(BadAddress):
        read_url(url, STRICT)


async def test_somebody_makes_one_on_a_page_sees_its_secret_once_and_sends_a_test(
    make_town: MakeTown, listener: Listener
) -> None:
    town = await make_town(**OPEN)
    client = town.client("administrator")
    form = {"name": "Lamp  on the desk", "url": listener.url, "events": ["submission.waiting", "screen.changed"]}
    page = await (await client.post("/webhooks", data=form)).text()
    (secret,) = set(re.findall(r"whsec_[A-Za-z0-9+/=]+", page))
    (webhook,) = look(town, lambda connection: webhooks.of(connection, None))
    stored = look(town, lambda connection: str(dict(connection.execute(rows.select()).mappings().one())))
    assert secret not in stored
    listed = await (await client.get("/webhooks")).text()
    assert "Lamp on the desk" in listed
    assert "whsec_" not in listed
    assert (await client.post(f"/webhooks/{webhook.id}/test")).status == 200
    await settled(town, webhook, lambda told: bool(told) and have_arrived(told))
    assert listener.heard[0].is_signed_with(secret)
    assert "the answer was 204" in await (await client.get(f"/webhooks/{webhook.id}")).text()
    await client.post(f"/webhooks/{webhook.id}/remove")
    assert look(town, lambda connection: webhooks.of(connection, None)) == []
    log = await (await client.get("/audit")).text()
    assert "made a webhook for" in log
    assert "/hook" not in log, "an address may hold a secret"


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"url": "http://10.0.0.1/"}, "Give an address that begins with https"),
        ({"url": "https://10.0.0.1/"}, "private network"),
        ({"events": []}, "Choose at least one"),
        ({"name": " "}, "needs a name"),
    ],
)
async def test_a_form_that_cannot_be_taken_says_why(town: Town, form: dict[str, object], words: str) -> None:
    whole = {"name": "Lamp", "url": "https://hooks.example/", "events": ["item.withdrawn"]} | form
    answer = await town.client("editor").post("/library/youth-club/webhooks", data=whole)
    assert (answer.status, words in await answer.text()) == (422, True)


async def test_a_program_makes_one_for_its_owners_group_and_is_told_the_secret_once(town: Town) -> None:
    client = program(town, token(town, "editor", Scope.CONTRIBUTE))
    wanted = {"name": "Lamp", "url": "https://hooks.example/", "events": ["submission.decided"]}
    key = {"Idempotency-Key": "lamp-1"}
    first = await (await client.post("/api/groups/youth-club/webhooks", json=wanted, headers=key)).json()
    again = await (await client.post("/api/groups/youth-club/webhooks", json=wanted, headers=key)).json()
    assert first["secret"].startswith("whsec_")
    assert (again["webhook"], again["secret"]) == (first["webhook"], "")
    address = f"/api/webhooks/{first['webhook']['id']}"
    assert (await client.post("/api/webhooks", json=wanted)).status == 403
    assert (await client.post(f"{address}/test")).status == 204
    deliveries_told = await (await client.get(f"{address}/deliveries")).json()
    assert [one["event"] for one in deliveries_told["deliveries"]] == ["webhook.test"]
    outsider = program(town, token(town, "outsider", Scope.CONTRIBUTE))
    assert (await outsider.get(address)).status == 404
    bad = await client.post("/api/groups/youth-club/webhooks", json=wanted | {"url": "http://10.0.0.1/"})
    assert bad.status == 422
    assert (await client.post(f"{address}/pause")).status == 204
    assert (await (await client.get(address)).json())["is_on"] is False
    assert (await client.post(f"{address}/go-on")).status == 204
    assert (await client.delete(address)).status == 204
    assert (await client.get(address)).status == 404


async def test_too_much_that_waits_and_what_was_long_ago_goes(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "MOST_WAITING", 1)
    webhook, _secret = make(town, "https://hooks.example/", events=(Event.WAITING,))
    submit(town)
    submit(town, "Another")
    assert len(of(town, webhook)) == 1
    town.service.store.run_now(lambda connection: webhooks.forget(connection, town.clock() + KEEP_MS))
    assert of(town, webhook) == []


async def test_what_is_undone_is_not_told(town: Town) -> None:
    webhook, _secret = make(town, "https://hooks.example/")

    def undone(connection: Connection) -> None:
        webhooks.happened(connection, Event.WAITING, {}, group_id=None, now_ms=town.clock())
        raise RuntimeError

    with pytest.raises(RuntimeError):
        town.service.store.run_now(undone)
    assert of(town, webhook) == []
