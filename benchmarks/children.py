"""What the processes cost that a process started, also those their own parents leave behind, as bubblewrap does."""

import contextlib
import ctypes
import os
import resource
from collections.abc import Iterator

_PR_SET_CHILD_SUBREAPER = 36


@contextlib.contextmanager
def all_counted() -> Iterator[None]:
    """After the block every process that was started within it has ended, and `getrusage` of the children counts it."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    yield
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)


def most_mb(*, of_children: bool) -> float:
    """The most memory that this process, or one of those counted, had resident, in MB of 1,000,000 bytes."""
    who = resource.RUSAGE_CHILDREN if of_children else resource.RUSAGE_SELF
    return resource.getrusage(who).ru_maxrss * 1_024 / 1e6
