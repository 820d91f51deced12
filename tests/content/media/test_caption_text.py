"""The words of strangers' captions: what hides, turns or piles up goes, what a script needs stays."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.captions import CaptionCue, Captions, read_webvtt, webvtt
from content.media.caption_text import MOST_MARKS, ass_tokens, cleaned, html_tokens, lines_of

NASTY = st.text(
    st.sampled_from("ab \u0301\u0323\u200b\u200c\u200d\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e")
    | st.sampled_from("\u2066\u2067\u2068\u2069\u2060\ufeff\u00ad\U000e0041ึกشx<>&{}\\N\u1ec7")
    | st.characters(exclude_categories=["Cs"]),
    max_size=60,
)


@given(NASTY)
def test_cleaning_twice_changes_nothing_more(words: str) -> None:
    once = cleaned(words).text
    assert cleaned(once).text == once


@given(NASTY)
def test_what_is_left_is_composed_and_holds_nothing_that_turns_or_hides(words: str) -> None:
    text = cleaned(words).text
    assert text == unicodedata.normalize("NFC", text) == text.strip()
    assert not set(text) & set("\u202d\u202e\u2060\ufeff\u00ad\n\r\t\x00")
    depth, marks = 0, 0
    for char in text:
        depth += (char in "\u202a\u202b\u2066\u2067\u2068") - (char in "\u202c\u2069")
        marks = marks + 1 if unicodedata.category(char) in {"Mn", "Me"} else 0
        assert depth >= 0
        assert marks <= MOST_MARKS
    assert depth == 0


@given(NASTY)
def test_whatever_a_line_holds_it_goes_into_our_text_and_back(words: str) -> None:
    lines = lines_of(html_tokens([words])).lines
    if lines and len(lines[0].text) <= 120:
        captions = Captions("en", (CaptionCue(0, 1_000, lines),))
        assert read_webvtt(webvtt(captions)) == captions


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("Ti\u00ea\u0301ng Vi\u00ea\u0323t", "Tiếng Việt"),
        ("می‌خواهم", "می‌خواهم"),
        ("क्‍ष", "क्‍ष"),
        ("a\u200d\u200d\u200db", "a\u200db"),
        ("\u200fשלום!\u200f", "\u200fשלום!\u200f"),
        ("\u2067שלום\u2069 hello", "\u2067שלום\u2069 hello"),
        ("\u2067שלום hello", "שלום hello"),
        ("pay \u202e001\u202c now", "pay 001 now"),
        ("a\u200bb", "ab"),
        ("ภาษา\u200bไทย", "ภาษา\u200bไทย"),
        ("z" + "\u0335" * 30, "z" + "\u0335" * 4),
        ("\u0301abc", "abc"),
        ("a\x00b\x1bc\u2028d", "abc d"),
        ("\u200e\u200f \u200d", ""),
        ("👩‍👧", "👩‍👧"),
    ],
)
def test_what_goes_and_what_stays(words: str, left: str) -> None:
    assert cleaned(words).text == left


def test_a_moderator_is_told_of_what_turns_words_around_but_not_of_untidiness() -> None:
    assert cleaned("pay \u202e001 now").was_suspicious
    assert not cleaned("soft\u00adly\ufeff said\t").was_suspicious


def styles(lines: object) -> list[tuple[str, str]]:
    return [
        (line.text, "".join(name for name in ("bold", "italic", "underline") if getattr(line, name)))
        for line in lines.lines  # type: ignore[attr-defined]
    ]


def test_a_style_of_a_whole_line_is_kept_and_one_of_a_part_is_not() -> None:
    found = lines_of(
        html_tokens(["<i>all of it", "still</i>", "only <b>a part</b>", '<font color="red"><u>x</u></font>'])
    )
    assert styles(found) == [("all of it", "italic"), ("still", "italic"), ("only a part", ""), ("x", "underline")]


def test_other_markup_leaves_its_words_and_no_link() -> None:
    words = ['<a href="https://x.example">Look</a><script>alert(1)</script>', "I <3 you, 2 < 3 > 1", "{\\an8}{plain}"]
    assert styles(lines_of(html_tokens(words))) == [
        ("Lookalert(1)", ""), ("I <3 you, 2 < 3 > 1", ""), ("{plain}", ""),
    ]  # fmt: skip


def test_an_event_of_ass_has_its_own_breaks_and_switches() -> None:
    found = lines_of(ass_tokens(r"{\i1\fs20}one\N{\i0}two\hthree{\p1}m 0 0 l 5 5{\p0}\n{\b700}four"))
    assert styles(found) == [("one", "italic"), ("two three", ""), ("four", "bold")]
    assert styles(lines_of(ass_tokens("all"), frozenset({"b"}))) == [("all", "bold")]
