"""`commonscreen node …`: what it prints and how it ends."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from content.clock import now_ms
from display_node.agent.status import Status, problems, read_status
from display_node.cli import node
from display_node.config import BadSetting, DataFolder, curator_address

HEALTHY = Status(
    written_ms=0, curator="https://screens.example.org", is_paired=True, is_revoked=False, screen_id="s",
    screen_name="Library window", pairing_code="", manifest_version=3, pending_version=0, files_wanted=2, files_held=2,
    curator_ms=0, is_linked=True, player_is_there=True, playing_kind="video", playing_item="a", frames_late=0,
    frames_dropped=0, panic_is_on=False, clock="trusted", rows_waiting=0, votes_waiting=0,
    is_island=False, visitors_here=0, disk_free_bytes=1 << 40, faults=(),
)  # fmt: skip


def write(folder: DataFolder, status: Status) -> None:
    folder.prepare()
    fields = {name: getattr(status, name) for name in Status.__dataclass_fields__}
    folder.status.write_text(json.dumps(fields | {"written_ms": now_ms(), "curator_ms": status.curator_ms or now_ms()}))


def ask(*arguments: str) -> Result:
    return CliRunner().invoke(node, arguments)


def test_a_healthy_screen_says_so(tmp_path: Path) -> None:
    write(DataFolder(tmp_path), HEALTHY)
    answer = ask("check", "--data", str(tmp_path), "--json")
    assert json.loads(answer.stdout) == {"healthy": True, "problems": []}
    assert answer.exit_code == 0
    assert ask("check", "--data", str(tmp_path)).exit_code == 0


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (replace(HEALTHY, is_paired=False), "not paired"),
        (replace(HEALTHY, manifest_version=0), "no programme"),
        (replace(HEALTHY, player_is_there=False), "player is not running"),
        (replace(HEALTHY, playing_kind=""), "no pictures"),
        (replace(HEALTHY, disk_free_bytes=5 << 20), "5 MiB"),
        (replace(HEALTHY, panic_is_on=True), "panic"),
        (replace(HEALTHY, curator="http://screens.example.org"), "without encryption"),
        (replace(HEALTHY, curator_ms=1), "not answered"),
        (replace(HEALTHY, faults=("The lamp is out.",)), "The lamp is out."),
    ],
)
def test_each_problem_is_one_sentence_and_the_answer_is_no(tmp_path: Path, status: Status, word: str) -> None:
    write(DataFolder(tmp_path), status)
    answer = ask("check", "--data", str(tmp_path), "--json")
    found = json.loads(answer.stdout)["problems"]
    assert answer.exit_code == 1
    assert len(found) == 1
    assert word in found[0]


def test_a_screen_that_does_not_run_is_not_healthy(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    assert "not running" in problems(folder, 0)[0]
    write(folder, HEALTHY)
    assert "not running" in problems(folder, now_ms() + 61_000)[0]
    folder.status.write_bytes(b"{")
    assert "cannot be read" in problems(folder, now_ms())[0]


def test_status_is_a_document_or_a_table(tmp_path: Path) -> None:
    assert ask("status", "--data", str(tmp_path)).exit_code == 1
    write(DataFolder(tmp_path), HEALTHY)
    answer = ask("status", "--data", str(tmp_path), "--json")
    assert json.loads(answer.stdout)["screen_name"] == "Library window"
    assert "Library window" in ask("status", "--data", str(tmp_path)).stdout
    assert read_status(DataFolder(tmp_path)) is not None


def test_a_first_start_needs_the_curators_address(tmp_path: Path) -> None:
    answer = ask("run", "--data", str(tmp_path / "d"), "--headless")
    assert answer.exit_code == 2
    assert "--curator" in answer.stderr


@pytest.mark.parametrize("size", ["1920", "0x0", "4x4", "99999x1", "axb"])
def test_a_size_no_screen_has_is_refused(tmp_path: Path, size: str) -> None:
    answer = ask("run", "--data", str(tmp_path / "d"), "--windowed", size)
    assert answer.exit_code == 2
    assert size in answer.stderr


def test_a_path_too_long_for_a_socket_is_refused(tmp_path: Path) -> None:
    answer = ask("run", "--data", str(tmp_path / ("d" * 120)), "--headless", "--curator", "http://127.0.0.1:1")
    assert answer.exit_code == 2
    assert "too long" in answer.stderr


def test_a_damaged_identity_is_named(tmp_path: Path) -> None:
    (tmp_path / "node.json").write_bytes(b'{"curator": 5}')
    answer = ask("run", "--data", str(tmp_path), "--headless")
    assert answer.exit_code == 2
    assert "node.json" in answer.stderr


def test_pairing_again_needs_a_screen(tmp_path: Path) -> None:
    assert ask("pair", "--data", str(tmp_path), "--again").exit_code == 1


@pytest.mark.parametrize("text", ["", "screens.example.org", "ftp://x", "http://", "https://x:0", "https://x?y=1"])
def test_what_is_not_an_address_is_refused(text: str) -> None:
    with pytest.raises(BadSetting):
        curator_address(text)


def test_an_address_loses_its_last_slash() -> None:
    assert curator_address(" https://screens.example.org/ ") == "https://screens.example.org"


def test_who_asks_for_a_display_is_not_given_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    picture = tmp_path / "mill.png"
    Image.new("RGB", (64, 36)).save(picture)
    answer = ask("play", str(picture), "--windowed", "64x36")
    assert answer.exit_code == 2
    assert "no display" in answer.stderr


def test_what_cannot_be_played_is_named(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear council,")
    answer = ask("play", str(letter), "--headless", "64x36")
    assert answer.exit_code == 2
    assert "letter.txt" in answer.stderr
