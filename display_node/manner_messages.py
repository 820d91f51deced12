"""What the agent tells the player about how everything is shown on this screen. Part of `messages`: see there."""

from dataclasses import dataclass
from typing import Literal

from content.reading import Reader
from content.screen_facts import FITS, Fit
from content.ticker import LONGEST_TEXT, MOST_TICKERS


@dataclass(frozen=True, slots=True)
class Manner:
    """How things are shown from now on: calm, without the lines that name an item and its makers, and how pictures of

    another shape are fitted where the panel itself does not say (None: as usual).
    """

    is_calm: bool = False
    hides_credits: bool = False
    fit: Fit | None = None
    type: Literal["manner"] = "manner"


USUAL = Manner()


@dataclass(frozen=True, slots=True)
class TickerLine:
    """Words that are told again and again from an instant until another (UTC ms)."""

    from_ms: int
    until_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class Ticker:
    """All lines that the ticker tells, from now on; none takes it away."""

    lines: tuple[TickerLine, ...] = ()
    type: Literal["ticker"] = "ticker"


def read_about_manner(fields: dict[str, Reader]) -> Manner | Ticker:
    """One of these two, by its `type`; raises BadDocument."""
    if fields["type"].one_of("manner", "ticker") == "manner":
        fit = None if fields["fit"].value is None else FITS[fields["fit"].one_of(*FITS)]
        return Manner(fields["is_calm"].flag(), fields["hides_credits"].flag(), fit)
    rows = [place.fields("from_ms", "until_ms", "text") for place in fields["lines"].items(most=MOST_TICKERS)]
    return Ticker(
        tuple(
            TickerLine(row["from_ms"].integer(), row["until_ms"].integer(), row["text"].text(most=LONGEST_TEXT))
            for row in rows
        )
    )
