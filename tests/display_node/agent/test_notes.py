"""The bells by hand: begun at the screen, each note on the disk before it is told as kept, and then at the service."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from display_node.agent.ballots import Ballot, BallotBox, BoxFull
from display_node.config import DataFolder
from display_node.session_messages import SessionOn
from display_node.touch_messages import Did, Left, Offered, Rung, Wished
from kiosks.activities.bells import MOST_NOTES, MOST_OF_ONE, packed, unpacked
from kiosks.activities.known import Counted
from kiosks.activities.statement import sign_activity
from kiosks.messages import CELLS, Pattern, Start
from tests.display_node.agent.making import ListeningPlayer, fact
from tests.display_node.agent.test_local import CROWD, WALL, allow
from tests.display_node.agent.test_sessions import news
from tests.display_node.agent.test_touching import PAD, at, figures, hang, offered
from tests.fakes.curator import FakeCurator

BELLS = replace(CROWD, activity="b1", kind="bells")


def ring(curator: FakeCurator, *notes: int) -> None:
    """From now on bells are allowed at the screen, and strangers have set these notes on them."""
    curator.activities.append(Counted(sign_activity(BELLS, curator.key), (), notes).as_json())


def shown(player: ListeningPlayer) -> tuple[int, ...]:
    """The notes in the round on the screen."""
    return tuple(note for note in range(CELLS) if figures(player) and figures(player)[0] >> note & 1)


def told(curator: FakeCurator) -> list[list[int]]:
    """What the service holds of each visitor."""
    return sorted(curator.notes.values())


async def begun(player: ListeningPlayer, station: int = 0) -> None:
    """Somebody at a station begins them from the offer."""
    await offered(player)
    await player.say(Wished(station, "b1"))
    await fact(lambda: player.last(SessionOn))


async def test_bells_are_begun_at_the_screen_and_what_is_set_there_is_kept_by_the_service(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    hang(curator)
    ring(curator, 8)
    async with at(curator, paired, player):
        assert (await offered(player)).rows == (Offered("b1", "bells"),)
        await begun(player, 1)
        assert shown(player) == (8,)
        for note in (1, 2, 3, 4, 4):
            await player.say(Did(1, "note", note))
        await player.say(Did(PAD, "note", 30))
        await fact(lambda: told(curator) == [[2, 3], [30]])
        await fact(lambda: {Rung(1, "b1", (2, 3)), Rung(PAD, "b1", (30,))} <= set(player.heard))
        assert shown(player) == (2, 3, 8, 30)
        # The next person has notes of their own, and takes nothing away of the one before.
        await player.say(Left(1))
        for note in (2, 5):
            await player.say(Did(1, "note", note))
        await fact(lambda: told(curator) == [[2, 3], [2, 5], [30]])
        # What the service tells holds them now, and what it leaves out is in the round no more.
        session = str(news(curator, "on")[-1]["session"])
        await curator.hint(Pattern(session, (2, 5, 9)).as_json())
        await fact(lambda: shown(player) == (2, 5, 9))


async def test_notes_are_set_in_a_round_that_phones_have_on_and_stay_beside_what_the_service_tells(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    hang(curator)
    curator.busy_notes = 1_000
    async with at(curator, paired, player):
        await fact(lambda: curator.links)
        await offered(player)
        await curator.hint(Start("s1", sign_activity(BELLS, curator.key).as_json(), 7, (1 << 8,)).as_json())
        await fact(lambda: player.last(SessionOn))
        for note in (1, 2, 3, 4, 4):
            await player.say(Did(0, "note", note))
        await fact(lambda: shown(player) == (2, 3, 8))
        await curator.hint(Pattern("s1", (9,)).as_json())
        await fact(lambda: shown(player) == (2, 3, 9))
        # However many the service tells, what was set last is among the newest.
        await curator.hint(Pattern("s1", tuple(range(10, 10 + MOST_NOTES))).as_json())
        await fact(lambda: shown(player) == (2, 3, *range(12, 10 + MOST_NOTES)))
        # It said that this is too much for now: they come when it has room.
        curator.busy_notes = 0
        await fact(lambda: told(curator) == [[2, 3]])


async def test_a_note_that_could_not_be_kept_is_told_and_is_not_in_the_round(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    hang(curator)
    ring(curator)
    put = BallotBox.put
    is_full = False

    def perhaps(box: BallotBox, ballots: Sequence[Ballot]) -> None:
        if is_full:
            raise BoxFull
        put(box, ballots)

    monkeypatch.setattr(BallotBox, "put", perhaps)
    async with at(curator, paired, player):
        await begun(player)
        await player.say(Did(0, "note", 1))
        await fact(lambda: player.last(Rung) == Rung(0, "b1", (1,)))
        is_full = True
        await player.say(Did(0, "note", 2))
        await fact(lambda: player.last(Rung) == Rung(0, "b1", (1,), is_kept=False))
        await fact(lambda: 2 not in shown(player))
        is_full = False
        await player.say(Did(0, "note", 3))
        await fact(lambda: told(curator) == [[1, 3]])


async def test_while_the_service_is_away_no_bells_are_offered_and_what_was_set_before_arrives_later(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    hang(curator)
    ring(curator)
    allow(curator, CROWD, WALL)
    curator.busy_notes = 1_000
    async with at(curator, paired, player):
        await begun(player)
        await player.say(Did(0, "note", 7))
        await fact(lambda: player.last(Rung) == Rung(0, "b1", (7,)))
        await curator.stop()
    player.heard.clear()
    async with at(curator, paired, player, is_away=True):
        offer = await offered(player)
        assert set(offer.rows) == {
            Offered("g1", "crowd"),
            Offered("b1", "bells", "", "service"),
            Offered("w1", "wall", "What can you hear?", "service"),
        }
        assert offer.rows[0].activity == "g1"
        await player.say(Wished(0, "b1"))
        await player.say(Wished(0, "g1"))
        await fact(lambda: player.last(SessionOn))
        assert [said.activity for said in player.heard if isinstance(said, SessionOn)] == ["g1"]
        # A note makes no sense on the lantern.
        await player.say(Did(0, "note", 9))
        curator.busy_notes = 0
        await curator.start()
        await fact(lambda: told(curator) == [[7]])


def test_what_one_person_set_is_one_whole_number_and_comes_out_in_its_order() -> None:
    for notes in ((), (0,), (39,), (39, 0, 7), (0, 0, 0), (1, 2, 3)):
        assert unpacked(packed(notes)) == notes
        assert len(notes) <= MOST_OF_ONE
