"""Which letters screens can draw: told to those who write, from the very fonts that the player has."""

from pathlib import Path

import pytest

from content.font_letters import Letters, NotAFont, letters_of
from content.screen_letters import MOST_TOLD, undrawn

FONTS = Path(__file__).resolve().parents[2] / "display_node" / "assets" / "fonts"


def shipped() -> list[Path]:
    return sorted(FONTS.rglob("*.ttf"))


def test_what_is_told_is_what_the_fonts_have() -> None:
    drawn = [letters_of(font.read_bytes()) for font in shipped()]
    for point in [*range(0x20, 0x3100), *range(0x1F000, 0x1FB00)]:
        char = chr(point)
        if any(char in letters for letters in drawn):
            assert not undrawn(char), f"U+{point:04X} is in a font and not in screen_letters.txt"
        elif char.isalpha():
            assert undrawn(char), f"U+{point:04X} is in screen_letters.txt and in no font"


@pytest.mark.parametrize(
    "words",
    ["Ngày hội Xuân ở Chợ Lớn — ẮẶỆỮ", "مهرجان الربيع", "יום הולדת", "हिन्दी क्षेत्र", "বাংলা", "ภาษาไทย ผู้ใหญ่", "தமிழ்",
     "Привет", "Ελληνικά", "ქართული", "Հայերեն", "ខ្មែរ", "မြန်မာ", "አማርኛ", "😀 👩‍👩‍👧 🇻🇳 ❤️", "a\u0301\u200d"],
)  # fmt: skip
def test_the_scripts_of_most_towns_are_there(words: str) -> None:
    assert not undrawn(words)


def test_chinese_japanese_and_korean_need_a_package_and_hieroglyphs_have_nothing() -> None:
    assert undrawn("中文 テスト 한국어 中").cjk == "中文テスト한국어"
    assert undrawn("𓀀 ok").unknown == "𓀀"
    assert len(undrawn("".join(map(chr, range(0x4E00, 0x4F00)))).cjk) == MOST_TOLD


def test_ranges_in_any_order_become_one_rising_list() -> None:
    assert Letters.of([(20, 30), (1, 2), (3, 5), (25, 40)]) == Letters((1, 20), (5, 40))


@pytest.mark.parametrize("keep", [0, 3, 40, 400, 2_000])
def test_a_font_that_is_cut_short_is_no_font_and_nothing_worse(keep: int) -> None:
    with pytest.raises(NotAFont):
        letters_of(shipped()[0].read_bytes()[:keep])
