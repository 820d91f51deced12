"""An answer that is not a success, as a value that pages and the API raise; `curator.web.problems` answers with it."""

from collections.abc import Mapping
from dataclasses import dataclass

from curator.words import _


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field: `field` as in `items.2.title`, or `header Idempotency-Key`."""

    field: str
    detail: str


class Problem(Exception):
    """An answer that is not a success: HTTP status, a stable code for programs, a sentence for people."""

    def __init__(
        self, status: int, code: str, sentence: str, *, errors: tuple[Fault, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        """`sentence` says what is wrong and what to do, already in the reader's language."""
        super().__init__(sentence)
        self.status = status
        self.code = code
        self.sentence = sentence
        self.errors = errors
        self.headers = dict(headers or {})


class SignInNeeded(Exception):
    """Nobody is signed in, and somebody must be."""


def not_found() -> Problem:
    """There is no such thing, or it is not this reader's to see: both look the same from outside."""
    return Problem(404, "not_found", _("There is nothing here, or it is not yours to see."))
