"""Finds out how strongly parts of a film must be dimmed: as little as our own screening lets pass.

The parts are decoded and dimmed again and again, each time more strongly, until nothing is found in them. What nothing
helps is dimmed most strongly and left to the screening of the whole, which refuses it.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from av.video.frame import VideoFrame

from content.media.cuts import Cuts, cuts_of
from content.media.flash.film_screening import Screener
from content.media.flash.screening import Policy, screening_of
from content.media.limits import Profile
from content.media.mended_film import MendedFilm, Shows
from content.media.mends import AS_NEEDED, RAMP_MS, STRENGTHS, Dim, Mend, Mends
from content.media.surrounds import Layout
from content.media.watching import Picture

_AROUND_MS = RAMP_MS + 1_500
"""How much before and after a part is looked at with it: flashes are counted over a second."""
_AT_THE_SEAM = {"loop", "loop_red"}
"""Only the whole film can be judged by these."""
_MILDEST: tuple[Policy, ...] = ("publish", "hold", "refuse")


class Rehearses(Protocol):
    """A rendering that can show its first pictures without writing a file."""

    @property
    def layout(self) -> Layout:
        """How large its pictures are, and what they are in the middle of."""

    def rehearse(self, on: Shows, until_us: int) -> None:
        """Shows the house frames up to `until_us`."""


def with_strengths(rendering: Rehearses, mends: Mends, profile: Profile, progress: Callable[[int], None]) -> Mends:
    """The same mends, each dimming as strong as it takes, where that was left open. Raises Refused."""
    best: dict[Mend, tuple[Policy, int]] = {}
    cuts = cuts_of(mends, profile)
    for strength in range(1, STRENGTHS + 1):
        unsolved = [dim for dim in _left_open(mends) if best.get(dim, ("refuse", 0))[0] != "publish"]
        if not unsolved:
            break
        tried = tuple(_with(mend, strength if mend in unsolved else _best_of(best, mend)) for mend in mends)
        stage = _Stage([_Part(dim, cuts) for dim in unsolved], profile.fps)
        rendering.rehearse(MendedFilm(stage, tried, profile, rendering.layout), stage.until_us(cuts))
        for dim, policy in stage.verdicts():
            known = best.get(dim)
            if known is None or policy == "refuse" or _MILDEST.index(policy) < _MILDEST.index(known[0]):
                best[dim] = policy, strength
        progress(min(99, strength * 100 // STRENGTHS))
    return tuple(_with(mend, _best_of(best, mend)) for mend in mends)


def _left_open(mends: Mends) -> list[Dim]:
    return [mend for mend in mends if isinstance(mend, Dim) and mend.strength == AS_NEEDED]


def _best_of(best: dict[Mend, tuple[Policy, int]], mend: Mend) -> int:
    return best[mend][1] if mend in best else AS_NEEDED


def _with(mend: Mend, strength: int) -> Mend:
    return replace(mend, strength=strength) if isinstance(mend, Dim) and strength != AS_NEEDED else mend


class _Part:
    """One dimmed part that is looked at, in the times of the film that is cut."""

    def __init__(self, dim: Dim, cuts: Cuts) -> None:
        self.dim = dim
        self.from_us = (cuts.mended_ms(dim.start_ms) - _AROUND_MS) * 1_000
        self.until_us = (cuts.mended_ms(dim.end_ms) + _AROUND_MS) * 1_000
        self.policy: Policy = "publish"
        self._screener: Screener | None = None

    def see(self, picture: Picture) -> None:
        """Screens the picture where it belongs to this part."""
        for at_us in picture.instants_us:
            if self.from_us <= at_us < self.until_us:
                # Made late and given back early: each takes room, and there may be many parts.
                self._screener = self._screener or Screener()
                self._screener.see(at_us, picture.cells)
            elif at_us >= self.until_us:
                self.end()

    def end(self) -> None:
        """There is nothing more to see of this part."""
        if self._screener is not None:
            found = self._screener.end(self.until_us).found
            self.policy = screening_of(one for one in found if one.rule not in _AT_THE_SEAM).policy
            self._screener = None


class _Stage:
    """Shows a film to nobody but the screening."""

    def __init__(self, parts: list[_Part], fps: int) -> None:
        self._parts = parts
        self._fps = fps
        self._frames = 0

    def show(self, frame: VideoFrame, times: int) -> None:
        picture = Picture(frame, self._frames, times, self._fps)
        self._frames += times
        for part in self._parts:
            part.see(picture)

    def until_us(self, cuts: Cuts) -> int:
        """How much of the upload has to be shown."""
        return cuts.original_ms(max(part.until_us for part in self._parts) // 1_000) * 1_000

    def verdicts(self) -> list[tuple[Dim, Policy]]:
        for part in self._parts:
            part.end()
        return [(part.dim, part.policy) for part in self._parts]
