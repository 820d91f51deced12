"""What plays next by hand: the service is asked for a choice, votes are on the disk first, and come in time or late."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from content.clock import now_ms
from content.signing import SigningKey
from display_node.agent.ballots import Ballot, BallotBox
from display_node.config import DataFolder
from display_node.session_messages import SessionOn
from display_node.touch_messages import Did, Kept, Left, Offer, Offered, Touched, Wished
from kiosks.activities.known import Counted
from kiosks.activities.poll import Question
from kiosks.activities.statement import Statement, sign_activity
from kiosks.activities.wall import Prompt
from kiosks.messages import Finish, Start
from tests.display_node.agent.making import ListeningPlayer, fact, faults
from tests.display_node.agent.test_local import CROWD, WALL, allow
from tests.display_node.agent.test_sessions import news
from tests.display_node.agent.test_touching import PAD, at, figures, hang, offered, seats
from tests.fakes.curator import FakeCurator

NEXT = replace(WALL, activity="n1", kind="next", question=Prompt("What next?", "Council", "en"))
FILMS = ("Skate day", "The allotments", "Brass band")
BALLOT = replace(CROWD, activity="c1", kind="poll", question=Question("What next?", FILMS, "Council", "en"))


def could_play(curator: FakeCurator, statement: Statement = BALLOT, key: SigningKey | None = None) -> None:
    """Whoever asks may choose from now on."""
    curator.choice = Counted(sign_activity(statement, key or curator.key), (0, 0, 0)).as_json()


async def answer_to(player: ListeningPlayer, station: int = 0) -> str:
    """What is said to somebody who wants to choose what plays next."""
    await offered(player)
    player.heard.clear()
    await player.say(Wished(station, "n1"))
    await fact(lambda: isinstance(said := player.last(Offer), Offer) and said.later)
    said = player.last(Offer)
    return said.later if isinstance(said, Offer) else ""


async def begun(player: ListeningPlayer, station: int = 0) -> None:
    """Somebody chooses from the offer that they want to choose."""
    await offered(player)
    await player.say(Wished(station, "n1"))
    await fact(lambda: player.last(SessionOn))


async def test_who_wants_to_choose_begins_the_choice_of_the_service_and_votes_reach_it(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    hang(curator)
    allow(curator, NEXT)
    could_play(curator)
    async with at(curator, paired, player):
        assert (await offered(player)).rows == (Offered("n1", "next", "What next?"),)
        await begun(player, 1)
        on = player.last(SessionOn)
        assert isinstance(on, SessionOn)
        assert (on.activity, on.kind) == ("c1", "poll")
        assert curator.asked_choices == ["n1"]
        await player.say(Did(1, "choose", 0))
        await fact(lambda: player.last(Kept) == Kept(1, "c1", 0))
        await player.say(Did(1, "choose", 2))
        await player.say(Did(PAD, "choose", 2))
        await fact(lambda: figures(player) == (0, 0, 2))
        await fact(lambda: sorted(curator.votes.values()) == [2, 2])
        # Another person at the same station has another vote.
        await player.say(Left(1))
        await player.say(Did(1, "choose", 1))
        await fact(lambda: sorted(curator.votes.values()) == [1, 2, 2])
        assert {activity for activity, _voter in curator.votes} == {"c1"}


async def test_a_vote_is_told_as_kept_only_when_it_is_on_the_disk(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    hang(curator)
    allow(curator, NEXT)
    could_play(curator)
    put = BallotBox.put
    told_at_put: list[object] = []

    def watched(box: BallotBox, ballots: Sequence[Ballot]) -> None:
        told_at_put.append(player.last(Kept))
        put(box, ballots)
        assert [box.of(one.activity, one.voter) for one in ballots]

    monkeypatch.setattr(BallotBox, "put", watched)
    async with at(curator, paired, player):
        await begun(player)
        await player.say(Did(0, "choose", 1))
        await fact(lambda: player.last(Kept) == Kept(0, "c1", 1))
        assert told_at_put == [None]


async def test_where_no_turn_comes_or_what_comes_is_not_genuine_nothing_begins_and_it_says_so(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    hang(curator)
    allow(curator, NEXT)
    async with at(curator, paired, player):
        assert await answer_to(player) == "choice"
        assert seats(player) == []
        could_play(curator, key=SigningKey.new())
        assert await answer_to(player, 2) == "choice"
        could_play(curator)
        await begun(player)
    assert [one["activity"] for one in news(curator, "on")] == ["c1"]


async def test_while_the_service_is_away_nothing_can_be_asked_and_votes_cast_before_arrive_later(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    hang(curator)
    allow(curator, CROWD, NEXT)
    could_play(curator)
    async with at(curator, paired, player):
        await begun(player)
        await curator.stop()
        await player.say(Did(0, "choose", 1))
        await fact(lambda: player.last(Kept) == Kept(0, "c1", 1))
    player.heard.clear()
    curator.activities = [one for one in curator.activities if one != curator.choice]
    async with at(curator, paired, player, is_away=True):
        rows = (await offered(player)).rows
        assert Offered("n1", "next", "What next?", "service") in rows
        assert Offered("g1", "crowd") in rows
        assert await answer_to(player) == "service"
        assert curator.asked_choices == ["n1"]
        assert curator.votes == {}
        await curator.start()
        await fact(lambda: list(curator.votes.values()) == [1])


async def test_a_vote_that_reaches_the_service_after_the_count_is_told_to_whoever_is_still_there(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    hang(curator)
    allow(curator, NEXT)
    could_play(curator)
    curator.counted = {"c1"}
    async with at(curator, paired, player):
        await begun(player)
        await player.say(Did(0, "choose", 1))
        await fact(lambda: player.last(Kept) == Kept(0, "c1", 1, is_kept=False, is_late=True))
        assert Kept(0, "c1", 1) in player.heard
        await fact(lambda: "after theirs was counted" in faults(paired))


async def test_a_vote_after_its_time_is_not_kept_and_is_said_to_be_late(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    hang(curator)
    allow(curator, NEXT)
    could_play(curator)
    late_ms = 0
    async with at(curator, paired, player, now=lambda: now_ms() + late_ms):
        could_play(curator, replace(BALLOT, not_after_ms=now_ms() + 40_000))
        await begun(player)
        late_ms = 45_000  # the session itself would go on
        await player.say(Did(0, "choose", 1))
        await fact(lambda: player.last(Kept) == Kept(0, "c1", 1, is_kept=False, is_late=True))
        assert curator.votes == {}


async def test_a_choice_that_phones_began_is_voted_on_by_hand_before_the_service_tells_of_it(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    hang(curator)
    async with at(curator, paired, player):
        await fact(lambda: curator.links)
        await offered(player)
        await curator.hint(Start("s1", sign_activity(BALLOT, curator.key).as_json(), 7, (0, 0, 0)).as_json())
        await fact(lambda: player.last(SessionOn))
        await player.say(Did(0, "choose", 2))
        await fact(lambda: player.last(Kept) == Kept(0, "c1", 2) and list(curator.votes.values()) == [2])
        await curator.hint(Finish("s1").as_json())


async def test_several_who_want_to_choose_at_once_begin_one_choice_and_all_play(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    hang(curator)
    allow(curator, NEXT)
    could_play(curator)
    async with at(curator, paired, player):
        await offered(player)
        await asyncio.gather(*(player.say(Wished(station, "n1")) for station in (0, 1, PAD)))
        await fact(lambda: player.last(SessionOn) and seats(player) == [0, 1, PAD])
        await player.say(Touched(0))
        assert len([said for said in player.heard if isinstance(said, SessionOn)]) == 1
