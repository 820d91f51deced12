"""The command tells people and programs what a file is and what became of it."""

import json
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
    (tmp_path / "a.mp4").write_bytes(b"%PDF-1.4")
    status, out, _ = run("probe", tmp_path / "a.mp4")
    assert status == 1
    assert "This is a PDF document. The screens show pictures and videos. Export each page" in out


def test_a_file_that_is_not_there_ends_with_one_line(tmp_path: Path) -> None:
    for command in (("probe", tmp_path / "none"), ("prepare", tmp_path / "none", "--out", tmp_path / "made")):
        status, out, err = run(*command)
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert "none" in err
