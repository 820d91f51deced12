"""The decoders that this machine has in hardware: which are there, which are trusted, how frames come from one.

Nothing is believed. A film's bytes were approved, so the first picture of a route must be what software makes of the
same bytes; every frame must follow the one before. What fails is not asked again, and software goes on at that frame.
"""

import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.codec.hwaccel import HWAccel, hwdevices_available
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, Interpolation

from display_node.words import _

SOFTWARE = "software"
CODECS = ("h264", "hevc")
DEVICES = Path("/dev")
PROOF_SIZE = (64, 36)
PROOF_MEAN, PROOF_MOST = 2.0, 40
"""Of 255: how far the small proof may be off, on average and anywhere. Decoders agree to the bit; scaling need not."""

MOST_FAILURES = 3
"""Of a route that had proved itself, in different films; then the process asks it no more."""

MOST_PACKETS_UNANSWERED = 48
"""Given to a decoder before its first frame."""


class HardwareFailed(Exception):
    """The hardware does not decode this film (any further); the sentence says why."""


@dataclass(frozen=True, slots=True)
class Route:
    """A way to decode in hardware: a decoder by its own name, or FFmpeg's usual one with a device."""

    name: str
    """For people: `v4l2m2m`, `vaapi`, `cuda`."""
    decoder: str = ""
    device: str = ""

    def opened(self, path: Path, options: dict[str, str]) -> av.container.InputContainer:
        """The file; the caller closes it."""
        if self.device:
            accelerated = HWAccel(self.device, allow_software_fallback=False)
            return av.open(str(path), options=options, hwaccel=accelerated)
        return av.open(str(path), options=options)

    def frames(
        self, container: av.container.InputContainer, stream: av.video.stream.VideoStream
    ) -> Iterator[VideoFrame]:
        """From where the container stands on; raises what PyAV does, and HardwareFailed."""
        if self.device:
            yield from container.decode(stream)
            return
        base = stream.time_base or Fraction(1, 1000)
        context = av.CodecContext.create(self.decoder, "r")
        if not isinstance(context, av.VideoCodecContext):
            raise HardwareFailed(_("{decoder} decodes no video").format(decoder=self.decoder))
        context.extradata = stream.codec_context.extradata
        context.width, context.height = stream.width, stream.height
        context.options = {"pkt_timebase": f"{base.numerator}/{base.denominator}"}
        unanswered = 0
        for packet in container.demux(stream):
            decoded = context.decode(packet)
            unanswered = 0 if decoded else unanswered + 1
            if unanswered > MOST_PACKETS_UNANSWERED:
                raise HardwareFailed(_("no picture came"))
            yield from decoded


class Hardware:
    """What is known of this machine's decoders. Shared by all films of the process; any thread may ask."""

    def __init__(self, routes: dict[str, tuple[Route, ...]] | None = None) -> None:
        """`routes` are those to try for each codec; unless told, what this machine seems to have."""
        self._routes = routes
        self._lock = threading.Lock()
        self._proved: set[Route] = set()
        self._failures: dict[Route, int] = {}
        self.is_wanted = True

    def route_for(self, codec: str) -> Route | None:
        """The way to try first for films of `codec`; None for software."""
        if not self.is_wanted:
            return None
        with self._lock:
            if self._routes is None:
                self._routes = {name: _routes_here(name) for name in CODECS}
            return next((route for route in self._routes.get(codec, ()) if self._is_trusted(route)), None)

    @property
    def is_there(self) -> bool:
        """Whether any route is left to try."""
        return any(self.route_for(codec) for codec in CODECS)

    def has_proved(self, route: Route) -> bool:
        """Whether a picture of `route` was compared with software's before."""
        return route in self._proved

    def prove(self, route: Route, picture: VideoFrame, wanted: VideoFrame) -> None:
        """Compares the first picture of `route` with software's of the same bytes; raises HardwareFailed."""
        mean, most = _difference(_small(picture), _small(wanted))
        if mean > PROOF_MEAN or most > PROOF_MOST:
            raise HardwareFailed(_("its picture is not what software decodes"))
        with self._lock:
            if route not in self._proved:
                self._proved.add(route)
                _tell(_("Films are decoded by {route}.").format(route=route.name))

    def failed(self, route: Route, reason: str) -> None:
        """Notes that `route` gave no film, or not all of it."""
        with self._lock:
            was_trusted = self._is_trusted(route)
            self._failures[route] = self._failures.get(route, 0) + 1
            if was_trusted and not self._is_trusted(route):
                left = _("{route} decodes no films here, software does: {reason}")
                _tell(left.format(route=route.name, reason=reason)[:400])

    def _is_trusted(self, route: Route) -> bool:
        return self._failures.get(route, 0) < (MOST_FAILURES if route in self._proved else 1)


def _routes_here(codec: str) -> tuple[Route, ...]:
    found = []
    memory_to_memory = f"{codec}_v4l2m2m"
    if memory_to_memory in av.codecs_available and any(DEVICES.glob("video*")):
        found.append(Route("v4l2m2m", decoder=memory_to_memory))
    for device, nodes in (("vaapi", "dri/renderD*"), ("cuda", "nvidia[0-9]*")):
        if device in hwdevices_available() and any(DEVICES.glob(nodes)):
            found.append(Route(device, device=device))
    return tuple(found)


def _small(frame: VideoFrame) -> bytes:
    width, height = PROOF_SIZE
    picture = frame.reformat(
        width, height, "rgb24", src_colorspace=Colorspace.ITU709, dst_colorspace=Colorspace.ITU709,
        interpolation=Interpolation.AREA,
    )  # fmt: skip
    plane = picture.planes[0]
    body = bytes(plane)
    return b"".join(body[row * plane.line_size :][: 3 * width] for row in range(height))


def _difference(one: bytes, other: bytes) -> tuple[float, int]:
    off = [abs(a - b) for a, b in zip(one, other, strict=True)]
    return sum(off) / len(off), max(off)


def _tell(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()


HARDWARE = Hardware()
"""Of this process."""
