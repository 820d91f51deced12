"""One run of the demo: starts the service and a screen, fills the town, tells what to try, ends cleanly."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

from commonscreen.command_words import _
from commonscreen.demo.processes import NotStarted, Running

WINDOW = "1280x720"
WATCH_S = 0.5


class Evening:
    """The demo's run. `data` holds everything it makes."""

    def __init__(self, data: Path, port: int, *, headless: bool) -> None:
        """Nothing is started yet."""
        self._data = data
        self._port = port
        self._headless = headless or not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
        self._running: list[Running] = []
        self._filling: subprocess.Popen[bytes] | None = None

    def run(self, seconds: float | None) -> None:
        """Runs until Ctrl-C, the window is closed, or `seconds` have passed. Raises NotStarted."""
        service_data = self._data / "service"
        service_data.mkdir(parents=True, exist_ok=True)
        if not (service_data / "seeded").exists():
            print(_("Building the town…"), flush=True)
            from commonscreen.demo.seed import seed

            seed(service_data)
        try:
            asyncio.run(self._run(service_data, seconds))
        finally:
            self._end_filling()
            for running in reversed(self._running):
                running.end()

    async def _run(self, service_data: Path, seconds: float | None) -> None:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        address = await asyncio.to_thread(self._start, service_data)
        self._welcome(address)
        self._start_filling(service_data, address)
        await self._until_the_end(stop, seconds)
        print("\n" + _("Good night."), flush=True)

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
        from commonscreen.demo.welcome import welcome

        inbox = self._data / "service" / "inbox" / "boatyard-youth-club"
        print(welcome(address, has_window=not self._headless, inbox=inbox, data=self._data), flush=True)

    def _start_filling(self, service_data: Path, address: str) -> None:
        if not (service_data / "filled").exists():
            self._filling = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", "commonscreen.demo.filling", str(service_data), address],
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def _end_filling(self) -> None:
        if self._filling is not None and self._filling.poll() is None:
            os.killpg(self._filling.pid, signal.SIGKILL)  # it picks up where it was cut short
        if self._filling is not None:
            self._filling.wait()

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
