"""Long lists on pages: some entries at a time, and the addresses of the pages before and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from aiohttp import web

T = TypeVar("T")

SIZE = 50
LAST_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list of `total` entries; `first` is the number of its first one, from 1.

    `before` and `after` are the addresses of its neighbours, "" where there is none.
    """

    entries: Sequence[T]
    first: int
    total: int
    before: str
    after: str

    @property
    def last(self) -> int:
        """The number of its last entry."""
        return self.first + len(self.entries) - 1


def page_of(request: web.Request, entries: Sequence[T], *, size: int = SIZE, at: int = 0) -> Page[T]:
    """The page of `entries` that `?page=` asks for; otherwise that with the entry `at`."""
    number = page_number(request, at // size + 1)
    start = (number - 1) * size
    if start >= len(entries):
        number, start = 1, 0
    return made_page(request, entries[start : start + size], number, len(entries), size=size)


def made_page(request: web.Request, entries: Sequence[T], number: int, total: int, *, size: int = SIZE) -> Page[T]:
    """A page somebody read by themselves: its entries, its number from 1, and how many entries there are in all."""
    start = (number - 1) * size
    before = _address(request, number - 1) if number > 1 else ""
    after = _address(request, number + 1) if start + len(entries) < total else ""
    return Page(entries, start + 1, total, before, after)


def page_number(request: web.Request, usual: int = 1) -> int:
    """The page that is asked for, from 1; `usual` when none is."""
    words = request.query.get("page", "")
    number = int(words) if words.isascii() and words.isdecimal() and len(words) < 6 else usual
    return min(max(1, number), LAST_PAGE)


def _address(request: web.Request, number: int) -> str:
    return str(request.rel_url.update_query({"page": str(number)}))
