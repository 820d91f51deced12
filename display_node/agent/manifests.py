"""The manifests on the disk: the last good one, the one before, the floor; and the switch from one to the next.

Functions marked "blocks" run in a thread.
"""

from pathlib import Path

from content.files import write_whole
from content.manifest import LARGEST_MANIFEST_BYTES
from content.reading import BadDocument
from display_node.agent.acceptance import Accepted, Refused, judge
from display_node.agent.identity import Floor, Identity, read_floor, write_floor
from display_node.config import DataFolder

HORIZON_MS = 48 * 3_600_000
ALWAYS = (-(2**62), 2**62)


def load(folder: DataFolder, identity: Identity, now_ms: int) -> tuple[Accepted | None, Accepted | None, list[str]]:
    """The manifest in force, the one before it, and what was wrong with either, in sentences. Blocks."""
    complaints: list[str] = []
    window = (now_ms, now_ms + HORIZON_MS)
    current = _load(folder.manifest, identity, window, complaints)
    before = _load(folder.previous, identity, window, complaints)
    return (current, before, complaints) if current is not None else (before, None, complaints)


def floor_of(folder: DataFolder, current: Accepted | None) -> Floor:
    """Nothing lower than this is accepted again. Blocks."""
    held = Floor() if current is None else current.floor
    try:
        return max(held, read_floor(folder))
    except BadDocument:
        return held


def judge_new(envelope: bytes, folder: DataFolder, identity: Identity, current: Accepted | None) -> Accepted:
    """A manifest just fetched, believed wholly. Blocks. Raises Refused."""
    return judge(envelope, identity, floor_of(folder, current), ALWAYS)


def keep(folder: DataFolder, new: Accepted, before: Accepted | None) -> None:
    """Makes `new` the manifest in force, after power cuts too, with `before` behind it. Blocks. Raises OSError."""
    if before is not None:
        write_whole(folder.previous, before.envelope)
    write_floor(folder, new.floor)
    write_whole(folder.manifest, new.envelope)


def _load(path: Path, identity: Identity, window: tuple[int, int], complaints: list[str]) -> Accepted | None:
    try:
        with path.open("rb") as stream:
            envelope = stream.read(LARGEST_MANIFEST_BYTES + 1)
        return judge(envelope, identity, Floor(), window)
    except FileNotFoundError:
        return None
    except (OSError, Refused) as error:
        complaints.append(f"{path.name}: {error}")
        return None
