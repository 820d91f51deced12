"""Drafts: changes a programmer has made and not published, and the one door by which changes are published.

A draft is on top of a revision. If somebody else published meanwhile, nothing is lost and nothing overwritten: the
programmer sees what the others did, and may lay the draft on top of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from curator import revisions, webhook_events
from curator.bookings import BookingRefused
from curator.ids import new_id
from curator.programme.applying import apply_change
from curator.programme.changes import BookingCancelled, BookingPut, Change
from curator.revisions import LARGEST_CHANGES_BYTES, MOST_CHANGES, Revision, changes_of, changes_text
from curator.store import Connection, taken_back
from curator.tables import booking_slots, drafts
from curator.words import N_, Told, ngettext

SOON_MS = 90 * 60_000
"""A booking form is about one time; what it asks for within this is not left until what was promised is over."""


class DraftFull(Told):
    """More changes than are published together."""


class NothingToPublish(Told):
    """A draft without changes."""


class ChangeRefused(Told):
    """A change that cannot be made. `position` is its place among those tried, `free_ms` as in BookingRefused."""

    def __init__(self, position: int, change: Change, refused: Told) -> None:
        """`refused` is what the domain said."""
        super().__init__(refused.sentence, **refused.values)
        self.position = position
        self.change = change
        self.free_ms = refused.free_ms if isinstance(refused, BookingRefused) else ()


@dataclass(frozen=True, slots=True)
class Draft:
    """Somebody's open draft, its changes in the order made; `undone` can be done again, the last one first."""

    id: str
    account_id: str
    base_revision: int
    changes: tuple[Change, ...]
    undone: tuple[Change, ...]
    created_ms: int
    changed_ms: int


@dataclass(frozen=True, slots=True)
class Published:
    """The changes hold, as `revision`. `changes` name what was made by its id; `screens` are the ids concerned."""

    revision: int
    changes: tuple[Change, ...]
    screens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Others published first: `by` is what they did, the oldest first. Nothing was changed, the draft is as it was."""

    by: tuple[Revision, ...]


def of(connection: Connection, account_id: str) -> Draft | None:
    """Somebody's open draft, or None."""
    query = sa.select(drafts).where(drafts.c.account_id == account_id, drafts.c.closed_ms.is_(None))
    row = connection.execute(query).first()
    if row is None:
        return None
    return Draft(
        row.id, row.account_id, row.base_revision, changes_of(row.changes), changes_of(row.undone),
        row.created_ms, row.changed_ms,
    )  # fmt: skip


def bar_words(draft: Draft | None) -> str:
    """How many changes are not published, in words; "" when there are none."""
    count = len(draft.changes) if draft else 0
    return ngettext("%(num)s change not published", "%(num)s changes not published", count) if count else ""


def open_draft(connection: Connection, account_id: str, now_ms: int) -> Draft:
    """Somebody's open draft; makes an empty one on top of the newest revision when there is none."""
    found = of(connection, account_id)
    if found is not None:
        return found
    made = Draft(new_id(), account_id, revisions.newest(connection), (), (), now_ms, now_ms)
    connection.execute(
        drafts.insert().values(
            id=made.id, account_id=account_id, base_revision=made.base_revision, changes="[]", undone="[]",
            created_ms=now_ms, changed_ms=now_ms, closed_ms=None,
        )
    )  # fmt: skip
    return made


def add(connection: Connection, account_id: str, changes: Sequence[Change], *, now_ms: int, lead_ms: int) -> Draft:
    """Adds changes that can be made on top of the draft. Raises ChangeRefused, DraftFull; then nothing was added."""
    draft = open_draft(connection, account_id, now_ms)
    if not draft.changes:
        draft = replace(draft, base_revision=revisions.newest(connection))
    named = tuple(_named(change) for change in changes)
    grown = replace(draft, changes=(*draft.changes, *named), undone=())
    if len(grown.changes) > MOST_CHANGES or len(changes_text(grown.changes).encode()) > LARGEST_CHANGES_BYTES // 2:
        raise DraftFull(N_("A draft holds at most %(most)s changes: publish these first."), most=MOST_CHANGES)
    try_out(connection, grown.changes, now_ms=now_ms, lead_ms=lead_ms, by=account_id)
    return _store(connection, grown, now_ms)


def undo(connection: Connection, account_id: str, *, now_ms: int) -> Draft:
    """Takes the last change out; harmless when there is none."""
    draft = open_draft(connection, account_id, now_ms)
    if not draft.changes:
        return draft
    *left, last = draft.changes
    return _store(connection, replace(draft, changes=tuple(left), undone=(*draft.undone, last)), now_ms)


def redo(connection: Connection, account_id: str, *, now_ms: int) -> Draft:
    """Puts back the change that was undone last; harmless when there is none."""
    draft = open_draft(connection, account_id, now_ms)
    if not draft.undone:
        return draft
    *left, last = draft.undone
    return _store(connection, replace(draft, changes=(*draft.changes, last), undone=tuple(left)), now_ms)


def drop(connection: Connection, account_id: str, position: int, *, now_ms: int) -> Draft:
    """Takes out the change at `position`, such as one that no longer applies; harmless when there is none."""
    draft = open_draft(connection, account_id, now_ms)
    if not 0 <= position < len(draft.changes):
        return draft
    left = (*draft.changes[:position], *draft.changes[position + 1 :])
    return _store(connection, replace(draft, changes=left, undone=(*draft.undone, draft.changes[position])), now_ms)


def discard(connection: Connection, account_id: str, *, now_ms: int) -> None:
    """Throws the draft away. Harmless when done twice."""
    _close(connection, account_id, "discarded", now_ms)


def rebase(connection: Connection, account_id: str, *, now_ms: int) -> Draft:
    """Lays the draft on top of what others published: they have been seen."""
    draft = open_draft(connection, account_id, now_ms)
    return _store(connection, replace(draft, base_revision=revisions.newest(connection)), now_ms)


def overtaken(connection: Connection, draft: Draft) -> Overtaken | None:
    """What others published since the draft's base; None when there is nothing of theirs."""
    later = tuple(revisions.since(connection, draft.base_revision))
    return Overtaken(later) if any(revision.account_id != draft.account_id for revision in later) else None


def publish(
    connection: Connection, account_id: str, *, now_ms: int, lead_ms: int, on_revision: int, at_once: bool = False
) -> Published | Overtaken:
    """Performs the draft for good and closes it, if nobody else published since `on_revision` and the draft's base.

    `at_once`: without the frozen horizon. Raises ChangeRefused for a change that no longer applies, NothingToPublish.
    """
    draft = of(connection, account_id)
    if draft is None or not draft.changes:
        raise NothingToPublish(N_("There are no changes to publish."))
    behind = overtaken(connection, replace(draft, base_revision=min(draft.base_revision, on_revision)))
    if behind is not None:
        return behind
    made = publish_at_once(
        connection, draft.changes, now_ms=now_ms, lead_ms=lead_ms, by=account_id, at_once=at_once
    )  # fmt: skip
    _close(connection, account_id, "published", now_ms)
    return made


def publish_at_once(
    connection: Connection,
    changes: Sequence[Change],
    *,
    now_ms: int,
    lead_ms: int,
    by: str,
    at_once: bool | None = None,
) -> Published:
    """Performs changes and notes them as one revision, for forms that need no draft. Raises ChangeRefused.

    `at_once` None: without the frozen horizon only where a booking that begins or goes within SOON_MS needs it.
    """
    named = tuple(_named(change) for change in changes)
    before, was_soon = revisions.screens_of(connection, named), _is_soon(connection, named, now_ms)
    apply(connection, named, now_ms=now_ms, lead_ms=lead_ms, by=by)
    if at_once is None:
        at_once = was_soon or _is_soon(connection, named, now_ms)
    number = revisions.add(connection, named, now_ms=now_ms, by=by, at_once=at_once)
    concerned = sorted({*before, *revisions.screens_of(connection, named)})
    webhook_events.published(connection, number, concerned, now_ms=now_ms)
    return Published(number, named, tuple(concerned))


def _is_soon(connection: Connection, changes: Sequence[Change], now_ms: int) -> bool:
    """Whether a booking among those changed has an occurrence that begins within SOON_MS."""
    ids = [one.booking.id for one in changes if isinstance(one, BookingPut)]
    ids += [one.booking_id for one in changes if isinstance(one, BookingCancelled)]
    query = sa.select(booking_slots.c.booking_id).where(
        booking_slots.c.booking_id.in_(ids),
        booking_slots.c.end_ms > now_ms,
        booking_slots.c.start_ms < now_ms + SOON_MS,
    )
    return connection.execute(query.limit(1)).first() is not None


def apply(connection: Connection, changes: Sequence[Change], *, now_ms: int, lead_ms: int, by: str) -> None:
    """Performs the changes one after another. Raises ChangeRefused at the first that cannot be made."""
    for position, change in enumerate(changes):
        try:
            apply_change(connection, change, now_ms=now_ms, lead_ms=lead_ms, by=by)
        except Told as refused:
            raise ChangeRefused(position, change, refused) from refused


def try_out(connection: Connection, changes: Sequence[Change], *, now_ms: int, lead_ms: int, by: str) -> None:
    """Performs the changes and takes them back. Raises ChangeRefused."""
    with taken_back(connection):
        apply(connection, changes, now_ms=now_ms, lead_ms=lead_ms, by=by)


def _named(change: Change) -> Change:
    """A new booking gets an id at once, by which later changes of the draft speak of it."""
    if not isinstance(change, BookingPut) or change.booking.id:
        return change
    booking_id = new_id()
    uid = change.booking.uid or f"{booking_id}@commonscreen"
    return BookingPut(replace(change.booking, id=booking_id, uid=uid))


def _store(connection: Connection, draft: Draft, now_ms: int) -> Draft:
    connection.execute(
        drafts.update()
        .where(drafts.c.id == draft.id)
        .values(
            base_revision=draft.base_revision, changes=changes_text(draft.changes), undone=changes_text(draft.undone),
            changed_ms=now_ms,
        )
    )  # fmt: skip
    return replace(draft, changed_ms=now_ms)


def _close(connection: Connection, account_id: str, outcome: str, now_ms: int) -> None:
    connection.execute(
        drafts.update()
        .where(drafts.c.account_id == account_id, drafts.c.closed_ms.is_(None))
        .values(closed_ms=now_ms, outcome=outcome)
    )
