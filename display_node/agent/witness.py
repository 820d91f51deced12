"""What heartbeats bear witness to when a player dies before it could say what it had shown. Pure."""

from display_node.messages import Cue, Heartbeat, Played


class Witness:
    """Remembers the newest cue and the time for which the player was heard to show it."""

    def __init__(self) -> None:
        """Has heard nothing."""
        self._cue: Cue | None = None
        self._first_ms = 0
        self._newest: Heartbeat | None = None

    def heard(self, beat: Heartbeat, cue: Cue | None) -> Played | None:
        """Notes that the item of `cue` is on (None: no item). Gives the row that a player now replaced cannot give."""
        newest, self._newest = self._newest, beat
        is_another = newest is not None and beat.player_id != newest.player_id
        row = self._row(self._cue, newest) if is_another and newest is not None and self._cue is not None else None
        if is_another or self._cue is None or cue is None or cue.start_ms != self._cue.start_ms:
            self._cue, self._first_ms = cue, beat.wall_ms
        return row

    def told(self, played: Played) -> None:
        """The player itself said how it was."""
        if self._cue is not None and played.planned_start_ms == self._cue.start_ms:
            self._cue = None

    def _row(self, cue: Cue, newest: Heartbeat) -> Played:
        last_ms = min(newest.wall_ms, cue.end_ms)
        return Played(
            cue.start_ms,
            self._first_ms,
            max(0, last_ms - self._first_ms),
            cue.layer,
            cue.item,
            cue.sha256,
            "partial",
            "power",
            cue.manifest_version,
        )
