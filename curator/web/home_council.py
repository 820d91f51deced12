"""The parts of the home page for the council's roles: screens, queue, programme, people. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from curator import audit, audit_words, captions, drafts, invitations, moderation, policy, screen_watch, slots, tickers
from curator.audit_words import ToldRow
from curator.mail import outbox
from curator.moderation import Waiting
from curator.programme.hours import DAY_MS
from curator.publishing import Fault
from curator.screen_watch import TROUBLE, Watched
from curator.slots import Slot
from curator.store import Connection
from curator.tables import accounts, booking_slots, bookings, grants, items, manifests, screens
from curator.unresolved import Week, coming_week_once
from curator.words import ngettext

MOST_SCREENS = 8
MOST_WAITING = 4
MOST_COMING = 5
MOST_PEOPLE = 8
MOST_ROWS = 4
LONG_MS, VERY_LONG_MS = DAY_MS, 3 * DAY_MS
"""After this long in the queue something waits long, and very long."""


@dataclass(frozen=True, slots=True)
class Screens:
    """How the screens are: the worst of them, and how many are in each state."""

    worst: list[Watched]
    counts: Mapping[str, int]
    total: int

    @property
    def urgent(self) -> int:
        """How many somebody should see to."""
        return sum(count for state, count in self.counts.items() if state in TROUBLE)


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for a decision: how much, how long, and what has waited longest."""

    count: int
    long: int
    very_long: int
    captions: int
    tickers: int
    oldest: list[Waiting]

    @property
    def urgent(self) -> int:
        """How much waits."""
        return self.count + self.captions + self.tickers


@dataclass(frozen=True, slots=True)
class Programme:
    """The programme: what is unresolved, what could not be published, what is booked next, one's own draft."""

    week: Week
    faults: Mapping[str, Fault]
    fault_names: list[tuple[str, str, Fault]]
    without: int
    total: int
    coming: list[tuple[Slot, str, str]]
    draft_words: str

    @property
    def urgent(self) -> int:
        """How many bookings and screens need somebody."""
        return len(self.week.found) + len(self.faults)


@dataclass(frozen=True, slots=True)
class People:
    """What administrators see to: who waits, the rules of the house, the newest rows of the log."""

    leaving: list[tuple[str, str]]
    leaving_count: int
    roleless: list[tuple[str, str]]
    roleless_count: int
    invited: int
    stuck_mails: int
    reasons: int
    two_persons: int
    rows: list[ToldRow]

    @property
    def urgent(self) -> int:
        """How many people wait for an administrator, and mails that do not leave."""
        return self.leaving_count + self.roleless_count + self.stuck_mails


def screens_of(connection: Connection, now_ms: int) -> Screens:
    """The screens, the worst first."""
    watched = screen_watch.every(connection, now_ms)
    counts: dict[str, int] = {}
    for one in watched:
        counts[one.state] = counts.get(one.state, 0) + 1
    return Screens(watched[:MOST_SCREENS], counts, len(watched))


def queue_of(connection: Connection, now_ms: int) -> Queue:
    """The queue with its age."""
    oldest = moderation.queue(connection, most=MOST_WAITING)
    return Queue(
        count=moderation.count_waiting(connection),
        long=moderation.count_waiting(connection, before_ms=now_ms - LONG_MS),
        very_long=moderation.count_waiting(connection, before_ms=now_ms - VERY_LONG_MS),
        captions=len(captions.waiting(connection)),
        tickers=tickers.count_waiting(connection),
        oldest=oldest,
    )


def programme_of(
    connection: Connection, account_id: str, faults: Mapping[str, Fault], now_ms: int
) -> Programme:  # fmt: skip
    """The programme of all screens."""
    up = {
        row.id: row
        for row in connection.execute(
            sa.select(screens.c.id, screens.c.name, screens.c.slug, screens.c.zone).where(
                screens.c.retired_ms.is_(None)
            )
        )
    }
    standing = {screen_id: fault for screen_id, fault in faults.items() if screen_id in up}
    laid = set(connection.execute(sa.select(manifests.c.screen_id).distinct()).scalars())
    return Programme(
        week=coming_week_once(connection, now_ms),
        faults=standing,
        fault_names=[
            (up[screen_id].name, up[screen_id].slug, fault) for screen_id, fault in list(standing.items())[:MOST_COMING]
        ],
        without=sum(screen_id not in laid for screen_id in up),
        total=len(up),
        coming=_coming(connection, now_ms),
        draft_words=drafts.bar_words(drafts.of(connection, account_id)),
    )


def people_of(connection: Connection, now_ms: int) -> People:
    """Who waits for an administrator, and what administrators keep an eye on."""
    open_ones = accounts.c.disabled_ms.is_(None), accounts.c.erased_ms.is_(None)
    asks = (accounts.c.erasure_asked_ms.is_not(None), accounts.c.erased_ms.is_(None))
    without = (
        *open_ones,
        accounts.c.erasure_asked_ms.is_(None),
        ~sa.exists().where(grants.c.account_id == accounts.c.id),
    )
    newest = audit.rows(connection, most=MOST_ROWS)
    return People(
        leaving=_named(connection, *asks),
        leaving_count=_count(connection, *asks),
        roleless=_named(connection, *without),
        roleless_count=_count(connection, *without),
        invited=len(invitations.pending(connection, now_ms)),
        stuck_mails=outbox.stuck(connection)[0],
        reasons=sum(not reason.retired for reason in policy.reasons().values()),
        two_persons=sum(need.persons == 2 for need in policy.in_force().needs),
        rows=audit_words.tell(connection, newest),
    )


def _named(connection: Connection, *conditions: "sa.ColumnElement[bool]") -> list[tuple[str, str]]:
    query = sa.select(accounts.c.id, accounts.c.name).where(*conditions).order_by(accounts.c.name).limit(MOST_PEOPLE)
    return [(row.id, row.name) for row in connection.execute(query)]


def _count(connection: Connection, *conditions: "sa.ColumnElement[bool]") -> int:
    query = sa.select(sa.func.count()).select_from(accounts).where(*conditions)
    return int(connection.execute(query).scalar_one())


def _coming(connection: Connection, now_ms: int) -> list[tuple[Slot, str, str]]:
    """The next booked slots, each booking's next one: what it is called, and where it is (a screen, or how many)."""
    first = (
        sa.select(
            booking_slots.c.booking_id, sa.func.min(booking_slots.c.start_ms).label("start_ms"),
        )
        .join(bookings, booking_slots.c.booking_id == bookings.c.id)
        .where(bookings.c.cancelled_ms.is_(None), booking_slots.c.start_ms >= now_ms)
        .group_by(booking_slots.c.booking_id)
        .order_by("start_ms")
        .limit(MOST_COMING)
    )  # fmt: skip
    wanted = {row.booking_id: row.start_ms for row in connection.execute(first)}
    if not wanted:
        return []
    pairs = sa.tuple_(booking_slots.c.booking_id, booking_slots.c.start_ms).in_(list(wanted.items()))
    found = slots.slots_where(connection, pairs)
    titles = {
        row.id: row.title
        for row in connection.execute(
            sa.select(items.c.id, items.c.title).where(items.c.id.in_([slot.item_id for slot in found]))
        )
    }
    of_screens = screens.c.id.in_(sorted({slot.screen_id for slot in found}))
    names = {row.id: row.name for row in connection.execute(sa.select(screens.c.id, screens.c.name).where(of_screens))}
    by_booking: dict[str, list[Slot]] = {}
    for slot in found:
        by_booking.setdefault(slot.booking_id, []).append(slot)
    return [
        (mine[0], mine[0].title or titles.get(mine[0].item_id, ""), _where([names[slot.screen_id] for slot in mine]))
        for mine in by_booking.values()
    ]


def _where(on: list[str]) -> str:
    return on[0] if len(on) == 1 else ngettext("%(num)s screen", "%(num)s screens", len(on))
