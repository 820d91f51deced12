"""The invitation in a corner: a QR code to scan, and an address and a code to type, as large as the distance asks.

Composed once for an invitation and a surface's size; laying it over a picture is one blit. The sizes come from the real
height of the screen and how far away people stand, so that "large enough" is the same on every screen.
"""

from dataclasses import dataclass

import pygame

from content.language import translations
from display_node.messages import Invitation
from display_node.player.scenes.qr import LEAST_MODULE_PX, WHITE, across, drawn, matrix_of
from display_node.player.text import INK, SUN, TEAL, Typesetter

MODULES_A_DISTANCE = 250
"""A phone reads a module that is a 250th of the distance: a code of 25 modules from ten times its width."""
LETTERS_A_DISTANCE = 110
"""Letters set at a 110th of the distance have an x-height of a two-hundredth, the smallest that people read."""
MOST_SHARE_ALONG, MOST_SHARE_ACROSS = 0.40, 0.55
"""Of the longer and of the shorter side; what is too large for that is made smaller."""
MARGIN_SHARE = 0.035
SMALLEST_STAGE_PX = 120
SMALLEST_LETTERS_PX = 8
CODE_SHARE = 2
MOST_CALL_ROWS = 2
LONGEST_LINE_PX = 100_000
PROBE_PX = 40
ROWS = 8
"""Letters never take more than half of the height, were they so many rows."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Sizes in pixels of one screen: what a module and a letter should have, and what the whole may take."""

    module_px: int
    letters_px: int
    most_width: int
    most_height: int

    @classmethod
    def of(cls, invitation: Invitation, size: tuple[int, int]) -> "Measures":
        """For a surface of `size` on a screen as high, and read from as far, as the invitation says."""
        share_x, share_y = MOST_SHARE_ALONG, MOST_SHARE_ACROSS
        if size[0] < size[1]:
            share_x, share_y = share_y, share_x
        distance_px = invitation.distance_mm * size[1] / invitation.screen_height_mm
        return cls(
            max(LEAST_MODULE_PX, -int(-distance_px // MODULES_A_DISTANCE)),
            max(SMALLEST_LETTERS_PX, round(distance_px / LETTERS_A_DISTANCE)),
            int(size[0] * share_x),
            int(size[1] * share_y),
        )


class InvitationScene:
    """One invitation over pictures of one size. `reads_from_mm` is how far away its code can be scanned, 0 for none."""

    def __init__(self, invitation: Invitation, size: tuple[int, int], typesetter: Typesetter) -> None:
        """Composes it: a few milliseconds. A stage too small for words gets none."""
        self.place = pygame.Rect(0, 0, 0, 0)
        self.reads_from_mm = 0
        self._panel: pygame.Surface | None = None
        if min(size) < SMALLEST_STAGE_PX:
            return
        self._panel, module_px = _composed(invitation, Measures.of(invitation, size), typesetter)
        self.reads_from_mm = module_px * MODULES_A_DISTANCE * invitation.screen_height_mm // size[1]
        margin = int(min(size) * MARGIN_SHARE)
        self.place = in_corner(invitation.corner, self._panel.get_size(), size, margin)

    def draw(self, surface: pygame.Surface) -> None:
        """Lays it over `surface`."""
        if self._panel is not None:
            surface.blit(self._panel, self.place)


def in_corner(corner: str, panel: tuple[int, int], size: tuple[int, int], margin: int) -> pygame.Rect:
    """Where a panel of a size stands on a stage."""
    place = pygame.Rect((0, 0), panel)
    inside = pygame.Rect((0, 0), size).inflate(-2 * margin, -2 * margin)
    place.left = inside.left if corner.endswith("left") else inside.right - place.width
    place.top = inside.top if corner.startswith("top") else inside.bottom - place.height
    return place


def _composed(invitation: Invitation, measures: Measures, typesetter: Typesetter) -> tuple[pygame.Surface, int]:
    """The panel, and how many pixels a module of its code has: as large as it should be, or as there is room for."""
    matrix = matrix_of(invitation.payload)
    modules = across(matrix)
    letters_px = min(measures.letters_px, measures.most_height // (2 * ROWS))
    for typed, share in ((invitation.address, 1), (_wifi(invitation), 1), (" ".join(invitation.code), CODE_SHARE)):
        probe = typesetter.line(typed, PROBE_PX, "Bold", INK, LONGEST_LINE_PX).get_width() * share
        letters_px = min(letters_px, measures.most_width * PROBE_PX // max(1, probe + PROBE_PX))
    letters_px = max(SMALLEST_LETTERS_PX, letters_px)
    wanted_px = min(measures.module_px, measures.most_width // modules)
    half_px = max(SMALLEST_LETTERS_PX, letters_px // 2)
    while True:
        above, below = _rows(
            invitation, letters_px, max(wanted_px * modules, _typed_px(measures, letters_px)), typesetter
        )
        room = measures.most_height - sum(row.get_height() for row in (*above, *below)) - 2 * _pad(letters_px)
        # The words give way first, to half of what they should have: they stand beside a code that says the same.
        if room >= wanted_px * modules or letters_px == half_px:
            module_px = max(LEAST_MODULE_PX, min(wanted_px, room // modules))
            is_cramped = room < LEAST_MODULE_PX * modules
            return _panel([] if is_cramped else above, below, drawn(matrix, module_px), _pad(letters_px)), module_px
        letters_px = max(half_px, letters_px * 9 // 10)


def _pad(letters_px: int) -> int:
    return max(2, letters_px // 2)


def _typed_px(measures: Measures, letters_px: int) -> int:
    """How wide a typed line may be: one that could not be made small enough is cut short."""
    return measures.most_width - 2 * _pad(letters_px)


Rows = list[pygame.Surface]


def _rows(invitation: Invitation, letters_px: int, width: int, typesetter: Typesetter) -> tuple[Rows, Rows]:
    """What stands above the code, and below."""
    calls = [
        row
        for language in dict.fromkeys(invitation.languages)
        for row in typesetter.paragraph(_call(language), letters_px, "SemiBold", TEAL, width, MOST_CALL_ROWS)
    ]
    typed = [
        typesetter.line(words, letters_px, "SemiBold", INK, width)
        for words in (_wifi(invitation), invitation.address)
        if words
    ]
    if invitation.code:
        typed.append(typesetter.line(" ".join(invitation.code), CODE_SHARE * letters_px, "Bold", INK, width))
    return calls, typed


def _panel(above: Rows, below: Rows, code: pygame.Surface, pad: int) -> pygame.Surface:
    """Everything on white, each below the other."""
    rows = [*above, code, *below]
    width = max([code.get_width(), *(row.get_width() + 2 * pad for row in (*above, *below))])
    panel = pygame.Surface((width, sum(row.get_height() for row in rows) + 2 * pad))
    panel.fill(WHITE)
    panel.fill(SUN, (0, 0, width, max(2, pad // 2)))
    top = pad
    for row in rows:
        panel.blit(row, ((width - row.get_width()) // 2, top))
        top += row.get_height()
    return panel


def _wifi(invitation: Invitation) -> str:
    return f"Wi-Fi: {invitation.wifi}" if invitation.wifi else ""


def _call(language: str) -> str:
    return translations("display_node", language).gettext("Take part with your phone")
