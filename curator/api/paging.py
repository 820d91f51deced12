"""Pages of a list: a page says where the next one begins, by the last entry rather than by a count."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import TypeVar

from curator.api.reading import PageAsked, bad_fields
from curator.problem import Fault, Problem
from curator.words import _

Place = tuple[int | str, ...]
T = TypeVar("T")


def cursor(place: Place) -> str:
    """The place of the last entry of a page, for `after`."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def place_after(asked: PageAsked, *kinds: type[int | str]) -> Place | None:
    """Where the page before ended; None for the first page. Raises Problem for a cursor that is not one of ours."""
    if not asked.after:
        return None
    try:
        padded = asked.after + "=" * (-len(asked.after) % 4)
        found = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        json.dumps(found, ensure_ascii=False).encode()  # half a character is no text that could be looked for
    except (binascii.Error, ValueError, RecursionError):
        raise _refused() from None
    if not isinstance(found, list) or [type(part) for part in found] != list(kinds):
        raise _refused()
    if any(isinstance(part, int) and abs(part) >= 1 << 53 for part in found):
        raise _refused()
    return tuple(found)


def page_of(entries: Sequence[T], asked: PageAsked, place: Callable[[T], Place]) -> tuple[list[T], str | None]:
    """The page asked for out of a whole list in rising order of `place`, and the cursor of the next one."""
    rising = sorted(entries, key=place)
    kinds = [type(part) for part in place(rising[0])] if rising else []
    start = place_after(asked, *kinds) if rising else None
    rest = [entry for entry in rising if start is None or place(entry) > start]
    return cut(rest[: asked.limit + 1], asked, place)


def cut(found: Sequence[T], asked: PageAsked, place: Callable[[T], Place]) -> tuple[list[T], str | None]:
    """Of the entries found, one more than asked for where there are more: those of the page, and the cursor."""
    page = list(found[: asked.limit])
    return page, cursor(place(page[-1])) if len(found) > asked.limit else None


def _refused() -> Problem:
    return bad_fields([Fault("after", _("This is not the “next” of a page of this list."))])
