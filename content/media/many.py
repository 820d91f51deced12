"""Many files, one after the other: what is taken from folders, what is passed over, and how a run over them ends.

One bad file never ends a run; what cannot be helped by going on (no room, no walls) does. Folders of the command line
and watched folders pass over the same names.
"""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import click

from content.language import language_of_the_shell, translations
from content.media.kernel_limits import CannotConfine

MOST_FILES = 10_000
REFUSED, UNUSABLE, STOPPED = 1, 2, 130
"""Exit status when the answer is no for some file, when some file could not be read, when somebody pressed Ctrl-C."""
Answer = Literal["yes", "no", "unreadable"]

_UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".tmp", ".temp", ".swp")
_NEVER = frozenset({"thumbs.db", "desktop.ini"})
_HOPELESS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE})


def is_passed_over(name: str) -> bool:
    """Whether a file or folder of this name is nobody's to show: hidden, unfinished, or a system's own."""
    lower = name.lower()
    return lower.startswith((".", "~$")) or lower.endswith(_UNFINISHED) or lower in _NEVER


def files_of(paths: tuple[Path, ...], *, besides: Path | None = None) -> list[Path]:
    """The files at `paths` and in folders among them, in order, each once; nothing below the folder `besides`.

    Raises click.UsageError when there are none or too many, OSError when a folder cannot be read.
    """
    without = besides.resolve() if besides is not None else None
    found: dict[Path, None] = {}
    for path in paths:
        for file in _below(path, without) if path.is_dir() else [path]:
            found[file] = None
            if len(found) > MOST_FILES:
                raise click.UsageError(f"more than {MOST_FILES} files; give fewer at a time")
    if not found:
        raise click.UsageError(_("there is no file in %(places)s") % {"places": ", ".join(map(str, paths))})
    return list(found)


def refuse_special(file: Path) -> None:
    """Raises OSError when `file` is not there, cannot be read, or is no plain file: a pipe would keep us waiting."""
    if not stat.S_ISREG(file.stat().st_mode):
        raise OSError(errno.EINVAL, "not a plain file", str(file))
    with file.open("rb") as stream:
        stream.read(1)


@dataclass(slots=True)
class Run:
    """One walk over files. `tell_error` hears of a file that could not be read, and why."""

    files: list[Path]
    tell_error: Callable[[Path, str], None]
    answers: list[Answer] = field(default_factory=list)

    def each(self, answer: Callable[[Path, str], bool]) -> int:
        """Asks `answer` for every file (with what to call it); gives the exit status of the whole.

        Nobody is asked any more after Ctrl-C, or when the disk or the machine would refuse the next one too.
        """
        try:
            for number, file in enumerate(self.files, 1):
                self.answers.append(self._one(answer, file, self._label(number, file)))
        except KeyboardInterrupt:
            self._sum_up(_("Stopped."))
            return STOPPED
        except (OSError, CannotConfine) as error:
            click.echo(f"commonscreen content: {error}", err=True)
            if len(self.files) > 1:
                self._sum_up(_("Stopped: the next file would end the same way."))
            return UNUSABLE
        if len(self.files) > 1:
            self._sum_up("")
        return UNUSABLE if "unreadable" in self.answers else REFUSED if "no" in self.answers else 0

    def _one(self, answer: Callable[[Path, str], bool], file: Path, label: str) -> Answer:
        try:
            refuse_special(file)
            return "yes" if answer(file, label) else "no"
        except OSError as error:
            if error.errno in _HOPELESS:
                raise
            click.echo(f"commonscreen content: {error}", err=True)
            self.tell_error(file, str(error))
            return "unreadable"

    def _label(self, number: int, file: Path) -> str:
        return f"{number}/{len(self.files)} {file.name}" if len(self.files) > 1 else file.name

    def _sum_up(self, first: str) -> None:
        counts = {"all": len(self.files), "done": len(self.answers)} | {
            name: self.answers.count(name) for name in ("yes", "no", "unreadable")
        }
        told = _("%(done)s of %(all)s files: %(yes)s good, %(no)s refused or held, %(unreadable)s could not be read.")
        click.echo(f"{first} {told % counts}".strip(), err=True)


def _below(folder: Path, without: Path | None) -> Iterator[Path]:
    for place, folders, names in os.walk(folder, onerror=_raise):
        folders[:] = sorted(
            name
            for name in folders
            if not is_passed_over(name) and (without is None or (Path(place) / name).resolve() != without)
        )
        if without is not None and Path(place).resolve() == without:
            continue
        for name in sorted(names):
            if not is_passed_over(name) and (Path(place) / name).is_file():
                yield Path(place) / name


def _raise(error: OSError) -> None:
    raise error


def _(sentence: str) -> str:
    return translations("content", language_of_the_shell()).gettext(sentence)
