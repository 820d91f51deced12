"""The whole line as processes: `commonscreen curator serve` and `commonscreen node run`, with people at both ends."""

import asyncio
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import av
import numpy as np

from commonscreen.demo.people import Person
from commonscreen.demo.processes import Running
from content.clock import now_ms
from curator import accounts, air_time, captions, groups, library, screens, tables, take_downs
from curator.authorisation import Role
from curator.captions import Track
from curator.config import Settings
from curator.library import Item
from curator.store import Connection, Store
from curator.tables import items, pairings
from curator.take_downs import TakeDown
from curator.web.app import open_service

T = TypeVar("T")
FPS = 30
HOUR_MS = 3_600_000
SIZE = (320, 180)
COLOURS = {"red": (200, 40, 40), "green": (40, 160, 60), "blue": (40, 70, 190), "white": (230, 230, 230)}


def write_film(path: Path, colour: str, seconds: float, size: tuple[int, int] = SIZE) -> None:
    """A film of one colour with a white bar that fills from left to right as it plays, and a tone."""
    width, height = size
    frames = round(seconds * FPS)
    with av.open(str(path), "w", format="mp4") as container:
        video = container.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "crf": "18"})
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        audio = container.add_stream("aac", rate=48_000, layout="stereo")
        for index in range(frames):
            picture = np.full((height, width, 3), COLOURS[colour], np.uint8)
            picture[height // 2 - 10 : height // 2 + 10, : width * (index + 1) // frames] = COLOURS["white"]
            container.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(video.encode(None))
        tone = (0.1 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * 48_000)) / 48_000)).astype(np.float32)
        for start in range(0, len(tone), 1024):
            part = tone[start : start + 1024]
            block = av.AudioFrame.from_ndarray(np.stack([part, part]), format="fltp", layout="stereo")
            block.sample_rate, block.pts = 48_000, start
            container.mux(audio.encode(block))
        container.mux(audio.encode(None))


@dataclass(frozen=True)
class Shown:
    """One row of the player's frames log."""

    wall_ms: int
    layer: str
    item: str
    media_ms: int
    late_ms: float


class Line:
    """A town with one group, one screen and one person of each role that the line needs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "service"
        self.node_data = folder / "node"
        self.frames_path = folder / "frames.jsonl"
        self.tokens: dict[str, str] = {}
        self._port = 0
        service = open_service(Settings(data=self.data))
        service.store.run_now(self._fill)
        service.store.close()
        self.store = Store(self.data / "commonscreen.db")
        self.service = self.serve()
        self.node: Running | None = None

    def _fill(self, connection: Connection) -> None:
        at_ms = now_ms()
        group = groups.create(
            connection, name="Youth club", about="", quota_bytes=1 << 30, is_house=False, now_ms=at_ms, by=None
        )
        account_id = ""
        roles = {"contributor": group.id, "moderator": None, "programmer": None, "technician": None}
        for name, group_id in roles.items():
            account_id = accounts.create(
                connection,
                email=f"{name}@example.org",
                name=name,
                password_hash="",
                language="en",
                now_ms=at_ms,
                by=None,
            )
            accounts.grant(connection, account_id=account_id, role=Role(name), group_id=group_id, now_ms=at_ms, by=None)
            self.tokens[name] = accounts.sign_in(connection, account_id, now_ms=at_ms, life_ms=12 * HOUR_MS)
        words = screens.ScreenWords("Square", "", "Europe/London", "en", 640, 360, 50)
        self.screen = screens.create(connection, words, now_ms=at_ms, by=account_id)
        connection.execute(tables.screens.update().values(freeze_minutes=0))
        air_time.set_weights(connection, self.screen.id, {group.id: 1}, now_ms=at_ms, by=account_id)

    def serve(self) -> Running:
        """Starts the service, at the same address as before."""
        serve = ["curator", "serve", "--data", str(self.data), "--port", str(self._port)]
        running = Running("The service", serve, self.folder / "service.log", say=True)
        self.address = running.line().rsplit(" ", 1)[-1]
        self._port = int(self.address.rsplit(":", 1)[-1])
        return running

    # --- people ------------------------------------------------------------------------------------------------------

    def press(self, who: str, path: str, **fields: str) -> None:
        """Somebody sends a form."""

        async def act() -> None:
            async with Person(self.address, self.tokens[who]) as person:
                await person.press(path, **fields)

        asyncio.run(act())

    def upload(self, colour: str, seconds: float, title: str) -> None:
        """The contributor uploads a film of this colour."""
        path = self.folder / f"{title}.mp4"
        write_film(path, colour, seconds)
        self.send(path, title)

    def send(self, path: Path, title: str, *, item: str = "", variant: str = "") -> None:
        """The contributor uploads a file, for a variant of an item where that is named."""

        async def act() -> None:
            async with Person(self.address, self.tokens["contributor"]) as person:
                await person.upload(path, group="youth-club", title=title, item=item, variant=variant)

        asyncio.run(act())

    def add_captions(self, title: str, words: str, language: str) -> Track:
        """The contributor adds captions to the newest version of this item."""
        found = self.prepared(title)

        async def act() -> None:
            async with Person(self.address, self.tokens["contributor"]) as person:
                await person.add_captions(words.encode(), item=found.id, version=found.newest.id, language=language)

        asyncio.run(act())
        tracks = self.store.read_now(lambda connection: captions.of_version(connection, found.newest.id))
        return max(tracks, key=lambda track: track.created_ms)

    def item(self, title: str) -> Item | None:
        """The item with this title."""
        found = self.store.read_now(lambda connection: library.items_where(connection, items.c.title == title))
        return found[0] if found else None

    def taken_off(self, item_id: str) -> TakeDown | None:
        """The proof that every screen has taken an item off, once there is one."""
        found = self.store.read_now(lambda connection: take_downs.of_items(connection, [item_id], now_ms()))
        return next((one for one in found.values() if one.done_ms is not None), None)

    def prepared(self, title: str, wait_s: float = 60) -> Item:
        """The item with this title, when its newest version is ready."""

        def ready() -> Item | None:
            found = self.item(title)
            assert found is None or found.newest.preparation != "refused", found
            return found if found and found.newest.preparation == "ready" else None

        return wait_for(ready, wait_s)

    def approve(self, title: str) -> Item:
        """The moderator approves the newest version of this item."""
        found = self.prepared(title)
        assert found.newest.sha256 is not None
        self.press("moderator", f"/moderation/{found.newest.id}/approve", sha256=found.newest.sha256)
        return found

    # --- the screen --------------------------------------------------------------------------------------------------

    def start_node(self, curator: str = "", look: tuple[str, ...] = ("--headless", "640x360")) -> None:
        """Starts the screen's node, without a window, logging every frame; `curator` if not our service itself."""
        at = curator or self.address
        run = ["node", "run", "--data", str(self.node_data), "--curator", at, *look]
        self.node = Running("The screen", [*run, "--frames", str(self.frames_path)], self.folder / "node.log")

    def pair(self) -> None:
        """The technician enters the code the screen shows."""
        waiting = pairings.select().where(pairings.c.claimed_ms.is_(None))

        def code() -> str | None:
            row = self.store.read_now(lambda connection: connection.execute(waiting).first())
            return row.user_code if row else None

        shown = wait_for(code, 30)
        self.press("technician", "/pair/decide", code=shown, screen=self.screen.id, decision="pair")

    def frames(self, since_ms: int = 0) -> list[Shown]:
        """What was presented at or after an instant."""
        if not self.frames_path.exists():
            return []
        rows = []
        for words in self.frames_path.read_text().splitlines():
            try:
                row = json.loads(words)
            except json.JSONDecodeError:
                continue  # the last line, half written
            shown = Shown(row["wall_ms"], row["layer"], row["item"], row["media_ms"], row["late_ms"])
            if shown.wall_ms >= since_ms:
                rows.append(shown)
        return rows

    def shows(self, item_id: str, since_ms: int = 0, wait_s: float = 30) -> Shown:
        """The first frame of this item at or after an instant."""
        return wait_for(lambda: next((row for row in self.frames(since_ms) if row.item == item_id), None), wait_s)

    def end(self) -> None:
        """Ends everything."""
        if self.node is not None:
            self.node.end()
        self.service.end()
        self.store.close()


def wait_for(fact: Callable[[], T | None], wait_s: float) -> T:
    """The fact, as soon as it is one; fails after `wait_s`."""
    until = time.monotonic() + wait_s
    while time.monotonic() < until:
        found = fact()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {wait_s} s: {fact}")


def children_of(process_id: int) -> Iterator[int]:
    """The processes a process started, and theirs."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
            if parent == process_id:
                yield int(entry.name)
                yield from children_of(int(entry.name))


def kill_everything(running: Running) -> None:
    """Pulls the plug: no process of this one gets to say goodbye."""
    for process_id in [running.process.pid, *children_of(running.process.pid)]:
        os.kill(process_id, signal.SIGKILL)
    running.process.wait()
