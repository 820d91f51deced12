"""Tickers: lines of words at the foot of the programme, written by programmers, signed by a moderator who read them."""

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from content.reading import Reader
from content.signing import SigningKey
from content.ticker import (
    LARGEST_STATEMENT_BYTES,
    LONGEST_TEXT,
    MOST_TICKERS,
    SignedTicker,
    Ticker,
    read_ticker,
    sign_ticker,
)
from curator import audit, occasions
from curator.authorisation import Action, Actor, NotAllowed, require
from curator.ids import new_id
from curator.not_decided import NotDecided, OwnWork
from curator.store import Connection
from curator.tables_tickers import tickers
from curator.words import N_, Told

State = Literal["submitted", "approved", "rejected", "withdrawn"]
STANDING = ("submitted", "approved")
LONGEST_MS = 60 * 86_400_000
"""From its beginning to its end."""
FURTHEST_MS = 90 * 86_400_000
"""How far ahead one may begin."""
LONGEST_REASON = 500
MOST_SHOWN = 100
HIDING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the letters after them around, unseen."""


class BadTicker(Told):
    """A ticker that cannot be made or decided as asked; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A ticker as stored."""

    id: str
    text: str
    language: str
    screens: tuple[str, ...]
    from_ms: int
    until_ms: int
    state: State
    signed: SignedTicker | None
    created_by: str | None
    reason: str

    def is_on(self, now_ms: int) -> bool:
        """Whether screens tell it now."""
        return self.state == "approved" and self.from_ms <= now_ms < self.until_ms


def make(
    connection: Connection,
    *,
    text: str,
    language: str,
    screens: Sequence[str],
    from_ms: int,
    until_ms: int,
    now_ms: int,
    by: Actor,
) -> str:
    """A new ticker, which waits for a moderator; gives its id. Raises NotAllowed or BadTicker."""
    require(by, Action.PROGRAMME)
    text = " ".join(unicodedata.normalize("NFC", text).split())
    if not 1 <= len(text) <= LONGEST_TEXT:
        raise BadTicker(N_("A ticker has 1 to %(most)s characters."), most=LONGEST_TEXT)
    if any(letter in HIDING or unicodedata.category(letter) in ("Cc", "Cs", "Co", "Cn") for letter in text):
        raise BadTicker(N_("There are characters in it that cannot be seen. Type the words anew."))
    if not screens:
        raise BadTicker(N_("Choose at least one screen."))
    from_ms = max(from_ms, now_ms)
    if from_ms > now_ms + FURTHEST_MS:
        raise BadTicker(N_("It begins within %(days)s days."), days=FURTHEST_MS // 86_400_000)
    if not 0 < until_ms - from_ms <= LONGEST_MS:
        raise BadTicker(N_("It ends after it begins, and at most %(days)s days later."), days=LONGEST_MS // 86_400_000)
    ticker_id = new_id()
    connection.execute(
        tickers.insert().values(
            id=ticker_id, text=text, language=language, screens=json.dumps(sorted(set(screens))), from_ms=from_ms,
            until_ms=until_ms, state="submitted", created_by=by.account_id, created_ms=now_ms,
        )
    )  # fmt: skip
    audit.record(connection, now_ms, by.account_id, "ticker.make", f"ticker:{ticker_id}", text=text)
    occasions.ticker_waits(connection, ticker_id, by=by.account_id, now_ms=now_ms)
    return ticker_id


def approve(connection: Connection, ticker_id: str, *, key: SigningKey, now_ms: int, by: Actor) -> None:
    """Signs it: from then on its screens tell it in its time. Raises NotAllowed, OwnWork, NotDecided, BadTicker."""
    found = _to_decide(connection, ticker_id, by)
    for screen_id in found.screens:
        if sum(screen_id in one.screens for one in _approved(connection, now_ms)) >= MOST_TICKERS:
            raise BadTicker(N_("A screen tells at most %(most)s tickers. Take one off first."), most=MOST_TICKERS)
    ticker = Ticker(
        found.id, found.text, found.language, found.screens, found.from_ms, found.until_ms, found.created_by or "gone",
        by.account_id, now_ms,
    )  # fmt: skip
    signed = json.dumps(sign_ticker(ticker, key).as_json(), ensure_ascii=False)
    _decide(connection, found, "approved", by, now_ms, statement=signed)
    audit.record(connection, now_ms, by.account_id, "ticker.approve", f"ticker:{ticker_id}")


def reject(connection: Connection, ticker_id: str, *, reason: str, now_ms: int, by: Actor) -> None:
    """Turns it down, with words for who wrote it. Raises NotAllowed, OwnWork, NotDecided, BadTicker."""
    found = _to_decide(connection, ticker_id, by)
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise BadTicker(N_("Say why, in at most %(most)s characters."), most=LONGEST_REASON)
    _decide(connection, found, "rejected", by, now_ms, reason=reason)
    audit.record(connection, now_ms, by.account_id, "ticker.reject", f"ticker:{ticker_id}", reason=reason)


def withdraw(connection: Connection, ticker_id: str, *, now_ms: int, by: Actor) -> None:
    """Takes it off the screens. Raises NotAllowed or BadTicker."""
    _refuse_others(by)
    found = known(connection, ticker_id)
    if found.state not in STANDING:
        raise BadTicker(N_("This is not on any screen, so there is nothing to take away."))
    connection.execute(tickers.update().where(tickers.c.id == ticker_id).values(state="withdrawn"))
    audit.record(connection, now_ms, by.account_id, "ticker.withdraw", f"ticker:{ticker_id}")
    occasions.ticker_decided(
        connection, ticker_id, outcome="withdrawn", writer=found.created_by, by=by.account_id, now_ms=now_ms
    )  # fmt: skip


def count_waiting(connection: Connection) -> int:
    """How many wait for a decision."""
    query = sa.select(sa.func.count()).select_from(tickers).where(tickers.c.state == "submitted")
    return int(connection.execute(query).scalar_one())


def listed(connection: Connection) -> list[Kept]:
    """The newest tickers."""
    query = sa.select(tickers).order_by(tickers.c.created_ms.desc(), tickers.c.id).limit(MOST_SHOWN)
    return [_kept(row) for row in connection.execute(query).mappings()]


def of_screen(connection: Connection, screen_id: str, now_ms: int) -> tuple[SignedTicker, ...]:
    """What a screen is told: the signed tickers that are on there or to come."""
    mine = (one.signed for one in _approved(connection, now_ms) if screen_id in one.screens)
    return tuple(signed for signed in mine if signed is not None)[:MOST_TICKERS]


def known(connection: Connection, ticker_id: str) -> Kept:
    """One ticker. Raises BadTicker."""
    row = connection.execute(sa.select(tickers).where(tickers.c.id == ticker_id)).mappings().first()
    if row is None:
        raise BadTicker(N_("There is no such ticker."))
    return _kept(row)


def _approved(connection: Connection, now_ms: int) -> list[Kept]:
    query = sa.select(tickers).where(tickers.c.state == "approved", tickers.c.until_ms > now_ms)
    return [_kept(row) for row in connection.execute(query.order_by(tickers.c.from_ms, tickers.c.id)).mappings()]


def _refuse_others(by: Actor) -> None:
    if not (by.may(Action.PROGRAMME) or by.may(Action.DECIDE)):
        raise NotAllowed(Action.PROGRAMME)


def _to_decide(connection: Connection, ticker_id: str, by: Actor) -> Kept:
    require(by, Action.DECIDE)
    found = known(connection, ticker_id)
    if found.created_by == by.account_id:
        raise OwnWork(N_("This is by you, so somebody else decides about it."))
    if found.state != "submitted":
        raise NotDecided(N_("This was decided meanwhile."))
    return found


def _decide(
    connection: Connection, found: Kept, state: State, by: Actor, now_ms: int, *, statement: str = "",
    reason: str = "",
) -> None:  # fmt: skip
    connection.execute(
        tickers.update().where(tickers.c.id == found.id).values(
            state=state, statement=statement, reason=reason, decided_by=by.account_id, decided_ms=now_ms
        )
    )  # fmt: skip
    occasions.ticker_decided(
        connection, found.id, outcome=state, writer=found.created_by, words=reason, by=by.account_id, now_ms=now_ms
    )  # fmt: skip


def _kept(row: sa.RowMapping) -> Kept:
    signed = None
    if row["statement"]:
        signed = read_ticker(Reader.of_bytes(row["statement"].encode(), limit_bytes=LARGEST_STATEMENT_BYTES))
    return Kept(
        row["id"], row["text"], row["language"], tuple(json.loads(row["screens"])), row["from_ms"], row["until_ms"],
        row["state"], signed, row["created_by"], row["reason"],
    )  # fmt: skip
