"""A policy is data that can make a house stricter, and quieter where that harms nobody."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from content.media.cli import content
from content.media.findings.clock import MOST_SPANS, read_spans_ms, spans_ms
from content.media.findings.policy import CHOICES, LEAST, judged, read_policy
from content.media.reasons import TABLE, Reason, parse_reason, reason_record
from content.reading import BadDocument, Reader

GOVERNED = sorted(code for code, words in TABLE.items() if words.level != "block")


@given(st.dictionaries(st.sampled_from(GOVERNED), st.sampled_from(CHOICES)))
def test_a_policy_is_read_or_refused_with_its_place(chosen: dict[str, str]) -> None:
    weak = [code for code, choice in chosen.items() if CHOICES.index(choice) > CHOICES.index(LEAST.get(code, "off"))]
    if weak:
        with pytest.raises(BadDocument, match=weak[0].replace("_", ".")):
            read_policy(Reader(chosen))
        return
    policy = read_policy(Reader(chosen))
    for code, choice in chosen.items():
        told = judged([Reason(code)], policy)
        assert [reason.level for reason in told] == ([] if choice == "off" else [choice])
        assert all(parse_reason(Reader(reason_record(reason))) == reason for reason in told)


@pytest.mark.parametrize("code", ["flash_hazard", "red_flash_hazard", "unreadable", "no_such_code"])
def test_no_policy_reaches_what_must_be_refused(code: str) -> None:
    with pytest.raises(BadDocument, match=code):
        read_policy(Reader({code: "off"}))


def test_what_a_policy_does_not_name_stays_as_it_is() -> None:
    reasons = (Reason("black_part"), Reason("flash_hazard"), Reason("qr_code"))
    assert judged(reasons, {}) == reasons
    assert [reason.level for reason in judged(reasons, {"qr_code": "block"})] == ["warn", "block", "block"]


@given(st.lists(st.tuples(st.integers(0, 600_000), st.integers(0, 10_000)), max_size=12))
def test_spans_survive_being_written_down(parts: list[tuple[int, int]]) -> None:
    spans = sorted((start, start + length) for start, length in parts)
    words = spans_ms((start * 1_000, end * 1_000) for start, end in spans)
    assert read_spans_ms(words) == spans[:MOST_SPANS]
    assert len(words) < 300


@pytest.mark.parametrize(
    "words", ["findings = 3", "[findings]\nflash_hold = 'off'", "[findings", "[findings]\nx = 'tell'"]
)
def test_a_policy_file_that_is_wrong_is_told_and_prepares_nothing(tmp_path: Path, words: str) -> None:
    (tmp_path / "policy.toml").write_text(words)
    ran = CliRunner().invoke(
        content, ["prepare", "a.png", "--out", str(tmp_path / "o"), "--policy", str(tmp_path / "policy.toml")]
    )
    assert ran.exit_code == 2
    assert "policy.toml" in ran.output
    assert not (tmp_path / "o").exists()


def test_a_policy_file_is_followed(tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text("[findings]\nlow_resolution = 'block'\n")
    Image.new("RGB", (320, 180), "teal").save(tmp_path / "a.png")
    ran = CliRunner().invoke(
        content,
        ["prepare", str(tmp_path / "a.png"), "--out", str(tmp_path / "o"), "--policy", str(tmp_path / "policy.toml")],
    )
    assert ran.exit_code == 1
    assert "refused" in ran.output
