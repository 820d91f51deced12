"""When the wall clock steps, the picture follows it at once; durations and rows stay true."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from content.clock import now_ns
from display_node.messages import Cues, Heartbeat, Played, Stop
from display_node.player.link import Link
from display_node.player.painting import PlainPainter
from display_node.player.show import Show
from display_node.player.sound import Sound
from display_node.player.stage import Stage
from display_node.player.text import Typesetter
from display_node.player.waiting import Alarm
from display_node.player.wings import Wings
from tests.display_node.player.stand import FPS, SIZE, Agent, make_clip, number_in, video_cue


class SteppingClock:
    """The real clock and an offset that a test may change."""

    def __init__(self) -> None:
        self.offset_ns = 0

    def now_ns(self) -> int:
        return now_ns() + self.offset_ns

    def now_ms(self) -> int:
        return self.now_ns() // 1_000_000


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def agent(clock: SteppingClock, tmp_path: Path) -> Iterator[Agent]:
    """An agent of a player that runs in a thread, by the stepping clock."""
    opened = threading.Event()

    def run() -> None:
        alarm, stage, typesetter = Alarm(clock.now_ns), Stage("headless", SIZE), Typesetter()
        link = Link(tmp_path / "p.sock", alarm.ring)
        opened.set()
        Show(
            stage, typesetter, Wings(PlainPainter(), typesetter), Sound(clock.now_ns), clock.now_ns, alarm, link=link
        ).run()

    thread = threading.Thread(target=run)
    thread.start()
    assert opened.wait(10)
    with Agent(tmp_path / "p.sock") as agent:
        yield agent
        agent.say(Stop())
        thread.join(10)
    assert not thread.is_alive()


@pytest.mark.parametrize("step_s", [-20, -2, 2, 20])
def test_after_a_step_of_the_clock_the_frame_of_the_new_time_is_shown(
    clock: SteppingClock, agent: Agent, tmp_path: Path, step_s: int
) -> None:
    clip = make_clip(tmp_path / "a.mp4", 60, fps=FPS, size=(160, 90))
    start = clock.now_ms() - 30_000
    agent.say(Cues(0, (video_cue(clip, start, start + 60_000),)))
    _wait_for_frame(agent, clock, start, tmp_path)
    clock.offset_ns += step_s * 1_000_000_000
    _wait_for_frame(agent, clock, start, tmp_path)
    assert not agent.of(Played)


def _wait_for_frame(agent: Agent, clock: SteppingClock, start: int, folder: Path) -> None:
    beats = len(agent.of(Heartbeat))
    agent.wait(lambda: any(beat.kind == "video" for beat in agent.of(Heartbeat)[beats:]), "video by the new time", 6)

    def is_right() -> bool:
        picture, taken_ms = agent.picture(folder / "p.jpg")
        return _is_near(picture, (taken_ms - start) * FPS / 1000)

    agent.wait(is_right, "the frame that is due", 4)


def _is_near(picture: Image.Image, wanted: float) -> bool:
    try:
        return abs(number_in(picture) - wanted) < 2
    except ValueError:
        return False
