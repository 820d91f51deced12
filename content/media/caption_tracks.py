"""The caption tracks inside a film become captions as files do; the rest is told. Only for the confined child."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import pysubs2
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Disposition, Stream
from av.subtitles.stream import SubtitleStream
from babel.core import get_global

from content.captions import UNKNOWN, BadCaptions, Captions, language_tag, webvtt
from content.media.caption_blocks import Read
from content.media.caption_files import MOST_READ, CaptionsFound, read_event, settled
from content.media.cuts import UNCUT, Cuts
from content.media.film import has_codec, open_film
from content.media.job import MadeCaptions
from content.media.reasons import Reason, Refused

MADE = "captions-{number}.vtt"
_PICTURES = frozenset({"hdmv_pgs_subtitle", "pgssub", "dvd_subtitle", "dvdsub", "dvb_subtitle", "dvbsub", "xsub"})
_MS = 1000
_EVENT = re.compile(r"(?s)(?:[^,]*,){2}([^,]*),(?:[^,]*,){5}(.*)")


@dataclass(frozen=True, slots=True)
class TracksFound:
    """What was made of the tracks of a film, each in a file of its own, and what its uploader should know."""

    made: tuple[MadeCaptions, ...]
    warnings: tuple[Reason, ...]


def take_tracks(
    source: Path, reader: str, tracks: int, out: Path, *, start_us: int, film_ms: int, cuts: Cuts = UNCUT
) -> TracksFound:  # fmt: skip
    """Writes the text tracks of a film (which has `tracks`) into `out`, one language once; never refuses the film.

    What is cut out of the film is cut out of them.
    """
    if not tracks:
        return TracksFound((), ())
    made: list[MadeCaptions] = []
    warnings: list[Reason] = []
    with open_film(source, reader) as container:
        streams = _tracks(container)
        pictures = [stream for stream in streams if stream.codec_context.name in _PICTURES]
        if pictures:
            warnings.append(Reason("captions_pictures", {"count": len(pictures)}))
        for number, stream in enumerate(streams, 1):
            if stream in pictures:
                continue
            language = _language_of(stream)
            if language in {one.language for one in made}:
                warnings.append(Reason("captions_twice", {"language": language}))
                continue
            found = _captions_of(container, stream, language, start_us=start_us, film_ms=film_ms, cuts=cuts)
            if found is None:
                warnings.append(Reason("captions_track_unusable", {"number": number, "language": language}))
                continue
            made.append(write_captions(out, len(made), found))
            warnings += found.warnings
    return TracksFound(tuple(made), tuple(warnings))


def write_captions(out: Path, number: int, found: CaptionsFound) -> MadeCaptions:
    """The captions as the `number`-th file of `out`."""
    (out / MADE.format(number=number)).write_bytes(webvtt(found.captions))
    return MadeCaptions(found.captions.language, found.form)


def _tracks(container: InputContainer) -> list[SubtitleStream]:
    """The one the film shows by itself first."""
    streams = [stream for stream in container.streams.subtitles if has_codec(stream)]
    return sorted(streams, key=lambda stream: not stream.disposition & Disposition.default)


def _language_of(stream: Stream) -> str:
    """BCP 47 for the three letters of ISO 639-2 that films carry; `und` for none or nonsense."""
    said = stream.language or UNKNOWN
    known = get_global("language_aliases").get(said.lower(), said)
    try:
        return language_tag(known)
    except BadCaptions:
        return UNKNOWN


def _captions_of(
    container: InputContainer, stream: SubtitleStream, language: str, *, start_us: int, film_ms: int, cuts: Cuts
) -> CaptionsFound | None:
    try:
        events = _cut(_events(container, stream, start_us), cuts)
        cues, warnings = settled(islice(events, MOST_READ + 1), film_ms=film_ms)
        return CaptionsFound(stream.codec_context.name, Captions(language, cues), warnings)
    except (FFmpegError, ValueError, Refused):
        return None


def _events(container: InputContainer, stream: SubtitleStream, start_us: int) -> Iterator[Read]:
    container.seek(0)
    styles: dict[str, pysubs2.SSAStyle] = {}
    for packet in container.demux(stream):
        if packet.size == 0 or packet.pts is None or packet.time_base is None:
            continue
        for rect in packet.decode():
            styles = styles or _styles(stream)
            match = _EVENT.fullmatch(bytes(getattr(rect, "ass", b"")).decode("utf-8", "replace"))
            if match is not None:
                start_ms, end_ms = _times(packet, start_us)
                yield read_event(start_ms, end_ms, match[2], styles.get(match[1]) or pysubs2.SSAStyle())


def _cut(events: Iterator[Read], cuts: Cuts) -> Iterator[Read]:
    for event in events:
        start_ms, end_ms = cuts.mended_ms(event.start_ms), cuts.mended_ms(event.end_ms)
        if start_ms < end_ms or event.end_ms <= event.start_ms:
            yield replace(event, start_ms=start_ms, end_ms=end_ms)


def _times(packet: "Packet[SubtitleStream]", start_us: int) -> tuple[int, int]:
    base = packet.time_base or 0
    start_ms = round((packet.pts or 0) * base * _MS) - start_us // 1000
    return start_ms, start_ms + round((packet.duration or 0) * base * _MS)


def _styles(stream: SubtitleStream) -> dict[str, pysubs2.SSAStyle]:
    header = (stream.codec_context.subtitle_header or b"").decode("utf-8", "replace")
    try:
        return dict(pysubs2.SSAFile.from_string(header, format_="ass").styles)
    except (pysubs2.Pysubs2Error, ValueError, KeyError, IndexError):
        return {}
