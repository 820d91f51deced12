"""Activities at screens: made by a group, approved by a person, signed; a poll is answered before the next is asked."""

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from content.canonical import canonical_bytes
from content.reading import BadDocument, Reader
from content.signing import SigningKey
from curator import audit, backdrops, groups, occasions, votes
from curator.authorisation import Action, Actor, require
from curator.backdrops import Backdrop
from curator.not_decided import Changed, NotDecided, OwnWork
from curator.store import Connection
from curator.tables import audit as audit_rows
from curator.tables import grants
from curator.tables_taking_part import activities
from curator.wishes import BadActivity
from curator.words import N_
from kiosks.activities.hours import Hours, read_hours
from kiosks.activities.poll import LONGEST_REPLY, Before, Question
from kiosks.activities.statement import (
    LARGEST_STATEMENT_BYTES,
    Asked,
    Kind,
    SignedActivity,
    Statement,
    read_activity,
    read_asked,
    sign_activity,
)
from kiosks.activities.wall import Prompt
from kiosks.themes import PAPER

State = Literal["draft", "submitted", "approved", "rejected", "withdrawn"]
STANDING = ("submitted", "approved")
BALLOT = "ballot"
"""The kind of row that is a poll about what plays next (`next_up`): it is not asked on the page, and wants no reply."""
WROTE = ("activity.make", "activity.draft", "activity.change", "activity.hand_in")
"""Whoever did one of these to an activity does not decide about it."""
MOST_SHOWN = 200
LONGEST_REASON = 500
TOO_LARGE = N_("This is too large for a screen to read. Make several of it, each for fewer screens.")
_LONGEST_KEY_ID, _LONGEST_SIGNATURE, _LONGEST_ID = "k" * 100, "s" * 200, "i" * 100

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """An activity as stored, with its votes. `asked` is None for a game."""

    id: str
    kind: Kind
    group_id: str
    group_name: str
    screens: tuple[str, ...]
    asked: Asked | None
    opens_ms: int
    closes_ms: int
    state: State
    signed: SignedActivity | None
    created_by: str | None
    created_ms: int
    decided_by: str | None
    reason: str
    reply: str
    counts: tuple[int, ...]
    theme: str = PAPER
    hours: Hours | None = None
    draft: str = ""
    """What was wished for so far, while it is a draft (`activity_drafts`)."""
    backdrop: Backdrop | None = None
    """The picture behind its words; whether it may still be shown is asked each time."""
    is_damaged: bool = False
    """It cannot be read as it is stored: it is offered nowhere and can be withdrawn."""

    @property
    def mark(self) -> str:
        """A mark of all that is signed of it: other words, screens, hours or colours have another."""
        asked, hours = self.asked, self.hours
        return hashlib.sha256(
            canonical_bytes({
                "kind": self.kind, "group": self.group_id, "asked": None if asked is None else asked.as_json(),
                "screens": list(self.screens), "opens_ms": self.opens_ms, "closes_ms": self.closes_ms,
                "theme": self.theme, "hours": None if hours is None else hours.as_json(),
                "backdrop": "" if self.backdrop is None else self.backdrop.sha256,
            })
        ).hexdigest()  # fmt: skip

    @property
    def question(self) -> Question | None:
        """What a poll asks."""
        return self.asked if isinstance(self.asked, Question) else None

    @property
    def prompt(self) -> Prompt | None:
        """What a wall asks, or who asks what plays next."""
        return self.asked if isinstance(self.asked, Prompt) else None

    def is_open(self, now_ms: int) -> bool:
        """Whether visitors may take part now."""
        is_time = self.opens_ms <= now_ms < self.closes_ms and (self.hours is None or self.hours.hold_at(now_ms))
        return self.state == "approved" and is_time and not self.is_damaged

    def wants_reply(self, now_ms: int) -> bool:
        """Whether people voted, it is over, and the asker has said nothing to it."""
        is_over = self.state in ("approved", "withdrawn") and now_ms >= self.closes_ms
        return self.question is not None and is_over and sum(self.counts) > 0 and not self.reply


def approve(
    connection: Connection, activity_id: str, *, key: SigningKey, now_ms: int, by: Actor, mark: str | None = None
) -> None:  # fmt: skip
    """Signs it: from then on its screens may run it. `mark` is `Kept.mark` of what was read.

    Raises NotAllowed, OwnWork, NotDecided, Changed for another mark, BadActivity for what no screen could read.
    """
    found = _to_decide(connection, activity_id, by)
    if mark is not None and mark != found.mark:
        raise Changed(N_("This has changed since you opened it. Look at it again."))
    statement = Statement(
        found.id, found.kind, found.asked, found.screens, found.opens_ms, found.closes_ms, found.group_id,
        by.account_id, now_ms, found.theme, found.hours,
        backdrops.require(connection, found.backdrop, found.screens, now_ms),
    )  # fmt: skip
    signed = sign_activity(statement, key)
    if found.is_damaged:
        raise BadActivity(TOO_LARGE)
    _refuse_unreadable(signed)
    _decide(connection, found, "approved", by, now_ms, statement=_text(signed))
    audit.record(connection, now_ms, by.account_id, "activity.approve", f"activity:{activity_id}")


def refuse_too_large(
    kind: Kind, asked: Asked | None, screens: tuple[str, ...], theme: str, hours: Hours | None, backdrop: str = ""
) -> None:  # fmt: skip
    """Returns if this could be signed and read again, whoever signs it. Raises BadActivity."""
    last_ms = 2**53 - 1
    statement = Statement(
        _LONGEST_ID, kind, asked, screens, last_ms, last_ms, _LONGEST_ID, _LONGEST_ID, last_ms, theme, hours, backdrop
    )
    _refuse_unreadable(SignedActivity(statement, _LONGEST_KEY_ID, _LONGEST_SIGNATURE))


def _refuse_unreadable(signed: SignedActivity) -> None:
    try:
        read_activity(Reader.of_bytes(_text(signed).encode(), limit_bytes=LARGEST_STATEMENT_BYTES))
    except BadDocument as bad:
        raise BadActivity(TOO_LARGE) from bad


def _text(signed: SignedActivity) -> str:
    return json.dumps(signed.as_json(), ensure_ascii=False)


def reject(connection: Connection, activity_id: str, *, reason: str, now_ms: int, by: Actor) -> None:
    """Turns it down, with words for the group. Raises NotAllowed, OwnWork, NotDecided, BadActivity."""
    found = _to_decide(connection, activity_id, by)
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise BadActivity(N_("Tell the group why, in at most %(most)s characters."), most=LONGEST_REASON)
    _decide(connection, found, "rejected", by, now_ms, reason=reason)
    audit.record(connection, now_ms, by.account_id, "activity.reject", f"activity:{activity_id}", reason=reason)


def withdraw(connection: Connection, activity_id: str, *, now_ms: int, by: Actor) -> None:
    """Takes it off the screens; what was counted stays, and wants its reply. Raises NotAllowed or BadActivity."""
    found = _known(connection, activity_id)
    if not by.may(Action.DECIDE):
        require(by, Action.ASK, group=found.group_id)
    if found.state not in STANDING:
        raise BadActivity(N_("This is not on any screen, so there is nothing to take away."))
    closes_ms = min(found.closes_ms, now_ms)
    connection.execute(
        activities.update().where(activities.c.id == activity_id).values(state="withdrawn", closes_ms=closes_ms)
    )
    audit.record(connection, now_ms, by.account_id, "activity.withdraw", f"activity:{activity_id}")
    _tell(connection, found, "withdrawn", by, now_ms)


def answer(connection: Connection, activity_id: str, *, reply: str, now_ms: int, by: Actor) -> None:
    """The asker says what comes of the result; it stands on the screen before their next poll. Raises BadActivity."""
    found = _known(connection, activity_id)
    require(by, Action.ASK, group=found.group_id)
    if not found.wants_reply(now_ms):
        raise BadActivity(N_("There is no result to answer here."))
    if not 1 <= len(reply) <= LONGEST_REPLY:
        raise BadActivity(N_("An answer has 1 to %(most)s characters."), most=LONGEST_REPLY)
    connection.execute(
        activities.update().where(activities.c.id == activity_id).values(
            reply=reply, replied_by=by.account_id, replied_ms=now_ms
        )
    )  # fmt: skip
    audit.record(connection, now_ms, by.account_id, "activity.answer", f"activity:{activity_id}", reply=reply)


def get(connection: Connection, activity_id: str) -> Kept | None:
    """One activity, or None."""
    row = connection.execute(sa.select(activities).where(activities.c.id == activity_id)).mappings().first()
    return _kept(connection, row, {group.id: group.name for group in groups.every(connection)}) if row else None


def listed(connection: Connection, *, group_ids: frozenset[str] | None = None, drafts: bool = False) -> list[Kept]:
    """The newest activities that were handed in, or the newest drafts, of these groups or of all."""
    is_wanted = activities.c.state == "draft" if drafts else activities.c.state != "draft"
    query = sa.select(activities).where(activities.c.kind != BALLOT, is_wanted)
    query = query.order_by(activities.c.created_ms.desc()).limit(MOST_SHOWN)
    if group_ids is not None:
        query = query.where(activities.c.group_id.in_(group_ids))
    names = {group.id: group.name for group in groups.every(connection)}
    return [_kept(connection, row, names) for row in connection.execute(query).mappings()]


def waiting(connection: Connection) -> int:
    """How many wait for a moderator."""
    waits = activities.c.state == "submitted", activities.c.kind != BALLOT
    return connection.execute(sa.select(sa.func.count()).select_from(activities).where(*waits)).scalar_one()


def some(connection: Connection, ids: Sequence[str]) -> dict[str, Kept]:
    """These activities by id; those that are gone are not among them."""
    query = sa.select(activities).where(activities.c.id.in_(ids))
    names = {group.id: group.name for group in groups.every(connection)} if ids else {}
    return {row["id"]: _kept(connection, row, names) for row in connection.execute(query).mappings()}


def open_now(connection: Connection, now_ms: int) -> list[Kept]:
    """What visitors may take part in at this moment, the newest first."""
    return [one for one in _standing(connection, now_ms, until_ms=now_ms) if one.is_open(now_ms)]


def allowed(connection: Connection, now_ms: int, *, until_ms: int) -> list[Kept]:
    """What screens are told of before it opens: all that is open by `until_ms`."""
    return _standing(connection, now_ms, until_ms=until_ms)


def _standing(connection: Connection, now_ms: int, *, until_ms: int) -> list[Kept]:
    query = sa.select(activities).where(
        activities.c.state == "approved", activities.c.opens_ms <= until_ms, activities.c.closes_ms > now_ms,
    )  # fmt: skip
    names = {group.id: group.name for group in groups.every(connection)}
    rows = connection.execute(query.order_by(activities.c.opens_ms.desc(), activities.c.id)).mappings()
    kept = (_kept(connection, row, names) for row in rows)
    return [one for one in kept if not one.is_damaged]


def unanswered(connection: Connection, group_id: str, now_ms: int) -> Kept | None:
    """The poll of this group that stands between it and its next one."""
    query = sa.select(activities).where(activities.c.group_id == group_id, activities.c.kind == "poll")
    query = query.where(activities.c.state != "rejected", activities.c.reply == "")
    for row in connection.execute(query).mappings():
        found = _kept(connection, row, {})
        if found.wants_reply(now_ms) or (found.state in STANDING and now_ms < found.closes_ms):
            return found
    return None


def before(connection: Connection, group_id: str) -> Before | None:
    """The group's last poll with a reply, which stands on the screen before its next one."""
    query = sa.select(activities).where(activities.c.group_id == group_id, activities.c.reply != "")
    row = connection.execute(query.order_by(activities.c.replied_ms.desc()).limit(1)).mappings().first()
    if row is None:
        return None
    found = _kept(connection, row, {})
    if found.question is None:
        return None
    return Before(found.question.question, found.question.options, found.counts, found.reply)


def _to_decide(connection: Connection, activity_id: str, by: Actor) -> Kept:
    require(by, Action.DECIDE)
    found = _known(connection, activity_id)
    if found.created_by == by.account_id or by.groups.get(found.group_id) or _wrote(connection, activity_id, by):
        raise OwnWork(N_("This is by you or your group, so somebody else decides about it."))
    if found.state != "submitted":
        raise NotDecided(N_("This was decided meanwhile."))
    return found


def _wrote(connection: Connection, activity_id: str, by: Actor) -> bool:
    """Whether any of its words may be theirs: several people can have worked on a draft."""
    query = sa.select(audit_rows.c.seq).where(
        audit_rows.c.subject == f"activity:{activity_id}", audit_rows.c.account_id == by.account_id,
        audit_rows.c.action.in_(WROTE),
    )  # fmt: skip
    return connection.execute(query.limit(1)).first() is not None


def _decide(
    connection: Connection, found: Kept, state: State, by: Actor, now_ms: int, *, statement: str = "", reason: str = ""
) -> None:
    connection.execute(
        activities.update().where(activities.c.id == found.id).values(
            state=state, statement=statement, reason=reason, decided_by=by.account_id, decided_ms=now_ms
        )
    )  # fmt: skip
    _tell(connection, found, state, by, now_ms, words=reason)


def tell_waits(connection: Connection, activity_id: str, *, now_ms: int) -> None:
    """Has those told that it waits who may decide about it."""
    found = _known(connection, activity_id)
    members = sa.select(grants.c.account_id).where(grants.c.group_id == found.group_id)
    wrote = sa.select(audit_rows.c.account_id).where(
        audit_rows.c.subject == f"activity:{activity_id}", audit_rows.c.action.in_(WROTE)
    )
    barred = {found.created_by, *connection.execute(members).scalars(), *connection.execute(wrote).scalars()}
    occasions.activity_waits(connection, activity_id, barred=barred, now_ms=now_ms)


def _tell(connection: Connection, found: Kept, outcome: State, by: Actor, now_ms: int, *, words: str = "") -> None:
    occasions.activity_decided(
        connection, found.id, outcome=outcome, group_id=found.group_id, maker=found.created_by, words=words,
        by=by.account_id, now_ms=now_ms,
    )  # fmt: skip


def _known(connection: Connection, activity_id: str) -> Kept:
    found = get(connection, activity_id)
    if found is None:
        raise BadActivity(N_("There is no such activity."))
    return found


def _kept(connection: Connection, row: sa.RowMapping, names: dict[str, str]) -> Kept:
    kind: Kind = "poll" if row["kind"] == BALLOT else row["kind"]
    asked, signed, hours, backdrop, is_damaged = None, None, None, None, False
    try:
        asked = read_asked(kind, _reader(row["document"])) if row["document"] else None
        hours = read_hours(_reader(row["hours"])) if row["hours"] else None
        backdrop = backdrops.read_backdrop(_reader(row["backdrop"])) if row["backdrop"] else None
        signed = read_activity(_reader(row["statement"])) if row["statement"] else None
    except (BadDocument, ValueError) as bad:
        # One that cannot be read must not keep all others from their screens.
        log.warning("the activity %s cannot be read: %s", row["id"], bad)
        is_damaged = True
    counts = votes.counts(connection, row["id"], len(asked.options)) if isinstance(asked, Question) else ()
    return Kept(
        row["id"], kind, row["group_id"], names.get(row["group_id"], ""), tuple(json.loads(row["screens"])),
        asked, row["opens_ms"], row["closes_ms"], row["state"], signed, row["created_by"], row["created_ms"],
        row["decided_by"], row["reason"], row["reply"], counts, row["theme"] or PAPER, hours,
        row["draft"], backdrop, is_damaged,
    )  # fmt: skip


def _reader(text: str) -> Reader:
    return Reader.of_bytes(text.encode(), limit_bytes=LARGEST_STATEMENT_BYTES)
