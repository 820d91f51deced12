"""What somebody wishes to put on screens to take part in: each field as it was filled in, none of it checked yet."""

import json
from dataclasses import asdict, dataclass

from content.reading import Reader
from curator.words import Told
from kiosks.activities.statement import Kind
from kiosks.themes import PAPER

LARGEST_WISH_BYTES = 64 << 10
MOST_SCREENS = 2_000
MOST_WORDS = 1_000
"""Characters of one field: more than any that is right, so that whoever wrote too much sees it again."""
MOST_TEXTS = 20


class BadActivity(Told):
    """An activity that cannot be made, decided or answered as asked; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A kind, for a group, at some screens. What a kind has no use for stays as it is here.

    `opens_ms` 0 is at once. `weekdays` (0 is Monday) and minutes of the day say when it may be offered: without
    weekdays on all of them, without minutes all day.
    """

    kind: Kind = "poll"
    group_id: str = ""
    screens: tuple[str, ...] = ()
    question: str = ""
    options: tuple[str, ...] = ()
    language: str = "en"
    also_language: str = ""
    also_question: str = ""
    also_options: tuple[str, ...] = ()
    theme: str = PAPER
    opens_ms: int = 0
    days: int = 7
    weekdays: tuple[int, ...] = ()
    from_minute: int | None = None
    until_minute: int | None = None
    backdrop: str = ""
    """The item whose picture stands behind the words; "" for none."""

    def as_text(self) -> str:
        """As it is kept with a draft."""
        return json.dumps(asdict(self), ensure_ascii=False)


def read_wish(kind: Kind, group_id: str, text: str) -> Wish:
    """A wish that was kept; raises BadDocument."""
    fields = Reader.of_bytes(text.encode(), limit_bytes=LARGEST_WISH_BYTES).fields(*_NAMES, others=True)
    return Wish(
        kind, group_id,
        tuple(one.text(most=32) for one in fields["screens"].items(most=MOST_SCREENS)),
        fields["question"].text(most=MOST_WORDS), _texts(fields["options"]), fields["language"].text(most=35),
        fields["also_language"].text(most=35), fields["also_question"].text(most=MOST_WORDS),
        _texts(fields["also_options"]), fields["theme"].text(most=16), fields["opens_ms"].integer(least=0),
        fields["days"].integer(), tuple(one.integer(least=0, most=6) for one in fields["weekdays"].items(most=7)),
        _minute(fields["from_minute"]), _minute(fields["until_minute"]),
        fields["backdrop"].text(most=32) if "backdrop" in fields else "",
    )  # fmt: skip


_NAMES = (
    "screens", "question", "options", "language", "also_language", "also_question", "also_options", "theme", "opens_ms",
    "days", "weekdays", "from_minute", "until_minute",
)  # fmt: skip


def _texts(reader: Reader) -> tuple[str, ...]:
    return tuple(one.text(most=MOST_WORDS) for one in reader.items(most=MOST_TEXTS))


def _minute(reader: Reader) -> int | None:
    return None if reader.value is None else reader.integer(least=0, most=24 * 60)
