"""`commonscreen programme`: asks a plan file, a manifest or a sealed manifest what is on, when and why."""

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NoReturn

import click

from content.language import language_of_the_shell, translations
from content.manifest import LARGEST_MANIFEST_BYTES
from content.programme.digest import plan_digest, segment_digests
from content.programme.engine import Event, Programme
from content.programme.explain import explain
from content.programme.layers import fold
from content.programme.layers_file import LARGEST_LOG_BYTES, read_log
from content.programme.plan import read_plan
from content.programme.wording import seconds, stamp
from content.reading import BadDocument, Reader

_plan = click.argument("plan", type=click.Path(path_type=Path))
_time = click.option("--time", "time_ms", type=int, required=True, help="The instant, in UTC milliseconds.")
_json = click.option("--json", "as_json", is_flag=True, help="JSON instead of a text for people.")


@click.group()
def programme() -> None:
    """What is on when, and why. PLAN is a plan, a manifest or a sealed manifest; times are UTC milliseconds."""


@programme.command()
@_plan
@_time
@_json
def at(plan: Path, time_ms: int, as_json: bool) -> None:
    """What is on at an instant."""
    showing = _load(plan).at(time_ms)
    if as_json:
        row = {"time_ms": time_ms, **_row(showing.event), "layer": showing.event.layer}
        _print_json({**row, "offset_ms": showing.offset_ms, "media_ms": showing.media_ms})
    else:
        _print_table([_cells(showing.event)])


@programme.command("list")
@_plan
@click.option("--from", "from_ms", type=int, required=True, help="First instant, in UTC milliseconds.")
@click.option("--to", "to_ms", type=int, required=True, help="First instant after, in UTC milliseconds.")
@_json
def list_events(plan: Path, from_ms: int, to_ms: int, as_json: bool) -> None:
    """Everything that is on between two instants, a line each, whole events and no gaps."""
    if to_ms < from_ms:
        _fail(_("--to {to} is before --from {start}").format(to=to_ms, start=from_ms))
    events = _load(plan).each_event(from_ms, to_ms)
    if as_json:
        for event in events:
            _print_json(_row(event))
    else:
        _print_table(_cells(event) for event in events)


@programme.command("explain")
@_plan
@click.option("--item", required=True, help="The item's id.")
@_time
@_json
def explain_item(plan: Path, item: str, time_ms: int, as_json: bool) -> None:
    """Why an item is or is not on at an instant, and when it is on next. Exit 1: the plan holds no such item."""
    # A program that reads JSON gets the same sentence everywhere.
    found = explain(_load(plan), item, time_ms, "en" if as_json else language_of_the_shell())
    if as_json:
        _print_json(
            {
                "item": item, "time_ms": time_ms, "reason": found.reason, "sentence": found.sentence,
                "numbers": found.numbers, "next_start_ms": found.next_start_ms,
            }
        )  # fmt: skip
    else:
        click.echo(f"{item}: {found.sentence}")
        if found.next_start_ms is not None:
            click.echo(_("Next: {start}.").format(start=stamp(found.next_start_ms)))
        elif found.reason != "unknown_item":
            click.echo(_("It does not come again in this plan."))
    if found.reason == "unknown_item":
        sys.exit(1)


@programme.command()
@_plan
@click.option("--events", type=click.Path(path_type=Path), required=True, help="Live orders, one JSON object a line.")
@_time
@_json
def layered(plan: Path, events: Path, time_ms: int, as_json: bool) -> None:
    """What is on at an instant, with live orders over the programme: alert, takeover, session, choice."""
    asked = _load(plan)
    try:
        log = read_log(_body(events, LARGEST_LOG_BYTES))
    except BadDocument as error:
        _fail(f"{events}: {error}")
    shown = fold(log, asked, time_ms)
    if as_json:
        _print_json({
            "time_ms": time_ms, "layer": shown.layer, "order": shown.order, "item": shown.item,
            "media_ms": shown.media_offset_ms, "is_card": shown.is_card,
        })  # fmt: skip
    else:
        click.echo("  ".join((stamp(time_ms), shown.layer, shown.item or "-", shown.order or "-")))


@programme.command()
@_plan
@_json
def digest(plan: Path, as_json: bool) -> None:
    """What the whole plan and each of its segments come to, in 32 hexadecimal digits each."""
    asked = _load(plan)
    whole, parts = plan_digest(asked), segment_digests(asked)
    if as_json:
        _print_json({"plan": whole, "segments": list(parts)})
        return
    of_plan = _("plan")
    click.echo(f"{whole}  {of_plan}")
    for segment, part in zip(asked.plan.segments, parts, strict=True):
        click.echo(f"{part}  {stamp(segment.start_ms)}")


def _(sentence: str) -> str:
    return translations("content", language_of_the_shell()).gettext(sentence)


def _load(path: Path) -> Programme:
    """The programme in a file; ends the command with exit code 2 when there is none."""
    body = _body(path, LARGEST_MANIFEST_BYTES)
    try:
        return Programme(read_plan(_plan_in(Reader.of_bytes(body, limit_bytes=LARGEST_MANIFEST_BYTES))))
    except BadDocument as error:
        _fail(f"{path}: {error}")


def _body(path: Path, limit_bytes: int) -> bytes:
    """A file's bytes, at most one more than the limit; ends the command with exit code 2 when there are none."""
    try:
        with path.open("rb") as stream:
            return stream.read(limit_bytes + 1)
    except OSError as error:
        _fail(f"{path}: {error.strerror}")


def _plan_in(reader: Reader) -> Reader:
    """The plan's place in a plan, a manifest or a sealed manifest. No signature is checked: nothing here obeys it."""
    members = reader.members()
    if "manifest" in members:
        reader = members["manifest"]
        members = reader.members()
    return members.get("plan", reader)


def _fail(sentence: str) -> NoReturn:
    click.echo(_("Error: {sentence}").format(sentence=sentence), err=True)
    sys.exit(2)


def _row(event: Event) -> dict[str, int | str | None]:
    return {
        "start_ms": event.start_ms, "end_ms": event.end_ms, "kind": event.kind, "item": event.item,
        "group": event.group,
    }  # fmt: skip


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))


def _cells(event: Event) -> Sequence[str]:
    length = seconds(event.end_ms - event.start_ms) if event.kind != "off" else "-"
    return stamp(event.start_ms), stamp(event.end_ms), length, event.kind, event.item or "-", event.group or "-"


def _print_table(rows: Iterable[Sequence[str]]) -> None:
    columns = (_("from"), _("until"), _("length"), _("kind"), _("item"), _("group"))
    widths = (24, 24, 14, 6, 24, 0)
    for row in (columns, *rows):
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
