"""The bells on the screen: each note a light, mirrored into a star, and the round below that shows when it sounds."""

import math
from itertools import pairwise

import pygame

from display_node.player.scenes.activity import FRAME_NS, SHARE_TALL, SHARE_WIDE, frame_before
from display_node.player.scenes.scene import NS_PER_MS
from display_node.player.text import INK, PAPER, SUN, Colour, Typesetter
from display_node.session_messages import SessionNow
from display_node.words import _
from kiosks.activities.bells import BEAT_MS, PITCHES, beat_of, begin, pitch_of
from kiosks.messages import BEATS

FIGURES = 4
"""The notes as a mask, the newest (-1 for none), how many came in this session, and ms since it began."""
ARMS = 8
"""The star is turned so often, and mirrored in each arm."""
COLOURS: tuple[Colour, ...] = (
    (0x5B, 0xC2, 0xB5), SUN, (0xF0, 0x85, 0x62), (0xC9, 0x9A, 0xD6), PAPER,
)  # fmt: skip
"""By pitch, the lowest first."""
LACE: Colour = (0x56, 0x68, 0x95)
EMPTY: Colour = (0x2A, 0x37, 0x57)
STEPS = 6
"""Sizes of a light while it swells and fades again."""


class BellsScene:
    """The star for a surface of one size."""

    def __init__(self, size: tuple[int, int], typesetter: Typesetter) -> None:
        """Composes ground and lights: some hundredths of a second at 1920x1080."""
        self.number, self.is_calm = 0, False
        self._typesetter, self._unit = typesetter, min(size) / 100
        width, height = size
        self._margin = int(6 * self._unit)
        if width >= height:
            self._place = pygame.Rect(0, 0, int(width * SHARE_WIDE), height)
        else:
            top = int(height * (1 - SHARE_TALL))
            self._place = pygame.Rect(0, top, width, height - top)
        self._middle, self._radius = _star_place(self._place, self._unit)
        self._ground = pygame.Surface(size)
        self._ground.fill(INK)
        for ring in range(PITCHES):
            radius = int(self._radius * _reach(ring))
            pygame.draw.circle(self._ground, EMPTY, self._middle, radius, max(1, int(self._unit * 0.15)))
        small = self._unit * 0.9
        self._lights = [
            [_light(int(small * (1 + 0.9 * step / (STEPS - 1))), colour) for step in range(STEPS)] for colour in COLOURS
        ]
        self._news = SessionNow("-", 0, "lobby", 0, 0, (0, -1, 0, 0))
        self._notes: tuple[int, ...] = ()
        self._star = self._ground.copy()
        self._heard_ns = 0

    def receive(self, news: SessionNow, now_ns: int) -> None:
        """Draws these notes from the next frame on."""
        if len(news.figures) < FIGURES:
            return
        self.number, self._news, self._heard_ns = news.number, news, now_ns
        notes = begin(news.figures[0]).notes
        if notes != self._notes:
            self._notes = notes
            self._compose()

    def change_before(self, instant_ns: int) -> int:
        """The frame that is on at an instant."""
        return frame_before(instant_ns)

    def change_after(self, instant_ns: int) -> int:
        """The next frame."""
        return frame_before(instant_ns) + FRAME_NS

    def draw(self, surface: pygame.Surface, instant_ns: int, now_ns: int) -> bool:
        """The star, the round and the words."""
        surface.blit(self._star, (0, 0))
        beats = self._beats(instant_ns)
        for note in self._notes:
            step = 0 if self.is_calm else _swell(beats, beat_of(note))
            if step:
                self._shine(surface, note, step)
        self._draw_round(surface, beats)
        self._draw_words(surface, instant_ns)
        return True

    def _compose(self) -> None:
        """The star at rest, some milliseconds: only when a note came or went."""
        self._star.blit(self._ground, (0, 0))
        self._draw_lace(self._star)
        for note in self._notes:
            self._shine(self._star, note, 0)

    def _shine(self, surface: pygame.Surface, note: int, step: int) -> None:
        light = self._lights[pitch_of(note)][step]
        for spot in self._spots(note):
            surface.blit(light, light.get_rect(center=spot), special_flags=pygame.BLEND_RGB_ADD)

    def _beats(self, instant_ns: int) -> float:
        """Where in the round it is, in beats."""
        since_ms = max(0, min(1_000, (instant_ns - self._heard_ns) / NS_PER_MS))
        return (self._news.figures[3] + since_ms) / BEAT_MS % BEATS

    def _spots(self, note: int) -> list[tuple[int, int]]:
        """Where a note stands in every arm, and mirrored."""
        reach = self._radius * _reach(pitch_of(note))
        half = math.pi / ARMS
        lean = half * (beat_of(note) + 0.5) / BEATS
        angles = [2 * half * arm + side * lean for arm in range(ARMS) for side in (1, -1)]
        x, y = self._middle
        return [(round(x + reach * math.sin(angle)), round(y - reach * math.cos(angle))) for angle in angles]

    def _draw_lace(self, surface: pygame.Surface) -> None:
        """Threads from each note to the next that sounds."""
        threaded = [self._spots(note) for note in sorted(self._notes, key=lambda note: (beat_of(note), note))]
        for one, other in pairwise(threaded):
            for start, end in zip(one, other, strict=True):
                pygame.draw.aaline(surface, LACE, start, end)

    def _draw_round(self, surface: pygame.Surface, beats: float) -> None:
        """The same notes as on the phones, and where the round is."""
        side, gap = max(3, int(2.0 * self._unit)), max(1, int(0.7 * self._unit))
        left = self._margin
        top = self._place.bottom - self._margin - PITCHES * (side + gap)
        for beat in range(BEATS):
            for pitch in range(PITCHES):
                is_set = pitch * BEATS + beat in self._notes
                box = (left + beat * (side + gap), top + (PITCHES - 1 - pitch) * (side + gap), side, side)
                pygame.draw.rect(surface, COLOURS[pitch] if is_set else EMPTY, box, border_radius=max(1, side // 4))
        mark = (left + int(beats) * (side + gap), top + PITCHES * (side + gap), side, max(2, gap))
        pygame.draw.rect(surface, SUN, mark)

    def _draw_words(self, surface: pygame.Surface, instant_ns: int) -> None:
        unit, phase = self._unit, self._news.phase
        since_ms = max(0, (instant_ns - self._heard_ns) // NS_PER_MS)
        seconds = -(-max(0, self._news.left_ms - since_ms) // 1000)
        count, added = len(self._notes), self._news.figures[2]
        heading = _("Bells that strangers continue") if phase != "result" else _("It goes on from here")
        if phase == "lobby":
            line = _("Set a few notes on your phone")
        elif phase == "result":
            line = _("{added} notes came, {count} are in the round").format(added=added, count=count)
        else:
            line = _("{count} notes").format(count=count) + "  ·  " + _("{seconds} s left").format(seconds=seconds)
        top, width = self._place.y + int(4.5 * unit), self._place.width - 2 * self._margin
        for words, size in ((heading, 5.4), (line, 3.8)):
            row = self._typesetter.line(words, int(size * unit), "Bold", PAPER, max(20, width))
            surface.blit(row, (self._margin, top))
            top += row.get_height()


def _star_place(place: pygame.Rect, unit: float) -> tuple[tuple[int, int], int]:
    """The middle and the reach of the star: below the words, beside or above the round."""
    top, foot = place.y + int(17 * unit), place.bottom - int(5 * unit)
    radius = max(8, min((foot - top) // 2, (place.width - int(10 * unit)) // 2))
    x = place.x + place.width - radius - int(3 * unit) if place.width > 2.4 * radius else place.centerx
    return (x, (top + foot) // 2), radius


def _reach(pitch: int) -> float:
    """How far from the middle a pitch stands, of the whole."""
    return 0.34 + 0.64 * pitch / (PITCHES - 1)


def _swell(beats: float, beat: int) -> int:
    """How large a light is: it swells when it sounds and fades within two beats."""
    since = (beats - beat) % BEATS
    return max(0, round((STEPS - 1) * (1 - since / 2))) if since < 2 else 0


def _light(radius: int, colour: Colour) -> pygame.Surface:
    """A soft round light, to be added to what is there."""
    radius = max(3, radius * 2)
    light = pygame.Surface((2 * radius, 2 * radius))
    for step in range(radius, 0, -1):
        share = min(1.0, 2.2 * (1 - step / radius) ** 1.6)
        pygame.draw.circle(light, tuple(int(channel * share) for channel in colour), (radius, radius), step)
    return light
