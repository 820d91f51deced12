"""What a browser has begun and not ended: for minutes, in memory, once, by a secret in that browser's cookie."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Generic, TypeVar

from aiohttp import web

from content.signing import random_token
from curator.accounts import token_hash
from curator.service import service_of
from curator.web.doorman import address_of, is_secure

LIFE_MS = 5 * 60_000
MOST = 10_000
MOST_FROM = 200
"""So many from one network address; more push out its own, not those of others."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Entry(Generic[T]):
    value: T
    place: str
    until_ms: int


class Pending(Generic[T]):
    """What was begun, by the hash of its secret. Whatever is taken is gone."""

    def __init__(self, cookie: str) -> None:
        """Nothing yet. `cookie` is what the cookie is called after the service's name."""
        self._cookie = cookie
        self._at: OrderedDict[str, _Entry[T]] = OrderedDict()
        self._from: dict[str, OrderedDict[str, None]] = {}

    def begin(self, request: web.Request, answer: web.StreamResponse, value: T) -> None:
        """Keeps `value` for this browser, with its secret as a cookie on the answer."""
        token, now_ms, place = random_token(), service_of(request).now(), address_of(request)
        self._keep(token_hash(token), _Entry(value, place, now_ms + LIFE_MS))
        answer.set_cookie(
            self._name(request), token, max_age=LIFE_MS // 1000, httponly=True, samesite="Lax",
            secure=is_secure(request), path="/",
        )  # fmt: skip

    def look(self, request: web.Request) -> T | None:
        """What this browser has begun; None when that is nothing, over, or too long ago."""
        entry = self._at.get(self._key(request))
        return entry.value if entry is not None and entry.until_ms > service_of(request).now() else None

    def take(self, request: web.Request) -> T | None:
        """The same, and it is over now."""
        value = self.look(request)
        self._drop(self._key(request))
        return value

    def _name(self, request: web.Request) -> str:
        return f"__Host-commonscreen-{self._cookie}" if is_secure(request) else f"commonscreen-{self._cookie}"

    def _key(self, request: web.Request) -> str:
        return token_hash(request.cookies.get(self._name(request), ""))

    def _keep(self, key: str, entry: _Entry[T]) -> None:
        self._at[key] = entry
        of_place = self._from.setdefault(entry.place, OrderedDict())
        of_place[key] = None
        if len(of_place) > MOST_FROM:
            self._drop(next(iter(of_place)))
        if len(self._at) > MOST:
            self._drop(next(iter(self._at)))

    def _drop(self, key: str) -> None:
        entry = self._at.pop(key, None)
        if entry is None:
            return
        of_place = self._from[entry.place]
        del of_place[key]
        if not of_place:
            del self._from[entry.place]
