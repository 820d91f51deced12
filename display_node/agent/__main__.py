"""`python -m display_node.agent`: started and restarted by the supervisor; ends at once on SIGTERM."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from pathlib import Path

import click

from display_node import config
from display_node.agent.agent import Settings, run
from display_node.config import BadSetting, DataFolder, listening_place
from display_node.pulse import Pulse
from display_node.words import speak


@click.command()
@click.option("--data", required=True, type=click.Path(path_type=Path, file_okay=False), help="The screen's folder.")
@click.option("--curator", default="", help="The curator's address; remembered.")
@click.option("--language", default="", help="The language of the screen's own words.")
@click.option("--metrics", default="", help="Where to serve figures for Prometheus.")
@click.option("--island-address", default="", help="Where phones reach the screen without the curator, if they may.")
@click.option("--island-wifi", default="", help="The name of the screen's own Wi-Fi.")
def main(data: Path, curator: str, language: str, metrics: str, island_address: str, island_wifi: str) -> None:
    """Talk to the curator and tell the player what is on."""
    logging.basicConfig(level=logging.INFO, format="agent: %(message)s", stream=sys.stderr)
    speak(language or "en")
    try:
        place = listening_place(metrics) if metrics else None
        settings = Settings(
            DataFolder(data), curator, language, metrics=place, pulse=Pulse(os.environ),
            island_address=config.island_address(island_address) if island_address else "", island_wifi=island_wifi,
        )  # fmt: skip
        asyncio.run(_until_told(settings))
    except BadSetting as error:
        click.echo(str(error), err=True)
        sys.exit(2)


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
