"""Pictures for people who choose and judge: poster, thumbnail and contact strip, all made from the rendition itself."""

import io
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from PIL import Image

from content.media.film_render import Rendered
from content.media.house_size import fit

THUMBNAIL = (480, 270)
STRIP_PICTURES = 6
_STRIP_TILE = (320, 320)
_CANDIDATES = 12
_FROM_PERCENT, _TO_PERCENT = 5, 60
_POSTER_QUALITY = 88
_SMALL_QUALITY = 82

Sizes = tuple[tuple[int, int], ...]


def film_previews(rendered: Rendered, out: Path) -> Sizes:
    """Writes poster.jpg, thumbnail.jpg and strip.jpg into `out`; their sizes, in this order."""
    last = rendered.frames - 1
    spread = [_FROM_PERCENT + (_TO_PERCENT - _FROM_PERCENT) * n // (_CANDIDATES - 1) for n in range(_CANDIDATES)]
    candidates = _pictures(rendered, sorted({last * percent // 100 for percent in spread}))
    poster = max(candidates, key=_interest)
    strip = list(_pictures(rendered, [last * (2 * n + 1) // (2 * STRIP_PICTURES) for n in range(STRIP_PICTURES)]))
    return _write(poster, strip, out)


def still_previews(rendition: Path, out: Path) -> Sizes:
    """The same three files for a still, whose strip has one picture."""
    with Image.open(rendition, formats=("JPEG", "PNG")) as image:
        picture = image.convert("RGB")
    return _write(picture, [picture], out)


def _write(poster: Image.Image, strip: list[Image.Image], out: Path) -> Sizes:
    thumbnail = poster.resize(fit(*poster.size, *THUMBNAIL), Image.Resampling.LANCZOS)
    sheet = _sheet(strip)
    for name, image, quality in (
        ("poster.jpg", poster, _POSTER_QUALITY),
        ("thumbnail.jpg", thumbnail, _SMALL_QUALITY),
        ("strip.jpg", sheet, _SMALL_QUALITY),
    ):
        body = io.BytesIO()
        image.info = {}
        image.save(body, "JPEG", quality=quality)
        (out / name).write_bytes(body.getvalue())
    return poster.size, thumbnail.size, sheet.size


def _sheet(pictures: list[Image.Image]) -> Image.Image:
    tiles = [picture.resize(fit(*picture.size, *_STRIP_TILE), Image.Resampling.LANCZOS) for picture in pictures]
    width, height = tiles[0].size
    sheet = Image.new("RGB", (width * len(tiles), height))
    for place, tile in enumerate(tiles):
        sheet.paste(tile, (place * width, 0))
    return sheet


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
