"""How every screen is, the worst first: what a technician looks at before anything else. Reads only."""

from dataclasses import dataclass
from typing import Final

from curator import nodes, screens
from curator.dark_screens import NO_FILES, NO_PLAYER, SILENT, why_dark
from curator.nodes import Node
from curator.screens import Screen
from curator.store import Connection
from curator.words import N_

STATES: Final = {
    SILENT: (N_("Not heard from"), "bad"),
    NO_PLAYER: (N_("Its player gives no sign of life"), "bad"),
    NO_FILES: (N_("It lacks files of its programme"), "bad"),
    "faults": (N_("Running, with faults"), "wait"),
    "clock": (N_("Its clock is not to be trusted"), "wait"),
    "never": (N_("Not heard from yet"), "wait"),
    "blacked_out": (N_("Blacked out"), "wait"),
    "away": (N_("Not heard from just now"), "wait"),
    "unpaired": (N_("No computer paired"), ""),
    "well": (N_("Running"), "good"),
}
"""What a screen's state is called, and its badge; the worst first."""
TROUBLE: Final = frozenset({SILENT, NO_PLAYER, NO_FILES, "faults", "clock"})
"""States somebody should see to."""
_RANKS: Final = {state: rank for rank, state in enumerate(STATES)}


@dataclass(frozen=True, slots=True)
class Watched:
    """A screen with its state (a key of STATES). `seen_ms` is when its node was last heard; None where it never was."""

    screen: Screen
    state: str
    seen_ms: int | None


def every(connection: Connection, now_ms: int) -> list[Watched]:
    """Every screen that was not taken down, the worst first; among equals the one longest silent."""
    paired = nodes.paired(connection)
    watched = [_watched(screen, paired.get(screen.id), now_ms) for screen in screens.every(connection)]
    return sorted(watched, key=lambda one: (_RANKS[one.state], one.seen_ms or 0, one.screen.name))


def _watched(screen: Screen, node: Node | None, now_ms: int) -> Watched:
    return Watched(screen, _state(screen, node, now_ms), node.seen_ms if node else None)


def _state(screen: Screen, node: Node | None, now_ms: int) -> str:
    if node is None:
        return "unpaired"
    why = why_dark(node, now_ms=now_ms, watched_since_ms=0)
    if why and node.seen_ms is not None:
        return why
    if screen.is_dark:
        return "blacked_out"
    if node.seen_ms is None:
        return "never"
    if not node.is_present(now_ms):
        return "away"
    if node.health is not None and node.health.faults:
        return "faults"
    return "clock" if node.health is not None and node.health.clock == "untrusted" else "well"
