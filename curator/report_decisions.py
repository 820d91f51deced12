"""What becomes of street reports: the status the council gives, its words, and what is signed of both for a screen."""

import json
from typing import Literal

import sqlalchemy as sa

from content.signing import SigningKey
from curator import audit, report_categories
from curator.authorisation import Action, Actor, require
from curator.not_decided import NotDecided, OwnWork
from curator.store import Connection
from curator.street_reports import GIVEN, LONGEST_ANSWER, BadReport, change, get, standing
from curator.tables import screens
from curator.tables_reports import street_reports as rows
from curator.words import N_
from kiosks.activities.answers import Answer, sign_answer
from kiosks.activities.reports import STATUSES, Told, row_of
from kiosks.words.normal import tidy

THEIR_SYSTEM = "open311"
"""Who says so, where the council's own system does."""
MOST_SIGNED_AFTERWARDS = 500
"""Reports, the newest, that screens tell of once their category has a name that was allowed."""


def decide(
    connection: Connection, report_id: str, state: str, *, answer: str, key: SigningKey, now_ms: int, by: Actor
) -> None:  # fmt: skip
    """Gives a report a status and the council's words. Raises NotAllowed or BadReport."""
    require(by, Action.ANSWER_REPORTS)
    found, said = standing(connection, report_id), tidy(answer)
    if state not in GIVEN:
        raise BadReport(N_("Choose a status."))
    if len(said) > LONGEST_ANSWER:
        raise BadReport(N_("That is longer than %(most)s characters."), most=LONGEST_ANSWER)
    if state == "not_done" and not said:
        raise BadReport(N_("Say why nothing is done: whoever reported it reads that."))
    values: dict[str, object] = {"state": state, "changed_ms": now_ms}
    if said != found.answer:
        values |= {"answer": said, "answered_by": by.account_id, "answered_ms": now_ms}
        values |= {"allowed_by": None, "allowed_ms": None}
    change(connection, report_id, **values)
    _sign(connection, report_id, key, now_ms=now_ms, by=by.account_id)
    audit.record(
        connection, now_ms, by.account_id, "report.decide", f"report:{report_id}",
        number=found.number, state=state, answer=said,
    )  # fmt: skip


def told(
    connection: Connection, report_id: str, status: Literal["open", "closed"], notes: str, *, key: SigningKey,
    now_ms: int,
) -> None:  # fmt: skip
    """What the council's own system says of a report; what somebody here said of it already is not undone.

    Its words wait for a moderator as any.
    """
    found = get(connection, report_id)
    if found is None or not found.is_open:
        return
    state = "done" if status == "closed" else "looked_at" if found.state == "received" else found.state
    said = tidy(notes)[:LONGEST_ANSWER]
    values: dict[str, object] = {}
    if state != found.state:
        values |= {"state": state, "changed_ms": now_ms}
    if said and not found.answer:
        values |= {"answer": said, "answered_by": None, "answered_ms": now_ms, "allowed_by": None, "allowed_ms": None}
    if values:
        change(connection, report_id, **values)
        _sign(connection, report_id, key, now_ms=now_ms, by=THEIR_SYSTEM)
        audit.record(
            connection, now_ms, None, "report.told", f"report:{report_id}",
            number=found.number, state=state, answer=said,
        )  # fmt: skip


def allow(
    connection: Connection, report_id: str, *, answer: str, key: SigningKey, now_ms: int, by: Actor
) -> None:  # fmt: skip
    """Makes the council's words public, as they were read. Raises NotAllowed, OwnWork, NotDecided or BadReport."""
    require(by, Action.DECIDE)
    found = standing(connection, report_id)
    if found.answered_by == by.account_id:
        raise OwnWork(N_("These words are yours, so somebody else decides about them."))
    if not found.answer or found.answer != answer or found.allowed_ms is not None:
        raise NotDecided(N_("This was decided meanwhile."))
    change(connection, report_id, allowed_by=by.account_id, allowed_ms=now_ms, changed_ms=now_ms)
    _sign(connection, report_id, key, now_ms=now_ms, by=by.account_id)
    audit.record(
        connection, now_ms, by.account_id, "report.allow", f"report:{report_id}", number=found.number, answer=answer
    )


def allow_category(
    connection: Connection, category_id: str, *, names: dict[str, str], key: SigningKey, now_ms: int, by: Actor
) -> None:  # fmt: skip
    """Lets screens use a category's names, as they were read, also for reports that had no card for want of one.

    Raises NotAllowed, BadCategory, OwnWork or NotDecided.
    """
    report_categories.allow(connection, category_id, names=names, now_ms=now_ms, by=by)
    query = sa.select(rows.c.id).where(
        rows.c.category_id == category_id, rows.c.statement == "", rows.c.state.in_(GIVEN)
    )
    for report_id in connection.execute(query.order_by(rows.c.number.desc()).limit(MOST_SIGNED_AFTERWARDS)).scalars():
        _sign(connection, report_id, key, now_ms=now_ms, by=by.account_id)


def _sign(connection: Connection, report_id: str, key: SigningKey, *, now_ms: int, by: str) -> None:
    """Signs what its screen may tell of it: status, and category and words as they were allowed; else nothing."""
    found = standing(connection, report_id)
    language = connection.execute(sa.select(screens.c.language).where(screens.c.id == found.screen_id)).scalar() or ""
    category = found.category.name_on_screens(language)
    if not category or found.state not in STATUSES:
        change(connection, report_id, statement="")
        return
    told = Told(found.number, STATUSES[found.state], category, found.public_answer)
    signed = sign_answer(Answer(found.id, row_of(told)), found.screen_id, by, now_ms, key)
    change(connection, report_id, statement=json.dumps(signed.as_json(), ensure_ascii=False))
