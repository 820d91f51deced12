"""The `commonscreen` command: finds the part a word names and hands over to it, importing only that part."""

import importlib
from typing import ClassVar

import click


class LazyGroup(click.Group):
    """A group whose sub-commands are imported only when they are called for, so that `--help` starts at once."""

    parts: ClassVar[dict[str, tuple[str, str]]] = {
        "demo": ("commonscreen.demo.cli:demo", "A whole demo town on this machine: the service and one screen."),
        "curator": ("curator.cli:curator", "Run and look after the service."),
        "node": ("display_node.cli:node", "Run a screen."),
        "content": ("content.media.cli:content", "What a media file is, and what the house makes of it."),
        "programme": ("content.programme.cli:programme", "What is on when, and why."),
    }

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The parts, in the order a newcomer meets them."""
        return [*self.parts, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The part called `cmd_name`, imported now; None if there is no such part."""
        if cmd_name not in self.parts:
            return super().get_command(ctx, cmd_name)
        module_name, _, attribute = self.parts[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module_name), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists the parts without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, sentence) for name, (_, sentence) in self.parts.items()])


@click.group(cls=LazyGroup)
@click.version_option(package_name="commonscreen")
def main() -> None:
    """Commonscreen: what a town makes, on the town's screens."""
