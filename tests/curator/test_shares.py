"""How a screen's groups share it when its screen group gives weights too: one rule wherever it is shown."""

from curator import air_time, dayparts, screen_groups, screens
from curator.air_time import most_specific
from curator.programme.dayparts import EVERY_DAY, Daypart, Hours
from curator.screens import Screen
from curator.store import Connection
from tests.curator.conftest import Town
from tests.curator.programme import things


def in_a_group(town: Town) -> tuple[Screen, str]:
    """A screen in a screen group, and the group's scope."""
    screen, by = things.screen(town), town.accounts["technician"]

    def place(connection: Connection) -> tuple[Screen, str]:
        windows = screen_groups.put(connection, "", "Windows", now_ms=1, by=by)
        screens.arrange(connection, screen.id, screens.Arrangement(None, windows.id, (), None), now_ms=1, by=by)
        found = screens.get(connection, screen.id)
        assert found is not None
        return found, f"screen_group:{windows.id}"

    return things.run(town, place)


def give(town: Town, scope: str, group_id: str, weight: int, daypart_id: str = "") -> None:
    by = town.accounts["programmer"]
    things.run(town, lambda c: air_time.put(c, scope, group_id, daypart_id, weight, now_ms=1, by=by))


def shares(town: Town, screen: Screen) -> dict[str, float]:
    return {one.group.id: one.share for one in things.run(town, lambda c: air_time.shares(c, screen))}


def test_a_screen_has_the_shares_of_its_screen_group_unless_it_has_its_own(town: Town) -> None:
    screen, group = in_a_group(town)
    give(town, group, town.group.id, 1)
    give(town, group, town.other_group.id, 3)
    assert shares(town, screen) == {town.group.id: 0.25, town.other_group.id: 0.75}
    give(town, f"screen:{screen.id}", town.group.id, 9)
    assert shares(town, screen) == {town.group.id: 0.75, town.other_group.id: 0.25}
    give(town, f"screen:{screen.id}", town.other_group.id, 0)
    assert shares(town, screen) == {town.group.id: 1.0, town.other_group.id: 0.0}


def test_a_weight_in_a_daypart_alone_is_no_share_at_other_times(town: Town) -> None:
    screen, group = in_a_group(town)
    evening = Daypart("", "Evening", (Hours(EVERY_DAY, 1080, 1320),))
    part = things.run(town, lambda c: dayparts.put(c, evening, now_ms=1, by=None))
    give(town, group, town.group.id, 1)
    give(town, group, town.other_group.id, 3, part.id)
    assert shares(town, screen) == {town.group.id: 1.0}


async def test_the_week_and_the_air_time_page_show_the_same_shares(town: Town) -> None:
    screen, group = in_a_group(town)
    give(town, group, town.group.id, 1)
    give(town, group, town.other_group.id, 1)
    give(town, f"screen:{screen.id}", town.group.id, 3)
    client = town.client("programmer")
    for address in (f"/programme/{screen.slug}", f"/programme/{screen.slug}/air-time"):
        page = await (await client.get(address)).text()
        assert "75%" in page
        assert "25%" in page
        assert "No group has air time" not in page


def test_a_screen_goes_before_its_group_and_a_daypart_before_other_times() -> None:
    own = {("a", ""): 1, ("b", "noon"): 2}
    inherited = {("a", "noon"): 3, ("b", ""): 4, ("b", "noon"): 5, ("c", "noon"): 6}
    assert most_specific([own, inherited]) == {"a": 1, "b": 4}
    assert most_specific([own, inherited], "noon") == {"a": 1, "b": 2, "c": 6}
    assert most_specific([inherited, own], "noon") == {"a": 3, "b": 5, "c": 6}
