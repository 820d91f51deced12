"""Locks this process in for good, with what Linux offers any process: limits, no new privileges, Landlock, seccomp.

Called by the child at its start, while it has one thread and has touched nothing of the upload. Never loosens anything.
"""

import ctypes
import os
import platform
import resource
import signal
import struct
from collections.abc import Iterable
from pathlib import Path

from content.media.limits import Limits
from content.media.system_calls import filter_program, knows_this_processor

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2

_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_LANDLOCK_ASK_VERSION = 1
_LANDLOCK_BENEATH = 1
_READ_FILE, _READ_FOLDER, _EXECUTE = 1 << 2, 1 << 3, 1 << 0
_READ = _READ_FILE | _READ_FOLDER | _EXECUTE
_WRITE = _READ_FILE | _READ_FOLDER | 1 << 1 | 1 << 5 | 1 << 8
"""Read, write and remove files and make regular ones; no folders, links, sockets or devices."""


class CannotConfine(RuntimeError):
    """The kernel lacks, or denies us, a layer that is needed."""


def set_limits(limits: Limits, *, memory_bytes: int, cpu_s: int, count_processes: bool) -> None:
    """Hard limits on memory, processor time, file size, descriptors; `count_processes` in a user space of our own."""
    set_resources(
        memory_bytes=memory_bytes, cpu_s=cpu_s, file_bytes=limits.output_bytes, descriptors=limits.descriptors
    )
    if count_processes:
        _limit(resource.RLIMIT_NPROC, limits.processes)


def set_resources(*, memory_bytes: int, cpu_s: int, file_bytes: int, descriptors: int) -> None:
    """Hard limits on memory, processor time, the size of a written file, and descriptors; no core file."""
    _limit(resource.RLIMIT_AS, memory_bytes)
    # At the first limit the kernel says why it ends us (SIGXCPU); the second cannot be caught.
    _limit(resource.RLIMIT_CPU, cpu_s, cpu_s + 1)
    _limit(resource.RLIMIT_FSIZE, file_bytes)
    _limit(resource.RLIMIT_NOFILE, descriptors)
    _limit(resource.RLIMIT_CORE, 0)


def renounce_privileges() -> None:
    """No new privileges by any program, no debugging by others, death with the parent, last for the processor."""
    libc = _libc()
    for option, value in ((_PR_SET_NO_NEW_PRIVS, 1), (_PR_SET_DUMPABLE, 0), (_PR_SET_PDEATHSIG, int(signal.SIGKILL))):
        if libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0) != 0:
            raise CannotConfine(f"prctl({option}): {os.strerror(ctypes.get_errno())}")
    os.nice(10)


def landlock_version() -> int:
    """The Landlock version of this kernel; 0 if it has none."""
    version: int = _libc().syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint(_LANDLOCK_ASK_VERSION))
    return max(0, version)


def has_seccomp() -> bool:
    """Whether the kernel filters system calls and we know the numbers of this processor's."""
    return knows_this_processor() and _libc().prctl(_PR_SET_SECCOMP, 99, 0, 0, 0) == -1


def restrict_files(readable: Iterable[Path], writable: Path | None) -> None:
    """Files outside `readable` and `writable` can no longer be opened. Raises CannotConfine."""
    version = landlock_version()
    if version < 1:
        raise CannotConfine("this kernel has no Landlock")
    handled = (1 << (13 if version < 2 else 14 if version < 3 else 15 if version < 5 else 16)) - 1
    network = 3 if version >= 4 else 0
    scoped = 3 if version >= 6 else 0
    attributes = struct.pack("=QQQ", handled, network, scoped)[: 8 if version < 4 else 16 if version < 6 else 24]
    libc = _libc()
    ruleset = libc.syscall(_LANDLOCK_CREATE, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint(0))
    if ruleset < 0:
        raise CannotConfine(f"Landlock: {os.strerror(ctypes.get_errno())}")
    try:
        for path in readable:
            _allow(libc, ruleset, path, _READ)
        if writable is not None:
            _allow(libc, ruleset, writable, (_WRITE | 1 << 14) & handled)
        if libc.syscall(_LANDLOCK_RESTRICT, ruleset, ctypes.c_uint(0)) != 0:
            raise CannotConfine(f"Landlock: {os.strerror(ctypes.get_errno())}")
    finally:
        os.close(ruleset)


def refuse_calls() -> None:
    """Only the calls of content.media.system_calls, from here on, for all threads to come. Raises CannotConfine."""
    if not knows_this_processor():
        raise CannotConfine(f"we do not know the system calls of {platform.machine()}")
    program = filter_program()
    body = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(body))
    if _libc().prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, header, 0, 0) != 0:
        raise CannotConfine(f"seccomp: {os.strerror(ctypes.get_errno())}")


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, access: int) -> None:
    if not path.is_dir():
        access &= _READ_FILE | _EXECUTE
    handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = struct.pack("=Qi", access, handle)
        if libc.syscall(_LANDLOCK_ADD, ruleset, ctypes.c_int(_LANDLOCK_BENEATH), rule, ctypes.c_uint(0)) != 0:
            raise CannotConfine(f"Landlock for {path}: {os.strerror(ctypes.get_errno())}")
    finally:
        os.close(handle)


def _limit(what: int, soft: int, hard: int | None = None) -> None:
    given = resource.getrlimit(what)[1]
    wanted = soft if hard is None else hard
    highest = wanted if given == resource.RLIM_INFINITY else min(wanted, given)
    resource.setrlimit(what, (min(soft, highest), highest))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
