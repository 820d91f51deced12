"""Every reason can be told to a person, and the document for operators knows them all."""

import re
from pathlib import Path

import pytest

from content.media.reasons import TABLE, Reason, parse_reason, reason_record, reason_text
from content.reading import BadDocument, Reader

ROOT = Path(__file__).resolve().parents[3]


def test_the_document_lists_every_code_and_no_other() -> None:
    document = (ROOT / "docs" / "preparation.md").read_text()
    assert set(re.findall(r"^\| `([a-z_]+)` \|", document, re.MULTILINE)) == set(TABLE)


def test_the_source_uses_no_code_that_is_not_in_the_table() -> None:
    used: set[str] = set()
    for path in (ROOT / "content" / "media").rglob("*.py"):
        used |= set(re.findall(r'(?:Refused|Reason|ChildStopped|refused)\(\s*"([a-z_]+)"', path.read_text()))
    assert len(used) > 30
    assert used <= set(TABLE)


@pytest.mark.parametrize("code", TABLE)
def test_a_reason_is_told_in_whole_sentences(code: str) -> None:
    for words in reason_text(Reason(code), "en"):
        assert words[0].isupper()
        assert words.endswith(".")
        assert "codec" not in words.lower()


def test_numbers_stand_in_the_sentence() -> None:
    reason = Reason("too_long", {"most_s": 600})
    assert reason.sentence == "The video lasts longer than 600 seconds, the most we take."


def test_what_an_uploader_wrote_cannot_reach_into_a_sentence() -> None:
    reason = Reason("unsupported", {"name": "{0.__class__}{code}"})
    assert reason.sentence == "We cannot show files of the kind {0.__class__}{code}."


def test_a_reason_survives_json() -> None:
    reason = Reason("truncated", {"declared_ms": 5, "decoded_ms": 1}, at_ms=1)
    assert parse_reason(Reader(reason_record(reason))) == reason


@pytest.mark.parametrize(
    "record",
    [
        {"code": "mine", "values": {}, "at_ms": None},
        {"code": "empty", "values": {"UPPER": 1}, "at_ms": None},
        {"code": "empty", "values": {"a": [1]}, "at_ms": None},
        {"code": "empty", "values": {str(n): n for n in range(20)}, "at_ms": None},
        {"code": "empty", "values": {}, "at_ms": -1},
        {"code": "empty", "values": {}},
    ],
)
def test_a_reason_that_is_not_ours_is_not_believed(record: object) -> None:
    with pytest.raises(BadDocument):
        parse_reason(Reader(record))
