"""What was really shown, one row for each cue when it ends. Pure: the caller says what is on and when."""

from dataclasses import dataclass, field
from typing import Literal

from display_node.messages import Cue, Outcome, Played
from display_node.player.timeline import same_showing

TOLERANCE_MS = 200
"""A start or an end further off than this makes a showing partial."""

JOINED_MS = 50
"""A cue that the screen first turns to so long after its start was joined late."""

Showing = Literal["shown", "waiting", "file", "decoder", "panic", "start"]
"""What the screen does for the cue: shows it, waits for it, or why it does not (a cause of the as-run log)."""


@dataclass(slots=True)
class _Open:
    cue: Cue
    opened_ms: int
    since_ms: int
    showing: Showing
    first_ms: int | None = None
    spent_ms: dict[Showing, int] = field(default_factory=dict)

    def pass_to(self, instant_ms: int) -> None:
        until_ms = min(instant_ms, self.cue.end_ms)
        spent = max(0, until_ms - self.since_ms)
        self.spent_ms[self.showing] = self.spent_ms.get(self.showing, 0) + spent
        self.since_ms = max(self.since_ms, until_ms)


class AsRun:
    """Watches the cues go by. `observe` must be called whenever the cue or what the screen does for it changes."""

    def __init__(self) -> None:
        """Begins with nothing on."""
        self._open: _Open | None = None
        self._newest: Cue | None = None

    def has_seen(self, cue: Cue) -> bool:
        """Whether the screen has turned to `cue`, or to one after it."""
        return self._newest is not None and self._newest.start_ms >= cue.start_ms

    def observe(self, cue: Cue | None, showing: Showing, instant_ms: int) -> tuple[Played, ...]:
        """Notes that at `instant_ms` `cue` is on and the screen does `showing`; gives the row of the cue that ended."""
        ended: tuple[Played, ...] = ()
        if self._open and not same_showing(self._open.cue, cue):
            ended = (self._close(instant_ms),)
        if cue is None:
            return ended
        if self._open is None:
            self._newest = cue
            self._open = _Open(cue, instant_ms, max(cue.start_ms, instant_ms), showing)
        self._note(self._open, showing, instant_ms)
        return ended

    def finish(self, instant_ms: int) -> tuple[Played, ...]:
        """The row of the cue that was on when the player stops."""
        return (self._close(instant_ms, cut="power"),) if self._open else ()

    @staticmethod
    def missed(cue: Cue) -> Played:
        """The row of a cue that went by without the screen ever turning to it (the computer stood still)."""
        return _row(cue, cue.start_ms, 0, "missed", "clock")

    def _note(self, row: _Open, showing: Showing, instant_ms: int) -> None:
        row.pass_to(instant_ms)
        row.showing = showing
        if showing == "shown" and row.first_ms is None:
            row.first_ms = instant_ms

    def _close(self, instant_ms: int, cut: str = "edit") -> Played:
        row = self._open
        assert row is not None  # noqa: S101 - both callers have just looked
        self._open = None
        row.pass_to(instant_ms)
        cue, shown_ms = row.cue, row.spent_ms.get("shown", 0)
        end_ms = min(instant_ms, cue.end_ms)
        if row.first_ms is None:
            return _never_shown(row, cut if end_ms < cue.end_ms - TOLERANCE_MS else "")
        outcome, cause = _judge(row, end_ms, cut)
        return _row(cue, row.first_ms, shown_ms, outcome, cause)


def _never_shown(row: _Open, cut: str) -> Played:
    reasons = {reason: spent for reason, spent in row.spent_ms.items() if reason in ("file", "decoder") and spent > 0}
    if reasons:
        return _row(row.cue, row.cue.start_ms, 0, "substituted", max(reasons, key=lambda reason: reasons[reason]))
    cause = "panic" if row.spent_ms.get("panic") else cut or ("start" if _joined_late(row) else "decoder")
    return _row(row.cue, row.cue.start_ms, 0, "missed", cause)


def _judge(row: _Open, end_ms: int, cut: str) -> tuple[Outcome, str]:
    lost = {reason: spent for reason, spent in row.spent_ms.items() if reason != "shown" and spent > 0}
    for reason in ("panic", "file", "decoder"):
        if reason in lost:
            return "partial", reason
    if row.first_ms is not None and row.first_ms - row.cue.start_ms > TOLERANCE_MS:
        return "partial", "start" if _joined_late(row) else "decoder"
    if end_ms < row.cue.end_ms - TOLERANCE_MS:
        return "partial", cut
    return "complete", ""


def _joined_late(row: _Open) -> bool:
    return row.opened_ms - row.cue.start_ms > JOINED_MS


def _row(cue: Cue, start_ms: int, duration_ms: int, outcome: Outcome, cause: str) -> Played:
    return Played(
        cue.start_ms, start_ms, duration_ms, cue.layer, cue.item, cue.sha256, outcome, cause, cue.manifest_version
    )
