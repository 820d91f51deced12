"""How well the player keeps time, in plain figures over the picture: for whoever sets a panel up."""

import pygame

from display_node.messages import Heartbeat
from display_node.player.text import INK, PAPER, Typesetter
from display_node.words import _

SMALLEST_STAGE_PX = 240
SHARE_OF_HEIGHT = 40
US_PER_MS = 1_000


class StatsOverlay:
    """A small plate at the upper left. Composed once for each heartbeat; laid over each picture while it is on."""

    def __init__(self, typesetter: Typesetter) -> None:
        """Off."""
        self._typesetter = typesetter
        self._beat: Heartbeat | None = None
        self._plate: pygame.Surface | None = None
        self.is_on = False

    def hear(self, beat: Heartbeat) -> None:
        """Says this from the next picture on."""
        self._beat, self._plate = beat, None

    def draw(self, surface: pygame.Surface) -> None:
        """Lays the plate over `surface`, when it is on and there is room."""
        if not self.is_on or self._beat is None or surface.get_width() < SMALLEST_STAGE_PX:
            return
        if self._plate is None:
            self._plate = self._composed(self._beat, surface.get_size())
        part, margin = surface.get_clip(), surface.get_height() // SHARE_OF_HEIGHT
        surface.blit(self._plate, (part.left + margin, part.top + margin))

    def _composed(self, beat: Heartbeat, size: tuple[int, int]) -> pygame.Surface:
        size_px = max(10, size[1] // SHARE_OF_HEIGHT)
        rows = [
            self._typesetter.line(words, size_px, "Regular", PAPER, size[0] - 4 * size_px)
            for words in _lines(beat, size)
        ]
        plate = pygame.Surface((max(row.get_width() for row in rows) + size_px, sum(row.get_height() for row in rows)))
        plate.fill(INK)
        top = 0
        for row in rows:
            plate.blit(row, (size_px // 2, top))
            top += row.get_height()
        return plate


def _lines(beat: Heartbeat, size: tuple[int, int]) -> tuple[str, ...]:
    sound = _("sound {off} ms behind").format(off=_ms(beat.sound_us)) if beat.has_sound_device else _("no sound device")
    cues = _("cues {n}").format(n=beat.cues_left)
    behind = _("behind the clock {median} ms, 99 of 100 at most {worst} ms")
    return (
        f"{size[0]} × {size[1]}  {beat.layer}  {beat.kind}  {beat.item[:12]}",
        _("pictures {shown}, late {late}, left out {dropped}").format(
            shown=beat.frames_shown, late=beat.frames_late, dropped=beat.frames_dropped
        ),
        behind.format(median=_ms(beat.sync_us), worst=_ms(beat.sync_worst_us)),
        f"{sound}, {cues}",
        *((_("decoded by {decoder}").format(decoder=beat.decoder),) if beat.decoder else ()),
    )


def _ms(us: int) -> str:
    return f"{us / US_PER_MS:.1f}"
