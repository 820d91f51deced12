"""Reads what an X server really shows: numbers in blocks, out of the server's own memory, half a millisecond apart."""

import itertools
import mmap
import os
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BITS = 12
BLOCK_PX = 32
LEFT_PX, TOP_PX = 256, 508
"""Where the row of blocks lies: white, black and white, then the clip's tag, then the bits of the number."""

SIGNS = 3

ENOUGH_NS = 400_000
NOTHING = -1
_ROW = struct.Struct("<qii")
_TICKS = os.sysconf("SC_CLK_TCK")

Row = tuple[int, int, int]
"""When it appeared (monotonic ns), the clip's tag, and the frame's number; both NOTHING when no clip is to be seen."""


def blocks_filter(tag: int) -> str:
    """An ffmpeg filter that draws the number of each frame, in a clip with this `tag` (0 or 1)."""

    def block(place: int, colour: str, when: str = "1") -> str:
        left = LEFT_PX + place * BLOCK_PX
        where = f"x={left}:y={TOP_PX}:w={BLOCK_PX}:h={2 * BLOCK_PX}"
        return f"drawbox={where}:c={colour}:t=fill:enable='{when}'"

    ground = f"drawbox=x={LEFT_PX}:y={TOP_PX}:w={(BITS + SIGNS + 1) * BLOCK_PX}:h={2 * BLOCK_PX}:c=black:t=fill"
    bits = [block(bit + SIGNS + 1, "white", f"gte(mod(n,{2 << bit}),{1 << bit})") for bit in range(BITS)]
    return ",".join([ground, block(0, "white"), block(2, "white"), *([block(SIGNS, "white")] if tag else []), *bits])


class NeverSeen(Exception):
    """What was waited for never came; says what."""


class Sight:
    """What has been seen so far; written by a process of its own, so that it never stands in a player's way."""

    def __init__(self, path: Path) -> None:
        """Reads the rows that the watcher writes to `path`."""
        self._path = path

    def rows(self) -> list[Row]:
        """All changes so far, oldest first."""
        body = self._path.read_bytes()
        return [(at, tag, number) for at, tag, number in _ROW.iter_unpack(body[: len(body) // _ROW.size * _ROW.size])]

    def numbers(self) -> list[Row]:
        """The frames of clips among them."""
        return [row for row in self.rows() if row[1] != NOTHING]

    def wait_for(self, tag: int, number: int, within_s: float) -> None:
        """Waits until this frame, or a later one, was seen."""
        until = time.monotonic() + within_s
        while not any(row[1] == tag and row[2] >= number for row in self.rows()[-500:]):
            if time.monotonic() > until:
                raise NeverSeen(f"frame {number} of clip {tag} never came; last {self.rows()[-3:]}")
            time.sleep(0.1)

    def black_ns(self, from_ns: int, until_ns: int) -> int:
        """For how long no clip was to be seen between two instants."""
        rows = [row for row in self.rows() if from_ns <= row[0] <= until_ns]
        return sum(after[0] - row[0] for row, after in itertools.pairwise(rows) if row[1] == NOTHING)


@contextmanager
def watched(framebuffer: Path) -> Iterator[Sight]:
    """Watches the framebuffer that `Xvfb -fbdir` keeps, until the end of the block."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "seen"
        path.touch()
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.watching", str(framebuffer), str(path)],
            start_new_session=True,
        )
        try:
            yield Sight(path)
        finally:
            process.terminate()
            process.wait()


def cpu_s(pid: int) -> float:
    """User and system seconds of a process and all that belong to its session or came from it."""
    return sum(_own_cpu_s(each) for each in _family(pid))


def _family(pid: int) -> set[int]:
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    family = {pid}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return family


def _own_cpu_s(pid: int) -> float:
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(words[11]) + int(words[12])) / _TICKS


def _watch(framebuffer: Path, out: Path) -> None:
    with framebuffer.open("rb") as stream, out.open("ab", buffering=0) as seen:
        memory = mmap.mmap(stream.fileno(), 0, prot=mmap.PROT_READ)
        header_bytes, ncolors = struct.unpack_from(">I", memory, 0)[0], struct.unpack_from(">I", memory, 76)[0]
        pitch = struct.unpack_from(">I", memory, 48)[0]
        start = header_bytes + 12 * ncolors + (TOP_PX + BLOCK_PX) * pitch
        spots = [start + (LEFT_PX + place * BLOCK_PX + BLOCK_PX // 2) * 4 + 1 for place in range(BITS + SIGNS + 1)]
        last: tuple[int, int] | None = None
        while True:
            found = _read(memory, spots)
            if found != last and found == _read(memory, spots):
                seen.write(_ROW.pack(time.monotonic_ns(), *found))
                last = found
            time.sleep(ENOUGH_NS / 1e9)


def _read(memory: mmap.mmap, spots: list[int]) -> tuple[int, int]:
    if memory[spots[0]] < 200 or memory[spots[1]] > 60 or memory[spots[2]] < 200:
        return NOTHING, NOTHING
    number = sum((memory[spot] > 127) << bit for bit, spot in enumerate(spots[SIGNS + 1 :]))
    return int(memory[spots[SIGNS]] > 127), number


if __name__ == "__main__":
    _watch(Path(sys.argv[1]), Path(sys.argv[2]))
