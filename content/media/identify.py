"""What an upload is, told from its bytes alone; its name is never looked at. Never decodes anything."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from content.media.reasons import Refused

HEAD_BYTES = 8_192
_TAIL_BYTES = 65_536
_PDF_WITHIN = 1_024
"""Readers of PDF look for its mark in so many first bytes."""

Family = Literal["film", "picture", "document"]


@dataclass(frozen=True, slots=True)
class Found:
    """A kind of file we take: `family` says who reads it, `reader` is the one reader that may open it."""

    family: Family
    name: str
    reader: str


_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}
_QUICKTIME_STARTS = {b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"moof", b"styp", b"sidx"}

_PICTURES = (
    (b"\xff\xd8\xff", Found("picture", "JPEG", "JPEG")),
    (b"\x89PNG\r\n\x1a\n", Found("picture", "PNG", "PNG")),
    (b"GIF87a", Found("picture", "GIF", "GIF")),
    (b"GIF89a", Found("picture", "GIF", "GIF")),
    (b"II*\x00", Found("picture", "TIFF", "TIFF")),
    (b"MM\x00*", Found("picture", "TIFF", "TIFF")),
    (b"BM", Found("picture", "BMP", "BMP")),
)
_FILMS = (
    (b"\x1a\x45\xdf\xa3", Found("film", "Matroska or WebM", "matroska")),
    (b"OggS", Found("film", "Ogg", "ogg")),
    (b"FLV\x01", Found("film", "Flash video", "flv")),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Found("film", "Windows Media", "asf")),
    (b"\x06\x0e\x2b\x34\x02\x05\x01\x01", Found("film", "MXF", "mxf")),
    (b"\x00\x00\x01\xba", Found("film", "MPEG", "mpeg")),
    (b"\x00\x00\x01\xb3", Found("film", "MPEG", "mpegvideo")),
    (b"\x1f\x07\x00", Found("film", "DV", "dv")),
    (b"DKIF", Found("film", "IVF", "ivf")),
)
_REFUSED = (
    (b"PK\x05\x06", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"Rar!\x1a\x07", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ\x00", "archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "document_office"),
    (b"{\\rtf", "document_office"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"\xcf\xfa\xed\xfe", "program"),
    (b"\xca\xfe\xba\xbe", "program"),
    (b"#!/", "program"),
    (b"ID3", "no_picture"),
    (b"fLaC", "no_picture"),
    (b"#!AMR", "no_picture"),
    (b"MThd", "no_picture"),
    (b"\xff\xfb", "no_picture"),
    (b"\xff\xf1", "no_picture"),
    (b"\xff\xf9", "no_picture"),
)
_UNSUPPORTED = (
    (b"\xff\x0a", "JPEG XL"),
    (b"\x00\x00\x00\x0cJXL ", "JPEG XL"),
    (b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"8BPS", "Photoshop"),
    (b"%!PS", "PostScript"),
    (b"\xc5\xd0\xd3\xc6", "PostScript"),
    (b"\x00\x00\x01\x00", "Windows icon"),
    (b"\x76\x2f\x31\x01", "OpenEXR"),
    (b"#?RADIANCE", "Radiance HDR"),
    (b"SIMPLE  =", "FITS"),
    (b"gimp xcf", "GIMP"),
)
_PLAYLIST = re.compile(
    rb"\s*(#EXTM3U|ffconcat|\[playlist\]|file\s+['\"]?\S|(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(MPD|smil|asx)\b)",
    re.IGNORECASE | re.DOTALL,
)
_VECTOR = re.compile(rb"<svg[\s>:]", re.IGNORECASE)
_CAPTIONS = re.compile(
    rb"(WEBVTT|\[Script Info\]|(\d+\s*\r?\n)?\s*(\d{1,3}:)?\d{1,2}:\d{1,2}[,.]\d{1,3}\s*-->)", re.IGNORECASE
)
_CAPTIONS_WITHIN = 500
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def identify(source: Path) -> Found:
    """What the file is. Raises Refused (naming what it is) for all we do not take, OSError if it cannot be read."""
    size = source.stat().st_size
    with source.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
        stream.seek(max(0, size - _TAIL_BYTES))
        tail = stream.read(_TAIL_BYTES)
    if not head:
        raise Refused("empty")
    found = _by_magic(head) or _transport_stream(head)
    if found is not None:
        return found
    _refuse_by_magic(head, tail)
    _refuse_text(head)
    raise Refused("not_media")


def _by_magic(head: bytes) -> Found | None:
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    if head[:4] == b"RIFF":
        return _riff(head[8:12])
    for magic, found in (*_PICTURES, *_FILMS):
        if head.startswith(magic):
            return found
    if head[4:8] in _QUICKTIME_STARTS:
        return Found("film", "QuickTime", "mov")
    return Found("document", "PDF", "PDF") if b"%PDF-" in head[:_PDF_WITHIN] else None


def _by_brand(head: bytes) -> Found:
    length = max(16, min(int.from_bytes(head[:4], "big"), 512))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, length, 4))]
    if head[8:12] == b"jxl ":
        raise Refused("unsupported", name="JPEG XL")
    still_first = head[8:12] in _HEIF_BRANDS | _AVIF_BRANDS
    if still_first and _AVIF_BRANDS.intersection(brands):
        return Found("picture", "AVIF", "AVIF")
    if still_first:
        return Found("picture", "HEIC", "HEIF")
    return Found("film", "MP4 or QuickTime", "mov")


def _riff(form: bytes) -> Found | None:
    if form == b"WAVE":
        raise Refused("no_picture")
    known = {b"WEBP": Found("picture", "WebP", "WEBP"), b"AVI ": Found("film", "AVI", "avi")}
    return known.get(form)


def _transport_stream(head: bytes) -> Found | None:
    """MPEG-TS has a 0x47 every 188 bytes; camcorders put four bytes before each."""
    for packet, first in ((188, 0), (192, 4)):
        marks = head[first::packet][:5]
        if len(marks) >= 3 and set(marks) == {0x47}:
            return Found("film", "MPEG transport stream", "mpegts")
    return None


def _refuse_by_magic(head: bytes, tail: bytes) -> None:
    if head.startswith(b"PK\x03\x04"):
        office = b"[Content_Types].xml" in head or b"vnd.oasis.opendocument" in head or b"Index/Document.iwa" in tail
        raise Refused("document_office" if office else "archive")
    for magic, code in _REFUSED:
        if head.startswith(magic):
            raise Refused(code)
    for magic, name in _UNSUPPORTED:
        if head.startswith(magic):
            raise Refused("unsupported", name=name)
    if head[257:262] == b"ustar":
        raise Refused("archive")


def _refuse_text(head: bytes) -> None:
    plain = head.removeprefix(b"\xef\xbb\xbf")
    if head.startswith(_UTF16):
        plain = head[2:].replace(b"\x00", b"")  # enough to tell what it is
    if _PLAYLIST.match(plain):
        raise Refused("playlist")
    if _VECTOR.search(plain):
        raise Refused("vector")
    if _CAPTIONS.match(plain.lstrip()[:_CAPTIONS_WITHIN]):
        raise Refused("captions_only")
    unprintable = sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in plain)
    if unprintable == 0:
        raise Refused("text")
