"""The panel's own hours: dimmer, quieter or off by the clock of the place; commands may fail but never hang."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from display_node.agent.hours import hours_now, minute_of_day
from display_node.agent.identity import PanicState
from display_node.agent.power import DARK_AT_LEAST_MS, RETRY_MS, WAKE_MS, keep_power, wants_off
from display_node.agent.state import State
from display_node.config import DataFolder
from display_node.messages import Brightness, Volume
from display_node.panel import Hours, Panel, Power
from tests.display_node.agent.making import ListeningPlayer, agent, body_of, fact, sealed, state_of
from tests.fakes.curator import FakeCurator

NOON_MS = int(datetime(2026, 7, 1, 12, 0, tzinfo=UTC).timestamp() * 1000)
NOTHING = Power(("true",), ("true",))


class Clock:
    """A clock that a test turns."""

    def __init__(self, instant_ms: int = NOON_MS) -> None:
        self.instant_ms = instant_ms

    def __call__(self) -> int:
        return self.instant_ms


def state_with(folder: DataFolder, panel: Panel, clock: Clock) -> State:
    state = state_of(folder, clock)
    state.panel = panel
    return state


@contextmanager
def kept(state: State, power: Power, dark_until_ms: int = 0) -> Iterator[None]:
    task = asyncio.get_running_loop().create_task(keep_power(state, power, lambda: dark_until_ms))
    try:
        yield
    finally:
        task.cancel()


@pytest.mark.parametrize(
    ("zone", "minute"), [("", 720), ("Asia/Ho_Chi_Minh", 19 * 60), ("Europe/Berlin", 14 * 60), ("../etc/passwd", 720)]
)
def test_hours_are_those_of_the_place(zone: str, minute: int) -> None:
    assert minute_of_day(NOON_MS, zone) == minute


def test_what_the_hours_do_not_cover_is_as_usual(folder: DataFolder) -> None:
    clock = Clock()
    state = state_with(folder, Panel(hours=(Hours(720, 780, 30, 10),)), clock)
    assert (hours_now(state).brightness_percent, hours_now(state).volume_percent) == (30, 10)
    clock.instant_ms += 3_600_000
    assert (hours_now(state).brightness_percent, hours_now(state).volume_percent) == (100, 100)


def test_a_panel_is_off_in_its_hours_and_in_long_darkness_but_not_for_a_black_out(folder: DataFolder) -> None:
    clock = Clock()
    state = state_with(folder, Panel(power=NOTHING), clock)
    assert not wants_off(state, 0, is_off=False)
    assert not wants_off(state, NOON_MS + DARK_AT_LEAST_MS - 1, is_off=False)
    assert wants_off(state, NOON_MS + DARK_AT_LEAST_MS, is_off=False)
    assert wants_off(state, NOON_MS + WAKE_MS, is_off=True)
    assert not wants_off(state, NOON_MS + WAKE_MS - 1, is_off=True)
    state.panel = Panel(power=replace(NOTHING, is_off_when_dark=False))
    assert not wants_off(state, NOON_MS + DARK_AT_LEAST_MS, is_off=False)
    state.panel = Panel(power=NOTHING, hours=(Hours(0, 1440, is_off=True),))
    assert wants_off(state, 0, is_off=False)
    state.panic = PanicState(True, 1)
    assert not wants_off(state, 0, is_off=True)


async def test_each_change_runs_its_command_once(folder: DataFolder, tmp_path: Path) -> None:
    said = tmp_path / "said"
    on, off = (("sh", "-c", f"echo {word} >> {said}") for word in ("on", "off"))
    clock, power = Clock(), Power(on, off)
    state = state_with(folder, Panel(hours=(Hours(780, 840, is_off=True),), power=power), clock)
    with kept(state, power):
        await fact(lambda: said.exists() and said.read_text() == "on\n")
        clock.instant_ms += 3_600_000
        await fact(lambda: said.read_text() == "on\noff\n")
        clock.instant_ms += 3_600_000
        await fact(lambda: said.read_text() == "on\noff\non\n")
    assert not state.faults.sentences()


@pytest.mark.parametrize("command", [("there-is-no-such-command",), ("false",), ("sleep", "600")])
async def test_a_command_that_fails_or_hangs_is_told_and_tried_again_later(
    folder: DataFolder, command: tuple[str, ...]
) -> None:
    clock, power = Clock(), Power(command, command, timeout_s=1)
    state = state_with(folder, Panel(power=power), clock)
    with kept(state, power):
        await fact(state.faults.sentences)
        assert command[0] in state.faults.sentences()[0]
        state.faults.clear("power")
        clock.instant_ms += RETRY_MS
        await fact(state.faults.sentences)


async def test_the_player_is_told_of_the_hours(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    curator.serve(sealed(curator.key, ("a",)), body_of("a"))
    paired.panel.write_text('[[hours]]\nfrom = "0:00"\nuntil = "24:00"\nbrightness = 25\nvolume = 5\n')
    async with agent(paired):
        await fact(lambda: player.last(Brightness) == Brightness(25))
        await fact(lambda: player.last(Volume) == Volume(5))
    with suppress(FileNotFoundError):
        paired.panel.unlink()
