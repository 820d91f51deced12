"""Pictures for people who choose and judge: poster, thumbnail and veil from the rendition itself, and the strip.

The veil stands for what somebody should not see unasked: so few points that nothing can be made out.
"""

import io
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from PIL import Image, ImageFilter

from content.media.film_render import Rendered
from content.media.findings.sheet import TILE, Made
from content.media.house_size import fit

THUMBNAIL = (480, 270)
VEIL = (24, 24)
_VEIL_BLUR = 2
_CANDIDATES = 12
_FROM_PERCENT, _TO_PERCENT = 5, 60
_POSTER_QUALITY = 88
_SMALL_QUALITY = 82

Sizes = tuple[tuple[int, int], ...]


def film_previews(rendered: Rendered, sheet: Made, out: Path) -> tuple[Sizes, tuple[int, ...]]:
    """Writes the four files into `out`; their sizes, as PREVIEWS is ordered, and when the strip's pictures are."""
    body, size, times_ms = sheet
    (out / "strip.jpg").write_bytes(body)
    poster = max(_pictures(rendered, _candidates(rendered)), key=_interest)
    return (*_write(poster, out), size, _veil(poster, out)), times_ms


def still_previews(rendition: Path, out: Path) -> Sizes:
    """The same four files for a still, whose strip has one picture."""
    with Image.open(rendition, formats=("JPEG", "PNG")) as image:
        picture = image.convert("RGB")
    strip = picture.resize(fit(*picture.size, *TILE), Image.Resampling.LANCZOS)
    _save(strip, _SMALL_QUALITY, out / "strip.jpg")
    return *_write(picture, out), strip.size, _veil(picture, out)


def _write(poster: Image.Image, out: Path) -> Sizes:
    thumbnail = poster.resize(fit(*poster.size, *THUMBNAIL), Image.Resampling.LANCZOS)
    _save(poster, _POSTER_QUALITY, out / "poster.jpg")
    _save(thumbnail, _SMALL_QUALITY, out / "thumbnail.jpg")
    return poster.size, thumbnail.size


def _veil(picture: Image.Image, out: Path) -> tuple[int, int]:
    veil = picture.resize(fit(*picture.size, *VEIL), Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(_VEIL_BLUR))
    _save(veil, _SMALL_QUALITY, out / "veil.jpg")
    return veil.size


def _save(image: Image.Image, quality: int, path: Path) -> None:
    body = io.BytesIO()
    image.info = {}
    image.save(body, "JPEG", quality=quality)
    path.write_bytes(body.getvalue())


def _candidates(rendered: Rendered) -> list[int]:
    """Frames that may be the poster: on whole seconds, where one picture has to be decoded and not thirty."""
    last = rendered.frames - 1
    spread = (_FROM_PERCENT + (_TO_PERCENT - _FROM_PERCENT) * n // (_CANDIDATES - 1) for n in range(_CANDIDATES))
    return sorted({last * percent // 100 // rendered.fps * rendered.fps for percent in spread})


def _pictures(rendered: Rendered, wanted: list[int]) -> Iterator[Image.Image]:
    """The frames `wanted` (rising), each sought from the key frame of its second."""
    options = {"protocol_whitelist": "file", "format_whitelist": "mov"}
    with av.open(str(rendered.path), "r", format="mov", options=options) as container:
        for number in wanted:
            yield _picture(container, number, rendered.fps)


def _picture(container: InputContainer, number: int, fps: int) -> Image.Image:
    stream = container.streams.video[0]
    assert stream.time_base is not None  # noqa: S101 - every MP4 has one
    container.seek(int((number - number % fps) / fps / stream.time_base), stream=stream)
    for frame in container.decode(stream):
        if frame.pts is not None and round(frame.pts * stream.time_base * fps) == number:
            return Image.fromarray(frame.to_ndarray(format="rgb24"), "RGB")
    raise LookupError(f"the rendition lacks its frame {number}")


def _interest(image: Image.Image) -> float:
    """How much there is to see: sharp edges times spread of brightness; black and plain pictures score nothing."""
    grey = np.asarray(image.convert("L").resize((320, 180), Image.Resampling.BILINEAR)).astype(np.float32)
    edges = float(np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean())
    return edges * float(grey.std()) * (0.1 if grey.mean() < 16 else 1.0)
