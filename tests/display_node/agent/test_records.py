"""What was shown reaches the curator, every row exactly once, whatever dies in between."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from display_node.agent.journal import Journal, open_journal
from display_node.config import DataFolder
from display_node.messages import Fault, Heartbeat, Played
from tests.display_node.agent.making import ListeningPlayer, agent, agent_process, fact, faults, status
from tests.fakes.curator import FakeCurator


def played(number: int, item: str = "a", sha256: str = "5" * 64) -> Played:
    return Played(number * 1_000, number * 1_000 + 3, 1_000, "programme", item, sha256, "complete", "", 1)


async def test_rows_reach_the_curator_in_order(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    async with agent(paired):
        for number in range(30):
            await player.say(played(number))
        await fact(lambda: len(curator.rows) == 30)
        await fact(lambda: status(paired)["rows_waiting"] == 0)
    rows = sorted(curator.rows.values())
    assert [row[1] for row in rows] == [number * 1_000 for number in range(30)]
    assert rows[0][1:] == [0, 3, 1_000, "programme", "a", "5" * 64, "complete", "", 1]


async def test_rows_wait_for_a_curator_that_is_away_and_survive_a_killed_agent(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    await curator.stop()
    async with agent_process(paired) as process:
        for number in range(20):
            await player.say(played(number))
        await fact(lambda: rows_in(paired.journal) == 20)
        process.kill()
        await process.wait()
    await curator.start()
    async with agent(paired):
        await player.say(played(20))
        await fact(lambda: len(curator.rows) == 21)
    assert len({epoch for epoch, _seq in curator.rows}) == 1
    assert sorted(seq for _epoch, seq in curator.rows) == list(range(1, 22))


async def test_rows_stored_but_not_acknowledged_are_not_stored_twice(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    curator.swallow_rows = 2
    async with agent(paired):
        for number in range(10):
            await player.say(played(number))
        await fact(lambda: rows_in(paired.journal) == 0 and len(curator.rows) == 10)
    assert curator.repeated_rows > 0


async def test_one_row_the_curator_refuses_does_not_hold_up_the_others(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    curator.refuse_items = {"odd"}
    async with agent(paired):
        for number in range(20):
            await player.say(played(number, item="odd" if number == 7 else "a"))
        await fact(lambda: len(curator.rows) == 19)
        await fact(lambda: "set aside" in faults(paired))


async def test_a_card_in_an_items_place_is_on_record_as_substituted(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    async with agent(paired):
        await player.say(played(1, item="a", sha256=""))
        await fact(lambda: curator.rows)
    (row,) = curator.rows.values()
    assert row[5:9] == ["a", None, "substituted", "file"]


async def test_a_file_that_failed_once_and_then_played_is_no_fault_any_more(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    async with agent(paired):
        await player.say(Fault("5" * 64, "It took too long."))
        await fact(lambda: "too long" in faults(paired))
        await player.say(played(1))
        await fact(lambda: "too long" not in faults(paired))


async def test_a_player_that_says_nonsense_is_met_again(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    async with agent(paired):
        await fact(lambda: player.writer is not None)
        first = player.writer
        assert first is not None
        first.write(b'{"type": "played"}\n')
        await fact(lambda: player.writer not in {None, first})
        await player.say(played(1))
        await fact(lambda: len(curator.rows) == 1)


async def test_what_plays_is_in_the_health_document(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    async with agent(paired):
        await player.say(Heartbeat(1, "programme", "a", "video", 30, 1, 0, 9))
        await fact(lambda: curator.health and curator.health[-1]["playing"] != {"item": "", "kind": "", "layer": ""})
    assert curator.health[-1]["playing"] == {"item": "a", "kind": "video", "layer": "programme"}
    assert curator.health[-1]["frames"] == {"shown": 30, "late": 1, "dropped": 0}
    assert curator.health[-1]["clock"] in {"trusted", "holdover"}


async def test_a_clock_that_is_off_is_reported(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    curator.clock_offset_ms = -90_000
    async with agent(paired):
        await fact(lambda: status(paired).get("clock") == "untrusted")
        await fact(lambda: "90.0 s off" in faults(paired))
        curator.clock_offset_ms = 0
        await fact(lambda: status(paired).get("clock") == "trusted")
        await fact(lambda: "s off" not in faults(paired))


def test_numbers_rise_also_after_everything_was_acknowledged(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "as-run.db")
    assert [journal.append(played(number)) for number in range(3)] == [1, 2, 3]
    journal.acknowledged(3)
    epoch = journal.epoch
    journal.close()
    journal = Journal(tmp_path / "as-run.db")
    assert journal.epoch == epoch
    assert journal.append(played(4)) == 4
    journal.close()


def test_another_screen_begins_with_an_empty_journal(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "as-run.db")
    journal.append(played(1))
    epoch = journal.epoch
    journal.begin_anew()
    assert journal.epoch != epoch
    assert not journal.oldest(10).rows
    journal.close()


def test_the_journal_is_bounded_and_says_what_it_dropped(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "as-run.db", most_rows=5)
    for number in range(8):
        journal.append(played(number))
    assert journal.prune() == 3
    assert [row[0] for row in journal.oldest(10).rows] == [4, 5, 6, 7, 8]
    journal.close()


def test_a_damaged_journal_is_put_aside_and_a_new_one_begun(tmp_path: Path) -> None:
    path = tmp_path / "as-run.db"
    path.write_bytes(b"not a database" * 400)
    journal, was_damaged = open_journal(path)
    assert was_damaged
    assert journal.append(played(1)) == 1
    journal.close()
    assert path.with_name("as-run.db.damaged").exists()


@pytest.mark.parametrize("cause", ["", "file", "decoder", "clock", "power", "panic", "edit", "start", "aliens"])
def test_only_causes_of_the_protocol_are_written_down(tmp_path: Path, cause: str) -> None:
    journal = Journal(tmp_path / "as-run.db")
    journal.append(Played(1, 1, 1, "programme", "a", "5" * 64, "partial", cause, 1))
    (row,) = journal.oldest(1).rows
    assert row[8] == ("" if cause == "aliens" else cause)
    journal.close()


def rows_in(path: Path) -> int:
    database = sqlite3.connect(path)
    try:
        return int(database.execute("SELECT count(*) FROM played").fetchone()[0])
    except sqlite3.OperationalError:
        return -1
    finally:
        database.close()


async def test_a_second_agent_in_the_same_folder_is_refused(paired: DataFolder) -> None:
    async with agent(paired):
        await fact(lambda: status(paired))
        async with agent_process(paired) as second:
            assert await asyncio.wait_for(second.wait(), 15) == 2
