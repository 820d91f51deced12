"""What plays on a screen as a playlist for a desk: M3U8 and XSPF, which VLC, mpv and other players open. Pure.

A playlist is for looking: it names the very files the screen shows, which anybody may fetch while they are approved,
and says when each is on. The screen's own card has no file; it stands in an M3U8 as a remark.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from xml.etree import ElementTree as ET

Format = Literal["m3u8", "xspf"]
MEDIA_TYPES: dict[Format, str] = {"m3u8": "application/vnd.apple.mpegurl", "xspf": "application/xspf+xml"}
XSPF = "http://xspf.org/ns/0/"
"""The name of the format (XSPF version 1), not an address that is fetched."""
PROGRAM_DATE_TIME = "http://commonscreen.org/xspf/program-date-time"


@dataclass(frozen=True, slots=True)
class Track:
    """One thing on screen during [start_ms, end_ms); `offset_ms` is where in its file it begins.

    `address` is the file's absolute URL, "" for the screen's own card and for what may no longer be seen.
    """

    start_ms: int
    end_ms: int
    offset_ms: int
    title: str
    by: str
    address: str


def m3u8(name: str, tracks: Sequence[Track]) -> str:
    """An extended M3U in UTF-8: EXTINF in seconds, EXT-X-PROGRAM-DATE-TIME (RFC 8216 §4.3.2.6) for each file.

    It has no EXT-X-TARGETDURATION: to players it is a list of files, not one stream.
    """
    lines = ["#EXTM3U", f"#PLAYLIST:{_line(name)}"]
    for track in tracks:
        seconds = f"{(track.end_ms - track.start_ms) / 1000:.3f}"
        label = _line(f"{track.title} – {track.by}" if track.by else track.title)
        if not track.address:
            lines.append(f"# {moment(track.start_ms)} {seconds} s: {label}")
            continue
        lines += [f"#EXT-X-PROGRAM-DATE-TIME:{moment(track.start_ms)}", f"#EXTINF:{seconds},{label}"]
        if track.offset_ms:
            lines.append(f"#EXTVLCOPT:start-time={track.offset_ms / 1000:.3f}")
        lines += [f"#EXTVLCOPT:image-duration={seconds}", track.address]
    return "\n".join(lines) + "\n"


def xspf(name: str, tracks: Sequence[Track]) -> str:
    """An XSPF document; a track's duration is in ms, its instant stands in a `meta` element."""
    ET.register_namespace("", XSPF)
    root = ET.Element(_tag("playlist"), version="1")
    _word(root, "title", name)
    listed = ET.SubElement(root, _tag("trackList"))
    for track in tracks:
        if not track.address:
            continue
        one = ET.SubElement(listed, _tag("track"))
        _word(one, "location", track.address)
        _word(one, "title", track.title)
        if track.by:
            _word(one, "creator", track.by)
        _word(one, "duration", str(track.end_ms - track.start_ms))
        meta = ET.SubElement(one, _tag("meta"), rel=PROGRAM_DATE_TIME)
        meta.text = moment(track.start_ms)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def moment(at_ms: int) -> str:
    """UTC ms as ISO 8601 with milliseconds, such as `2026-11-24T17:40:00.000Z`."""
    seconds, rest_ms = divmod(at_ms, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest_ms:03d}Z"


def _word(parent: ET.Element, name: str, words: str) -> None:
    # XML 1.0 has no place for control characters.
    ET.SubElement(parent, _tag(name)).text = "".join(one for one in words if one.isprintable())


def _tag(name: str) -> str:
    return f"{{{XSPF}}}{name}"


def _line(words: str) -> str:
    """Words of strangers on one line of their own: they can neither end it nor begin a directive."""
    return " ".join(words.split()).lstrip("#")
