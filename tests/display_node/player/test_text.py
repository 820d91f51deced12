"""Words in every script: joined, in their order, nothing cut off, and no letter missing without a word."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from display_node.player.bidi import embedding_levels, visual_runs
from display_node.player.breaking import clusters, pieces, rows
from display_node.player.text import PAPER, Typesetter, lacking_words

LEVELS = json.loads((Path(__file__).parent / "bidi_levels.json").read_text())
SIZES = (9, 24, 60)


@pytest.fixture(scope="module")
def typesetter() -> Iterator[Typesetter]:
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    pygame.display.init()
    pygame.display.set_mode((8, 8))
    yield Typesetter()
    pygame.display.quit()


def ink(typesetter: Typesetter, words: str, size_px: int = 60) -> NDArray[np.bool_]:
    """Where a line has ink, cut to it: rows by columns."""
    alpha = pygame.surfarray.array_alpha(typesetter.line(words, size_px, "Bold", PAPER, 10_000)).T > 60
    return alpha[alpha.any(axis=1)][:, alpha.any(axis=0)]


def is_same(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> bool:
    return one.shape == other.shape and bool((one == other).mean() > 0.98)


@pytest.mark.parametrize(("line", "base", "levels"), LEVELS)
def test_levels_are_those_of_fribidi(line: str, base: int, levels: str) -> None:
    assert "".join(map(str, embedding_levels(line, base))) == levels


def test_a_number_in_hebrew_words_is_read_from_the_left() -> None:
    line = "שלום 12:30 אבג"
    assert [line[run.start : run.end] for run in visual_runs(line, is_rtl=True)] == [" אבג", "12:30", "שלום "]


@pytest.mark.parametrize("size_px", SIZES)
@pytest.mark.parametrize("letter", ["Ắ", "Ẫ", "Ộ", "Ữ", "ẩ", "Ặ"])
def test_stacked_accents_of_vietnamese_are_whole(typesetter: Typesetter, letter: str, size_px: int) -> None:
    font = pygame.font.Font(Path("display_node/assets/fonts/BeVietnamPro-Bold.ttf"), size_px)
    metrics = font.metrics(letter)[0]
    assert metrics is not None
    picture = typesetter.line(letter, size_px, "Bold", PAPER, 1_000)
    marked = np.flatnonzero(np.any(pygame.surfarray.array_alpha(picture), axis=0))
    assert abs(marked.max() - marked.min() + 1 - (metrics[3] - metrics[2])) <= 2


def test_arabic_letters_are_joined(typesetter: Typesetter) -> None:
    assert ink(typesetter, "سسسس").any(axis=0).all()


def test_hebrew_begins_at_the_right(typesetter: Typesetter) -> None:
    pair, first = ink(typesetter, "שי"), ink(typesetter, "ש")
    assert is_same(pair[:, -first.shape[1] :], first)


def test_a_latin_name_in_arabic_words_stays_readable_and_to_their_left(typesetter: Typesetter) -> None:
    whole, name = ink(typesetter, "سسس Il"), ink(typesetter, "Il")
    left = whole[:, : name.shape[1]]
    assert is_same(left[left.any(axis=1)], name)


@pytest.mark.parametrize(("together", "parts"), [("क्ष", "कष"), ("ক্ষ", "কষ"), ("👩‍👩‍👧", "👩👩👧"), ("🇻🇳", "😀😀")])
def test_clusters_become_one_sign(typesetter: Typesetter, together: str, parts: str) -> None:
    assert ink(typesetter, together).shape[1] < 0.8 * ink(typesetter, parts).shape[1]


def test_accents_written_apart_look_as_those_written_together(typesetter: Typesetter) -> None:
    assert is_same(ink(typesetter, "e\u0301e"), ink(typesetter, "éée"[1:]))


def test_a_letter_that_no_font_has_is_a_box_and_is_told_once() -> None:
    typesetter = Typesetter()
    assert ink(typesetter, "𓀀").any()
    assert ink(typesetter.for_a_thread(), "a 𓀀 𓀁").any()
    assert typesetter.lacking() == "𓀀𓀁"
    assert typesetter.lacking() == ""
    assert "𓀀 𓀁" in lacking_words("𓀀𓀁")
    assert "fonts-noto-cjk" in lacking_words("中𓀀")


def test_thai_is_broken_where_no_sign_is_parted() -> None:
    words = "ผู้ใหญ่บ้านเดินทางไปน้ำตกที่เชียงใหม่เพื่อเที่ยว"
    broken = rows(words, 8, len)
    assert "".join(broken) == words
    assert len(broken) > 4
    assert all(row[0] not in "ะาำ\u0e31\u0e34\u0e48\u0e49" for row in broken)
    assert all(row[-1] not in "เแโใไ" for row in broken)


def test_chinese_and_japanese_are_broken_anywhere_but_before_a_stop_and_after_an_opening_bracket() -> None:
    words = "春节快乐，欢迎大家来参加「社区活动」。テストをしましょう、みなさん。"
    broken = rows(words, 6, len)
    assert "".join(broken) == words
    assert max(map(len, broken)) <= 7
    assert not [row for row in broken if row[0] in "，。」、" or row[-1] == "「"]


def test_latin_words_are_never_parted() -> None:
    assert pieces("a town-hall (open) 24/7!") == ["a ", "town-hall ", "(open) ", "24/7!"]


ANY = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40)


@given(ANY, st.integers(1, 30))
def test_whatever_is_broken_is_all_there(words: str, width: int) -> None:
    assert "".join("".join(rows(words, width, len)).split()) == "".join(words.split())
    assert "".join(clusters(words)) == words


@given(ANY, st.integers(0, 1))
def test_every_letter_of_any_line_is_in_one_run(words: str, base: int) -> None:
    runs = visual_runs(words, bool(base))
    assert sorted(place for run in runs for place in range(run.start, run.end)) == list(range(len(words)))


@given(ANY, st.integers(30, 300))
def test_whatever_is_set_is_as_narrow_as_asked(typesetter: Typesetter, words: str, width: int) -> None:
    for row in typesetter.paragraph(words, 20, "Regular", PAPER, width, 2):
        assert row.get_width() <= width + 20
