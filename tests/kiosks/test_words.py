"""Strangers' words: what is found, what must never be, and what hostile text cannot do."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosks.words import alike, known, normal
from kiosks.words.known import Weight
from kiosks.words.look import KINDS, is_refused, look

MUST_NOT_BLOCK = [
    line
    for line in Path(__file__).with_name("must_not_block.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


def kinds(words: str) -> set[str]:
    return {finding.kind for finding in look(words)}


@pytest.mark.parametrize("words", MUST_NOT_BLOCK)
def test_ordinary_words_are_not_blamed(words: str) -> None:
    assert not look(words)


@pytest.mark.parametrize(
    "words", ["địt mẹ mày", "ĐỊT MẸ", "địt  mẹ", "NIGGER", "n i g g e r", "nìgger".replace("ì", "і"), "địt\u200b mẹ"]
)
def test_the_worst_is_refused_at_once_however_it_is_dressed(words: str) -> None:
    assert is_refused(look(words))


@pytest.mark.parametrize(
    "words", ["fuck", "f u c k", "f.u.c.k", "fuuuuuck", "FUСK", "fu\u200bck", "ｆｕｃｋ", "mother fucker"]
)
def test_swearing_is_told_however_it_is_dressed_and_not_refused(words: str) -> None:
    assert "swearing" in kinds(words)
    assert not is_refused(look(words))


def test_a_tone_makes_another_word() -> None:
    assert kinds("cái lồn") == {"swearing"}
    for innocent in ("cái lớn", "cái lộn", "cái lờn", "cái lôn"):
        assert not look(innocent)
    assert kinds("dit me may") == {"swearing"}
    assert not look("đít mẹ may")  # with a tone in it, the text is taken at its word


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("see https://example.org/x", "link"), ("tinyurl.com/abc", "link"), ("vao trang abc chấm com", "link"),
        ("write me: anna @ example.org", "link"), ("abc [at] example.org", "link"), ("call 0912 345 678", "phone"),
        ("+84-912-345-678", "phone"), ("@someone_there", "handle"), ("zalo: hoa88", "handle"),
        ("I want to die", "need"), ("tôi muốn chết", "need"), ("COME AND SEE THIS NOW", "shouting"),
        ("gооd", "alphabets"), ("!!!", "empty"), ("I will kill him", "violence"),
    ],
)  # fmt: skip
def test_what_a_moderator_ought_to_know_is_told_and_left_to_them(words: str, kind: str) -> None:
    assert kind in kinds(words)
    assert not is_refused(look(words))


def test_every_entry_has_a_reason_finds_itself_and_comes_in_one_spelling() -> None:
    for language in known.LANGUAGES:
        every = known.entries(language)
        assert len({(entry.words, entry.looks) for entry in every}) == len(every)
        for entry in every:
            assert entry.kind in KINDS
            assert len(entry.reason) > 15
            assert any(found.words == entry.words for found in known.found_in(entry.words)), entry
    assert {entry.weight for entry in known.entries("vi")} == set(Weight)


def test_words_are_shown_on_one_line_without_what_cannot_be_seen() -> None:
    assert normal.tidy("  a\n\u202eb\u200b c\t") == "a b c"
    assert normal.tidy("tie\u0302\u0301ng") == "tiếng"
    assert normal.tidy("e" + "\u0301" * 40) == "é" + "\u0301" * 2
    assert normal.tidy("👩\u200d🌾") == "👩\u200d🌾"
    assert normal.tidy("שָׁלוֹם") == "שָׁלוֹם"


def test_who_says_nearly_the_same_is_found() -> None:
    others = [("a", "The bells of the old tower"), ("b", "My neighbour's trumpet")]
    assert alike.nearest("the bells of  the OLD tower!!", others) == "a"
    assert alike.nearest("My neighbours trumpet", others) == "b"
    assert alike.nearest("A kettle", others) == ""
    assert alike.nearest("Cái lớn", [("a", "Cái lợn")]) == ""


strangers = st.text(st.characters(codec="utf-8") | st.sampled_from("\u200d\u200c\u0301\u0302 ađị👩"), max_size=140)


@settings(max_examples=150, deadline=None)
@given(strangers)
def test_any_text_has_one_tidy_form_and_is_looked_at_without_a_fault(words: str) -> None:
    plain = normal.tidy(words)
    assert normal.tidy(plain) == plain
    assert plain.replace("\u200d", "").replace("\u200c", "").isprintable()
    assert "  " not in plain
    assert not {"\u202e", "\u200b", "\n"} & set(plain)
    for finding in look(words):
        assert finding.kind in KINDS
        assert len(finding.words) <= 60
    assert alike.likeness(words, words) in (0, 100)


@settings(max_examples=100, deadline=None)
@given(strangers, strangers)
def test_likeness_is_the_same_from_both_sides(one: str, other: str) -> None:
    assert alike.likeness(one, other) == alike.likeness(other, one)
    assert 0 <= alike.likeness(one, other) <= 100


@pytest.mark.parametrize("part", ["a.", "@", "1 ", "f-", "a" * 8 + ".", "0(", "ế\u0301"])
def test_a_wall_of_one_thing_is_looked_at_like_anything_else(part: str) -> None:
    for finding in look(part * (1_000 // len(part))):
        assert finding.weight < Weight.WORST
