"""Notices regular stripes that stay for half a second, looking ten times a second where there are some."""

from collections import deque

from content.media.flash.cells import Light
from content.media.flash.findings import Hit
from content.media.flash.rules import PATTERN_PERCENT, PATTERN_US
from content.media.flash.stripes import Stripes, stripes_of

_EVERY_US = 100_000
_LOOKED_AT = 4
"""While there are none, only every fourth is looked at; what lies between is looked at when there are."""
_NONE = Stripes(0, 0)


class Patterns:
    """Takes pictures in rising time. `strong`: only stripes of high contrast are told, otherwise all."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        self._next_us = 0
        self._waiting: deque[tuple[int, Light]] = deque(maxlen=_LOOKED_AT - 1)
        self._since_look = _LOOKED_AT
        self._any, self._strong = _Lasting(), _Lasting()
        self._shown = _NONE

    def see(self, at_us: int, light: Light) -> tuple[Hit | None, Hit | None]:
        """The screen's light from `at_us` on; hits for stripes of any kind and for strong ones that lasted till now."""
        hits = self.until(at_us)
        if at_us < self._next_us:
            # Until the next look nobody knows.
            self._shown = _NONE
            return hits
        self._next_us = at_us - at_us % _EVERY_US + _EVERY_US
        self._since_look += 1
        if self._since_look < _LOOKED_AT and not self._any.is_on:
            self._waiting.append((at_us, light))
            return hits
        self._since_look = 0
        self._shown = stripes_of(light)
        if self._shown.percent >= PATTERN_PERCENT and not self._any.is_on:
            self._look_back(at_us)
        self._waiting.clear()
        self._any.at(at_us, is_on=self._shown.percent >= PATTERN_PERCENT)
        self._strong.at(at_us, is_on=self._shown.strong_percent >= PATTERN_PERCENT)
        return self._hits()

    def until(self, at_us: int) -> tuple[Hit | None, Hit | None]:
        """The picture seen last stays until `at_us`."""
        if self._shown.percent >= PATTERN_PERCENT:
            self._any.at(at_us, is_on=True)
        if self._shown.strong_percent >= PATTERN_PERCENT:
            self._strong.at(at_us, is_on=True)
        return self._hits()

    def _look_back(self, at_us: int) -> None:
        """Finds out since when there are stripes, among the pictures that were put by."""
        seen = []
        for then_us, light in reversed(self._waiting):
            stripes = stripes_of(light)
            if stripes.percent < PATTERN_PERCENT:
                break
            seen.append((then_us, stripes))
        for then_us, stripes in reversed(seen):
            self._any.at(then_us, is_on=True)
            self._strong.at(then_us, is_on=stripes.strong_percent >= PATTERN_PERCENT)

    def _hits(self) -> tuple[Hit | None, Hit | None]:
        return self._any.hit, self._strong.hit


class _Lasting:
    """Since when something is so, as far as it was looked at."""

    def __init__(self) -> None:
        self.is_on = False
        self._since_us = self._until_us = 0

    def at(self, at_us: int, *, is_on: bool) -> None:
        if is_on and not self.is_on:
            self._since_us = at_us
        self.is_on = is_on
        self._until_us = at_us

    @property
    def hit(self) -> Hit | None:
        # Between two looks it may have begun and ended.
        lasts_us = self._until_us - self._since_us
        return Hit(self._since_us, self._until_us, 0) if self.is_on and lasts_us > PATTERN_US - _EVERY_US else None
