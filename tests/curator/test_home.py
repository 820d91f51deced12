"""The front page: approved things for everybody, and for each role what waits for them."""

import pytest

from curator import library
from curator.ids import new_id
from curator.store import Connection
from curator.tables import nodes, screens
from tests.curator.cases import approve, send, send_version
from tests.curator.conftest import Town
from tests.curator.nodes import make_screen


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
