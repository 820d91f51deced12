"""Strangers at the phones' addresses, all at once, and what becomes of the programme, of a visitor and of memory.

    .venv/bin/python -m benchmarks.strangers [--seconds 60] [--joins 10000] [--half-open 1000] [--unread 50]

A real service and a real screen. First a calm stretch, then one with so many joins a minute from one address and as
many from different ones, connections that bring half a request, phones that flood and phones that read nothing.
"""

import argparse
import asyncio
import itertools
import json
import os
import statistics
import tempfile
import time
from collections import Counter
from pathlib import Path

import aiohttp

from benchmarks.line import resident_mb
from benchmarks.visitors import Phone, hello_of, tick
from benchmarks.watching import cpu_s
from content.clock import now_ms
from tests.flows.line import Line
from tests.flows.visiting import code_at, offer

HALF = b"GET /j HTTP/1.1\r\nHost: x\r\nX-Half: "
CALM_S = 0.25


class Report:
    """What is seen from beside."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.answers: Counter[int] = Counter()
        self.took_ms: list[float] = []


async def join_often(session: aiohttp.ClientSession, code: str, a_minute: int, addresses: int, report: Report) -> None:
    """Scans again and again, each time from the next of so many addresses."""
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def scan(number: int) -> None:
        address = f"10.{addresses % 200}.{number % addresses // 250}.{number % 250}"
        headers = {"X-Forwarded-For": address}
        async with session.get(f"/j/{code}", headers=headers, allow_redirects=False) as answer:
            report.answers[answer.status] += 1

    async with asyncio.TaskGroup() as scans:
        for number in itertools.count():
            await asyncio.sleep(max(0.0, began + number * 60 / a_minute - loop.time()))
            scans.create_task(scan(number))


async def flood(site: str, session: aiohttp.ClientSession, code: str, number: int) -> None:
    """A phone that says as much as it can, and comes again when it is hung up on."""
    headers = {"X-Forwarded-For": f"10.250.0.{number}"}
    async with session.get(f"/j/{code}", headers=headers, allow_redirects=False) as answer:
        page = answer.headers.get("Location", "")
    while page:
        async with session.ws_connect(f"{page}/socket", headers={"Origin": site}) as socket:
            while not socket.closed:
                try:
                    await socket.send_str(json.dumps({"v": 1, "q": tick(), "do": "steer", "x": 0}))
                except ConnectionError:
                    break
                await asyncio.sleep(0)
        await asyncio.sleep(0.2)


class Unread(Phone):
    """A phone that takes nothing after the first answer."""

    def data_received(self, data: bytes) -> None:
        """Stops reading."""
        super().data_received(data)
        self.transport.pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """That is what should happen."""


async def look(session: aiohttp.ClientSession, report: Report) -> None:
    """Somebody who asks for the page now and then."""
    while True:
        began = time.monotonic()
        async with session.get("/j", headers={"X-Forwarded-For": "10.251.0.1"}) as answer:
            await answer.read()
        report.took_ms.append((time.monotonic() - began) * 1e3)
        await asyncio.sleep(CALM_S)


async def stretch(line: Line, name: str, seconds: float, calm: aiohttp.ClientSession, report: Report) -> None:
    """Watches for so long, and prints what it was like."""
    began_ms, cpu = now_ms(), cpu_s(line.service.process.pid)
    watching = asyncio.get_running_loop().create_task(look(calm, report))
    await asyncio.sleep(seconds)
    watching.cancel()
    share = (cpu_s(line.service.process.pid) - cpu) / seconds
    late = sorted(row.late_ms for row in line.frames(began_ms))
    took = sorted(report.took_ms)
    median, worst = statistics.median(took), took[len(took) * 95 // 100]
    print(
        f"{name}; load {os.getloadavg()[0]:.1f}{f'; joins answered {dict(report.answers)}' if report.answers else ''}"
    )
    print(f"  a page takes {median:.0f} ms (median), {worst:.0f} (95 of 100)")
    behind, most_behind = late[len(late) // 2], late[len(late) * 99 // 100]
    print(f"  {len(late)} pictures: {behind:.1f} ms late (median), {most_behind:.1f} (99 of 100)")
    print(f"  the service: {share:.0%} of a core, {resident_mb(line.service.process.pid):.0f} MB", flush=True)


async def run(line: Line, asked: argparse.Namespace) -> None:
    """Both stretches, and a look afterwards."""
    await offer(line, "crowd")
    code = await asyncio.to_thread(code_at, line)
    host, port = line.address.removeprefix("http://").split(":")
    loop = asyncio.get_running_loop()
    wide = aiohttp.TCPConnector(limit=400)
    async with (
        aiohttp.ClientSession(line.address, cookie_jar=aiohttp.DummyCookieJar()) as calm,
        aiohttp.ClientSession(line.address, cookie_jar=aiohttp.DummyCookieJar(), connector=wide) as many,
        asyncio.TaskGroup() as tasks,
    ):
        await stretch(line, "calm", asked.seconds / 3, calm, Report())
        report, kept = Report(), []
        for number in range(asked.unread):
            headers = {"X-Forwarded-For": f"10.252.0.{number}"}
            async with many.get(f"/j/{code}", headers=headers, allow_redirects=False) as answer:
                phone = Unread(hello_of(line.address, answer.headers["Location"]))
            await loop.create_connection(lambda phone=phone: phone, host, int(port))  # type: ignore[misc]
            kept.append(phone)
        running = [tasks.create_task(flood(line.address, many, code, number)) for number in range(10)]
        running += [tasks.create_task(join_often(many, code, asked.joins, count, report)) for count in (1, 50_000)]
        halves = [(await asyncio.open_connection(host, int(port)))[1] for _ in range(asked.half_open)]
        for writer in halves:
            writer.write(HALF)
        await stretch(line, "strangers", asked.seconds, calm, report)
        for task in running:
            task.cancel()
        for writer in halves:
            writer.close()
        await stretch(line, "afterwards", asked.seconds / 3, calm, Report())


def main() -> None:
    """Prints the figures."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--seconds", type=float, default=60)
    words.add_argument("--joins", type=int, default=10_000)
    words.add_argument("--half-open", type=int, default=1_000)
    words.add_argument("--unread", type=int, default=50)
    asked = words.parse_args()
    os.environ["COMMONSCREEN_TRUSTED_PROXIES"] = "1"
    with tempfile.TemporaryDirectory() as name:
        line = Line(Path(name))
        try:
            line.start_node()
            line.pair()
            line.upload("red", 5, "Red")
            line.shows(line.approve("Red").id, wait_s=120)
            asyncio.run(run(line, asked))
        finally:
            line.end()


if __name__ == "__main__":
    main()
