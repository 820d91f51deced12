"""Parts of a film where there is nothing to see or nothing moves. Only for the confined child."""

from dataclasses import dataclass, field

import numpy as np

from content.media.findings.clock import Span, clock, places, spans_ms
from content.media.findings.shots import mean_change
from content.media.reasons import Reason
from content.media.watching import Pixels

BLACK_LUMA = 32
"""The lightest code, of limited range, that is still black."""
_BLACK_SHARE = 0.98
BLACK_LEAST_US = 1_000_000
FROZEN_LEAST_US = 5_000_000
_FROZEN_CHANGE = 0.6
"""Mean change of luma, in codes, that coding alone makes of a picture that stands."""


@dataclass(slots=True)
class _Stretch:
    """One kind of stretch: where it was, and since when it is."""

    least_us: int
    spans: list[Span] = field(default_factory=list)
    _since_us: int | None = None

    def note(self, at_us: int, *, holds: bool) -> None:
        if holds and self._since_us is None:
            self._since_us = at_us
        elif not holds and self._since_us is not None:
            if at_us - self._since_us >= self.least_us:
                self.spans.append((self._since_us, at_us))
            self._since_us = None

    def begin(self, at_us: int) -> None:
        """It may begin at a picture that is like none before it."""
        self.note(at_us, holds=False)
        self._since_us = at_us


class Stretches:
    """Looks for black and for frozen parts while the pictures go by."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        self._black = _Stretch(BLACK_LEAST_US)
        self._frozen = _Stretch(FROZEN_LEAST_US)
        self._stands: Pixels | None = None
        """The picture a frozen part would have begun with."""

    def see(self, at_us: int, glance: Pixels) -> None:
        """The next picture, as `Picture.glance` gives it."""
        is_black = int(np.count_nonzero(glance <= BLACK_LUMA)) >= _BLACK_SHARE * glance.size
        self._black.note(at_us, holds=is_black)
        if is_black:
            self._frozen.note(at_us, holds=False)
            self._stands = None
        elif self._stands is None or mean_change(self._stands, glance) > _FROZEN_CHANGE:
            self._frozen.begin(at_us)
            self._stands = glance

    def end(self, at_us: int) -> None:
        """The film ends at `at_us`."""
        self._black.note(at_us, holds=False)
        self._frozen.note(at_us, holds=False)

    def reasons(self, *, may_stand: bool) -> list[Reason]:
        """A word about each kind there is; slides and animations `may_stand`."""
        kinds = [("black_part", self._black.spans), ("frozen_part", [] if may_stand else self._frozen.spans)]
        return [_reason(code, spans) for code, spans in kinds if spans]


def _reason(code: str, spans: list[Span]) -> Reason:
    start, end = max(spans, key=lambda span: (span[1] - span[0], -span[0]))
    values: dict[str, str | int] = {
        "at": clock(start), "seconds": -(-(end - start) // 1_000_000), "places": places(spans),
        "spans_ms": spans_ms(spans),
    }  # fmt: skip
    return Reason(code, values, start // 1_000)
