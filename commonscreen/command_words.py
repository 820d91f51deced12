"""The command line in the reader's language: help is looked up when a command is loaded, not where it is written."""

from collections.abc import Iterator

import click

from content.language import language_of_the_shell, translations


def _(sentence: str) -> str:
    """A sentence of the demo's in the language of the shell."""
    return translations("commonscreen", language_of_the_shell()).gettext(sentence)


def _tell(words: str, language: str) -> str:
    return translations("commonscreen", language).gettext(words) if words else words


def speak(command: click.Command, language: str) -> click.Command:
    """Puts the help of a command, its options and its sub-commands into `language`; gives the same command."""
    for part in _parts(command):
        if part.help:
            part.help = _tell(_plain(part.help), language)
        for option in part.params:
            if isinstance(option, click.Option) and option.help:
                option.help = _tell(option.help, language)
    return command


def words_of(command: click.Command) -> list[str]:
    """Every sentence of help below a command, in order, once."""
    words: dict[str, None] = {}
    for part in _parts(command):
        if part.help:
            words[_plain(part.help)] = None
        for option in part.params:
            if isinstance(option, click.Option) and option.help:
                words[option.help] = None
    return list(words)


def _plain(text: str) -> str:
    """A docstring as click shows it: without the indentation it has in the source."""
    return "\n".join(line.strip() for line in text.strip().splitlines())


def _parts(command: click.Command) -> Iterator[click.Command]:
    yield command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            part = command.get_command(context, name)
            if part is not None:
                yield from _parts(part)
