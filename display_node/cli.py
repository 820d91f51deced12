"""`commonscreen node …`: run a screen, ask how it is, pair it again."""

import json
import os
import re
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Literal, NoReturn, TypeVar

import click

from content.clock import now_ms
from content.language import language_of_the_shell
from content.reading import BadDocument
from display_node.config import DECODERS, BadSetting, DataFolder, curator_address, island_at, listening_place
from display_node.panel import PLAIN, read_panel
from display_node.words import _, speak

DEFAULT_SIZE = "1920x1080"
SMALLEST_PX = 8
LARGEST_PX = 8_192

Answer = TypeVar("Answer")

data_option = click.option(
    "--data", required=True, type=click.Path(path_type=Path, file_okay=False), help="The folder of this screen."
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")


@click.group()
def node() -> None:
    """Run a screen."""
    speak(language_of_the_shell())


class Size(click.ParamType[str]):
    """WIDTHxHEIGHT in pixels."""

    name = "WxH"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text, if it is a size a screen can have."""
        text = str(value)
        match = re.fullmatch(r"([0-9]{1,5})x([0-9]{1,5})", text)
        if not match or not all(SMALLEST_PX <= int(side) <= LARGEST_PX for side in match.groups()):
            self.fail(_("'{text}' is not a size such as 1920x1080.").format(text=text), param, ctx)
        return text


@node.command()
@data_option
@click.option("--curator", default="", help="The curator's address; needed once, then remembered.")
@click.option("--windowed", type=Size(), help="In a window of this size.")
@click.option("--fullscreen", is_flag=True, help="On the whole display (the default).")
@click.option("--headless", type=Size(), is_flag=False, flag_value=DEFAULT_SIZE, help="Without a display.")
@click.option("--frames", type=click.Path(path_type=Path, dir_okay=False), help="Write a row for every frame shown.")
@click.option("--language", default="", help="The language of the screen's own words; default is the screen's.")
@click.option(
    "--metrics",
    default="",
    help="Serve figures for Prometheus at [ADDRESS:]PORT; without an address for this machine only.",
)
@click.option("--island", default="", help="Serve phones at ADDRESS:PORT of the screen's own network (island mode).")
@click.option(
    "--island-address", default="", help="What phones of that network reach it at; default http://ADDRESS:PORT."
)
@click.option("--island-wifi", default="", help="That Wi-Fi's name, for the screen to show.")
@click.option("--decoder", type=click.Choice(DECODERS), default=DECODERS[0], help="Whether hardware may decode films.")
def run(
    data: Path,
    curator: str,
    windowed: str | None,
    fullscreen: bool,
    headless: str | None,
    frames: Path | None,
    language: str,
    metrics: str,
    island: str,
    island_address: str,
    island_wifi: str,
    decoder: str,
) -> None:
    """Run a screen until its window is closed, Ctrl-C or SIGTERM."""
    from display_node.supervisor import python, supervise

    if sum(map(bool, (windowed, fullscreen, headless))) > 1:
        _stop(_("Choose one of --windowed, --fullscreen and --headless."))
    look = _look(windowed, headless, is_asked=fullscreen or bool(windowed))
    folder = DataFolder(data)
    agent = ["--data", str(data)]
    player = ["--socket", str(folder.socket), "--panel", str(folder.panel), "--decoder", decoder, *look]
    if curator:
        agent += ["--curator", _or_stop(lambda: curator_address(curator))]
    _or_stop(lambda: read_panel(folder.panel))
    if metrics:
        _or_stop(lambda: listening_place(metrics))
        agent += ["--metrics", metrics]
    if frames:
        _or_stop(lambda: _check_writable(frames))
        player += ["--frames", str(frames)]
    if language:
        agent += ["--language", language]
        player += ["--language", language]
    others = []
    if island:
        place = _or_stop(lambda: island_at(island, island_address, island_wifi))
        agent += ["--island-address", place.address, "--island-wifi", place.wifi]
        shore = ["--socket", str(folder.island_socket), "--listen", place.listen, "--address", place.address]
        others.append(("island", python("display_node.island", *shore, "--language", language)))
    _or_stop(folder.prepare)
    _check_identity(folder, curator)
    commands = python("display_node.agent", *agent), python("display_node.player", *player)

    def tell(words: str) -> None:
        click.echo(words, err=True)

    sys.exit(_or_stop(lambda: supervise(folder, *commands, tell, emptied=frames, others=others)))


@node.command()
@data_option
@json_option
def status(data: Path, as_json: bool) -> None:
    """Say how the screen is."""
    from display_node.agent.status import read_status

    try:
        found = read_status(DataFolder(data))
    except (BadDocument, OSError) as error:
        sentence = _("{file} cannot be read ({reason}): restart the screen.")
        _stop(sentence.format(file=DataFolder(data).status, reason=error))
    if found is None:
        click.echo(_("No screen has run in {folder} yet.").format(folder=data), err=True)
        sys.exit(1)
    values = asdict(found)
    click.echo(json.dumps(values, ensure_ascii=False) if as_json else _table(values))


@node.command()
@data_option
@json_option
def check(data: Path, as_json: bool) -> None:
    """Exit 0 when the screen is healthy; else 1, with each problem in a sentence."""
    from display_node.agent.status import problems

    found = problems(DataFolder(data), now_ms())
    if as_json:
        click.echo(json.dumps({"healthy": not found, "problems": found}, ensure_ascii=False))
    else:
        for sentence in found or [_("The screen is healthy.")]:
            click.echo(sentence)
    sys.exit(1 if found else 0)


@node.command()
@data_option
@click.option("--again", is_flag=True, required=True, expose_value=False, help="Leave the curator and show a new code.")
def pair(data: Path) -> None:
    """Make the screen show a new pairing code."""
    folder = DataFolder(data)
    if not folder.identity.exists():
        click.echo(_("No screen has run in {folder} yet: 'node run' pairs it.").format(folder=data), err=True)
        sys.exit(1)
    folder.pair_again.touch(mode=0o600)
    click.echo(_("The screen leaves its curator and shows a new code within a second, or when it is next started."))


@node.command()
@data_option
@click.option("--off", is_flag=True, help="No longer.")
def overlay(data: Path, off: bool) -> None:
    """Show on the screen how well it keeps time (F3 does the same in a window)."""
    folder = DataFolder(data)
    if not folder.identity.exists():
        _stop(_("No screen has run in {folder} yet: 'node run' pairs it.").format(folder=data))
    if off:
        folder.overlay.unlink(missing_ok=True)
    else:
        folder.overlay.touch(mode=0o600)


@node.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--windowed", type=Size(), help="In a window of this size (the default).")
@click.option("--fullscreen", is_flag=True, help="On the whole display.")
@click.option("--headless", type=Size(), is_flag=False, flag_value=DEFAULT_SIZE, help="Without a display.")
@click.option("--panel", type=click.Path(path_type=Path, dir_okay=False), help="What kind of panel this is (TOML).")
def play(
    files: tuple[Path, ...], windowed: str | None, fullscreen: bool, headless: str | None, panel: Path | None
) -> None:
    """Play files, or all of a folder, one after another and end, without a curator."""
    size_asked = None if fullscreen else windowed or "1280x720"
    word, *sizes = _look(size_asked, headless, is_asked=fullscreen or bool(windowed))
    size = tuple(int(side) for side in sizes[0].split("x")) if sizes else (0, 0)
    mode: Literal["windowed", "fullscreen", "headless"] = "windowed" if word == "--windowed" else "fullscreen"
    if word == "--headless":
        mode = "headless"
        os.environ["SDL_AUDIODRIVER"] = "dummy"
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

    import pygame

    from display_node.player.playlist import NotPlayable, play_files

    try:
        known = read_panel(panel) if panel else PLAIN
        sys.exit(play_files(files, mode=mode, size=(size[0], size[1]), panel=known))
    except (NotPlayable, BadSetting, OSError, pygame.error) as error:
        _stop(str(error))


def _look(windowed: str | None, headless: str | None, *, is_asked: bool) -> list[str]:
    if headless:
        return ["--headless", headless]
    # Whoever asked for a display gets it, if need be later: the panel may be switched on after the computer.
    if not is_asked and not _has_display():
        click.echo(_("There is no display here; the screen runs without one (--headless)."), err=True)
        return ["--headless", DEFAULT_SIZE]
    return ["--windowed", windowed] if windowed else ["--fullscreen"]


def _has_display() -> bool:
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return True
    # Without a desktop SDL draws straight to the graphics card; a machine with no panel has no card, or none connected.
    return any(path.read_text().strip() == "connected" for path in Path("/sys/class/drm").glob("card*-*/status"))


def _check_identity(folder: DataFolder, curator: str) -> None:
    from display_node.agent.agent import identity_of

    _or_stop(lambda: identity_of(folder, curator))


def _check_writable(path: Path) -> None:
    try:
        path.open("a").close()
    except OSError as error:
        sentence = _("{file} cannot be written ({reason}): choose another file for --frames.")
        raise BadSetting(sentence.format(file=path, reason=error.strerror)) from error


def _table(values: dict[str, object]) -> str:
    width = max(map(len, values))
    lines = []
    for name, value in values.items():
        for index, part in enumerate(value if isinstance(value, tuple) else [value]):
            lines.append(f"{name if index == 0 else '':{width}}  {part}")
    return "\n".join(lines)


def _or_stop(do: Callable[[], Answer]) -> Answer:
    try:
        return do()
    except (BadSetting, BadDocument, OSError) as error:
        _stop(str(error))


def _stop(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(2)
