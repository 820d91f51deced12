"""A PDF becomes slides: one page a still, several one house film that shows each for as long as it takes to read.

PDFium draws what the pages look like; scripts, forms, attachments and links are never looked at. Only for the confined
child.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, takewhile
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
from av.video.frame import VideoFrame
from PIL import Image
from pypdfium2.raw import FPDF_ERR_PASSWORD

from content.media.colours import Developer
from content.media.comparison import Comparison, write_still_comparison
from content.media.crops import cropped
from content.media.facts import MediaFacts
from content.media.film import Shot
from content.media.film_render import RENDITION, Rendered, mended, refuse_nothing_left, run_through
from content.media.house_film import HouseFilm
from content.media.house_size import box_for, house_size
from content.media.identify import Found
from content.media.limits import Limits, Profile
from content.media.mended_film import Shows
from content.media.mends import Mends, crop_of, reshapes
from content.media.reading_time import reading_ms
from content.media.reasons import Reason, Refused
from content.media.still import write_still
from content.media.surrounds import Layout, layout_of, surrounded
from content.media.watching import Watchers

_MOST_POINTS = 14_400.0
"""The largest page PDF allows (ISO 32000-1, annex C), in points."""


@dataclass(frozen=True, slots=True)
class DocumentPlan:
    """How long each page stands, in milliseconds."""

    pages_ms: tuple[int, ...]

    @property
    def is_animated(self) -> bool:
        """Whether there are several pages, which become a film."""
        return len(self.pages_ms) > 1


def inspect_document(
    source: Path, found: Found, limits: Limits, profile: Profile, still_ms: int
) -> tuple[MediaFacts, DocumentPlan, list[Reason]]:
    """The facts and how long each page stands: `still_ms`, or longer if there is more to read. Raises Refused."""
    with open_document(source, limits) as document:
        plan = DocumentPlan(tuple(max(still_ms, reading_ms(_characters(page))) for page in _pages(document)))
        with contextlib.closing(document[0]) as first:
            width, height = page_size(first, limits, profile)
    facts = MediaFacts(
        kind="video" if plan.is_animated else "still",
        container=found.name,
        video_codec=found.name,
        pixel_format="RGB",
        width=width,
        height=height,
        shown_width=width,
        shown_height=height,
        rotation=0,
        fps_num=0,
        fps_den=1,
        duration_ms=sum(plan.pages_ms) if plan.is_animated else 0,
        frames=len(plan.pages_ms),
        has_sound=False,
        sound=(),
        captions=(),
        interlaced=False,
        high_dynamic_range=False,
        loudness_clufs=0,
        size_bytes=source.stat().st_size,
    )
    return facts, plan, []


@dataclass(frozen=True, slots=True)
class DocumentRendering:
    """All that goes into rendering one document. The screen has the shape of its first page."""

    source: Path
    facts: MediaFacts
    plan: DocumentPlan
    limits: Limits
    profile: Profile
    watchers: Watchers = ()
    mends: Mends = ()
    comparison: Comparison | None = None

    def render(self, out: Path, progress: Callable[[int], None]) -> tuple[Rendered, list[Reason]]:
        """Writes the house film or still into `out`. Raises Refused if a page cannot be drawn."""
        if self.plan.is_animated:
            return self._film(out, progress), []
        picture = next(self._pictures())
        if reshapes(self.mends):
            whole, crop = picture, crop_of(self.mends)
            picture = surrounded(cropped(whole, crop) if crop else whole, self.mends, self.profile)
            write_still_comparison(whole, picture, out)
        path = write_still(picture, self.profile, out)
        held_ms = self.plan.pages_ms[0]
        return Rendered(path, *picture.size, fps=0, frames=1, has_sound=False, held_ms=held_ms), []

    def _film(self, out: Path, progress: Callable[[int], None]) -> Rendered:
        size, threads = self.layout.house, self.limits.threads
        total_us = sum(self.plan.pages_ms) * 1_000

        def tell(at_us: int) -> None:
            progress(min(99, at_us * 100 // total_us))

        with HouseFilm(out / RENDITION, size, self.profile, None, threads=threads, watchers=self.watchers) as film:
            shots = self._shots()
            if self.comparison is not None:
                shots = self.comparison.original(shots, self._size, 0, Fraction(1))
            self._run_through(shots, mended(film, self.mends, self.profile, self.layout, self.comparison), tell)
            refuse_nothing_left(film.frames, self.mends, self.limits, self.profile)
        return Rendered(out / RENDITION, *size, self.profile.fps, film.frames, has_sound=False)

    def rehearse(self, on: Shows, until_us: int) -> None:
        """Shows the house frames up to `until_us` on `on`, not mended but cropped. Raises Refused."""
        shots = takewhile(lambda shot: shot.at_us < until_us, self._shots())
        self._run_through(shots, on, lambda _at_us: None)

    @property
    def layout(self) -> Layout:
        """How large the film's picture is, and the house film that it is in the middle of."""
        return layout_of(*self._size, self.mends, self.profile)

    def _run_through(self, shots: Iterator[Shot], film: Shows, tell: Callable[[int], None]) -> None:
        crop, averaged = crop_of(self.mends), self.profile.averaged
        developer = Developer(*self.layout.picture, rotation=0, pixel_shape=Fraction(1), crop=crop, averaged=averaged)
        run_through(shots, film, developer.develop, tell, self.limits, self.profile)

    @property
    def _size(self) -> tuple[int, int]:
        return self.facts.width, self.facts.height

    def _shots(self) -> Iterator[Shot]:
        starts_ms = accumulate(self.plan.pages_ms, initial=0)
        for picture, at_ms, lasts_ms in zip(self._pictures(), starts_ms, self.plan.pages_ms, strict=False):
            frame = VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")
            yield Shot(frame, at_ms * 1_000, lasts_ms * 1_000)

    def _pictures(self) -> Iterator[Image.Image]:
        """Each page as it is shown, whole and in the middle of the screen."""
        with open_document(self.source, self.limits) as document:
            for page in _pages(document):
                page_size(page, self.limits, self.profile)
                yield _drawn(page, self._size, self.profile)


@contextlib.contextmanager
def open_document(source: Path, limits: Limits) -> Iterator[pdfium.PdfDocument]:
    """The document, closed afterwards. Raises Refused if it is locked, damaged, empty or has too many pages."""
    try:
        document = pdfium.PdfDocument(source)
    except pdfium.PdfiumError as error:
        raise Refused("document_locked" if error.err_code == FPDF_ERR_PASSWORD else "unreadable") from error
    with contextlib.closing(document):
        if len(document) == 0:
            raise Refused("unreadable")
        if len(document) > limits.document_pages:
            raise Refused("too_many_pages", count=len(document), most=limits.document_pages)
        yield document


def page_size(page: pdfium.PdfPage, limits: Limits, profile: Profile) -> tuple[int, int]:
    """The even size in pixels at which a page fills the house box of its shape. Raises Refused for a shape too thin."""
    width, height = page.get_size()
    if not (0 < width <= _MOST_POINTS and 0 < height <= _MOST_POINTS):
        raise Refused("unreadable")
    box = box_for(width, height, profile)
    scale = min(box[0] / width, box[1] / height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    if min(size) < limits.image_least_side:
        raise Refused("too_small", width=size[0], height=size[1], least=limits.image_least_side)
    return house_size(*size, profile)


def _pages(document: pdfium.PdfDocument) -> Iterator[pdfium.PdfPage]:
    for place in range(len(document)):
        try:
            page = document[place]
        except pdfium.PdfiumError as error:
            raise Refused("unreadable") from error
        with contextlib.closing(page):
            yield page


def _characters(page: pdfium.PdfPage) -> int:
    try:
        text = page.get_textpage()
    except pdfium.PdfiumError:
        return 0  # its picture may be whole all the same; then it stands as long as any other
    with contextlib.closing(text):
        return max(0, int(text.count_chars()))


def _drawn(page: pdfium.PdfPage, size: tuple[int, int], profile: Profile) -> Image.Image:
    width, height = page.get_size()
    scale = min(size[0] / width, size[1] / height)
    try:
        bitmap = page.render(scale=scale, may_draw_forms=False)
    except pdfium.PdfiumError as error:
        raise Refused("unreadable") from error
    with contextlib.closing(bitmap):
        picture = bitmap.to_pil().convert("RGB")
    ground = Image.new("RGB", size, profile.background)
    if abs(picture.width - size[0]) <= 1 and abs(picture.height - size[1]) <= 1:
        picture = picture.resize(size, Image.Resampling.LANCZOS) if picture.size != size else picture
    ground.paste(picture, ((size[0] - picture.width) // 2, (size[1] - picture.height) // 2))
    return ground
