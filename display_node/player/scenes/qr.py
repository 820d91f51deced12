"""QR codes: ink on white with their quiet zone, in whole pixels a module."""

import pygame

from display_node.player.text import INK, Colour

WHITE: Colour = (255, 255, 255)
LEAST_MODULE_PX = 2
QUIET_ZONE_MODULES = 4
MOST_LETTERS = 500
"""More would be a code too fine for a street."""


def matrix_of(payload: str) -> list[list[bool]]:
    """The modules of `payload` without their quiet zone, true where dark. Raises ValueError beyond MOST_LETTERS."""
    if len(payload) > MOST_LETTERS:
        raise ValueError(f"a QR code of {len(payload)} letters is too fine to be read")
    # It brings half a web client along: only a screen that shows a code pays for that.
    import segno

    return [[bool(module) for module in row] for row in segno.make(payload, error="m", micro=False).matrix]


def across(matrix: list[list[bool]]) -> int:
    """How many modules wide it is with its quiet zone."""
    return len(matrix) + 2 * QUIET_ZONE_MODULES


def drawn(matrix: list[list[bool]], module_px: int) -> pygame.Surface:
    """The code with its quiet zone, each module `module_px` wide."""
    small = pygame.Surface((across(matrix), across(matrix)))
    small.fill(WHITE)
    for row, line in enumerate(matrix, QUIET_ZONE_MODULES):
        for column, is_dark in enumerate(line, QUIET_ZONE_MODULES):
            if is_dark:
                small.set_at((column, row), INK)
    return pygame.transform.scale_by(small, module_px)


def fitting(payload: str, most_px: int) -> pygame.Surface | None:
    """The code as large as fits into `most_px`; None where it would be too small to read."""
    matrix = matrix_of(payload)
    module_px = most_px // across(matrix)
    return drawn(matrix, module_px) if module_px >= LEAST_MODULE_PX else None
