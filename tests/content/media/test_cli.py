"""The command tells people and programs what a file is and what became of it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from click.testing import CliRunner

from content.files import sha256_of
from content.media.cli import content
from tests.media.generate import Film, corners, make_film


def run(*words: object) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of `content WORDS`."""
    result = CliRunner().invoke(content, [str(word) for word in words])
    return result.exit_code, result.stdout, result.stderr


def test_probe_says_what_a_file_is(tmp_path: Path) -> None:
    source = make_film(tmp_path / "a.mp4", Film(size=(640, 480), frames=60, tone_db=-20))
    status, out, _ = run("probe", source, "--json")
    said = json.loads(out)
    assert status == 0
    assert (said["kind"], said["width"], said["height"], said["rotation"], said["duration_ms"]) == (
        "video",
        640,
        480,
        0,
        2_000,
    )
    assert (said["fps"], said["codecs"], said["captions"]) == ("30/1", ["h264", "aac"], [])
    assert said["audio"] == [{"codec": "aac", "channels": 2, "sample_rate": 48_000}]


def test_prepare_makes_files_and_says_where(tmp_path: Path) -> None:
    source = make_film(tmp_path / "a.mp4", Film(size=(640, 480), frames=90))
    status, out, _ = run("prepare", source, "--out", tmp_path / "made", "--json")
    said = json.loads(out)
    assert (status, said["verdict"], said["reasons"]) == (0, "accepted", [])
    rendition = said["renditions"][0]
    assert sha256_of(Path(rendition["path"])) == rendition["sha256"]
    assert (rendition["duration_ms"], rendition["frames"]) == (3_000, 90)
    assert Path(said["thumbnail"]["path"]).is_file()
    assert run("prepare", source, "--out", tmp_path / "made", "--json")[0] == 0, "again, over the same folder"


def test_a_folder_is_prepared_file_by_file_and_one_refusal_is_the_answer_no(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    corners((1_280, 720)).save(folder / "a.png")
    (folder / "b.mp4").write_text("only words")
    status, out, _ = run("prepare", folder, "--out", tmp_path / "made", "--json")
    assert status == 1
    assert [(Path(said["file"]).name, said["verdict"]) for said in map(json.loads, out.splitlines())] == [
        ("a.png", "accepted"),
        ("b.mp4", "refused"),
    ]
    assert len(list((tmp_path / "made").iterdir())) == 1


def test_a_refusal_tells_people_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    status, out, _ = run("probe", tmp_path / "a.mp4")
    assert status == 1
    assert "This is a vector drawing (SVG). The screens show pictures made of pixels." in out


def test_a_file_that_is_not_there_ends_with_one_line(tmp_path: Path) -> None:
    for command in (("probe", tmp_path / "none"), ("prepare", tmp_path / "none", "--out", tmp_path / "made")):
        status, out, err = run(*command)
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert "none" in err


def test_a_folder_is_probed_and_screened_file_by_file_and_one_bad_file_ends_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "deep").mkdir(parents=True)
    (folder / ".making-x").mkdir()
    (folder / ".making-x" / "hidden.png").write_bytes(b"x")
    (folder / "half.mp4.part").write_bytes(b"x")
    (folder / "a.png").symlink_to(folder / "gone")
    corners((1_280, 720)).save(folder / "deep" / "b.png")
    (folder / "c.mp4").write_text("only words")
    status, out, err = run("probe", folder, tmp_path / "nowhere", "--json")
    said = {Path(line["file"]).name: line for line in map(json.loads, out.splitlines())}
    assert (status, set(said)) == (2, {"b.png", "c.mp4", "nowhere"})
    assert (said["b.png"]["verdict"], said["c.mp4"]["verdict"]) == ("accepted", "refused")
    assert "nowhere" in said["nowhere"]["error"]
    assert "3 of 3 files: 1 good, 1 refused or held, 1 could not be read." in err
    status, out, err = run("flash", folder, "--json")
    said = {Path(line["file"]).name: line for line in map(json.loads, out.splitlines())}
    assert (status, said["b.png"]["policy"]) == (2, "publish")
    assert "words" not in said["b.png"]
    assert "error" in said["c.mp4"]


def test_what_was_made_is_not_taken_in_again(tmp_path: Path) -> None:
    corners((640, 360)).save(tmp_path / "a.png")
    for _ in range(2):
        status, out, _err = run("prepare", tmp_path, "--out", tmp_path / "made", "--json")
        assert (status, [Path(json.loads(line)["file"]).name for line in out.splitlines()]) == (0, ["a.png"])


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_prepared(tmp_path: Path) -> None:
    corners((640, 360)).save(tmp_path / "a.png")
    (tmp_path / "taken").write_text("a file")
    status, out, err = run("prepare", tmp_path / "a.png", "--out", tmp_path / "taken", "--json")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "taken" in err


def test_a_pipe_and_an_empty_folder_end_with_one_clear_line(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    status, out, err = run("probe", tmp_path / "pipe")
    assert (status, out, err.count("\n")) == (2, "", 1)
    (tmp_path / "none").mkdir()
    status, out, err = run("flash", tmp_path / "none")
    assert (status, out) == (2, "")
    assert "there is no file in" in err


def test_who_presses_ctrl_c_is_told_how_far_it_was_and_nothing_is_left_behind(tmp_path: Path) -> None:
    film = make_film(tmp_path / "a.mp4", Film(size=(640, 360), frames=600))
    command = [sys.executable, "-m", "commonscreen", "content", "prepare", str(film), "--out", str(tmp_path / "made")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        while not list((tmp_path / "made").glob(".making-*/made/*")) and running.poll() is None:
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (130, "")
    assert "Stopped. 0 of 1 files" in err
    assert list((tmp_path / "made").iterdir()) == []
