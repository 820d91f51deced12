"""Live orders: a takeover or an alert above the programme, on some screens, until an instant. Signed; none is endless.

Each order is told in signed events (`content.live`): it starts, and may end before its time. The programme runs on
underneath; screens fold the events over it themselves, and go on without the network.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from content.canonical import canonical_bytes
from content.live import (
    LONGEST_HEADING,
    LONGEST_LINE,
    LONGEST_TAKEOVER_MS,
    MOST_LINES,
    MOST_SCREENS,
    LiveNews,
    LiveOrder,
    LiveWords,
    SignedOrder,
    read_order,
    sign_order,
)  # fmt: skip
from content.programme.layers import ALERT_CEILING_MS
from content.reading import Reader
from content.signing import SigningKey
from curator import audit
from curator.ids import new_id
from curator.places import covers
from curator.programme import library_facts
from curator.programme.library_facts import Showable
from curator.programme.manifest_maker import approvals_of, files_of, manifest_item
from curator.store import Connection
from curator.tables import live_events
from curator.words import N_, Told

MOST_RUNNING = 50
LONGEST_TAKEOVER_MINUTES = LONGEST_TAKEOVER_MS // 60_000
LONGEST_ALERT_MINUTES = ALERT_CEILING_MS // 60_000
FURTHEST_MS = 30 * 86_400_000
"""How far ahead a takeover may be ordered."""
LARGEST_ORDER_BYTES = 1 << 18

Layer = Literal["takeover", "alert", "choice"]
_WRITTEN = {"takeover": "live_order.takeover", "alert": "live_order.alert", "choice": "live_order.choice"}
PASSERS_BY = "passers-by"
"""Who gave an order that came of votes."""


class OrderRefused(Told):
    """A live order that cannot be given."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An order as it stands: `told` is its first event, `end_ms` when it is over; `signed` all its events."""

    told: LiveOrder
    created_by: str | None
    end_ms: int
    signed: tuple[SignedOrder, ...]

    def is_on(self, now_ms: int) -> bool:
        """Whether screens show it now."""
        return self.told.at_ms <= now_ms < self.end_ms


def take_over(
    connection: Connection,
    key: SigningKey,
    *,
    item_id: str,
    screens: Sequence[str],
    at_ms: int,
    minutes: int,
    now_ms: int,
    by: str,
) -> LiveOrder:
    """Orders an approved item onto screens from `at_ms` (now, if that is past). Raises OrderRefused."""
    _refuse_length(minutes, LONGEST_TAKEOVER_MINUTES)
    at_ms = max(at_ms, now_ms)
    if at_ms > now_ms + FURTHEST_MS:
        raise OrderRefused(N_("A takeover begins within %(days)s days."), days=FURTHEST_MS // 86_400_000)
    until_ms = at_ms + minutes * 60_000
    shown = library_facts.of_items(connection, key.public, [item_id]).get(item_id)
    if shown is None:
        raise OrderRefused(N_("This item is not approved, so it cannot be shown."))
    approval = shown.signed.approval
    if not (approval.not_before_ms <= at_ms and until_ms <= approval.not_after_ms):
        raise OrderRefused(N_("This item is not approved for that time."))
    if not covers(approval.places, screens):
        raise OrderRefused(N_("This item is not approved for all of these screens."))
    order = _order("takeover", screens, at_ms, until_ms, now_ms, by, shown=shown)
    return _give(connection, key, order, by)


def choose(
    connection: Connection, key: SigningKey, *, shown: Showable, screen_id: str, at_ms: int, until_ms: int, now_ms: int
) -> LiveOrder:
    """Orders what passers-by chose for its turn, which the caller has looked for. Raises OrderRefused."""
    approval = shown.signed.approval
    if not (approval.not_before_ms <= at_ms and until_ms <= approval.not_after_ms):
        raise OrderRefused(N_("This item is not approved for that time."))
    order = _order("choice", [screen_id], at_ms, until_ms, now_ms, PASSERS_BY, shown=shown)
    return _give(connection, key, order, None)


def alert(
    connection: Connection,
    key: SigningKey,
    *,
    heading: str,
    lines: Sequence[str],
    language: str,
    screens: Sequence[str],
    minutes: int,
    now_ms: int,
    by: str,
) -> LiveOrder:
    """Puts words over everything on screens, at once. Raises OrderRefused."""
    _refuse_length(minutes, LONGEST_ALERT_MINUTES)
    kept = tuple(line for line in (" ".join(line.split()) for line in lines) if line)
    heading = " ".join(heading.split())
    if not heading:
        raise OrderRefused(N_("An alert needs a heading."))
    if len(heading) > LONGEST_HEADING or len(kept) > MOST_LINES or any(len(line) > LONGEST_LINE for line in kept):
        raise OrderRefused(
            N_("An alert has a heading of %(heading)s characters and %(lines)s lines of %(line)s at most."),
            heading=LONGEST_HEADING, lines=MOST_LINES, line=LONGEST_LINE,
        )  # fmt: skip
    words = LiveWords(heading, kept, language)
    order = _order("alert", screens, now_ms, now_ms + minutes * 60_000, now_ms, by, words=words)
    return _give(connection, key, order, by)


def end(connection: Connection, key: SigningKey, order_id: str, *, now_ms: int, by: str) -> bool:
    """Ends an order before its time; False when there is no such order. Harmless when it is over."""
    found = next((one for one in standing(connection, now_ms) if one.told.order == order_id), None)
    if found is None:
        return False
    if found.end_ms > now_ms:
        first = found.told
        event = LiveOrder(
            id=new_id(), order=first.order, layer=first.layer, action="end", screens=first.screens,
            at_ms=max(now_ms, first.at_ms), until_ms=first.until_ms, issued_ms=now_ms, by=by,
        )  # fmt: skip
        _store(connection, key, event, by)
        audit.record(connection, now_ms, by, "live_order.end", f"live_order:{first.order}", layer=first.layer)
    return True


def standing(connection: Connection, now_ms: int) -> list[Standing]:
    """The orders whose time is not over, also those ended early, the newest first."""
    query = sa.select(live_events).where(live_events.c.until_ms > now_ms).order_by(live_events.c.created_ms)
    by_order: dict[str, list[tuple[SignedOrder, str | None]]] = {}
    for row in connection.execute(query):
        signed = read_order(Reader.of_bytes(row.document.encode(), limit_bytes=LARGEST_ORDER_BYTES))
        by_order.setdefault(signed.order.order, []).append((signed, row.created_by))
    found = [_standing(events) for events in by_order.values()]
    return sorted((one for one in found if one is not None), key=lambda one: -one.told.issued_ms)


def of_screen(connection: Connection, key: SigningKey, screen_id: str, now_ms: int) -> LiveNews:
    """What a screen's node is told: signed events, and the approvals and files of the items they show."""
    mine = [one for one in standing(connection, now_ms) if screen_id in one.told.screens]
    shown = [one for one in _shown(connection, key, mine) if covers(one.signed.approval.places, [screen_id])]
    return LiveNews(tuple(signed for one in mine for signed in one.signed), approvals_of(shown), files_of(shown))


def concerns_item(connection: Connection, item_id: str, now_ms: int) -> bool:
    """Whether an order that is on or to come shows this item."""
    return any(
        one.told.item is not None and one.told.item.id == item_id and one.end_ms > now_ms
        for one in standing(connection, now_ms)
    )


def needs_file(connection: Connection, screen_id: str, sha256: str, now_ms: int) -> bool:
    """Whether an order that is on or to come shows this file on this screen."""
    return any(
        one.told.item is not None
        and sha256 in {one.told.item.sha256, *(captions.sha256 for captions in one.told.item.captions)}
        and screen_id in one.told.screens
        for one in standing(connection, now_ms)
        if one.end_ms > now_ms
    )


def _standing(events: list[tuple[SignedOrder, str | None]]) -> Standing | None:
    starts = [(signed, by) for signed, by in events if signed.order.action == "start"]
    if not starts:
        return None
    first, by = starts[0]
    ends = [signed.order.at_ms for signed, _ in events if signed.order.action == "end"]
    return Standing(first.order, by, min([first.order.until_ms, *ends]), tuple(signed for signed, _ in events))


def _shown(connection: Connection, key: SigningKey, orders: Iterable[Standing]) -> list[Showable]:
    """The items of these orders that may still be shown, in the very bytes that were ordered."""
    wanted = {one.told.item.id: one.told.item.sha256 for one in orders if one.told.item is not None}
    if not wanted:
        return []
    shown = library_facts.of_items(connection, key.public, sorted(wanted))
    return [one for name, one in shown.items() if one.sha256 == wanted[name]]


def _refuse_length(minutes: int, most: int) -> None:
    if not 1 <= minutes <= most:
        raise OrderRefused(N_("Say for how many minutes: from 1 to %(most)s."), most=most)


def _order(
    layer: Layer,
    screens: Sequence[str],
    at_ms: int,
    until_ms: int,
    now_ms: int,
    by: str,
    *,
    shown: Showable | None = None,
    words: LiveWords | None = None,
) -> LiveOrder:
    if not screens:
        raise OrderRefused(N_("Choose at least one screen."))
    if len(screens) > MOST_SCREENS:
        raise OrderRefused(N_("One order reaches %(most)s screens at most."), most=MOST_SCREENS)
    name = new_id()
    return LiveOrder(
        id=name, order=name, layer=layer, action="start", screens=tuple(sorted(set(screens))), at_ms=at_ms,
        until_ms=until_ms, issued_ms=now_ms, by=by, item=manifest_item(shown) if shown else None, words=words,
    )  # fmt: skip


def _give(connection: Connection, key: SigningKey, order: LiveOrder, by: str | None) -> LiveOrder:
    if sum(one.end_ms > order.issued_ms for one in standing(connection, order.issued_ms)) >= MOST_RUNNING:
        raise OrderRefused(N_("%(most)s orders stand already. End one first."), most=MOST_RUNNING)
    _store(connection, key, order, by)
    audit.record(
        connection, order.issued_ms, by, _WRITTEN[order.layer], f"live_order:{order.order}",
        screens=list(order.screens), until_ms=order.until_ms, item=order.item.id if order.item else "",
        heading=order.words.heading if order.words else "",
    )  # fmt: skip
    return order


def _store(connection: Connection, key: SigningKey, order: LiveOrder, by: str | None) -> None:
    document = canonical_bytes(sign_order(order, key).as_json()).decode()
    connection.execute(
        live_events.insert().values(
            id=order.id, scope=f"order:{order.order}", layer=order.layer, document=document, created_by=by,
            created_ms=order.issued_ms, until_ms=order.until_ms,
        )
    )  # fmt: skip
