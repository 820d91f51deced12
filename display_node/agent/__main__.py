"""`python -m display_node.agent`: started and restarted by the supervisor; ends at once on SIGTERM."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from pathlib import Path

import click

from display_node.agent.agent import Settings, run
from display_node.config import BadSetting, DataFolder
from display_node.pulse import Pulse
from display_node.words import speak


@click.command()
@click.option("--data", required=True, type=click.Path(path_type=Path, file_okay=False), help="The screen's folder.")
@click.option("--curator", default="", help="The curator's address; remembered.")
@click.option("--language", default="", help="The language of the screen's own words.")
def main(data: Path, curator: str, language: str) -> None:
    """Talk to the curator and tell the player what is on."""
    logging.basicConfig(level=logging.INFO, format="agent: %(message)s", stream=sys.stderr)
    speak(language or "en")
    try:
        asyncio.run(_until_told(Settings(DataFolder(data), curator, language, pulse=Pulse(os.environ))))
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
