"""Sharing a screen's time among groups."""

import pytest

from curator import air_time, dayparts, screen_groups
from curator.air_time import BadWeight
from curator.programme.changes import WeightPut
from curator.publishing import Publisher
from curator.reckoning import weights_of
from curator.screens import Screen
from curator.tables import screens as screen_rows
from curator.web.trying import try_out
from tests.curator.conftest import AN_HOUR_MS, MakeTown, Town
from tests.curator.programme import things


async def test_a_group_is_added_with_one_press_weighed_and_taken_off(town: Town) -> None:
    screen = things.screen(town)
    client = town.client("programmer")
    address = f"/programme/{screen.slug}/air-time"
    for group in (town.group, town.other_group):
        page = await (await client.post(address, data={"add": group.id})).text()
        assert group.name in page
    weights = {f"weight-{town.group.id}": "3", f"weight-{town.other_group.id}": "1"}
    page = await (
        await client.post(address, data={"group": [town.group.id, town.other_group.id], **weights})
    ).text()  # fmt: skip
    assert "75%" in page
    assert "42:45" in page
    assert things.run(town, lambda c: air_time.weights(c, screen.id)) == {
        town.group.id: 3, town.other_group.id: 1,
    }  # fmt: skip
    await client.post(address, data={"group": [town.group.id], **weights, "remove": town.group.id})
    assert things.run(town, lambda c: air_time.weights(c, screen.id)) == {town.other_group.id: 1}


def test_shares_are_of_what_the_house_leaves(town: Town) -> None:
    screen = things.screen(town)
    things.share(town, screen, group=1, other_group=2)
    shares = things.run(town, lambda c: air_time.shares(c, screen))
    assert [(one.group.id, one.seconds_per_hour) for one in shares] == [
        (town.other_group.id, 2280), (town.group.id, 1140),
    ]  # fmt: skip


@pytest.mark.parametrize("weight", [-1, 101])
def test_a_weight_out_of_bounds_is_refused(town: Town, weight: int) -> None:
    screen = things.screen(town)
    with pytest.raises(BadWeight):
        things.share(town, screen, group=weight)


def test_the_house_needs_no_air_time(town: Town) -> None:
    screen, house = things.screen(town), things.house(town)
    with pytest.raises(BadWeight, match="house"):
        things.run(
            town,
            lambda c: air_time.set_weights(c, screen.id, {house.id: 1}, now_ms=town.clock(), by="somebody"),
        )


@pytest.mark.parametrize("words", ["", "many", "1.5", "1000", "-3"])
async def test_a_weight_that_is_no_number_is_told(town: Town, words: str) -> None:
    screen = things.screen(town)
    things.share(town, screen, group=2)
    form = {"group": town.group.id, f"weight-{town.group.id}": words}
    answer = await town.client("programmer").post(f"/programme/{screen.slug}/air-time", data=form)
    assert answer.status == 422
    assert things.run(town, lambda c: air_time.weights(c, screen.id)) == {town.group.id: 2}


@pytest.mark.parametrize("who", ["moderator", "technician", "editor", "contributor", "outsider", None])
async def test_nobody_but_a_programmer_shares_air_time(town: Town, who: str | None) -> None:
    screen = things.screen(town)
    client = town.client(who)
    address = f"/programme/{screen.slug}/air-time"
    expected = 403 if who else 303
    assert (await client.get(address, allow_redirects=False)).status == expected
    assert (await client.post(address, data={"add": town.group.id}, allow_redirects=False)).status == expected
    assert things.run(town, lambda c: air_time.weights(c, screen.id)) == {}


async def test_a_change_is_tried_out_and_nothing_is_kept_of_it(town: Town) -> None:
    screen = things.screen(town)
    things.approved_item(town, "Goal", group_id=town.group.id)
    things.approved_item(town, "Song", group_id=town.other_group.id)
    things.share(town, screen, group=1, other_group=1)
    form = {
        "group": [town.group.id, town.other_group.id], f"weight-{town.group.id}": "3",
        f"weight-{town.other_group.id}": "1", "simulate": "1",
    }  # fmt: skip
    answer = await town.client("programmer").post(f"/programme/{screen.slug}/air-time", data=form)
    page = await answer.text()
    assert answer.status == 200
    assert "What these weights would do" in page
    # Half of what the house leaves of a week before, three quarters of it after.
    assert "79 h 4" in page
    assert "119 h 4" in page
    assert things.run(town, lambda c: air_time.weights(c, screen.id)) == {town.group.id: 1, town.other_group.id: 1}


async def test_what_is_tried_out_begins_after_what_is_promised(make_town: MakeTown) -> None:
    town = await make_town(plan_days=1, freeze_minutes=30)
    screen = things.screen(town)
    things.approved_item(town, "Goal", group_id=town.group.id)
    things.approved_item(town, "Song", group_id=town.other_group.id)
    things.share(town, screen, group=1, other_group=1)
    await Publisher(town.service).publish_due()
    heavier = WeightPut(f"screen:{screen.id}", town.group.id, "", 3)
    (laid,) = await try_out(town.service, [screen], [heavier], by=town.accounts["programmer"])
    now_ms = town.clock()
    assert laid.change_ms >= now_ms + 30 * 60_000
    assert list(laid.before.events(now_ms, laid.change_ms)) == list(laid.after.events(now_ms, laid.change_ms))
    until_ms = laid.change_ms + AN_HOUR_MS
    assert list(laid.before.events(now_ms, until_ms)) != list(laid.after.events(now_ms, until_ms))


async def promise(town: Town, screen: Screen, minutes: str, **more: str) -> tuple[int, str]:
    form = {"group": town.group.id, "daypart": "", "minutes": minutes, **more}
    answer = await town.client("programmer").post(f"/programme/{screen.slug}/promises", data=form)
    return answer.status, await answer.text()


async def test_a_promise_that_is_kept_is_given_and_can_be_ended(town: Town) -> None:
    screen = things.screen(town)
    things.approved_item(town, "Goal", group_id=town.group.id)
    things.approved_item(town, "Song", group_id=town.other_group.id)
    things.share(town, screen, group=1, other_group=1)
    status, page = await promise(town, screen, "20")
    assert status == 200
    assert "at least every 20 minutes" in page
    _status, page = await promise(town, screen, "20", end="1")
    assert "at least every 20 minutes" not in page


async def test_a_promise_that_would_be_broken_is_refused_with_the_weight_that_would_do(town: Town) -> None:
    screen = things.screen(town)
    things.approved_item(town, "Goal", group_id=town.group.id, duration_ms=20_000)
    things.approved_item(town, "Song", group_id=town.other_group.id)
    things.share(town, screen, group=1, other_group=90)
    status, page = await promise(town, screen, "5")
    assert status == 422
    assert "This would not be kept: on “Library window” the group waits" in page
    assert "With a weight of" in page
    assert "at least every 5 minutes" not in page


async def test_screens_of_a_group_share_by_its_weights_unless_they_have_their_own(town: Town) -> None:
    screen = things.screen(town)
    client = town.client("programmer")
    await client.post("/programme/screen-groups", data={"id": "", "name": "Libraries"})
    (group,) = things.run(town, screen_groups.every)
    things.run(town, lambda c: c.execute(screen_rows.update().values(screen_group_id=group.id)))
    address = f"/programme/screen-groups/{group.slug}/air-time"
    await client.post(address, data={"add": town.group.id})
    await client.post(address, data={"add": town.other_group.id})
    page = await (await client.get(f"/programme/{screen.slug}/air-time")).text()
    assert page.count('placeholder="1"') == 2
    form = {"group": [town.group.id, town.other_group.id], f"weight-{town.group.id}": "3"}
    page = await (await client.post(f"/programme/{screen.slug}/air-time", data=form)).text()
    assert "75%" in page
    assert things.run(town, lambda c: air_time.weights(c, screen.id))[town.group.id] == 3


async def test_another_weight_in_a_daypart_and_none_again(town: Town) -> None:
    screen = things.screen(town)
    things.share(town, screen, group=1)
    client = town.client("programmer")
    await client.post(
        "/programme/dayparts", data={"id": "", "name": "Noon", "days-0": "2", "from-0": "12:00", "until-0": "13:00"}
    )
    (part,) = things.run(town, dayparts.every)
    address = f"/programme/{screen.slug}/air-time"
    form = {"group": town.group.id, "daypart": part.id, f"weight-{town.group.id}": "1"}
    await client.post(address, data={**form, f"weight-{town.group.id}-{part.id}": "9"})
    scope = f"screen:{screen.id}"
    assert things.run(town, lambda c: weights_of(c, scope)) == {(town.group.id, ""): 1, (town.group.id, part.id): 9}
    await client.post(address, data={**form, f"weight-{town.group.id}-{part.id}": ""})
    assert things.run(town, lambda c: weights_of(c, scope)) == {(town.group.id, ""): 1}


async def test_a_change_can_wait_in_the_draft(town: Town) -> None:
    screen = things.screen(town)
    form = {"add": town.group.id, "draft": "1"}
    answer = await town.client("programmer").post(
        f"/programme/{screen.slug}/air-time", data=form, allow_redirects=False
    )
    assert answer.headers["Location"] == "/programme/draft"
    assert things.run(town, lambda c: air_time.weights(c, screen.id)) == {}
