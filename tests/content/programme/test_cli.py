"""The command, asked as people and scripts ask it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from content.programme.cli import programme as command
from content.programme.digest import plan_digest, segment_digests
from content.programme.explain import explain
from tests.content.programme.plans import HOUR, Json, hours, programme, town

PLAN = hours(2, town(1, 5), house=[{"item": "h1", "duration_ms": 8_000}])


def run(*words: str) -> Result:
    return CliRunner().invoke(command, list(words))


@pytest.fixture
def plan(tmp_path: Path) -> str:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(PLAN), "utf-8")
    return str(path)


def lines(result: Result) -> list[Json]:
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_at_tells_what_is_on(plan: str) -> None:
    showing = programme(PLAN).at(HOUR + 5_000)
    (row,) = lines(run("at", plan, "--time", str(HOUR + 5_000), "--json"))
    assert row == {
        "time_ms": HOUR + 5_000, "start_ms": showing.event.start_ms, "end_ms": showing.event.end_ms, "kind": "item",
        "item": showing.event.item, "group": showing.event.group, "layer": "rotation",
        "offset_ms": showing.offset_ms, "media_ms": showing.media_ms,
    }  # fmt: skip


def test_list_tells_everything_in_a_window_a_line_each(plan: str) -> None:
    rows = lines(run("list", plan, "--from", "0", "--to", str(2 * HOUR), "--json"))
    assert [tuple(row.values()) for row in rows] == [
        (event.start_ms, event.end_ms, event.kind, event.item, event.group)
        for event in programme(PLAN).events(0, 2 * HOUR)
    ]
    assert list(rows[0]) == ["start_ms", "end_ms", "kind", "item", "group"]


def test_explain_tells_one_reason_with_its_numbers(plan: str) -> None:
    (row,) = lines(run("explain", plan, "--item", "g01-0", "--time", "77000", "--json"))
    answer = explain(programme(PLAN), "g01-0", 77_000)
    assert row == {
        "item": "g01-0", "time_ms": 77_000, "reason": answer.reason, "sentence": answer.sentence,
        "numbers": answer.numbers, "next_start_ms": answer.next_start_ms,
    }  # fmt: skip


def test_explain_of_an_unknown_item_answers_no(plan: str) -> None:
    result = run("explain", plan, "--item", "nobody", "--time", "0", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["reason"] == "unknown_item"


def test_digest_tells_the_whole_and_the_parts(plan: str) -> None:
    engine = programme(PLAN)
    (row,) = lines(run("digest", plan, "--json"))
    assert row == {"plan": plan_digest(engine), "segments": list(segment_digests(engine))}
    text = run("digest", plan).stdout.splitlines()
    assert text[0] == f"{plan_digest(engine)}  plan"
    assert text[2] == f"{segment_digests(engine)[1]}  1970-01-01T01:00:00.000Z"


def test_people_get_tables_and_sentences(plan: str) -> None:
    shown = run("list", plan, "--from", "0", "--to", "60000").stdout.splitlines()
    assert shown[0].split() == ["from", "until", "length", "kind", "item", "group"]
    assert shown[1].startswith("1970-01-01T00:00:00.000Z")
    assert "h1" in run("list", plan, "--from", "0", "--to", str(HOUR)).stdout
    assert "off" in run("at", plan, "--time", str(3 * HOUR)).stdout
    sentences = run("explain", plan, "--item", "g01-0", "--time", "77000").stdout
    assert sentences.startswith("g01-0: ")
    assert "Next: 1970-01-01T" in sentences


@pytest.mark.parametrize(
    "wrapped",
    [{"version": 3, "plan": PLAN}, {"manifest": {"version": 3, "plan": PLAN}, "signatures": []}],
    ids=["a manifest", "a sealed manifest"],
)
def test_a_manifest_is_asked_like_its_plan(tmp_path: Path, plan: str, wrapped: Json) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(wrapped), "utf-8")
    words = ("--from", "0", "--to", "900000", "--json")
    assert run("list", str(path), *words).stdout == run("list", plan, *words).stdout


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"\xff", "$: not UTF-8 text"),
        (b"{", "$: not JSON"),
        (b"[]", "$: an object is wanted, not an array"),
        (b"{}", "$: 'engine' is missing"),
        (b'{"engine": "L9", "groups": [], "segments": []}', "$.engine: 'L9' is not one of L1"),
        (b'{"manifest": {"plan": {"engine": "L1", "groups": []}}}', "$.manifest.plan: 'segments' is missing"),
        (b'{"a": 1, "a": 2}', "$: the key 'a' stands twice"),
        (b"1" * 5_000, "$: a number has too many digits"),
        (b"[" * 100_000, "$: nested too deep"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line_with_file_and_place(tmp_path: Path, body: bytes, said: str) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(body)
    result = run("at", str(path), "--time", "0")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"Error: {path}: {said}")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "words",
    [
        ("at", "/no/such/file", "--time", "0"),
        ("at", "/", "--time", "0"),
        ("at", "PLAN"),
        ("at", "PLAN", "--time", "noon"),
        ("list", "PLAN", "--from", "5", "--to", "4"),
        ("explain", "PLAN", "--time", "0"),
    ],
)
def test_bad_usage_ends_with_two_and_says_why(plan: str, words: tuple[str, ...]) -> None:
    result = run(*(plan if word == "PLAN" else word for word in words))
    assert result.exit_code == 2
    assert "Error: " in result.stderr
    assert result.stdout == ""


def test_a_file_larger_than_the_limit_is_not_read(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("content.programme.cli.LARGEST_MANIFEST_BYTES", 1_000)
    path = tmp_path / "plan.json"
    path.write_bytes(b" " * 1_001)
    result = run("at", str(path), "--time", "0")
    assert result.exit_code == 2
    assert "at most 1000 are read" in result.stderr
