"""Captions over a film: light words on a dark box, large enough for the other side of the street, three rows at most.

Their file is read in a thread of its own and believed only if its bytes have the hash that was approved.
"""

import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pygame

from content.captions import MOST_BYTES, BadCaptions, CaptionCue, CaptionLine, Captions, read_webvtt
from display_node.player.composing import Composing
from display_node.player.text import INK, PAPER, Typesetter
from display_node.words import _

SIZE_PERCENT = 5
"""The height of the letters, of the shorter side: read at eight times the screen's height."""
LEAST_SHARE_PERCENT = 55
"""Words that take more than their rows are made smaller, down to this share."""
STEP_PERCENT = 9
MOST_ROWS = 3
BOX_ALPHA = 205
MARGIN_PERCENT = 4
WIDEST_PERCENT = 92
SMALLEST_STAGE_PX = 60
SLANT_PERCENT = 18
MOST_COMPOSED = 6
"""What is on and what comes next: three each."""

Side = Literal["left", "center", "right"]
BoxKey = tuple[CaptionCue, tuple[int, int]]


class CaptionsLoader:
    """The captions in `path`, when its thread has finished; `failure` says why there are none."""

    def __init__(self, path: Path, sha256: str) -> None:
        """Starts at once."""
        self._path, self._sha256 = path, sha256
        self.captions: Captions | None = None
        self.failure = ""
        self._thread = threading.Thread(target=self._run, name="captions", daemon=True)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """Whether the thread still lives."""
        return self._thread.is_alive()

    def _run(self) -> None:
        try:
            with self._path.open("rb") as stream:
                body = stream.read(MOST_BYTES + 1)
            if hashlib.sha256(body).hexdigest() != self._sha256:
                self.failure = _(
                    "The captions on the disk are not those that were approved; the film is shown without."
                )
                return
            self.captions = read_webvtt(body)
        except (OSError, BadCaptions) as error:
            self.failure = _("The captions cannot be read: {error}").format(error=error)[:400]


class CaptionsOverlay:
    """What stands over one film: `draw` lays it over the picture of an instant. Without a path it draws nothing."""

    def __init__(self, path: str, sha256: str, typesetter: Typesetter) -> None:
        """Starts to read the file."""
        self.sha256 = sha256
        self._typesetter = typesetter
        self._loader = CaptionsLoader(Path(path), sha256) if path else None
        self._boxes: dict[BoxKey, pygame.Surface] = {}
        self._ahead: Composing[dict[BoxKey, pygame.Surface]] | None = None

    @property
    def failure(self) -> str:
        """Why there are no captions though there should be; "" when all is well."""
        return self._loader.failure if self._loader else ""

    @property
    def is_running(self) -> bool:
        """Whether its thread still lives."""
        return self._loader is not None and self._loader.is_running

    def draw(
        self, surface: pygame.Surface, media_ms: int, picture: pygame.Rect, keep_off: Sequence[pygame.Rect] = ()
    ) -> None:
        """Lays what is said at `media_ms` over the film, which fills `picture`; not over `keep_off`, see `placed`."""
        captions = self._loader.captions if self._loader else None
        if captions is None or min(surface.get_size()) < SMALLEST_STAGE_PX:
            return
        taken = list(keep_off)
        # From the foot up: of two that stand there the later one is below.
        for cue in reversed(captions.at(media_ms)):
            box = self._box(cue, surface.get_size())
            place = placed(cue, box.get_size(), picture, surface.get_size(), taken)
            surface.blit(box, place)
            taken.insert(0, place)
        self._look_ahead(captions, media_ms, surface.get_size())

    def _box(self, cue: CaptionCue, size: tuple[int, int]) -> pygame.Surface:
        """Composed ahead, as a rule; only a player that joins in the middle of one composes it here."""
        key = (cue, size)
        if key not in self._boxes:
            self._keep(key, boxed(cue, size, self._typesetter))
        return self._boxes[key]

    def _keep(self, key: BoxKey, box: pygame.Surface) -> None:
        while len(self._boxes) >= MOST_COMPOSED:
            del self._boxes[next(iter(self._boxes))]
        self._boxes[key] = box

    def _look_ahead(self, captions: Captions, media_ms: int, size: tuple[int, int]) -> None:
        """Has what comes next composed in a thread, and takes what was."""
        if self._ahead is not None:
            if self._ahead.is_running:
                return
            for key, box in (self._ahead.made or {}).items():
                self._keep(key, box)
            self._ahead = None
        wanted = [(cue, size) for cue in captions.following(media_ms) if (cue, size) not in self._boxes]
        if wanted:
            setter = self._typesetter.for_a_thread()
            self._ahead = Composing("captions-ahead", lambda: {key: boxed(*key, setter) for key in wanted})


def boxed(cue: CaptionCue, size: tuple[int, int], typesetter: Typesetter) -> pygame.Surface:
    """The words of a caption on their box, for a stage of `size`."""
    unit = min(size) / 100
    rows = _rows(cue.lines, int(SIZE_PERCENT * unit), size[0] * WIDEST_PERCENT // 100, typesetter)
    pad_x, pad_y = max(2, int(1.8 * unit)), max(1, int(0.7 * unit))
    width = max(row.get_width() for row in rows) + 2 * pad_x
    box = pygame.Surface((width, sum(row.get_height() for row in rows) + 2 * pad_y), pygame.SRCALPHA)
    box.fill((*INK, BOX_ALPHA))
    side, top = side_of(cue), pad_y
    for row in rows:
        spare = width - 2 * pad_x - row.get_width()
        box.blit(row, (pad_x + {"left": 0, "center": spare // 2, "right": spare}[side], top))
        top += row.get_height()
    return box


def side_of(cue: CaptionCue) -> Side:
    """Where the rows are aligned: "start" is the right for words that are read from the right."""
    match cue.align:
        case "start":
            return "right" if cue.is_right_to_left else "left"
        case "end":
            return "left" if cue.is_right_to_left else "right"
        case side:
            return side


def placed(
    cue: CaptionCue,
    box: tuple[int, int],
    picture: pygame.Rect,
    stage: tuple[int, int],
    taken: list[pygame.Rect],
) -> pygame.Rect:
    """Where the box of a caption stands: inside the stage, and clear of what is `taken` already.

    Where there is no room for that, the last of those give way.
    """
    margin = min(stage) * MARGIN_PERCENT // 100
    place = pygame.Rect((0, 0), box)
    side = side_of(cue)
    inner = picture.inflate(-2 * margin, -2 * margin)
    x = None if cue.position_percent is None else picture.left + picture.width * cue.position_percent // 100
    if side == "left":
        place.left = inner.left if x is None else x
    elif side == "right":
        place.right = inner.right if x is None else x
    else:
        place.centerx = picture.centerx if x is None else x
    if cue.line_percent is None:
        place.bottom = inner.bottom
    else:
        place.top = picture.top + picture.height * cue.line_percent // 100
    bounds = pygame.Rect((0, 0), stage).inflate(-2 * margin, -2 * margin)
    place.clamp_ip(bounds)
    for kept in range(len(taken), 0, -1):
        free = _clear(place, taken[:kept], bounds, margin // 4)
        if free is not None:
            return free
    return place


def _clear(
    place: pygame.Rect, taken: Sequence[pygame.Rect], bounds: pygame.Rect, gap: int
) -> pygame.Rect | None:  # fmt: skip
    """`place` moved up or down to where nothing is: towards the middle if that can be, and no further than needed."""
    goes_down = place.centery < bounds.centery
    tops = {place.top, *(one.bottom + gap for one in taken), *(one.top - gap - place.height for one in taken)}
    for top in sorted(
        tops, key=lambda top: ((top < place.top) == goes_down and top != place.top, abs(top - place.top))
    ):
        free = place.move(0, top - place.top)
        if bounds.top <= free.top and free.bottom <= bounds.bottom and free.collidelist(list(taken)) < 0:
            return free
    return None


def _rows(lines: tuple[CaptionLine, ...], size_px: int, width_px: int, typesetter: Typesetter) -> list[pygame.Surface]:
    """The rows of all lines: smaller if they are too many, and the last one ended if even that is not enough."""
    least_px = size_px * LEAST_SHARE_PERCENT // 100
    while True:
        rows = [row for line in lines for row in _styled(line, size_px, width_px, typesetter, MOST_ROWS + 1)]
        if len(rows) <= MOST_ROWS:
            return rows
        if size_px <= least_px:
            break
        size_px = max(least_px, size_px * (100 - STEP_PERCENT) // 100)
    spare = MOST_ROWS - len(lines)
    kept: list[pygame.Surface] = []
    for line in lines:
        some = _styled(line, size_px, width_px, typesetter, 1 + spare)
        spare -= len(some) - 1
        kept += some
    return kept


def _styled(
    line: CaptionLine, size_px: int, width_px: int, typesetter: Typesetter, most: int
) -> list[pygame.Surface]:  # fmt: skip
    weight: Literal["Bold", "SemiBold"] = "Bold" if line.bold else "SemiBold"
    rows = typesetter.paragraph(line.text, size_px, weight, PAPER, width_px, most)
    if line.underline:
        rows = [_underlined(row) for row in rows]
    return [_slanted(row) for row in rows] if line.italic else rows


def _underlined(row: pygame.Surface) -> pygame.Surface:
    marked = row.copy()
    width, height = marked.get_size()
    thick = max(1, height // 24)
    marked.fill((*PAPER, 255), (0, height * 94 // 100, width, thick))
    return marked


def _slanted(row: pygame.Surface) -> pygame.Surface:
    """The row leaning to the right: our font has no italic, and this works for every script."""
    width, height = row.get_size()
    lean = height * SLANT_PERCENT // 100
    slanted = pygame.Surface((width + lean, height), pygame.SRCALPHA)
    for y in range(height):
        slanted.blit(row, (lean * (height - 1 - y) // max(1, height - 1), y), (0, y, width, 1))
    return slanted
