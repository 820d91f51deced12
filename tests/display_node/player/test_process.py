"""The player's process: how it starts, and how it is told to leave while it still does."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from display_node.player.frames_log import FrameRow, FramesLog

PATIENCE_S = 10


def catches_sigterm(pid: int) -> bool:
    """Whether the process hears SIGTERM itself by now."""
    words = Path(f"/proc/{pid}/status").read_text().split("SigCgt:")[1].split()
    return bool(int(words[0], 16) >> (signal.SIGTERM - 1) & 1)


def test_a_player_that_is_told_to_leave_while_it_starts_leaves_cleanly(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "display_node.player", "--socket", str(tmp_path / "p.sock")]
    with subprocess.Popen([*command, "--headless", "320x180"], stderr=subprocess.PIPE) as process:
        until_s = time.monotonic() + PATIENCE_S
        while not catches_sigterm(process.pid) and time.monotonic() < until_s:
            time.sleep(0.001)
        assert "libSDL" not in Path(f"/proc/{process.pid}/maps").read_text(), "it still starts"
        process.terminate()
        said = process.communicate(timeout=PATIENCE_S)[1]
    assert process.returncode == 0, said
    assert not said
    assert not (tmp_path / "p.sock").exists()


def test_a_player_without_a_display_says_so_and_does_not_draw_for_nobody(tmp_path: Path) -> None:
    unseen = {"DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"}
    nowhere = {name: value for name, value in os.environ.items() if name not in unseen} | {
        "XDG_RUNTIME_DIR": str(tmp_path)
    }
    command = [
        sys.executable,
        "-m",
        "display_node.player",
        "--socket",
        str(tmp_path / "p.sock"),
        "--windowed",
        "320x180",
    ]
    done = subprocess.run(command, env=nowhere, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert (done.returncode, done.stderr.count("no display")) == (2, 1), done.stderr


def test_a_player_that_is_started_again_goes_on_in_the_same_frames_log(tmp_path: Path) -> None:
    path = tmp_path / "frames.jsonl"
    for number in (1, 2):
        log = FramesLog(path)
        log.add(FrameRow(number, 0, "programme", "i1", 0, 0.0))
        log.close()
        with path.open("a") as killed:
            killed.write('{"mono_ns": ')
    whole = [line for line in path.read_text().splitlines() if line.endswith("}")]
    assert [json.loads(line)["mono_ns"] for line in whole] == [1, 2]


def test_the_agent_finds_the_player_before_sdl_is_read(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "display_node.player", "--socket", str(tmp_path / "p.sock")]
    with subprocess.Popen([*command, "--headless", "320x180"], stderr=subprocess.PIPE) as process:
        maps = Path(f"/proc/{process.pid}/maps")
        until_s = time.monotonic() + PATIENCE_S
        while "libSDL2-2" not in (read := maps.read_text()) and time.monotonic() < until_s:
            time.sleep(0.001)
        assert "libavcodec" in read, "what decodes comes first"
        assert (tmp_path / "p.sock").exists()
        process.terminate()
        said = process.communicate(timeout=PATIENCE_S)[1]
    assert process.returncode == 0, said
