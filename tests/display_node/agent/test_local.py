"""Visitors at the screen itself: they begin what is allowed, keep it on, vote for good, and share it with phones."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from content.clock import now_ms
from content.signing import SigningKey
from display_node.agent.ballots import BUCKET_MS, MOST_VOTES_WAITING, Ballot, BallotBox, BoxFull, open_box
from display_node.agent.local import Local, LocalVisitor
from display_node.agent.sessions import SILENCE_MS
from display_node.config import DataFolder
from display_node.session_messages import SessionNow, SessionOff
from kiosks.activities.known import Counted
from kiosks.activities.statement import Statement, sign_activity
from kiosks.activities.wall import Prompt
from kiosks.messages import FromScreen, Session, Snapshot, Steer, Tap, Taps, Vote
from kiosks.visits import NUMBERS
from kiosks.voters import voter_of
from tests.display_node.agent.making import DAY_MS, ListeningPlayer, agent, body_of, fact, sealed, status
from tests.display_node.agent.test_sessions import STATEMENT, begun, news
from tests.fakes.curator import FakeCurator

CROWD = replace(STATEMENT, activity="g1", kind="crowd", question=None)
WALL = replace(STATEMENT, activity="w1", kind="wall", question=Prompt("What can you hear?", "Council", "en"))
YES, NO = Vote(1, 0, "p1"), Vote(2, 1, "p1")


def allow(curator: FakeCurator, *statements: Statement, key: SigningKey | None = None) -> None:
    """From now on the service tells the screen of these, three votes for the first option and one for the second."""
    told = [
        Counted(sign_activity(one, key or curator.key), (3, 1) if one.options else ()).as_json() for one in statements
    ]
    curator.activities.extend(told)


@asynccontextmanager
async def here(
    curator: FakeCurator,
    folder: DataFolder,
    player: ListeningPlayer,
    *,
    now: Callable[[], int] = now_ms,
    is_island: bool = False,
    is_away: bool = False,
) -> AsyncIterator[Local]:
    """Who is at a screen with its programme on, and knows what is allowed there."""
    if curator.envelope is None:
        curator.serve(sealed(curator.key, ("a",)), body_of("a"))
    met: list[Local] = []
    async with agent(folder, now=now, meet=met.append, island_address="http://10.42.0.1" if is_island else ""):
        await fact(lambda: met and player.on())
        if not is_away:
            await fact(lambda: curator.links and len(met[0].known()) == len(curator.activities))
        yield met[0]


async def begun_here(local: Local, activity: str) -> None:
    """It is on. A screen whose player has only just come knows of no cue for a moment."""
    async with asyncio.timeout(20):
        while local.begin(activity) == "dark":  # noqa: ASYNC110 - waits for a cue
            await asyncio.sleep(0.02)
    assert local.running() == activity


def somebody(local: Local) -> LocalVisitor:
    visitor = local.come()
    assert visitor is not None
    return visitor


def shown(player: ListeningPlayer) -> tuple[int, ...]:
    now = player.last(SessionNow)
    return now.figures if isinstance(now, SessionNow) else ()


async def test_somebody_at_the_screen_begins_a_poll_votes_and_the_vote_reaches_the_service(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    allow(curator, STATEMENT)
    async with here(curator, paired, player) as local:
        visitor = somebody(local)
        assert visitor.number >= NUMBERS
        await begun_here(local, "p1")
        assert await local.vote(visitor, YES) == ""
        assert await local.vote(visitor, NO) == ""
        await fact(lambda: shown(player) == (3, 2))
        await fact(lambda: list(curator.votes.values()) == [1])
        assert all(visitor.token not in voter for _activity, voter in curator.votes)
        # The service says nothing for longer than a session of its own would last: this one is theirs who are here.
        await fact(lambda: sum(said.get("type") == "snapshot" for said in curator.health) > 1.5 * SILENCE_MS / 250)
        assert player.last(SessionOff) is None


async def test_votes_are_kept_without_the_service_over_a_restart_and_arrive_once_when_it_is_back(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    allow(curator, STATEMENT, CROWD)
    async with here(curator, paired, player):
        pass
    await curator.stop()
    visitors = []
    async with here(curator, paired, player, is_away=True) as local:
        assert {one.known.statement.activity for one in local.known()} == {"p1", "g1"}
        visitors = [somebody(local) for _ in range(3)]
        assert await local.vote_all([(one, YES) for one in visitors]) == ["", "", ""]
        assert await local.vote(visitors[0], NO) == ""
    # One that the service cannot take holds up no other, and one that it stored twice is there once.
    curator.refuse_voters = {voter_of(visitors[2].token, "p1")}
    curator.swallow_votes = 1
    await curator.start()
    async with here(curator, paired, player):
        await fact(lambda: sorted(curator.votes.values()) == [0, 1])
        await fact(lambda: status(paired)["votes_waiting"] == 0)


async def test_phones_and_people_at_the_screen_share_a_session_that_goes_on_when_the_service_is_gone(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    allow(curator, CROWD)
    async with here(curator, paired, player) as local:
        said: list[FromScreen] = []
        stop = local.listen(said.append)
        visitor = somebody(local)
        await begun_here(local, "g1")
        await fact(lambda: news(curator, "on"))
        told = news(curator, "on")[-1]
        assert told["activity"] == "g1"
        local.tap(visitor, Steer(1, 100))
        await curator.hint(Taps(str(told["session"]), 2, (Tap(7, 1, "steer", 100),)).as_json())
        await fact(lambda: (now := player.last(SessionNow)) and isinstance(now, SessionNow) and now.here == 3)
        await fact(lambda: any(isinstance(one, Snapshot) for one in said))
        stop()
        await curator.stop()
        # Those behind the service are no longer counted; who is here plays on.
        await fact(lambda: (now := player.last(SessionNow)) and isinstance(now, SessionNow) and now.here == 1)
        assert local.running() == "g1"


@pytest.mark.parametrize("statement", [STATEMENT, WALL])
async def test_a_session_of_the_service_goes_on_while_somebody_is_at_the_screen_and_a_wall_ends_with_its_moderators(
    statement: Statement, curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    async with here(curator, paired, player) as local:
        said: list[FromScreen] = []
        local.listen(said.append)
        somebody(local)
        await begun(curator, player, statement)
        await curator.stop()
        await fact(lambda: not status(paired)["is_linked"])
        if statement is WALL:
            await fact(
                lambda: any(isinstance(one, Session) and (one.state, one.why) == ("over", "away") for one in said)
            )
        assert local.running() == ("" if statement is WALL else "p1")


async def test_what_was_begun_at_the_screen_ends_when_the_service_allows_it_no_more(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    allow(curator, STATEMENT, CROWD)
    async with here(curator, paired, player) as local:
        said: list[FromScreen] = []
        local.listen(said.append)
        somebody(local)
        await begun_here(local, "p1")
        del curator.activities[1:]
        await curator.hint({"type": "activities"})
        await fact(lambda: len(local.known()) == 1)
        assert local.running() == "p1"
        curator.activities.clear()
        await curator.hint({"type": "activities"})
        await fact(lambda: any(isinstance(one, Session) and (one.state, one.why) == ("over", "done") for one in said))
        assert local.running() == ""


async def test_what_wants_a_reader_or_a_trusted_key_or_another_time_is_not_begun(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    allow(curator, WALL)
    async with here(curator, paired, player) as local:
        assert [one.is_open for one in local.known()] == [False]
        allow(curator, STATEMENT, key=SigningKey.new())
        allow(curator, replace(CROWD, not_before_ms=now_ms() + DAY_MS, not_after_ms=now_ms() + 2 * DAY_MS))
        await curator.hint({"type": "activities"})
        await fact(lambda: "not genuine" in str(status(paired)["faults"]))
        assert {local.begin(one) for one in ("w1", "p1", "g1", "nothing")} == {"unknown"}
        assert await local.vote(somebody(local), YES) == "over"


@pytest.mark.parametrize("is_island", [False, True])
async def test_after_a_day_without_the_service_only_an_island_goes_on(
    is_island: bool, curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    allow(curator, CROWD)
    turned = [0]
    async with here(curator, paired, player, now=lambda: now_ms() + turned[0], is_island=is_island) as local:
        await curator.stop()
        turned[0] = DAY_MS + 60_000
        assert bool(local.known()) == is_island


def test_a_vote_changed_while_the_service_is_away_is_the_same_vote(tmp_path: Path) -> None:
    box = BallotBox(tmp_path / "votes.db", most=2)
    box.put([Ballot("p1", "v1", 0, 1_000_000), Ballot("p1", "v1", 1, 1_000_001)])
    (first,) = box.waiting(9)
    assert (first.choice, first.at_ms) == (1, 900_000)
    box.told([first])
    assert box.waiting(9) == []
    box.put([Ballot("p1", "v1", 0, 1_000_002)])
    assert [one.told for one in box.waiting(9)] == [1]
    box.put([Ballot("p1", "v2", 0, 1)])
    with pytest.raises(BoxFull):
        box.put([Ballot("p1", "v3", 0, 1)])
    box.told([Ballot("p1", "v1", 0, 0)])
    box.close()
    again = BallotBox(tmp_path / "votes.db")
    assert [(one := again.of("p1", voter)) and one.is_told for voter in ("v1", "v2")] == [True, False]
    again.forget_all_but(())
    assert [one and one.voter for one in (again.of("p1", "v1"), again.of("p1", "v2"))] == [None, "v2"]
    again.close()


def test_only_votes_that_wait_fill_the_box_and_a_change_of_mind_stays_one_vote(tmp_path: Path) -> None:
    box = BallotBox(tmp_path / "votes.db", at_hand=10)
    for start in range(0, MOST_VOTES_WAITING + 1, 5_001):
        some = [Ballot("p1", f"v{number}", 0, start) for number in range(start, start + 5_001)]
        box.put(some)
        assert dict(box.changes("p1")) == {0: len(some)}
        box.told(box.waiting(len(some)))
    assert box.changes("p1") == ()
    box.put([Ballot("p1", "another", 1, 9)])
    # The first of all is long not in memory: its other choice takes the old one away.
    assert box.of("p1", "v0") is None
    box.put([Ballot("p1", "v0", 1, 9)])
    assert dict(box.changes("p1")) == {0: -1, 1: 2}
    box.close()
    again = BallotBox(tmp_path / "votes.db")
    assert dict(again.changes("p1")) == {0: -1, 1: 2}
    again.put([Ballot("p1", "v0", 0, 9)])
    assert dict(again.changes("p1")) == {1: 1}
    again.close()


def test_of_votes_that_the_service_holds_the_oldest_are_forgotten_and_none_that_waits(tmp_path: Path) -> None:
    box = BallotBox(tmp_path / "votes.db", most_told=10)
    box.put([Ballot("p1", "waits", 0, 0)])
    (waits,) = box.waiting(9)
    for number in range(11):
        box.put([Ballot("p1", f"v{number}", 0, number * BUCKET_MS)])
        box.told(box.waiting(9)[1:])
    assert [number for number in range(11) if box.of("p1", f"v{number}") is None] == [0, 1]
    assert box.waiting(9) == [waits]
    box.close()


async def test_what_there_is_to_do_is_said_without_a_walk_over_the_votes(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(curator, STATEMENT, CROWD)
    async with here(curator, paired, player) as local:
        await curator.stop()
        assert await local.vote_all([(somebody(local), YES) for _ in range(100)]) == [""] * 100
        looked: list[str] = []
        for name in ("choice", "told", "activity"):
            field = Ballot.__dict__[name]

            def read(one: Ballot, name: str = name, field: object = field) -> object:
                looked.append(name)
                return field.__get__(one, Ballot)  # type: ignore[attr-defined]

            monkeypatch.setattr(Ballot, name, property(read))
        assert [one.counts for one in local.known()] == [(103, 1), ()]
        monkeypatch.undo()
        assert looked == []


def test_a_damaged_box_is_put_beside_and_a_new_one_begun(tmp_path: Path) -> None:
    (tmp_path / "votes.db").write_bytes(b"no database" * 500)
    box, was_damaged = open_box(tmp_path / "votes.db")
    assert was_damaged
    assert box.waiting(1) == []
    box.close()
