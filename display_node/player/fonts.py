"""The fonts of a screen: our own, the Noto fonts that come with us, and what Debian's packages add; chosen by letter.

Files of our own are read once, when the process starts. A letter that no font has is kept to be told.
"""

import mmap
import threading
from collections import OrderedDict, deque
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Literal

import pygame

from content.font_letters import Letters, letters_of

Weight = Literal["Regular", "SemiBold", "Bold"]
WEIGHTS: tuple[Weight, ...] = ("Regular", "SemiBold", "Bold")
MOST_FONTS = 60
MOST_LACKING = 2_000
COLOUR_PX = 109
"""The one size of the pictures in Noto Color Emoji."""

_FOLDER = Path(__file__).resolve().parent.parent / "assets" / "fonts"
NOTO: tuple[tuple[str, str], ...] = (
    ("NotoSans-Bold", "Cyrl"), ("NotoSansArabic-Bold", "Arab"), ("NotoSansHebrew-Bold", "Hebr"),
    ("NotoSansDevanagari-Bold", "Deva"), ("NotoSansBengali-Bold", "Beng"), ("NotoSansGurmukhi-Bold", "Guru"),
    ("NotoSansGujarati-Bold", "Gujr"), ("NotoSansOriya-Bold", "Orya"), ("NotoSansTamil-Bold", "Taml"),
    ("NotoSansTelugu-Bold", "Telu"), ("NotoSansKannada-Bold", "Knda"), ("NotoSansMalayalam-Bold", "Mlym"),
    ("NotoSansSinhala-Bold", "Sinh"), ("NotoSansThai-Bold", "Thai"), ("NotoSansLao-Bold", "Laoo"),
    ("NotoSansKhmer-Bold", "Khmr"), ("NotoSansMyanmar-Bold", "Mymr"), ("NotoSansGeorgian-Bold", "Geor"),
    ("NotoSansArmenian-Bold", "Armn"), ("NotoSansEthiopic-Bold", "Ethi"),
)  # fmt: skip
EMOJI = "NotoEmoji-SemiBold"
COLOUR_EMOJI = Path("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf")
OF_THE_SYSTEM: tuple[tuple[str, str], ...] = (
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc", "Hani"),
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "Hani"),
    ("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf", "Hani"),
    ("/usr/share/fonts/truetype/noto/NotoSansSymbols2-Regular.ttf", "Zyyy"),
    ("/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf", "Zyyy"),
)
"""Of the packages fonts-noto-cjk, fonts-droid-fallback, fonts-noto-core and fonts-dejavu-core, where installed."""

_OPENING = threading.Lock()
"""FreeType opens and closes one font at a time; held for a fraction of a millisecond."""


@dataclass(frozen=True, slots=True)
class Face:
    """One font file and the script it is shaped as (ISO 15924)."""

    name: str
    script: str
    is_colour: bool = False


class Lacking:
    """Letters that were asked for and that no font has. Any thread may note one."""

    def __init__(self) -> None:
        """None so far."""
        self._known: set[str] = set()
        self._untold: deque[str] = deque()

    def note(self, char: str) -> None:
        """Keeps `char` to be told, the first time."""
        if char not in self._known and len(self._known) < MOST_LACKING:
            self._known.add(char)
            self._untold.append(char)

    def told(self) -> str:
        """Those noted since last asked, each once."""
        return "".join(self._untold.popleft() for _ in range(len(self._untold)))


class Fonts:
    """The faces of this computer, opened at the sizes that are asked for. One thread uses one of these."""

    def __init__(self, lacking: "Lacking | None" = None) -> None:
        """Looks what is there; letters that none has go to `lacking`. Raises OSError when our own fonts are gone."""
        self.lacking = lacking or Lacking()
        pygame.font.init()
        self._own = {weight: Face(f"BeVietnamPro-{weight}", "Latn") for weight in WEIGHTS}
        self._others = [Face(f"noto/{name}", script) for name, script in NOTO]
        self._emoji = [Face(f"noto/{EMOJI}", "Zyyy")]
        if COLOUR_EMOJI.is_file():
            self._emoji.insert(0, Face(str(COLOUR_EMOJI), "Zyyy", is_colour=True))
        self._others += self._emoji
        self._others += [Face(path, script) for path, script in OF_THE_SYSTEM if Path(path).is_file()]
        for face in (*self._own.values(), *self._others):
            _letters(face.name)
        self._opened: OrderedDict[tuple[str, int, bool], pygame.font.Font] = OrderedDict()

    def own(self, weight: Weight) -> Face:
        """Our own face."""
        return self._own[weight]

    def face_of(self, cluster: str, weight: Weight) -> Face:
        """The face that has all of `cluster`, or at least its letter; our own for what none has, which is noted."""
        own, wanted = self._own[weight], [char for char in cluster if not _is_unseen(char)]
        if not wanted:
            return own
        chain = [own, *self._others]
        if _is_picture(cluster):
            chain = [*self._emoji, *chain]
        whole = next((face for face in chain if all(self.covers(face, char) for char in wanted)), None)
        if whole is not None:
            return whole
        for char in wanted:
            if not any(self.covers(face, char) for face in chain):
                self.lacking.note(char)
        return next((face for face in chain if self.covers(face, wanted[0])), own)

    def has(self, char: str, weight: Weight) -> bool:
        """Whether any face has a picture of `char`."""
        return any(self.covers(face, char) for face in (self._own[weight], *self._others))

    def covers(self, face: Face, char: str) -> bool:
        """Whether `face` has a picture of `char`."""
        return char in _letters(face.name)

    def at(self, face: Face, size_px: int, *, is_rtl: bool) -> pygame.font.Font:
        """`face` opened at a size, to be read from one side."""
        key = (face.name, size_px, is_rtl)
        if key not in self._opened:
            with _OPENING:
                source = face.name if face.name.startswith("/") else BytesIO(_bytes_of(face.name))
                font = pygame.font.Font(source, size_px)
                font.set_script(face.script)
                font.set_direction(pygame.DIRECTION_RTL if is_rtl else pygame.DIRECTION_LTR)
                self._opened[key] = font
                del font
                if len(self._opened) > MOST_FONTS:
                    self._opened.popitem(last=False)
        self._opened.move_to_end(key)
        return self._opened[key]


@cache
def _bytes_of(name: str) -> bytes:
    return (_FOLDER / f"{name}.ttf").read_bytes()


@cache
def _letters(name: str) -> Letters:
    if not name.startswith("/"):
        return letters_of(_bytes_of(name))
    with Path(name).open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        return letters_of(mapped)


def _is_unseen(char: str) -> bool:
    """Whether `char` has no look of its own: joiners, marks of direction, selectors."""
    point = ord(char)
    return (
        0x200B <= point <= 0x200F or 0x202A <= point <= 0x202E or 0x2060 <= point <= 0x2069 or 0xFE00 <= point <= 0xFE0F
        or point in {0xAD, 0x61C, 0xFEFF} or 0xE0000 <= point <= 0xE007F
    )  # fmt: skip


def _is_picture(cluster: str) -> bool:
    return ord(cluster[0]) >= 0x1F000 or "\ufe0f" in cluster or "\u20e3" in cluster
