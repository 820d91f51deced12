"""A town after some weeks: items in every state, screens well and not, bookings, plays, people who wait."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from curator import accounts, decision_links, erasure, invitations, library, occasions, rules, tickets, webhooks
from curator.authorisation import Role
from curator.ids import new_id
from curator.programme.rules import QuietRule, When
from curator.publishing import Publisher
from curator.screens import Screen
from curator.store import Connection
from curator.tables import as_run, nodes
from tests.curator import spare_things
from tests.curator.cases import Sent, approve, send, send_version
from tests.curator.conftest import Town
from tests.curator.nodes import HEALTH
from tests.curator.noticing import give, refuse, reject
from tests.curator.programme import things

AN_HOUR_MS = 3_600_000
A_DAY_MS = 24 * AN_HOUR_MS


@dataclass(frozen=True)
class LivedIn:
    """What addresses of such a town name."""

    town: Town
    screen: Screen
    silent: Screen
    playing: Sent
    changed: Sent
    waiting: Sent
    rejected: Sent
    links: dict[str, str]
    """What follows the addresses that are reached by a secret link."""


async def live_in(town: Town) -> LivedIn:
    """Fills the town of the tests; its programmes are published. The editor is in two groups, and moderates."""
    give(town, "editor", Role.CONTRIBUTOR, town.other_group.id)
    screen, silent = things.screen(town, "Library window"), things.screen(town, "Market square")
    things.screen(town, "Town hall")
    things.share(town, screen, group=2, other_group=1)
    things.share(town, silent, group=1)
    pair(town, screen, ago_ms=5_000)
    pair(town, silent, ago_ms=3 * AN_HOUR_MS)
    playing = send(town, "Skate day", colour="teal", alt_text="Children on a half-pipe.")
    song = send(town, "Spring concert", colour="plum", group_id=town.other_group.id, by="outsider")
    changed = send(town, "Open day", colour="green")
    for sent in (playing, song, changed):
        approve(town, sent)
    for number in range(3):
        approve(town, send(town, f"Our street, part {number + 1}", colour="navy", by="contributor"))
    send_version(town, changed.item_id)
    tall = spare_things.variant(town, changed.item_id)
    approve(town, send_version(town, changed.item_id, colour="olive", variant_id=tall))
    rejected = send(town, "A hit from the radio", by="contributor", colour="red")
    reject(town, rejected, words="Whose song is it?\nAsk the band, then send it again.")
    refuse(town, send(town, "Sea", colour="blue"))
    gone = send(town, "Last year's fair", colour="grey")
    _run(town, lambda c: library.withdraw(c, gone.item_id, now_ms=town.clock(), by=town.accounts["editor"]))
    links = town.service.store.run_now(lambda c: _people(c, town))
    things.book(town, screen, playing.item_id, _evening(town, 1), 60_000)
    things.book(town, silent, playing.item_id, _evening(town, 2), 60_000)
    night = QuietRule("", "Evenings are dark", When(), mode="dark")
    _run(
        town, lambda c: rules.put(c, night, f"screen:{silent.id}", now_ms=town.clock(), by=town.accounts["programmer"])
    )
    _run(town, lambda c: _plays(c, town, screen, [playing, song, changed]))
    town.clock.turn(A_DAY_MS + AN_HOUR_MS)
    waiting = send(town, "Poster for Saturday", colour="orange", by="contributor")
    _run(town, lambda c: occasions.waits(c, waiting.version_id, now_ms=town.clock()))
    _run(town, lambda c: _webhook(c, town, waiting))
    links["/decide"] = town.service.store.run_now(lambda c: _decide(c, town, waiting))
    pair_again(town, screen)
    await Publisher(town.service).publish_due()
    return LivedIn(town, screen, silent, playing, changed, waiting, rejected, links)


def pair(town: Town, screen: Screen, *, ago_ms: int) -> None:
    """Puts a computer behind the screen that was last heard of so long ago."""
    row = {
        "id": new_id(), "screen_id": screen.id, "public_key": "", "token_sha256": new_id(), "software": "0.1.0",
        "paired_ms": town.clock() - A_DAY_MS, "seen_ms": town.clock() - ago_ms, "health": json.dumps(HEALTH),
    }  # fmt: skip
    _run(town, lambda connection: connection.execute(nodes.insert().values(**row)))


def pair_again(town: Town, screen: Screen) -> None:
    """The screen's computer is heard of now."""
    of_this = nodes.c.screen_id == screen.id
    _run(town, lambda c: c.execute(nodes.update().where(of_this).values(seen_ms=town.clock())))


def _run(town: Town, function: Callable[[Connection], object]) -> None:
    town.service.store.run_now(function)


def _evening(town: Town, days: int) -> int:
    return (town.clock() // A_DAY_MS + days + 1) * A_DAY_MS + 18 * AN_HOUR_MS


def _people(connection: Connection, town: Town) -> dict[str, str]:
    """Somebody new, somebody who leaves, somebody invited, somebody with a ticket; with their links."""
    now_ms, by = town.clock(), town.accounts["administrator"]
    for name in ("Newcomer", "Leaver"):
        made = accounts.create(
            connection, email=f"{name}@example.org".lower(), name=name, password_hash="", language="en",
            now_ms=now_ms, by=by,
        )  # fmt: skip
        town.accounts[name.lower()] = made
    erasure.ask(connection, town.accounts["leaver"], now_ms=now_ms)
    invited = invitations.invite(
        connection, town.service.settings, email="invited@example.org", role=Role.EDITOR, group_id=town.group.id,
        language="en", site="http://127.0.0.1", now_ms=now_ms, by=by,
    )  # fmt: skip
    _ticket, secret = tickets.make(
        connection, group_id=town.group.id, files=2, most_bytes=1 << 20, days=7, note="The summer party",
        now_ms=now_ms, by=town.accounts["editor"],
    )  # fmt: skip
    return {"/join": invited.link.partition("/join")[2], "/hand-in": f"?ticket={secret}"}


def _webhook(connection: Connection, town: Town, waiting: Sent) -> None:
    """The youth club has another program told; the first try did not arrive."""
    webhook, _secret = webhooks.make(
        connection, group_id=town.group.id, name="The club's website", url="https://hooks.example/a/rather/long/address",
        events=webhooks.OF_GROUPS, now_ms=town.clock(), by=town.accounts["editor"], key=town.service.key,
    )  # fmt: skip
    occasions.waits(connection, waiting.version_id, now_ms=town.clock() + 1)
    for one in webhooks.told(connection, webhook.id):
        webhooks.note(connection, one, webhooks.Attempt(town.clock(), 812, 503, "status"))


def _decide(connection: Connection, town: Town, waiting: Sent) -> str:
    """What follows the address of a link that decides."""
    moderator = accounts.actor(connection, town.accounts["moderator"])
    assert moderator is not None
    return f"?link={decision_links.make(connection, moderator, waiting.version_id, now_ms=town.clock())}"


def _plays(connection: Connection, town: Town, screen: Screen, shown: list[Sent]) -> None:
    node_id = connection.execute(nodes.select()).mappings().all()[0]["id"]
    values = [
        {
            "node_id": node_id, "epoch": "e", "seq": number + 1,
            "screen_id": screen.id, "planned_start_ms": at_ms, "start_ms": at_ms, "duration_ms": 10_000,
            "layer": "rotation", "item_id": shown[number % len(shown)].item_id, "sha256": None,
            "outcome": "complete", "cause": "", "manifest_version": 1, "received_ms": at_ms,
        }
        for number in range(60)
        for at_ms in (town.clock() - (60 - number) * 6 * AN_HOUR_MS,)
    ]  # fmt: skip
    connection.execute(as_run.insert(), values)
