"""Takeovers and alerts: who may give them, what screens are told, and that none outlives its time."""

import pytest

from content.live import LiveNews, read_news
from content.reading import Reader
from curator import live_orders
from curator.live_orders import OrderRefused
from curator.screens import Screen
from tests.curator.conftest import Town
from tests.curator.nodes import FakeNode, make_screen, paired_node
from tests.curator.programme import things

MINUTE_MS = 60_000


def takeover(town: Town, screen: Screen, item_id: str, minutes: int = 5) -> str:
    return things.run(
        town,
        lambda c: live_orders.take_over(
            c, town.service.key, item_id=item_id, screens=[screen.id], at_ms=0, minutes=minutes, now_ms=town.clock(),
            by=town.accounts["programmer"],
        ),
    ).order  # fmt: skip


async def told(node: FakeNode) -> LiveNews:
    answer = await node.get(f"live/{node.node_id}")
    assert answer.status == 200
    return read_news(Reader(await answer.json()))


async def test_a_takeover_reaches_the_screens_it_is_for_with_its_approval_and_file(town: Town) -> None:
    here = make_screen(town)
    node = await paired_node(town, here)
    elsewhere = things.screen(town, "Pool")
    item_id = things.approved_item(town, "Siren test")
    takeover(town, here, item_id)
    takeover(town, elsewhere, item_id)
    news = await told(node)
    [signed] = news.orders
    signed.verify({town.service.key.public.key_id: town.service.key.public})
    assert signed.order.item is not None
    assert (signed.order.item.id, signed.order.layer) == (item_id, "takeover")
    assert [need.sha256 for need in news.files] == [signed.order.item.sha256]
    assert news.approval_of(signed.order.item.sha256) is not None


async def test_an_order_that_was_ended_is_told_as_ended_and_forgotten_after_its_time(town: Town) -> None:
    here = make_screen(town)
    node = await paired_node(town, here)
    order = takeover(town, here, things.approved_item(town, "Parade"))
    town.clock.turn(MINUTE_MS)
    assert things.run(
        town,
        lambda c: live_orders.end(
            c, town.service.key, order, now_ms=town.clock(), by=town.accounts["programmer"]
        ),
    )  # fmt: skip
    actions = [one.order.action for one in (await told(node)).orders]
    assert sorted(actions) == ["end", "start"]
    town.clock.turn(5 * MINUTE_MS)
    assert (await told(node)).orders == ()


async def test_what_is_not_approved_takes_over_nothing(town: Town) -> None:
    screen = things.screen(town)
    with pytest.raises(OrderRefused):
        takeover(town, screen, things.submitted_item(town, "Not seen by anybody"))
    with pytest.raises(OrderRefused):
        takeover(town, screen, things.approved_item(town, "Parade"), minutes=24 * 60 + 1)


async def test_an_alert_is_given_listed_and_ended_on_the_page(town: Town) -> None:
    screen = things.screen(town)
    technician = town.client("technician")
    form = {"heading": "Flood <b>warning</b>", "lines": "Leave the square\n\nGo to the hall", "minutes": "15"}
    answer = await technician.post("/live-orders/alert", data={**form, "screen": screen.id}, allow_redirects=False)
    assert answer.status == 303
    page = await (await technician.get("/live-orders")).text()
    assert "Flood &lt;b&gt;warning&lt;/b&gt;" in page
    [standing] = things.run(town, lambda c: live_orders.standing(c, town.clock()))
    assert standing.told.words is not None
    assert standing.told.words.lines == ("Leave the square", "Go to the hall")
    assert standing.is_on(town.clock())
    answer = await technician.post(f"/live-orders/{standing.told.order}/end", allow_redirects=False)
    assert answer.status == 303
    [standing] = things.run(town, lambda c: live_orders.standing(c, town.clock()))
    assert not standing.is_on(town.clock())


@pytest.mark.parametrize("wrong", [{"heading": ""}, {"heading": "x" * 81}, {"lines": "x" * 121}, {"screen": "nowhere"}])
async def test_an_alert_that_cannot_be_read_or_reaches_nobody_is_refused(town: Town, wrong: dict[str, str]) -> None:
    screen = things.screen(town)
    form = {"heading": "Flood", "lines": "", "minutes": "15", "screen": screen.id, **wrong}
    answer = await town.client("moderator").post("/live-orders/alert", data=form, allow_redirects=False)
    assert answer.status == 422
    assert things.run(town, lambda c: live_orders.standing(c, town.clock())) == []
    assert wrong.get("heading", "Flood") in await answer.text()


async def test_a_technician_cannot_end_a_takeover(town: Town) -> None:
    screen = things.screen(town)
    order = takeover(town, screen, things.approved_item(town, "Parade"))
    answer = await town.client("technician").post(f"/live-orders/{order}/end", allow_redirects=False)
    assert answer.status == 403
    assert things.run(town, lambda c: live_orders.standing(c, town.clock()))[0].is_on(town.clock())
