"""Colours of questions: everybody can read them (WCAG 2.2 AA), in every theme."""

import re
from pathlib import Path

import pytest

from kiosks.themes import OVER_A_PICTURE, THEMES, contrast, veiled

AA_WORDS, AA_SHAPES = 4.5, 3.0


@pytest.mark.parametrize("name", THEMES)
def test_words_options_and_bars_stand_out_from_what_they_are_on(name: str) -> None:
    theme = THEMES[name]
    for words in (theme.words, theme.accent, *theme.options):
        assert contrast(words, theme.ground) >= AA_WORDS
    for bar in theme.options:
        assert contrast(bar, theme.track) >= AA_SHAPES
    assert len(set(theme.options)) == len(theme.options)


def test_words_stand_out_over_any_picture() -> None:
    """Each channel of what is under the veil rises with the picture's: black and white are the extremes."""
    theme = OVER_A_PICTURE
    darkest, lightest = veiled((0, 0, 0)), veiled((255, 255, 255))
    assert all(low <= high for low, high in zip(darkest, lightest, strict=True))
    for words in (theme.words, theme.accent, *theme.options):
        # Words are lighter than the lightest ground: no picture lies between them and what they are measured on.
        assert min(words) > max(lightest)
        assert min(contrast(words, ground) for ground in (darkest, lightest)) >= AA_WORDS
    for bar in theme.options:
        assert contrast(bar, theme.track) >= AA_SHAPES
    assert len(set(theme.options)) == len(theme.options)
    assert theme not in THEMES.values()


def test_black_on_white_is_as_far_apart_as_can_be() -> None:
    assert round(contrast((0, 0, 0), (255, 255, 255))) == 21
    assert contrast((9, 9, 9), (9, 9, 9)) == 1


def test_a_bar_of_the_usual_theme_has_the_colour_of_its_button_on_phones() -> None:
    sheet = Path("kiosks/phone/static/phone.css").read_text()
    found = dict(re.findall(r"\.o([0-4]) \{ background: (#[0-9a-f]{6}); \}", sheet))
    for index in range(5):
        channels = tuple(int(found[str(index)][at : at + 2], 16) for at in (1, 3, 5))
        # Buttons carry white words, bars carry none: they may differ by a shade.
        assert all(abs(a - b) <= 20 for a, b in zip(channels, THEMES["paper"].options[index], strict=True))
