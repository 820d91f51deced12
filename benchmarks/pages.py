"""What every page costs in a large town, for every role that may see it.

    python -m benchmarks.pages [--rounds 20] [--only /screens] [--slowest 40]

A town of 10,000 items, 500 screens, 200 groups and 100,000 rows of the audit log in a database on disk, and the
service around it. Each page is asked for once to warm up, then in rounds. Milliseconds of processor time of the whole
process, from when a request has come to when its answer is ready, all threads counted: other work on the machine does
not count, and the reader's own is left out. What a draft moves is worked out beside the pages, once. Which pages there
are is asked of the service's addresses.
"""

import argparse
import asyncio
import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.typedefs import Handler

from benchmarks.large_town import LargeTown, Size, begin, finish
from content import clock
from curator import accounts
from curator.config import Settings
from curator.publishing import Publisher
from curator.service import Service
from curator.web.app import make_app, open_service
from curator.web.draft_trials import TRIALS
from tests.curator.access import ACCESS, STRANGER
from tests.curator.access import pages as pages_of

AIM_MS = 100.0
LONG_MS = 3_600_000
ROLES = ("administrator", "programmer", "moderator", "technician", "editor", "contributor", STRANGER)
BY_LINK = {"/join", "/reset", "/hand-in", "/programme/weeks"}
"""Pages that are reached by a secret link, or that show nothing of a town's size."""


@dataclass
class Page:
    """A page as somebody sees it, and what it cost each time."""

    pattern: str
    who: str
    took_ms: list[float] = field(default_factory=list)
    status: int = 0
    size_bytes: int = 0

    @property
    def median_ms(self) -> float:
        """What it costs as a rule."""
        return statistics.median(self.took_ms)

    @property
    def p99_ms(self) -> float:
        """What it costs at worst, one time in a hundred apart."""
        return sorted(self.took_ms)[min(len(self.took_ms) - 1, round(len(self.took_ms) * 0.99))]


class Stopwatch:
    """The outermost middleware: what the last request cost."""

    def __init__(self) -> None:
        """Nothing was asked yet."""
        self.last_ms = 0.0

    def middleware(self) -> "web.Middleware":  # type: ignore[name-defined]
        """What goes around every handler."""

        @web.middleware
        async def timed(request: web.Request, handler: Handler) -> web.StreamResponse:
            began_ns = time.process_time_ns()
            try:
                return await handler(request)
            finally:
                self.last_ms = (time.process_time_ns() - began_ns) / 1e6

        return timed


def pages(app: web.Application, only: str) -> Iterator[Page]:
    """Every page for every role that may see it."""
    for pattern in pages_of(app):
        if pattern not in BY_LINK and pattern.startswith(only):
            may = ACCESS[f"GET {pattern}"]
            yield from (Page(pattern, who) for who in ROLES if who in may or who == "administrator")


async def measure(service: Service, town: LargeTown, rounds: int, only: str) -> list[Page]:
    """Asks for every page, round after round."""
    watch, app = Stopwatch(), make_app(service)
    app.middlewares.insert(0, watch.middleware())
    found = list(pages(app, only))
    server = TestServer(app)
    async with server:
        clients = {who: await _client(server, service, town, who) for who in ROLES}
        await _try_draft(app, town)
        for turn in range(rounds + 1):
            for page in found:
                if any(gap not in town.things for gap in re.findall(r"{(\w+)}", page.pattern)):
                    continue
                path = re.sub(r"{(\w+)}", lambda gap: town.things[gap[1]], page.pattern)
                async with clients[page.who].get(path, allow_redirects=False) as answer:
                    body = await answer.read()
                page.status, page.size_bytes = answer.status, len(body)
                if turn:
                    page.took_ms.append(watch.last_ms)
            await app[TRIALS].settled()
        for client in clients.values():
            await client.session.close()
    return found


async def _try_draft(app: web.Application, town: LargeTown) -> None:
    """Has the programmer's draft worked out, which is done beside the pages, and tells what that took."""
    began = time.process_time()
    await app[TRIALS].of_draft(town.people["programmer"])
    await app[TRIALS].settled()
    print(f"What the draft moves took {time.process_time() - began:.1f} s beside the pages.\n", flush=True)


async def _client(
    server: TestServer, service: Service, town: LargeTown, who: str
) -> "TestClient[web.Request, web.Application]":
    cookies = {}
    if who != STRANGER:
        account_id, now_ms = town.people[who], service.now()
        cookies["commonscreen"] = await service.store.run(
            lambda connection: accounts.sign_in(connection, account_id, now_ms=now_ms, life_ms=LONG_MS)
        )
    return TestClient(server, cookies=cookies, headers={"Sec-Fetch-Site": "same-origin"})


def report(found: list[Page], slowest: int) -> int:
    """Prints the table, the slowest first, and gives how many miss the aim."""
    found = [page for page in found if page.took_ms]
    late = [page for page in found if page.median_ms >= AIM_MS]
    print(f"{len(found)} pages and roles; {len(late)} miss the aim of {AIM_MS:.0f} ms\n")
    print("| page | for | median | p99 | kB | status |\n| --- | --- | --- | --- | --- | --- |")
    for page in sorted(found, key=lambda one: -one.median_ms)[:slowest]:
        print(
            f"| `{page.pattern}` | {page.who} | {page.median_ms:.1f} | {page.p99_ms:.1f} | "
            f"{page.size_bytes / 1000:.0f} | {page.status} |"
        )
    return len(late)


def main() -> int:
    """Makes the town, measures, reports; 1 when a page misses the aim."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--rounds", type=int, default=20)
    words.add_argument("--only", default="", help="measure pages whose address begins so")
    words.add_argument("--slowest", type=int, default=500, help="how many lines to print")
    given = words.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        settings = Settings.model_validate({
            "data": Path(temporary), "preparation_processes": 0, "folders_watched": False,
            "programmes_published": False, "name": "Large town",
        })  # fmt: skip
        service = open_service(settings)
        size, now_ms, run = Size(), clock.now_ms(), service.store.run_now
        began = time.process_time()
        town = run(lambda connection: begin(connection, size, service.key, now_ms))
        asyncio.run(Publisher(service).publish_due())
        run(lambda connection: finish(connection, town, size, now_ms))
        print(f"The town took {time.process_time() - began:.0f} s of processor time.\n", flush=True)
        found = asyncio.run(measure(service, town, given.rounds, given.only))
        service.store.close()
    return 1 if report(found, given.slowest) else 0


if __name__ == "__main__":
    raise SystemExit(main())
