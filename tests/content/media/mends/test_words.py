"""Mends go through JSON and through their words and come back as they were; nonsense is told what is wrong with it."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.media.mend_words import mend_line, read_mend, read_mends, read_time, time_words
from content.media.mends import (
    BLUR,
    LATEST_MS,
    LEAST_SIDE_BP,
    MOST_DB,
    MOST_MENDS,
    STRENGTHS,
    WHOLE_BP,
    Crop,
    Cut,
    Dim,
    Mend,
    Quieten,
    Surround,
    Volume,
    mend_record,
    parse_mend,
    parse_mends,
)  # fmt: skip
from content.reading import BadDocument, Reader

spans = st.tuples(st.integers(0, LATEST_MS - 1), st.integers(1, LATEST_MS)).map(
    lambda pair: (pair[0], max(pair[0] + 1, pair[1]))
)
decibels = st.integers(1, MOST_DB)


@st.composite
def crops(draw: st.DrawFn) -> Crop:
    width, height = (draw(st.integers(LEAST_SIDE_BP, WHOLE_BP)) for _ in range(2))
    return Crop(draw(st.integers(0, WHOLE_BP - width)), draw(st.integers(0, WHOLE_BP - height)), width, height)


mends: st.SearchStrategy[Mend] = st.one_of(
    st.builds(lambda span, strength: Dim(span[0], span[1], strength), spans, st.integers(0, STRENGTHS)),
    st.builds(lambda span: Cut(*span), spans),
    st.builds(lambda span, by: Quieten(span[0], span[1], by), spans, decibels),
    st.builds(Volume, decibels),
    crops(),
    st.builds(Surround, st.one_of(st.just(BLUR), st.integers(0, 0xFFFFFF).map(lambda code: f"#{code:06x}"))),
)


@given(mends)
def test_a_mend_comes_back_from_json_and_from_words(mend: Mend) -> None:
    assert parse_mend(Reader.of_bytes(json.dumps(mend_record(mend)).encode(), limit_bytes=1_000)) == mend
    assert read_mend(mend_line(mend)) == mend


@given(st.integers(0, LATEST_MS))
def test_a_time_comes_back_from_its_words(at_ms: int) -> None:
    assert read_time(time_words(at_ms)) == at_ms


@given(st.text(max_size=60))
def test_other_words_are_refused_and_nothing_else_happens(words: str) -> None:
    with contextlib.suppress(BadDocument):
        mend = read_mend(words)
        assert read_mend(mend_line(mend)) == mend


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("", "a mend is one of"),
        ("brighten 0:01-0:02", "a mend is one of"),
        ("dim 0:41", "from when to when is written 0:41-0:44"),
        ("dim 0:44-0:41", "the end must come after the beginning"),
        ("dim 0:41-0:44 9", "9 is not between 0 and 5"),
        ("cut 0:41-0:44 now", "this is written: cut FROM-TO"),
        ("quieten 0:01-0:02", "this is written: quieten FROM-TO DECIBELS"),
        ("volume 60", "60 is not between 1 and 40"),
        ("crop 0 0 100", "this is written: crop LEFT TOP WIDTH HEIGHT"),
        ("crop 50 0 60 100", "5000 is not between 0 and 4000"),
        ("surround", "“blur” or a colour such as #203040"),
        ("surround red", "“blur” or a colour such as #203040"),
        ("surround #12345", "“blur” or a colour such as #203040"),
        ("surround blur blur", "this is written: surround blur|COLOUR"),
        ("crop 0 0 5 100", "500 is not between 1000 and 10000"),
    ],
)
def test_a_complaint_says_what_is_wrong(words: str, complaint: str) -> None:
    with pytest.raises(BadDocument) as bad:
        read_mend(words)
    assert complaint in str(bad.value)
    assert words in str(bad.value)


def test_there_are_not_too_many_and_not_two_that_contradict() -> None:
    with pytest.raises(BadDocument):
        read_mends(["cut 0-1"] * (MOST_MENDS + 1))
    for lines in (["volume 3", "volume 4"], ["crop 0 0 50 50", "crop 0 0 60 60"], ["surround blur"] * 2):
        with pytest.raises(BadDocument, match="only one"):
            read_mends(lines)


@pytest.mark.parametrize("record", [{}, {"kind": "dim"}, {"kind": "cut", "start_ms": 1.5, "end_ms": 2}, [], "cut"])
def test_other_documents_are_refused(record: object) -> None:
    with pytest.raises(BadDocument):
        parse_mends(Reader([record]))
