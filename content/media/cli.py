"""`commonscreen content`: what a media file really is, and what the house makes of it. `--json` prints for programs."""

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click

from content.captions import UNKNOWN, BadCaptions, clock, language_tag
from content.files import sha256_of
from content.language import language_of_the_shell
from content.media.facts import Prepared, prepared_record
from content.media.findings.policy import AS_IS, Policy, policy_in
from content.media.flash.screening import Screening, screening_reasons, screening_record
from content.media.kernel_limits import CannotConfine
from content.media.limits import Profile, profile_record
from content.media.many import UNUSABLE, Run, files_of
from content.media.mend_words import FORMS, mend_line, read_mends
from content.media.mends import Mends
from content.media.preparation import OnProgress, prepare, prepare_captions, probe, screen
from content.media.profiles import MEANT_FOR, PROFILES, UnknownProfile, profile_named
from content.media.progress import percent_of_all
from content.media.reasons import Reason, reason_text
from content.reading import BadDocument

_FILES = click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document a file, each on its line.")


@click.group()
def content() -> None:
    """What a media file is, and what the house makes of it."""


def _language(_context: click.Context, _parameter: click.Parameter, words: str) -> str:
    try:
        return language_tag(words)
    except BadCaptions as error:
        raise click.BadParameter(f"{error}.") from error


def _policy(_context: click.Context, _parameter: click.Parameter, file: Path | None) -> Policy:
    try:
        return AS_IS if file is None else policy_in(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, BadDocument) as error:
        raise click.BadParameter(f"{file}: {error}") from error


def _profile(_context: click.Context, _parameter: click.Parameter, name: str) -> Profile:
    try:
        return profile_named(name)
    except UnknownProfile as error:
        raise click.BadParameter(f"{error}.") from error


_LANGUAGE = click.option(
    "--language", default=UNKNOWN, callback=_language, help="Of captions files: a language tag such as vi or pt-BR."
)


@content.command("probe")
@_FILES
@_LANGUAGE
@_JSON
def probe_command(files: tuple[Path, ...], *, language: str, as_json: bool) -> None:
    """Say what FILES really are, by their bytes (folders: all files in them); of captions, from when until when."""

    def one(file: Path, label: str) -> bool:
        with _progress(label):
            prepared = probe(file)
            if _is_captions(prepared):
                with tempfile.TemporaryDirectory(prefix="commonscreen-captions-") as folder:
                    prepared = prepare_captions(file, Path(folder), language=language)
        _tell(file, prepared, as_json=as_json, facts_on_top=True)
        return prepared.is_accepted

    _run(files, one, as_json=as_json)


@content.command("prepare")
@_FILES
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for what is made.")
@click.option(
    "--mend", "lines", multiple=True, metavar="WORDS",
    help="Change this on the way; may be given several times. One of: " + ", ".join(f'"{form}"' for form in FORMS),
)  # fmt: skip
@click.option(
    "--policy", type=click.Path(path_type=Path), callback=_policy,
    help="A TOML file whose table [findings] says what is made of what is found: block, warn, tell or off.",
)  # fmt: skip
@click.option(
    "--profile", default="house", callback=_profile, help="What to make them for; “content profiles” lists the names."
)
@_LANGUAGE
@_JSON
def prepare_command(
    files: tuple[Path, ...], out: Path, lines: tuple[str, ...], policy: Policy, profile: Profile, *, language: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Make house media of FILES (folders: of all files in them), and WebVTT of captions files.

    Each goes into a folder of OUT that is named by its bytes. What can be mended in a file is offered in words that
    --mend takes, such as "dim 0:41-0:44". Times are minutes and seconds of the file; a crop is in percent of its
    picture; the strength of a dimming is 1 to 5, and as much as it takes if it is not given.
    """
    try:
        mends = read_mends(lines)
    except BadDocument as error:
        raise click.UsageError(str(error)) from error

    def one(file: Path, label: str) -> bool:
        prepared = _prepare_one(file, label, out, language, mends, policy, profile)
        _tell(file, prepared, as_json=as_json)
        return prepared.is_accepted

    with _clear_ends():
        _make_ready(out)
    _run(files, one, as_json=as_json, besides=out)


@content.command("profiles")
@_JSON
def profiles_command(*, as_json: bool) -> None:
    """Say what house media can be made for: the names that --profile takes."""
    for name, meant_for in MEANT_FOR.items():
        profile = PROFILES.get(name)
        known = {} if profile is None else {**profile_record(profile), "level": profile.level}
        if as_json:
            click.echo(json.dumps({"name": name, "meant_for": meant_for, **known}))
        elif profile is None:
            click.echo(f"{name}: {meant_for}")
        else:
            size, fps, most = f"{profile.long_side} x {profile.short_side}", profile.fps, profile.maxrate_kbps
            click.echo(f"{name}: {size}, {fps}/s, level {profile.level}, at most {most} kbit/s; for {meant_for}")


@content.command("flash")
@_FILES
@_JSON
def flash_command(files: tuple[Path, ...], *, as_json: bool) -> None:
    """Say whether FILES (folders: all files in them) flash or have stripes in a way that can give people seizures.

    Screened against published thresholds, shown on a whole 16:9 screen; not a medical or regulatory certificate.
    """

    def one(file: Path, label: str) -> bool:
        with _progress(label) as on_progress:
            prepared, screening = screen(file, on_progress=on_progress)
        if screening is None:
            raise OSError(f"{file}: " + " ".join(_words(prepared.reasons)))
        _tell_screening(file, screening, as_json=as_json)
        return screening.policy == "publish"

    _run(files, one, as_json=as_json)


def _tell_screening(file: Path, screening: Screening, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"file": str(file), **screening_record(screening)}, ensure_ascii=False))
        return
    click.echo(f"{file}: {screening.policy}")
    for sentence in _words(screening_reasons(screening)):
        click.echo(f"  {sentence}")


def _run(
    paths: tuple[Path, ...], one: Callable[[Path, str], bool], *, as_json: bool, besides: Path | None = None
) -> NoReturn:  # fmt: skip
    """Asks `one` for each file at `paths`, and ends with the status of the whole."""

    def tell_error(file: Path, why: str) -> None:
        if as_json:
            click.echo(json.dumps({"file": str(file), "error": why}, ensure_ascii=False))

    with _clear_ends():
        files = files_of(paths, besides=besides)
    sys.exit(Run(files, tell_error).each(one))


def _make_ready(out: Path) -> None:
    """Raises OSError when nothing can be written into `out`: better before the first film than after it."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=out):
        return


def _words(reasons: tuple[Reason, ...]) -> list[str]:
    return [" ".join(reason_text(reason, language_of_the_shell())) for reason in reasons]


def _is_captions(prepared: Prepared) -> bool:
    return any(reason.code == "captions_only" for reason in prepared.reasons)


def _prepare_one(
    file: Path, label: str, out: Path, language: str, mends: Mends, policy: Policy, profile: Profile
) -> Prepared:  # fmt: skip
    folder = out / sha256_of(file)[:16]
    with tempfile.TemporaryDirectory(prefix=".making-", dir=out) as making, _progress(label) as on_progress:
        made = Path(making) / "made"
        made.mkdir()
        prepared = prepare(file, made, profile=profile, mends=mends, policy=policy, on_progress=on_progress)
        if _is_captions(prepared):
            prepared = prepare_captions(file, made, language=language)
        if not prepared.is_accepted:
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
    names = ("rendition", "thumbnail", "poster", "strip", "veil", "before", "after")
    files = {name: getattr(prepared, name) for name in names}
    placed = {name: replace(file, path=folder / file.path.name) for name, file in files.items() if file is not None}
    captions = tuple(replace(one, path=folder / one.path.name) for one in prepared.captions)
    return replace(prepared, **placed, captions=captions)


@contextmanager
def _progress(label: str) -> Iterator[OnProgress]:
    """A bar on standard error, if a person sits there."""
    with click.progressbar(length=100, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        done = 0

        def tell(step: str, percent: int) -> None:
            nonlocal done
            now = percent_of_all(step, percent)
            bar.update(max(0, now - done))
            done = max(now, done)

        yield tell


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
        if facts.captions:
            click.echo(f"  caption tracks: {', '.join(facts.captions)}")
    for mend in prepared.mends:
        click.echo(f"  mended: {mend_line(mend)}")
    for offer in prepared.offers:
        click.echo("  can be mended: " + " ".join(f'--mend "{mend_line(mend)}"' for mend in offer.mends))
    if prepared.rendition is not None:
        click.echo(f"  {prepared.rendition.path} ({prepared.rendition.duration_ms} ms)")
    for one in prepared.captions:
        click.echo(
            f"  {one.path.name}: captions ({one.form}, {one.language}), {one.cues} from {clock(one.first_ms)} "
            f"to {clock(one.last_ms)}"
        )


@contextmanager
def _clear_ends() -> Iterator[None]:
    """A file or machine we cannot use ends with one clear line and status 2."""
    try:
        yield
    except (OSError, CannotConfine) as error:
        click.echo(f"commonscreen content: {error}", err=True)
        sys.exit(UNUSABLE)
