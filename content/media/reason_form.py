"""The form of a reason's words, and advice that several share. For people who do not know what a codec is."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["block", "warn", "tell"]
"""What a reason does: refuses the upload; warns its makers; is only told to whoever looks."""
LEVELS: tuple[Level, ...] = ("block", "warn", "tell")


def N_(words: str) -> str:  # noqa: N802 - the usual mark for words that are translated where they are told
    """Marks words for the catalogue; gives them back unchanged."""
    return words


@dataclass(frozen=True, slots=True)
class Words:
    """What a reason does if nobody says otherwise, what we found, and what its makers can do."""

    level: Level
    sentence: str
    what_to_do: str


def refusal(sentence: str, what_to_do: str) -> Words:
    """Words of a refusal."""
    return Words("block", sentence, what_to_do)


def warning(sentence: str, what_to_do: str) -> Words:
    """Words of a warning."""
    return Words("warn", sentence, what_to_do)


def notice(sentence: str, what_to_do: str) -> Words:
    """Words of what is only told."""
    return Words("tell", sentence, what_to_do)


AGAIN = N_("Open it on your own computer to see whether it plays there, and save or export it again.")
SMALLER = N_("Export it at a smaller size, 1920 by 1080 is plenty, and upload that.")
MP4 = N_("Export it as an MP4 video or as a JPEG or PNG picture, and upload that.")
TELL = N_("Try once more. If it happens again, export the file with another program and upload that.")
CAPTIONS = N_("Add the captions as an SRT, WebVTT or ASS file, as subtitle programs save them.")
GONE = N_("Nothing to do: it is not kept in what the screens show.")
NOTHING = N_("Nothing to do: we have taken care of it. Look at the preview.")
