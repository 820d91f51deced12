"""A ticker: one line of words at the foot of the programme, signed by who allowed those very words."""

from dataclasses import dataclass

from content.approval import EVERYWHERE, read_language
from content.canonical import Json, canonical_bytes
from content.reading import BadDocument, Reader
from content.signing import TICKER, BadSignature, PublicKey, SigningKey

FORMAT = "commonscreen-ticker/1"
LONGEST_TEXT = 240
"""Characters: twenty seconds of reading."""
MOST_SCREENS = 2_000
MOST_TICKERS = 20
"""That a screen is told at a time."""
LARGEST_STATEMENT_BYTES = 256 << 10


@dataclass(frozen=True, slots=True)
class Ticker:
    """Words, in a language, on these screens (or EVERYWHERE), from an instant until another (UTC ms).

    Raises ValueError beyond the limits of this module.
    """

    id: str
    text: str
    language: str
    screens: tuple[str, ...]
    from_ms: int
    until_ms: int
    author: str
    approver: str
    decided_ms: int

    def __post_init__(self) -> None:
        """Holds the limits."""
        if not 1 <= len(self.text) <= LONGEST_TEXT:
            raise ValueError(f"a ticker has 1 to {LONGEST_TEXT} characters")
        if not 1 <= len(self.screens) <= MOST_SCREENS:
            raise ValueError(f"a ticker is for 1 to {MOST_SCREENS} screens")
        if self.until_ms <= self.from_ms:
            raise ValueError("a ticker ends after it begins")

    def is_for(self, screen: str) -> bool:
        """Whether it was allowed on that screen."""
        return EVERYWHERE in self.screens or screen in self.screens

    def statement(self) -> dict[str, Json]:
        """The JSON object that is signed."""
        return {
            "format": FORMAT, "id": self.id, "text": self.text, "language": self.language,
            "screens": list(self.screens), "from_ms": self.from_ms, "until_ms": self.until_ms, "author": self.author,
            "approver": self.approver, "decided_ms": self.decided_ms,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class SignedTicker:
    """A ticker with the signature under it."""

    ticker: Ticker
    key_id: str
    signature: str

    def as_json(self) -> dict[str, Json]:
        """The form in which it travels and is kept."""
        return {"ticker": self.ticker.statement(), "key_id": self.key_id, "signature": self.signature}

    def verify(self, keys: dict[str, PublicKey]) -> None:
        """Returns if one of `keys` (by key id) signed it; raises BadSignature otherwise."""
        key = keys.get(self.key_id)
        if key is None:
            raise BadSignature(f"the ticker {self.ticker.id} is not signed by a trusted key")
        key.verify(TICKER, canonical_bytes(self.ticker.statement()), self.signature)


def sign_ticker(ticker: Ticker, key: SigningKey) -> SignedTicker:
    """The ticker, signed with `key`."""
    return SignedTicker(ticker, key.public.key_id, key.sign(TICKER, canonical_bytes(ticker.statement())))


def read_ticker(reader: Reader) -> SignedTicker:
    """A signed ticker; raises BadDocument. The signature is not checked here."""
    outer = reader.fields("ticker", "key_id", "signature")
    inner = outer["ticker"].fields(
        "format", "id", "text", "language", "screens", "from_ms", "until_ms", "author", "approver", "decided_ms"
    )
    inner["format"].one_of(FORMAT)
    try:
        ticker = Ticker(
            inner["id"].identifier(),
            inner["text"].text(most=LONGEST_TEXT),
            read_language(inner["language"]),
            tuple(place.text(most=32) for place in inner["screens"].items(most=MOST_SCREENS)),
            inner["from_ms"].integer(least=0),
            inner["until_ms"].integer(least=0),
            inner["author"].identifier(),
            inner["approver"].identifier(),
            inner["decided_ms"].integer(least=0),
        )
    except BadDocument:
        raise
    except ValueError as error:
        raise BadDocument(outer["ticker"].path, str(error)) from error
    return SignedTicker(ticker, outer["key_id"].identifier(), outer["signature"].text(most=200))
