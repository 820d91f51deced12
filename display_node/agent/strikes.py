"""A file that broke the player twice is left out for a while: one file must never cost the screen more than itself.

Which file broke it cannot be asked of a dead player. Those it had only just opened are suspected, the one that had
played quietly for a while is not. Two deaths make certain enough for ten minutes; whatever plays to its end is cleared,
and what breaks the player twice more is left out for a day.
"""

from collections.abc import Iterable

from display_node.messages import Cue

OPENED_AHEAD_MS = 6_000
"""The player opens a file so long before its cue begins."""
FRESH_MS = 8_000
"""A file opened no longer ago than this is suspected when the player dies."""
MOST_STRIKES = 2
FIRST_OUT_MS, LEFT_OUT_MS = 10 * 60_000, 24 * 3_600_000
"""At first it may be an innocent one that was opened beside the one that is broken."""
MOST_SUSPECTS = 1_000


class Strikes:
    """Counts the deaths of the player for each file it had just opened. No files, no clock of its own."""

    def __init__(self) -> None:
        """Nothing has happened."""
        self._met_ms = 0
        self._count: dict[str, int] = {}
        self._until_ms: dict[str, int] = {}
        self._known: dict[str, None] = {}
        """Those that were left out before, the oldest first."""

    def met(self, now_ms: int) -> None:
        """A player is there: it opens what it is told."""
        self._met_ms = now_ms

    def lost(self, now_ms: int, told: Iterable[Cue]) -> list[Cue]:
        """The player that was `told` these cues is gone; those of them that are left out from now on."""
        suspects = {cue.sha256: cue for cue in told if cue.sha256 and self._is_fresh(cue, now_ms)}
        for sha256 in suspects:
            self._count[sha256] = self._count.get(sha256, 0) + 1
        while len(self._count) > MOST_SUSPECTS:
            del self._count[next(iter(self._count))]
        out = [cue for sha256, cue in suspects.items() if self._count[sha256] >= MOST_STRIKES]
        for cue in out:
            del self._count[cue.sha256]
            again = cue.sha256 in self._known
            self._until_ms[cue.sha256] = now_ms + (LEFT_OUT_MS if again else FIRST_OUT_MS)
            self._known[cue.sha256] = None
            if len(self._known) > MOST_SUSPECTS:
                del self._known[next(iter(self._known))]
        return out

    def cleared(self, sha256: str) -> None:
        """It played to its end."""
        self._count.pop(sha256, None)
        self._known.pop(sha256, None)

    def is_out(self, sha256: str, now_ms: int) -> bool:
        """Whether it is left out now."""
        return now_ms < self._until_ms.get(sha256, 0)

    def pardoned(self, now_ms: int) -> list[str]:
        """Those that were left out and may be tried again."""
        over = [sha256 for sha256, until_ms in self._until_ms.items() if until_ms <= now_ms]
        for sha256 in over:
            del self._until_ms[sha256]
        return over

    def _is_fresh(self, cue: Cue, now_ms: int) -> bool:
        if cue.end_ms <= now_ms or cue.start_ms - OPENED_AHEAD_MS > now_ms:
            return False
        return now_ms - max(self._met_ms, cue.start_ms - OPENED_AHEAD_MS) <= FRESH_MS
