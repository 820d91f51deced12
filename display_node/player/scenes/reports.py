"""Street reports on the screen: how many came from here, and one after the other what the council made of them.

Cards are composed with the scene, beside the frame loop. Nothing moves but one card giving way to the next.
"""

import pygame

from content.reading import BadDocument
from display_node.player.scenes.activity import FRAME_NS, beside_invitation, frame_before
from display_node.player.scenes.landscape import paper_hills
from display_node.player.scenes.scene import NS_PER_MS
from display_node.player.text import CORAL, INK, PAPER, PLUM, SUN, TEAL, Colour, Typesetter
from display_node.session_messages import SessionNow, SessionWords
from display_node.words import _
from kiosks.activities.reports import Status, Told, read_row
from kiosks.activities.wall import Prompt

FIGURES = 7
"""The edition of the rows, which is large (-1 for none), how many, since how many ms; reported, open, done."""
COME_NS = 500 * NS_PER_MS
QUIET: Colour = (0x52, 0x5A, 0x70)
CARD: Colour = (0xFF, 0xFF, 0xFF)
LINE: Colour = (0xE3, 0xDC, 0xCD)
COLOURS: dict[Status, Colour] = {"looked_at": SUN, "planned": (0x2F, 0x5D, 0xA8), "done": TEAL, "not_done": PLUM}
ON: dict[Status, Colour] = {"looked_at": INK, "planned": PAPER, "done": PAPER, "not_done": PAPER}
SIZES = (5.8, 5.2, 4.6, 4.0, 3.5)
"""What the council says is as large as it fits, in hundredths of the shorter side."""
MOST_ROWS = 8


def status_words(status: Status) -> str:
    """What became of it, as people read it."""
    return {
        "looked_at": _("Looked at"), "planned": _("Planned"), "done": _("Done"), "not_done": _("Not done"),
    }[status]  # fmt: skip


class ReportsScene:
    """The reports of a place for a surface of one size."""

    def __init__(
        self, prompt: Prompt, words: SessionWords | None, size: tuple[int, int], typesetter: Typesetter
    ) -> None:
        """Composes question and cards: some tenths of a second for a dozen at 1920x1080."""
        self.number, self.is_calm = 0, False
        self._typesetter, self._unit = typesetter, min(size) / 100
        self._picture = pygame.Surface(size)
        self._picture.fill(PAPER)
        hills_top = paper_hills(self._picture)
        self._place = beside_invitation(size, hills_top, int(6 * self._unit))
        top = self._ask(prompt)
        tall = int(9.5 * self._unit)
        self._counted = pygame.Rect(self._place.x, top, self._place.width, tall)
        below = top + tall + int(2.4 * self._unit)
        self._board = pygame.Rect(self._place.x, below, self._place.width, max(1, self._place.bottom - below))
        self._edition = -1 if words is None else words.edition
        self._cards = [self._card(told) for told in _told(words)]
        self._empty = self._note(
            _("Is something broken here, or could it be better? Scan the code and tell the council.")
        )
        self._thanks = self._note(
            _("Scan the code and tell the council. You get a number and see here what becomes of it.")
        )
        self._news = SessionNow("-", 0, "lobby", 0, 0, (0, -1, 0, 0, 0, 0, 0))
        self._shown, self._before, self._since_ns = -1, -1, 0

    def receive(self, news: SessionNow, now_ns: int) -> None:
        """Lets the next card come when another is large."""
        if len(news.figures) < FIGURES:
            return
        self.number, self._news = news.number, news
        edition, place, _count, since_ms = news.figures[:4]
        shown = place if edition == self._edition and place < len(self._cards) else -1
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
        """The question, the counts, and the card that is large."""
        surface.blit(self._picture, (0, 0))
        self._draw_counts(surface)
        if self._news.phase in ("result", "lobby") or self._shown < 0:
            self._lay(surface, self._thanks if self._news.figures[4] > 0 else self._empty, 1.0)
            return True
        share = min(1.0, max(0.0, (instant_ns - self._since_ns) / COME_NS))
        if 0 <= self._before < len(self._cards) and share < 1 and self._before != self._shown:
            self._lay(surface, self._cards[self._before], 1 - share)
        self._lay(surface, self._cards[self._shown], share)
        self._draw_dots(surface)
        return True

    def _lay(self, surface: pygame.Surface, card: pygame.Surface, opacity: float) -> None:
        card.set_alpha(int(255 * opacity))
        surface.blit(card, self._board.topleft)

    def _draw_counts(self, surface: pygame.Surface) -> None:
        reported, is_open, done = self._news.figures[4:FIGURES]
        if min(reported, is_open, done) < 0:
            return
        told = (
            (reported, _("reported here"), INK), (is_open, _("open"), COLOURS["planned"]), (done, _("done"), TEAL),
        )  # fmt: skip
        x, right, gap = self._counted.x, self._counted.right, int(self._unit)
        for count, words, colour in told:
            figure = self._typesetter.line(str(count), int(7.4 * self._unit), "Bold", colour, max(1, right - x))
            surface.blit(figure, (x, self._counted.bottom - figure.get_height()))
            x += figure.get_width() + gap
            label = self._typesetter.line(words, int(3.4 * self._unit), "SemiBold", QUIET, max(1, right - x))
            surface.blit(label, (x, self._counted.bottom - label.get_height() - int(1.3 * self._unit)))
            x += label.get_width() + 3 * gap

    def _draw_dots(self, surface: pygame.Surface) -> None:
        side, gap = max(2, int(1.2 * self._unit)), max(2, int(1.4 * self._unit))
        y = min(
            self._board.y + self._cards[self._shown].get_height() + int(1.6 * self._unit), self._board.bottom - side
        )
        for index in range(len(self._cards)):
            box = pygame.Rect(self._board.x + index * (side + gap), y, side, side)
            pygame.draw.rect(surface, INK if index == self._shown else LINE, box, border_radius=side // 2)

    def _ask(self, prompt: Prompt) -> int:
        """Writes who asks and the question, in both languages; gives the top of the room below."""
        place, unit, top = self._place, self._unit, self._place.y
        asker = self._typesetter.line(
            _("{asker} asks").format(asker=prompt.asker), int(3.4 * unit), "SemiBold", TEAL, place.width
        )
        self._picture.blit(asker, (place.x, top))
        top += asker.get_height()
        rows = self._typesetter.paragraph(prompt.question, int(6.0 * unit), "Bold", INK, place.width, 2)
        if prompt.also is not None:
            # In two languages each has one line: the cards are what people come for.
            rows = [
                self._typesetter.line(prompt.question, int(5.6 * unit), "Bold", INK, place.width),
                self._typesetter.line(prompt.also.question, int(4.2 * unit), "SemiBold", TEAL, place.width),
            ]
        for row in rows:
            self._picture.blit(row, (place.x, top))
            top += row.get_height()
        return top + int(1.6 * unit)

    def _card(self, told: Told) -> pygame.Surface:
        """One report: its number and status at the head, what it is about, what the council says."""
        unit, pad = self._unit, int(3 * self._unit)
        wide = self._board.width - 2 * pad
        colour = COLOURS[told.status]
        pill = self._pill(status_words(told.status), colour, ON[told.status])
        number = self._typesetter.line(
            _("Report {number}").format(number=told.number), int(4.0 * unit), "SemiBold", QUIET, wide - pill.get_width()
        )
        rows = self._typesetter.paragraph(told.category, int(5.6 * unit), "Bold", INK, wide, 2)
        used = pad * 2 + pill.get_height() + sum(row.get_height() for row in rows) + int(1.6 * unit)
        said = self._rows(told.said, wide, self._board.height - used - int(3.2 * unit)) if told.said else []
        tall = min(self._board.height, used + sum(row.get_height() for row in said))
        card = pygame.Surface((self._board.width, tall), pygame.SRCALPHA)
        radius = max(1, int(1.6 * unit))
        pygame.draw.rect(card, CARD, card.get_rect(), border_radius=radius)
        pygame.draw.rect(card, LINE, card.get_rect(), max(1, int(0.3 * unit)), border_radius=radius)
        strip = pygame.Rect(0, 0, max(2, int(1.1 * unit)), tall)
        pygame.draw.rect(card, colour, strip, border_top_left_radius=radius, border_bottom_left_radius=radius)
        card.blit(pill, (pad, pad))
        card.blit(
            number, (pad + pill.get_width() + int(2 * unit), pad + (pill.get_height() - number.get_height()) // 2)
        )
        top = pad + pill.get_height() + int(0.8 * unit)
        for part in (rows, said):
            for row in part:
                card.blit(row, (pad, top))
                top += row.get_height()
            top += int(0.8 * unit)
        return card

    def _pill(self, words: str, colour: Colour, on: Colour) -> pygame.Surface:
        line = self._typesetter.line(words, int(4.4 * self._unit), "Bold", on, self._board.width // 2)
        pad = int(2 * self._unit)
        pill = pygame.Surface((line.get_width() + 2 * pad, line.get_height() + pad // 2), pygame.SRCALPHA)
        pygame.draw.rect(pill, colour, pill.get_rect(), border_radius=pill.get_height() // 2)
        pill.blit(line, (pad, pad // 4))
        return pill

    def _rows(self, words: str, wide: int, tall: int) -> list[pygame.Surface]:
        """What the council says, as large as it fits."""
        rows: list[pygame.Surface] = []
        for size in SIZES:
            rows = self._typesetter.paragraph(words, int(size * self._unit), "SemiBold", QUIET, wide, MOST_ROWS)
            if sum(row.get_height() for row in rows) <= tall and len(rows) < MOST_ROWS:
                return rows
        most = max(1, tall // max(1, rows[0].get_height()))
        return self._typesetter.paragraph(words, int(SIZES[-1] * self._unit), "SemiBold", QUIET, wide, most)

    def _note(self, words: str) -> pygame.Surface:
        unit, pad = self._unit, int(3 * self._unit)
        rows = self._typesetter.paragraph(words, int(5.4 * unit), "SemiBold", INK, self._board.width - 2 * pad, 4)
        note = pygame.Surface(
            (self._board.width, min(self._board.height, 2 * pad + sum(row.get_height() for row in rows))),
            pygame.SRCALPHA,
        )
        radius = max(1, int(1.6 * unit))
        pygame.draw.rect(note, (0xF3, 0xEC, 0xDD), note.get_rect(), border_radius=radius)
        pygame.draw.rect(note, CORAL, pygame.Rect(0, 0, max(2, int(1.1 * unit)), note.get_height()))
        top = pad
        for row in rows:
            note.blit(row, (pad, top))
            top += row.get_height()
        return note


def _told(words: SessionWords | None) -> list[Told]:
    """The rows that can be read; a row of another version is a card that says nothing, and is left out of the set."""
    found: list[Told] = []
    for one in () if words is None else words.words:
        try:
            found.append(read_row(one))
        except BadDocument:
            return found
    return found
