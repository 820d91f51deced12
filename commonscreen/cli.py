"""The `commonscreen` command: finds the part a word names and hands over to it, importing only that part."""

import importlib
from typing import ClassVar

import click

from commonscreen.command_words import speak
from content.language import language_of_the_shell, translations


def N_(sentence: str) -> str:  # noqa: N802 - gettext's own name for a marker
    """Marks a sentence for translation and gives it back unchanged."""
    return sentence


class LazyGroup(click.Group):
    """A group whose sub-commands are imported only when they are called for, so that `--help` starts at once."""

    parts: ClassVar[dict[str, tuple[str, str]]] = {
        "demo": ("commonscreen.demo.cli:demo", N_("A whole demo town on this machine: the service and one screen.")),
        "curator": ("curator.cli:curator", N_("Run and look after the service.")),
        "node": ("display_node.cli:node", N_("Run a screen.")),
        "content": ("content.media.cli:content", N_("What a media file is, and what the house makes of it.")),
        "programme": ("content.programme.cli:programme", N_("What is on when, and why.")),
    }

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The parts, in the order a newcomer meets them."""
        return [*self.parts, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The part called `cmd_name`, imported now and in the reader's language; None if there is no such part."""
        if cmd_name not in self.parts:
            return super().get_command(ctx, cmd_name)
        module_name, _, attribute = self.parts[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module_name), attribute)
        return speak(command, language_of_the_shell())

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What the whole is, in the reader's language."""
        told = translations("commonscreen", language_of_the_shell())
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(told.gettext(self.help) if self.help else "")

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists the parts without importing any."""
        told = translations("commonscreen", language_of_the_shell())
        with formatter.section("Commands"):
            formatter.write_dl([(name, told.gettext(sentence)) for name, (_, sentence) in self.parts.items()])


@click.group(cls=LazyGroup)
@click.version_option(package_name="commonscreen")
def main() -> None:
    """Commonscreen: what a town makes, on the town's screens."""
