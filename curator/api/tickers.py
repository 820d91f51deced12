"""The ticker: lines of words at the foot of screens, that programmers write and moderators decide about."""

from typing import Annotated, Literal

from pydantic import Field

from content.language import LANGUAGES
from content.ticker import LONGEST_TEXT, MOST_SCREENS
from curator import screens, tickers
from curator.api.endpoint import Call, endpoint, not_found
from curator.api.reading import Given, Id, Instant, Line, Nothing, Told, Words
from curator.authorisation import Action
from curator.tickers import BadTicker, Kept
from curator.words import N_

assert set(LANGUAGES) == {"en", "vi"}  # noqa: S101 - the documentation names them


class TickerAnswer(Told):
    """A line of the ticker."""

    id: str
    text: str
    language: str
    screens: list[str] = Field(description="Their ids.")
    from_ms: Instant
    until_ms: Instant
    state: str = Field(description="submitted, approved, rejected or withdrawn")
    is_on: bool
    reason: str = Field(description="Why it was turned down.")
    created_by: str | None


class Tickers(Told):
    """The newest lines."""

    tickers: list[TickerAnswer]


class TickerGiven(Given):
    """A line; it waits for a moderator."""

    text: Annotated[Line, Field(min_length=1, max_length=LONGEST_TEXT)]
    language: Literal["en", "vi"] = "en"
    screens: list[Id] = Field(min_length=1, max_length=MOST_SCREENS)
    from_ms: Instant = Field(default=0, description="0: now.")
    until_ms: Instant


class TurnedDown(Given):
    """Words for whoever wrote it."""

    reason: Annotated[Words, Field(min_length=1, max_length=tickers.LONGEST_REASON)]


def the_ticker(call: Call) -> Kept:
    """The line of the address."""
    try:
        return tickers.known(call.connection, call.named["ticker"])
    except BadTicker:
        raise not_found() from None


def _told(call: Call, kept: Kept) -> TickerAnswer:
    return TickerAnswer(
        id=kept.id, text=kept.text, language=kept.language, screens=list(kept.screens), from_ms=kept.from_ms,
        until_ms=kept.until_ms, state=kept.state, is_on=kept.is_on(call.now_ms), reason=kept.reason,
        created_by=kept.created_by,
    )  # fmt: skip


def _listed(call: Call) -> Tickers:
    return Tickers(tickers=[_told(call, one) for one in tickers.listed(call.connection)])


def _changed(call: Call) -> TickerAnswer:
    found = the_ticker(call)
    call.hint(*(f"screen:{screen_id}" for screen_id in found.screens))
    return _told(call, found)


@endpoint("GET", "/api/tickers", N_("The lines of the ticker"), asks=Action.PROGRAMME)
def every(call: Call) -> Tickers:
    """The newest first."""
    return _listed(call)


@endpoint("POST", "/api/tickers", N_("Write a line for the ticker"), asks=Action.PROGRAMME, status=201)
def make(call: Call, body: TickerGiven) -> TickerAnswer:
    """It waits for a moderator who did not write it."""
    known = {screen.id for screen in screens.named(call.connection)}
    made = tickers.make(
        call.connection, text=body.text, language=body.language, screens=[one for one in body.screens if one in known],
        from_ms=body.from_ms, until_ms=body.until_ms, now_ms=call.now_ms, by=call.actor,
    )  # fmt: skip
    return _told(call, tickers.known(call.connection, made))


@endpoint("POST", "/api/tickers/{ticker}/withdraw", N_("Take a line off the ticker"), asks=Action.PROGRAMME,
          about=the_ticker)  # fmt: skip
def withdraw(call: Call, found: Kept, body: Nothing) -> TickerAnswer:  # noqa: ARG001
    """Off its screens within seconds."""
    tickers.withdraw(call.connection, found.id, now_ms=call.now_ms, by=call.actor)
    return _changed(call)


@endpoint("GET", "/api/moderation/tickers", N_("The lines of the ticker, for moderators"), asks=Action.SEE_QUEUE)
def waiting(call: Call) -> Tickers:
    """The newest first, those that wait too."""
    return _listed(call)


@endpoint("POST", "/api/moderation/tickers/{ticker}/approve", N_("Allow a line of the ticker"), asks=Action.DECIDE,
          about=the_ticker, refuses=(409,))  # fmt: skip
def approve(call: Call, found: Kept, body: Nothing) -> TickerAnswer:  # noqa: ARG001
    """Signed: these words, on these screens, in this time."""
    tickers.approve(call.connection, found.id, key=call.service.key, now_ms=call.now_ms, by=call.actor)
    return _changed(call)


@endpoint("POST", "/api/moderation/tickers/{ticker}/reject", N_("Turn a line of the ticker down"),
          asks=Action.DECIDE, about=the_ticker, refuses=(409,))  # fmt: skip
def reject(call: Call, found: Kept, body: TurnedDown) -> TickerAnswer:
    """With words for whoever wrote it."""
    tickers.reject(call.connection, found.id, reason=body.reason, now_ms=call.now_ms, by=call.actor)
    return _changed(call)


@endpoint("POST", "/api/moderation/tickers/{ticker}/withdraw", N_("Take a line of the ticker off the screens"),
          asks=Action.DECIDE, about=the_ticker)  # fmt: skip
def take_off(call: Call, found: Kept, body: Nothing) -> TickerAnswer:  # noqa: ARG001
    """Whoever wrote it."""
    tickers.withdraw(call.connection, found.id, now_ms=call.now_ms, by=call.actor)
    return _changed(call)
