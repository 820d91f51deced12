"""Live orders: signed words that lay something over the programme, and what a screen needs to obey them.

An order starts, extends or ends a stretch of a live layer; `programme.layers` says what that puts on the screen.
"""

from dataclasses import dataclass
from typing import get_args

from content.approval import SignedApproval, read_approval
from content.canonical import Json, canonical_bytes
from content.manifest import (
    MOST_CAPTIONS,
    ManifestItem,
    NeededFile,
    item_json,
    read_item,
    read_needed_file,
)
from content.programme.layers import ALERT_CEILING_MS, Action, LiveEvent, LiveLayer
from content.reading import BadDocument, Reader
from content.signing import LIVE, BadSignature, PublicKey, SigningKey
from content.ticker import MOST_TICKERS, SignedTicker, read_ticker

FORMAT = "commonscreen-live/1"
LONGEST_TAKEOVER_MS = 24 * 3_600_000
LONGEST_LIFE_MS: dict[LiveLayer, int] = {
    "alert": ALERT_CEILING_MS,
    "takeover": LONGEST_TAKEOVER_MS,
    "session": ALERT_CEILING_MS,
    "choice": ALERT_CEILING_MS,
}
"""How far beyond its own instant one order reaches; an extension begins anew."""

LONGEST_HEADING = 80
"""Characters."""
MOST_LINES = 4
LONGEST_LINE = 120
"""Characters."""
MOST_SCREENS = 2_000
"""Screens one order names."""
MOST_ORDERS = 200
"""Orders a screen is told at a time."""
MOST_FILES = MOST_ORDERS * (1 + MOST_CAPTIONS)
"""What they show, with captions."""
LARGEST_LIVE_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class LiveWords:
    """A text for the screen: a heading, up to four lines, and the language it is in (BCP 47)."""

    heading: str
    lines: tuple[str, ...] = ()
    language: str = "en"


@dataclass(frozen=True, slots=True)
class LiveOrder:
    """One entry of the log. `order` is the stretch it starts, or the one it extends or ends; instants in UTC ms.

    A start brings an item or words. Raises ValueError when it brings neither, names no screen or reaches too far.
    """

    id: str
    order: str
    layer: LiveLayer
    action: Action
    screens: tuple[str, ...]
    at_ms: int
    until_ms: int
    issued_ms: int
    by: str
    item: ManifestItem | None = None
    words: LiveWords | None = None

    def __post_init__(self) -> None:
        """Holds every order to the limits of this module."""
        if not 1 <= len(self.screens) <= MOST_SCREENS:
            raise ValueError(f"an order is for 1 to {MOST_SCREENS} screens")
        if self.action == "start" and (self.item is None) == (self.words is None):
            raise ValueError("a start brings either an item or words")
        if self.action != "end" and not 0 < self.until_ms - self.at_ms <= LONGEST_LIFE_MS[self.layer]:
            raise ValueError(f"this order may reach 1 to {LONGEST_LIFE_MS[self.layer]} ms from its instant on")
        words = self.words
        if words is not None and (
            not 1 <= len(words.heading) <= LONGEST_HEADING
            or len(words.lines) > MOST_LINES
            or any(len(line) > LONGEST_LINE for line in words.lines)
        ):
            raise ValueError(
                f"words: a heading of 1 to {LONGEST_HEADING} characters, at most {MOST_LINES} lines of {LONGEST_LINE}"
            )

    def statement(self) -> dict[str, Json]:
        """The JSON object that is signed."""
        words = self.words
        return {
            "format": FORMAT,
            "id": self.id,
            "order": self.order,
            "layer": self.layer,
            "action": self.action,
            "screens": list(self.screens),
            "at_ms": self.at_ms,
            "until_ms": self.until_ms,
            "issued_ms": self.issued_ms,
            "by": self.by,
            "item": None if self.item is None else {"id": self.item.id, **item_json(self.item)},
            "words": None
            if words is None
            else {"heading": words.heading, "lines": list(words.lines), "language": words.language},
        }

    def event(self) -> LiveEvent:
        """What the fold needs of it."""
        item = None if self.item is None else self.item.id
        return LiveEvent(self.id, self.order, self.layer, self.action, self.at_ms, self.until_ms, item)


@dataclass(frozen=True, slots=True)
class SignedOrder:
    """An order with the signature under it."""

    order: LiveOrder
    key_id: str
    signature: str

    def as_json(self) -> dict[str, Json]:
        """The form in which it travels and is kept."""
        return {"order": self.order.statement(), "key_id": self.key_id, "signature": self.signature}

    def verify(self, keys: dict[str, PublicKey]) -> None:
        """Returns if one of `keys` (by key id) signed it; raises BadSignature otherwise."""
        key = keys.get(self.key_id)
        if key is None:
            raise BadSignature(f"the live order {self.order.id} is not signed by a trusted key")
        key.verify(LIVE, canonical_bytes(self.order.statement()), self.signature)


@dataclass(frozen=True, slots=True)
class LiveNews:
    """What a curator tells a screen: orders that still matter, their items' files with the approvals, and tickers."""

    orders: tuple[SignedOrder, ...] = ()
    approvals: tuple[SignedApproval, ...] = ()
    files: tuple[NeededFile, ...] = ()
    tickers: tuple[SignedTicker, ...] = ()

    def as_json(self) -> dict[str, Json]:
        """The answer to `GET /api/v1/live/{node_id}`."""
        return {
            "orders": [order.as_json() for order in self.orders],
            "approvals": [approval.as_json() for approval in self.approvals],
            "files": [
                {"sha256": need.sha256, "size_bytes": need.size_bytes, "media_type": need.media_type}
                for need in self.files
            ],
            **({"tickers": [ticker.as_json() for ticker in self.tickers]} if self.tickers else {}),
        }

    def approval_of(self, sha256: str) -> SignedApproval | None:
        """The approval of a file that an item shows by itself, if one came along."""
        return next(
            (one for one in self.approvals if one.approval.sha256 == sha256 and not one.approval.is_of_captions), None
        )


def sign_order(order: LiveOrder, key: SigningKey) -> SignedOrder:
    """The order, signed with `key`."""
    return SignedOrder(order, key.public.key_id, key.sign(LIVE, canonical_bytes(order.statement())))


def read_order(reader: Reader) -> SignedOrder:
    """A signed order; raises BadDocument. The signature is not checked here."""
    outer = reader.fields("order", "key_id", "signature")
    inner = outer["order"].fields(
        "format", "id", "order", "layer", "action", "screens", "at_ms", "until_ms", "issued_ms", "by", "item", "words"
    )
    inner["format"].one_of(FORMAT)
    layers: dict[str, LiveLayer] = {name: name for name in get_args(LiveLayer)}
    actions: dict[str, Action] = {name: name for name in get_args(Action)}
    try:
        order = LiveOrder(
            id=inner["id"].identifier(),
            order=inner["order"].identifier(),
            layer=layers[inner["layer"].one_of(*layers)],
            action=actions[inner["action"].one_of(*actions)],
            screens=tuple(place.identifier() for place in inner["screens"].items(most=MOST_SCREENS)),
            at_ms=inner["at_ms"].integer(least=0),
            until_ms=inner["until_ms"].integer(least=0),
            issued_ms=inner["issued_ms"].integer(least=0),
            by=inner["by"].identifier(),
            item=None if inner["item"].value is None else _item(inner["item"]),
            words=None if inner["words"].value is None else _words(inner["words"]),
        )
    except BadDocument:
        raise
    except ValueError as error:
        raise BadDocument(outer["order"].path, str(error)) from error
    return SignedOrder(order, outer["key_id"].identifier(), outer["signature"].text(most=200))


def read_news(reader: Reader) -> LiveNews:
    """A curator's answer; raises BadDocument. Signatures are not checked here."""
    fields = reader.fields("orders", "approvals", "files", optional=("tickers",))
    return LiveNews(
        tuple(read_order(place) for place in fields["orders"].items(most=MOST_ORDERS)),
        tuple(read_approval(place) for place in fields["approvals"].items(most=MOST_FILES)),
        tuple(read_needed_file(place) for place in fields["files"].items(most=MOST_FILES)),
        tuple(read_ticker(place) for place in fields["tickers"].items(most=MOST_TICKERS))
        if "tickers" in fields
        else (),
    )


def _item(reader: Reader) -> ManifestItem:
    members = reader.members()
    if "id" not in members:
        reader.refuse("'id' is missing")
    facts = {name: place.value for name, place in members.items() if name != "id"}
    return read_item(members["id"].identifier(), Reader(facts, reader.path))


def _words(reader: Reader) -> LiveWords:
    fields = reader.fields("heading", "lines", "language")
    return LiveWords(
        fields["heading"].text(least=1, most=LONGEST_HEADING),
        tuple(line.text(most=LONGEST_LINE) for line in fields["lines"].items(most=MOST_LINES)),
        fields["language"].text(least=1, most=35),
    )
