"""The colours in which a question can stand on a screen: a few sets, each readable by everybody (WCAG 2.2 AA).

Which ones there are is data; `tests/kiosks/test_themes.py` measures every pair that is drawn.
"""

from dataclasses import dataclass

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of a question on a screen: `words` and `accent` stand on `ground`, a bar for each option on `track`.

    `hills` are the paper hills along the foot, the farthest first.
    """

    ground: Colour
    words: Colour
    accent: Colour
    track: Colour
    options: tuple[Colour, Colour, Colour, Colour, Colour]
    hills: tuple[Colour, Colour, Colour, Colour]


def _hex(words: str) -> Colour:
    return int(words[:2], 16), int(words[2:4], 16), int(words[4:], 16)


def _theme(ground: str, words: str, accent: str, track: str, options: str, hills: str) -> Theme:
    a, b, c, d, e = (_hex(one) for one in options.split())
    far, farther, near, nearest = (_hex(one) for one in hills.split())
    return Theme(_hex(ground), _hex(words), _hex(accent), _hex(track), (a, b, c, d, e), (far, farther, near, nearest))


PAPER = "paper"
THEMES: dict[str, Theme] = {
    PAPER: _theme(
        "fbf7ef", "14213d", "17726d", "e9e1d2",
        "17726d b93d1b 6b2d5c 2f5da8 75590a", "f2b632 e4572e 6b2d5c 17726d",
    ),
    "river": _theme(
        "0f2a44", "f4f8fb", "8fd6ea", "1e4060",
        "5fd0c0 ffb86b f2a0c4 9cc4ff ffe27a", "1d4f73 1a6a86 177f8f 35a39a",
    ),
    "garden": _theme(
        "f1f6e6", "1b3018", "2f6a1f", "dbe6c6",
        "2f6a1f a8361a 6a3a7a 1f5f86 6b5a00", "d9e27a a3c952 5f9a3c 2f6a2f",
    ),
    "festival": _theme(
        "7d1020", "fff4d6", "ffd764", "9a2a36",
        "ffd764 ffb199 a8e6c4 bfd8ff f7c6e6", "a3182a c4372f e2742f f4b942",
    ),
    "night": _theme(
        "0b0f18", "ffffff", "f2b632", "262d3b",
        "f2b632 6fd0c6 ff9d80 e2a3d3 8fc3f2", "1a2131 232c40 2e3950 3b4863",
    ),
    "plain": _theme(
        "ffffff", "000000", "003a8c", "d9d9d9",
        "003a8c 9a2a00 5a1a6a 005a4a 5a4a00", "c9c9c9 a6a6a6 7f7f7f 595959",
    ),
}  # fmt: skip
"""By name; `PAPER` is the usual one, which is not named in a statement."""


OVER_A_PICTURE = _theme(
    "060a12",
    "ffffff",
    "ffd873",
    "262d3b",
    "ffd873 8ee6da ffb9a3 f3c2e8 aad4ff",
    "060a12 060a12 060a12 060a12",
)
"""Not one to choose: the light colours in which words stand on a darkened picture, whatever the picture is."""
VEILED = 0.72
"""How much of `OVER_A_PICTURE.ground` lies over a picture where words are: on white they are still 4.5 to 1."""
LIGHTLY_VEILED = 0.25
"""And where there are none."""


def veiled(picture: Colour, share: float = VEILED) -> Colour:
    """What a pixel of a picture becomes under a veil of the ground's colour."""
    red, green, blue = (
        round(above * share + below * (1 - share)) for above, below in zip(OVER_A_PICTURE.ground, picture, strict=True)
    )
    return red, green, blue


def contrast(one: Colour, other: Colour) -> float:
    """How much two colours differ in lightness, from 1 to 21, as WCAG 2 counts it."""
    lighter, darker = sorted((_light(one), _light(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _light(colour: Colour) -> float:
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in (channel / 255 for channel in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
