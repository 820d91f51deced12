"""A wall on the screen: the question, and a stranger's answer large on a slip of paper, one after the other.

Slips are composed with the scene, beside the frame loop; a scene with other words is another scene.
"""

import pygame

from display_node.player.scenes.activity import FRAME_NS, beside_invitation, frame_before
from display_node.player.scenes.backdrop import laid
from display_node.player.scenes.scene import NS_PER_MS
from display_node.player.text import CORAL, INK, PAPER, PLUM, SUN, TEAL, Colour, Typesetter, Weight
from display_node.session_messages import SessionNow, SessionWords
from display_node.words import _
from kiosks.activities.wall import Prompt
from kiosks.themes import PAPER as USUAL
from kiosks.themes import THEMES, Theme

FIGURES = 4
"""The edition of the answers, which is large (-1 for none), how many there are, and for how many ms it is large."""
COME_NS = 600 * NS_PER_MS
SLIPS: tuple[tuple[Colour, Colour], ...] = (
    ((0xFF, 0xF1, 0xC9), SUN), ((0xFF, 0xE3, 0xD8), CORAL), ((0xDC, 0xEF, 0xEA), TEAL), ((0xEE, 0xE0, 0xEA), PLUM),
)  # fmt: skip
"""Paper, and the strip that holds it."""
TILTS = (-1.4, 0.9, -0.6, 1.6)
MOST_ROWS = 5
SIZES = (9.0, 7.6, 6.4, 5.4, 4.6)
"""An answer is as large as its length lets it be, in hundredths of the shorter side."""


class WallScene:
    """The wall for a surface of one size."""

    def __init__(
        self, prompt: Prompt, words: SessionWords | None, size: tuple[int, int], typesetter: Typesetter,
        theme: Theme = THEMES[USUAL], picture: pygame.Surface | None = None,
    ) -> None:  # fmt: skip
        """Composes question and slips: some tenths of a second for a dozen at 1920x1080. `picture` has its veil."""
        self.number, self.is_calm = 0, False
        self._picture, foot, theme = laid(size, theme, picture)
        self._typesetter, self._theme, self._unit = typesetter, theme, min(size) / 100
        self._place = beside_invitation(size, foot, int(6 * self._unit))
        self._board = _ask(self._picture, prompt, self._place, self._unit, typesetter, theme)
        self._edition = -1 if words is None else words.edition
        told = () if words is None else words.words
        self._slips = [self._slip(index, one) for index, one in enumerate(told)]
        self._empty = self._note(_("Be the first to answer: scan the code and write."))
        self._thanks = self._note(_("Thank you. Yours can stand here next: scan the code and write."))
        self._news = SessionNow("-", 0, "lobby", 0, 0, (0, -1, 0, 0))
        self._heard_ns = 0
        self._shown, self._before, self._since_ns = -1, -1, 0

    def receive(self, news: SessionNow, now_ns: int) -> None:
        """Lets the next slip come when another is large."""
        if len(news.figures) < FIGURES:
            return
        self.number, self._news, self._heard_ns = news.number, news, now_ns
        edition, place, _count, since_ms = news.figures[:FIGURES]
        # A set of answers that is not composed yet, or not any more, is not shown: a slip may have been taken down.
        shown = place if edition == self._edition and place < len(self._slips) else -1
        if shown != self._shown:
            self._before = self._shown if edition == self._edition else -1
            self._shown, self._since_ns = shown, now_ns - min(COME_NS, since_ms * NS_PER_MS)

    def change_before(self, instant_ns: int) -> int:
        """The frame that is on at an instant."""
        return frame_before(instant_ns)

    def change_after(self, instant_ns: int) -> int:
        """The next frame."""
        return frame_before(instant_ns) + FRAME_NS

    def draw(self, surface: pygame.Surface, instant_ns: int, now_ns: int) -> bool:
        """The question, the slip that is large, and how many there are."""
        surface.blit(self._picture, (0, 0))
        share = min(1.0, max(0.0, (instant_ns - self._since_ns) / COME_NS))
        eased = 1 - (1 - share) ** 3
        phase, count = self._news.phase, self._news.figures[2]
        if phase == "result" and count:
            self._pin(surface, self._thanks, 1.0, 0.0)
        elif phase == "play" and self._shown >= 0:
            if 0 <= self._before < len(self._slips) and eased < 1:
                self._pin(surface, self._slips[self._before], 1 - eased, -eased)
            self._pin(surface, self._slips[self._shown], eased, 1 - eased)
        elif phase != "lobby" and not count:
            self._pin(surface, self._empty, 1.0, 0.0)
        self._draw_foot(surface, instant_ns)
        return True

    def _pin(self, surface: pygame.Surface, slip: pygame.Surface, opacity: float, away: float) -> None:
        """A slip in the middle of the board, `away` of a tenth of the board's height below its place."""
        slip.set_alpha(int(255 * opacity))
        place = slip.get_rect(center=self._board.center)
        surface.blit(slip, place if self.is_calm else place.move(0, int(away * self._board.height / 10)))

    def _draw_foot(self, surface: pygame.Surface, instant_ns: int) -> None:
        place, unit = self._place, self._unit
        _edition, current, count, _since = self._news.figures[:FIGURES]
        side, gap = max(3, int(2.2 * unit)), max(1, int(0.9 * unit))
        for index in range(count):
            paper, strip = SLIPS[index % len(SLIPS)]
            box = pygame.Rect(place.x + index * (side + gap), place.bottom - side - int(6 * unit), side, side)
            pygame.draw.rect(surface, strip if index == current else paper, box, border_radius=max(1, side // 5))
            pygame.draw.rect(surface, strip, box, max(1, side // 9), border_radius=max(1, side // 5))
        seconds = -(-max(0, self._news.left_ms - max(0, (instant_ns - self._heard_ns) // NS_PER_MS)) // 1000)
        answers = _("1 answer") if count == 1 else _("{count} answers").format(count=count)
        left = _("{seconds} s left").format(seconds=seconds)
        said = f"{answers}  ·  {left}" if self._news.phase == "play" else answers
        line = self._typesetter.line(said, int(4.2 * unit), "SemiBold", self._theme.accent, place.width)
        surface.blit(line, (place.x, place.bottom - line.get_height()))

    def _slip(self, index: int, words: str) -> pygame.Surface:
        paper, strip = SLIPS[index % len(SLIPS)]
        return _paper(self._rows(words, "Bold"), paper, strip, self._unit, TILTS[index % len(TILTS)])

    def _note(self, words: str) -> pygame.Surface:
        return _paper(self._rows(words, "SemiBold", SIZES[2]), PAPER, TEAL, self._unit, 0.0)

    def _rows(self, words: str, weight: Weight, most: float = SIZES[0]) -> list[pygame.Surface]:
        """`words` as large as they fit on the board."""
        wide, tall = int(self._board.width * 0.86), int(self._board.height * 0.8)
        rows: list[pygame.Surface] = []
        for size in [size for size in SIZES if size <= most]:
            rows = self._typesetter.paragraph(words, int(size * self._unit), weight, INK, wide, MOST_ROWS)
            whole = self._typesetter.paragraph(words, int(size * self._unit), weight, INK, wide, 99)
            if len(whole) == len(rows) and sum(row.get_height() for row in rows) <= tall:
                break
        return rows


def _ask(
    picture: pygame.Surface, prompt: Prompt, place: pygame.Rect, unit: float, typesetter: Typesetter, theme: Theme
) -> pygame.Rect:
    """Writes who asks and the question, in both languages; gives the room below for a slip."""
    top = place.y
    asker = typesetter.line(
        _("{asker} asks").format(asker=prompt.asker), int(3.6 * unit), "SemiBold", theme.accent, place.width
    )
    picture.blit(asker, (place.x, top))
    top += asker.get_height()
    said: list[tuple[str, float, Weight, Colour, int]] = [(prompt.question, 6.8, "Bold", theme.words, 3)]
    if prompt.also is not None:
        said = [
            (prompt.question, 5.8, "Bold", theme.words, 2), (prompt.also.question, 4.4, "SemiBold", theme.accent, 2),
        ]  # fmt: skip
    for words, size, weight, colour, most_rows in said:
        for line in typesetter.paragraph(words, int(size * unit), weight, colour, place.width, most_rows):
            picture.blit(line, (place.x, top))
            top += line.get_height()
    return pygame.Rect(place.x, top, place.width, max(1, place.bottom - int(10 * unit) - top))


def _paper(rows: list[pygame.Surface], paper: Colour, strip: Colour, unit: float, tilt: float) -> pygame.Surface:
    """A slip of paper with these rows on it, held by a strip, with a soft shadow."""
    pad, shade = int(3.4 * unit), max(1, int(0.7 * unit))
    wide = max((row.get_width() for row in rows), default=1) + 2 * pad
    tall = sum(row.get_height() for row in rows) + 2 * pad
    slip = pygame.Surface((wide + shade, tall + shade), pygame.SRCALPHA)
    radius = max(1, int(0.8 * unit))
    pygame.draw.rect(slip, (*INK, 40), (shade, shade, wide, tall), border_radius=radius)
    pygame.draw.rect(slip, paper, (0, 0, wide, tall), border_radius=radius)
    pygame.draw.rect(slip, strip, (wide // 2 - int(5 * unit), 0, int(10 * unit), max(1, int(1.3 * unit))))
    top = pad
    for row in rows:
        slip.blit(row, (pad, top))
        top += row.get_height()
    return pygame.transform.rotozoom(slip, tilt, 1.0) if tilt else slip
