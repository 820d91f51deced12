"""Opens a rendition again and holds it to the house format, before anybody else sees it."""

from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from PIL import Image

from content.media.film_render import Rendered
from content.media.limits import HOUSE, Profile
from content.media.reasons import Refused
from content.media.watching import Picture, Pixels

_PLAIN_TAGS = {"major_brand", "minor_version", "compatible_brands", "language", "handler_name", "vendor_id", "encoder"}
_PLAIN_WORDS = {"und", "VideoHandler", "SoundHandler", "[0][0][0][0]"}
_SOUND_SLACK_MS = 1
_LEVEL_AT = 3
_MOST_DIFFERENCE = 4
"""Mean difference of luma, in codes, that coding a picture may make."""
_COARSER = 10
"""Of a small picture, 48 x 27 places are compared, each the mean of many: lost noise is no difference."""


class Witness:
    """A watcher that remembers the picture on each whole second, roughly: what the rendition must show there."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        self.seen: list[Pixels] = []

    def see(self, picture: Picture) -> None:
        """Keeps the picture once for each second it begins."""
        while len(self.seen) * picture.fps < picture.first + picture.times:
            self.seen.append(_rough(picture))

    def end(self, at_us: int) -> None:
        """There is nothing more to remember."""


def check_film(rendered: Rendered, seen: list[Pixels], profile: Profile = HOUSE) -> None:
    """Raises Refused when the film is not what we said it is, or its key pictures are not those that were `seen`.

    Nor may it ask more of a node than `profile` says.
    """
    options = {"protocol_whitelist": "file", "format_whitelist": "mov"}
    with av.open(str(rendered.path), "r", format="mov", options=options) as container:
        _check_tracks(container, rendered)
        _check_profile(container, rendered, profile)
        _check_pictures(container, rendered)
    with av.open(str(rendered.path), "r", format="mov", options=options) as container:
        _check_shown(container, rendered, seen)


def check_still(path: Path, size: tuple[int, int]) -> None:
    """Raises Refused when the still is not what we said it is."""
    with Image.open(path, formats=("JPEG", "PNG")) as image:
        image.load()
        _hold("size", image.size == size)
        _hold("colours", image.mode in {"RGB", "L", "P"})
        _hold("metadata", not image.getexif() and not {"icc_profile", "exif", "xmp", "comment"} & image.info.keys())


def _check_tracks(container: InputContainer, rendered: Rendered) -> None:
    _hold("tracks", len(container.streams.video) == 1 and len(container.streams) == 1 + rendered.has_sound)
    context = container.streams.video[0].codec_context
    _hold("codec", context.name == "h264" and context.pix_fmt == "yuv420p" and (context.profile or "") == "High")
    _hold("size", (context.width, context.height) == (rendered.width, rendered.height))
    _hold("length", abs((container.duration or 0) - rendered.duration_ms * 1_000) <= _SOUND_SLACK_MS * 1_000)
    tags = [container.metadata, *(stream.metadata for stream in container.streams)]
    _hold("metadata", all(name in _PLAIN_TAGS for tag in tags for name in tag))
    _hold("metadata", all(stream.metadata.get("handler_name", "und") in _PLAIN_WORDS for stream in container.streams))
    if rendered.has_sound:
        sound = container.streams.audio[0].codec_context
        _hold("sound", sound.name == "aac" and sound.sample_rate == 48_000 and sound.channels == 2)


def _check_profile(container: InputContainer, rendered: Rendered, profile: Profile) -> None:
    sides = sorted((rendered.width, rendered.height))
    _hold("size", sides[0] <= profile.short_side and sides[1] <= profile.long_side)
    _hold("rate", rendered.fps == profile.fps)
    # The fourth byte of an avcC box is the level (ISO 14496-15).
    head = container.streams.video[0].codec_context.extradata or b""
    _hold("level", len(head) > _LEVEL_AT and head[_LEVEL_AT] <= round(float(profile.level) * 10))


def _check_pictures(container: InputContainer, rendered: Rendered) -> None:
    stream = container.streams.video[0]
    assert stream.time_base is not None  # noqa: S101 - every MP4 has one
    shown = sorted(
        (round(packet.pts * stream.time_base * rendered.fps), packet.is_keyframe)
        for packet in container.demux(stream)
        if packet.pts is not None
    )
    _hold("frames", [at for at, _ in shown] == list(range(rendered.frames)))
    _hold("keyframes", all(is_key == (at % rendered.fps == 0) for at, is_key in shown))


def _check_shown(container: InputContainer, rendered: Rendered, seen: list[Pixels]) -> None:
    """What was screened is what is shown: only key pictures, one a second, are decoded for it."""
    container.streams.video[0].codec_context.skip_frame = "NONKEY"
    second = 0
    for frame in container.decode(video=0):
        _hold("picture", second < len(seen))
        shown = _rough(Picture(frame, second * rendered.fps, 1, rendered.fps))
        difference = np.abs(shown.astype(np.int16) - seen[second].astype(np.int16)).mean()
        _hold("picture", bool(difference <= _MOST_DIFFERENCE))
        second += 1
    _hold("pictures", second == len(seen) > 0)


def _rough(picture: Picture) -> Pixels:
    import cv2

    rows, columns = picture.luma.shape
    size = max(1, columns // _COARSER), max(1, rows // _COARSER)
    return np.asarray(cv2.resize(picture.luma, size, interpolation=cv2.INTER_AREA), np.uint8)


def _hold(what: str, holds: bool) -> None:
    if not holds:
        raise Refused("check_failed", what=what)
