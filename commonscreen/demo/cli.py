"""`commonscreen demo`: one word, and a town is running on this machine."""

import sys
from pathlib import Path

import click


@click.command()
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), default=Path("demo-town"), show_default=True,
    help="The folder that holds the town; delete it to begin anew.",
)  # fmt: skip
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="Where the pages are.")
@click.option("--headless", is_flag=True, help="No window: the screen's picture is on its page.")
@click.option("--for", "seconds", type=click.FloatRange(1), default=None, help="End by itself after so many seconds.")
def demo(data: Path, port: int, headless: bool, seconds: float | None) -> None:
    """A whole demo town on this machine: the service and one screen."""
    from commonscreen.demo.evening import Evening
    from commonscreen.demo.processes import NotStarted

    try:
        Evening(data.resolve(), port, headless=headless).run(seconds)
    except NotStarted as error:
        click.echo(f"demo: {error}", err=True)
        sys.exit(1)
