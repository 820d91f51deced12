"""Outside documents: read strictly, refused with the place where they are wrong."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.reading import BadDocument, Reader


def read(words: str) -> Reader:
    return Reader.of_bytes(words.encode(), limit_bytes=10_000)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ('{"a": 1, "a": 2}', "twice"),
        ("{", "not JSON"),
        ("[NaN]", "not a number of ours"),
        ("[" * 40 + "]" * 40, "nested"),
        ("[" * 5000, "n"),
        (json.dumps("x" * 10_001), "at most"),
    ],
)
def test_a_document_that_reads_two_ways_or_too_large_is_refused(words: str, sentence: str) -> None:
    with pytest.raises(BadDocument, match=sentence):
        read(words)


def test_a_refusal_names_the_place() -> None:
    reader = read('{"segments": [{"end_ms": "soon"}]}')
    place = reader.fields("segments")["segments"].items()[0].fields("end_ms")["end_ms"]
    with pytest.raises(BadDocument, match=r"\$\.segments\[0\]\.end_ms: a whole number is wanted, not text"):
        place.integer()


@pytest.mark.parametrize("words", ["1.0", "true", "9007199254740992", "-1", '"1"', "null", "1e3"])
def test_only_a_whole_number_in_bounds_is_an_integer(words: str) -> None:
    with pytest.raises(BadDocument):
        read(words).integer(least=0)


def test_unknown_and_missing_fields_are_named() -> None:
    with pytest.raises(BadDocument, match="'b' is missing"):
        read('{"a": 1}').fields("a", "b")
    with pytest.raises(BadDocument, match="'a' is not a field"):
        read('{"a": 1}').fields()


@pytest.mark.parametrize("words", ['"a\\u0000b"', '"\\ud800"', '""'])
def test_text_holds_no_nul_and_no_half_character(words: str) -> None:
    with pytest.raises(BadDocument):
        read(words).text(least=1)


@given(st.binary(max_size=300))
def test_no_bytes_do_anything_but_read_or_be_refused(body: bytes) -> None:
    with contextlib.suppress(BadDocument):
        Reader.of_bytes(body, limit_bytes=200)
