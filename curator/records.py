"""As-run records: what each screen really showed, as its node told it. Stored once, never changed."""

import re
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from content.reading import Reader
from curator.store import Connection
from curator.tables import as_run, groups, items, screens

MOST_ROWS = 500
LARGEST_BATCH_BYTES = 256 << 10
LAYERS = ("alert", "takeover", "session", "choice", "booking", "rotation", "programme", "filler", "dark")
OUTCOMES = ("complete", "partial", "missed", "substituted")
CAUSES = ("", "file", "decoder", "clock", "power", "panic", "edit", "start")
LONGEST_PLAY_MS = 31 * 24 * 3_600_000
LONGEST_ITEM_ID = 32
LATEST_MS = 253_370_764_800_000
"""The year 9999: a node's clock may be wrong, but calendars end here."""
_EPOCH = re.compile(r"[A-Za-z0-9_-]{1,32}")
_FIELDS = 10


@dataclass(frozen=True, slots=True)
class Row:
    """One thing shown, or not. `seq` rises within a journal; `item` and `sha256` are None for a card or black."""

    seq: int
    planned_start_ms: int
    start_ms: int
    duration_ms: int
    layer: str
    item: str | None
    sha256: str | None
    outcome: str
    cause: str
    manifest_version: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one journal, in rising order of `seq`; at least one."""

    epoch: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A row for people: with the item's title and its group; both "" when there is no such item."""

    row: Row
    title: str
    group_name: str
    group_colour: str


@dataclass(frozen=True, slots=True)
class PlaysOnScreen:
    """How often an item was on one screen."""

    screen_name: str
    screen_slug: str
    screen_zone: str
    times: int
    last_ms: int


@dataclass(frozen=True, slots=True)
class Plays:
    """How often an item was on, wholly or in part. `last_ms` is None when it never was; screens, latest first."""

    times: int
    complete: int
    last_ms: int | None
    screens: tuple[PlaysOnScreen, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows of a screen had each outcome."""

    complete: int
    partial: int
    missed: int
    substituted: int


def read_batch(body: bytes) -> Batch:
    """The rows a node sent. Raises BadDocument for anything that is not as docs/node-protocol.md says."""
    fields = Reader.of_bytes(body, limit_bytes=LARGEST_BATCH_BYTES).fields("epoch", "rows")
    epoch = fields["epoch"].text(most=32)
    if not _EPOCH.fullmatch(epoch):
        fields["epoch"].refuse("an epoch has 1 to 32 letters, digits, - and _")
    places = fields["rows"].items(most=MOST_ROWS)
    if not places:
        fields["rows"].refuse("there is no row")
    rows = tuple(_row(place) for place in places)
    for index in range(1, len(rows)):
        if rows[index].seq <= rows[index - 1].seq:
            places[index].refuse("the rows are not in rising order of seq")
    return Batch(epoch, rows)


def _row(reader: Reader) -> Row:
    cells = reader.items(most=_FIELDS)
    if len(cells) != _FIELDS:
        reader.refuse(f"a row has {_FIELDS} cells")
    return Row(
        seq=cells[0].integer(least=1),
        planned_start_ms=cells[1].integer(least=0, most=LATEST_MS),
        start_ms=cells[2].integer(least=0, most=LATEST_MS),
        duration_ms=cells[3].integer(least=0, most=LONGEST_PLAY_MS),
        layer=cells[4].one_of(*LAYERS),
        item=None if cells[5].value is None else cells[5].text(least=1, most=LONGEST_ITEM_ID),
        sha256=None if cells[6].value is None else cells[6].sha256(),
        outcome=cells[7].one_of(*OUTCOMES),
        cause=cells[8].one_of(*CAUSES),
        manifest_version=cells[9].integer(least=0),
    )


def store(connection: Connection, node_id: str, screen_id: str, batch: Batch, *, now_ms: int) -> int:
    """Stores the rows that are not stored yet; gives the highest seq of the batch, all of which is stored then."""
    values = [
        {
            "node_id": node_id, "epoch": batch.epoch, "seq": row.seq, "screen_id": screen_id,
            "planned_start_ms": row.planned_start_ms, "start_ms": row.start_ms, "duration_ms": row.duration_ms,
            "layer": row.layer, "item_id": row.item, "sha256": row.sha256, "outcome": row.outcome,
            "cause": row.cause, "manifest_version": row.manifest_version, "received_ms": now_ms,
        }
        for row in batch.rows
    ]  # fmt: skip
    connection.execute(insert(as_run).on_conflict_do_nothing(), values)
    return batch.rows[-1].seq


def plays_of_item(connection: Connection, item_id: str, *, most_screens: int = 50) -> Plays:
    """How often an item was really on, in all and on each screen."""
    was_on = (as_run.c.item_id == item_id, as_run.c.outcome.in_(("complete", "partial")))
    counted = (
        sa.select(
            sa.func.count().label("times"),
            sa.func.coalesce(sa.func.sum(sa.case((as_run.c.outcome == "complete", 1), else_=0)), 0).label("complete"),
            sa.func.max(as_run.c.start_ms).label("last_ms"),
        )
        .where(*was_on)
        .order_by(None)
    )
    whole = connection.execute(counted).one()
    by_screen = (
        sa.select(
            screens.c.name, screens.c.slug, screens.c.zone, sa.func.count().label("times"),
            sa.func.max(as_run.c.start_ms).label("last_ms"),
        )
        .select_from(as_run.join(screens, as_run.c.screen_id == screens.c.id))
        .where(*was_on)
        .group_by(screens.c.id)
        .order_by(sa.desc("last_ms"))
        .limit(most_screens)
    )  # fmt: skip
    each = tuple(
        PlaysOnScreen(row.name, row.slug, row.zone, row.times, row.last_ms) for row in connection.execute(by_screen)
    )
    return Plays(whole.times, whole.complete, whole.last_ms, each)


def as_run_of_screen(
    connection: Connection, screen_id: str, from_ms: int, to_ms: int, *, most: int = 200
) -> list[Shown]:
    """What a screen showed that began in [from_ms, to_ms): the newest first, at most `most`."""
    query = (
        sa.select(as_run, items.c.title, groups.c.name, groups.c.colour)
        .select_from(
            as_run.outerjoin(items, as_run.c.item_id == items.c.id).outerjoin(groups, items.c.group_id == groups.c.id)
        )
        .where(as_run.c.screen_id == screen_id, as_run.c.start_ms >= from_ms, as_run.c.start_ms < to_ms)
        .order_by(as_run.c.start_ms.desc(), as_run.c.seq.desc())
        .limit(most)
    )
    return [_shown(row) for row in connection.execute(query).mappings()]


def tally_of_screen(connection: Connection, screen_id: str, from_ms: int, to_ms: int) -> Tally:
    """How many rows that began in [from_ms, to_ms) had each outcome."""
    query = (
        sa.select(as_run.c.outcome, sa.func.count())
        .where(as_run.c.screen_id == screen_id, as_run.c.start_ms >= from_ms, as_run.c.start_ms < to_ms)
        .group_by(as_run.c.outcome)
    )
    counts = {row[0]: int(row[1]) for row in connection.execute(query)}
    return Tally(*(counts.get(outcome, 0) for outcome in OUTCOMES))


def title_of(connection: Connection, item_id: str) -> str:
    """The title of an item a node speaks of; "" when there is none."""
    return connection.execute(sa.select(items.c.title).where(items.c.id == item_id)).scalar() or ""


def _shown(row: sa.RowMapping) -> Shown:
    told = Row(
        seq=row["seq"], planned_start_ms=row["planned_start_ms"], start_ms=row["start_ms"],
        duration_ms=row["duration_ms"], layer=row["layer"], item=row["item_id"], sha256=row["sha256"],
        outcome=row["outcome"], cause=row["cause"], manifest_version=row["manifest_version"],
    )  # fmt: skip
    return Shown(told, row["title"] or "", row["name"] or "", row["colour"] or "")
