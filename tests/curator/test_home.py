"""The front page: approved things for everybody, and for each role what waits for them."""

import re

import pytest

from curator import library, moderation
from curator.authorisation import Role
from curator.ids import new_id
from curator.store import Connection
from curator.tables import nodes, screens
from tests.curator.cases import approve, send, send_version
from tests.curator.conftest import MakeTown, Town
from tests.curator.lived_in import live_in, pair
from tests.curator.nodes import make_screen
from tests.curator.noticing import give


def put_up_screen(town: Town, *, seen_ms: int | None, name: str = "Library window") -> None:
    def store(connection: Connection) -> None:
        screen_id = new_id()
        connection.execute(
            screens.insert().values(
                id=screen_id, slug=f"screen-{screen_id}", name=name, place="Market square", zone="Europe/London",
                language="en", width=1920, height=1080, created_ms=town.clock(),
            )
        )  # fmt: skip
        connection.execute(
            nodes.insert().values(
                id=new_id(), screen_id=screen_id, public_key="", token_sha256=new_id(), software="1",
                paired_ms=town.clock(), seen_ms=seen_ms,
            )
        )  # fmt: skip

    town.service.store.run_now(store)


async def front(town: Town, who: str | None = None) -> str:
    answer = await town.client(who).get("/")
    assert answer.status == 200
    return await answer.text()


async def test_a_stranger_sees_what_is_approved_and_nothing_else(town: Town) -> None:
    shown = send(town, "Approved work", colour="red")
    approve(town, shown)
    newer = send_version(town, shown.item_id, colour="blue")
    waiting = send(town, "Waiting work", colour="green")
    gone = send(town, "Withdrawn work", colour="white")
    approve(town, gone)
    town.service.store.run_now(
        lambda connection: library.withdraw(connection, gone.item_id, now_ms=town.clock(), by=town.accounts["editor"])
    )
    page = await front(town)
    assert "Approved work" in page
    assert shown.version_id in page
    for hidden in ("Waiting work", "Withdrawn work", newer.version_id, waiting.version_id, gone.version_id):
        assert hidden not in page


async def test_a_stranger_sees_the_screens_as_they_are_now(town: Town) -> None:
    put_up_screen(town, seen_ms=None)
    page = await front(town)
    assert "Library window" in page
    assert "/picture.jpg" in page
    assert "not heard from" not in page


async def test_a_stranger_is_not_shown_a_screen_without_a_computer(town: Town) -> None:
    make_screen(town, "Not up yet")
    assert "Not up yet" not in await front(town)
    assert "Not up yet" in await front(town, "technician")


async def test_a_new_towns_administrator_is_led_from_step_to_step(town: Town) -> None:
    page = await front(town, "administrator")
    assert "Five steps" in page
    assert _step(page) == "Add the first screen"
    assert "Nothing waits for a decision" not in page
    screen = make_screen(town)
    assert _step(await front(town, "administrator")) == "Pair its computer"
    pair(town, screen, ago_ms=0)
    assert _step(await front(town, "administrator")) == "Send in the first item"
    send(town)
    assert "Five steps" not in await front(town, "administrator")
    assert "Five steps" not in await front(town, "programmer")


async def test_what_is_urgent_comes_first_and_each_role_has_its_part(make_town: MakeTown) -> None:
    lived = await live_in(await make_town())
    town = lived.town
    parts = {who: _parts(await front(town, who)) for who in ("administrator", "programmer", "moderator", "technician")}
    assert parts == {
        "administrator": ["screens", "queue", "programme", "people"],
        "programmer": ["screens", "programme"],
        "moderator": ["queue"],
        "technician": ["screens"],
    }
    give(town, "technician", Role.CONTRIBUTOR, town.group.id)
    withdraw_all_that_waits(town)
    give(town, "technician", Role.MODERATOR)
    assert _parts(await front(town, "technician")) == ["screens", "queue", "groups"]
    of_programmer = await front(town, "programmer")
    assert "by the rule “Evenings are dark”" in of_programmer
    assert of_programmer.count("Skate day") >= 2
    of_administrator = await front(town, "administrator")
    assert "1 person asks to have their account erased:" in of_administrator
    assert "1 person waits for a role:" in of_administrator
    worst = re.findall(r'<li><a href="/screens/([a-z-]+)">', await front(town, "technician"))
    assert worst == ["market-square", "library-window", "town-hall"]


async def test_members_see_what_became_of_what_they_sent_and_editors_what_they_look_after(make_town: MakeTown) -> None:
    lived = await live_in(await make_town())
    town = lived.town
    of_contributor = await front(town, "contributor")
    assert of_contributor.index("What you sent in") < of_contributor.index("A hit from the radio")
    assert "Rights" in of_contributor
    assert re.search(r"Next: 22 Sept 2026, \d\d:\d\d, Library window", of_contributor)
    assert "/programme/order/" not in of_contributor
    assert "Owed to you" not in of_contributor
    of_editor = await front(town, "editor")
    for words in (
        "Running order",
        "in 15 plays on 1 screen",
        "Owed to you",
        "Contributor",
        "/library/youth-club/plays",
    ):
        assert words in of_editor
    answer = await town.client("editor").post(
        "/programme/order/youth-club", data={"down": lived.playing.item_id, "from": "home"}, allow_redirects=False
    )
    assert answer.headers["Location"].startswith("/?moved=down-")
    plays = await (await town.client("contributor").get("/library/youth-club/plays")).text()
    assert "40 plays" in plays
    assert plays.count("Mon ") == 12
    assert "Spring concert" not in plays


def _step(page: str) -> str:
    found = re.search(r'aria-current="step">\s*<h3>([^<]+)', page)
    return found[1].strip() if found else ""


def _parts(page: str) -> list[str]:
    return re.findall(r'<section id="([a-z]+)" class="(?:panel )?part"', page)


def withdraw_all_that_waits(town: Town) -> None:
    def withdraw(connection: Connection) -> None:
        for waiting in moderation.queue(connection):
            library.withdraw(connection, waiting.item_id, now_ms=town.clock(), by=town.accounts["editor"])

    town.service.store.run_now(withdraw)


async def test_another_language_leads_back_to_the_very_page(town: Town) -> None:
    policy = await (await town.client().get("/policy?from=2026-11-23&day=2")).text()
    assert 'name="next" value="/policy?from=2026-11-23&amp;day=2"' in policy
    site = str(town.server.make_url("/")).rstrip("/")
    for came_from, back in ((f"{site}/sign-in?next=/items", "/sign-in?next=/items"), ("https://x.example/a", "/")):
        refused = await town.client().post(
            "/sign-in", data={"email": "nobody@example.org", "password": "-"}, headers={"Referer": came_from}
        )
        assert f'name="next" value="{back}"' in await refused.text()


async def test_the_front_page_of_an_empty_town_invites(town: Town) -> None:
    page = await front(town)
    assert "Take part" in page
    assert "/policy" in page


@pytest.mark.parametrize("who", ["editor", "contributor"])
async def test_members_see_their_groups_items_with_their_state(town: Town, who: str) -> None:
    approve(town, send(town, "Plays already", colour="red"))
    send(town, "Sent today", colour="blue")
    send(town, "Of the choir", colour="green", group_id=town.other_group.id)
    page = await front(town, who)
    for words in ("Youth club", "Plays already", "Approved", "Sent today", "Waiting for a moderator", "/upload"):
        assert words in page
    assert "Of the choir" not in page


async def test_moderators_see_how_much_waits_and_the_oldest(town: Town) -> None:
    assert "Nothing waits for a decision" in await front(town, "moderator")
    send(town, "Oldest", colour="red")
    town.clock.turn(2 * 3_600_000)
    send(town, "Newer", colour="blue")
    page = await front(town, "moderator")
    assert "items wait for a decision" in page
    assert "“Oldest” from Youth club: 2 hours" in page
    for who in ("editor", "technician", "programmer"):
        assert "waits for a decision" not in await front(town, who)


@pytest.mark.parametrize(
    ("ago_ms", "told"), [(1_000, "Running"), (3_600_000, "Not heard from: 1 hour"), (None, "Not heard from yet")]
)
async def test_technicians_see_at_a_glance_how_the_screens_are(town: Town, ago_ms: int | None, told: str) -> None:
    put_up_screen(town, seen_ms=None if ago_ms is None else town.clock() - ago_ms)
    assert told in await front(town, "technician")


async def test_words_on_the_front_page_are_harmless(town: Town) -> None:
    harmful = '"><script>alert(1)</script>'
    approve(town, send(town, harmful, alt_text=harmful))
    send(town, harmful, colour="red")
    put_up_screen(town, seen_ms=None, name=harmful)
    for who in (None, "editor", "moderator", "administrator"):
        assert "<script>alert" not in await front(town, who)
