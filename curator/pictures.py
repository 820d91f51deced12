"""The newest picture of each screen, in memory only, and who wants to see it. Nothing is kept, nothing is stored."""

from dataclasses import dataclass

LARGEST_PICTURE_BYTES = 512 << 10
FRESH_MS = 15_000
EVERY_MS = 500
WANTED_MS = 30_000
RENEW_MS = 10_000
MOST_BYTES = 128 << 20
JPEG = b"\xff\xd8\xff"


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG of what was on a screen when it came here, at `at_ms`."""

    jpeg: bytes
    at_ms: int


def is_jpeg(body: bytes) -> bool:
    """Whether these bytes begin as a JPEG does."""
    return body.startswith(JPEG)


class Pictures:
    """The newest picture by screen, and until when each screen is looked at."""

    def __init__(self) -> None:
        """Nothing to see, nobody looks."""
        self._newest: dict[str, Picture] = {}
        self._held_bytes = 0
        self._asked_ms: dict[str, int] = {}
        self._wanted_until_ms: dict[str, int] = {}

    def put(self, screen_id: str, picture: Picture) -> None:
        """A newer picture takes the place of the one before; stale ones, and the oldest beyond the limit, go."""
        self.drop(screen_id)
        self._newest[screen_id] = picture
        self._held_bytes += len(picture.jpeg)
        while self._held_bytes > MOST_BYTES or _is_stale(self._oldest(), picture.at_ms):
            self.drop(next(iter(self._newest)))

    def fresh(self, screen_id: str, now_ms: int) -> Picture | None:
        """The picture of a screen if it is at most 15 s old; older ones are forgotten."""
        picture = self._newest.get(screen_id)
        if picture is not None and _is_stale(picture, now_ms):
            self.drop(screen_id)
            return None
        return picture

    def drop(self, screen_id: str) -> None:
        """What was to be seen there must not be seen any more."""
        picture = self._newest.pop(screen_id, None)
        self._held_bytes -= len(picture.jpeg) if picture else 0

    def _oldest(self) -> Picture:
        return next(iter(self._newest.values()))

    def look(self, screen_id: str, now_ms: int) -> bool:
        """Somebody looks now. True when the node should be told (at most every 10 s)."""
        self._wanted_until_ms[screen_id] = now_ms + WANTED_MS
        asked_ms = self._asked_ms.get(screen_id)
        if asked_ms is not None and 0 <= now_ms - asked_ms < RENEW_MS:
            return False
        self._asked_ms[screen_id] = now_ms
        return True

    def wanted_ms(self, screen_id: str, now_ms: int) -> int:
        """For how long from now pictures of this screen are wanted; 0 when nobody looks."""
        return min(WANTED_MS, max(0, self._wanted_until_ms.get(screen_id, now_ms) - now_ms))


def _is_stale(picture: Picture, now_ms: int) -> bool:
    return abs(now_ms - picture.at_ms) > FRESH_MS
