"""Films made of scenes: pictures that stand or pan, cut one against the other, with any sound."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import segno
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

FONTS = Path(__file__).resolve().parents[2] / "display_node" / "assets" / "fonts"
RATE = 48_000
SIZE = (426, 240)
"""Large enough for what is looked for, and soon prepared."""
Pixels = NDArray[np.uint8]
Wave = NDArray[np.float32]


def scene(seed: int, size: tuple[int, int] = SIZE) -> Pixels:
    """A soft picture of many colours, another for each seed."""
    rough = np.random.default_rng(seed).integers(40, 200, (5, 8, 3), np.uint8)
    return np.asarray(Image.fromarray(rough, "RGB").resize(size, Image.Resampling.BICUBIC), np.uint8)


def black(size: tuple[int, int] = SIZE) -> Pixels:
    """A black picture."""
    return np.zeros((size[1], size[0], 3), np.uint8)


def panned(picture: Pixels, frames: int, step: int = 4) -> list[Pixels]:
    """The picture as a camera passes over it, back and forth."""
    return [np.roll(picture, step * min(n % 40, 40 - n % 40), axis=1) for n in range(frames)]


def page(words: str, letters: int, size: tuple[int, int] = (1_920, 1_080), *, dark: bool = False) -> Pixels:
    """A page of words set in letters of this size, in pixels from ascender to descender."""
    paper, ink = ((16, 24, 48), (240, 240, 230)) if dark else ((250, 248, 240), (20, 20, 30))
    image = Image.new("RGB", size, paper)
    font = ImageFont.truetype(str(FONTS / "BeVietnamPro-Regular.ttf"), letters)
    line, top = "", letters
    for word in [*words.split(), ""]:
        if not word or font.getlength(f"{line} {word}") > size[0] * 0.9:
            ImageDraw.Draw(image).text((size[0] // 20, top), line, ink, font)
            line, top = word, top + letters * 3 // 2
        else:
            line = f"{line} {word}".strip()
    return np.asarray(image, np.uint8)


def with_qr(picture: Pixels, says: str, side: int = 160) -> Pixels:
    """The picture with a QR code on it."""
    code = segno.make(says, error="m", micro=False)
    small = Image.fromarray((1 - np.array(list(code.matrix_iter(border=3)), np.uint8)) * 255, "L")
    image = Image.fromarray(picture, "RGB")
    image.paste(small.resize((side, side), Image.Resampling.NEAREST).convert("RGB"), (40, 40))
    return np.asarray(image, np.uint8)


def make_scenes(path: Path, pictures: Iterable[Pixels], *, fps: int = 30, wave: Wave | None = None) -> Path:
    """Writes these pictures as a film, with a mono `wave` as its sound; gives its path."""
    shown = iter(pictures)
    first = next(shown)
    with av.open(str(path), "w", format="mp4") as container:
        video = container.add_stream("libx264", rate=fps, options={"crf": "16", "bf": "0", "preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = first.shape[1], first.shape[0], "yuv420p"
        audio = None if wave is None else container.add_stream("aac", rate=RATE, layout="mono")
        for picture in (first, *shown):
            container.mux(video.encode(VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")))
        if audio is not None and wave is not None:
            for start in range(0, wave.size, 4_800):
                frame = AudioFrame.from_ndarray(wave[None, start : start + 4_800], format="fltp", layout="mono")
                frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
                container.mux(audio.encode(frame))
            container.mux(audio.encode(None))
        container.mux(video.encode(None))
    return path
