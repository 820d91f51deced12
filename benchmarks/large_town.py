"""A large town's rows, written straight into the database through its schema: no file is prepared, none is there.

Everything is drawn from one seed, so two runs have the same town. What is approved is signed with the service's key,
and its screens' programmes are published by the service's own publisher.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from content.approval import EVERYWHERE, Approval, sign_approval
from content.canonical import canonical_sha256
from content.signing import SigningKey
from curator import bookings, drafts
from curator.audit import BEGINNING
from curator.programme.booking import Booking
from curator.programme.changes import BookingPut
from curator.store import Connection
from curator.tables import (
    accounts,
    air_time,
    as_run,
    audit,
    decisions,
    grants,
    groups,
    items,
    jobs,
    nodes,
    screen_groups,
    screens,
    sites,
    versions,
)
from curator.tables_notices import notices
from tests.curator.nodes import HEALTH

A_DAY_MS = 86_400_000
SCREEN_GROUPS = 10
GROUPS_ON_A_SCREEN = 20
COLOURS = ("coral", "teal", "sun", "plum", "sky", "leaf")
STATES = ("approved",) * 16 + ("submitted", "rejected", "refused", "withdrawn")
Row = dict[str, Any]


@dataclass(frozen=True)
class Size:
    """How large the town is."""

    items: int = 10_000
    screens: int = 500
    groups: int = 200
    audit: int = 100_000
    plays: int = 300_000
    bookings: int = 150
    published: int = 40
    """Screens whose programme is published: all of them would take minutes, and each page asks for one or for a sum."""


@dataclass
class LargeTown:
    """What addresses of the town name, and who its people are."""

    people: dict[str, str] = field(default_factory=dict)
    things: dict[str, str] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)
    """The ids of the items that may play."""


def begin(connection: Connection, size: Size, key: SigningKey, now_ms: int) -> LargeTown:
    """Fills an empty database with people, items that `key` approves, and the screens that get a programme."""
    town = LargeTown()
    _people(connection, town, size, now_ms)
    _screens(connection, range(size.published), now_ms)
    town.shown = _items(connection, town, size, key, now_ms)
    _sharing(connection, size)
    town.things |= {"screen": "screen-1", "slug": "screen-1", "screens": "quarter-1"}
    return town


def finish(connection: Connection, town: LargeTown, size: Size, now_ms: int) -> None:
    """Adds the other screens, and what came to pass."""
    chance = random.Random(8)
    _screens(connection, range(size.published, size.screens), now_ms)
    _plays(connection, size, chance, town.shown, now_ms)
    _bookings(connection, town, size, chance, now_ms)
    _drafts(connection, town, now_ms)
    _notices(connection, town, now_ms)
    _audit(connection, town, size, now_ms)


def _many(connection: Connection, table: sa.Table, rows: Iterator[Row] | list[Row]) -> None:
    found = list(rows)
    for start in range(0, len(found), 5_000):
        connection.execute(table.insert(), found[start : start + 5_000])


def _people(connection: Connection, town: LargeTown, size: Size, now_ms: int) -> None:
    _many(connection, groups, [
        {
            "id": f"g{number}", "slug": f"group-{number}", "name": f"Group {number}", "about": "We make things.",
            "quota_bytes": 20 << 30, "is_house": number == 0, "colour": COLOURS[number % 6], "created_ms": now_ms,
        }
        for number in range(size.groups)
    ])  # fmt: skip
    roles: list[tuple[str, str, str | None]] = [
        (name, name, None) for name in ("administrator", "programmer", "moderator", "technician")
    ]
    for number in range(size.groups):
        roles += [(f"editor{number}", "editor", f"g{number}"), (f"contributor{number}", "contributor", f"g{number}")]
    _many(connection, accounts, [
        {
            "id": f"a-{name}", "email": f"{name}@example.org", "name": name.title(), "password_hash": "",
            "language": "en", "created_ms": now_ms,
        }
        for name, _role, _group in roles
    ])  # fmt: skip
    _many(connection, grants, [
        {"id": f"r-{name}", "account_id": f"a-{name}", "role": role, "group_id": group, "created_ms": now_ms}
        for name, role, group in roles
    ])  # fmt: skip
    # The editor of these pages is in five groups, the contributor in one.
    _many(connection, grants, [
        {"id": f"r5-{n}", "account_id": "a-editor1", "role": "editor", "group_id": f"g{n}", "created_ms": now_ms}
        for n in range(2, 6)
    ])  # fmt: skip
    names = {"editor": "editor1", "contributor": "contributor1", "outsider": "editor9"}
    town.people = {
        who: f"a-{names.get(who, who)}" for who in ("administrator", "programmer", "moderator", "technician", *names)
    }
    town.things |= {"group": "group-1", "account_id": "a-editor7"}


def _screens(connection: Connection, numbers: range, now_ms: int) -> None:
    if numbers.start == 0:
        _many(connection, sites, [{"id": "s0", "slug": "square", "name": "Square", "created_ms": now_ms}])
        _many(connection, screen_groups, [
            {"id": f"sg{number}", "slug": f"quarter-{number}", "name": f"Quarter {number}", "created_ms": now_ms}
            for number in range(SCREEN_GROUPS)
        ])  # fmt: skip
    _many(connection, screens, [
        {
            "id": f"sc{number}", "slug": f"screen-{number}", "name": f"Screen {number}", "place": "By the door",
            "zone": "Europe/London", "language": "en", "width": 1920, "height": 1080, "created_ms": now_ms,
            "site_id": "s0", "screen_group_id": f"sg{number % SCREEN_GROUPS}",
        }
        for number in numbers
    ])  # fmt: skip
    health = json.dumps(HEALTH)
    _many(connection, nodes, [
        {
            "id": f"n{number}", "screen_id": f"sc{number}", "public_key": "", "token_sha256": f"t{number}",
            "software": "0.1.0", "paired_ms": now_ms - A_DAY_MS, "health": health,
            "seen_ms": now_ms - (number * 100 if number % 20 else 3 * 3_600_000),
        }
        for number in numbers
    ])  # fmt: skip


def _items(connection: Connection, town: LargeTown, size: Size, key: SigningKey, now_ms: int) -> list[str]:
    """The ids of the items that may play."""
    chance = random.Random(7)
    item_rows: list[Row] = []
    version_rows: list[Row] = []
    decided: list[Row] = []
    done: list[Row] = []
    for number in range(size.items):
        state, at_ms = STATES[chance.randrange(len(STATES))], now_ms - chance.randrange(90 * A_DAY_MS)
        group, sha256 = number % size.groups, f"{number:064x}"
        last = 2 if number % 5 == 0 else 1
        item_rows.append({
            "id": f"i{number}", "group_id": f"g{group}", "title": f"Item {number}", "credits": "", "licence": "",
            "language": "en", "alt_text": "What can be seen.", "created_by": f"a-editor{group}", "created_ms": at_ms,
            "screen_title": f"Item {number}", "withdrawn_ms": now_ms if state == "withdrawn" else None,
            "approved_version_id": f"v{number}-{last}" if state == "approved" else None,
        })  # fmt: skip
        for version in range(1, last + 1):
            is_last = version == last
            is_refused = is_last and state == "refused"
            version_rows.append({
                "id": f"v{number}-{version}", "item_id": f"i{number}", "number": version, "file_name": "film.mp4",
                "upload_bytes": 1_000_000, "upload_sha256": f"{number * 2 + version:064x}",
                "preparation": "refused" if is_refused else "ready",
                "state": (state if state != "refused" else "draft") if is_last else "draft",
                "reasons": '[{"code": "unreadable"}]' if is_refused else "", "strip_ms": "[]",
                "likeness": json.dumps([f"{chance.getrandbits(64):016x}" for _picture in range(3)]),
                "sha256": None if is_refused else sha256 if is_last else f"{number + (1 << 60):064x}",
                "media_type": "video/mp4", "kind": "video", "size_bytes": 4_000_000, "width": 1920, "height": 1080,
                "fps_num": 30, "frames": 360, "duration_ms": 8_000 + 1_000 * (number % 20), "has_sound": False,
                "thumbnail_sha256": None if is_refused else sha256, "created_by": f"a-contributor{group}",
                "created_ms": at_ms, "prepared_ms": at_ms, "submitted_ms": at_ms,
            })  # fmt: skip
            done.append({
                "id": f"j{number}-{version}", "kind": "prepare", "subject": f"v{number}-{version}",
                "group_id": f"g{group}", "state": "done", "created_ms": at_ms, "not_before_ms": at_ms,
                "started_ms": at_ms, "finished_ms": at_ms,
            })  # fmt: skip
        if state in {"approved", "rejected"}:
            decided.append({
                "id": f"d{number}", "version_id": f"v{number}-{last}", "sha256": sha256,
                "account_id": "a-moderator", "decision": state, "reason": "rights" if state == "rejected" else "",
                "words": "", "created_ms": at_ms,
                "signed": _signed(version_rows[-1], key, at_ms) if state == "approved" else "",
                "waited_ms": at_ms - 3_600_000,
            })  # fmt: skip
    _many(connection, items, item_rows)
    _many(connection, versions, version_rows)
    _many(connection, jobs, done)
    _many(connection, decisions, decided)
    waits = next(row for row in version_rows if row["state"] == "submitted")
    shown = [row["id"] for row in item_rows if row["approved_version_id"]]
    mine = next(item_id for item_id in shown if int(item_id[1:]) % size.groups == 1)
    town.things |= {"item": mine, "version_id": waits["id"]}
    return shown


def _signed(version: Row, key: SigningKey, at_ms: int) -> str:
    """The approval of a version's bytes everywhere, as a moderator's click makes it."""
    approval = Approval(
        sha256=version["sha256"], media_type=version["media_type"], size_bytes=version["size_bytes"],
        duration_ms=version["duration_ms"], places=(EVERYWHERE,), not_before_ms=at_ms,
        not_after_ms=at_ms + 10 * 365 * A_DAY_MS, author=version["created_by"], approver="a-moderator",
        decided_ms=at_ms, audit_head=BEGINNING,
    )  # fmt: skip
    return json.dumps(sign_approval(approval, key).as_json())


def _sharing(connection: Connection, size: Size) -> None:
    rows = {
        (f"screen_group:sg{place}", f"g{1 + (place * GROUPS_ON_A_SCREEN + number) % (size.groups - 1)}")
        for place in range(SCREEN_GROUPS)
        for number in range(GROUPS_ON_A_SCREEN)
    }
    _many(connection, air_time, [
        {"scope": scope, "group_id": group, "daypart_id": "", "weight": 1 + len(group) % 3}
        for scope, group in sorted(rows)
    ])  # fmt: skip


def _plays(connection: Connection, size: Size, chance: random.Random, shown: list[str], now_ms: int) -> None:
    def rows() -> Iterator[Row]:
        for number in range(size.plays):
            screen = chance.randrange(size.screens)
            at_ms = now_ms - chance.randrange(12 * 7 * A_DAY_MS)
            yield {
                "node_id": f"n{screen}", "epoch": "e", "seq": number + 1, "screen_id": f"sc{screen}",
                "planned_start_ms": at_ms, "start_ms": at_ms, "duration_ms": 10_000, "layer": "rotation",
                "item_id": shown[chance.randrange(len(shown))], "sha256": None, "outcome": "complete", "cause": "",
                "manifest_version": 1, "received_ms": at_ms,
            }  # fmt: skip

    _many(connection, as_run, rows())


def _bookings(connection: Connection, town: LargeTown, size: Size, chance: random.Random, now_ms: int) -> None:
    today = datetime.fromtimestamp(now_ms / 1000, UTC).replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
    for number in range(size.bookings):
        on = tuple(f"sc{(number * 3 + step) % size.screens}" for step in range(3))
        starts = today.replace(hour=7 + number % 12, minute=(number // 12) * 4 % 60)
        item_id = town.shown[chance.randrange(len(town.shown))]
        wanted = Booking(
            "", "", "", (item_id,), on, "confirmed", "Europe/London", starts, 60_000,
            rule="FREQ=DAILY;COUNT=28",
        )  # fmt: skip
        made = bookings.put(connection, wanted, now_ms=now_ms, lead_ms=15_000, by="a-programmer")
        town.things["booking"] = made.id


def _drafts(connection: Connection, town: LargeTown, now_ms: int) -> None:
    """A booking on three screens that share a programme, in the draft of everybody who has one."""
    tomorrow = datetime.fromtimestamp(now_ms / 1000, UTC).replace(
        tzinfo=None, hour=5, minute=2, second=0, microsecond=0
    )
    on = tuple(f"sc{1 + SCREEN_GROUPS * number}" for number in range(3))
    wanted = Booking(
        "", "", "", (town.shown[5],), on, "confirmed", "Europe/London", tomorrow + timedelta(days=1), 60_000,
        rule="FREQ=DAILY;COUNT=5",
    )  # fmt: skip
    for who in ("administrator", "programmer"):
        drafts.add(connection, town.people[who], [BookingPut(wanted)], now_ms=now_ms, lead_ms=15_000)


def _notices(connection: Connection, town: LargeTown, now_ms: int) -> None:
    _many(connection, notices, [
        {
            "id": f"no-{who}-{number}", "account_id": account, "kind": "decision",
            "subject": f"version:v{item[1:]}-1", "mark": str(number), "detail": '{"decision": "approved"}',
            "way": "here", "created_ms": now_ms - number,
        }
        for who, account in town.people.items()
        for number, item in enumerate(town.shown[:400])
    ])  # fmt: skip


def _audit(connection: Connection, town: LargeTown, size: Size, now_ms: int) -> None:
    people, shown = list(town.people.values()), town.shown

    def rows() -> Iterator[Row]:
        last = connection.execute(sa.select(audit.c.hash, audit.c.seq).order_by(audit.c.seq.desc())).first()
        previous, before = (last.hash, last.seq) if last else (BEGINNING, 0)
        for seq in range(before + 1, size.audit + 1):
            at_ms, who = now_ms - (size.audit - seq) * 1_000, people[seq % len(people)]
            action, subject, detail = "item.words", f"item:{shown[seq % len(shown)]}", '{"title": "Item"}'
            digest = canonical_sha256([previous, seq, at_ms, who, action, subject, detail])
            yield {
                "seq": seq, "at_ms": at_ms, "account_id": who, "action": action, "subject": subject,
                "detail": detail, "previous": previous, "hash": digest,
            }  # fmt: skip
            previous = digest

    _many(connection, audit, rows())
