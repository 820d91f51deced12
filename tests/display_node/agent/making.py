"""What the agent's tests are made of: manifests with small files, a player that only listens, and waiting for facts."""

import asyncio
import contextlib
import hashlib
import json
import resource
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import cast

import aiohttp

from content.approval import Approval, sign_approval
from content.canonical import Json
from content.clock import now_ms
from content.manifest import ListedPlay, Manifest, ManifestItem, NeededFile, seal
from content.programme.digest import segment_digests
from content.programme.engine import Programme
from content.programme.plan import read_plan
from content.reading import Reader
from content.screen_facts import ScreenFacts
from content.signing import SigningKey
from display_node.agent.agent import Settings, run
from display_node.agent.cache import Cache, free_bytes
from display_node.agent.identity import Identity, PanicState
from display_node.agent.local import Local
from display_node.agent.pace import Pace
from display_node.agent.state import State
from display_node.config import DataFolder
from display_node.messages import Cue, Cues, ToAgent, ToPlayer, decode_for_player, encode

QUICK = Pace(
    poll_s=0.2, soonest_poll_s=0.02, revoked_poll_s=0.2, first_retry_s=0.05, longest_retry_s=0.2, health_s=0.2,
    status_s=0.1, recheck_s=0.1, glance_s=0.05, alone_s=0.3,
)  # fmt: skip
SCREEN = "screen-1"
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
ALWAYS_MS = 4 * 10**12
DEADLINE_S = 60.0


def body_of(name: str, size_bytes: int = 5_000) -> bytes:
    """A file's bytes, made from its name."""
    return (hashlib.sha256(name.encode()).digest() * (size_bytes // 32 + 1))[:size_bytes]


def sha_of(name: str, size_bytes: int = 5_000) -> str:
    """The hash of the file of that name."""
    return hashlib.sha256(body_of(name, size_bytes)).hexdigest()


def rotation(start_ms: int, end_ms: int, names: Sequence[str], duration_ms: int = 10_000) -> dict[str, Json]:
    """A plan in which one group's items take turns."""
    items: list[Json] = [
        {"item": name, "duration_ms": duration_ms, "order": 10 * index, "gap_ms": 0} for index, name in enumerate(names)
    ]
    segment: dict[str, Json] = {
        "start_ms": start_ms,
        "end_ms": end_ms,
        "kind": "rotation",
        "groups": {"g1": {"weight": 1, "items": items}},
    }
    return {"engine": "L1", "groups": [{"id": "g1"}], "segments": [segment]}


def programme_of(plan: dict[str, Json]) -> Programme:
    """The engine on a plan."""
    return Programme(read_plan(Reader(plan)))


def manifest_of(
    key: SigningKey,
    plan: dict[str, Json],
    names: Sequence[str],
    *,
    version: int = 1,
    sizes: int = 5_000,
    until_ms: int = ALWAYS_MS,
) -> Manifest:
    """A manifest for SCREEN with one approved file an item; its digests are the engine's."""
    items = {
        name: ManifestItem(
            name, f"Title of {name}", "", "g1", "The group", "video", 10_000, sha_of(name, sizes), 64, 36, 30, 1, False
        )
        for name in names
    }
    approvals = tuple(
        sign_approval(Approval(item.sha256, "video/mp4", sizes, 10_000, ("*",), 0, until_ms, "ann", "ben", 1, ""), key)
        for item in items.values()
    )
    digests = segment_digests(programme_of(plan)) if plan["engine"] == "L1" else ("00",)
    return Manifest(
        screen=ScreenFacts(SCREEN, "Library window", 1920, 1080, "Europe/Berlin", "en"),
        version=version,
        issued_ms=1,
        effective_ms=0,
        tzdata="2025b",
        plan=plan,
        digests=digests,
        running_list=(),
        items=items,
        files=tuple(NeededFile(item.sha256, sizes, "video/mp4") for item in items.values()),
        approvals=approvals,
        keys=(key.public,),
    )


def listing(plan: dict[str, Json], from_ms: int, to_ms: int) -> tuple[ListedPlay, ...]:
    """The running list the engine gives for a window."""
    return tuple(
        ListedPlay(event.start_ms, event.end_ms, event.kind, event.item, event.group)
        for event in programme_of(plan).events(from_ms, to_ms)
    )


def sealed(
    key: SigningKey, names: Sequence[str], *, version: int = 1, sizes: int = 5_000, until_ms: int = ALWAYS_MS
) -> bytes:
    """The envelope of an ordinary manifest: the items take turns from an hour ago until tomorrow."""
    start_ms = now_ms() // HOUR_MS * HOUR_MS - HOUR_MS
    plan = rotation(start_ms, start_ms + DAY_MS, names)
    return seal(manifest_of(key, plan, names, version=version, sizes=sizes, until_ms=until_ms), key)


def resealed(manifest: Manifest, key: SigningKey, **changes: object) -> bytes:
    """The manifest with changes, sealed."""
    return seal(replace(manifest, **changes), key)  # type: ignore[arg-type]


async def fact(holds: Callable[[], object], what: str = "") -> None:
    """Waits until `holds()`; fails after DEADLINE_S seconds."""
    try:
        async with asyncio.timeout(DEADLINE_S):
            while not await asyncio.to_thread(holds):  # noqa: ASYNC110 - the fact is in a file or another process
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"it did not come true: {what or holds}") from None


def status(folder: DataFolder) -> dict[str, Json]:
    """What the agent last wrote about itself; empty before the first time."""
    try:
        written: dict[str, Json] = json.loads(folder.status.read_bytes())
    except FileNotFoundError:
        return {}
    return written


def faults(folder: DataFolder) -> str:
    """Everything that is wrong, in one string."""
    return json.dumps(status(folder).get("faults", ()))


def version(folder: DataFolder) -> int:
    """The manifest in force; 0 for none."""
    found = status(folder).get("manifest_version", 0)
    assert isinstance(found, int)
    return found


@dataclass
class ListeningPlayer:
    """A player that shows nothing: it keeps what it hears, and the cues it would play."""

    path: Path
    heard: list[ToPlayer] = field(default_factory=list)
    cues: dict[int, Cue] = field(default_factory=dict)
    changes: list[Cues] = field(default_factory=list)
    writer: asyncio.StreamWriter | None = None
    _server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listens."""
        self.path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, self.path, limit=1 << 16)

    async def stop(self) -> None:
        """Dies, forgetting everything."""
        if self._server is not None:
            self._server.close()
        if self.writer is not None:
            self.writer.close()
        self.writer = None
        self.cues.clear()
        self.heard.clear()

    async def say(self, message: ToAgent) -> None:
        """Tells the agent."""
        await fact(lambda: self.writer is not None, "the agent is connected")
        assert self.writer is not None
        self.writer.write(encode(message))
        await self.writer.drain()

    def on(self, instant_ms: int | None = None) -> Cue | None:
        """The cue that is on."""
        at_ms = now_ms() if instant_ms is None else instant_ms
        return next((cue for cue in self.cues.values() if cue.start_ms <= at_ms < cue.end_ms), None)

    def last(self, kind: type[ToPlayer]) -> ToPlayer | None:
        """The newest message of a kind."""
        return next((message for message in reversed(self.heard) if isinstance(message, kind)), None)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        with contextlib.suppress(ConnectionError):
            while line := await reader.readline():
                self._hear(decode_for_player(line))
        writer.close()
        if self.writer is writer:
            self.writer = None

    def _hear(self, message: ToPlayer) -> None:
        self.heard.append(message)
        if isinstance(message, Cues):
            self.changes.append(message)
            kept = {start: cue for start, cue in self.cues.items() if start < message.replace_from_ms}
            # Assigned at once: a test may look from another thread.
            self.cues = _cut(kept | {cue.start_ms: cue for cue in message.cues})


def _cut(cues: dict[int, Cue]) -> dict[int, Cue]:
    """As a player does: what would run into a later cue ends there."""
    after = dict(pairwise(sorted(cues)))
    return {start: replace(cue, end_ms=min(cue.end_ms, after.get(start, cue.end_ms))) for start, cue in cues.items()}


def state_of(folder: DataFolder, now: Callable[[], int] = now_ms) -> State:
    """What an agent knows that has not spoken to anybody."""
    return State(
        folder=folder,
        now=now,
        pace=QUICK,
        session=cast("aiohttp.ClientSession", None),
        cache=Cache(folder, now),
        identity=Identity("https://c.example", screen_name='Thư viện "Bắc"\n2'),
        token="",
        panic=PanicState(),
        started_ms=0,
        seed="",
    )


@contextlib.asynccontextmanager
async def agent(
    folder: DataFolder,
    curator: str = "",
    now: Callable[[], int] = now_ms,
    free: Callable[[Path], int] = free_bytes,
    pace: Pace = QUICK,
    meet: Callable[[Local], None] = lambda _local: None,
    *,
    island_address: str = "",
    island_wifi: str = "",
) -> AsyncIterator[None]:
    """A real agent in this process, ended at the end of the block."""
    settings = Settings(
        folder, curator, "", pace, now, free, meet=meet, island_address=island_address, island_wifi=island_wifi
    )
    async with asyncio.TaskGroup() as group:
        running = group.create_task(run(settings))
        try:
            yield
        finally:
            running.cancel()


@contextlib.asynccontextmanager
async def agent_process(
    folder: DataFolder, largest_file_bytes: int = 1 << 40
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A real agent in its own process, killed at the end of the block."""
    limit = (largest_file_bytes, largest_file_bytes)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "display_node.agent",
        "--data",
        str(folder.root),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit),
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
