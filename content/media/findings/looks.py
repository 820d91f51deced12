"""A closer look at a film on its way into the encoder: cuts, black and frozen parts, codes, lettering, the sheet.

Everything is seen at a glance; a few pictures, once they have settled, are looked at closely. Only for the confined
child.
"""

import cv2
import numpy as np

from content.media.findings.legibility import Page, film_reasons
from content.media.findings.lettering import FILM_SIDE, Lettering, lettering
from content.media.findings.qr_codes import LOOKED_AT_SIDE, QrCodes
from content.media.findings.sheet import Made, Sheet
from content.media.findings.shots import BRIEF_US, Cutter, Shots
from content.media.findings.stretches import Stretches
from content.media.house_size import fit
from content.media.reasons import Reason
from content.media.watching import Picture, Pixels

_SETTLED_US = 400_000
"""By then a shot shows what it is about: no fade, no blur of a moving camera."""
_LOOK_AGAIN_US = 4_000_000
_MOST_LOOKS_AT_ONCE, _EACH_LOOK_US = 4, 2_000_000
"""New shots are looked at as they come, but over a fast film no more than one for so long."""
_KEEP_AGAIN_US = 1_000_000
_KEEP_RARER = 12
"""Of a long film the sheet needs fewer pictures: one for each twelfth of what is behind."""


class LooksWatcher:
    """Looks at a film; what was found is known when it ended. `may_stand`: it is made of pictures that stand."""

    def __init__(self, *, may_stand: bool) -> None:
        """Nothing seen yet."""
        self._may_stand = may_stand
        self._cutter, self._stretches, self._codes, self._sheet = Cutter(), Stretches(), QrCodes(), Sheet()
        self._shot_us = self._kept_us = 0
        self._looks = 0
        self._looked_us: int | None = None
        self._is_settled = False
        self._read: Lettering | None = None
        self._pages: list[Page] = []
        self._shots = Shots((), ())

    def see(self, picture: Picture) -> None:
        """The next picture."""
        at_us, glance = picture.at_us, picture.glance
        self._stretches.see(at_us, glance)
        if self._cutter.see(at_us, glance):
            self._begin_shot(picture)
        # A picture that is shown for long is at once what it will be.
        ends_us = at_us + picture.times * 1_000_000 // picture.fps
        if not self._is_settled and ends_us - self._shot_us > _SETTLED_US:
            self._is_settled = True
            self._sheet.settle(self._shot_us, picture)
            if self._may_stand or self._looks < _MOST_LOOKS_AT_ONCE + at_us // _EACH_LOOK_US:
                self._look(picture)
        elif self._looked_us is not None and at_us - self._looked_us >= _LOOK_AGAIN_US:
            self._look(picture)
        if at_us - self._kept_us >= max(_KEEP_AGAIN_US, at_us // _KEEP_RARER):
            self._kept_us = at_us
            self._sheet.keep(picture)

    def end(self, at_us: int) -> None:
        """The film is whole."""
        self._end_shot(at_us)
        self._stretches.end(at_us)
        self._shots = self._cutter.end(at_us)

    def reasons(self) -> list[Reason]:
        """What there is to say of it."""
        return [
            *self._stretches.reasons(may_stand=self._may_stand), *self._shots.reasons(), *self._codes.reasons(),
            *film_reasons(self._pages),
        ]  # fmt: skip

    def sheet(self) -> Made:
        """The contact sheet."""
        return self._sheet.make()

    def _begin_shot(self, picture: Picture) -> None:
        self._end_shot(picture.at_us)
        self._shot_us = self._kept_us = picture.at_us
        self._is_settled = False
        self._sheet.begin_shot(picture)

    def _end_shot(self, at_us: int) -> None:
        if self._read is not None:
            self._pages.append(Page(self._read, self._shot_us, at_us))
            self._read = None
        if 0 < at_us - self._shot_us < BRIEF_US:
            self._sheet.was_brief(self._shot_us)

    def _look(self, picture: Picture) -> None:
        self._looked_us = picture.at_us
        self._looks += 1
        luma = _luma(picture)
        self._codes.look(luma, picture.at_us)
        seen = lettering(luma, FILM_SIDE)
        if self._read is None or seen.characters > self._read.characters:
            self._read = seen


def _luma(picture: Picture) -> Pixels:
    """The luma of a house picture, as large as it is looked at closely."""
    plane = picture.frame.planes[0]
    luma = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
    size = fit(plane.width, plane.height, LOOKED_AT_SIDE, LOOKED_AT_SIDE)
    return np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), np.uint8)
