"""The system calls the reader of uploads may make, and the kernel's filter program (seccomp, classic BPF) for them.

A list of what is allowed: whatever a later kernel brings stays forbidden. What is not in it does not exist for the
child (ENOSYS), so that the C library takes its older way; a listed call with other arguments is refused (EPERM).
Numbers: Linux include/uapi/asm-generic/unistd.h and arch/x86/entry/syscalls/syscall_64.tbl.
"""

import errno
import os
import platform
import struct
from dataclasses import dataclass

_ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
"""The kernel's name for the processor (AUDIT_ARCH_*), and its column below."""

CALLS: dict[str, tuple[int | None, int | None]] = {
    # reading and writing what is open
    "read": (0, 63), "write": (1, 64), "readv": (19, 65), "writev": (20, 66), "pread64": (17, 67),
    "pwrite64": (18, 68), "preadv": (295, 69), "pwritev": (296, 70), "lseek": (8, 62), "close": (3, 57),
    "sendfile": (40, 71), "copy_file_range": (326, 285), "dup": (32, 23), "dup2": (33, None), "dup3": (292, 24),
    "pipe": (22, None), "pipe2": (293, 59), "eventfd2": (290, 19),
    # files, as far as Landlock lets them be opened; nothing that changes a mode, an owner, a time or an attribute
    "open": (2, None), "openat": (257, 56), "stat": (4, None), "lstat": (6, None), "fstat": (5, 80),
    "newfstatat": (262, 79), "statx": (332, 291), "access": (21, None), "faccessat": (269, 48),
    "faccessat2": (439, 439), "readlink": (89, None), "readlinkat": (267, 78), "getdents64": (217, 61),
    "getcwd": (79, 17), "fstatfs": (138, 44), "ftruncate": (77, 46), "fallocate": (285, 47), "fsync": (74, 82),
    "fdatasync": (75, 83), "fadvise64": (221, 223), "unlink": (87, None), "unlinkat": (263, 35), "rename": (82, None),
    "renameat": (264, 38), "renameat2": (316, 276), "umask": (95, 166),
    # memory
    "mmap": (9, 222), "munmap": (11, 215), "mprotect": (10, 226), "mremap": (25, 216), "madvise": (28, 233),
    "msync": (26, 227), "mincore": (27, 232), "brk": (12, 214),
    # threads of our own and how they end
    "futex": (202, 98), "membarrier": (324, 283), "set_robust_list": (273, 99), "get_robust_list": (274, 100),
    "rseq": (334, 293), "set_tid_address": (218, 96), "arch_prctl": (158, None), "restart_syscall": (219, 128),
    "exit": (60, 93), "exit_group": (231, 94), "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139), "sigaltstack": (131, 132),
    # asking about the processor and the clock
    "sched_yield": (24, 124), "sched_getaffinity": (204, 123), "sched_getparam": (143, 121),
    "sched_getscheduler": (145, 120), "sched_get_priority_max": (146, 125), "sched_get_priority_min": (147, 126),
    "getcpu": (309, 168), "get_mempolicy": (239, 236), "clock_gettime": (228, 113), "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115), "nanosleep": (35, 101), "gettimeofday": (96, 169), "time": (201, None),
    "times": (100, 153), "getrusage": (98, 165), "getrlimit": (97, 163), "sysinfo": (99, 179), "uname": (63, 160),
    "getrandom": (318, 278),
    # asking who we are
    "getpid": (39, 172), "gettid": (186, 178), "getppid": (110, 173), "getuid": (102, 174), "geteuid": (107, 175),
    "getgid": (104, 176), "getegid": (108, 177),
    # waiting
    "poll": (7, None), "ppoll": (271, 73), "select": (23, None), "pselect6": (270, 72), "epoll_create1": (291, 20),
    "epoll_ctl": (233, 21), "epoll_wait": (232, None), "epoll_pwait": (281, 22),
}  # fmt: skip
"""Name: its number on x86-64 and on aarch64; None where there is no such call."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A call is allowed when `argument` (counted from 0), masked, is one of `values`. The kernel uses 32 bits of it."""

    numbers: tuple[int, int]
    argument: int
    values: tuple[int, ...]
    mask: int = 0xFFFFFFFF


_THREAD = 0x00010000
_OF_A_THREAD = 0x007D0F00
"""All that the C libraries ask of clone for a new thread: shared memory, files, signals; no namespaces, no process."""
_FILE_COMMANDS = (0, 1, 2, 3, 4, 1030)
"""F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC: no owners to signal, no leases, no locks."""
_DEVICE_COMMANDS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
"""TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX."""
_PROCESS_OPTIONS = (15, 16, 0x53564D41)
"""PR_SET_NAME, PR_GET_NAME, PR_SET_VMA: names for threads and memory."""

_ALLOW = 0x7FFF0000
_FAIL = 0x00050000
_KILL = 0x80000000


def conditions(process: int) -> dict[str, Condition]:
    """The calls that depend on an argument, for the process of that id."""
    return {
        "clone": Condition((56, 220), 0, (_THREAD,), 0xFFFFFFFF & ~(_OF_A_THREAD & ~_THREAD)),
        "prlimit64": Condition((302, 261), 0, (0,)),
        "tgkill": Condition((234, 131), 0, (process,)),
        "prctl": Condition((157, 167), 0, _PROCESS_OPTIONS),
        "ioctl": Condition((16, 29), 1, _DEVICE_COMMANDS),
        "fcntl": Condition((72, 25), 1, _FILE_COMMANDS),
    }


def knows_this_processor() -> bool:
    """Whether we have the numbers of its calls."""
    return platform.machine() in _ARCHITECTURES


def filter_program() -> bytes:
    """The filter for this process, as the kernel takes it (struct sock_filter, 8 bytes a step).

    Raises KeyError for a processor we do not know.
    """
    architecture, column = _ARCHITECTURES[platform.machine()]
    numbers = [row[column] for row in CALLS.values()]
    known = [number for number in numbers if number is not None]
    steps = [_load(4), _if_equal(architecture, 1, 0), _answer(_KILL), _load(0)]
    steps += [_if_equal(number, len(known) - place, 0) for place, number in enumerate(known)]
    steps += [_step(0x05, 0, 0, 1), _answer(_ALLOW)]  # past the answer
    for condition in conditions(os.getpid()).values():
        block = _checking(condition)
        steps += [_if_equal(condition.numbers[column], 0, len(block)), *block]
    return b"".join([*steps, _answer(_FAIL | errno.ENOSYS)])


def _checking(condition: Condition) -> list[bytes]:
    values = condition.values
    low_half = 16 + 8 * condition.argument
    tests = [_if_equal(value, len(values) - place, 0) for place, value in enumerate(values)]
    return [_load(low_half), _step(0x54, 0, 0, condition.mask), *tests, _answer(_FAIL | errno.EPERM), _answer(_ALLOW)]


def _load(offset: int) -> bytes:
    """Takes 32 bits of struct seccomp_data: the number at 0, the processor at 4, arguments from 16 on."""
    return _step(0x20, 0, 0, offset)


def _if_equal(value: int, then_skip: int, else_skip: int) -> bytes:
    return _step(0x15, then_skip, else_skip, value)


def _answer(value: int) -> bytes:
    return _step(0x06, 0, 0, value)


def _step(code: int, then_skip: int, else_skip: int, value: int) -> bytes:
    return struct.pack("=HBBI", code, then_skip, else_skip, value)
