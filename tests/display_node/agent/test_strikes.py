"""A file that breaks the player twice is left out, and nothing else is."""

from dataclasses import replace

from content.clock import now_ms
from display_node.agent.strikes import FIRST_OUT_MS, FRESH_MS, LEFT_OUT_MS, OPENED_AHEAD_MS, Strikes
from display_node.config import DataFolder
from display_node.messages import Cue
from tests.display_node.agent.making import ListeningPlayer, agent, body_of, fact, faults, sealed, sha_of
from tests.fakes.curator import FakeCurator

NOW = 10_000_000
QUIET = Cue(NOW - 600_000, NOW + 3_000, "programme", "video", sha256="a" * 64, path="/a", title="Quiet")
COMING = Cue(NOW + 3_000, NOW + 60_000, "programme", "video", sha256="b" * 64, path="/b", title="Coming")
LATER = Cue(NOW + 60_000, NOW + 90_000, "programme", "video", sha256="c" * 64, path="/c", title="Later")
TOLD = [QUIET, COMING, LATER]


def test_the_file_that_was_being_opened_is_left_out_at_the_second_death() -> None:
    strikes = Strikes()
    strikes.met(NOW - 500_000)
    assert strikes.lost(NOW, TOLD) == []
    strikes.met(NOW + 1_000)
    assert strikes.lost(NOW + 1_500, TOLD) == [COMING], "what played quietly for minutes is suspected once at most"
    assert strikes.is_out(COMING.sha256, NOW + 2_000)
    assert not strikes.is_out(QUIET.sha256, NOW + 2_000)
    assert not strikes.is_out(LATER.sha256, NOW + 2_000)


def test_deaths_long_after_anything_was_opened_accuse_nobody() -> None:
    strikes = Strikes()
    for number in range(4):
        at_ms = NOW + number
        strikes.met(at_ms - FRESH_MS - 1)
        assert strikes.lost(at_ms, [QUIET]) == []


def test_what_plays_to_its_end_is_cleared_and_what_is_left_out_comes_back() -> None:
    strikes = Strikes()
    strikes.met(NOW)
    assert strikes.lost(NOW + 100, [COMING]) == []
    strikes.cleared(COMING.sha256)
    assert strikes.lost(NOW + 200, [COMING]) == []
    assert strikes.lost(NOW + 300, [COMING]) == [COMING]
    assert strikes.pardoned(NOW + FIRST_OUT_MS) == []
    assert strikes.pardoned(NOW + 300 + FIRST_OUT_MS) == [COMING.sha256]
    assert not strikes.is_out(COMING.sha256, NOW + 300 + FIRST_OUT_MS)


def test_what_breaks_the_player_again_when_it_came_back_is_left_out_for_a_day() -> None:
    strikes = Strikes()
    for again_ms in (0, FIRST_OUT_MS):
        at_ms = NOW + again_ms
        cue = replace(COMING, start_ms=at_ms, end_ms=at_ms + 60_000)
        strikes.pardoned(at_ms + 300)
        strikes.met(at_ms)
        assert strikes.lost(at_ms + 100, [cue]) == []
        assert strikes.lost(at_ms + 200, [cue]) == [cue]
    assert strikes.is_out(COMING.sha256, NOW + 2 * FIRST_OUT_MS)
    assert strikes.is_out(COMING.sha256, NOW + LEFT_OUT_MS)


async def test_a_screen_goes_on_without_the_file_that_breaks_its_player(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    curator.serve(sealed(curator.key, ("bad", "good")), body_of("bad"), body_of("good"))
    async with agent(paired):
        await fact(player.on)
        bad = sha_of("bad")
        for _death in range(2):
            await fact(lambda: any(cue.sha256 == bad for cue in player.cues.values()), "it is told to play it")
            await break_on(player, bad)
        await fact(lambda: player.on() is not None and all(cue.sha256 != bad for cue in player.cues.values()))
        await fact(lambda: "broke the player twice" in faults(paired))


async def break_on(player: ListeningPlayer, sha256: str) -> None:
    """Dies while that file is open, and is there again."""

    def is_open() -> bool:
        at_ms = now_ms()
        return any(
            cue.sha256 == sha256 and cue.start_ms - OPENED_AHEAD_MS < at_ms < cue.end_ms for cue in player.cues.values()
        )

    await fact(is_open, "it is opened")
    await player.stop()
    await player.start()
