"""A database of the node that is damaged is put beside itself, and a new one begun: a screen goes on."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def opened(path: Path, open_it: Callable[[Path], T]) -> tuple[T, bool]:
    """What `open_it` makes of `path`, and whether a damaged one was put beside it. Raises sqlite3.Error, OSError."""
    try:
        return open_it(path), False
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        for suffix in ("", "-wal", "-shm"):
            part = path.with_name(path.name + suffix)
            if part.exists():
                part.replace(part.with_name(part.name + ".damaged"))
        return open_it(path), True
