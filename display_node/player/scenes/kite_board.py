"""The words of the kites: what to do, how long, and who plays. They stand still, so that each is set once."""

import pygame

from display_node.player.scenes import kite_art
from display_node.player.text import INK, PAPER, SUN, Typesetter
from display_node.session_messages import SessionNow
from display_node.visitor_words import full_name
from display_node.words import _
from kiosks.activities.kite_figures import KiteSeen, SkySeen

HEADING_UNITS, LINE_UNITS, ROW_UNITS = 5.2, 3.5, 2.6
ROW_STEP = 1.62
MOST_ROWS = 8


class KiteBoard:
    """Heading and line in the sky, and the board with everybody's name beside the sky or above it."""

    def __init__(self, size: tuple[int, int], sky: pygame.Rect, typesetter: Typesetter) -> None:
        """Nothing is set yet."""
        self._typesetter, self._unit, self._sky = typesetter, min(size) / 100, sky
        self._margin = int(3 * self._unit)
        width, height = size
        if width >= height:
            # Below the invitation, which takes the corner, and above the roofs.
            left, top = sky.right + self._margin, int(height * 0.60)
            self._board = pygame.Rect(left, top, width - left - self._margin, int(height * 0.85) - top)
            self._columns = 2
        else:
            top = int(height * 0.10)
            self._board = pygame.Rect(self._margin, top, int(width * 0.40) - self._margin, sky.y - top)
            self._columns = 1
        rows = MOST_ROWS // self._columns + 2
        self._row = max(6, int(min(ROW_UNITS * self._unit, self._board.height / rows / ROW_STEP)))
        self._key: tuple[object, ...] = ()
        self._picture = pygame.Surface((1, 1), pygame.SRCALPHA)

    def draw(self, surface: pygame.Surface, news: SessionNow, sky: SkySeen, left_ms: int) -> None:
        """Everything that is said."""
        seconds = -(-left_ms // 1000)
        heading, line = _said(news.phase, sky, seconds)
        unit = self._unit
        top = self._sky.y + int(2.6 * unit)
        width = self._sky.width - 2 * self._margin
        for words, size in ((heading, HEADING_UNITS), (line, LINE_UNITS)):
            row = self._typesetter.line(words, int(size * unit), "Bold", PAPER, max(20, width))
            surface.blit(row, (self._sky.x + self._margin, top))
            top += row.get_height()
        # Who plays changes now and then: set then, and copied otherwise.
        watching = max(0, news.here - len(sky.kites))
        key = (watching, sky.soon, tuple((kite.colour, kite.animal, kite.home) for kite in sky.kites))
        if key != self._key:
            self._key, self._picture = key, self._set(sky, watching)
        surface.blit(self._picture, self._board)

    def _set(self, sky: SkySeen, watching: int) -> pygame.Surface:
        picture = pygame.Surface(self._board.size, pygame.SRCALPHA)
        step = int(self._row * ROW_STEP)
        lines = -(-len(sky.kites) // self._columns)
        if lines:
            back = pygame.Rect(0, 0, self._board.width, step * lines + self._row // 2)
            pygame.draw.rect(picture, (*INK, 165), back, border_radius=self._row // 2)
        wide = self._board.width // self._columns
        for index, kite in enumerate(sky.kites):
            cell = (index % self._columns * wide, self._row // 4 + index // self._columns * step, wide, step)
            self._set_row(picture, pygame.Rect(cell), kite)
        top = step * lines + self._row * 3 // 4
        for words in _below(sky, watching):
            row = self._typesetter.line(words, self._row, "SemiBold", PAPER, max(20, self._board.width - self._row))
            back = row.get_rect(topleft=(self._row // 2, top)).inflate(self._row, 0)
            pygame.draw.rect(picture, (*INK, 165), back, border_radius=self._row // 2)
            picture.blit(row, (self._row // 2, top))
            top += row.get_height() + self._row // 4
        # No more is copied in each frame than there is.
        return picture.subsurface((0, 0, self._board.width, min(self._board.height, top)))

    def _set_row(self, picture: pygame.Surface, cell: pygame.Rect, kite: KiteSeen) -> None:
        art = kite_art.kite_leans(max(5, int(self._row * 1.15)), kite.colour, kite.animal)[kite_art.LEANS // 2]
        picture.blit(art, art.get_rect(midleft=(cell.x + self._row // 2, cell.centery)))
        left, count_px = cell.x + int(self._row * 2.1), int(self._row * 1.9)
        name = full_name(kite.colour, kite.animal)
        most_px = max(20, cell.right - left - count_px)
        words = self._typesetter.line(name, self._row, "SemiBold", PAPER, most_px)
        picture.blit(words, words.get_rect(midleft=(left, cell.centery)))
        number = self._typesetter.line(str(kite.home) if kite.home else "", self._row, "Bold", SUN, count_px)
        picture.blit(number, number.get_rect(midright=(cell.right - self._row // 2, cell.centery)))


def _below(sky: SkySeen, watching: int) -> list[str]:
    """Who comes next, and how many make the wind."""
    names = ", ".join(full_name(colour, animal) for colour, animal in sky.soon)
    found = [_("Next: {names}").format(names=names)] if names else []
    return [*found, _("{count} make the wind").format(count=watching)] if watching else found


def _said(phase: str, sky: SkySeen, seconds: int) -> tuple[str, str]:
    windows = _("{lit} of {needed} windows").format(lit=min(sky.lit, sky.needed), needed=sky.needed)
    if phase == "lobby":
        return _("Catch the lights, bring them home"), _("It begins in {seconds} s").format(seconds=seconds)
    if phase == "result":
        heading = _("You lit the whole town") if sky.lit >= sky.needed else windows
        if sky.waiting:
            return heading, _("The next ones fly in {seconds} s").format(seconds=seconds)
        return heading, _("Press “Fly again” on your phone for another round")
    if sky.lit >= sky.needed:
        windows = _("The whole town is lit, and more: {lit}").format(lit=sky.lit)
    return windows, _("{seconds} s left").format(seconds=seconds)
