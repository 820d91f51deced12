"""A moving picture (GIF, APNG, WebP, AVIF) becomes a house film with its true delays, repeated in whole rounds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import takewhile
from pathlib import Path

import numpy as np
from av.video.frame import VideoFrame
from PIL import Image

from content.media.colours import Developer
from content.media.comparison import Comparison
from content.media.facts import MediaFacts
from content.media.film import Shot
from content.media.film_render import RENDITION, Rendered, mended, refuse_nothing_left, run_through
from content.media.house_film import HouseFilm
from content.media.limits import Limits, Profile
from content.media.mended_film import Shows
from content.media.mends import Mends, crop_of
from content.media.reasons import Reason, Refused
from content.media.still import PILLOW_RAISES, flattened, is_see_through, open_picture
from content.media.surrounds import Layout, layout_of
from content.media.watching import Watchers

_HASTY_MS = 10
_BROWSERS_MS = 100
"""Browsers show a picture with a delay of 10 ms or less for 100 ms; so its maker saw it."""
_MOST_ROUNDS = 1_000


@dataclass(slots=True)
class AnimationRendering:
    """All that goes into rendering one animation."""

    source: Path
    reader: str
    facts: MediaFacts
    limits: Limits
    profile: Profile
    still_ms: int
    watchers: Watchers = ()
    mends: Mends = ()
    comparison: Comparison | None = None
    round_us: int = field(default=0, init=False)
    _see_through: bool = field(default=False, init=False)

    def render(self, out: Path, progress: Callable[[int], None]) -> tuple[Rendered, list[Reason]]:
        """Writes the house film into `out`; the warnings that came up. Raises Refused if unreadable or too long."""
        rounds = self._rounds()
        threads, watchers, size = self.limits.threads, self.watchers, self.layout.house
        with HouseFilm(out / RENDITION, size, self.profile, None, threads=threads, watchers=watchers) as film:
            shots = self._shots(rounds)
            if self.comparison is not None:
                shown = self.facts.shown_width, self.facts.shown_height
                shots = self.comparison.original(shots, shown, 0, Fraction(1))
            on = mended(film, self.mends, self.profile, self.layout, self.comparison)
            self._run_through(shots, on, _teller(progress, rounds * self.round_us))
            refuse_nothing_left(film.frames, self.mends, self.limits, self.profile)
        reasons = [Reason("transparency_flattened")] if self._see_through else []
        if rounds > 1:
            reasons.append(Reason("repeated", {"duration_ms": self.round_us // 1_000, "times": rounds}))
        return Rendered(out / RENDITION, *size, self.profile.fps, film.frames, has_sound=False), reasons

    def rehearse(self, on: Shows, until_us: int) -> None:
        """Shows the house frames up to `until_us` on `on`, not mended but cropped. Raises Refused."""
        shots = takewhile(lambda shot: shot.at_us < until_us, self._shots(self._rounds()))
        self._run_through(shots, on, lambda _at_us: None)

    @property
    def layout(self) -> Layout:
        """How large the film's picture is, and the house film that it is in the middle of."""
        return layout_of(self.facts.shown_width, self.facts.shown_height, self.mends, self.profile)

    def _run_through(self, shots: Iterator[Shot], film: Shows, tell: Callable[[int], None]) -> None:
        crop, averaged = crop_of(self.mends), self.profile.averaged
        developer = Developer(*self.layout.picture, rotation=0, pixel_shape=Fraction(1), crop=crop, averaged=averaged)
        run_through(shots, film, developer.develop, tell, self.limits, self.profile)

    def _rounds(self) -> int:
        self.round_us = sum(lasts_us for _, lasts_us in self._pictures())
        return min(_MOST_ROUNDS, max(1, -(-self.still_ms * 1_000 // self.round_us)))

    def _shots(self, rounds: int) -> Iterator[Shot]:
        at_us = 0
        for _ in range(rounds):
            for image, lasts_us in self._pictures():
                self._see_through = self._see_through or is_see_through(image)
                flat = flattened(image, self.profile)
                yield Shot(VideoFrame.from_ndarray(np.asarray(flat.convert("RGB")), format="rgb24"), at_us, lasts_us)
                at_us += lasts_us

    def _pictures(self) -> Iterator[tuple[Image.Image, int]]:
        """Each picture of one round with how long it is shown, in microseconds."""
        total_us = 0
        with open_picture(self.source, self.reader, self.limits) as image:
            for place in range(self.facts.frames):
                try:
                    image.seek(place)
                    image.load()
                except MemoryError:
                    raise
                except PILLOW_RAISES as error:
                    raise Refused("unreadable") from error
                lasts_us = shown_us(image.info.get("duration"))
                total_us += lasts_us
                if total_us > self.limits.animation_ms * 1_000:
                    raise Refused("too_long", most_s=self.limits.animation_ms // 1_000)
                yield image, lasts_us


def shown_us(delay_ms: object) -> int:
    """How long a picture of an animation is shown whose file says `delay_ms`."""
    if not isinstance(delay_ms, int | float) or not delay_ms > _HASTY_MS:
        return _BROWSERS_MS * 1_000
    return round(min(delay_ms, 3_600_000) * 1_000)


def _teller(progress: Callable[[int], None], total_us: int) -> Callable[[int], None]:
    return lambda at_us: progress(min(99, at_us * 100 // max(1, total_us)))
