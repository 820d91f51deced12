"""How quick pages and the nodes' API stay while films are prepared.

    python -m benchmarks.busy [--posters 24] [--seconds 20]

A service as people run it (`commonscreen curator serve`, its data in a temporary folder), with the demo town's groups,
people and screens, and posters of which half are approved. One reader asks for one page after the other, on kept
connections: while nothing is prepared, while one 1920 x 1080 film of so many seconds is, and while two are at once.
Milliseconds of real time, from the request to the last byte: the machine's other work counts too, so its load is told.
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

import aiohttp
from PIL import Image

from commonscreen.demo.people import Person
from commonscreen.demo.processes import Running
from commonscreen.demo.seed import open_sessions, seed
from commonscreen.demo.town import PEOPLE, SCREENS
from content.signing import PAIRING, SigningKey
from curator import jobs, library, screens
from curator.library import Item
from curator.store import Connection, Store
from curator.tables import items
from curator.tables import jobs as job_rows
from tests.media.scenes import scene

CLUB = "boatyard-youth-club"
MOST_ROUNDS = 200
WARM_ROUNDS = 5
PAUSE_S = 0.02
PATIENCE_S = 600.0
MAKERS = ("youth", "festival")
OTHERS = ("moderator", "technician")
T = TypeVar("T")


@dataclass
class Page:
    """Something that is asked for, by whom, and how long it took each time, in ms."""

    name: str
    path: str
    headers: dict[str, str]
    took_ms: dict[str, list[float]] = field(default_factory=dict)


class Town:
    """The demo town's service and what is in it."""

    def __init__(self, folder: Path) -> None:
        """Seeds it; nothing runs yet."""
        self.folder, self.data = folder, folder / "service"
        seed(self.data)
        self.tokens = open_sessions(self.data, MAKERS + OTHERS)
        self.store = Store(self.data / "commonscreen.db")
        self.address = ""

    def serve(self, processes: int) -> Running:
        """The service, with so many workers."""
        os.environ["COMMONSCREEN_PREPARATION_PROCESSES"] = str(processes)
        serve = ["curator", "serve", "--data", str(self.data), "--port", "0"]
        running = Running("The service", serve, self.folder / "service.log", say=True)
        self.address = running.line().rsplit(" ", 1)[-1]
        return running

    def person(self, key: str) -> Person:
        """Somebody signed in."""
        return Person(self.address, self.tokens[key])

    def look(self, at: Callable[[Connection], T]) -> T:
        """What `at` finds in the database."""
        return self.store.read_now(at)

    def is_rendering(self, films: int) -> bool:
        """Whether so many uploads are being rendered now."""
        query = job_rows.select().where(job_rows.c.state == "running", job_rows.c.step == "render")
        return self.look(lambda connection: len(connection.execute(query).all())) == films

    def is_done(self) -> bool:
        """Whether nothing waits or is being prepared."""
        query = job_rows.select().where(job_rows.c.kind == jobs.PREPARE, job_rows.c.state.in_(["waiting", "running"]))
        return not self.look(lambda connection: connection.execute(query).all())

    def item(self, title: str) -> Item:
        """The item of this title."""
        return self.look(lambda connection: library.items_where(connection, items.c.title == title))[0]

    async def fill(self, posters: int) -> None:
        """Uploads posters, and approves every second one."""
        async with self.person("youth") as youth, self.person("moderator") as moderator:
            for number in range(posters):
                path = self.folder / f"poster-{number}.png"
                Image.fromarray(scene(number, (1_280, 720)), "RGB").save(path)
                await youth.upload(path, group=CLUB, title=f"Poster {number}")
            await until(self.is_done)
            for number in range(0, posters, 2):
                version = self.item(f"Poster {number}").newest
                await moderator.press(f"/moderation/{version.id}/approve", sha256=version.sha256 or "")

    async def pair(self) -> tuple[str, str]:
        """A node of the first screen: its id and its token."""
        screen = self.look(lambda connection: screens.by_slug(connection, SCREENS[0].slug))
        assert screen is not None
        key = SigningKey.new()
        async with aiohttp.ClientSession(self.address) as node, self.person("technician") as technician:
            body = {"public_key": key.public.text, "software": "0.1.0"}
            async with node.post("/api/v1/pairing", json=body) as answer:
                offered = await answer.json()
            await technician.press("/pair/decide", code=offered["user_code"], screen=screen.id, decision="pair")
            claim = {
                "device_code": offered["device_code"],
                "signature": key.sign(PAIRING, offered["device_code"].encode()),
            }
            async with node.post("/api/v1/pairing/token", json=claim) as answer:
                grant = await answer.json()
        return str(grant["node_id"]), str(grant["token"])

    async def pages(self) -> list[Page]:
        """What is asked for."""
        youth, moderator = ({"Cookie": f"commonscreen={self.tokens[key]}"} for key in ("youth", "moderator"))
        node_id, token = await self.pair()
        shown, waiting = self.item("Poster 0"), self.item("Poster 1")
        return [
            Page("library of a group", f"/library/{CLUB}", youth),
            Page("an item", f"/items/{shown.id}", youth),
            Page("moderation, the queue", "/moderation", moderator),
            Page("moderation, one item", f"/moderation/{waiting.newest.id}", moderator),
            Page("a screen, for everybody", f"/screens/{SCREENS[0].slug}", {}),
            Page("a node's manifest", f"/api/v1/manifest/{node_id}", {"Authorization": f"Bearer {token}"}),
        ]

    async def send_films(self, clip: Path, films: int) -> None:
        """Uploads the film once for each of so many groups; the files differ in nothing that is seen."""
        for place, key in enumerate(MAKERS[:films]):
            group = next(person.group for person in PEOPLE if person.key == key)
            path = await asyncio.to_thread(self.copy, clip, f"film-{films}-{place}.mp4")
            async with self.person(key) as person:
                await person.upload(path, group=group or "", title=path.stem)

    def copy(self, clip: Path, name: str) -> Path:
        """The film with a box of its own name at the end, which nobody reads."""
        path = self.folder / name
        told = name.encode()
        path.write_bytes(clip.read_bytes() + (8 + len(told)).to_bytes(4, "big") + b"free" + told)
        return path


async def until(fact: Callable[[], bool]) -> None:
    """Returns when `fact` holds."""
    async with asyncio.timeout(PATIENCE_S):
        while not await asyncio.to_thread(fact):  # noqa: ASYNC110 - waits for a fact, with a deadline
            await asyncio.sleep(0.1)


async def ask(
    address: str, pages: list[Page], when: str, rounds: int, goes_on: Callable[[], bool] = lambda: True
) -> None:  # fmt: skip
    """Asks for every page in turn, at most so many times and only while `goes_on`."""
    async with aiohttp.ClientSession(address, cookie_jar=aiohttp.DummyCookieJar()) as session:
        for _ in range(rounds):
            if not await asyncio.to_thread(goes_on):
                return
            for page in pages:
                began = time.perf_counter()
                async with session.get(page.path, headers=page.headers) as answer:
                    await answer.read()
                    took_ms = (time.perf_counter() - began) * 1_000
                if answer.status != 200:
                    raise SystemExit(f"{page.path} answered {answer.status}")
                page.took_ms.setdefault(when, []).append(took_ms)
                await asyncio.sleep(PAUSE_S)


async def measure(town: Town, clip: Path, posters: int) -> None:
    """Measures idle, with one film and with two, and prints them side by side."""
    loads: dict[str, str] = {}
    service = town.serve(1)
    try:
        await town.fill(posters)
        pages = await town.pages()
        await until(town.is_done)
        await ask(town.address, pages, "warm", WARM_ROUNDS)
        await ask(town.address, pages, "idle", MOST_ROUNDS)
        loads["idle"] = f"{os.getloadavg()[0]:.1f}"
        for films in (1, 2):
            service.end()
            service = town.serve(films)
            when = f"{films} film" + "s" * (films > 1)
            await ask(town.address, pages, "warm", WARM_ROUNDS)
            await town.send_films(clip, films)
            at_work = partial(town.is_rendering, films)
            await until(at_work)
            await ask(town.address, pages, when, MOST_ROUNDS, at_work)
            loads[when] = f"{os.getloadavg()[0]:.1f}"
            await until(town.is_done)
    finally:
        service.end()
        town.store.close()
    print(f"{'median; 99 of 100 (ms)':26}" + "".join(f"{when:>20}" for when in loads))
    for page in pages:
        cells = (f"{statistics.median(took):.1f}; {most(took):.1f}" for took in map(page.took_ms.__getitem__, loads))
        print(f"{page.name:26}" + "".join(f"{cell:>20}" for cell in cells))
    print(f"{'requests for each':26}" + "".join(f"{len(pages[0].took_ms[when]):>20}" for when in loads))
    print(f"{'load average':26}" + "".join(f"{load:>20}" for load in loads.values()))


def most(took_ms: list[float]) -> float:
    """What 99 of 100 stay below."""
    return sorted(took_ms)[min(len(took_ms) - 1, len(took_ms) * 99 // 100)]


def main() -> None:
    """Makes the film, runs the town and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posters", type=int, default=24)
    parser.add_argument("--seconds", type=int, default=20)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "clip.mp4"
        make = [sys.executable, "-m", "benchmarks.preparation", "--work", "clip", "--clip", str(clip)]
        subprocess.run([*make, "--seconds", str(asked.seconds)], check=True, stdout=subprocess.DEVNULL)
        asyncio.run(measure(Town(Path(folder)), clip, asked.posters))


if __name__ == "__main__":
    main()
