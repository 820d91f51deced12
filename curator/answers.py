"""What strangers write on a wall: read by a person before any screen shows it, and kept without saying whose it is.

A moderator's approval signs the words. Three passes that report an answer hide it until a moderator has looked.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from content.canonical import Json
from content.reading import BadDocument, Reader
from content.signing import SigningKey
from curator import audit, free_text
from curator.authorisation import Action, Actor, require
from curator.ids import new_id
from curator.not_decided import NotDecided
from curator.store import Connection
from curator.tables_taking_part import activities, answer_reports, wall_answers
from curator.votes import BUCKET_MS
from curator.words import N_
from kiosks.activities.answers import Answer, SignedAnswer, read_answer, sign_answer
from kiosks.messages import MOST_SHOWN, read_words
from kiosks.words import alike
from kiosks.words.known import Weight
from kiosks.words.look import Finding, is_refused, look

State = Literal["waiting", "shown", "refused", "hidden", "removed"]
REASONS = ("other", "person", "hurts", "off_topic", "selling", "again")
"""Why an answer is not for the screen."""
REPORTS_THAT_HIDE = 3
MOST_OF_ONE = 3
"""Answers of one pass that wait."""
MOST_LISTED = 100
LARGEST_ANSWER_BYTES = 4 << 10
REFUSED_KEPT_MS = 7 * 86_400_000
"""The words of what was turned down are kept so long, for whoever asks why."""
NOT_READ_MS = 2 * 86_400_000
"""An answer that nobody reads for so long is turned down unread."""
ALIKE = "alike"
"""The kind of finding that says: somebody wrote nearly the same."""

Refusal = Literal["closed", "words", "empty", "waiting", "over"]


class NotWritten(Exception):
    """An answer that was not taken: closed, its words, nothing in it, or too many of this pass wait already."""

    def __init__(self, why: Refusal) -> None:
        """`why` is what the phone's page says in plain words."""
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Written:
    """An answer as stored. `place` is its place in the line, from 1; 0 when it does not wait."""

    id: str
    activity: str
    screen: str
    words: str
    findings: tuple[Finding, ...]
    state: State
    reason: str
    written_ms: int
    reports: int = 0
    place: int = 0


def write(connection: Connection, activity: str, screen: str, *, writer: str, words: str, now_ms: int) -> str:
    """Keeps an answer, which waits for a moderator; gives its id. Raises NotWritten."""
    if free_text.why_closed(connection, screen, now_ms):
        raise NotWritten("closed")
    try:
        plain = read_words(Reader(words))
    except BadDocument:
        raise NotWritten("empty") from None
    findings = look(words)
    if is_refused(findings):
        raise NotWritten("words")
    mine = sa.select(sa.func.count()).where(wall_answers.c.writer == writer, wall_answers.c.state == "waiting")
    if connection.execute(mine).scalar_one() >= MOST_OF_ONE:
        raise NotWritten("waiting")
    nearest = alike.nearest(plain, _standing(connection, activity))
    if nearest:
        findings = (*findings, Finding(ALIKE, Weight.TOLD, nearest))
    told: list[Json] = [[one.kind, int(one.weight), one.words] for one in findings]
    answer_id = new_id()
    connection.execute(
        wall_answers.insert().values(
            id=answer_id, activity_id=activity, screen_id=screen, writer=writer, words=plain, state="waiting",
            findings=json.dumps(told, ensure_ascii=False), written_ms=now_ms - now_ms % BUCKET_MS,
        )
    )  # fmt: skip
    return answer_id


def approve(connection: Connection, answer_id: str, *, key: SigningKey, now_ms: int, by: Actor) -> None:
    """Signs the words: from now on they stand on the screens. Raises NotAllowed or NotDecided."""
    found = _to_decide(connection, answer_id, by)
    signed = sign_answer(Answer(found.id, found.words), found.activity, by.account_id, now_ms, key)
    _decide(connection, found, "shown", by, now_ms, statement=json.dumps(signed.as_json(), ensure_ascii=False))
    audit.record(connection, now_ms, by.account_id, "answer.approve", f"answer:{answer_id}")


def reject(connection: Connection, answer_id: str, *, reason: str, now_ms: int, by: Actor) -> None:
    """Turns the words down, for one of REASONS. Raises NotAllowed or NotDecided."""
    found = _to_decide(connection, answer_id, by)
    reason = reason if reason in REASONS else "other"
    _decide(connection, found, "refused", by, now_ms, reason=reason)
    audit.record(connection, now_ms, by.account_id, "answer.reject", f"answer:{answer_id}", reason=reason)


def remove(connection: Connection, answer_id: str, *, now_ms: int, by: Actor) -> None:
    """Takes an answer off every screen, and its words out of the records. Raises NotAllowed or NotDecided."""
    require(by, Action.DECIDE)
    found = _known(connection, answer_id)
    if found.state == "removed":
        raise NotDecided(N_("This was decided meanwhile."))
    _erase(connection, [answer_id], decided_by=by.account_id, decided_ms=now_ms)
    audit.record(connection, now_ms, by.account_id, "answer.remove", f"answer:{answer_id}")


def take_back(connection: Connection, answer_id: str, *, writer: str) -> bool:
    """Takes away what this pass wrote, words and all; says whether there was anything."""
    query = sa.select(wall_answers.c.id).where(
        wall_answers.c.id == answer_id, wall_answers.c.writer == writer, wall_answers.c.state != "removed"
    )
    is_theirs = connection.execute(query).first() is not None
    if is_theirs:
        _erase(connection, [answer_id])
    return is_theirs


def report(connection: Connection, answer_id: str, activity: str, *, reporter: str) -> bool:
    """Notes that this pass thinks it should not stand there; says whether that has hidden it."""
    row = _row(connection, answer_id)
    if row is None or row["activity_id"] != activity or row["state"] != "shown":
        return False
    insert = sqlite.insert(answer_reports).values(answer_id=answer_id, reporter=reporter)
    connection.execute(insert.on_conflict_do_nothing())
    counted = sa.select(sa.func.count()).where(answer_reports.c.answer_id == answer_id)
    if connection.execute(counted).scalar_one() < REPORTS_THAT_HIDE:
        return False
    hidden = {"state": "hidden", "statement": ""}
    connection.execute(wall_answers.update().where(wall_answers.c.id == answer_id).values(hidden))
    return True


def queue(connection: Connection) -> list[Written]:
    """What waits for a moderator: what was reported first, then in the order in which it came."""
    query = sa.select(wall_answers).where(wall_answers.c.state.in_(("hidden", "waiting")))
    query = query.order_by(wall_answers.c.state, wall_answers.c.number).limit(MOST_LISTED)
    return [_written(connection, row) for row in connection.execute(query).mappings()]


def waiting(connection: Connection) -> int:
    """How many wait for a moderator."""
    query = sa.select(sa.func.count()).where(wall_answers.c.state.in_(("hidden", "waiting")))
    return connection.execute(query).scalar_one()


def lately(connection: Connection) -> list[Written]:
    """What stands on screens, the newest first: a moderator may take it off again."""
    query = sa.select(wall_answers).join(activities).where(wall_answers.c.state == "shown")
    query = query.order_by(wall_answers.c.number.desc()).limit(MOST_LISTED)
    return [_written(connection, row) for row in connection.execute(query).mappings()]


def shown(connection: Connection, activity: str, most: int = MOST_SHOWN) -> tuple[SignedAnswer, ...]:
    """The newest answers that stand on the screens of an activity, signed."""
    query = sa.select(wall_answers.c.statement).where(
        wall_answers.c.activity_id == activity, wall_answers.c.state == "shown"
    )
    rows = connection.execute(query.order_by(wall_answers.c.number.desc()).limit(most)).scalars()
    return tuple(read_answer(Reader.of_bytes(row.encode(), limit_bytes=LARGEST_ANSWER_BYTES)) for row in rows)


def mine(connection: Connection, activity: str, writer: str) -> list[Written]:
    """What this pass wrote here, the newest first, each with its place in the line."""
    query = sa.select(wall_answers).where(
        wall_answers.c.activity_id == activity, wall_answers.c.writer == writer, wall_answers.c.state != "removed"
    )
    rows = connection.execute(query.order_by(wall_answers.c.number.desc()).limit(MOST_OF_ONE * 2)).mappings()
    return [_written(connection, row) for row in rows]


def forget(connection: Connection, now_ms: int) -> None:
    """Turns down what nobody read, and lets go the words of what was turned down long ago."""
    unread = sa.and_(wall_answers.c.state == "waiting", wall_answers.c.written_ms < now_ms - NOT_READ_MS)
    late = {"state": "refused", "reason": "other", "decided_ms": now_ms}
    connection.execute(wall_answers.update().where(unread).values(late))
    old = sa.and_(wall_answers.c.state == "refused", wall_answers.c.decided_ms < now_ms - REFUSED_KEPT_MS)
    _erase(connection, connection.execute(sa.select(wall_answers.c.id).where(old)).scalars().all())


def _standing(connection: Connection, activity: str) -> list[tuple[str, str]]:
    query = sa.select(wall_answers.c.id, wall_answers.c.words).where(
        wall_answers.c.activity_id == activity, wall_answers.c.state.in_(("waiting", "shown", "hidden"))
    )
    rows = connection.execute(query.order_by(wall_answers.c.number.desc()).limit(alike.MOST_COMPARED))
    return [(row.words, row.words) for row in rows]


def _to_decide(connection: Connection, answer_id: str, by: Actor) -> Written:
    require(by, Action.DECIDE)
    found = _known(connection, answer_id)
    if found.state not in ("waiting", "hidden"):
        raise NotDecided(N_("This was decided meanwhile."))
    return found


def _decide(
    connection: Connection, found: Written, state: State, by: Actor, now_ms: int, *, statement: str = "",
    reason: str = "",
) -> None:  # fmt: skip
    connection.execute(
        wall_answers.update().where(wall_answers.c.id == found.id).values(
            state=state, statement=statement, reason=reason, decided_by=by.account_id, decided_ms=now_ms
        )
    )  # fmt: skip
    connection.execute(answer_reports.delete().where(answer_reports.c.answer_id == found.id))


def _erase(connection: Connection, ids: Iterable[str], **decided: object) -> None:
    gone = list(ids)
    if not gone:
        return
    connection.execute(answer_reports.delete().where(answer_reports.c.answer_id.in_(gone)))
    empty = {"state": "removed", "words": "", "findings": "[]", "statement": "", "writer": "", **decided}
    connection.execute(wall_answers.update().where(wall_answers.c.id.in_(gone)).values(empty))


def _known(connection: Connection, answer_id: str) -> Written:
    row = _row(connection, answer_id)
    if row is None:
        raise NotDecided(N_("There is no such answer."))
    return _written(connection, row)


def _row(connection: Connection, answer_id: str) -> sa.RowMapping | None:
    return connection.execute(sa.select(wall_answers).where(wall_answers.c.id == answer_id)).mappings().first()


def _written(connection: Connection, row: sa.RowMapping) -> Written:
    findings = tuple(Finding(kind, Weight(weight), words) for kind, weight, words in json.loads(row["findings"]))
    place = 0
    if row["state"] == "waiting":
        before = sa.select(sa.func.count()).where(
            wall_answers.c.state.in_(("waiting", "hidden")), wall_answers.c.number < row["number"]
        )
        place = connection.execute(before).scalar_one() + 1
    reports = sa.select(sa.func.count()).where(answer_reports.c.answer_id == row["id"])
    return Written(
        row["id"], row["activity_id"], row["screen_id"], row["words"], findings, row["state"], row["reason"],
        row["written_ms"], connection.execute(reports).scalar_one(), place,
    )  # fmt: skip
