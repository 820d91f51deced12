"""`commonscreen content`: what a media file really is, and what the house makes of it. `--json` prints for programs."""

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from content.files import sha256_of
from content.language import language_of_the_shell
from content.media.facts import Prepared, prepared_record
from content.media.flash.screening import screening_reasons, screening_record
from content.media.kernel_limits import CannotConfine
from content.media.preparation import OnProgress, prepare, probe, screen
from content.media.reasons import Reason, reason_text

MOST_FILES = 10_000
_REFUSED = 1
_UNUSABLE = 2
_PERCENT_OF_ALL = {
    "identify": (0, 1),
    "inspect": (1, 4),
    "measure sound": (4, 8),
    "render": (8, 75),
    "check": (75, 76),
    "flashing": (76, 94),
}


@click.group()
def content() -> None:
    """What a media file is, and what the house makes of it."""


@content.command("probe")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def probe_command(file: Path, *, as_json: bool) -> None:
    """Say what FILE really is, by its bytes."""
    with _clear_ends():
        prepared = probe(file)
    _tell(file, prepared, as_json=as_json, facts_on_top=True)
    sys.exit(0 if prepared.is_accepted else _REFUSED)


@content.command("prepare")
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for what is made.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document a file, each on its line.")
def prepare_command(files: tuple[Path, ...], out: Path, *, as_json: bool) -> None:
    """Make house media of FILES (folders: of all files in them).

    Each goes into a folder of OUT that is named by its bytes.
    """
    refused = False
    for file in _all_files(files):
        with _clear_ends():
            prepared = _prepare_one(file, out)
        _tell(file, prepared, as_json=as_json)
        refused = refused or not prepared.is_accepted
    sys.exit(_REFUSED if refused else 0)


@content.command("flash")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def flash_command(file: Path, *, as_json: bool) -> None:
    """Say whether FILE flashes or has stripes in a way that can give people seizures.

    Screened against published thresholds, shown on a whole 16:9 screen; not a medical or regulatory certificate.
    """
    with _clear_ends(), _progress(file) as on_progress:
        prepared, screening = screen(file, on_progress=on_progress)
    if screening is None:
        click.echo(f"commonscreen content: {file}: " + " ".join(_words(prepared.reasons)), err=True)
        sys.exit(_UNUSABLE)
    if as_json:
        click.echo(json.dumps({"file": str(file), **screening_record(screening)}, ensure_ascii=False))
    else:
        click.echo(f"{file}: {screening.policy}")
        for sentence in _words(screening_reasons(screening)):
            click.echo(f"  {sentence}")
    sys.exit(0 if screening.policy == "publish" else _REFUSED)


def _words(reasons: tuple[Reason, ...]) -> list[str]:
    return [" ".join(reason_text(reason, language_of_the_shell())) for reason in reasons]


def _prepare_one(file: Path, out: Path) -> Prepared:
    with file.open("rb") as stream:
        stream.read(1)
    out.mkdir(parents=True, exist_ok=True)
    folder = out / sha256_of(file)[:16]
    with tempfile.TemporaryDirectory(prefix=".making-", dir=out) as making, _progress(file) as on_progress:
        made = Path(making) / "made"
        made.mkdir()
        prepared = prepare(file, made, on_progress=on_progress)
        if prepared.rendition is None:
            return prepared
        return _moved(prepared, made, folder)


def _moved(prepared: Prepared, made: Path, folder: Path) -> Prepared:
    """Puts the files where they stay; those of an earlier run are replaced."""
    from dataclasses import replace

    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for path in made.iterdir():
        path.replace(folder / path.name)
    files = {name: getattr(prepared, name) for name in ("rendition", "thumbnail", "poster", "strip")}
    placed = {name: replace(file, path=folder / file.path.name) for name, file in files.items() if file is not None}
    return replace(prepared, **placed)


@contextmanager
def _progress(file: Path) -> Iterator[OnProgress]:
    """A bar on standard error, if a person sits there."""
    with click.progressbar(length=100, label=file.name, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        done = 0

        def tell(step: str, percent: int) -> None:
            nonlocal done
            start, end = _PERCENT_OF_ALL.get(step, (94, 100))
            now = start + (end - start) * percent // 100
            bar.update(max(0, now - done))
            done = max(now, done)

        yield tell


def _all_files(paths: tuple[Path, ...]) -> list[Path]:
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files += sorted(inner for inner in path.rglob("*") if inner.is_file() and not inner.name.startswith("."))
        else:
            files.append(path)
        if len(files) > MOST_FILES:
            raise click.UsageError(f"more than {MOST_FILES} files; give fewer at a time")
    return files


def _tell(file: Path, prepared: Prepared, *, as_json: bool, facts_on_top: bool = False) -> None:
    record = prepared_record(prepared)
    if as_json:
        on_top = record["facts"] if facts_on_top else None
        whole = {"file": str(file), **(on_top if isinstance(on_top, dict) else {}), **record}
        click.echo(json.dumps(whole, ensure_ascii=False))
        return
    click.echo(f"{file}: {prepared.verdict.replace('_', ' ')}")
    for reason in prepared.reasons:
        click.echo("  " + " ".join(reason_text(reason, language_of_the_shell())))
    if prepared.facts is not None:
        facts = prepared.facts
        click.echo(f"  {facts.container}, {facts.shown_width} x {facts.shown_height}, {facts.duration_ms} ms")
    if prepared.rendition is not None:
        click.echo(f"  {prepared.rendition.path} ({prepared.rendition.duration_ms} ms)")


@contextmanager
def _clear_ends() -> Iterator[None]:
    """A file or machine we cannot use ends with one clear line and status 2."""
    try:
        yield
    except (OSError, CannotConfine) as error:
        click.echo(f"commonscreen content: {error}", err=True)
        sys.exit(_UNUSABLE)
