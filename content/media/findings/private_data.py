"""What a file says besides its picture: where, with what and by whom it was made, and under what rights.

None of it is kept in what the screens show. Its makers are told that it is gone; moderators see what was said of
rights. Only for the confined child.
"""

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from content.media.document import open_document
from content.media.film import open_film
from content.media.findings.plain_words import plain
from content.media.identify import Found
from content.media.limits import Limits
from content.media.reasons import Reason
from content.media.still import PILLOW_RAISES, open_picture

LONGEST = 200
_SEARCHED_BYTES, _BLOCK_BYTES = 128 << 20, 1 << 20
_GPS, _CAMERA = 0x8825, 0x8769
_DEVICE_TAGS = (0x010F, 0x0110)
_CAMERA_TAGS = (0xA430, 0xA431, 0xA433, 0xA434, 0xA435)
"""Owner and serial number of the camera, make, model and serial number of the lens (EXIF 2.32)."""
_ARTIST, _COPYRIGHT = 0x013B, 0x8298
_PLACES = re.compile(r"location|iso6709|©xyz|gps", re.IGNORECASE)
_DEVICES = re.compile(r"(^|[.-])(make|model|manufacturer|camera)\b|serial", re.IGNORECASE)
_MAKERS = ("artist", "author", "creator", "com.apple.quicktime.author", "com.apple.quicktime.artist")
_RIGHTS = ("copyright", "com.apple.quicktime.copyright", "license")
_XMP_GPS = re.compile(rb"exif:GPSL(at|ong)itude")
_XMP_LIST = rb"<dc:%s>.{0,400}?<rdf:li[^>]{0,200}>(.{0,1000}?)</rdf:li>"
_XMP_TERMS = re.compile(rb"xmpRights:UsageTerms>.{0,400}?<rdf:li[^>]{0,200}>(.{0,1000}?)</rdf:li>", re.DOTALL)
_MADE_BY_AI = b"rainedAlgorithmicMedia"
"""The end of IPTC's digital source types for what a trained program made, wholly or in part."""
_CREDENTIALS = b"jumdc2pa"


@dataclass(frozen=True, slots=True)
class Said:
    """What a file says of itself."""

    place: bool = False
    device: bool = False
    maker: str = ""
    rights: str = ""
    made_by_ai: bool = False
    credentials: bool = False

    def reasons(self) -> list[Reason]:
        """A word about each."""
        told = [
            Reason("place_removed") if self.place else None,
            Reason("device_removed") if self.device else None,
            Reason("maker_named", {"maker": self.maker}) if self.maker else None,
            Reason("rights_named", {"rights": self.rights}) if self.rights else None,
            Reason("made_by_ai") if self.made_by_ai else None,
            Reason("credentials_removed") if self.credentials else None,
        ]
        return [reason for reason in told if reason is not None]


def said_by(source: Path, found: Found, limits: Limits) -> Said:
    """What the file says besides its picture. Nothing where that cannot be read: the picture is judged elsewhere."""
    if found.family == "film":
        return _of_film(source, found)
    if found.family == "document":
        return _of_document(source, limits)
    return _of_picture(source, found, limits)


def _of_film(source: Path, found: Found) -> Said:
    with open_film(source, found.reader) as container:
        tags = [container.metadata, *(stream.metadata for stream in container.streams)]
        words = {name.lower(): value for tag in tags for name, value in tag.items()}
        # Action cameras keep where they were, many times a second, in a track of its own.
        has_track = any("gopro met" in tag.get("handler_name", "").lower() for tag in tags)
    made_by_ai, credentials = _searched(source)
    return Said(
        place=has_track or _any_named(words, _PLACES), device=_any_named(words, _DEVICES),
        maker=_first(words, _MAKERS), rights=_first(words, _RIGHTS), made_by_ai=made_by_ai, credentials=credentials,
    )  # fmt: skip


def _of_picture(source: Path, found: Found, limits: Limits) -> Said:
    with open_picture(source, found.reader, limits) as image:
        place, device, maker, rights = _exif(image)
        words = {str(name).lower(): value for name, value in image.info.items() if isinstance(value, str)}
        xmp = image.info.get("xmp")
    body = xmp.encode() if isinstance(xmp, str) else xmp if isinstance(xmp, bytes) else b""
    made_by_ai, credentials = _searched(source)
    return Said(
        place=place or _XMP_GPS.search(body) is not None, device=device,
        maker=maker or _in_xmp(body, b"creator") or _first(words, _MAKERS),
        rights=rights or _in_xmp(body, b"rights") or _words(_XMP_TERMS.search(body)) or _first(words, _RIGHTS),
        made_by_ai=made_by_ai, credentials=credentials,
    )  # fmt: skip


def _of_document(source: Path, limits: Limits) -> Said:
    with open_document(source, limits) as document:
        words = {str(name).lower(): str(value) for name, value in document.get_metadata_dict().items()}
    # "Creator" is the program that wrote it.
    return Said(maker=_first(words, ("author",)))


def _exif(image: Image.Image) -> tuple[bool, bool, str, str]:
    try:
        exif = image.getexif()
        place = bool(dict(exif.get_ifd(_GPS)))
        camera = exif.get_ifd(_CAMERA)
        device = any(exif.get(tag) for tag in _DEVICE_TAGS) or any(camera.get(tag) for tag in _CAMERA_TAGS)
        return place, device, _plain(exif.get(_ARTIST)), _plain(exif.get(_COPYRIGHT))
    except MemoryError:
        raise
    except PILLOW_RAISES:
        return False, False, "", ""


def _searched(source: Path) -> tuple[bool, bool]:
    """Whether the bytes speak of a trained program, and of Content Credentials (C2PA, in JUMBF boxes)."""
    wanted = (_MADE_BY_AI, _CREDENTIALS)
    found = [False, False]
    tail = b""
    with source.open("rb") as stream:
        for _block in range(_SEARCHED_BYTES // _BLOCK_BYTES):
            block = stream.read(_BLOCK_BYTES)
            if not block or all(found):
                break
            seen = tail + block
            found = [before or word in seen for before, word in zip(found, wanted, strict=True)]
            tail = seen[-len(_MADE_BY_AI) :]
    return found[0], found[1]


def _any_named(words: Mapping[str, str], names: re.Pattern[str]) -> bool:
    return any(value.strip() and names.search(name) for name, value in words.items())


def _first(words: Mapping[str, str], names: Iterable[str]) -> str:
    return next((said for name in names if (said := _plain(words.get(name)))), "")


def _in_xmp(body: bytes, name: bytes) -> str:
    return _words(re.search(_XMP_LIST % name, body, re.DOTALL))


def _words(found: re.Match[bytes] | None) -> str:
    return _plain(html.unescape(found[1].decode("utf-8", "replace"))) if found else ""


def _plain(value: object) -> str:
    return plain(value.replace("\x00", " "), LONGEST) if isinstance(value, str) else ""
