"""The running order of a group: it needs nobody, and anybody of the group's editors may change it."""

import pytest

from content.transition import Transition
from curator import running_order, transitions
from curator.running_order import BadOrder
from tests.curator.conftest import Town
from tests.curator.programme import things
from tests.curator.test_publishing import opened, publisher


def titles(town: Town) -> list[str]:
    """What plays, in order; what is left out stands in brackets."""
    placed = things.run(town, lambda c: running_order.order_of(c, town.group.id))
    return [f"({one.item.title})" if one.is_left_out else one.item.title for one in placed]


def five(town: Town) -> dict[str, str]:
    made = {}
    for title in "abcde":
        made[title] = things.approved_item(town, title)
        town.clock.turn(1_000)
    return made


def keys(town: Town) -> dict[str, int]:
    placed = things.run(town, lambda c: running_order.order_of(c, town.group.id))
    found = things.run(town, lambda c: running_order.places(c, [one.item for one in placed]))
    return {one.item.title: found[one.item.id][0] for one in placed}


def test_items_play_in_the_order_of_their_approval_and_a_new_one_is_last(town: Town) -> None:
    waiting = things.submitted_item(town, "first made, last approved")
    five(town)
    assert titles(town) == list("abcde")
    things.approve(town, waiting)
    assert titles(town) == [*"abcde", "first made, last approved"]


def test_an_item_moves_by_steps_and_stays_at_the_ends(town: Town) -> None:
    made = five(town)
    for name, steps, expected in (("c", -1, "acbde"), ("a", -1, "acbde"), ("e", 5, "acbde"), ("a", 2, "cbade")):
        things.run(
            town,
            lambda c, name=name, steps=steps: running_order.move(  # type: ignore[misc]
                c, town.group.id, made[name], steps, now_ms=town.clock(), by="somebody"
            ),
        )
        assert titles(town) == list(expected)


def test_an_item_approved_after_an_order_was_made_comes_last_and_moves_nobody(town: Town) -> None:
    made = five(town)
    order = [made[title] for title in "edcba"]
    things.run(town, lambda c: running_order.arrange(c, town.group.id, order, now_ms=town.clock(), by="somebody"))
    before = keys(town)
    things.approved_item(town, "f")
    assert titles(town) == list("edcbaf")
    assert {title: key for title, key in keys(town).items() if title != "f"} == before


def test_an_item_left_out_keeps_out_of_the_rotation_and_comes_back_last(town: Town) -> None:
    made = five(town)
    for is_out, expected in ((True, ["b", "c", "d", "e", "(a)"]), (False, list("bcdea"))):
        things.run(
            town,
            lambda c, is_out=is_out: running_order.leave_out(  # type: ignore[misc]
                c, town.group.id, made["a"], is_out=is_out, now_ms=town.clock(), by="somebody"
            ),
        )
        assert titles(town) == expected


def test_an_order_with_anothers_or_a_doubled_item_is_refused(town: Town) -> None:
    made = five(town)
    others = things.approved_item(town, "of the choir", group_id=town.other_group.id)
    for wrong in ([made["a"], others], [made["a"], made["a"]], ["nothing"]):
        with pytest.raises(BadOrder):
            things.run(
                town,
                lambda c, wrong=wrong: running_order.arrange(  # type: ignore[misc]
                    c, town.group.id, wrong, now_ms=town.clock(), by="somebody"
                ),
            )
    assert titles(town) == list("abcde")


@pytest.mark.parametrize("who", ["editor", "programmer", "administrator"])
async def test_the_arrows_work_without_a_script_and_keep_the_focus(town: Town, who: str) -> None:
    made = five(town)
    client = town.client(who)
    address = f"/programme/order/{town.group.slug}"
    page = await (await client.post(address, data={"down": made["b"]})).text()
    assert titles(town) == list("acbde")
    button = page[page.index(f'name="down" value="{made["b"]}"') :]
    assert button[: button.index(">")].count("autofocus") == 1
    await client.post(address, data={"out": made["d"]})
    await client.post(address, data=[("order", made[title]) for title in "ecba"])
    assert titles(town) == ["e", "c", "b", "a", "(d)"]
    assert "Play again: d" in await (await client.get(address)).text()


@pytest.mark.parametrize("who", ["moderator", "technician", "contributor", "outsider", None])
async def test_another_groups_order_is_not_there(town: Town, who: str | None) -> None:
    made = five(town)
    client = town.client(who)
    address = f"/programme/order/{town.group.slug}"
    expected = 404 if who else 303
    assert (await client.get(address, allow_redirects=False)).status == expected
    assert (await client.post(address, data={"up": made["b"]}, allow_redirects=False)).status == expected
    assert titles(town) == list("abcde")


async def test_how_items_come_on_is_chosen_for_all_of_a_group_and_is_in_the_next_manifest(town: Town) -> None:
    screen, item_id = things.screen(town), things.approved_item(town, "Choir")
    things.share(town, screen, group=2)
    address = f"/programme/order/{town.group.slug}"
    await publisher(town).publish_due()
    answer = await town.client("editor").post(f"{address}/coming-on", data={"kind": "crossfade", "ms": "1000"})
    page = await answer.text()
    assert "Saved." in page
    assert '<option value="crossfade" selected>' in page
    assert await publisher(town).publish_due() == [screen.id]
    assert opened(town, screen).items[item_id].transition == Transition("crossfade", 1_000)
    await town.client("editor").post(f"{address}/coming-on", data={"kind": "cut", "ms": "300"})
    await publisher(town).publish_due()
    assert opened(town, screen).items[item_id].transition.is_cut


@pytest.mark.parametrize(
    "form", [{"kind": "spin", "ms": "600"}, {"kind": "wipe", "ms": "5"}, {"kind": "wipe", "ms": "9e3"}]
)
async def test_a_way_of_coming_on_that_is_not_offered_is_refused(town: Town, form: dict[str, str]) -> None:
    address = f"/programme/order/{town.group.slug}/coming-on"
    assert (await town.client("editor").post(address, data=form)).status == 422
    assert (await town.client("contributor").post(address, data={"kind": "wipe", "ms": "600"})).status == 404
    assert things.run(town, lambda c: transitions.of_group(c, town.group.id)).is_cut
