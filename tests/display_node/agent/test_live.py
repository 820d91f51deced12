"""Live orders on a screen: believed for their signature alone, laid over the programme, kept, and given up on time."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from content.approval import Approval, sign_approval
from content.clock import now_ms
from content.live import LiveNews, LiveOrder, LiveWords, read_news, sign_order
from content.manifest import Manifest, ManifestItem, NeededFile
from content.programme.layers import LiveLayer, fold
from content.reading import Reader
from content.signing import SigningKey
from content.ticker import Ticker, sign_ticker
from display_node.agent.cues import Shelf, resolve
from display_node.agent.layering import believed, layered
from display_node.agent.slots import EngineLine, Programming, succession
from display_node.config import DataFolder
from tests.display_node.agent.making import (
    ALWAYS_MS,
    DAY_MS,
    HOUR_MS,
    SCREEN,
    ListeningPlayer,
    agent,
    body_of,
    fact,
    faults,
    manifest_of,
    programme_of,
    rotation,
    sealed,
    sha_of,
)
from tests.fakes.curator import FakeCurator

NAMES = ("a", "b", "c")
BODIES = tuple(body_of(name) for name in NAMES)
KEY = SigningKey.new()
START_MS = 1_800_000_000_000
PLAN = rotation(START_MS, START_MS + 3 * HOUR_MS, NAMES)
PROGRAMME = programme_of(PLAN)
PROGRAMMING = Programming(manifest_of(KEY, PLAN, NAMES), EngineLine(PROGRAMME))
ITEM = ManifestItem("t", "Title", "", "g2", "Guests", "video", 4_000, sha_of("t"), 64, 36, 30, 1, True)


def alert(name: str, at_ms: int, until_ms: int, heading: str = "Storm", layer: LiveLayer = "alert") -> LiveOrder:
    return LiveOrder(
        name, name, layer, "start", (SCREEN,), at_ms, until_ms, at_ms, "u1", words=LiveWords(heading, ("Stay inside.",))
    )


def takeover(name: str, at_ms: int, until_ms: int) -> LiveOrder:
    return LiveOrder(name, name, "takeover", "start", (SCREEN,), at_ms, until_ms, at_ms, "u1", item=ITEM)


def ended(order: LiveOrder, at_ms: int) -> LiveOrder:
    return replace(order, id=f"{order.id} end", action="end", at_ms=at_ms, until_ms=at_ms, words=None, item=None)


def news_of(key: SigningKey, orders: Sequence[LiveOrder], places: tuple[str, ...] = ("*",)) -> LiveNews:
    approval = Approval(ITEM.sha256, "video/mp4", 5_000, 4_000, places, 0, ALWAYS_MS, "ann", "ben", 1, "")
    return LiveNews(
        tuple(sign_order(order, key) for order in orders),
        (sign_approval(approval, key),),
        (NeededFile(ITEM.sha256, 5_000, "video/mp4"),),
    )


# --- tickers -------------------------------------------------------------------------------------------------------


def test_a_ticker_is_believed_for_its_signature_its_screen_and_its_time() -> None:
    ticker = Ticker("t1", "Road closed", "en", (SCREEN,), START_MS, START_MS + HOUR_MS, "ann", "ben", 1)
    other = SigningKey.new()
    given = [
        sign_ticker(ticker, KEY),
        sign_ticker(replace(ticker, id="t2"), other),
        replace(sign_ticker(ticker, KEY), ticker=replace(ticker, text="Road open")),
        sign_ticker(replace(ticker, screens=("elsewhere",)), KEY),
        sign_ticker(replace(ticker, from_ms=START_MS - HOUR_MS, until_ms=START_MS), KEY),
    ]
    keys = {KEY.public.key_id: KEY.public}
    news, complaints = believed(LiveNews(tickers=tuple(given)), keys, SCREEN, START_MS)
    assert news.tickers == (given[0],)
    assert len(complaints) == 2
    assert read_news(Reader(news.as_json())) == news


# --- the fold over the slots -----------------------------------------------------------------------------------------

spans = st.tuples(st.integers(0, HOUR_MS), st.integers(1, HOUR_MS // 2), st.booleans(), st.integers(1, HOUR_MS))


@settings(max_examples=40, deadline=None)
@given(st.lists(spans, max_size=5), st.integers(0, HOUR_MS))
def test_slots_with_orders_have_no_gap_and_show_what_the_fold_says(
    rows: list[tuple[int, int, bool, int]], from_ms: int
) -> None:
    orders: list[LiveOrder] = []
    for number, (offset_ms, length_ms, is_alert, end_ms) in enumerate(rows):
        make = alert if is_alert else takeover
        orders.append(make(f"o{number}", START_MS + offset_ms, START_MS + offset_ms + length_ms))
        orders.append(ended(orders[-1], START_MS + offset_ms + end_ms))
    window = (START_MS + from_ms, START_MS + from_ms + HOUR_MS // 2)
    slots = [slot for slot, _ in layered(
        succession(None, PROGRAMMING, *window), news_of(KEY, orders), list, lambda _sha256: True
    )]  # fmt: skip
    assert slots[0].start_ms <= window[0]
    assert slots[-1].end_ms >= window[1]
    assert all(one.end_ms == two.start_ms for one, two in pairwise(slots))
    events = [order.event() for order in orders]
    for slot in slots[:: 1 + len(slots) // 40]:
        instant_ms = (slot.start_ms + slot.end_ms) // 2
        shown = fold(events, PROGRAMME, instant_ms)
        assert (slot.live.order.order if slot.live else None) == shown.order
        if slot.live is None:
            assert slot.item == shown.item
            assert slot.item is None or slot.offset_ms + instant_ms - slot.start_ms == shown.media_offset_ms
        elif slot.live.order.item:
            assert slot.offset_ms + slot.end_ms - slot.start_ms <= ITEM.duration_ms


def test_an_ordered_item_begins_again_until_its_order_ends() -> None:
    order = takeover("o", START_MS + 1_000, START_MS + 11_000)
    slots = layered(
        succession(None, PROGRAMMING, START_MS, START_MS + 20_000), news_of(KEY, [order]), list, lambda _sha256: True
    )
    laps = [(slot.start_ms - START_MS, slot.end_ms - START_MS, slot.offset_ms) for slot, _ in slots if slot.live]
    assert laps == [(1_000, 5_000, 0), (5_000, 9_000, 0), (9_000, 11_000, 0)]
    cues = resolve(slots, lambda _sha256: Path("/cache/file"), most=50).cues
    assert [cue.layer for cue in cues[:5]] == ["programme", "takeover", "takeover", "takeover", "programme"]
    assert (cues[4].start_ms, cues[4].item) == (START_MS + 11_000, "b")
    assert cues[4].offset_ms == 1_000


def test_an_item_that_joins_at_its_start_only_gives_way_to_the_card_after_an_order() -> None:
    manifest = PROGRAMMING.manifest
    from_start = {name: replace(item, joins="start") for name, item in manifest.items.items()}
    news = news_of(KEY, [alert("o", START_MS, START_MS + 4_000)])
    for items, kinds in ((manifest.items, {"video"}), (from_start, {"card"})):
        programming = replace(PROGRAMMING, manifest=replace(manifest, items=items))
        slots = layered(succession(None, programming, START_MS, START_MS + 20_000), news, list, lambda _sha256: True)
        cues = resolve(slots, lambda _sha256: Path("/x"), most=50).cues
        assert {cue.kind for cue in cues if START_MS + 4_000 <= cue.start_ms < START_MS + 10_000} == kinds
        assert {cue.kind for cue in cues if cue.start_ms >= START_MS + 10_000} == {"video"}


def test_a_session_that_ends_gives_way_to_the_card_where_an_item_is_not_to_be_joined() -> None:
    manifest = PROGRAMMING.manifest
    from_start = replace(manifest, items={name: replace(item, joins="start") for name, item in manifest.items.items()})

    def on(manifest: Manifest, end_ms: int) -> list[tuple[int, str, int]]:
        """From when on what is on around a session's end, and where in it it begins."""
        slots = succession(None, replace(PROGRAMMING, manifest=manifest), START_MS, START_MS + 20_000)
        span = (START_MS - 40_000, START_MS + end_ms)
        placed = layered(slots, LiveNews(), list, lambda _sha256: True, [span])
        cues = resolve(placed, lambda _sha256: Path("/x"), most=3).cues
        return [(cue.start_ms - START_MS, cue.item or cue.kind, cue.offset_ms) for cue in cues]

    plain = [(0, "a", 0), (10_000, "b", 0)]
    late = [(0, "a", 0), (7_001, "card", 0), (10_000, "b", 0)]
    assert on(manifest, 7_000)[:2] == plain
    assert on(manifest, 7_001) == late
    assert on(from_start, 2_000) == [(0, "a", 0), (2_000, "card", 0), (10_000, "b", 0)]
    assert on(from_start, 10_000)[:2] == plain


def test_an_item_without_its_file_or_its_approval_leaves_the_programme_on() -> None:
    news = news_of(KEY, [takeover("o", START_MS, START_MS + 10_000)])
    plain = succession(None, PROGRAMMING, START_MS, START_MS + 20_000)
    assert layered(plain, news, list, lambda _sha256: False) == plain
    assert layered(plain, replace(news, approvals=()), list, lambda _sha256: True) == plain


def test_an_item_approved_for_another_place_is_never_shown() -> None:
    news = news_of(KEY, [takeover("o", START_MS, START_MS + 10_000)], places=("screen-2",))
    slots = layered(succession(None, PROGRAMMING, START_MS, START_MS + 9_000), news, list, lambda _sha256: True)
    assert {cue.kind for cue in resolve(slots, lambda _sha256: Path("/x"), most=9).cues if cue.end_ms < 10_000} == set()
    assert resolve(slots, lambda _sha256: Path("/x"), most=1).cues[0].kind == "card"


def test_a_file_nobody_has_checked_is_waited_for() -> None:
    news = news_of(KEY, [takeover("o", START_MS, START_MS + 10_000)])
    slots = layered(succession(None, PROGRAMMING, START_MS, START_MS + 9_000), news, list, lambda _sha256: True)
    assert resolve(slots, lambda _sha256: Shelf.UNCHECKED, most=9).waits_for == ITEM.sha256


def test_in_quiet_hours_an_ordered_item_makes_no_sound() -> None:
    news = news_of(KEY, [takeover("o", START_MS, START_MS + 10_000)])
    quiet = [
        (replace(slot, muted=True), manifest)
        for slot, manifest in succession(None, PROGRAMMING, START_MS, START_MS + 9_000)
    ]
    for slots, has_sound in ((quiet, False), (succession(None, PROGRAMMING, START_MS, START_MS + 9_000), True)):
        cue = resolve(layered(slots, news, list, lambda _sha256: True), lambda _sha256: Path("/x"), most=1).cues[0]
        assert (cue.layer, cue.has_sound) == ("takeover", has_sound)


def test_only_trusted_orders_for_this_screen_that_still_matter_are_believed() -> None:
    good, old = alert("good", START_MS, START_MS + 60_000), alert("old", START_MS - DAY_MS, START_MS - DAY_MS + 1)
    other = replace(alert("other", START_MS, START_MS + 60_000), screens=("screen-2",))
    news = news_of(KEY, [good, old, other])
    forged = sign_order(alert("forged", START_MS, START_MS + 60_000), SigningKey.new())
    news = replace(news, orders=(*news.orders, forged))
    live, complaints = believed(news, {KEY.public.key_id: KEY.public}, SCREEN, START_MS)
    assert [signed.order.id for signed in live.orders] == ["good"]
    assert len(complaints) == 1
    assert "forged" in complaints[0]
    assert not live.files


# --- a real agent ----------------------------------------------------------------------------------------------------


def layer_on(player: ListeningPlayer) -> str:
    cue = player.on()
    return "" if cue is None else cue.layer


def seamless(player: ListeningPlayer) -> bool:
    """Whether from now on every cue ends where the next begins. Cues come one by one: while they come it may be false.

    What is over may have holes: a cue that is replaced while it is on is forgotten from its start.
    """
    cues = sorted((cue for cue in player.cues.values() if cue.end_ms > now_ms()), key=lambda cue: cue.start_ms)
    return bool(cues) and all(one.end_ms == two.start_ms for one, two in pairwise(cues))


async def test_an_alert_is_on_at_a_hint_and_off_at_the_next_and_the_programme_is_where_it_would_have_been(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    curator.serve(sealed(curator.key, NAMES), *BODIES)
    async with agent(paired):
        await fact(lambda: layer_on(player) == "programme")
        order = alert("o", now_ms(), now_ms() + HOUR_MS // 2)
        curator.live = news_of(curator.key, [order])
        await fact(lambda: curator.links)
        await curator.hint({"type": "live"})
        await fact(lambda: layer_on(player) == "alert")
        cue = player.on()
        assert cue is not None
        assert (cue.kind, cue.words, cue.end_ms) == ("words", ("Storm", "Stay inside."), order.until_ms)
        curator.live = news_of(curator.key, [order, ended(order, now_ms())])
        await curator.hint({"type": "live"})
        await fact(lambda: layer_on(player) in ("programme", "filler"))
        await fact(lambda: seamless(player), "from now on every cue ends where the next begins")


async def test_a_takeover_is_on_when_its_file_is_here_and_lives_through_a_restart_without_the_curator(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    curator.serve(sealed(curator.key, NAMES), *BODIES, body_of("t"))
    curator.live = news_of(curator.key, [takeover("o", now_ms() - 1_000, now_ms() + HOUR_MS // 2)])
    async with agent(paired):
        await fact(lambda: layer_on(player) == "takeover")
        cue = player.on()
        assert cue is not None
        assert (cue.item, cue.sha256, cue.kind) == ("t", ITEM.sha256, "video")
        await fact(paired.live.exists)
    await curator.stop()
    await player.stop()
    await player.start()
    async with agent(paired):
        await fact(lambda: layer_on(player) == "takeover")


async def test_an_order_nobody_trusted_signed_changes_nothing_and_is_reported(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    curator.serve(sealed(curator.key, NAMES), *BODIES)
    curator.live = news_of(SigningKey.new(), [alert("o", now_ms(), now_ms() + HOUR_MS // 2)])
    async with agent(paired):
        await fact(lambda: "not genuine" in faults(paired))
        await fact(lambda: layer_on(player) == "programme")
        assert not any(cue.layer == "alert" for cue in player.cues.values())


async def test_a_damaged_file_of_orders_is_told_and_asked_for_again(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    curator.serve(sealed(curator.key, NAMES), *BODIES)
    curator.live = news_of(curator.key, [alert("o", now_ms(), now_ms() + HOUR_MS // 2)])
    paired.live.write_bytes(b'{"orders": [')
    async with agent(paired):
        await fact(lambda: layer_on(player) == "alert")
        await fact(lambda: "on the disk cannot be read" not in faults(paired))
