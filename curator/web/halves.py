"""Who has given the right password and not yet the code: for five minutes, in memory, by a secret of their page."""

from collections import OrderedDict
from dataclasses import dataclass

from aiohttp import web

from content.signing import random_token
from curator.accounts import token_hash

LIFE_MS = 5 * 60_000
MOST = 1_000


@dataclass(frozen=True, slots=True)
class Half:
    """Half a sign-in. `password_hash` is the one it was begun with: another since then ends it.

    `way` is how the first half was done.
    """

    account_id: str
    email: str
    password_hash: str
    onward: str
    until_ms: int
    way: str = "password"


class Halves:
    """The half sign-ins of now; the oldest goes when there are too many."""

    def __init__(self) -> None:
        """None yet."""
        self._at: OrderedDict[str, Half] = OrderedDict()

    def open(self, half: Half) -> str:
        """Keeps it and gives its secret."""
        token = random_token()
        self._at[token_hash(token)] = half
        while len(self._at) > MOST:
            self._at.popitem(last=False)
        return token

    def find(self, token: str, now_ms: int) -> Half | None:
        """The half sign-in with this secret, if its time is not over."""
        half = self._at.get(token_hash(token))
        return half if half is not None and half.until_ms > now_ms else None

    def close(self, token: str) -> None:
        """It is whole now, or given up."""
        self._at.pop(token_hash(token), None)


HALVES: web.AppKey[Halves] = web.AppKey("halves", Halves)
