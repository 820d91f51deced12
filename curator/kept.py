"""What was worked out from the database and holds for a while: kept in memory for whoever asks next."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

from curator.store import Connection

T = TypeVar("T")


class Kept(Generic[T]):
    """Values by their database and a key, the newest asked for; each may be asked for from any thread."""

    def __init__(self, most: int) -> None:
        """Empty; holds `most` at most."""
        self._most = most
        self._lock = threading.Lock()
        self._values: OrderedDict[tuple[str, Hashable], T] = OrderedDict()

    def get(self, connection: Connection, key: Hashable) -> T | None:
        """What is kept; None when there is nothing."""
        with self._lock:
            return self._values.get((_database(connection), key))

    def put(self, connection: Connection, key: Hashable, value: T) -> T:
        """Keeps it, and gives it back."""
        place = (_database(connection), key)
        with self._lock:
            self._values[place] = value
            self._values.move_to_end(place)
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return value


def _database(connection: Connection) -> str:
    return str(connection.engine.url)
