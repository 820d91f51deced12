"""A real window on a real (virtual) X server: what the server shows, not what the player says."""

import contextlib
import io
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from content.clock import now_ms
from display_node.messages import Heartbeat, Panic
from tests.display_node.player.stand import FPS, SIZE, cues, heartbeat_of, make_clip, number_in, player, video_cue

pytestmark = pytest.mark.skipif(not shutil.which("Xvfb"), reason="needs Debian's xvfb")


@contextlib.contextmanager
def server() -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """An X server: its process and its name."""
    reading, writing = os.pipe()
    process = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24", "-nolisten", "tcp"],
        pass_fds=(writing,), stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(writing)
    with open(reading, "rb") as told:  # noqa: PTH123 - a pipe, not a path
        number = told.readline().decode().strip()
    assert number, "Xvfb does not start"
    yield process, f":{number}"
    process.terminate()
    process.wait(10)


@pytest.fixture
def display() -> Iterator[str]:
    with server() as (_, name):
        yield name


def grab(display: str) -> tuple[Image.Image, int, int]:
    """The server's picture, and the instants (UTC ms) between which it was taken."""
    before = now_ms()
    source = ["-f", "x11grab", "-draw_mouse", "0", "-video_size", f"{SIZE[0]}x{SIZE[1]}", "-i", display]
    done = subprocess.run(
        ["ffmpeg", "-v", "error", *source, "-frames:v", "1", "-f", "image2pipe", "-c:v", "png", "-"],
        capture_output=True, check=True, timeout=20,
    )  # fmt: skip
    return Image.open(io.BytesIO(done.stdout)), before, now_ms()


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="needs Debian's ffmpeg")
def test_the_window_shows_the_frame_that_is_due_and_closes_when_asked(display: str, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mp4", 6, tint=40)
    environment = {"DISPLAY": display, "SDL_VIDEODRIVER": "x11", "SDL_AUDIODRIVER": "dummy"}
    with (
        player(tmp_path, "--windowed", f"{SIZE[0]}x{SIZE[1]}", environment=environment) as stand,
        stand.agent() as agent,
    ):
        heartbeat_of(agent)
        start = now_ms() + 1_500
        agent.say(cues(video_cue(clip, start, start + 6_000)))
        agent.wait_until(start + 1_000)
        for _ in range(3):
            picture, before_ms, after_ms = grab(display)
            number = number_in(picture)
            assert (before_ms - start) * FPS / 1000 - 3 < number < (after_ms - start) * FPS / 1000 + 1
        agent.say(Panic(True))
        agent.picture(tmp_path / "p.jpg")
        assert grab(display)[0].convert("L").getextrema() == (0, 0)
        assert heartbeat_of(agent).frames_dropped < 30
        stand.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            stand.process.wait(3)
        assert stand.process.returncode == 0


def test_a_display_that_goes_away_ends_the_player_and_its_return_brings_the_picture_back(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mp4", 6, tint=40)
    for _ in range(2):
        with server() as (process, display):
            environment = {"DISPLAY": display, "SDL_VIDEODRIVER": "x11", "SDL_AUDIODRIVER": "dummy"}
            with (
                player(tmp_path, "--windowed", f"{SIZE[0]}x{SIZE[1]}", environment=environment) as stand,
                stand.agent() as agent,
            ):
                start = now_ms() - 500
                agent.say(cues(video_cue(clip, start, start + 6_000)))
                agent.wait(lambda: any(beat.kind == "video" for beat in agent.of(Heartbeat)), "the film")
                number_in(agent.picture(tmp_path / "p.jpg")[0])
                process.kill()
                assert stand.process.wait(10) != 0, "the supervisor starts another"
