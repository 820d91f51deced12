"""Films with a caption track inside, made here: four seconds, two captions."""

from fractions import Fraction
from pathlib import Path
from typing import cast

import av
from av.container import OutputContainer
from av.subtitles.stream import SubtitleStream
from av.subtitles.subtitle import SubtitleSet
from av.video.frame import VideoFrame

from tests.media.generate import numbered

SRT = "1\n00:00:00,500 --> 00:00:01,500\nXin chào\n\n2\n00:00:02,000 --> 00:00:03,000\nHai dòng\nthứ hai\n"
HEADER = (
    b"[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\n"
    b"Format: Name, Fontname, Fontsize, Bold, Italic, Underline, Alignment\nStyle: Default,Arial,16,0,0,0,2\n\n"
    b"[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
)
SAID = ((500, 1_000, "Xin chào"), (2_000, 1_000, r"Hai dòng\Nthứ hai"))


def make_captioned_film(path: Path, *, form: str, codec: str, languages: tuple[str, ...]) -> Path:
    """Writes the film, with the same captions in each of `languages` (ISO 639-2), and returns its path."""
    with av.open(str(path), "w", format=form) as container:
        video = container.add_stream("libvpx" if form == "webm" else "libx264", rate=30)
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        tracks = [_track(container, codec, language) for language in languages]
        for number in range(120):
            frame = VideoFrame.from_ndarray(numbered(number, (320, 180)), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 30)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        for order, (start_ms, lasts_ms, words) in enumerate(SAID):
            for track in tracks:
                event = SubtitleSet.create(f"{order},0,Default,,0,0,0,,{words}".encode(), 0, lasts_ms, start_ms * 1_000)
                packet = track.codec_context.encode_subtitle(event)
                packet.stream, packet.time_base = track, Fraction(1, 1_000)
                packet.pts = packet.dts = start_ms
                packet.duration = lasts_ms
                container.mux(packet)
    return path


def _track(container: OutputContainer, codec: str, language: str) -> SubtitleStream:
    track = cast("SubtitleStream", container.add_stream(codec))
    track.codec_context.subtitle_header = HEADER
    track.time_base = track.codec_context.time_base = Fraction(1, 1_000)
    if language:
        track.metadata["language"] = language
    return track
