"""What an activity's words stand on: its colours with paper hills, or a picture, dark enough to read on whatever it is.

A picture fills the stage and does not move. It is darkest where words are, and clearer beside them.
"""

from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import pygame

from display_node.player.scenes.landscape import hills_top, paper_hills
from kiosks.themes import LIGHTLY_VEILED, OVER_A_PICTURE, VEILED, Theme

if TYPE_CHECKING:
    from PIL import Image

SHARE_WIDE, SHARE_TALL = 0.66, 0.60
"""So much of the picture, from the left or from the foot, is darkened for words: more than they ever take."""
FADE = 0.14
"""Of the picture: how far the veil takes to become light."""


def laid(
    size: tuple[int, int], theme: Theme, picture: pygame.Surface | None
) -> tuple[pygame.Surface, int, Theme]:  # fmt: skip
    """What words stand on, down to which y they may reach, and the colours they are written in."""
    if picture is not None:
        return picture, hills_top(size[1]), OVER_A_PICTURE
    paper = pygame.Surface(size)
    paper.fill(theme.ground)
    return paper, paper_hills(paper, theme), theme


def veiled_picture(source: Path | BinaryIO, size: tuple[int, int]) -> pygame.Surface:
    """The picture cut to `size` under its veil. Raises what `still_picture.UNDECODABLE` lists. Takes some tenths of a
    second for a large one: call it beside the frame loop.
    """
    from PIL import Image

    from display_node.player.still_picture import filling

    picture = filling(source, size)
    ground = Image.new("RGB", size, OVER_A_PICTURE.ground)
    dark = Image.composite(ground, picture, _veil(size))
    return pygame.image.frombuffer(dark.tobytes(), size, "RGB").copy()


def _veil(size: tuple[int, int]) -> "Image.Image":
    """How much lies over each pixel: along the longer side of the picture it is the same everywhere."""
    from PIL import Image

    width, height = size
    is_wide = width >= height
    length, share = (width, SHARE_WIDE) if is_wide else (height, SHARE_TALL)
    row = bytes(_strength(place / max(1, length - 1), share) for place in range(length))
    if is_wide:
        return Image.frombytes("L", (length, 1), row).resize(size)
    return Image.frombytes("L", (1, length), row[::-1]).resize(size)


def _strength(place: float, share: float) -> int:
    """The veil, 0 to 255, at a place counted from where the words are."""
    past = min(1.0, max(0.0, (place - share) / FADE))
    strength = VEILED + (LIGHTLY_VEILED - VEILED) * past * past * (3 - 2 * past)
    return min(255, int(strength * 255) + 1)
