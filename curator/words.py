"""Words for people, in their language. Errors carry the English sentence and its values, and are told last.

    raise BadGroup(N_("There is already a group called “%(name)s”."), name=name)

`N_` only marks a sentence for the catalogue; `_` tells it in the language of the request under way.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from content.language import translations
from kiosks.phone import words as phone_words

LANGUAGE: ContextVar[str] = ContextVar("language", default="en")
"""The language of whoever asked; set once per request."""


def N_(sentence: str) -> str:  # noqa: N802 - gettext's own name for a marker
    """Marks a sentence for translation and gives it back unchanged."""
    return sentence


def _(sentence: str, **values: object) -> str:
    """The sentence in the reader's language, with its `%(name)s` filled in."""
    told = translations("curator", LANGUAGE.get()).gettext(sentence)
    if told is sentence:
        # What phones are told, a screen without the service says too: those words are the kiosks'.
        told = phone_words.told(sentence, LANGUAGE.get())
    return told % values if values else told


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """The sentence for a count, in the reader's language; `%(num)s` is the count."""
    return told_count(one, many, count) % {"num": count, **values}


def told_count(one: str, many: str, count: int) -> str:
    """The sentence for a count, its values not yet filled in (templates fill them in themselves)."""
    return translations("curator", LANGUAGE.get()).ngettext(one, many, count)


@contextmanager
def in_language(code: str) -> Iterator[None]:
    """What is told in the block is told in this language."""
    before = LANGUAGE.set(code)
    try:
        yield
    finally:
        LANGUAGE.reset(before)


class Told(Exception):
    """Something a person must be told: the English sentence with its values; `told()` gives it in their language."""

    def __init__(self, sentence: str, **values: object) -> None:
        """`sentence` is marked with `N_` and names its values as `%(name)s`."""
        super().__init__(sentence % values if values else sentence)
        self.sentence = sentence
        self.values = values

    def told(self) -> str:
        """The sentence in the language of the request under way."""
        return _(self.sentence, **self.values)
