"""Sharing a screen's time among groups."""

import pytest

from curator import air_time
from curator.air_time import BadWeight
from tests.curator.conftest import Town
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
    shares = things.run(town, lambda c: air_time.shares(c, screen.id))
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
