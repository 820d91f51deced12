"""A line of words in any script as a picture: each stretch in its reading order, shaped with a font that has it."""

import unicodedata
from dataclasses import dataclass

import pygame

from display_node.player.bidi import visual_runs
from display_node.player.breaking import clusters
from display_node.player.fonts import COLOUR_PX, Face, Fonts, Weight

Colour = tuple[int, int, int]
_UNDRAWN = frozenset("\u200b\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u00ad")

BOXES = Face("boxes", "Zyyy")
"""Draws a box for each letter that no font has: a reader sees that something is missing."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Letters of one face read in one direction."""

    words: str
    face: Face
    is_rtl: bool


def stretches(words: str, weight: Weight, fonts: Fonts, *, is_rtl: bool) -> list[Stretch]:
    """The stretches of a line from left to right."""
    found: list[Stretch] = []
    for run in visual_runs(words, is_rtl):
        parts = _by_face(words[run.start : run.end], weight, fonts, run.is_rtl)
        found += reversed(parts) if run.is_rtl else parts
    return found


def _by_face(words: str, weight: Weight, fonts: Fonts, is_rtl: bool) -> list[Stretch]:
    parts: list[Stretch] = []
    for cluster in clusters("".join(char for char in words if char not in _UNDRAWN)):
        if parts and _goes_along(cluster) and _is_of_letters(parts[-1].face) and fonts.covers(parts[-1].face, cluster):
            face = parts[-1].face
        else:
            face = fonts.face_of(cluster, weight)
            if not fonts.covers(face, cluster[0]) and not _is_plain(cluster):
                face, cluster = BOXES, cluster[0]
        if not _is_emoji(face):
            cluster = cluster.replace("\ufe0f", "").replace("\ufe0e", "")
        if parts and parts[-1].face == face:
            parts[-1] = Stretch(parts[-1].words + cluster, face, is_rtl)
        elif cluster:
            parts.append(Stretch(cluster, face, is_rtl))
    return parts


def _is_plain(cluster: str) -> bool:
    return unicodedata.category(cluster[0])[0] in "CZ"


def _goes_along(cluster: str) -> bool:
    return len(cluster) == 1 and unicodedata.category(cluster)[0] in "ZP"


def _is_emoji(face: Face) -> bool:
    return "Emoji" in face.name


def _is_of_letters(face: Face) -> bool:
    return face != BOXES and not _is_emoji(face)


def width(words: str, size_px: int, weight: Weight, fonts: Fonts) -> int:
    """How wide a line is; its direction does not matter."""
    return sum(_width(stretch, size_px, fonts) for stretch in stretches(words, weight, fonts, is_rtl=False))


def _width(stretch: Stretch, size_px: int, fonts: Fonts) -> int:
    if stretch.face == BOXES:
        return len(stretch.words) * _box_px(size_px)
    if stretch.face.is_colour:
        return fonts.at(stretch.face, COLOUR_PX, is_rtl=False).size(stretch.words)[0] * size_px // COLOUR_PX
    return fonts.at(stretch.face, size_px, is_rtl=stretch.is_rtl).size(stretch.words)[0]


def drawn(words: str, size_px: int, weight: Weight, colour: Colour, fonts: Fonts, *, is_rtl: bool) -> pygame.Surface:
    """A line as a picture with see-through ground, at least as high as our own font's lines; nothing is cut off."""
    own = fonts.at(fonts.own(weight), size_px, is_rtl=False)
    pictures = [_drawn(stretch, size_px, colour, fonts) for stretch in stretches(words, weight, fonts, is_rtl=is_rtl)]
    if len(pictures) == 1:
        return pictures[0][0]
    above = max([own.get_ascent(), *(ascent for _, ascent in pictures)])
    below = max([own.get_height() - own.get_ascent(), *(picture.get_height() - ascent for picture, ascent in pictures)])
    across = max(1, sum(picture.get_width() for picture, _ in pictures))
    whole = pygame.Surface((across, above + below), pygame.SRCALPHA)
    left = 0
    for picture, ascent in pictures:
        whole.blit(picture, (left, above - ascent))
        left += picture.get_width()
    return whole


def _drawn(stretch: Stretch, size_px: int, colour: Colour, fonts: Fonts) -> tuple[pygame.Surface, int]:
    """The picture of a stretch and how far below its top the letters stand."""
    if stretch.face == BOXES:
        return _boxes(len(stretch.words), size_px, colour), size_px * 3 // 4
    if stretch.face.is_colour:
        font = fonts.at(stretch.face, COLOUR_PX, is_rtl=False)
        if not font.size(stretch.words)[0]:
            return pygame.Surface((1, size_px), pygame.SRCALPHA), size_px
        picture = font.render(stretch.words, True, colour)
        small = (
            max(1, picture.get_width() * size_px // COLOUR_PX),
            max(1, picture.get_height() * size_px // COLOUR_PX),
        )
        return pygame.transform.smoothscale(picture, small), font.get_ascent() * size_px // COLOUR_PX
    font = fonts.at(stretch.face, size_px, is_rtl=stretch.is_rtl)
    if not font.size(stretch.words)[0]:  # SDL draws no line of joiners and accents alone
        return pygame.Surface((1, font.get_height()), pygame.SRCALPHA), font.get_ascent()
    highest = max((metrics[3] for metrics in font.metrics(stretch.words) if metrics), default=0)
    return font.render(stretch.words, True, colour), max(font.get_ascent(), highest)


def _box_px(size_px: int) -> int:
    return max(3, size_px * 5 // 8)


def _boxes(count: int, size_px: int, colour: Colour) -> pygame.Surface:
    across, high, thick = _box_px(size_px), max(3, size_px * 3 // 4), max(1, size_px // 16)
    picture = pygame.Surface((count * across, high), pygame.SRCALPHA)
    for number in range(count):
        pygame.draw.rect(picture, colour, (number * across + thick, 0, across - 2 * thick, high), thick)
    return picture
