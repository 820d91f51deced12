"""What a screen without a programme shows: its state in plain words, and how to pair it."""

import pygame

from display_node.messages import Standby
from display_node.player.scenes.landscape import paper_hills
from display_node.player.scenes.qr import fitting
from display_node.player.scenes.scene import BEAT_NS, step_before
from display_node.player.text import CORAL, INK, PAPER, TEAL, Typesetter

SLATE = Standby("Commonscreen")
"""In memory before anything else: what shows until the agent has spoken."""


class StandbyScene:
    """Heading, lines, pairing code and QR code, composed once for a surface's size."""

    def __init__(self, standby: Standby, size: tuple[int, int], typesetter: Typesetter) -> None:
        """Composes it: some tens of milliseconds at 1920x1080."""
        self._picture = _compose(standby, size, typesetter)

    def change_before(self, instant_ns: int) -> int:
        """The last beat."""
        return step_before(instant_ns, BEAT_NS)

    def change_after(self, instant_ns: int) -> int:
        """The next beat."""
        return step_before(instant_ns, BEAT_NS) + BEAT_NS

    def draw(self, surface: pygame.Surface, instant_ns: int, now_ns: int) -> bool:
        """The composed picture, always ready."""
        surface.blit(self._picture, (0, 0))
        return True


def _compose(standby: Standby, size: tuple[int, int], typesetter: Typesetter) -> pygame.Surface:
    width, height = size
    picture = pygame.Surface(size)
    picture.fill(PAPER)
    hills_top = paper_hills(picture)
    unit, margin = min(size) / 100, int(min(size) * 0.08)
    is_wide = width >= height
    qr = fitting(standby.url, int((hills_top - 2 * margin) * (0.72 if is_wide else 0.34))) if standby.url else None
    text_width = width - 2 * margin - (qr.get_width() + margin if qr and is_wide else 0)
    bottom = _words(picture, standby, typesetter, unit, (margin, margin, text_width))
    if qr is not None and is_wide:
        _place_qr(picture, qr, standby, typesetter, unit, (width - margin - qr.get_width(), margin))
    elif qr is not None and bottom + qr.get_height() < hills_top + margin:
        _place_qr(picture, qr, standby, typesetter, unit, (margin, bottom))
    return picture


def _words(
    picture: pygame.Surface, standby: Standby, typesetter: Typesetter, unit: float, place: tuple[int, int, int]
) -> int:
    """Writes from the top down within (left, top, width); gives where it ended."""
    left, top, width = place
    if standby.screen_name:
        top = _put(
            picture, [typesetter.line(standby.screen_name, int(3.4 * unit), "SemiBold", TEAL, width)], left, top, unit
        )
    top = _put(picture, typesetter.paragraph(standby.heading, int(8 * unit), "Bold", INK, width, 2), left, top, unit)
    pygame.draw.rect(picture, CORAL, (left, top + int(unit), int(12 * unit), max(1, int(unit))))
    top += int(5 * unit)
    for words in standby.lines:
        top = _put(picture, typesetter.paragraph(words, int(3.9 * unit), "Regular", INK, width, 3), left, top, unit)
    if standby.code:
        code = typesetter.line(standby.code, int(17 * unit), "Bold", INK, width)
        top = _put(picture, [code], left, top + int(2 * unit), unit)
    return top


def _put(picture: pygame.Surface, lines: list[pygame.Surface], left: int, top: int, unit: float) -> int:
    for line in lines:
        picture.blit(line, (left, top))
        top += line.get_height()
    return top + int(unit)


def _place_qr(
    picture: pygame.Surface,
    qr: pygame.Surface,
    standby: Standby,
    typesetter: Typesetter,
    unit: float,
    spot: tuple[int, int],
) -> None:
    picture.blit(qr, spot)
    address = typesetter.line(
        standby.url.split("://")[-1].split("?")[0], int(3 * unit), "SemiBold", INK, qr.get_width()
    )
    picture.blit(
        address, (spot[0] + (qr.get_width() - address.get_width()) // 2, spot[1] + qr.get_height() + int(unit))
    )
