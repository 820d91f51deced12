"""Why isn't it playing? One plain reason per screen."""

import pytest

from curator import rules, showing
from curator.programme.rules import QuietRule, RatingRule, Rule, When
from curator.publishing import Publisher
from curator.showing import Showing
from tests.curator.conftest import Town
from tests.curator.programme import things


async def asked(town: Town, item_id: str, query: str = "", who: str = "editor") -> tuple[int, str]:
    answer = await town.client(who).get(f"/items/{item_id}/why{query}")
    return answer.status, await answer.text()


async def test_what_no_moderator_has_seen_waits_for_one(town: Town) -> None:
    things.screen(town)
    _status, page = await asked(town, things.submitted_item(town, "Goal"))
    assert "It waits for a moderator." in page


async def test_a_screen_without_programme_says_so(town: Town) -> None:
    things.screen(town)
    _status, page = await asked(town, things.approved_item(town, "Goal"))
    assert "This screen has no programme yet." in page


async def test_what_was_withdrawn_says_so_on_every_screen(town: Town) -> None:
    things.screen(town)
    things.screen(town, "Town hall")
    item_id = things.approved_item(town, "Goal")
    things.withdraw(town, item_id)
    _status, page = await asked(town, item_id)
    assert page.count("It was withdrawn") == 2
    _status, page = await asked(town, item_id, "?screen=town-hall")
    assert page.count("It was withdrawn") == 1


async def test_a_published_screen_gives_the_reason_of_its_programme(town: Town) -> None:
    screen, item_id = things.screen(town), things.approved_item(town, "Goal")
    things.approved_item(town, "Song", group_id=town.other_group.id)
    things.share(town, screen, other_group=1)
    await Publisher(town.service).publish_due()
    _status, page = await asked(town, item_id)
    assert "Its group has no air time on this screen." in page
    things.share(town, screen, group=1, other_group=1)
    town.clock.turn(3_600_000)
    await Publisher(town.service).publish_due()
    _status, page = await asked(town, item_id, f"?at={town.clock() + 3_600_000}")
    assert "Next on " in page


@pytest.mark.parametrize(("query", "status"), [("?screen=nowhere", 404), ("?at=late", 422), ("?at=1", 422)])
async def test_what_cannot_be_asked_is_refused(town: Town, query: str, status: int) -> None:
    things.screen(town)
    assert (await asked(town, things.approved_item(town, "Goal"), query))[0] == status


async def test_the_item_of_another_group_is_not_there(town: Town) -> None:
    item_id = things.approved_item(town, "Goal")
    assert (await asked(town, item_id, who="outsider"))[0] == 404


async def test_from_a_screen_one_comes_to_the_item_one_misses(town: Town) -> None:
    screen, item_id = things.screen(town), things.approved_item(town, "Goal")
    client = town.client("programmer")
    assert "Youth club: Goal" in await (await client.get(f"/programme/{screen.slug}/why")).text()
    answer = await client.get(f"/programme/{screen.slug}/why?item={item_id}", allow_redirects=False)
    assert answer.headers["Location"] == f"/items/{item_id}/why?screen={screen.slug}"


def hold(town: Town, rule: Rule) -> None:
    things.run(town, lambda connection: rules.put(connection, rule, "everywhere", now_ms=town.clock(), by=None))


async def test_a_rule_that_keeps_it_off_is_named(town: Town) -> None:
    screen, item_id = things.screen(town), things.approved_item(town, "Goal")
    wish = Showing(rating=16)
    things.run(town, lambda connection: showing.put(connection, item_id, wish, now_ms=town.clock(), by=None))
    hold(town, RatingRule("", "For everybody", When(), 12))
    things.share(town, screen, group=1)
    await Publisher(town.service).publish_due()
    _status, page = await asked(town, item_id, f"?at={town.clock() + 60_000}")
    assert "The rule “For everybody” forbids it until" in page


async def test_a_dark_screen_names_the_rule_that_made_it_so(town: Town) -> None:
    screen, item_id = things.screen(town), things.approved_item(town, "Goal")
    hold(town, QuietRule("", "Repairs", When(), "dark"))
    things.share(town, screen, group=1)
    await Publisher(town.service).publish_due()
    _status, page = await asked(town, item_id, f"?at={town.clock() + 60_000}")
    assert "The screen is dark until" in page
    assert "by the rule “Repairs”" in page


async def test_a_booking_that_has_its_time_is_named(town: Town) -> None:
    screen, item_id = things.screen(town), things.approved_item(town, "Goal")
    talk = things.approved_item(town, "Mayor speaks", duration_ms=600_000)
    things.share(town, screen, group=1)
    slot = things.book(town, screen, talk, town.clock() + 3_600_000)
    await Publisher(town.service).publish_due()
    _status, page = await asked(town, item_id, f"?at={slot.start_ms + 5_000}")
    assert "is booked: “Mayor speaks”." in page
    _status, page = await asked(town, talk, f"?at={slot.start_ms + 5_000}")
    assert "It is on, since" in page


async def test_a_wish_for_later_is_the_reason_until_then(town: Town) -> None:
    screen, item_id = things.screen(town), things.approved_item(town, "Goal")
    wish = Showing(not_before_ms=town.clock() + 7_200_000)
    things.run(town, lambda connection: showing.put(connection, item_id, wish, now_ms=town.clock(), by=None))
    things.share(town, screen, group=1)
    await Publisher(town.service).publish_due()
    _status, page = await asked(town, item_id, f"?at={town.clock() + 60_000}")
    assert "It may not be shown before" in page
