"""The films of the demo town. Each is a function of time; every movement is slow enough for a town square."""

from functools import cache

import numpy as np

from commonscreen.demo.drawing.canvas import (
    CORAL,
    HEIGHT,
    INK,
    LEAF,
    PAPER,
    PLUM,
    SKY,
    SUN,
    TEAL,
    WIDTH,
    Colour,
    Picture,
    Points,
    disc,
    ease,
    glow,
    gradient,
    letters,
    line,
    mix,
    plain,
    ring,
    shape,
    write,
)


def paper_boats(time: float) -> Picture:
    """Folded boats on layered water, a low sun behind."""
    picture = gradient((253, 226, 184), (244, 162, 121))
    disc(picture, 930, 300 + 14 * np.sin(time * 0.4), 120, (255, 241, 214))
    across = np.linspace(-20, WIDTH + 20, 80)
    for layer in range(6):
        depth = layer / 5
        water = mix((126, 190, 190), (16, 62, 84), depth)
        height = 330 + layer * 68
        wave = height + (10 + 9 * depth) * np.sin(across / (150 + 40 * depth) + time * (0.7 + 0.25 * depth) + layer * 2)
        if layer in (1, 2, 4):
            boat_x = (180 + layer * 260 + time * (26 + 14 * depth)) % (WIDTH + 320) - 160
            boat_y = float(np.interp(boat_x, across, wave))
            slope = float(np.interp(boat_x + 20, across, wave) - np.interp(boat_x - 20, across, wave)) / 40
            _boat(picture, boat_x, boat_y, 0.75 + 0.75 * depth, slope, (PAPER, SUN, CORAL)[layer // 2])
        edge = np.stack([across, wave], axis=1)
        shape(picture, np.vstack([edge, [[WIDTH + 20, HEIGHT + 20], [-20, HEIGHT + 20]]]), water)
    return picture


def _boat(picture: Picture, x: float, y: float, scale: float, slope: float, colour: Colour) -> None:
    turn = np.arctan(slope)
    rotate = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])

    def place(points: list[tuple[float, float]]) -> Points:
        turned: Points = np.array(points) * scale @ rotate.T + np.array([x, y + 10])
        return turned

    shape(picture, place([(-38, -34), (0, -104), (0, -34)]), mix(colour, INK, 0.18))
    shape(picture, place([(0, -104), (38, -34), (0, -34)]), mix(colour, INK, 0.05))
    shape(picture, place([(-92, -44), (92, -44), (54, 12), (-54, 12)]), colour)
    shape(picture, place([(-92, -44), (0, -44), (-10, 12), (-54, 12)]), mix(colour, INK, 0.1))


@cache
def _lantern_places() -> Points:
    return np.random.default_rng(11).uniform(0, 1, (34, 4))


def lanterns(time: float) -> Picture:
    """Paper lanterns rising over dark roofs."""
    picture = gradient((13, 17, 43), (72, 44, 92))
    for place in sorted(_lantern_places(), key=lambda row: float(row[2])):
        near = 0.35 + 0.65 * place[2]
        height = (1.25 - (place[1] + time * 0.028 * near) % 1.35) * HEIGHT
        x = place[0] * WIDTH + 26 * np.sin(time * 0.5 * near + place[3] * 7)
        warmth = mix((255, 150, 60), (255, 205, 110), float(place[3]))
        glow(picture, x, height, int(110 * near), warmth, 0.55)
        body = np.array([(-17, -24), (17, -24), (23, 8), (13, 24), (-13, 24), (-23, 8)]) * near
        shape(picture, body, mix(warmth, (255, 244, 214), 0.35), at=(x, height))
        shape(picture, body * np.array([0.55, 0.6]), (255, 240, 200), at=(x, height + 5 * near))
    roofs = np.array(
        [(0, 640), (90, 585), (180, 640), (180, 610), (330, 610), (400, 560), (470, 610), (560, 610), (560, 648),
         (700, 648), (780, 590), (860, 648), (980, 648), (980, 600), (1010, 600), (1010, 570), (1030, 570), (1030, 600),
         (1130, 600), (1200, 555), (1280, 600), (1280, 720), (0, 720)]
    )  # fmt: skip
    shape(picture, roofs, (9, 11, 28))
    for x, y in ((120, 655), (370, 640), (640, 675), (1065, 640), (1180, 655)):
        shape(picture, np.array([(x, y), (x + 22, y), (x + 22, y + 30), (x, y + 30)]), (255, 208, 120))
    return picture


def garden(time: float) -> Picture:
    """A bed where stems rise and flowers open, one after another."""
    picture = gradient((226, 240, 231), (251, 244, 222))
    disc(picture, 1040, 150, 78, mix(SUN, PAPER, 0.25))
    chance = np.random.default_rng(5)
    for index in range(13):
        x = 70 + index * 95 + float(chance.uniform(-22, 22))
        full = float(chance.uniform(190, 440))
        petals = (CORAL, SUN, PLUM, (226, 122, 163), SKY)[int(chance.integers(0, 5))]
        count = int(chance.integers(6, 10))
        grown = ease((time - index * 0.32) / 3.2)
        sway = 14 * np.sin(time * 0.8 + index)
        up = np.linspace(0, grown, 24)
        stem = np.stack([x + sway * up**2, 640 - full * up], axis=1)
        line(picture, stem, mix(LEAF, TEAL, index % 3 / 4), 7)
        for share, side in ((0.3, 1), (0.5, -1), (0.68, 1)):
            if grown > share:
                _leaf(picture, x + sway * share**2, 640 - full * share, side, ease((grown - share) * 4), LEAF)
        if grown > 0.75:
            _flower(
                picture,
                float(stem[-1][0]),
                float(stem[-1][1]),
                ease((grown - 0.75) * 4) * 44,
                petals,
                count,
                time * 0.15 + index,
            )
    shape(picture, np.array([(0, 632), (WIDTH, 622), (WIDTH, HEIGHT), (0, HEIGHT)]), (92, 66, 54))
    shape(picture, np.array([(0, 652), (WIDTH, 645), (WIDTH, HEIGHT), (0, HEIGHT)]), (74, 52, 44))
    return picture


def _leaf(picture: Picture, x: float, y: float, side: int, open_: float, colour: Colour) -> None:
    turn = np.linspace(0, np.pi, 12)
    upper = np.stack([side * turn / np.pi * 62 * open_, -np.sin(turn) * 20 * open_ - turn * 6], axis=1)
    lower = np.stack([side * turn / np.pi * 62 * open_, np.sin(turn) * 9 * open_ - turn * 6], axis=1)[::-1]
    shape(picture, np.vstack([upper, lower]), colour, at=(x, y))


def _flower(picture: Picture, x: float, y: float, radius: float, colour: Colour, count: int, turn: float) -> None:
    for petal in range(count):
        angle = turn + petal * 2 * np.pi / count
        shade = mix(colour, PAPER, 0.12 * (petal % 2))
        disc(picture, x + np.cos(angle) * radius * 0.8, y + np.sin(angle) * radius * 0.8, radius * 0.52, shade)
    disc(picture, x, y, radius * 0.48, mix(SUN, CORAL, 0.25))


RAIN_NOTES_S = 0.5


def brass_and_rain(time: float) -> Picture:
    """Rings that spread where drops fall, one for each note."""
    picture = gradient((24, 44, 72), (20, 92, 100))
    chance = np.random.default_rng(3)
    for index in range(60):
        born = index * RAIN_NOTES_S - 3
        x, y = float(chance.uniform(80, WIDTH - 80)), float(chance.uniform(90, HEIGHT - 90))
        colour = (SUN, CORAL, SKY, (126, 217, 205))[int(chance.integers(0, 4))]
        age = time - born
        if 0 <= age < 4:
            fade = (1 - age / 4) ** 1.4
            for order in range(3):
                radius = (age - order * 0.28) * 105
                if radius > 2:
                    behind = mix((24, 44, 72), (20, 92, 100), y / HEIGHT)
                    ring(picture, x, y, radius, mix(behind, colour, fade * (1 - order * 0.25)), max(1, round(7 * fade)))
            if age < 1.2:
                disc(picture, x, y, 9 * (1 - age / 1.2), colour)
    return picture


WORDS = ("đọc", "read", "leggi", "lire", "lesen", "czytaj", "oku", "lê")


def letters_home(time: float) -> Picture:
    """The word for reading in the town's languages, drifting together."""
    picture = gradient((250, 243, 228), (240, 222, 196))
    chance = np.random.default_rng(21)
    for index, word in enumerate(WORDS):
        together = ease((time - 1 - index * 0.5) / 4)
        far = np.array([chance.uniform(-300, WIDTH + 100), chance.uniform(-100, HEIGHT)])
        home = np.array([150 + index % 2 * 560, 70 + index // 2 * 152])
        drift = np.array([np.sin(time * 0.6 + index) * 9, np.cos(time * 0.5 + index * 2) * 7])
        place = far * (1 - together) + home * together + drift
        colour = (TEAL, CORAL, PLUM, INK, (29, 91, 147), (138, 93, 0), LEAF, CORAL)[index]
        write(picture, letters(word, 112), place[0], place[1], colour, 0.25 + 0.75 * together)
    return picture


def quilt(time: float) -> Picture:
    """A quilt whose patches turn one at a time, in a slow wave."""
    picture = plain((243, 236, 221))
    colours = (CORAL, TEAL, SUN, PLUM, SKY, INK)
    side = 120
    for row in range(6):
        for column in range(11):
            x, y = -20 + column * side + side / 2, row * side + side / 2
            turn = np.pi / 2 * ease((time - (row + column) * 0.42) / 2.2)
            kind = (row * 7 + column * 3) % 4
            one, other = colours[(row * 2 + column) % 6], colours[(row + column * 2 + 3) % 6]
            _patch(picture, x, y, side / 2 - 3, float(turn), kind, one, other)
    return picture


def _patch(
    picture: Picture, x: float, y: float, half: float, turn: float, kind: int, one: Colour, other: Colour
) -> None:
    rotate = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    shrink = 1 - 0.28 * abs(np.sin(2 * turn))  # keeps a turning patch inside its own square

    def place(points: list[tuple[float, float]]) -> Points:
        turned: Points = np.array(points) * half * shrink @ rotate.T + np.array([x, y])
        return turned

    shape(picture, place([(-1, -1), (1, -1), (1, 1), (-1, 1)]), mix(one, PAPER, 0.15))
    if kind == 0:
        shape(picture, place([(-1, -1), (1, -1), (-1, 1)]), other)
    elif kind == 1:
        shape(picture, place([(0, -0.8), (0.8, 0), (0, 0.8), (-0.8, 0)]), other)
    elif kind == 2:
        disc(picture, x, y, half * 0.62 * shrink, other)
    else:
        shape(picture, place([(-1, -1), (0, -1), (1, 0), (1, 1), (0, 1), (-1, 0)]), other)


def this_is_yours(time: float) -> Picture:
    """The house's own: what this screen is, told calmly."""
    picture = plain(INK)
    for index, colour in enumerate((CORAL, SUN, TEAL, SKY, PLUM)):
        angle = time * 0.25 + index * 1.2566
        x, y = 960 + np.cos(angle) * 170, 360 + np.sin(angle * 1.3) * 150
        disc(picture, x, y, 74 + 12 * np.sin(time * 0.7 + index), mix(colour, INK, 0.08))
    for index, (words, size) in enumerate((("This screen", 78), ("is yours.", 78), ("Make something.", 44))):
        shown = ease((time - 0.4 - index * 0.9) / 1.2)
        write(picture, letters(words, size, bold=index < 2), 96, 220 + index * 104 + (1 - shown) * 18, PAPER, shown)
    return picture
