"""Street reports: what passers-by tell the council at a screen, what became of it, and how long it is kept.

The stranger's words and photo are for the council alone. Public are category, number, status, place and times, and the
council's own answer once a moderator who did not write it has allowed it.
"""

import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

import sqlalchemy as sa

from content.canonical import Json
from content.signing import random_token
from curator import audit, free_text, occasions, open311_outbox, report_categories, report_photos
from curator.accounts import token_hash
from curator.authorisation import Action, Actor, require
from curator.ids import new_id
from curator.report_categories import Category
from curator.report_photos import Photo
from curator.store import Connection
from curator.tables_reports import report_photos as photo_rows
from curator.tables_reports import street_reports
from curator.votes import BUCKET_MS
from curator.words import N_
from curator.words import Told as Sentence
from kiosks.activities.reports import LONGEST_SAID
from kiosks.words.known import Weight
from kiosks.words.look import Finding, look
from kiosks.words.normal import tidy

TOPIC = "queue:reports"
"""Of hints that reports have come or changed."""
SHOWN = "activities:reports"
"""Of hints that screens have something else to tell of them."""
State = Literal["received", "looked_at", "planned", "done", "not_done", "withdrawn"]
STATES: dict[str, State] = {name: name for name in get_args(State)}
GIVEN = ("looked_at", "planned", "done", "not_done")
"""What somebody of the council may say of a report."""
OPEN = ("received", "looked_at", "planned")
LONGEST_WORDS = 280
LONGEST_NEARBY = 80
LONGEST_ANSWER = LONGEST_SAID
"""Of the council: it stands on a screen, where people walk past."""
MOST_OF_ONE = 3
"""Reports of one pass."""
MOST_UNREAD = 200
"""At one screen; while nobody has looked at so many no more are taken there."""
SECRET_BYTES = 18
DAY_MS = 86_400_000
DECIDED_KEPT_MS = 90 * DAY_MS
"""Words, the place nearby and the photo go so long after a report was last decided about…"""
OPEN_KEPT_MS = 365 * DAY_MS
"""…or so long after it came, whatever became of it."""

Refusal = Literal["closed", "category", "empty", "long", "waiting", "full"]


class NotReported(Exception):
    """A report that was not taken."""

    def __init__(self, why: Refusal) -> None:
        """`why` is what the phone's page says in plain words."""
        super().__init__(why)
        self.why = why


class BadReport(Sentence):
    """Something that cannot be done with a report; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a passer-by gets: the number, and the secret of the page that shows their words."""

    number: int
    secret: str
    id: str


@dataclass(frozen=True, slots=True)
class Report:
    """A report as stored. `photo` is its width and height, None without one."""

    number: int
    id: str
    screen_id: str
    category: Category
    words: str
    nearby: str
    language: str
    findings: tuple[Finding, ...]
    state: State
    written_ms: int
    changed_ms: int
    emptied_ms: int | None
    answer: str
    answered_by: str | None
    allowed_ms: int | None
    photo: tuple[int, int] | None

    @property
    def public_answer(self) -> str:
        """The council's words, where a moderator has allowed them."""
        return self.answer if self.allowed_ms is not None else ""

    @property
    def is_open(self) -> bool:
        """Whether something may still come of it."""
        return self.state in OPEN

    @property
    def is_harsh(self) -> bool:
        """Whether its words are of the worst kind: they are read when somebody asks to see them."""
        return any(one.weight is Weight.WORST for one in self.findings)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which reports to list; "" means all. `state` may also be "open"."""

    state: str = "open"
    category: str = ""
    screen: str = ""


def why_closed(connection: Connection, screen_id: str) -> Literal["", "closed", "full"]:
    """Why nothing can be reported at this screen; "" when it can. Nobody has to be on duty: no street reads it."""
    if screen_id not in free_text.allowed(connection):
        return "closed"
    unread = sa.select(sa.func.count()).where(
        street_reports.c.screen_id == screen_id, street_reports.c.state == "received"
    )
    return "full" if connection.execute(unread).scalar_one() >= MOST_UNREAD else ""


def refuse_more(connection: Connection, screen_id: str, reporter: str) -> None:
    """Returns if this pass may report something here. Raises NotReported."""
    closed = why_closed(connection, screen_id)
    if closed:
        raise NotReported(closed)
    if _count_of(connection, reporter) >= MOST_OF_ONE:
        raise NotReported("waiting")


def write(
    connection: Connection, *, activity: str | None, screen: str, category: str, reporter: str, words: str, nearby: str,
    language: str, photo: Photo | None, now_ms: int,
) -> Receipt:  # fmt: skip
    """Keeps a report, and has it handed on where the council has a system of its own. Raises NotReported."""
    refuse_more(connection, screen, reporter)
    receipt = keep(
        connection, activity=activity, screen=screen, category=category, reporter=reporter, words=words, nearby=nearby,
        language=language, photo=photo, now_ms=now_ms,
    )  # fmt: skip
    open311_outbox.put(connection, receipt.id, now_ms=now_ms)
    return receipt


def keep(
    connection: Connection, *, activity: str | None, screen: str, category: str, reporter: str, words: str, nearby: str,
    language: str, photo: Photo | None, now_ms: int, longest: int = LONGEST_WORDS,
) -> Receipt:  # fmt: skip
    """Keeps a report whoever brings it. Raises NotReported for its category, its words, and one too many."""
    if category not in {one.id for one in report_categories.at_screen(connection, screen)}:
        raise NotReported("category")
    plain, place = tidy(words), tidy(nearby)
    if not plain and photo is None:
        raise NotReported("empty")
    if len(plain) > longest or len(place) > LONGEST_NEARBY:
        raise NotReported("long")
    report_id, secret = new_id(), random_token(SECRET_BYTES)
    told: list[Json] = [[one.kind, int(one.weight), one.words] for one in look(f"{plain} {place}") if plain or place]
    at_ms = now_ms - now_ms % BUCKET_MS
    made = connection.execute(
        street_reports.insert().values(
            id=report_id, secret_sha256=token_hash(secret), activity_id=activity, screen_id=screen,
            category_id=category, reporter=reporter, words=plain, nearby=place, language=language,
            findings=json.dumps(told, ensure_ascii=False), state="received", written_ms=at_ms, changed_ms=at_ms,
            answer="", statement="",
        )
    )  # fmt: skip
    if photo is not None:
        report_photos.keep(connection, report_id, photo)
    (number,) = made.inserted_primary_key or (0,)
    first = _first_unread(connection, screen)
    occasions.reported(connection, screen, first=number if first is None else first, now_ms=now_ms)
    return Receipt(number, secret, report_id)


def get(connection: Connection, report_id: str) -> Report | None:
    """One report, or None."""
    return next(iter(read(connection, street_reports.c.id == report_id)), None)


def of_number(connection: Connection, number: int) -> Report | None:
    """The report with this number; None also when it was taken back."""
    found = read(connection, street_reports.c.number == number, street_reports.c.state != "withdrawn")
    return next(iter(found), None)


def of_secret(connection: Connection, number: int, secret: str) -> Report | None:
    """The report with this number, for whoever holds its secret."""
    query = sa.select(street_reports.c.secret_sha256).where(street_reports.c.number == number)
    known = connection.execute(query).scalar()
    is_theirs = known is not None and hmac.compare_digest(known, token_hash(secret))
    return of_number(connection, number) if is_theirs else None


def listed(
    connection: Connection, wanted: Wanted, *, most: int, skip: int = 0, below: int | None = None
) -> tuple[list[Report], int]:
    """The newest first, those with numbers below `below`, and how many there are in all."""
    conditions = _conditions(wanted)
    if below is not None:
        conditions.append(street_reports.c.number < below)
    total = connection.execute(sa.select(sa.func.count()).select_from(street_reports).where(*conditions)).scalar_one()
    return read(connection, *conditions, most=most, skip=skip), total


def unread(connection: Connection) -> int:
    """How many nobody has looked at."""
    query = sa.select(sa.func.count()).select_from(street_reports).where(street_reports.c.state == "received")
    return connection.execute(query).scalar_one()


def unallowed(connection: Connection) -> int:
    """How many answers of the council wait for a moderator."""
    query = sa.select(sa.func.count()).select_from(street_reports)
    waits = street_reports.c.answer != "", street_reports.c.allowed_ms.is_(None), street_reports.c.state != "withdrawn"
    return connection.execute(query.where(*waits)).scalar_one()


def erase(connection: Connection, report_id: str, *, now_ms: int, by: Actor) -> None:
    """Takes a report out of everything, words, photo and all. Raises NotAllowed or BadReport."""
    require(by, Action.ANSWER_REPORTS)
    found = standing(connection, report_id)
    _withdraw(connection, report_id, now_ms)
    audit.record(connection, now_ms, by.account_id, "report.erase", f"report:{report_id}", number=found.number)


def take_back(connection: Connection, number: int, secret: str, *, now_ms: int) -> bool:
    """Takes away what somebody reported, for whoever holds its secret; says whether there was anything."""
    found = of_secret(connection, number, secret)
    if found is not None:
        _withdraw(connection, found.id, now_ms)
    return found is not None


def forget(connection: Connection, now_ms: int) -> int:
    """Lets go the words and photos that are over; gives of how many reports. Category, status and answer stay."""
    decided = sa.and_(
        street_reports.c.state.in_(("done", "not_done")), street_reports.c.changed_ms < now_ms - DECIDED_KEPT_MS
    )
    over = sa.or_(decided, street_reports.c.written_ms < now_ms - OPEN_KEPT_MS)
    query = sa.select(street_reports.c.id).where(street_reports.c.emptied_ms.is_(None), over)
    gone = list(connection.execute(query).scalars())
    _empty(connection, gone, now_ms)
    return len(gone)


def _withdraw(connection: Connection, report_id: str, now_ms: int) -> None:
    _empty(connection, [report_id], now_ms)
    empty = {"answer": "", "answered_by": None, "allowed_by": None, "allowed_ms": None, "statement": ""}
    change(connection, report_id, state="withdrawn", changed_ms=now_ms, **empty)


def _empty(connection: Connection, ids: Iterable[str], now_ms: int) -> None:
    gone = list(ids)
    report_photos.remove(connection, gone)
    open311_outbox.leave_out(connection, gone)
    nothing = {"words": "", "nearby": "", "findings": "[]", "reporter": "", "language": "", "emptied_ms": now_ms}
    connection.execute(street_reports.update().where(street_reports.c.id.in_(gone)).values(nothing))


def change(connection: Connection, report_id: str, **values: object) -> None:
    """Changes what is stored of a report."""
    of_this = street_reports.c.id == report_id
    connection.execute(street_reports.update().where(of_this).values(**values))
    if isinstance(at_ms := values.get("changed_ms"), int):
        screen_id = connection.execute(sa.select(street_reports.c.screen_id).where(of_this)).scalar_one()
        if _first_unread(connection, screen_id) is None:
            occasions.reports_looked_at(connection, screen_id, now_ms=at_ms)


def standing(connection: Connection, report_id: str) -> Report:
    """The report, unless it was taken back. Raises BadReport."""
    found = get(connection, report_id)
    if found is None or found.state == "withdrawn":
        raise BadReport(N_("There is no such report."))
    return found


def _first_unread(connection: Connection, screen_id: str) -> int | None:
    """The number of the oldest report of there that nobody has looked at."""
    of_there = street_reports.c.screen_id == screen_id, street_reports.c.state == "received"
    return connection.execute(sa.select(sa.func.min(street_reports.c.number)).where(*of_there)).scalar()


def _count_of(connection: Connection, reporter: str) -> int:
    query = sa.select(sa.func.count()).select_from(street_reports).where(street_reports.c.reporter == reporter)
    return connection.execute(query).scalar_one()


def _conditions(wanted: Wanted) -> list["sa.ColumnElement[bool]"]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.state == "open":
        found.append(street_reports.c.state.in_(OPEN))
    elif wanted.state == "unallowed":
        waits = street_reports.c.answer != "", street_reports.c.allowed_ms.is_(None)
        found += [*waits, street_reports.c.state != "withdrawn"]
    else:
        found.append(street_reports.c.state == wanted.state if wanted.state else street_reports.c.state != "withdrawn")
    if wanted.category:
        found.append(street_reports.c.category_id == wanted.category)
    if wanted.screen:
        found.append(street_reports.c.screen_id == wanted.screen)
    return found


def read(
    connection: Connection, *conditions: "sa.ColumnElement[bool]", most: int = 1, skip: int = 0
) -> list[Report]:  # fmt: skip
    """Reports that meet all of these, the newest first."""
    joined = street_reports.outerjoin(photo_rows, photo_rows.c.report_id == street_reports.c.id)
    query = sa.select(street_reports, photo_rows.c.width, photo_rows.c.height).select_from(joined).where(*conditions)
    rows = connection.execute(query.order_by(street_reports.c.number.desc()).limit(most).offset(skip)).mappings().all()
    categories = report_categories.by_id(connection) if rows else {}
    return [_report(row, categories) for row in rows]


def _report(row: sa.RowMapping, categories: dict[str, Category]) -> Report:
    findings = tuple(Finding(kind, Weight(weight), words) for kind, weight, words in json.loads(row["findings"]))
    return Report(
        row["number"], row["id"], row["screen_id"], categories[row["category_id"]], row["words"], row["nearby"],
        row["language"], findings, row["state"], row["written_ms"], row["changed_ms"], row["emptied_ms"], row["answer"],
        row["answered_by"], row["allowed_ms"], None if row["width"] is None else (row["width"], row["height"]),
    )  # fmt: skip
