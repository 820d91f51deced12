"""What is on and when: the guide, the week and the hour, as the newest manifest has it."""

import pytest

from curator import guide, library
from curator.programme.published import newest
from curator.publishing import Publisher
from curator.screens import Screen
from tests.curator.conftest import AN_HOUR_MS, MakeTown, Town
from tests.curator.programme import things

EVERYBODY = ["administrator", "programmer", "moderator", "technician", "editor", "contributor", "outsider"]


@pytest.fixture
async def town(make_town: MakeTown) -> Town:
    return await make_town(plan_days=1, running_list_hours=6)


async def published(town: Town) -> tuple[Screen, str, str]:
    """A screen with a group's item in rotation and another's booked in an hour, published."""
    screen = things.screen(town)
    things.share(town, screen, group=1)
    everyday = things.approved_item(town, "Skate <b>day</b>")
    booked = things.approved_item(town, "Concert", group_id=town.other_group.id, duration_ms=60_000)
    things.book(town, screen, booked, town.clock() + AN_HOUR_MS)
    assert await Publisher(town.service).publish_due() == [screen.id]
    return screen, everyday, booked


async def test_the_guide_says_what_the_engine_says(town: Town) -> None:
    screen, everyday, booked = await published(town)
    entries = things.run(town, lambda c: guide.now_and_next(c, screen.id, town.clock(), 200))
    known = things.run(town, lambda c: newest(c, screen.id))
    assert known is not None
    for entry in entries:
        event = known.programme.at(entry.start_ms).event
        assert (event.start_ms, event.end_ms, event.item) == (entry.start_ms, entry.end_ms, entry.item_id)
    assert {entry.kind for entry in entries if entry.item_id == everyday} == {"rotation"}
    later = town.service.store.read_now(
        lambda c: guide.between(c, screen.id, town.clock() + AN_HOUR_MS, town.clock() + AN_HOUR_MS + 1)
    )
    version = things.run(town, lambda c: library.item(c, booked))
    assert version is not None
    assert [(one.title, one.kind, one.group_name, one.version_id) for one in later] == [
        ("Concert", "booking", "Choir", version.newest.id)
    ]


async def test_what_was_handed_over_is_not_called_a_booking(town: Town) -> None:
    screen, everyday, _ = await published(town)
    town.clock.turn(AN_HOUR_MS // 2)
    things.share(town, screen, group=2)
    await Publisher(town.service).publish_due()
    entries = things.run(town, lambda c: guide.now_and_next(c, screen.id, town.clock(), 3))
    assert {entry.kind for entry in entries if entry.item_id == everyday} <= {"rotation"}


async def test_the_next_plays_of_an_item_are_its_next_starts(town: Town) -> None:
    screen, everyday, booked = await published(town)
    plays = things.run(town, lambda c: guide.next_plays(c, booked, town.clock()))
    assert plays == [(screen.name, town.clock() + AN_HOUR_MS)]
    often = things.run(town, lambda c: guide.next_plays(c, everyday, town.clock(), most=5))
    assert len(often) == 5
    assert often == sorted(often, key=lambda play: play[1])
    assert things.run(town, lambda c: guide.next_plays(c, "nothing", town.clock())) == []


async def test_a_screen_without_a_manifest_has_an_empty_guide(town: Town) -> None:
    screen = things.screen(town)
    assert things.run(town, lambda c: guide.now_and_next(c, screen.id, town.clock())) == []
    answer = await town.client().get(f"/screens/{screen.slug}/guide")
    assert answer.status == 200
    assert "no programme yet" in await answer.text()


async def test_anybody_may_read_the_guide_and_titles_do_no_harm(town: Town) -> None:
    screen, _, _ = await published(town)
    page = await (await town.client().get(f"/screens/{screen.slug}/guide")).text()
    assert "Skate &lt;b&gt;day&lt;/b&gt;" in page
    assert "<b>day" not in page
    assert "Concert" in page
    assert (await town.client().get("/screens/nowhere/guide")).status == 404


@pytest.mark.parametrize("who", EVERYBODY)
async def test_everybody_with_an_account_sees_the_week_and_the_hours(town: Town, who: str) -> None:
    screen, _, _ = await published(town)
    client = town.client(who)
    for address in ("/programme", f"/programme/{screen.slug}", f"/programme/{screen.slug}/hour?at={town.clock()}"):
        answer = await client.get(address)
        assert answer.status == 200, address
        assert screen.name in await answer.text() or "hour" in address
    page = await (await client.get(f"/programme/{screen.slug}")).text()
    assert "Concert" in page
    is_programmer = who in {"administrator", "programmer"}
    assert ("What the screen was sent" in page) == is_programmer
    assert ("/book" in page) == is_programmer
    assert page.count("<tr>") == 25
    assert "style=" not in page


@pytest.mark.parametrize("address", ["/programme", "/programme/library-window", "/programme/library-window/hour"])
async def test_a_stranger_is_asked_to_sign_in(town: Town, address: str) -> None:
    things.screen(town)
    answer = await town.client().get(address, allow_redirects=False)
    assert (answer.status, answer.headers["Location"].startswith("/sign-in")) == (303, True)


@pytest.mark.parametrize(
    ("query", "status"),
    [("from=2026-10-25", 200), ("from=2026-03-29", 200), ("from=soon", 422), ("from=9999-12-31", 422), ("day=x", 422)],
)
async def test_weeks_with_odd_days_are_shown_and_odd_words_refused(town: Town, query: str, status: int) -> None:
    screen = things.screen(town)
    answer = await town.client("programmer").get(f"/programme/{screen.slug}?{query}")
    assert answer.status == status
    page = await answer.text()
    assert ("clocks skip this hour" in page) == (query == "from=2026-03-29")
    if query == "from=2026-10-25":
        assert page.count('class="hour') == 7 * 24 + 1


async def test_a_programmer_sees_why_a_screen_is_not_published(town: Town) -> None:
    from curator.publishing import PUBLISHER, Fault

    screen, _, _ = await published(town)
    town.server.app[PUBLISHER].faults[screen.id] = Fault(town.clock(), "Disaster: <i>struck</i>")
    page = await (await town.client("programmer").get(f"/programme/{screen.slug}")).text()
    assert "Disaster: &lt;i&gt;struck" in page
    assert "Disaster" not in await (await town.client("editor").get(f"/programme/{screen.slug}")).text()
