"""Rules, dark hours and sites against a booking: refused at every door where it could never be shown, else told."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from curator import dayparts, rules, screens, showing, sites
from curator.programme.booking import Booking
from curator.programme.changes import BookingPut, change_json
from curator.programme.dayparts import EVERY_DAY, Daypart, Hours
from curator.programme.hours import ms_of, wall
from curator.programme.rules import NO_CONDITIONS, QuietRule, RatingRule, Rule, SiteConditions, When
from curator.screens import Arrangement, Screen
from curator.showing import Showing
from curator.store import Connection
from tests.curator.conftest import Client, Town
from tests.curator.programme import things

HERE = "/programme/draft"
TEN = timedelta(hours=10)


def morning(town: Town) -> str:
    """A daypart from six to noon."""
    part = Daypart("", "Morning", (Hours(EVERY_DAY, 6 * 60, 12 * 60),))
    return things.run(town, lambda connection: dayparts.put(connection, part, now_ms=town.clock(), by=None)).id


def hold(town: Town, rule: Rule, scope: str = "everywhere") -> None:
    things.run(town, lambda connection: rules.put(connection, rule, scope, now_ms=town.clock(), by=None))


def film(town: Town, rating: int = 16) -> str:
    item_id = things.approved_item(town, "Night film", duration_ms=600_000)
    things.run(
        town,
        lambda connection: showing.put(connection, item_id, Showing(rating=rating), now_ms=town.clock(), by=None),
    )
    return item_id


def tomorrow(town: Town, screen: Screen, at: timedelta) -> datetime:
    day = wall(screen.zone, town.clock()).date() + timedelta(days=1)
    return datetime.combine(day, datetime.min.time()) + at


def at_site(connection: Connection, town: Town, screen: Screen, site_id: str) -> None:
    where = Arrangement(site_id=site_id)
    screens.arrange(connection, screen.id, where, now_ms=town.clock(), by=town.accounts["programmer"])


def wanted(town: Town, screen: Screen, item_id: str, at: timedelta = TEN, **other: object) -> Booking:
    plain = Booking(
        "", "", "", (item_id,), (screen.id,), "confirmed", screen.zone, tomorrow(town, screen, at), 3_600_000
    )
    return replace(plain, **other)  # type: ignore[arg-type]


async def draft(client: Client, *bookings: Booking) -> tuple[int, dict[str, object]]:
    changes = [change_json(BookingPut(one)) for one in bookings]
    answer = await client.post(f"{HERE}/changes", json={"changes": changes})
    return answer.status, await answer.json()


async def test_a_booking_that_a_rule_forbids_is_refused_with_the_rule_and_the_nearest_times(town: Town) -> None:
    screen, item_id = things.screen(town), film(town)
    hold(town, RatingRule("", "Watershed", When(morning(town)), 12))
    status, answer = await draft(town.client("programmer"), wanted(town, screen, item_id))
    assert status == 422
    assert "“Night film” cannot be on “Library window”" in str(answer["refused"])
    assert "The rule “Watershed” forbids “Night film”" in str(answer["refused"])
    noon = tomorrow(town, screen, timedelta(hours=12)).replace(tzinfo=wall(screen.zone, town.clock()).tzinfo)
    free = answer["free_ms"]
    assert isinstance(free, list)
    assert free[-1] == ms_of(noon)
    there = wall(screen.zone, free[-1]).replace(tzinfo=None)
    assert (await draft(town.client("programmer"), wanted(town, screen, item_id, starts=there)))[0] == 200


async def test_a_booking_wholly_in_dark_time_is_refused_by_the_form_with_times_to_choose(town: Town) -> None:
    screen, item_id = things.screen(town), film(town)
    hold(town, QuietRule("", "Quiet", When(morning(town)), "dark"), f"screen:{screen.id}")
    at = tomorrow(town, screen, TEN)
    form = {"item": item_id, "day": at.date().isoformat(), "time": "10:00", "length": "60:00"}
    answer = await town.client("programmer").post(f"/programme/{screen.slug}/book", data=form, allow_redirects=False)
    page = await answer.text()
    assert answer.status == 422
    assert "by the rule “Quiet”" in page
    assert "These times are free:" in page
    form["time"] = "12:00"
    answer = await town.client("programmer").post(f"/programme/{screen.slug}/book", data=form, allow_redirects=False)
    assert answer.status == 303


async def test_what_the_site_does_not_allow_is_refused_there_and_nowhere_else(town: Town) -> None:
    shop, hall, item_id = things.screen(town, "Shop"), things.screen(town, "Hall"), film(town)
    stills = SiteConditions(static_only=True)
    site = things.run(town, lambda connection: sites.put(connection, "", "Mall", stills, now_ms=town.clock(), by=None))
    things.run(town, lambda connection: at_site(connection, town, shop, site.id))
    status, answer = await draft(town.client("programmer"), wanted(town, shop, item_id))
    assert (status, answer["free_ms"]) == (422, [])
    assert "nothing for this place" in str(answer["refused"])
    both = wanted(town, shop, item_id, screens=(shop.id, hall.id))
    assert (await draft(town.client("programmer"), both))[0] == 422
    assert (await draft(town.client("programmer"), wanted(town, hall, item_id)))[0] == 200


async def test_a_booking_that_is_forbidden_in_part_is_made_and_told_beside_it(town: Town) -> None:
    screen, item_id, client = things.screen(town), film(town), town.client("programmer")
    hold(town, RatingRule("", "Watershed", When(morning(town)), 12))
    partly = wanted(town, screen, item_id, at=timedelta(hours=11, minutes=30))
    status, answer = await draft(client, partly)
    assert status == 200
    assert answer["cautions"] == [[answer["cautions"][0][0]]]  # type: ignore[index]
    assert "Library window: The rule “Watershed” forbids" in str(answer["cautions"])
    page = await (await client.get(HERE)).text()
    assert "In its way:" in page
    assert "The rule “Watershed” forbids" in page


async def test_a_booking_that_recurs_is_made_when_any_of_its_times_can_be(town: Town) -> None:
    screen, item_id, client = things.screen(town), film(town), town.client("programmer")
    day = tomorrow(town, screen, TEN).date()
    some = When(None, day.isoformat(), (day + timedelta(days=2)).isoformat())
    hold(town, QuietRule("", "Repairs", some, "dark"))
    status, answer = await draft(client, wanted(town, screen, item_id, rule="FREQ=DAILY;COUNT=4"))
    assert status == 200
    assert "Repairs" in str(answer["cautions"])
    status, answer = await draft(
        client, wanted(town, screen, item_id, at=timedelta(hours=14), rule="FREQ=DAILY;COUNT=2")
    )
    assert status == 422
    assert "Repairs" in str(answer["refused"])


async def test_a_provisional_booking_is_made_and_told(town: Town) -> None:
    screen, item_id = things.screen(town), film(town)
    hold(town, RatingRule("", "Watershed", When(morning(town)), 12))
    status, answer = await draft(town.client("programmer"), wanted(town, screen, item_id, state="provisional"))
    assert status == 200
    assert "Watershed" in str(answer["cautions"])


async def test_a_booking_made_before_the_rule_can_still_be_given_a_name_and_not_another_forbidden_time(
    town: Town,
) -> None:
    screen, item_id, client = things.screen(town), film(town), town.client("programmer")
    await draft(client, wanted(town, screen, item_id, id="evening"))
    await client.post(f"{HERE}/publish", data={"revision": "0"})
    hold(town, RatingRule("", "Watershed", When(morning(town)), 12))
    named = wanted(town, screen, item_id, id="evening", title="Film morning")
    assert (await draft(client, named))[0] == 200
    earlier = replace(named, starts=named.starts - timedelta(hours=1))
    assert (await draft(client, earlier))[0] == 422


@pytest.mark.parametrize("conditions", [NO_CONDITIONS, SiteConditions(least_dwell_ms=5_000)])
async def test_without_anything_against_it_a_booking_has_no_cautions(town: Town, conditions: SiteConditions) -> None:
    screen, item_id = things.screen(town), film(town)
    site = things.run(
        town, lambda connection: sites.put(connection, "", "Mall", conditions, now_ms=town.clock(), by=None)
    )
    things.run(town, lambda connection: at_site(connection, town, screen, site.id))
    status, answer = await draft(town.client("programmer"), wanted(town, screen, item_id))
    assert (status, answer["cautions"]) == (200, [[]])


async def test_the_calendar_says_what_is_in_the_way_of_what_was_put_into_the_draft(town: Town) -> None:
    screen, item_id, client = things.screen(town), film(town), town.client("programmer")
    hold(town, RatingRule("", "Watershed", When(morning(town)), 12))
    form = {
        "item": item_id, "screens": screen.id, "day": tomorrow(town, screen, TEN).date().isoformat(),
        "time": "11:30", "length": "60:00",
    }  # fmt: skip
    answer = await client.post("/programme/calendar/book", data=form)
    assert answer.status == 200
    [caution] = (await answer.json())["cautions"]
    assert "The rule “Watershed” forbids “Night film”" in caution
    answer = await client.post("/programme/calendar/book", data=form | {"time": "07:00"})
    told = await answer.json()
    assert answer.status == 422
    assert "Watershed" in told["refused"]
    assert told["free"]
