"""What a running screen really showed: its frames log against its manifest, and what its processes cost meanwhile.

.venv/bin/commonscreen node run --data DIR --headless --frames FRAMES.jsonl &
.venv/bin/python -m benchmarks.screen DIR FRAMES.jsonl --pid $! --seconds 480
"""

import argparse
import itertools
import json
import os
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from content.clock import now_ms
from content.manifest import Manifest, read_manifest
from content.programme.engine import Programme
from content.programme.plan import read_plan
from content.reading import Reader
from display_node.config import DataFolder

LATE_MS = 17
SEAM_MS = 40
"""So near to a seam the frame of either side is right."""
FRAME_MS = 34
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Frame:
    """One row of the frames log."""

    mono_ns: int
    wall_ms: int
    layer: str
    item: str
    media_ms: int
    late_ms: float


@dataclass(frozen=True)
class Cost:
    """What one process had used at an instant."""

    wall_s: float
    name: str
    pid: int
    cpu_s: float
    memory_bytes: int
    descriptors: int


def processes(supervisor: int) -> Iterator[tuple[str, int]]:
    """The supervisor and its children, by name."""
    yield "supervisor", supervisor
    for pid in Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split():
        command = Path(f"/proc/{pid}/cmdline").read_text()
        yield ("player" if "display_node.player" in command else "agent"), int(pid)


def sampled(supervisor: int, seconds: int) -> list[Cost]:
    """One look a second at every process."""
    found: list[Cost] = []
    for _ in range(seconds):
        for name, pid in processes(supervisor):
            words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            cpu_s = (int(words[11]) + int(words[12])) / TICKS_A_SECOND
            open_files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
            found.append(Cost(now_ms() / 1000, name, pid, cpu_s, int(words[21]) * PAGE_BYTES, open_files))
        time.sleep(1)
    return found


def frames_in(path: Path, from_ms: float) -> list[Frame]:
    """The whole rows of a frames log from an instant on."""
    rows = [json.loads(line) for line in path.read_text().splitlines() if line.endswith("}")]
    return [frame for frame in (Frame(**row) for row in rows) if frame.wall_ms >= from_ms]


def kind_of(frame: Frame, manifest: Manifest) -> str:
    """`video`, `still`, or the layer of what is no item."""
    item = manifest.items.get(frame.item)
    return item.kind if item else frame.layer


def is_wrong(frame: Frame, programme: Programme, manifest: Manifest) -> bool:
    """Whether the programme says something else for that instant."""
    showing = programme.at(frame.wall_ms)
    event = showing.event
    if event.item is None or min(frame.wall_ms - event.start_ms, event.end_ms - frame.wall_ms) < SEAM_MS:
        return False
    due_ms = event.media_offset_ms + showing.offset_ms
    is_film = kind_of(frame, manifest) == "video"
    is_off = is_film and abs(frame.media_ms - due_ms) > FRAME_MS + max(0, frame.late_ms)
    return frame.item != event.item or is_off


def say_pictures(frames: list[Frame], programme: Programme, manifest: Manifest) -> None:
    """Prints what was shown."""
    films = [frame for frame in frames if kind_of(frame, manifest) == "video"]
    pairs = list(itertools.pairwise(frames))
    within = [(one, other) for one, other in pairs if one.item == other.item and kind_of(other, manifest) == "video"]
    into = [(one, other) for one, other in pairs if one.item != other.item and kind_of(other, manifest) == "video"]
    rates = {item.id: item.fps_num / item.fps_den for item in manifest.items.values() if item.fps_num}
    steps = [round((other.media_ms - one.media_ms) * rates[other.item] / 1000) for one, other in within]
    late = sorted(frame.late_ms for frame in films)
    gaps = sorted((other.mono_ns - one.mono_ns) / 1e6 for one, other in into)
    wrong = sum(is_wrong(frame, programme, manifest) for frame in frames)
    print(
        f"{len(frames)} frames, {wrong} of them not what the programme says: {dict(Counter(f.layer for f in frames))}"
    )
    print(f"films: {len(films)} frames, {sum(max(0, step - 1) for step in steps)} dropped,"
          f" {sum(late_ms > LATE_MS for late_ms in late)} more than {LATE_MS} ms late,"
          f" late {late[len(late) // 2]:.2f} ms (median), {late[len(late) * 99 // 100]:.1f} (99 of 100)")  # fmt: skip
    print("from the last picture before a film to its first, ms:", [round(gap, 1) for gap in gaps])


def say_costs(costs: list[Cost], frames: list[Frame], manifest: Manifest) -> None:
    """Prints what it cost, by what was on."""
    on: dict[int, set[str]] = {}
    for frame in frames:
        on.setdefault(frame.wall_ms // 1000, set()).add(kind_of(frame, manifest))
    spent: defaultdict[tuple[str, str], float] = defaultdict(float)
    lasted: defaultdict[tuple[str, str], float] = defaultdict(float)
    for name in {cost.name for cost in costs}:
        rising = [cost for cost in costs if cost.name == name]
        for one, other in itertools.pairwise(rising):
            kinds = set().union(*(on.get(second, set()) for second in range(int(one.wall_s), int(other.wall_s) + 1)))
            if len(kinds) == 1 and one.pid == other.pid:
                key = (kinds.pop(), name)
                spent[key] += other.cpu_s - one.cpu_s
                lasted[key] += other.wall_s - one.wall_s
        print(f"{name}: {rising[0].memory_bytes >> 20} to {rising[-1].memory_bytes >> 20} MiB, at most"
              f" {max(cost.memory_bytes for cost in rising) >> 20}; descriptors {rising[0].descriptors} to"
              f" {rising[-1].descriptors}")  # fmt: skip
    for key in sorted(spent):
        print(f"{key[0]}, {key[1]}: {spent[key] / lasted[key]:.3f} of a core over {lasted[key]:.0f} s")


def main() -> None:
    """Samples, then reads the log of the same time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("frames", type=Path)
    parser.add_argument("--pid", type=int, required=True, help="of `commonscreen node run`")
    parser.add_argument("--seconds", type=int, default=60)
    asked = parser.parse_args()
    began_ms = now_ms()
    costs = sampled(asked.pid, asked.seconds)
    manifest = read_manifest(Reader(json.loads(DataFolder(asked.data).manifest.read_bytes())["manifest"]))
    frames = frames_in(asked.frames, began_ms)
    say_pictures(frames, Programme(read_plan(Reader(manifest.plan))), manifest)
    say_costs(costs, frames, manifest)
    print("load", *(round(load, 1) for load in os.getloadavg()))


if __name__ == "__main__":
    main()
