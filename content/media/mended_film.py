"""A house film that is mended while it is written: pictures left out or dimmed, the screen filled around them."""

from collections.abc import Iterator
from typing import Protocol

from av.video.frame import VideoFrame

from content.media.cuts import cuts_of
from content.media.limits import Profile
from content.media.mends import Mends, surround_of
from content.media.surrounds import Layout


class Shows(Protocol):
    """What house frames can be shown on."""

    def show(self, frame: VideoFrame, times: int) -> None:
        """Shows a house frame `times` times, after those before."""


class SeesMended(Protocol):
    """Who wants to know what became of each of the upload's frames."""

    def mended(self, frame: VideoFrame, first: int, times: int) -> None:
        """This is shown instead of the upload's frames from `first` on."""


class MendedFilm:
    """Shows on another film what is left of an upload's frames."""

    def __init__(
        self, film: Shows, mends: Mends, profile: Profile, layout: Layout, seen_by: SeesMended | None = None
    ) -> None:
        """`film` gets the frames, placed as `layout` says; `seen_by` sees them with their numbers in the upload."""
        # OpenCV takes much room; most uploads are not mended.
        from content.media.softening import Softener
        from content.media.surrounding import Surrounder

        self._film = film
        self._cuts = cuts_of(mends, profile)
        self._softener = Softener(mends, profile.fps)
        surround = surround_of(mends)
        self._surrounder = Surrounder(layout, surround, profile.fps) if surround else None
        self._seen_by = seen_by
        self._frames = 0

    def show(self, frame: VideoFrame, times: int) -> None:
        """The upload's next house frame, for so many times."""
        first = self._frames
        self._frames += times
        for run_first, run_times in self._cuts.kept(first, times):
            at = run_first
            for shown, shown_times in self._pictures(frame, run_first, run_times):
                if self._seen_by is not None:
                    self._seen_by.mended(shown, at, shown_times)
                self._film.show(shown, shown_times)
                at += shown_times

    def _pictures(self, frame: VideoFrame, first: int, times: int) -> Iterator[tuple[VideoFrame, int]]:
        for dimmed, dimmed_times in self._softener.pictures(frame, first, times):
            if self._surrounder is None:
                yield dimmed, dimmed_times
            else:
                yield from self._surrounder.pictures(dimmed, dimmed_times)
