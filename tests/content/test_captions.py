"""Captions go into WebVTT and come back the same, and only our own bytes come back at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.captions import (
    ALIGNS,
    MOST_BYTES,
    MOST_CUES,
    BadCaptions,
    CaptionCue,
    CaptionLine,
    Captions,
    is_right_to_left,
    language_tag,
    read_webvtt,
    webvtt,
)

WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=120).filter(
    lambda text: text == text.strip()
)
LINES = st.builds(CaptionLine, WORDS, st.booleans(), st.booleans(), st.booleans())
PERCENT = st.none() | st.integers(0, 100)


@st.composite
def some_captions(draw: st.DrawFn) -> Captions:
    """Captions one after the other, none at the same time as another."""
    at_ms, cues = 0, []
    for _ in range(draw(st.integers(1, 5))):
        start_ms = at_ms + draw(st.integers(0, 3_000_000))
        at_ms = start_ms + draw(st.integers(1, 9_000))
        lines = tuple(draw(st.lists(LINES, min_size=1, max_size=3)))
        place = draw(PERCENT), draw(PERCENT), draw(st.sampled_from(ALIGNS))
        cues.append(CaptionCue(start_ms, at_ms, lines, *place))
    return Captions(draw(st.sampled_from(["vi", "en", "zh-Hant", "pt-BR", "und", "es-419"])), tuple(cues))


@given(some_captions())
def test_captions_come_back_as_they_were_and_have_one_spelling(captions: Captions) -> None:
    body = webvtt(captions)
    assert read_webvtt(body) == captions
    assert webvtt(read_webvtt(body)) == body


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_other_bytes_are_refused_and_nothing_else_happens(body: bytes) -> None:
    with pytest.raises(BadCaptions):
        read_webvtt(body)


@given(some_captions(), st.integers(0, 400), st.binary(min_size=1, max_size=2))
def test_a_changed_byte_is_another_text_of_ours_or_refused(captions: Captions, at: int, put: bytes) -> None:
    body = webvtt(captions)
    changed = body[:at] + put + body[at + len(put) :]
    try:
        found = read_webvtt(changed)
    except BadCaptions:
        return
    assert webvtt(found) == changed


def cue(start_ms: int, end_ms: int, *words: str) -> CaptionCue:
    return CaptionCue(start_ms, end_ms, tuple(CaptionLine(text) for text in words))


def test_what_looks_like_markup_is_words() -> None:
    body = webvtt(Captions("en", (cue(0, 1_000, "<script> & --> </b>"),)))
    assert b"&lt;script&gt; &amp; --&gt; &lt;/b&gt;" in body
    assert read_webvtt(body).cues[0].lines[0].text == "<script> & --> </b>"


@pytest.mark.parametrize(
    "body",
    [
        b"WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nHi\n",
        b"WEBVTT\nLanguage: EN\n\n00:00:00.000 --> 00:00:01.000\nHi\n",
        b"WEBVTT\nLanguage: en\n\n00:00:00.000 --> 00:00:01.000\r\nHi\r\n",
        b"WEBVTT\nLanguage: en\n\n00:00.000 --> 00:01.000\nHi\n",
        b"WEBVTT\nLanguage: en\n\n00:00:00.000 --> 00:00:01.000\n<i><b>Hi</b></i>\n",
        b"WEBVTT\nLanguage: en\n\n00:00:00.000 --> 00:00:01.000\n<c.red>Hi</c>\n",
        b"WEBVTT\nLanguage: en\n\n00:00:00.000 --> 00:00:01.000\nHi",
        b"WEBVTT\nLanguage: en\n\n00:00:00.000 --> 00:00:01.000\nHi\n\nNOTE more\n",
        b"WEBVTT\nLanguage: en\n",
        b"x" * (MOST_BYTES + 1),
    ],
)
def test_webvtt_of_others_is_not_taken_for_ours(body: bytes) -> None:
    with pytest.raises(BadCaptions):
        read_webvtt(body)


@pytest.mark.parametrize(
    "cues",
    [
        (),
        (cue(1_000, 1_000, "x"),),
        (cue(0, 1_000),),
        (cue(0, 1_000, "1", "2", "3", "4"),),
        (cue(0, 1_000, "x" * 121),),
        (cue(0, 1_000, "a\nb"),),
        (cue(0, 1_000, " a"),),
        (cue(5_000, 6_000, "b"), cue(0, 1_000, "a")),
        (cue(0, 1_000, "1", "2"), cue(500, 1_500, "3", "4")),
        tuple(cue(number, number + 1, "x") for number in range(MOST_CUES + 1)),
    ],
)
def test_captions_beyond_a_limit_are_never_made(cues: tuple[CaptionCue, ...]) -> None:
    with pytest.raises(BadCaptions):
        Captions("en", cues)


def test_what_is_on_is_told_to_the_millisecond() -> None:
    first, second = cue(1_000, 2_000, "one"), cue(1_500, 3_000, "two")
    captions = Captions("en", (first, second))
    seen = {at_ms: captions.at(at_ms) for at_ms in (0, 999, 1_000, 1_499, 1_500, 1_999, 2_000, 2_999, 3_000, 9_000)}
    both, last = (first, second), (second,)
    assert list(seen.values()) == [(), (), (first,), (first,), both, both, last, last, (), ()]


@pytest.mark.parametrize(
    ("said", "written"), [("VI", "vi"), ("pt_br", "pt-BR"), ("zh-hant", "zh-Hant"), (" es-419 ", "es-419")]
)
def test_a_language_has_one_spelling(said: str, written: str) -> None:
    assert language_tag(said) == written


@pytest.mark.parametrize("said", ["", "x", "klingon", "en us", "en-US-x-private", "ｅｎ", "en\n"[:2] + "\x00"])
def test_what_is_no_language_is_refused(said: str) -> None:
    with pytest.raises(BadCaptions):
        language_tag(said)


def test_the_first_letter_with_a_direction_says_how_words_are_read() -> None:
    assert is_right_to_left("12: שלום hello")
    assert is_right_to_left("مرحبا")
    assert not is_right_to_left("hello שלום")
    assert not is_right_to_left("1234")
