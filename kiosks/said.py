"""What a phone says: a stranger's words, read here and nowhere else. Part of `messages`: see there."""

from dataclasses import dataclass

from content.reading import BadDocument, Reader
from kiosks.words.normal import tidy

LARGEST_PHONE_BYTES = 1 << 10
MOST_OPTIONS = 5
LONGEST_ANSWER = 120
"""Characters somebody may write."""
FULL = 100
"""Steering goes from -FULL (left, up) to FULL (right, down)."""
ACT, START, BACK = 0, 1, 2
"""The buttons of a pad: do what there is to do, join, and leave."""
MOST_BUTTONS = 3
MOST_SEQ = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Vote:
    """The visitor chooses an option (from 0) of an activity; a later choice replaces it."""

    seq: int
    option: int
    activity: str = ""


@dataclass(frozen=True, slots=True)
class Steer:
    """The visitor steers, from -FULL to FULL, and goes on so until they say otherwise."""

    seq: int
    x: int
    y: int = 0


@dataclass(frozen=True, slots=True)
class Press:
    """The visitor presses a button: ACT, START or BACK."""

    seq: int
    button: int


@dataclass(frozen=True, slots=True)
class Write:
    """The visitor hands in an answer in words; a person reads it before anybody else."""

    seq: int
    words: str


@dataclass(frozen=True, slots=True)
class Report:
    """The visitor thinks that an answer should not be on the screen."""

    seq: int
    answer: str


@dataclass(frozen=True, slots=True)
class Begin:
    """The visitor wants this activity on the screen."""

    seq: int
    activity: str


@dataclass(frozen=True, slots=True)
class Here:
    """The page is still there, and, `is_touched`, somebody touched it since it said so last."""

    seq: int
    is_touched: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something a later phone page says; it is let pass."""

    seq: int


Said = Vote | Steer | Press | Write | Report | Begin | Here | Unknown


def read_phone(body: bytes) -> Said:
    """What a phone said; raises BadDocument."""
    reader = Reader.of_bytes(body, limit_bytes=LARGEST_PHONE_BYTES)
    match reader.value:
        # Hundreds steer at once, ten times a second each; whatever is not as it should be is read with care below.
        case {"do": "steer", "q": int(seq), "x": int(x), **more} if (
            type(seq) is type(x) is int and 0 <= seq <= MOST_SEQ and -FULL <= x <= FULL and "y" not in more
        ):
            return Steer(seq, x)
    fields = reader.fields("do", others=True)
    seq = fields["q"].integer(least=0, most=MOST_SEQ) if "q" in fields else 0
    do = fields["do"].text(least=1, most=20)
    if do == "steer":
        y = fields["y"].integer(least=-FULL, most=FULL) if "y" in fields else 0
        return Steer(seq, member(fields, "x").integer(least=-FULL, most=FULL), y)
    if do == "press":
        return Press(seq, member(fields, "button").integer(least=0, most=MOST_BUTTONS - 1))
    if do == "vote":
        activity = fields["activity"].identifier() if "activity" in fields else ""
        return Vote(seq, member(fields, "option").integer(least=0, most=MOST_OPTIONS - 1), activity)
    if do == "here":
        return Here(seq, is_touched="touched" in fields and fields["touched"].flag())
    if do == "begin":
        return Begin(seq, member(fields, "activity").identifier())
    if do == "write":
        return Write(seq, read_words(member(fields, "words")))
    if do == "report":
        return Report(seq, member(fields, "answer").identifier())
    return Unknown(seq)


def read_words(reader: Reader) -> str:
    """An answer on one line, of 1 to LONGEST_ANSWER characters that can be seen; raises BadDocument."""
    words = tidy(reader.text(most=1_000))
    if not 1 <= len(words) <= LONGEST_ANSWER:
        reader.refuse(f"an answer has 1 to {LONGEST_ANSWER} characters")
    return words


def member(fields: dict[str, Reader], name: str) -> Reader:
    """A member that must be there; raises BadDocument."""
    if name not in fields:
        raise BadDocument("$", f"'{name}' is missing")
    return fields[name]
