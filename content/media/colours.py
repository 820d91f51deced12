"""From whatever a decoder gives to the house's picture: size, shape, upright, BT.709 8-bit limited range."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from av.filter import Graph
from av.video.frame import VideoFrame
from numpy.typing import NDArray
from PIL import Image

from content.media.crops import box_in, turned_back
from content.media.house_size import fit
from content.media.mends import Crop

PQ, HLG = 16, 18
"""Transfer codes of ITU-T H.273 for the two kinds of HDR."""
BT2020 = 9
_KNEE = 0.8
_BT2020_TO_709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], dtype=np.float32
)
_FULL = 2
_RGB_MATRIX = 0
_UNKNOWN = 2
_TURNS = {0: (), 90: (("transpose", "clock"),), 180: (("hflip", ""), ("vflip", "")), 270: (("transpose", "cclock"),)}
_MATRICES = {1: "bt709", 4: "fcc", 5: "bt601", 6: "bt601", 7: "smpte240m", 9: "bt2020", 10: "bt2020"}
_PRIMARIES = {1: "bt709", 5: "bt470bg", 6: "smpte170m", 9: "bt2020", 11: "smpte431", 12: "smpte432"}
_TRANSFERS = {PQ: "smpte2084", HLG: "arib-std-b67", 1: "bt709", 14: "bt2020-10", 15: "bt2020-12"}


_Floats = NDArray[np.float32]


def is_hdr(frame: VideoFrame) -> bool:
    """Whether the picture is HDR in truth: tagged so, and with more than 8 bits."""
    return frame.color_trc in {PQ, HLG} and bits(frame) >= 10


def bits(frame: VideoFrame) -> int:
    """Bits of a sample of the picture."""
    return max(component.bits for component in frame.format.components)


@dataclass(frozen=True, slots=True)
class _Look:
    """What a frame is like; while it stays the same, so does the way to convert it."""

    width: int
    height: int
    format: str
    matrix: int
    colour_range: int
    transfer: int
    primaries: int

    @staticmethod
    def of(frame: VideoFrame) -> "_Look":
        return _Look(
            frame.width,
            frame.height,
            frame.format.name,
            int(frame.colorspace),
            int(frame.color_range),
            int(frame.color_trc),
            int(frame.color_primaries),
        )


class Developer:
    """Turns frames into house frames of one size; a frame of another shape on the way gets black borders."""

    def __init__(
        self, width: int, height: int, *, rotation: int, pixel_shape: Fraction, crop: Crop | None = None,
        averaged: bool = False,
    ) -> None:  # fmt: skip
        """`width` and `height` as shown in the end; `rotation` clockwise; `pixel_shape` of the source.

        Of the upright picture only `crop` is shown; `averaged` as a profile says.
        """
        self._way = "area" if averaged else "bicubic"
        self._target = (height, width) if rotation in {90, 270} else (width, height)
        self._rotation = rotation
        self._pixel_shape = pixel_shape
        self._crop = turned_back(crop, rotation) if crop else None
        self._usual: tuple[int, int] | None = None
        self._look: _Look | None = None
        self._graph: Graph | None = None

    def develop(self, frame: VideoFrame) -> VideoFrame:
        """The same picture in house format. Raises av.FFmpegError when it cannot be converted."""
        look = _Look.of(frame)
        if self._graph is None or look != self._look:
            self._usual = self._usual or (frame.width, frame.height)
            self._look, self._graph = look, self._build(look, frame)
        frame.pts = None
        self._graph.vpush(frame)
        return self._graph.vpull()

    def _build(self, look: _Look, frame: VideoFrame) -> Graph:
        graph = Graph()
        graph.threads = 1
        last = graph.add_buffer(width=look.width, height=look.height, format=frame.format, time_base=Fraction(1, 1_000))
        for name, arguments in self._filters(look, frame):
            following = graph.add(name, arguments)
            last.link_to(following)
            last = following
        last.link_to(graph.add("buffersink"))
        graph.configure()
        return graph

    def _filters(self, look: _Look, frame: VideoFrame) -> list[tuple[str, str]]:
        width, height = self._inner(look)
        filters: list[tuple[str, str]] = []
        if self._crop is not None:
            left, top, kept_width, kept_height = box_in(look.width, look.height, self._crop)
            filters.append(("crop", f"w={kept_width}:h={kept_height}:x={left}:y={top}"))
        if any(component.is_alpha for component in frame.format.components):
            filters += [("format", "gbrap"), ("premultiply", "inplace=1"), ("format", "gbrp")]
            filters.append(
                ("scale", f"w={width}:h={height}:flags={self._way}:out_color_matrix=bt709:out_range=limited")
            )
        else:
            filters.append(("scale", _scale(look, frame, width, height, self._way)))
        filters.append(("format", "yuv420p"))
        if (width, height) != self._target:
            filters.append(("pad", f"w={self._target[0]}:h={self._target[1]}:x=(ow-iw)/2:y=(oh-ih)/2:color=black"))
        return [*filters, *_TURNS[self._rotation], ("setsar", "1")]

    def _inner(self, look: _Look) -> tuple[int, int]:
        """The size of the picture within the target: all of it, unless the film changed its shape on the way."""
        if self._usual is None or look.width * self._usual[1] == look.height * self._usual[0]:
            return self._target
        shown = max(1, round(look.width * self._pixel_shape))
        width, height = fit(shown * 64, look.height * 64, *self._target)
        return max(2, width // 2 * 2), max(2, height // 2 * 2)


def _scale(look: _Look, frame: VideoFrame, width: int, height: int, way: str) -> str:
    parts = [f"w={width}", f"h={height}", f"flags={way}+accurate_rnd+full_chroma_int", "out_range=limited"]
    parts.append("out_color_matrix=bt709")
    if not frame.format.is_rgb and look.matrix != _RGB_MATRIX:
        # Untagged video is BT.709 when it is HD and BT.601 when it is not: so it was made.
        unknown = "bt709" if look.height >= 720 or look.width >= 1_280 else "bt601"
        parts.append(f"in_color_matrix={_MATRICES.get(look.matrix, unknown)}")
    if look.colour_range == _FULL or look.format.startswith("yuvj"):
        parts.append("in_range=full")
    if is_hdr(frame) or (look.primaries == BT2020 and bits(frame) >= 10):
        parts.append(f"in_primaries={_PRIMARIES.get(look.primaries, 'bt2020')}")
        parts.append(f"in_transfer={_TRANSFERS.get(look.transfer, 'bt709')}")
        parts.append("out_primaries=bt709:out_transfer=bt709:intent=perceptual")
    return ":".join(parts)


def from_hdr(image: Image.Image, transfer: int) -> Image.Image:
    """An RGB picture whose values are PQ or HLG codes of BT.2020 colours, as ordinary sRGB."""
    codes = (np.asarray(image) / 255).astype(np.float32)
    light = _light_of_pq(codes) if transfer == PQ else _light_of_hlg(codes)
    light = light @ _BT2020_TO_709.T
    # Brighter than paper is rolled off instead of cut, by the brightest of the three so that hues stay.
    brightest = np.maximum(light.max(axis=2, keepdims=True), 1e-6)
    rolled = np.where(brightest > _KNEE, _KNEE + (1 - _KNEE) * np.tanh((brightest - _KNEE) / (1 - _KNEE)), brightest)
    light = np.clip(light * (rolled / brightest), 0, 1)
    shown = np.where(light <= 0.0031308, light * 12.92, 1.055 * np.power(light, 1 / 2.4) - 0.055)
    return Image.fromarray((shown * 255 + 0.5).astype(np.uint8), "RGB")


def _light_of_pq(codes: _Floats) -> _Floats:
    """Light as a part of diffuse white (203 cd/m²), by SMPTE ST 2084."""
    power = np.power(codes, 1 / 78.84375)
    nits = 10_000 * np.power(np.maximum(power - 0.8359375, 0) / (18.8515625 - 18.6875 * power), 1 / 0.1593017578125)
    return (nits / 203).astype(np.float32)


def _light_of_hlg(codes: _Floats) -> _Floats:
    """Light as a part of diffuse white (three quarters of the signal), by ITU-R BT.2100."""
    light = np.where(codes <= 0.5, codes**2 / 3, (np.exp((codes - 0.55991073) / 0.17883277) + 0.28466892) / 12)
    return (np.power(light, 1.2) / 0.203).astype(np.float32)
