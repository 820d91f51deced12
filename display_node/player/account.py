"""The account of what was presented: counters since the start, the frames log's rows, the heartbeat's words."""

import os
from collections import deque
from collections.abc import Callable

from content.clock import monotonic_ns
from display_node.messages import Heartbeat
from display_node.player.frames_log import FrameRow, FramesLog
from display_node.player.scenes.crowd import CrowdScene
from display_node.player.scenes.media import VideoScene
from display_node.player.scenes.poll import PollScene
from display_node.player.timeline import NS_PER_MS, frame_at, media_ms
from display_node.player.turns import Turn
from display_node.player.voice import Voice

LATE_NS = 17 * NS_PER_MS
MOST_REMEMBERED = 600
"""Pictures of films: ten to twenty seconds."""

HEARTBEAT_NS = 900 * NS_PER_MS


class Account:
    """Counts every presented picture. Only the frame loop uses it; nothing here waits."""

    def __init__(self, frames_log: FramesLog | None = None) -> None:
        """Nothing was shown yet."""
        self._frames_log = frames_log
        self._player_id = os.getpid()
        self._shown = self._late = self._dropped = 0
        self._beat_ns = 0
        self._behind_ns: deque[int] = deque(maxlen=MOST_REMEMBERED)

    def presented(self, turn: Turn, due_ns: int, now_ns: int, before_ns: int | None) -> None:
        """The picture of `turn` that was due at `due_ns` is on; the one before in the same scene was of `before_ns`."""
        self._shown += 1
        self._late += now_ns - due_ns > LATE_NS
        if turn.cue and isinstance(turn.scene, VideoScene):
            self._behind_ns.append(now_ns - due_ns)
            if before_ns is not None:
                self._dropped += max(0, frame_at(turn.cue, due_ns) - frame_at(turn.cue, before_ns) - 1)
        if self._frames_log is not None:
            self._frames_log.add(_row(turn, due_ns, now_ns))

    def heartbeat(
        self, turn: Turn, now_ns: int, cues_left: int, voice: Voice, taps: Callable[[], tuple[int, int, int]]
    ) -> Heartbeat | None:  # fmt: skip
        """The heartbeat, when one is due; `taps` gives how many were seen, and what they took."""
        if 0 <= now_ns - self._beat_ns <= HEARTBEAT_NS:
            return None
        self._beat_ns = now_ns
        is_shown = turn.cue is not None and turn.showing == "shown"
        item = turn.cue.item if turn.cue and is_shown else ""
        kind = turn.cue.kind if turn.cue and is_shown else turn.layer
        return Heartbeat(
            now_ns // NS_PER_MS, turn.layer, item, kind, self._shown, self._late, self._dropped, cues_left,
            self._player_id, *self._sync_us(), voice.behind_ns // 1_000, voice.has_device,
            turn.scene.decoded_by if isinstance(turn.scene, VideoScene) else "",
            *taps(),
        )  # fmt: skip

    def _sync_us(self) -> tuple[int, int]:
        """How far films were behind the clock: the median, and 99 of 100."""
        rising = sorted(self._behind_ns)
        if not rising:
            return 0, 0
        return rising[len(rising) // 2] // 1_000, rising[len(rising) * 99 // 100] // 1_000

    def close(self) -> None:
        """Writes what the log still holds."""
        if self._frames_log is not None:
            self._frames_log.close()


def _row(turn: Turn, due_ns: int, now_ns: int) -> FrameRow:
    cue = turn.cue if turn.showing == "shown" else None
    item, position_ms = (cue.item, media_ms(cue, due_ns)) if cue else ("", 0)
    if isinstance(turn.scene, PollScene | CrowdScene):
        position_ms = turn.scene.number
    lateness_ms = round((now_ns - due_ns) / NS_PER_MS, 3)
    return FrameRow(monotonic_ns(), now_ns // NS_PER_MS, turn.layer, item, position_ms, lateness_ms)
