"""A poll on the screen: the question large, a bar for each option that grows with the votes, and the time left.

The corner of the invitation stays free. Nothing but the bars and the clock moves.
"""

import pygame

from display_node.player.scenes.activity import FRAME_NS, Eased, beside_invitation, frame_before
from display_node.player.scenes.backdrop import laid
from display_node.player.text import Colour, Typesetter, Weight
from display_node.session_messages import SessionNow
from display_node.words import _
from kiosks.activities.poll import Before, Question
from kiosks.themes import PAPER, THEMES, Theme

LETTERS = "ABCDE"
SHARES = (1.0, 0.84, 0.7)
"""A long question gives way, so that each option has LEAST_ROW hundredths of the shorter side."""
LEAST_ROW = 8


class PollScene:
    """The poll for a surface of one size: composed once, the bars and figures drawn on top."""

    def __init__(
        self, question: Question, size: tuple[int, int], typesetter: Typesetter, theme: Theme = THEMES[PAPER],
        picture: pygame.Surface | None = None,
    ) -> None:  # fmt: skip
        """Composes it: some tens of milliseconds at 1920x1080. `picture` lies under its veil already."""
        self.number, self.is_calm = 0, False
        self._paper, foot, theme = laid(size, theme, picture)
        self._question, self._typesetter, self._theme = question, typesetter, theme
        self._unit = min(size) / 100
        self._place = beside_invitation(size, foot, int(6 * self._unit))
        self._asked = self._paper.copy()
        self._rows = _ask(self._asked, question, self._place, self._unit, typesetter, theme)
        between = self._rows[1].y - self._rows[0].bottom
        self._figures_px = max(1, min(int(4 * self._unit), between * 3 // 4))
        self._looking_back = None
        if question.before is not None:
            self._looking_back = self._paper.copy()
            _look_back(self._looking_back, question.before, self._place, self._unit, typesetter, theme)
        self._shares = [Eased(0.0) for _ in question.options]
        self._news = SessionNow("-", 0, "lobby", 0, 0, (0,) * len(question.options))
        self._heard_ns = 0

    def receive(self, news: SessionNow, now_ns: int) -> None:
        """Lets the bars grow to the newest counts."""
        counts = news.figures[: len(self._shares)]
        if len(counts) < len(self._shares):
            return
        self.number, self._news, self._heard_ns = news.number, news, now_ns
        most = max(*counts, 1)
        for share, count in zip(self._shares, counts, strict=True):
            share.to(count / most, now_ns, glides=not self.is_calm)

    def change_before(self, instant_ns: int) -> int:
        """The frame that is on at an instant."""
        return frame_before(instant_ns)

    def change_after(self, instant_ns: int) -> int:
        """The next frame."""
        return frame_before(instant_ns) + FRAME_NS

    def draw(self, surface: pygame.Surface, instant_ns: int, now_ns: int) -> bool:
        """The poll before while people gather, then the question with its bars."""
        if self._news.phase == "lobby" and self._looking_back is not None:
            surface.blit(self._looking_back, (0, 0))
            return True
        surface.blit(self._asked, (0, 0))
        counts = self._news.figures
        total = sum(counts)
        for index, row in enumerate(self._rows):
            self._draw_bar(surface, row, index, counts[index], total, instant_ns)
        self._draw_foot(surface, total, instant_ns)
        return True

    def _draw_bar(
        self, surface: pygame.Surface, row: pygame.Rect, index: int, count: int, total: int, instant_ns: int
    ) -> None:
        colour = self._theme.options[index]
        is_ahead = self._news.phase == "result" and count == max(self._news.figures) > 0
        width = int(row.width * self._shares[index].at(instant_ns))
        if width:
            pygame.draw.rect(surface, colour, (row.x, row.y, width, row.height), border_radius=row.height // 3)
        percent = f"{round(100 * count / total)} %" if total else ""
        words = f"{count}  ·  {percent}" if count else ""
        weight: Weight = "Bold" if is_ahead else "SemiBold"
        figures = self._typesetter.line(words, self._figures_px, weight, self._theme.words, row.width // 2)
        surface.blit(figures, (row.right - figures.get_width(), row.y - figures.get_height()))

    def _draw_foot(self, surface: pygame.Surface, total: int, instant_ns: int) -> None:
        place, unit = self._place, self._unit
        votes = _("{count} votes").format(count=total) if total != 1 else _("1 vote")
        since_ms = max(0, (instant_ns - self._heard_ns) // 1_000_000)
        seconds = -(-max(0, self._news.left_ms - since_ms) // 1000)
        is_result = self._news.phase == "result"
        said = _("The result") if is_result else _("{seconds} s left").format(seconds=seconds)
        line = self._typesetter.line(
            f"{said}  ·  {votes}", int(4.2 * unit), "SemiBold", self._theme.accent, place.width
        )
        surface.blit(line, (place.x, place.bottom - line.get_height()))


def _ask(
    picture: pygame.Surface, question: Question, place: pygame.Rect, unit: float, typesetter: Typesetter, theme: Theme
) -> list[pygame.Rect]:
    """Writes the question and the options, in both languages; gives where each bar is."""
    top, also = place.y, question.also
    asker = typesetter.line(
        _("{asker} asks").format(asker=question.asker), int(3.6 * unit), "SemiBold", theme.accent, place.width
    )
    picture.blit(asker, (place.x, top))
    top += asker.get_height()
    said: list[tuple[str, float, Weight, Colour, int]] = [(question.question, 7.6, "Bold", theme.words, 3)]
    if also is not None:
        # Beside two languages there is less room for each: the first stays the larger.
        said = [
            (question.question, 6.6, "Bold", theme.words, 2), (also.question, 4.8, "SemiBold", theme.accent, 2),
        ]  # fmt: skip
    foot = place.bottom - int(7 * unit)
    lines: list[pygame.Surface] = []
    for share in SHARES:
        fits = True
        lines = []
        for words, size, weight, colour, rows_most in said:
            px = int(size * share * unit)
            found = typesetter.paragraph(words, px, weight, colour, place.width, rows_most + 1)
            fits = fits and len(found) <= rows_most
            lines += typesetter.paragraph(words, px, weight, colour, place.width, rows_most)
        left = foot - top - int(2 * unit) - sum(line.get_height() for line in lines)
        if fits and left >= len(question.options) * LEAST_ROW * unit:
            break
    for line in lines:
        picture.blit(line, (place.x, top))
        top += line.get_height()
    top += int(2 * unit)
    each = max(1, (foot - top) // len(question.options))
    bar = max(2, min(int(4.2 * unit), each * 2 // 5))
    rows = []
    for index, option in enumerate(question.options):
        label_px = max(1, min(int(4.8 * unit), each - bar - int(unit)))
        words = f"{LETTERS[index]} · {option}"
        if also is not None and also.options[index] != option:
            words += f"  /  {also.options[index]}"
        label = typesetter.line(words, int(label_px * 0.78), "SemiBold", theme.options[index], place.width * 3 // 4)
        y = top + index * each
        row = pygame.Rect(place.x, y + label.get_height(), place.width, bar)
        picture.blit(label, (place.x, y))
        pygame.draw.rect(picture, theme.track, row, border_radius=bar // 3)
        rows.append(row)
    return rows


def _look_back(
    picture: pygame.Surface, before: Before, place: pygame.Rect, unit: float, typesetter: Typesetter, theme: Theme
) -> None:
    """The poll before, what came out, and what the asker says to it."""
    top = place.y
    total = max(1, sum(before.counts))
    ahead = max(range(len(before.options)), key=lambda index: before.counts[index])
    result = f"{before.options[ahead]}: {round(100 * before.counts[ahead] / total)} %"
    said: tuple[tuple[str, float, Weight, Colour, int], ...] = (
        (_("Last time you were asked"), 3.6, "SemiBold", theme.accent, 1),
        (before.question, 5.2, "SemiBold", theme.words, 2),
        (result, 7.2, "Bold", theme.options[1], 2),
        (_("The answer"), 3.6, "SemiBold", theme.accent, 1),
        (before.reply, 5.0, "SemiBold", theme.words, 4),
    )
    for words, size, weight, colour, rows in said:
        for line in typesetter.paragraph(words, int(size * unit), weight, colour, place.width, rows):
            picture.blit(line, (place.x, top))
            top += line.get_height()
        top += int(1.6 * unit)
