"""Notices: what people are told of, here and by mail. `curator.occasions` says of what, and whom.

A notice is stored in the transaction of what it tells of, at most once for each person, kind, subject and mark. One
that is to be mailed waits in its row until `curator.notifying` has put a mail into the outbox.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from curator.authorisation import Action, Actor, Role
from curator.ids import new_id
from curator.store import Connection
from curator.tables_notices import notice_choices, notices

MOST_LISTED = 200
MOST_DUE = 10_000
WAITING_PAUSE_MS = 3_600_000
"""Between two mails about what waits, as long as their reader has not looked at the queue."""


class Kind(StrEnum):
    """What a notice is about."""

    DECISION = "decision"
    WAITING = "waiting"
    REFUSED = "refused"
    SCREEN_DARK = "screen_dark"
    PASSED_ON = "passed_on"
    CAPTIONS = "captions"
    PLAYS_SOON = "plays_soon"
    ERASURE = "erasure"
    WEBHOOK = "webhook"
    STILL_SHOWN = "still_shown"
    NEWCOMER = "newcomer"
    TICKER = "ticker"
    INVITED = "invited"
    ACTIVITY = "activity"
    REPORT = "report"


class Way(StrEnum):
    """How somebody wants to be told."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    HERE = "here"
    OFF = "off"


USUAL = dict.fromkeys(Kind, Way.AT_ONCE) | {
    Kind.WAITING: Way.DAILY, Kind.CAPTIONS: Way.DAILY, Kind.PLAYS_SOON: Way.HERE, Kind.INVITED: Way.HERE,
    Kind.REPORT: Way.DAILY,
}  # fmt: skip
"""How those who have not chosen are told."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something somebody was told of. `subject` is a kind and an id: `version:4kq…`, `screen:7ab…`, `account:9cd…`.

    One that is settled asks nothing of anybody any more; somebody else has seen to it.
    """

    id: str
    account_id: str
    kind: Kind
    subject: str
    values: Mapping[str, str]
    created_ms: int
    read_ms: int | None
    settled_ms: int | None
    mailed_ms: int | None

    @property
    def is_new(self) -> bool:
        """Whether it is unread and not settled."""
        return self.read_ms is None and self.settled_ms is None

    @property
    def subject_id(self) -> str:
        """The id of what it is about."""
        return self.subject.partition(":")[2]


def tell(
    connection: Connection, recipients: Iterable[str], kind: Kind, subject: str, *, mark: str, now_ms: int,
    **values: str,
) -> None:  # fmt: skip
    """Stores a notice for each recipient who wants that kind; nobody is told twice of the same `subject` and `mark`."""
    people = sorted(set(recipients))
    chosen = {
        row.account_id: Way(row.way)
        for row in connection.execute(
            sa.select(notice_choices.c.account_id, notice_choices.c.way).where(
                notice_choices.c.kind == kind.value, notice_choices.c.account_id.in_(people)
            )
        )
    }
    detail = json.dumps(values, ensure_ascii=False)
    for account_id in people:
        way = chosen.get(account_id, USUAL[kind])
        if way is not Way.OFF:
            row = insert(notices).values(
                id=new_id(), account_id=account_id, kind=kind.value, subject=subject, mark=mark, detail=detail,
                way=way.value, created_ms=now_ms,
            )  # fmt: skip
            connection.execute(row.on_conflict_do_nothing())


def of(connection: Connection, account_id: str, *, most: int = MOST_LISTED) -> list[Notice]:
    """Somebody's notices, newest first."""
    return _notices(connection, notices.c.account_id == account_id, most=most)


def count_unread(connection: Connection, account_id: str) -> int:
    """How many of somebody's notices are unread and not settled."""
    query = sa.select(sa.func.count()).select_from(notices)
    return int(connection.execute(query.where(*_unread(account_id), notices.c.settled_ms.is_(None))).scalar_one())


def read_all(connection: Connection, account_id: str, *, until_ms: int, now_ms: int) -> None:
    """Marks what somebody was told of until then as read."""
    _read(connection, now_ms, *_unread(account_id), notices.c.created_ms <= until_ms)


def is_unread(connection: Connection, account_id: str, subjects: Iterable[str], kind: Kind | None) -> bool:
    """Whether somebody has not read something about these, or of this kind."""
    query = sa.select(notices.c.id).where(*_unread(account_id), _about(subjects, kind))
    return connection.execute(query.limit(1)).first() is not None


def read_about(
    connection: Connection, account_id: str, subjects: Iterable[str], kind: Kind | None, *, now_ms: int
) -> None:
    """Marks as read what somebody was told about these, and all of this kind: they are looking at it."""
    _read(connection, now_ms, *_unread(account_id), _about(subjects, kind))


def settle(connection: Connection, kind: Kind, subjects: Iterable[str], *, now_ms: int) -> None:
    """Notes for everybody that these have been seen to: nobody needs to do anything about them any more."""
    of_these = notices.c.kind == kind.value, notices.c.subject.in_(list(subjects)), notices.c.settled_ms.is_(None)
    connection.execute(notices.update().where(*of_these).values(settled_ms=now_ms))


def kinds_for(actor: Actor) -> list[Kind]:
    """The kinds somebody may be told of, by their roles."""
    makes = bool(actor.groups) or Role.ADMINISTRATOR in actor.council
    mine = {
        Kind.DECISION: makes, Kind.WAITING: actor.may(Action.DECIDE), Kind.REFUSED: makes,
        Kind.SCREEN_DARK: actor.may(Action.PAIR), Kind.PASSED_ON: actor.may(Action.DECIDE),
        Kind.CAPTIONS: actor.may(Action.DECIDE), Kind.PLAYS_SOON: makes,
        Kind.ERASURE: actor.may(Action.MANAGE_PEOPLE), Kind.NEWCOMER: actor.may(Action.MANAGE_PEOPLE),
        Kind.STILL_SHOWN: actor.may(Action.DECIDE),
        Kind.WEBHOOK: actor.may(Action.CALL_OUT_OF_ALL) or bool(actor.groups_where(Action.CALL_OUT)),
        Kind.TICKER: actor.may(Action.DECIDE) or actor.may(Action.PROGRAMME), Kind.INVITED: True,
        Kind.ACTIVITY: actor.may(Action.DECIDE) or actor.may(Action.ASK) or bool(actor.groups_where(Action.ASK)),
        Kind.REPORT: actor.may(Action.ANSWER_REPORTS),
    }  # fmt: skip
    return [kind for kind, is_mine in mine.items() if is_mine]


def choices(connection: Connection, account_id: str) -> dict[Kind, Way]:
    """How somebody wants to be told of each kind."""
    query = sa.select(notice_choices.c.kind, notice_choices.c.way).where(notice_choices.c.account_id == account_id)
    return USUAL | {Kind(row.kind): Way(row.way) for row in connection.execute(query)}


def choose(connection: Connection, account_id: str, kind: Kind, way: Way) -> None:
    """Stores a choice. What was to be mailed and has not been goes the new way; what was told only here stays here."""
    row = insert(notice_choices).values(account_id=account_id, kind=kind.value, way=way.value)
    connection.execute(
        row.on_conflict_do_update(index_elements=["account_id", "kind"], set_={"way": row.excluded.way})
    )  # fmt: skip
    new = Way.HERE if way is Way.OFF else way
    waiting = (
        notices.c.account_id == account_id, notices.c.kind == kind.value, notices.c.mailed_ms.is_(None),
        notices.c.way.in_([Way.AT_ONCE.value, Way.DAILY.value]),
    )  # fmt: skip
    connection.execute(notices.update().where(*waiting).values(way=new.value))


def to_mail(connection: Connection, *, now_ms: int, daily_before_ms: int) -> dict[str, list[Notice]]:
    """What is to be mailed now, oldest first, by account: new, of what they want at once, or daily and old enough.

    Who has an unread mailed notice of something that waits gets no other about that before `WAITING_PAUSE_MS` is over.
    """
    other = notices.alias("other")
    mailed_lately = (
        sa.select(other.c.id)
        .where(
            other.c.account_id == notices.c.account_id, other.c.kind == Kind.WAITING.value, other.c.read_ms.is_(None),
            other.c.mailed_ms > now_ms - WAITING_PAUSE_MS,
        )
        .exists()
    )  # fmt: skip
    is_due = sa.or_(
        sa.and_(
            notices.c.way == Way.AT_ONCE.value, sa.or_(notices.c.kind != Kind.WAITING.value, sa.not_(mailed_lately))
        ),
        sa.and_(notices.c.way == Way.DAILY.value, notices.c.created_ms < daily_before_ms),
    )
    is_new = notices.c.read_ms.is_(None), notices.c.settled_ms.is_(None)
    found = _notices(connection, notices.c.mailed_ms.is_(None), *is_new, is_due, most=MOST_DUE)
    due: dict[str, list[Notice]] = {}
    for notice in reversed(found):
        due.setdefault(notice.account_id, []).append(notice)
    return due


def note_mailed(connection: Connection, sent: Iterable[Notice], *, now_ms: int) -> None:
    """Notes that a mail tells of these."""
    _change(connection, sent, mailed_ms=now_ms)


def keep_here(connection: Connection, unsent: Iterable[Notice]) -> None:
    """Has these told here only: no mail can go to their reader, or there is nothing to tell by mail any more."""
    _change(connection, unsent, way=Way.HERE.value)


def mail_nothing_of_before(connection: Connection) -> None:
    """Has everything that waits to be mailed told here only, as after a restore."""
    connection.execute(notices.update().where(notices.c.mailed_ms.is_(None)).values(way=Way.HERE.value))


def forget(connection: Connection, before_ms: int) -> None:
    """Removes notices from before then, read or not."""
    connection.execute(notices.delete().where(notices.c.created_ms < before_ms))


def _change(connection: Connection, some: Iterable[Notice], **values: object) -> None:
    connection.execute(notices.update().where(notices.c.id.in_([notice.id for notice in some])).values(**values))


def _read(connection: Connection, now_ms: int, *conditions: "sa.ColumnElement[bool]") -> None:
    connection.execute(notices.update().where(*conditions).values(read_ms=now_ms))


def _about(subjects: Iterable[str], kind: Kind | None) -> "sa.ColumnElement[bool]":
    of_these = notices.c.subject.in_(list(subjects))
    return of_these if kind is None else sa.or_(of_these, notices.c.kind == kind.value)


def _unread(account_id: str) -> tuple["sa.ColumnElement[bool]", ...]:
    return notices.c.account_id == account_id, notices.c.read_ms.is_(None)


def _notices(connection: Connection, *conditions: "sa.ColumnElement[bool]", most: int) -> list[Notice]:
    query = sa.select(notices).where(*conditions).order_by(notices.c.created_ms.desc(), notices.c.id).limit(most)
    return [
        Notice(
            id=row["id"], account_id=row["account_id"], kind=Kind(row["kind"]), subject=row["subject"],
            values=json.loads(row["detail"]), created_ms=row["created_ms"], read_ms=row["read_ms"],
            settled_ms=row["settled_ms"], mailed_ms=row["mailed_ms"],
        )
        for row in connection.execute(query).mappings()
    ]  # fmt: skip
