"""Which paired screens have gone dark: not heard from, or saying that they cannot show their programme.

What is known of that is kept in a row for each such screen, so that one notice is given when it begins and one when it
is over, however often the service is started anew in between.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from curator import nodes, occasions
from curator.nodes import Node
from curator.store import Connection
from curator.tables import dark_screens, screens

SILENT_AFTER_MS = 15 * 60_000
FAULTY_AFTER_MS = 5 * 60_000
"""A screen says for so long that it cannot show its programme before anybody is bothered."""
SILENT, NO_PLAYER, NO_FILES = "silent", "no_player", "no_files"


@dataclass(frozen=True, slots=True)
class Dark:
    """A screen that is dark; `told_ms` is None before anybody was told."""

    screen_id: str
    why: str
    since_ms: int
    told_ms: int | None


def why_dark(node: Node, *, now_ms: int, watched_since_ms: int) -> str:
    """What is wrong with a screen, as a code; "" when nothing is. Silence counts only while we could have heard."""
    heard_ms = max(node.paired_ms if node.seen_ms is None else node.seen_ms, watched_since_ms)
    if now_ms - heard_ms >= SILENT_AFTER_MS:
        return SILENT
    if node.health is None or not node.is_present(now_ms):
        return ""
    if not node.health.playing_kind:
        return NO_PLAYER
    lacks_files = node.health.files_held < node.health.files_wanted
    return NO_FILES if node.health.playing_kind == "card" and lacks_files else ""


def look(connection: Connection, *, now_ms: int, watched_since_ms: int) -> bool:
    """Whether `follow` would change anything. Reads only."""
    known, paired = _known(connection), _paired(connection)
    if known.keys() - paired.keys():
        return True
    found = {
        screen_id: why_dark(node, now_ms=now_ms, watched_since_ms=watched_since_ms)
        for screen_id, node in paired.items()
    }
    return any(
        (why and screen_id not in known)
        or (screen_id in known and (_is_over(paired[screen_id], why, now_ms) or _is_due(known[screen_id], now_ms)))
        for screen_id, why in found.items()
    )


def follow(connection: Connection, *, now_ms: int, watched_since_ms: int) -> None:
    """Stores which screens are dark now, and gives notice of those that have become so and of those that are back."""
    known, paired = _known(connection), _paired(connection)
    for screen_id in known.keys() - paired.keys():
        _forget(connection, screen_id)  # unpaired or taken down: somebody meant it
    for screen_id, node in paired.items():
        why, dark = why_dark(node, now_ms=now_ms, watched_since_ms=watched_since_ms), known.get(screen_id)
        if dark is None and why:
            dark = Dark(screen_id, why, now_ms, None)
            connection.execute(dark_screens.insert().values(screen_id=screen_id, why=why, since_ms=now_ms))
        elif dark is not None and _is_over(node, why, now_ms):
            _forget(connection, screen_id)
            if dark.told_ms is not None:
                occasions.screen_back(connection, screen_id, since_ms=dark.since_ms, now_ms=now_ms)
            continue
        if dark is not None and _is_due(dark, now_ms):
            of_screen = dark_screens.c.screen_id == screen_id
            connection.execute(dark_screens.update().where(of_screen).values(told_ms=now_ms))
            occasions.screen_dark(connection, screen_id, dark.why, since_ms=dark.since_ms, now_ms=now_ms)


def _is_due(dark: Dark, now_ms: int) -> bool:
    return dark.told_ms is None and (dark.why == SILENT or now_ms - dark.since_ms >= FAULTY_AFTER_MS)


def _is_over(node: Node, why: str, now_ms: int) -> bool:
    return not why and node.is_present(now_ms)


def _known(connection: Connection) -> dict[str, Dark]:
    return {row["screen_id"]: Dark(**row) for row in connection.execute(sa.select(dark_screens)).mappings()}


def _paired(connection: Connection) -> dict[str, Node]:
    standing = set(connection.execute(sa.select(screens.c.id).where(screens.c.retired_ms.is_(None))).scalars())
    return {screen_id: node for screen_id, node in nodes.paired(connection).items() if screen_id in standing}


def _forget(connection: Connection, screen_id: str) -> None:
    connection.execute(dark_screens.delete().where(dark_screens.c.screen_id == screen_id))
