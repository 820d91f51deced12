"""Screens a film as a screen would show it: every picture decoded once. Only for the confined child."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from av.video.frame import VideoFrame
from PIL import Image

from content.media.colours import Developer
from content.media.deinterlace import woven
from content.media.facts import MediaFacts
from content.media.film import Projector, Shot, main_picture, open_film
from content.media.film_facts import FilmPlan
from content.media.flash.cells import Cells, cells_of_house, cells_of_rgb
from content.media.flash.findings import Found, Hit
from content.media.flash.patterns import Patterns
from content.media.flash.screening import Screening, screening_of
from content.media.flash.watch import Seam, Watch
from content.media.house_size import house_size
from content.media.limits import HOUSE, Limits
from content.media.reasons import Refused
from content.media.watching import Picture

_BT709 = 1
_LIMITED = 1


class Screener:
    """Everything that is looked for in a film, in one pass over its pictures."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        # One job, one thread: the other cores belong to the other uploads.
        cv2.setNumThreads(1)
        self._watch, self._seam, self._patterns = Watch(), Seam(), Patterns()
        self.pictures = 0

    def see(self, at_us: int, cells: Cells) -> None:
        """The screen from `at_us` on, in rising time."""
        light = cells.light()
        self._watch.see(at_us, cells, light)
        self._seam.see(at_us, cells)
        self._note(self._patterns.see(at_us, light))
        self.pictures += 1

    def end(self, at_us: int) -> Screening:
        """What was found in a film that ends at `at_us`."""
        self._watch.end(at_us)
        self._note(self._patterns.until(at_us))
        return screening_of([*self._watch.findings.found, *self._seam.findings(at_us)])

    def _note(self, hits: tuple[Hit | None, Hit | None]) -> None:
        every, strong = hits
        if every is not None:
            self._watch.findings.add("pattern", every)
        if strong is not None:
            self._watch.findings.add("pattern_strong", strong)


class FlashWatcher:
    """Screens a film on its way into the encoder; `screening` is known when it ended."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        self._screener = Screener()
        self.screening: Screening | None = None

    def see(self, picture: Picture) -> None:
        """Every house frame counts: how long a picture stayed decides what is sudden."""
        for at_us in picture.instants_us:
            self._screener.see(at_us, picture.cells)

    def end(self, at_us: int) -> None:
        """The film is whole."""
        self.screening = self._screener.end(at_us)


def screen_upload(
    source: Path, reader: str, facts: MediaFacts, plan: FilmPlan, limits: Limits, progress: Callable[[int], None]
) -> Screening:
    """Screens a film as it was uploaded, at its own times. Raises Refused if it is unreadable or too long."""
    screener, stage = Screener(), _Stage(facts, plan)
    with open_film(source, reader) as container:
        stream = main_picture(container)
        projector = Projector(container, stream, threads=limits.threads, most_errors=limits.decode_errors)
        for shot in _shots(projector, plan):
            if shot.at_us > limits.video_most_ms * 1_000:
                raise Refused("too_long", most_s=limits.video_most_ms // 1_000)
            screener.see(shot.at_us, stage.cells(shot.frame))
            if plan.stated_us:
                progress(min(99, shot.at_us * 100 // plan.stated_us))
        if not screener.pictures:
            raise Refused("unreadable")
        return screener.end(projector.end_us)


def screen_still(path: Path, held_us: int) -> Screening:
    """Screens a house still that is shown for `held_us`: it can only be striped."""
    with Image.open(path, formats=("JPEG", "PNG")) as image:
        picture = np.asarray(image.convert("RGB"), np.uint8)
    patterns = Patterns()
    patterns.see(0, cells_of_rgb(picture).light())
    every, strong = patterns.until(held_us)
    hits: tuple[Found, ...] = tuple(
        Found("pattern", hit.start_us, hit.end_us, 0) for hit in (strong or every,) if hit is not None
    )
    return screening_of(hits)


def _shots(projector: Projector, plan: FilmPlan) -> Iterator[Shot]:
    return woven(projector.shots()) if plan.interlaced else projector.shots()


class _Stage:
    """Puts an upload's pictures on the screen: the plain ones directly, the others as the house would."""

    def __init__(self, facts: MediaFacts, plan: FilmPlan) -> None:
        """For a film with these facts."""
        size = house_size(facts.shown_width, facts.shown_height, HOUSE)
        self._plan = plan
        self._developer = Developer(*size, rotation=plan.rotation, pixel_shape=plan.pixel_shape)

    def cells(self, frame: VideoFrame) -> Cells:
        """The screen with this picture on it."""
        if self._is_plain_rgb(frame):
            picture = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
            return cells_of_rgb(picture, rotation=self._plan.rotation, pixel_shape=self._plan.pixel_shape)
        return cells_of_house(frame if self._is_house(frame) else self._developer.develop(frame))

    def _is_plain_rgb(self, frame: VideoFrame) -> bool:
        return frame.format.is_rgb and all(part.bits == 8 and not part.is_alpha for part in frame.format.components)

    def _is_house(self, frame: VideoFrame) -> bool:
        is_upright = self._plan.rotation == 0 and self._plan.pixel_shape == Fraction(1)
        is_tagged = int(frame.colorspace) == _BT709 and int(frame.color_range) == _LIMITED
        return frame.format.name == "yuv420p" and is_tagged and is_upright
