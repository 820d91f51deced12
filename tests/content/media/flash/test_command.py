"""`commonscreen content flash` tells people and programs whether a film may be shown."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from content.media.cli import content
from content.media.flash.findings import Found
from content.media.flash.screening import parse_screening, screening_of, screening_record
from content.reading import BadDocument, Reader
from tests.content.media.flash.films import make_flashing


def run(*words: object) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of `content flash WORDS`."""
    result = CliRunner().invoke(content, ["flash", *(str(word) for word in words)], env={"LANGUAGE": "en", "LANG": "C"})
    return result.exit_code, result.stdout, result.stderr


def test_a_hazard_is_the_answer_no_with_its_intervals_and_the_same_each_time(tmp_path: Path) -> None:
    film = make_flashing(tmp_path / "a.mp4", 5)
    status, out, _ = run(film, "--json")
    said = json.loads(out)
    assert status == 1
    assert [said[name] for name in ("itu_bt1702", "wcag_strict", "trace24", "pattern", "policy")] == [
        "fail",
        "fail",
        "fail",
        "pass",
        "refuse",
    ]
    first = next(interval for interval in said["intervals"] if interval["rule"] == "itu_general")
    assert first["transitions"] == 10
    assert 1_000 <= first["start_ms"] < first["end_ms"] <= 3_000
    assert run(film, "--json") == (1, out, "")


def test_a_calm_film_is_the_answer_yes(tmp_path: Path) -> None:
    film = make_flashing(tmp_path / "a.mp4", 1)
    status, out, _ = run(film, "--json")
    assert (status, json.loads(out)["policy"], json.loads(out)["intervals"]) == (0, "publish", [])
    assert run(film) == (0, f"{film}: publish\n", "")


def test_people_are_told_where(tmp_path: Path) -> None:
    film = make_flashing(tmp_path / "a.mp4", 5)
    assert "The film flashes 5 times a second at 0:01." in run(film)[1]


def test_what_cannot_be_read_ends_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_text("only words")
    for path in (tmp_path / "a.mp4", tmp_path / "none"):
        status, out, err = run(path, "--json")
        assert (status, err.count("\n")) == (2, 1)
        # It has its line of JSON all the same: what went wrong with it.
        assert [list(json.loads(line)) for line in out.splitlines()] == [["file", "error"]]
        assert path.name in err


def test_what_the_child_says_about_flashing_is_read_as_a_strangers_words() -> None:
    screening = screening_of([Found("itu_red", 1_000_000, 2_000_000, 9), Found("pattern", 0, 700_000, 0)])
    record = screening_record(screening)
    assert parse_screening(Reader.of_bytes(json.dumps(record).encode(), limit_bytes=10_000)) == screening
    for name, value in (("policy", "publish"), ("pattern", "maybe"), ("intervals", [{"rule": "other"}])):
        with pytest.raises(BadDocument):
            parse_screening(Reader.of_bytes(json.dumps({**record, name: value}).encode(), limit_bytes=10_000))
