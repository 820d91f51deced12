"""What the agent tells the player about people taking part. Part of `messages`: see there."""

from dataclasses import dataclass
from typing import Literal

from content.reading import Reader
from kiosks.messages import LONGEST_SHOWN, MOST_SHOWN
from kiosks.themes import PAPER, THEMES

LONGEST_QUESTION_JSON = 8_000
"""Characters of what a session asks."""
MOST_FIGURES = 160
LEASE_MS = 1_000
"""A session that the agent has not spoken of for so long is over: the programme is there."""


@dataclass(frozen=True, slots=True)
class SessionOn:
    """People take part: draw this activity over the programme while the lease is renewed, until `until_ms` at most.

    `question` is a poll's question as JSON, "" for an activity without words, `theme` the colours it stands in.
    `start_ms` is when the session began. `backdrop` is a verified file in the cache, the picture behind the words, ""
    for none. Said again of the session that is on, it changes what is drawn from here on.
    """

    session: str
    activity: str
    kind: str
    question: str
    seed: int
    start_ms: int
    until_ms: int
    manifest_version: int
    theme: str = PAPER
    backdrop: str = ""
    type: Literal["session_on"] = "session_on"


@dataclass(frozen=True, slots=True)
class SessionNow:
    """How the activity stands; renews the lease. `number` rises with every change; what `figures` are is the kind's.

    `tapped_ms` is when the service heard a tap that is first to be seen in this (UTC ms of this screen), 0 for none.
    """

    session: str
    number: int
    phase: str
    left_ms: int
    here: int
    figures: tuple[int, ...]
    tapped_ms: int = 0
    type: Literal["session_now"] = "session_now"


@dataclass(frozen=True, slots=True)
class SessionWords:
    """What a wall shows from now on, in the order in which `figures` count it. A higher `edition` replaces a lower."""

    session: str
    edition: int
    words: tuple[str, ...]
    type: Literal["session_words"] = "session_words"


@dataclass(frozen=True, slots=True)
class SessionOff:
    """Back to the programme."""

    session: str
    type: Literal["session_off"] = "session_off"


AboutSession = SessionOn | SessionNow | SessionWords | SessionOff


def read_about_session(fields: dict[str, Reader]) -> AboutSession:
    """One of these four, by its `type`; raises BadDocument."""
    match fields["type"].one_of("session_on", "session_now", "session_words", "session_off"):
        case "session_on":
            return SessionOn(
                session=fields["session"].identifier(),
                activity=fields["activity"].identifier(),
                kind=fields["kind"].text(most=20),
                question=fields["question"].text(most=LONGEST_QUESTION_JSON),
                seed=fields["seed"].integer(least=0),
                start_ms=fields["start_ms"].integer(),
                until_ms=fields["until_ms"].integer(),
                manifest_version=fields["manifest_version"].integer(least=0),
                theme=fields["theme"].one_of(*THEMES) if "theme" in fields else PAPER,
                backdrop=fields["backdrop"].text(most=4096) if "backdrop" in fields else "",
            )
        case "session_now":
            return SessionNow(
                session=fields["session"].identifier(),
                number=fields["number"].integer(least=0),
                phase=fields["phase"].text(most=20),
                left_ms=fields["left_ms"].integer(least=0),
                here=fields["here"].integer(least=0),
                figures=tuple(place.integer() for place in fields["figures"].items(most=MOST_FIGURES)),
                tapped_ms=fields["tapped_ms"].integer(),
            )
        case "session_words":
            return SessionWords(
                fields["session"].identifier(),
                fields["edition"].integer(least=0),
                tuple(row.text(most=LONGEST_SHOWN) for row in fields["words"].items(most=MOST_SHOWN)),
            )
        case _:
            return SessionOff(fields["session"].identifier())
