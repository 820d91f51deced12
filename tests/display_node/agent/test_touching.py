"""Hands at the screen as the agent takes them: it decides what opens, what begins, and whose vote it is."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from content.canonical import Json
from content.clock import now_ms
from content.live import LiveNews, LiveOrder, LiveWords, sign_order
from content.manifest import seal
from display_node.agent import touching
from display_node.agent.ballots import Ballot, BallotBox, BoxFull
from display_node.config import DataFolder
from display_node.session_messages import SessionNow, SessionOff, SessionOn
from display_node.touch_messages import MOST_SETS, Did, Kept, Left, Offer, Offered, Reach, Seats, Touched, Wished
from tests.display_node.agent.making import (
    DAY_MS,
    HOUR_MS,
    SCREEN,
    ListeningPlayer,
    body_of,
    fact,
    manifest_of,
    rotation,
)
from tests.display_node.agent.test_local import CROWD, WALL, allow, here
from tests.display_node.agent.test_sessions import STATEMENT
from tests.fakes.curator import FakeCurator

PAD = MOST_SETS


def hang(
    curator: FakeCurator, *, touch: bool = True, pads: bool = True, protected: bool = False, later_ms: int = 0
) -> int:
    """A screen with this on it, its protected booking on now or `later_ms` from now; when that ends."""
    start_ms = now_ms() // HOUR_MS * HOUR_MS - HOUR_MS + later_ms
    plan = rotation(start_ms, start_ms + DAY_MS, ("a",))
    if protected:
        booked: Json = [{"offset_ms": 0, "duration_ms": 3 * HOUR_MS, "item": "a", "group": "g1", "protected": True}]
        fixed: Json = {"start_ms": start_ms, "end_ms": start_ms + 3 * HOUR_MS, "kind": "fixed", "items": booked}
        plan = rotation(start_ms + 3 * HOUR_MS, start_ms + DAY_MS, ("a",))
        rest = plan["segments"]
        assert isinstance(rest, list)
        before = rotation(start_ms - later_ms, start_ms, ("a",))["segments"] if later_ms else []
        assert isinstance(before, list)
        plan = {**plan, "segments": [*before, fixed, *rest]}
    manifest = manifest_of(curator.key, plan, ("a",))
    screen = replace(
        manifest.screen, has_touch=touch, has_pads=pads, picture_height_mm=685, lower_edge_mm=800, zone="UTC"
    )
    curator.serve(seal(replace(manifest, screen=screen), curator.key), body_of("a"))
    return start_ms + 3 * HOUR_MS


@asynccontextmanager
async def at(
    curator: FakeCurator,
    folder: DataFolder,
    player: ListeningPlayer,
    now: Callable[[], int] = now_ms,
    *,
    is_away: bool = False,
) -> AsyncIterator[None]:
    """A screen with its programme on, which has told its player what is at it."""
    async with here(curator, folder, player, now=now, is_away=is_away):
        await fact(lambda: isinstance(reach := player.last(Reach), Reach) and reach.lower_edge_mm == 800)
        yield


async def offered(player: ListeningPlayer) -> Offer:
    """What a touch gets. A screen whose player has only just come knows of no cue, and is touched again."""
    async with asyncio.timeout(20):
        while not isinstance(found := player.last(Offer), Offer):
            await player.say(Touched(0))
            await asyncio.sleep(0.05)
    return found


def seats(player: ListeningPlayer) -> list[int]:
    found = player.last(Seats)
    return [seat.station for seat in found.rows] if isinstance(found, Seats) else []


def figures(player: ListeningPlayer) -> tuple[int, ...]:
    now = player.last(SessionNow)
    return now.figures if isinstance(now, SessionNow) else ()


async def test_a_touch_gets_an_offer_and_what_is_chosen_begins_with_whoever_chose_it(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    hang(curator)
    allow(curator, STATEMENT, CROWD, WALL)
    async with at(curator, paired, player):
        offer = await offered(player)
        assert set(offer.rows) == {
            Offered("p1", "poll", "A bench?"),
            Offered("g1", "crowd"),
            Offered("w1", "wall", "What can you hear?", "phone"),
        }
        await player.say(Wished(1, "g1"))
        await fact(lambda: player.last(SessionOn) and seats(player) == [1])
        await player.say(Did(1, "steer", -100))
        await player.say(Did(PAD, "steer", -80))
        await fact(lambda: seats(player) == [1, PAD] and figures(player)[1] == -90)
        await player.say(Left(PAD))
        await fact(lambda: seats(player) == [1])


async def test_one_sitting_has_one_vote_that_can_be_changed_and_the_next_person_has_another(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    hang(curator)
    allow(curator, STATEMENT)
    async with at(curator, paired, player):
        await offered(player)
        await player.say(Wished(0, "p1"))
        await fact(lambda: player.last(SessionOn))
        await player.say(Did(0, "choose", 0))
        await fact(lambda: figures(player) == (4, 1))
        await player.say(Did(0, "choose", 1))
        await fact(lambda: figures(player) == (3, 2))
        await player.say(Left(0))
        await player.say(Did(0, "choose", 1))
        await player.say(Did(0, "choose", 4))  # there is no such option
        await fact(lambda: figures(player) == (3, 3))
        await fact(lambda: sorted(curator.votes.values()) == [1, 1])


async def test_a_vote_is_told_as_kept_when_it_is_on_the_disk_and_as_not_kept_when_it_is_not(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    hang(curator)
    allow(curator, STATEMENT)
    put = BallotBox.put
    is_full = True

    def perhaps(box: BallotBox, ballots: Sequence[Ballot]) -> None:
        if is_full:
            raise BoxFull
        put(box, ballots)

    monkeypatch.setattr(BallotBox, "put", perhaps)
    async with at(curator, paired, player):
        await offered(player)
        await player.say(Wished(0, "p1"))
        await fact(lambda: player.last(SessionOn))
        await player.say(Did(0, "choose", 0))
        await fact(lambda: player.last(Kept) == Kept(0, "p1", 0, is_kept=False))
        is_full = False
        await player.say(Did(0, "choose", 1))
        await fact(lambda: player.last(Kept) == Kept(0, "p1", 1))


async def test_people_at_one_station_do_not_follow_one_another_faster_than_people_do(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    hang(curator)
    allow(curator, STATEMENT)
    async with at(curator, paired, player):
        await offered(player)
        await player.say(Wished(5, "p1"))
        await fact(lambda: player.last(SessionOn))
        for _ in range(2 * touching.SITTINGS_A_MINUTE):
            await player.say(Did(0, "choose", 0))
            await player.say(Left(0))
        await player.say(Did(1, "choose", 1))
        await fact(lambda: figures(player)[1] == 2)
        assert figures(player)[0] <= 3 + touching.SITTINGS_A_MINUTE
        # Whoever came too soon is told that nothing was counted.
        assert Kept(0, "p1", 0, is_kept=False) in player.heard


async def test_whoever_presses_nothing_any_more_is_gone_and_the_programme_is_back(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(touching, "IDLE_S", 0.5)
    monkeypatch.setattr("display_node.agent.sessions.IDLE_MS", 300)
    hang(curator)
    allow(curator, CROWD)
    async with at(curator, paired, player):
        await offered(player)
        await player.say(Wished(0, "g1"))
        await fact(lambda: player.last(SessionOff) and seats(player) == [])


async def test_a_protected_booking_is_not_interrupted_and_the_offer_says_until_when(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    end_ms = hang(curator, protected=True)
    allow(curator, CROWD)
    async with at(curator, paired, player):
        offer = await offered(player)
        hour = end_ms // HOUR_MS % 24
        assert offer == Offer(later="protected", from_time=f"{hour}:00")
        # Whatever the player says, nothing begins.
        await player.say(Wished(0, "g1"))
        await fact(lambda: len([said for said in player.heard if isinstance(said, Offer)]) > 1)
        assert player.last(SessionOn) is None
        assert seats(player) == []


async def test_an_offer_does_not_stand_over_a_protected_booking_that_begins(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    hang(curator, protected=True, later_ms=6 * HOUR_MS)
    allow(curator, CROWD)
    passed_ms = [0]
    async with at(curator, paired, player, now=lambda: now_ms() + passed_ms[0]):
        assert (await offered(player)).rows
        passed_ms[0] = 6 * HOUR_MS
        await fact(lambda: player.last(Offer) == Offer())
        await player.say(Touched(0))
        await fact(lambda: isinstance(offer := player.last(Offer), Offer) and offer.later == "protected")


async def test_touches_in_a_protected_booking_get_three_notices_and_then_rest(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    hang(curator, protected=True)
    allow(curator, CROWD)
    async with at(curator, paired, player):
        await offered(player)
        for _ in range(20):
            await player.say(Touched(0))
        # What is said in order is answered in order.
        seen = len([said for said in player.heard if isinstance(said, Seats)])
        await player.say(Wished(0, "g1"))
        await fact(lambda: len([said for said in player.heard if isinstance(said, Seats)]) >= seen + 2)
        notices = [said for said in player.heard if isinstance(said, Offer) and said.later]
        assert len(notices) <= touching.MOST_UNUSED + 1  # and one to whoever wished


async def test_under_an_alert_nothing_opens(curator: FakeCurator, paired: DataFolder, player: ListeningPlayer) -> None:
    hang(curator)
    allow(curator, CROWD)
    async with at(curator, paired, player):
        at_ms = now_ms()
        order = LiveOrder(
            "o1", "o1", "alert", "start", (SCREEN,), at_ms, at_ms + HOUR_MS, at_ms, "u1", words=LiveWords("Storm")
        )
        curator.live = LiveNews((sign_order(order, curator.key),))
        await curator.hint({"type": "live"})
        await fact(lambda: (cue := player.on()) is not None and cue.layer == "alert")
        await player.say(Touched(0))
        await player.say(Wished(0, "g1"))
        # What is said in order is heard in order: the seat came and went, and no offer before it.
        await fact(lambda: len([said for said in player.heard if isinstance(said, Seats)]) >= 3)
        assert player.last(Offer) is None
        assert player.last(SessionOn) is None


async def test_where_the_screen_has_no_touch_a_player_that_says_so_changes_nothing(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    hang(curator, touch=False)
    allow(curator, CROWD)
    async with at(curator, paired, player):
        await player.say(Touched(0))
        await player.say(Wished(0, "g1"))
        async with asyncio.timeout(20):
            while player.last(Offer) is None:
                await player.say(Touched(PAD))
                await asyncio.sleep(0.05)
        assert player.last(SessionOn) is None
        await player.say(Wished(PAD, "g1"))
        await fact(lambda: player.last(SessionOn) and seats(player) == [PAD])


async def test_offers_of_which_nothing_is_chosen_rest_for_a_while(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    hang(curator)
    allow(curator, CROWD)
    async with at(curator, paired, player):
        await offered(player)
        for _ in range(20):
            await player.say(Touched(0))
        await player.say(Wished(0, "g1"))
        await fact(lambda: player.last(SessionOn))
        assert len([said for said in player.heard if isinstance(said, Offer) and said.rows]) <= touching.MOST_UNUSED
