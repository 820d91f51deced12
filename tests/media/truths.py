"""The table of known truths: what each generated file is, and what preparation has to say of it."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from PIL import Image

from content.media import office
from tests.media.documents import Page, make_pdf
from tests.media.generate import (
    Film,
    corners,
    make_animation,
    make_film,
    make_sound_only,
    make_white_png,
    png_claiming,
    turn_by_matrix,
)

NO_OFFICE = "office_failed" if office.is_here() else "document_office"
"""What is said of an office document that nobody could open."""


@dataclass(frozen=True, slots=True)
class Truth:
    """One file: how it is made, its verdict, the codes that must be among the reasons, and the rendition's facts."""

    name: str
    make: Callable[[Path], object]
    verdict: str
    codes: tuple[str, ...] = ()
    size: tuple[int, int] | None = None
    duration_ms: int | None = None
    has_sound: bool = False


def film(**facts: object) -> Callable[[Path], object]:
    """Makes the film with these facts."""
    return lambda path: make_film(path, Film(**facts))  # type: ignore[arg-type]


def turned(degrees: int) -> Callable[[Path], object]:
    """Makes a film with a display matrix."""
    return lambda path: turn_by_matrix(make_film(path, Film(size=(640, 480))), degrees)


def wrote(body: bytes) -> Callable[[Path], object]:
    """Makes a file of these bytes."""
    return lambda path: path.write_bytes(body)


def pages(count: int, size: tuple[int, int] = (960, 540)) -> Callable[[Path], object]:
    """Makes a PDF of so many pages, `size` in points."""
    return lambda path: make_pdf(path, [Page("Fest")] * count, size)


def picture(form: str, **how: object) -> Callable[[Path], object]:
    """Makes a still of four colours, 1280 x 720."""
    return lambda path: corners((1_280, 720)).save(path, form, **how)


def _cut(path: Path) -> None:
    make_film(path, Film(form="matroska", frames=90))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _cut_mp4(path: Path) -> None:
    make_film(path, Film(frames=60))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _see_through(path: Path) -> None:
    image = Image.new("RGBA", (1_280, 720), (255, 255, 255, 0))
    image.paste((10, 200, 10, 255), (100, 100, 700, 600))
    image.save(path, "PNG")


def _polyglot(path: Path) -> None:
    corners((1_280, 720)).save(path, "JPEG")
    path.write_bytes(path.read_bytes() + b"PK\x03\x04<html><script>alert(1)</script>" * 50)


odd = film(codec="ffv1", pixels="yuv444p", form="matroska", size=(321, 241), frames=30)
large = film(codec="mpeg4", form="matroska", size=(2_560, 1_440), frames=30)
_ENDLESS = b"\x00\x00\x00\x18ftypisom" + bytes(12) + b"\x00\x00\x00\x01moov\x7f" + b"\xff" * 7 + bytes(999)
"""A box that claims to be longer than any disk."""

ACCEPTED, WARNED, REFUSED = "accepted", "accepted_with_warnings", "refused"
NEIGHBOUR = "neighbour.mp4"
_DASH = f'<?xml version="1.0"?>\n<MPD><BaseURL>{NEIGHBOUR}</BaseURL></MPD>'

TRUTHS = (
    Truth("plain.mp4", film(size=(640, 480), frames=90), ACCEPTED, (), (640, 480), 3_000),
    Truth("tone.mp4", film(size=(640, 480), frames=90, tone_db=-20.0), ACCEPTED, (), (640, 480), 3_000, has_sound=True),
    Truth("small.mp4", film(frames=90), WARNED, ("low_resolution",), (320, 180), 3_000),
    Truth("film25.mp4", film(fps=25, frames=28), WARNED, ("short",), (320, 180), 1_200),
    Truth("film24.mkv", film(fps=24, frames=24, form="matroska"), WARNED, ("short",), (320, 180), 1_000),
    Truth("film60.mp4", film(fps=60, frames=62), WARNED, ("short",), (320, 180), 1_100),
    Truth("vp9.webm", film(codec="libvpx-vp9", form="webm", frames=30), WARNED, (), (320, 180), 1_000),
    Truth("mpeg4.avi", film(codec="mpeg4", form="avi", frames=30), WARNED, (), (320, 180), 1_000),
    Truth("old.mpg", film(codec="mpeg1video", form="mpeg", frames=60), WARNED, ("low_resolution",), (320, 180), 2_000),
    Truth("stream.ts", film(form="mpegts", frames=60), WARNED, ("low_resolution",), (320, 180), 2_000),
    Truth("odd.mkv", odd, WARNED, ("low_resolution",), (322, 242), 1_000),
    Truth("large.mkv", large, WARNED, ("short",), (1_920, 1_080), 1_000),
    Truth("wide_pixels.mp4", film(pixel_shape=Fraction(2), frames=30), WARNED, ("extreme_shape",), (640, 180)),
    Truth("turned90.mp4", turned(90), WARNED, ("short",), (480, 640), 2_000),
    Truth("turned180.mp4", turned(180), WARNED, ("short",), (640, 480), 2_000),
    Truth("turned270.mp4", turned(270), WARNED, ("short",), (480, 640), 2_000),
    Truth("quiet.mp4", film(frames=30, tone_db=-50.0), WARNED, ("quiet_sound",), (320, 180), 1_000, has_sound=True),
    Truth("silent.mp4", film(frames=30, tone_db=-200.0), WARNED, ("silent_sound",), (320, 180), 1_000),
    Truth("misnamed.txt", film(size=(640, 480), frames=90), ACCEPTED, (), (640, 480), 3_000),
    Truth("photo.jpg", picture("JPEG", quality=92), ACCEPTED, (), (1_280, 720), 10_000),
    Truth("photo.mp4", picture("JPEG", quality=92), ACCEPTED, (), (1_280, 720), 10_000),
    Truth("four_colours.png", picture("PNG"), ACCEPTED, (), (1_280, 720), 10_000),
    Truth("photo.webp", picture("WEBP"), ACCEPTED, (), (1_280, 720), 10_000),
    Truth("photo.bmp", picture("BMP"), ACCEPTED, (), (1_280, 720), 10_000),
    Truth("photo.tiff", picture("TIFF"), ACCEPTED, (), (1_280, 720), 10_000),
    Truth("photo.avif", picture("AVIF"), ACCEPTED, (), (1_280, 720), 10_000),
    Truth("notice.pdf", pages(1, size=(595, 842)), ACCEPTED, (), (1_080, 1_528), 10_000),
    Truth("slides.pdf", pages(2, size=(960, 540)), ACCEPTED, (), (1_920, 1_080), 20_000),
    Truth("see_through.png", _see_through, WARNED, ("transparency_flattened",), (1_280, 720), 10_000),
    Truth("tall.png", lambda path: corners((3_000, 4_000)).save(path, "PNG"), ACCEPTED, (), (1_080, 1_440), 10_000),
    Truth("polyglot.jpg", _polyglot, ACCEPTED, (), (1_280, 720), 10_000),
    Truth("moving.gif", lambda path: make_animation(path, [100, 200, 300]), WARNED, ("repeated",), (160, 120), 10_200),
    Truth("hasty.gif", lambda path: make_animation(path, [0, 0]), WARNED, ("repeated",), (160, 120), 10_000),
    Truth("moving.webp", lambda path: make_animation(path, [500, 500], form="WEBP"), WARNED, (), (160, 120), 10_000),
    Truth("moving.apng", lambda path: make_animation(path, [500, 500], form="PNG"), WARNED, (), (160, 120), 10_000),
    # What is refused, and by which name.
    Truth("empty.mp4", wrote(b""), REFUSED, ("empty",)),
    Truth("noise.mp4", wrote(bytes(range(256)) * 40), REFUSED, ("not_media",)),
    Truth("words.mp4", wrote(b"Einladung zum Fest\n" * 40), REFUSED, ("text",)),
    Truth("concat.mp4", wrote(f"ffconcat version 1.0\nfile {NEIGHBOUR}\n".encode()), REFUSED, ("playlist",)),
    Truth("hls.mp4", wrote(f"#EXTM3U\n#EXTINF:2,\n{NEIGHBOUR}\n".encode()), REFUSED, ("playlist",)),
    Truth("dash.mp4", wrote(_DASH.encode()), REFUSED, ("playlist",)),
    Truth("drawing.png", wrote(b'<svg xmlns="http://www.w3.org/2000/svg"/>'), REFUSED, ("vector",)),
    Truth("paper.jpg", wrote(b"%PDF-1.7\n1 0 obj"), REFUSED, ("unreadable",)),
    Truth("book.pdf", pages(21), REFUSED, ("too_many_pages",)),
    Truth("ribbon.pdf", pages(1, size=(2_000, 20)), REFUSED, ("too_small",)),
    Truth("talk.pptx", wrote(b"PK\x03\x04" + b"[Content_Types].xml" * 3), REFUSED, (NO_OFFICE,)),
    Truth("pack.zip", wrote(b"PK\x03\x04" + b"holiday.jpg" * 3), REFUSED, ("archive",)),
    Truth("tool.jpg", wrote(b"MZ\x90\x00" + bytes(200)), REFUSED, ("program",)),
    Truth("words.vtt", wrote(b"WEBVTT\n\n00:00.000 --> 00:01.000\nHi\n"), REFUSED, ("captions_only",)),
    Truth("picture.jxl", wrote(b"\xff\x0a" + bytes(100)), REFUSED, ("unsupported",)),
    Truth("song.mp4", make_sound_only, REFUSED, ("no_picture",)),
    Truth("brief.mp4", film(frames=10), REFUSED, ("too_short",)),
    Truth("tiny.mp4", film(size=(64, 64)), REFUSED, ("too_small",)),
    Truth("cut.mp4", _cut_mp4, REFUSED, ("unreadable",)),
    Truth("cut.mkv", _cut, REFUSED, ("truncated",)),
    Truth("tiny.png", lambda path: corners((40, 40)).save(path, "PNG"), REFUSED, ("too_small",)),
    Truth("claims.png", lambda path: png_claiming(path, 60_000, 60_000), REFUSED, ("too_many_pixels",)),
    Truth("bomb.png", lambda path: make_white_png(path, 12_000), REFUSED, ("too_many_pixels",)),
    Truth("bomb.gif", wrote(b"GIF89a\xff\xff\xff\xff\x80\x00\x00" + bytes(40)), REFUSED, ("unreadable",)),
    Truth("endless.mp4", wrote(_ENDLESS), REFUSED, ("unreadable",)),
    Truth("hollow.webm", wrote(b"\x1a\x45\xdf\xa3" + b"\xff" * 2_000), REFUSED, ("unreadable",)),
    Truth("hollow.jpg", wrote(b"\xff\xd8\xff\xe0" + bytes(2_000)), REFUSED, ("unreadable",)),
)  # fmt: skip
