"""Live orders over the programme's slots. Pure: the slots, what the curator told, and which files are here decide."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from content.approval import SignedApproval
from content.live import LiveNews, LiveOrder
from content.manifest import Manifest, ManifestItem, approved_captions
from content.programme.engine import Event
from content.programme.layers import SESSION_WINDOW_MS, Shown, Span, is_joined, over, stretches
from content.signing import BadSignature, PublicKey
from display_node.agent.slots import Live, Slot

SHORTEST_LAP_MS = 1_000
"""An item shorter than this is not begun again more often."""

Placed = tuple[Slot, Manifest]


def believed(news: LiveNews, keys: dict[str, PublicKey], screen: str, now_ms: int) -> tuple[LiveNews, list[str]]:
    """What matters to this screen and a trusted key signed: orders, tickers; and what was wrong with the others."""
    complaints: list[str] = []
    orders = []
    for signed in news.orders:
        try:
            signed.verify(keys)
        except BadSignature as error:
            complaints.append(str(error))
            continue
        if screen in signed.order.screens:
            orders.append(signed)
    latest: dict[str, int] = {}
    for signed in orders:
        name = signed.order.order
        latest[name] = max(latest.get(name, 0), signed.order.until_ms, signed.order.at_ms)
    # An hour's sessions still count against the next one.
    orders = [signed for signed in orders if latest[signed.order.order] + SESSION_WINDOW_MS > now_ms]
    approvals = []
    for approval in news.approvals:
        try:
            approval.verify(keys)
        except BadSignature as error:
            complaints.append(str(error))
        else:
            approvals.append(approval)
    items = [signed.order.item for signed in orders if latest[signed.order.order] > now_ms]
    wanted = {item.sha256 for item in items if item is not None}
    wanted |= {captions.sha256 for item in items if item is not None for captions in item.captions}
    files = [need for need in news.files if need.sha256 in wanted]
    tickers = []
    for one in news.tickers:
        try:
            one.verify(keys)
        except BadSignature as error:
            complaints.append(str(error))
        else:
            tickers += [one] if one.ticker.is_for(screen) and one.ticker.until_ms > now_ms else []
    return LiveNews(tuple(orders), tuple(approvals), tuple(files), tuple(tickers)), complaints


def layered(
    slots: list[Placed],
    news: LiveNews,
    protected: Callable[[], list[Span]],
    is_here: Callable[[str], bool],
    sessions: Sequence[Span] = (),
) -> list[Placed]:
    """The same window with the orders over it, and with the card where a session's end is too late to join an item.

    An order whose item has no file here yet, or no approval, leaves the programme on. `protected` gives the spans of
    protected bookings; it is asked only when something is on that gives way to them. `sessions` are those that this
    screen held.
    """
    ends = sorted(until_ms for _, until_ms in sessions)
    return [piece for one in _ordered(slots, news, protected, is_here) for piece in _after_sessions(one, ends)]


def _after_sessions(placed: Placed, ends: Sequence[int]) -> list[Placed]:
    slot, manifest = placed
    inside = [end_ms for end_ms in ends if slot.start_ms < end_ms < slot.end_ms]
    if not inside or slot.live is not None or slot.item is None:
        return [placed]
    from_start = manifest.from_start_only()
    for end_ms in inside:
        if not is_joined(slot.item, slot.start_ms, slot.end_ms, end_ms, from_start):
            card = Slot(end_ms, slot.end_ms, "filler", muted=slot.muted)
            return [(slot.clipped(slot.start_ms, end_ms), manifest), (card, manifest)]
    return [placed]


def _ordered(
    slots: list[Placed], news: LiveNews, protected: Callable[[], list[Span]], is_here: Callable[[str], bool]
) -> list[Placed]:
    """The same window with the orders over it."""
    orders = [signed.order for signed in news.orders]
    lacking = {
        order.order
        for order in orders
        if order.item is not None and not (news.approval_of(order.item.sha256) and is_here(order.item.sha256))
    }
    events = [order.event() for order in orders if order.order not in lacking]
    if not events:
        return slots
    gives_way = any(event.layer in ("session", "choice") for event in events)
    live = stretches(events, protected() if gives_way else ())
    starts = {order.order: order for order in orders if order.action == "start"}
    manifests = {(manifest.epoch, manifest.version): manifest for _, manifest in slots}
    from_start = {name: manifest.from_start_only() for name, manifest in manifests.items()}
    placed: list[Placed] = []
    for slot, manifest in slots:
        event = Event(slot.start_ms, slot.end_ms, slot.kind, slot.item, None, slot.offset_ms, "rotation", slot.muted)
        for shown in over(event, live, from_start[manifest.epoch, manifest.version]):
            _join(placed, _piece(slot, shown, starts, news), manifest)
    return [(lap, manifest) for slot, manifest in placed for lap in _laps(slot)]


def _piece(slot: Slot, shown: Shown, starts: dict[str, LiveOrder], news: LiveNews) -> Slot:
    if shown.is_card:
        return Slot(shown.start_ms, shown.end_ms, "filler", muted=slot.muted)
    if shown.order is None:
        return slot.clipped(shown.start_ms, shown.end_ms)
    order = starts[shown.order]
    approval = None if order.item is None else news.approval_of(order.item.sha256)
    live = Live(order, approval, () if order.item is None else _captions(order.item, news))
    return Slot(shown.start_ms, shown.end_ms, "item", shown.item, shown.media_offset_ms, muted=slot.muted, live=live)


def _captions(item: ManifestItem, news: LiveNews) -> tuple[SignedApproval, ...]:
    return tuple(approved_captions(item, news.approvals).values())


def _join(placed: list[Placed], piece: Slot, manifest: Manifest) -> None:
    """Adds a piece; one order over several slots stays one."""
    last = placed[-1][0] if placed else None
    if last and piece.live and last.live and (last.live.order, last.muted) == (piece.live.order, piece.muted):
        placed[-1] = (replace(last, end_ms=piece.end_ms), placed[-1][1])
    else:
        placed.append((piece, manifest))


def _laps(slot: Slot) -> list[Slot]:
    """An ordered item that ends before its order begins again, and again."""
    item = None if slot.live is None else slot.live.order.item
    if item is None:
        return [slot]
    length_ms = max(item.duration_ms, SHORTEST_LAP_MS)
    laps: list[Slot] = []
    start_ms, offset_ms = slot.start_ms, slot.offset_ms % length_ms
    while start_ms < slot.end_ms:
        end_ms = min(slot.end_ms, start_ms + length_ms - offset_ms)
        laps.append(replace(slot, start_ms=start_ms, end_ms=end_ms, offset_ms=offset_ms))
        start_ms, offset_ms = end_ms, 0
    return laps
