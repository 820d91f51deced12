"""Where a film is cut, in whole house frames: what is kept of it, and which instant becomes which. Pure arithmetic.

Cuts begin and end where a frame, a millisecond and a sample begin together (every 100 ms at 30 pictures a second, 40 ms
at 25, 50 ms at 60), and take out at least what was asked. So picture and sound lose exactly the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from content.media.limits import Profile
from content.media.mends import Cut, Mends, Span, joined


@dataclass(frozen=True, slots=True)
class Cuts:
    """`spans` are the frames left out of a film of `fps` pictures a second: in order, apart, the end not included."""

    fps: int
    spans: tuple[Span, ...]

    def kept(self, first: int, times: int) -> Iterator[Span]:
        """What is left of a run of `times` frames from `first` on: runs with their own first frame and number."""
        at, end = first, first + times
        for cut_start, cut_end in self.spans:
            if cut_start >= end:
                break
            if at < cut_start:
                yield at, cut_start - at
            at = max(at, cut_end)
        if at < end:
            yield at, end - at

    def mended_ms(self, at_ms: int) -> int:
        """When the film that is cut shows what the upload showed at `at_ms`; the seam, for what is left out."""
        gone = sum(min(at_ms, end) - start for start, end in self.spans_ms if start < at_ms)
        return at_ms - gone

    def original_ms(self, at_ms: int) -> int:
        """When the upload showed what the film that is cut shows at `at_ms`."""
        for start, end in self.spans_ms:
            if at_ms >= start:
                at_ms += end - start
        return at_ms

    @property
    def spans_ms(self) -> list[Span]:
        """The same spans in milliseconds, which are whole."""
        return [(start * 1_000 // self.fps, end * 1_000 // self.fps) for start, end in self.spans]


UNCUT = Cuts(fps=1, spans=())


def cuts_of(mends: Mends, profile: Profile) -> Cuts:
    """Where the mends cut a film of this profile."""
    # The step in which frames are a whole number of milliseconds.
    step = profile.frames_step
    step_ms = step * 1_000 // profile.fps
    spans = [
        (mend.start_ms // step_ms * step, -(-mend.end_ms // step_ms) * step) for mend in mends if isinstance(mend, Cut)
    ]
    return Cuts(profile.fps, tuple(joined(spans)))
