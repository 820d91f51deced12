"""One run of the demo: starts the service and a screen, fills the town, tells what to try, ends cleanly."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from commonscreen.demo.processes import NotStarted, Running

WINDOW = "1280x720"
WATCH_S = 0.5

WELCOME = """
  The town is at        {address}

  What is on now        {address}/screens/market-square
{where}
  Sign in as            youth@demo.example        makes films for the Boatyard youth club
                        moderator@demo.example    says what may be shown
                        programmer@demo.example   shares the air time and books slots
                        technician@demo.example   looks after the screens
                        admin@demo.example        people and records
  with the password     {password}

  Try this              Upload something as youth, approve it as moderator, and see it come onto the screen.
                        Or drop a file into   {inbox}

  Ctrl-C ends it. What you did stays in {data}
"""


class Evening:
    """The demo's run. `data` holds everything it makes."""

    def __init__(self, data: Path, port: int, *, headless: bool) -> None:
        """Nothing is started yet."""
        self._data = data
        self._port = port
        self._headless = headless or not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
        self._running: list[Running] = []

    def run(self, seconds: float | None) -> None:
        """Runs until Ctrl-C, the window is closed, or `seconds` have passed. Raises NotStarted."""
        service_data = self._data / "service"
        service_data.mkdir(parents=True, exist_ok=True)
        if not (service_data / "seeded").exists():
            print("Building the town…", flush=True)
            from commonscreen.demo.seed import seed

            seed(service_data)
        try:
            asyncio.run(self._run(service_data, seconds))
        finally:
            for running in reversed(self._running):
                running.end()

    async def _run(self, service_data: Path, seconds: float | None) -> None:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        address = await asyncio.to_thread(self._start, service_data)
        self._welcome(address)
        async with asyncio.TaskGroup() as tasks:
            filling = tasks.create_task(self._fill(service_data, address))
            await self._until_the_end(stop, seconds)
            filling.cancel()
        print("\nGood night.", flush=True)

    def _start(self, service_data: Path) -> str:
        service = Running(
            "The service",
            ["curator", "serve", "--data", str(service_data), "--port", str(self._port)],
            self._data / "service.log",
            say=True,
        )
        self._running.append(service)
        address = service.line().rsplit(" ", 1)[-1]
        look = ["--headless"] if self._headless else ["--windowed", WINDOW]
        screen = Running(
            "The screen",
            ["node", "run", "--data", str(self._data / "screen"), "--curator", address, *look],
            self._data / "screen.log",
        )
        self._running.append(screen)
        return address

    def _welcome(self, address: str) -> None:
        from commonscreen.demo.town import PASSWORD

        where = "" if self._headless else "                        (and in the window that has opened)\n"
        inbox = self._data / "service" / "inbox" / "boatyard-youth-club"
        print(WELCOME.format(address=address, where=where, password=PASSWORD, inbox=inbox, data=self._data), flush=True)

    async def _fill(self, service_data: Path, address: str) -> None:
        if (service_data / "filled").exists():
            return
        from commonscreen.demo.filling import Filling
        from commonscreen.demo.people import NotDone
        from curator.store import Store

        store = await asyncio.to_thread(Store, service_data / "commonscreen.db")
        try:
            filling = await asyncio.to_thread(Filling, service_data, store, address, lambda words: print(f"  {words}"))
            await filling.everything()
            await asyncio.to_thread((service_data / "filled").touch)
            print("  Everything is on. One film waits for the moderator.", flush=True)
        except* NotDone as refused:
            for error in refused.exceptions:
                print(f"  The town is not complete: {error}", file=sys.stderr, flush=True)
        finally:
            store.close()

    async def _until_the_end(self, stop: asyncio.Event, seconds: float | None) -> None:
        waited_s = 0.0
        while not stop.is_set() and (seconds is None or waited_s < seconds):
            service, screen = self._running
            if not service.is_running:
                raise NotStarted(f"The service ended: {service.last_words()} ({service.log})")
            if not screen.is_running:
                if screen.process.returncode == 0:
                    return  # somebody closed the window
                raise NotStarted(f"The screen ended: {screen.last_words()} ({screen.log})")
            step_s = WATCH_S if seconds is None else min(WATCH_S, seconds - waited_s)
            try:
                await asyncio.wait_for(stop.wait(), step_s)
            except TimeoutError:
                waited_s += step_s
