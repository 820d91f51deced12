"""`python -m display_node.island`: started and restarted by the supervisor; ends at once on SIGTERM."""

import asyncio
import contextlib
import logging
import os
import resource
import signal
import sys
from pathlib import Path

import click

from display_node.config import BadSetting, island_address, listening_place
from display_node.island.running import Settings, run
from display_node.pulse import Pulse
from display_node.words import speak

NICER = 10
"""Strangers come after the picture."""
MOST_FILES = 1_024
MOST_MEMORY_BYTES = 512 << 20


@click.command()
@click.option("--socket", required=True, type=click.Path(path_type=Path), help="Where the agent listens.")
@click.option("--listen", required=True, help="The address and port to serve at.")
@click.option("--address", required=True, help="What phones of that network reach it at.")
@click.option("--language", default="", help="The language of messages.")
def main(socket: Path, listen: str, address: str, language: str) -> None:
    """Serve the phones' page on the screen's own network."""
    logging.basicConfig(level=logging.WARNING, format="island: %(message)s", stream=sys.stderr)
    # What strangers send wrongly is answered, and fills no memory card.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    speak(language or "en")
    try:
        settings = Settings(socket, listening_place(listen), island_address(address), pulse=Pulse(os.environ))
        _be_modest()
        asyncio.run(_until_told(settings))
    except (BadSetting, OSError) as error:
        click.echo(str(error), err=True)
        sys.exit(2)


def _be_modest() -> None:
    os.nice(NICER)
    resource.setrlimit(resource.RLIMIT_NOFILE, (MOST_FILES, MOST_FILES))
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # It writes no file.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


async def _until_told(settings: Settings) -> None:
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        if task is not None:
            loop.add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await run(settings)


if __name__ == "__main__":
    main()
