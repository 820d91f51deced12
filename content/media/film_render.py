"""A film becomes a house film: every picture decoded once, steadied, upright, in house colours, with its sound."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from av.container import InputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame

from content.media.cadence import Cadence
from content.media.colours import Developer
from content.media.comparison import Comparison
from content.media.deinterlace import woven
from content.media.facts import MediaFacts
from content.media.film import Projector, Shot, main_picture, open_film
from content.media.film_facts import FilmPlan
from content.media.house_film import HouseFilm
from content.media.limits import Limits, Profile
from content.media.mended_film import MendedFilm, Shows
from content.media.mended_sound import mended_sound, with_volume
from content.media.mends import Cut, Mends, changes_picture, crop_of
from content.media.reasons import Reason, Refused
from content.media.sound import Level, Tape, levelled, open_sound
from content.media.surrounds import Layout, layout_of
from content.media.watching import Watchers

RENDITION = "rendition.mp4"
_ENOUGH = (9, 10)
"""A film of which less than this part can be decoded is cut short."""
_ROUNDING_MS = 20
"""Some formats round every picture's time to milliseconds; a second of film may then seem a little less."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A house film on disk, before anybody checked it."""

    path: Path
    width: int
    height: int
    fps: int
    frames: int
    has_sound: bool
    held_ms: int = 0
    """How long a still asks to be held; 0: as long as any still."""

    @property
    def duration_ms(self) -> int:
        """Its length: whole by construction (Profile.frames_step)."""
        return self.frames * 1_000 // self.fps


@dataclass(frozen=True, slots=True)
class FilmRendering:
    """All that goes into rendering one film."""

    source: Path
    reader: str
    facts: MediaFacts
    plan: FilmPlan
    limits: Limits
    profile: Profile
    level: Level | None
    """None: without sound."""
    watchers: Watchers = ()
    """They see every house frame as the encoder gets it."""
    mends: Mends = ()
    comparison: Comparison | None = None

    def render(self, out: Path, progress: Callable[[int], None]) -> tuple[Rendered, list[Reason]]:
        """Writes the house film into `out`; the warnings that came up. Raises Refused when the film is not whole."""
        path, size = out / RENDITION, self.layout.house
        with contextlib.ExitStack() as stack:
            tape = self._tape(stack)
            container = stack.enter_context(open_film(self.source, self.reader))
            projector = self._projector(container)
            film = stack.enter_context(self._house_film(path, size, tape))
            shots = self._shots(projector)
            if self.comparison is not None:
                plan, shown = self.plan, (self.facts.shown_width, self.facts.shown_height)
                shots = self.comparison.original(shots, shown, plan.rotation, plan.pixel_shape)
            self._run_through(
                shots, mended(film, self.mends, self.profile, self.layout, self.comparison), self._told(progress)
            )
            self._refuse_short(projector)
            refuse_nothing_left(film.frames, self.mends, self.limits, self.profile)
        reasons = [Reason("damaged_places", {"count": projector.damaged})] if projector.damaged else []
        return Rendered(path, *size, self.profile.fps, film.frames, self.level is not None), reasons

    def rehearse(self, on: Shows, until_us: int) -> None:
        """Shows the house frames up to `until_us` on `on`, not mended but cropped. Raises Refused."""
        with open_film(self.source, self.reader) as container:
            shots = takewhile(lambda shot: shot.at_us < until_us, self._shots(self._projector(container)))
            self._run_through(shots, on, _unheard)

    @property
    def layout(self) -> Layout:
        """How large the film's picture is, and the house film that it is in the middle of."""
        return layout_of(self.facts.shown_width, self.facts.shown_height, self.mends, self.profile)

    def _run_through(self, shots: Iterator[Shot], film: Shows, tell: Callable[[int], None]) -> None:
        plan, crop = self.plan, crop_of(self.mends)
        developer = Developer(
            *self.layout.picture, rotation=plan.rotation, pixel_shape=plan.pixel_shape, crop=crop,
            averaged=self.profile.averaged,
        )  # fmt: skip
        run_through(shots, film, developer.develop, tell, self.limits, self.profile)

    def _shots(self, projector: Projector) -> Iterator[Shot]:
        return woven(projector.shots()) if self.plan.interlaced else projector.shots()

    def _house_film(self, path: Path, size: tuple[int, int], tape: Tape | None) -> HouseFilm:
        return HouseFilm(path, size, self.profile, tape, threads=self.limits.threads, watchers=self.watchers)

    def _tape(self, stack: contextlib.ExitStack) -> Tape | None:
        if self.level is None:
            return None
        blocks = stack.enter_context(open_sound(self.source, self.reader, start_us=self.plan.start_us))
        level = levelled(mended_sound(blocks, self.mends, self.profile), self.level, self.profile)
        return Tape(with_volume(level, self.mends))

    def _projector(self, container: InputContainer) -> Projector:
        stream = main_picture(container)
        return Projector(container, stream, threads=self.limits.threads, most_errors=self.limits.decode_errors)

    def _told(self, progress: Callable[[int], None]) -> Callable[[int], None]:
        stated_us = self.plan.stated_us

        def tell(at_us: int) -> None:
            if stated_us:
                progress(min(99, at_us * 100 // stated_us))

        return tell

    def _refuse_short(self, projector: Projector) -> None:
        decoded_ms, stated_ms = (projector.end_us + 500) // 1_000, self.plan.stated_us // 1_000
        least_ms = self.limits.video_least_ms
        if stated_ms >= least_ms and decoded_ms * _ENOUGH[1] < stated_ms * _ENOUGH[0]:
            raise Refused("truncated", declared_ms=stated_ms, decoded_ms=decoded_ms)
        if decoded_ms + _ROUNDING_MS < least_ms:
            raise Refused("too_short", duration_ms=decoded_ms, least_ms=least_ms)


def mended(
    film: HouseFilm, mends: Mends, profile: Profile, layout: Layout, comparison: Comparison | None
) -> Shows:  # fmt: skip
    """What to show an upload's frames on so that `film` is mended; the film itself if there is nothing to do."""
    return MendedFilm(film, mends, profile, layout, comparison) if changes_picture(mends) else film


def refuse_nothing_left(frames: int, mends: Mends, limits: Limits, profile: Profile) -> None:
    """Raises Refused when what the mends cut out leaves too little of a film."""
    left_ms = frames * 1_000 // profile.fps
    if left_ms < limits.video_least_ms and any(isinstance(mend, Cut) for mend in mends):
        raise Refused("too_short", duration_ms=left_ms, least_ms=limits.video_least_ms)


def run_through(
    shots: Iterator[Shot],
    film: Shows,
    develop: Callable[[VideoFrame], VideoFrame],
    tell: Callable[[int], None],
    limits: Limits,
    profile: Profile,
) -> None:
    """Writes all shots at the film's steady rate. Raises Refused when there are none or too many."""
    cadence = Cadence(profile.fps, profile.frames_step)
    held: Shot | None = None
    for shot in shots:
        if shot.at_us > limits.video_most_ms * 1_000:
            raise Refused("too_long", most_s=limits.video_most_ms // 1_000)
        if held is not None:
            _show(held, cadence.until(shot.at_us), film, develop)
        held = shot
        tell(shot.at_us)
    if held is None:
        raise Refused("unreadable")
    end_us = min(held.at_us + held.lasts_us, limits.video_most_ms * 1_000)
    _show(held, cadence.ending(end_us), film, develop)


def _show(shot: Shot, times: int, film: Shows, develop: Callable[[VideoFrame], VideoFrame]) -> None:
    if times == 0:
        return
    try:
        frame = develop(shot.frame)
    except MemoryError:
        raise
    except FFmpegError as error:
        raise Refused("decoder_crashed", at_ms=shot.at_us // 1_000) from error
    film.show(frame, times)


def _unheard(_at_us: int) -> None:
    """Nobody waits for a rehearsal."""
