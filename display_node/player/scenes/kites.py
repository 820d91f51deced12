"""The kites on the screen: the evening sky over the town, a kite for everybody who plays, lights, and lit windows.

The scene is told thirty times a second where everything is and draws it sixty times, gliding in between. Everything
is drawn from small pictures made once; a frame is one large copy and some hundred small ones.
"""

import math

import pygame

from display_node.player.scenes import kite_art
from display_node.player.scenes.activity import FRAME_NS, SHARE_TALL, SHARE_WIDE, frame_before
from display_node.player.scenes.gliding import MOST_FLIGHTS, Flight, Gliding, Spot
from display_node.player.scenes.kite_board import KiteBoard
from display_node.player.scenes.landscape import cloud, dusk
from display_node.player.text import CORAL, PAPER, SUN, Colour, Typesetter
from display_node.session_messages import SessionNow
from display_node.visitor_words import paint
from display_node.words import _
from kiosks.activities.kite_figures import KiteSeen, SkySeen, seen
from kiosks.activities.kites import STAR_HELD_MS
from kiosks.activities.sky import SIDE
from kiosks.messages import FULL
from kiosks.visits import COLOURS

STRING: Colour = (0x8C, 0x86, 0xA4)
KITE_UNITS, LIGHT_UNITS, STAR_UNITS, NAME_UNITS = 7.4, 2.9, 4.6, 2.5
TAIL_UNITS = 1.9
"""From one light on a tail to the next."""
SWAYS = 1.3
"""Seconds of one sway of a tail."""
FOUND_S = 4.0
"""A new kite has a ring for so long: whose it is finds it."""
EXAMPLE_MS = 4_000
EXAMPLE: tuple[Spot, Spot, Spot] = ((7_600, 6_600), (5_600, 3_000), (4_200, 9_000))
"""What is to be done, shown before the round: a kite comes, catches a light, and brings it home."""
STREAKS = 12
FALLBACK = SkySeen(0, 0, 0, 1, (0, 0), 0, 0, None, (), (), ())
GHOST = -1
PALE = 150


class KitesScene:
    """The sky for a surface of one size."""

    def __init__(self, size: tuple[int, int], typesetter: Typesetter) -> None:
        """Composes town and lights: some tenths of a second at 1920x1080."""
        self.number, self.is_calm = 0, False
        self._size, self._typesetter, self._unit = size, typesetter, min(size) / 100
        self._place = _place(size)
        self._picture, windows = dusk(size)
        self._windows = windows[:: max(1, len(windows) // 200)]
        unit = self._unit
        self._light = kite_art.glow(int(LIGHT_UNITS * unit), SUN)
        self._tail_light = kite_art.glow(int(1.5 * unit), SUN)
        self._halo = kite_art.glow(int(2.2 * STAR_UNITS * unit), CORAL, 0.02)
        self._star = kite_art.star(max(4, int(STAR_UNITS * unit)))
        self._clouds = [cloud(max(8, int(size[0] * share)), seed) for seed, share in ((3, 0.30), (5, 0.22))]
        self._pale = kite_art.kite_leans(max(6, int(KITE_UNITS * unit)), COLOURS.index("silver"), 0)
        for picture in self._pale:
            picture.set_alpha(PALE)
        self._leans: dict[tuple[int, int], list[pygame.Surface]] = {}
        self._names: dict[tuple[int, int], pygame.Surface] = {}
        self._board = KiteBoard(size, self._place, typesetter)
        self._news, self._sky = SessionNow("-", 0, "lobby", 0, 0, ()), FALLBACK
        self._kites, self._lights = Gliding(), Gliding()
        self._lean: dict[int, float] = {}
        self._flights: list[Flight] = []
        self._heard_ns = 0

    def receive(self, news: SessionNow, now_ns: int) -> None:
        """Glides to the newest places."""
        sky = seen(news.figures)
        if sky is None:
            return
        was, self._sky = self._sky, sky
        self.number, self._news, self._heard_ns = news.number, news, now_ns
        self._fly(was, now_ns)
        self._kites.to({kite.visitor: (kite.x, kite.y) for kite in sky.kites}, now_ns)
        self._lights.to({light.number: (light.x, light.y) for light in sky.lights}, now_ns)
        before = {kite.visitor: kite.x for kite in was.kites}
        for kite in sky.kites:
            fast = max(-1.0, min(1.0, (kite.x - before.get(kite.visitor, kite.x)) / 60))
            self._lean[kite.visitor] = self._lean.get(kite.visitor, 0.0) * 0.7 + fast * 0.3

    def change_before(self, instant_ns: int) -> int:
        """The frame that is on at an instant."""
        return frame_before(instant_ns)

    def change_after(self, instant_ns: int) -> int:
        """The next frame."""
        return frame_before(instant_ns) + FRAME_NS

    def draw(self, surface: pygame.Surface, instant_ns: int, now_ns: int) -> bool:
        """The sky as it is."""
        surface.blit(self._picture, (0, 0))
        drifting_s = 0.0 if self.is_calm else instant_ns / 1e9
        self._draw_air(surface, drifting_s)
        self._draw_windows(surface, drifting_s)
        self._board.draw(surface, self._news, self._sky, self._left_ms(instant_ns))
        self._draw_star(surface, drifting_s)
        if self._news.phase == "lobby":
            self._draw_example(surface, self._sky.at_ms + max(0, instant_ns - self._heard_ns) // 1_000_000)
        for light in self._sky.lights:
            age_s = self._lights.age_ns(light.number, instant_ns) / 1e9
            self._add(surface, self._light, self._lights.at(light.number, instant_ns), drifting_s, light.number, age_s)
        for kite in self._sky.kites:
            self._draw_kite(surface, kite, self._kites.at(kite.visitor, instant_ns), drifting_s)
        for kite in self._sky.kites:
            spot = self._kites.at(kite.visitor, instant_ns)
            self._draw_name(surface, kite, spot)
            age_s = self._kites.age_ns(kite.visitor, instant_ns) / 1e9
            if age_s < FOUND_S:
                radius = int((5.5 + (0 if self.is_calm else 10 * max(0.0, 1 - age_s))) * self._unit)
                pygame.draw.circle(surface, PAPER, self._spot(spot), radius, max(2, int(0.4 * self._unit)))
        self._draw_flights(surface, instant_ns)
        return True

    def _left_ms(self, instant_ns: int) -> int:
        return max(0, self._news.left_ms - max(0, instant_ns - self._heard_ns) // 1_000_000)

    def _spot(self, spot: Spot) -> tuple[int, int]:
        """Where a place of the sky is on the picture."""
        place = self._place
        return int(place.x + spot[0] * place.width / SIDE), int(place.y + spot[1] * place.height / SIDE)

    # --- sky and town ------------------------------------------------------------------------------------------------

    def _draw_air(self, surface: pygame.Surface, drifting_s: float) -> None:
        """Clouds, and the wind that those make who watch."""
        width, height = self._size
        for index, picture in enumerate(self._clouds):
            span = width + picture.get_width()
            left = (index * 0.37 * span + drifting_s * (6 + 3 * index)) % span - picture.get_width()
            surface.blit(picture, (int(left), int(height * (0.10 + 0.14 * index))))
        wind_x, wind_y = self._sky.wind
        if abs(wind_x) + abs(wind_y) < FULL // 10:
            return
        long = 0.075 * self._unit
        for index in range(STREAKS):
            along = (drifting_s * 0.35 + index * 0.381) % 1.0
            x = ((index * 0.618) % 1.0) * SIDE + wind_x * 24 * (along - 0.5)
            y = (0.10 + 0.62 * ((index * 0.277) % 1.0)) * SIDE + wind_y * 24 * (along - 0.5)
            start = self._spot((x, y))
            fade = 1 - abs(2 * along - 1)
            colour = tuple(int(channel * (0.35 + 0.5 * fade)) for channel in (0xB9, 0xAE, 0xCB))
            end = int(start[0] + wind_x * long), int(start[1] + wind_y * long)
            pygame.draw.line(surface, colour, start, end, max(1, int(0.28 * self._unit)))

    def _draw_windows(self, surface: pygame.Surface, drifting_s: float) -> None:
        sky = self._sky
        lit = min(len(self._windows), sky.lit * len(self._windows) // max(1, sky.needed))
        for index in range(lit):
            # They wake all over the town, not from the left.
            window = self._windows[index * 83 % len(self._windows)]
            breath = 0.86 + 0.14 * math.sin(drifting_s / 2 + index)
            surface.fill(tuple(int(channel * breath) for channel in SUN), window.inflate(2, 2))

    def _add(
        self, surface: pygame.Surface, light: pygame.Surface, spot: Spot, drifting_s: float, index: int, age_s: float
    ) -> None:  # fmt: skip
        """A light that comes up and floats a little, added to what is there."""
        x, y = self._spot(spot)
        float_y = 0.5 * self._unit * math.sin(drifting_s * 1.7 + index)
        rise_y = 2.5 * self._unit * max(0.0, 1 - age_s / 0.5) if drifting_s else 0.0
        place = light.get_rect(center=(x, int(y + float_y + rise_y)))
        surface.blit(light, place, special_flags=pygame.BLEND_RGB_ADD)

    def _draw_star(self, surface: pygame.Surface, drifting_s: float) -> None:
        star = self._sky.star
        if star is None:
            return
        spot = self._spot((star[0], star[1]))
        surface.blit(self._halo, self._halo.get_rect(center=spot), special_flags=pygame.BLEND_RGB_ADD)
        surface.blit(self._star, self._star.get_rect(center=spot))
        radius = int(STAR_UNITS * 1.35 * self._unit)
        box = pygame.Rect(0, 0, 2 * radius, 2 * radius)
        box.center = spot
        turn = 2 * math.pi * min(1.0, star[2] / STAR_HELD_MS)
        thick = max(2, int(0.6 * self._unit))
        if turn:
            pygame.draw.arc(surface, PAPER, box, math.pi / 2 - turn, math.pi / 2, thick)
        words = _("Two together") if len(self._sky.kites) > 1 else _("Stay here")
        plate = self._plate((GHOST, len(words)), words, SUN)
        surface.blit(plate, plate.get_rect(midtop=(spot[0], box.bottom)))

    def _draw_example(self, surface: pygame.Surface, at_ms: int) -> None:
        """A pale kite does what is to be done, again and again; where nothing moves it waits at the light."""
        begin, catch, home = EXAMPLE
        share = 0.5 if self.is_calm else at_ms % EXAMPLE_MS / EXAMPLE_MS
        is_caught = share >= 0.5
        start, end = (catch, home) if is_caught else (begin, catch)
        part = share % 0.5 * 2 if not self.is_calm else 0.0
        eased = part * part * (3 - 2 * part)
        x, y = self._spot((start[0] + (end[0] - start[0]) * eased, start[1] + (end[1] - start[1]) * eased))
        picture = self._pale[kite_art.lean_of((end[0] - start[0]) / 9_000)]
        light = self._light
        spot = (x, y + int(KITE_UNITS * 0.9 * self._unit)) if is_caught else self._spot(catch)
        surface.blit(light, light.get_rect(center=spot), special_flags=pygame.BLEND_RGB_ADD)
        surface.blit(picture, picture.get_rect(center=(x, y)))

    # --- kites -------------------------------------------------------------------------------------------------------

    def _draw_kite(self, surface: pygame.Surface, kite: KiteSeen, at: Spot, drifting_s: float) -> None:
        x, y = self._spot(at)
        unit, tilt = self._unit, self._lean.get(kite.visitor, 0.0)
        colour = paint(kite.colour)
        # The string goes down to whoever holds it, somewhere in the town.
        anchor = self._place.x + self._place.width * (12 + 76 * (kite.visitor * 5 % 9) // 8) // 100, self._size[1]
        pygame.draw.line(surface, STRING, (x, y), anchor)
        self._draw_tail(surface, (x, y + int(KITE_UNITS * 0.66 * unit)), tilt, kite, colour, drifting_s)
        picture = self._kite_pictures(kite)[kite_art.lean_of(tilt)]
        surface.blit(picture, picture.get_rect(center=(x, y)))

    def _draw_tail(
        self, surface: pygame.Surface, top: tuple[int, int], tilt: float, kite: KiteSeen, colour: Colour,
        drifting_s: float,
    ) -> None:  # fmt: skip
        """Bows on a string that sways and hangs back, a light on each that carries one."""
        step, sway = TAIL_UNITS * self._unit, 0.0 if self.is_calm else drifting_s * 2 * math.pi / SWAYS
        points = [top]
        for index in range(1, 6):
            side = 0.5 * math.sin(sway - index * 0.9 + kite.visitor) * (0.4 + 0.2 * index)
            points.append(
                (int(top[0] + (side - 1.2 * tilt * index * 0.5) * step), int(top[1] + index * step * 0.82))
            )  # fmt: skip
        pygame.draw.lines(surface, colour, False, points, max(1, int(0.3 * self._unit)))
        half = max(1, int(0.55 * self._unit))
        for x, y in points[1:]:
            bow = [(x - half, y - half // 2), (x + half, y + half // 2), (x + half, y - half // 2)]
            pygame.draw.polygon(surface, colour, [*bow, (x - half, y + half // 2)])
        for place in points[1 : 1 + kite.tail]:
            light = self._tail_light
            surface.blit(light, light.get_rect(center=place), special_flags=pygame.BLEND_RGB_ADD)

    def _draw_name(self, surface: pygame.Surface, kite: KiteSeen, at: Spot) -> None:
        x, y = self._spot(at)
        key = kite.colour, kite.animal
        if key not in self._names:
            size_px = int(NAME_UNITS * self._unit)
            self._names[key] = kite_art.name_plate(kite.animal, size_px, paint(kite.colour), self._typesetter)
        plate = self._names[key]
        place = plate.get_rect(midbottom=(x, y - int(KITE_UNITS * 0.62 * self._unit)))
        surface.blit(plate, place.clamp(surface.get_rect()))

    def _kite_pictures(self, kite: KiteSeen) -> list[pygame.Surface]:
        key = kite.colour, kite.animal % 4
        if key not in self._leans:
            self._leans[key] = kite_art.kite_leans(max(6, int(KITE_UNITS * self._unit)), kite.colour, kite.animal)
        return self._leans[key]

    def _plate(self, key: tuple[int, int], words: str, colour: Colour) -> pygame.Surface:
        if key not in self._names:
            size_px = int(NAME_UNITS * self._unit)
            self._names[key] = kite_art.plate(words, size_px, colour, self._typesetter, 12 * size_px)
        return self._names[key]

    # --- lights on their way -----------------------------------------------------------------------------------------

    def _fly(self, was: SkySeen, now_ns: int) -> None:
        """Lights that were caught fly to the kite, and those that came home to a window."""
        if self.is_calm or was.round != self._sky.round:
            return
        now = {light.number for light in self._sky.lights}
        before = {kite.visitor: kite for kite in was.kites}
        for kite in self._sky.kites:
            old = before.get(kite.visitor, kite)
            if kite.tail > old.tail:
                gone = [light for light in was.lights if light.number not in now]
                gone.sort(key=lambda light: (light.x - kite.x) ** 2 + (light.y - kite.y) ** 2)
                for light in gone[: kite.tail - old.tail]:
                    self._flights.append(Flight((light.x, light.y), (kite.x, kite.y + 700), now_ns))
            for nth in range(min(5, kite.home - old.home)):
                window = (kite.x + (nth - 2) * 500, 9_500)
                self._flights.append(Flight((kite.x, kite.y + 500), window, now_ns))
        del self._flights[:-MOST_FLIGHTS]

    def _draw_flights(self, surface: pygame.Surface, instant_ns: int) -> None:
        spots = [(flight, flight.at(instant_ns)) for flight in self._flights]
        self._flights = [flight for flight, spot in spots if spot is not None]
        for _flight, spot in spots:
            if spot is not None:
                place = self._tail_light.get_rect(center=self._spot(spot))
                surface.blit(self._tail_light, place, special_flags=pygame.BLEND_RGB_ADD)


def _place(size: tuple[int, int]) -> pygame.Rect:
    """Where the kites fly: beside or below the corner of the invitation, nearly a square, down to the roofs."""
    width, height = size
    if width >= height:
        return pygame.Rect(0, 0, int(width * SHARE_WIDE), int(height * 0.97))
    top = int(height * (1 - SHARE_TALL))
    return pygame.Rect(0, top, width, int(height * 0.93) - top)
