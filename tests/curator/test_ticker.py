"""Tickers: written by programmers, approved by somebody else, signed for their screens, gone when taken off."""

import asyncio
from dataclasses import replace

import pytest

from content.canonical import Json
from content.live import LiveNews, read_news
from content.reading import BadDocument, Reader
from content.signing import BadSignature
from content.ticker import LONGEST_TEXT, read_ticker
from curator import tickers
from curator.programme.hours import wall
from curator.tickers import Kept
from tests.curator.conftest import AN_HOUR_MS, MakeTown, Town
from tests.curator.nodes import DEADLINE_S, FakeNode, at_rest, make_screen, paired_node

WORDS = "Tối nay 19 giờ: họp ở hội trường"


@pytest.fixture
async def town(make_town: MakeTown) -> Town:
    return await at_rest(await make_town())


@pytest.fixture
async def node(town: Town) -> FakeNode:
    return await paired_node(town, make_screen(town))


def local(town: Town, after_ms: int) -> str:
    """A moment from now on as a browser's field has it."""
    return wall(town.service.settings.zone, town.clock() + after_ms).replace(tzinfo=None).isoformat(timespec="minutes")


async def written(town: Town, node: FakeNode, who: str = "programmer", **changes: str) -> tuple[int, str]:
    form = {"text": WORDS, "language": "vi", "screen": node.screen_id, "ends": local(town, 5 * AN_HOUR_MS)} | changes
    answer = await town.client(who).post("/ticker", data=form, allow_redirects=False)
    return answer.status, await answer.text()


def kept(town: Town) -> list[Kept]:
    return town.service.store.read_now(tickers.listed)


async def decided(town: Town, do: str, who: str = "moderator", words: str = "") -> int:
    address, data = f"/ticker/{kept(town)[0].id}", {"do": do, "words": words}
    return (await town.client(who).post(address, data=data, allow_redirects=False)).status


async def told(node: FakeNode) -> LiveNews:
    return read_news(Reader(await (await node.get(f"live/{node.node_id}")).json()))


async def test_a_screen_hears_the_words_once_a_moderator_has_signed_them_and_no_longer_when_they_are_taken_off(
    town: Town, node: FakeNode
) -> None:
    elsewhere = await paired_node(town, make_screen(town, "Pool"))
    assert (await written(town, node))[0] == 303
    assert (await told(node)).tickers == ()
    async with await node.link() as link:
        assert await decided(town, "approve") == 303
        async with asyncio.timeout(DEADLINE_S):
            while (await link.receive_json())["type"] != "live":
                pass
    (signed,) = (await told(node)).tickers
    key = town.service.key.public
    signed.verify({key.key_id: key})
    ticker = signed.ticker
    assert (ticker.text, ticker.screens, ticker.author) == (WORDS, (node.screen_id,), town.accounts["programmer"])
    with pytest.raises(BadSignature):
        replace(signed, ticker=replace(ticker, text="The bridge is open")).verify({key.key_id: key})
    assert (await told(elsewhere)).tickers == ()
    assert await decided(town, "withdraw", "programmer") == 303
    assert (await told(node)).tickers == ()


async def test_it_is_told_no_longer_after_its_end(town: Town, node: FakeNode) -> None:
    await written(town, node)
    await decided(town, "approve")
    assert (await told(node)).tickers
    town.clock.turn(6 * AN_HOUR_MS)
    assert (await told(node)).tickers == ()


async def test_who_wrote_it_does_not_decide_and_a_no_says_why(town: Town, node: FakeNode) -> None:
    await written(town, node, "administrator")
    assert await decided(town, "approve", "administrator") == 422
    assert await decided(town, "approve", "programmer") == 403
    assert await decided(town, "reject") == 422
    assert await decided(town, "reject", words="Which hall?") == 303
    page = await (await town.client("programmer").get("/ticker")).text()
    assert "Which hall?" in page
    assert await decided(town, "approve") == 422
    assert (await told(node)).tickers == ()


@pytest.mark.parametrize("who", ["editor", "contributor", "technician", "moderator"])
async def test_nobody_else_writes_one(town: Town, node: FakeNode, who: str) -> None:
    assert (await written(town, node, who))[0] == 403
    assert kept(town) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"text": " "}, {"text": "x" * (LONGEST_TEXT + 1)}, {"text": "open \u202edesolc"}, {"screen": "nowhere"},
        {"ends": ""}, {"ends": "2020-01-01T10:00"}, {"ends": "2099-01-01T10:00"}, {"begins": "soon"},
    ],
)  # fmt: skip
async def test_one_that_makes_no_sense_is_refused_with_a_sentence(
    town: Town, node: FakeNode, changes: dict[str, str]
) -> None:
    status, page = await written(town, node, **changes)
    assert status == 422
    assert 'role="alert"' in page
    assert kept(town) == []


async def test_a_signed_ticker_survives_the_wire_and_no_other_document_does(town: Town, node: FakeNode) -> None:
    await written(town, node)
    await decided(town, "approve")
    (signed,) = (await told(node)).tickers
    whole = signed.as_json()
    assert read_ticker(Reader(whole)) == signed
    inner = signed.ticker.statement()
    changes: list[dict[str, Json]] = [
        {"text": ""}, {"screens": []}, {"until_ms": 0}, {"format": "other"}, {"language": "??"},
    ]  # fmt: skip
    for wrong in changes:
        with pytest.raises(BadDocument):
            read_ticker(Reader({**whole, "ticker": {**inner, **wrong}}))
