"""What a street report can be about: categories that the council words for itself, everywhere or at one site."""

import json
from dataclasses import dataclass, field
from typing import Literal

import sqlalchemy as sa

from content.language import LANGUAGES, best_language
from curator import audit, sites
from curator.authorisation import Action, Actor, require
from curator.groups import slug_of
from curator.ids import new_id
from curator.not_decided import NotDecided, OwnWork
from curator.store import Connection
from curator.tables import audit as audit_rows
from curator.tables import screens
from curator.tables_reports import report_categories
from curator.words import N_, Told
from kiosks.words.normal import tidy

Kind = Literal["report", "suggestion"]
KINDS: dict[str, Kind] = {"report": "report", "suggestion": "suggestion"}
LONGEST_NAME = 40
LONGEST_DESCRIPTION = 160
LONGEST_CODE = 64
STORED, ALLOWED = "report_category.put", "report_category.allow"
MOST_CATEGORIES = 40
"""That passers-by can choose from, at all sites together."""


class BadCategory(Told):
    """A category that cannot be stored as asked; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Category:
    """A category. `names` and `descriptions` are by language; `site_id` is "" where it is offered everywhere."""

    id: str
    code: str
    kind: Kind
    names: dict[str, str]
    descriptions: dict[str, str]
    site_id: str
    position: int
    ended_ms: int | None = None
    remote_code: str = ""
    """What the council's own Open311 endpoint calls it; "": as we do."""
    allowed_names: dict[str, str] = field(default_factory=dict)
    """The last names that somebody else has allowed; {} while there are none."""

    @property
    def waits(self) -> bool:
        """Whether its names wait for somebody with the right to decide."""
        return self.names != self.allowed_names

    def name_on_screens(self, language: str) -> str:
        """What screens call it; "" while nobody has allowed a name."""
        return _said(self.allowed_names, language)

    def name(self, language: str) -> str:
        """What it is called, in this language where the council said so."""
        return _said(self.names, language)

    def description(self, language: str) -> str:
        """What belongs there."""
        return _said(self.descriptions, language)


def every(connection: Connection) -> list[Category]:
    """Those that are offered somewhere, in their order."""
    query = sa.select(report_categories).where(report_categories.c.ended_ms.is_(None))
    ordered = query.order_by(report_categories.c.position, report_categories.c.created_ms, report_categories.c.id)
    return [_category(row) for row in connection.execute(ordered).mappings()]


def by_id(connection: Connection) -> dict[str, Category]:
    """All that ever were, by id: reports of before keep theirs."""
    return {row["id"]: _category(row) for row in connection.execute(sa.select(report_categories)).mappings()}


def at_screen(connection: Connection, screen_id: str) -> list[Category]:
    """Those that a passer-by can choose from at this screen."""
    site_id = connection.execute(sa.select(screens.c.site_id).where(screens.c.id == screen_id)).scalar()
    return [one for one in every(connection) if one.site_id in ("", site_id)]


def put(
    connection: Connection, wanted: Category, *, now_ms: int, by: Actor, are_names_ours: bool = False
) -> Category:  # fmt: skip
    """Stores a category, a new one where its id is "". Raises NotAllowed or BadCategory.

    Its names wait for somebody else (`allow`), unless they come with the software.
    """
    require(by, Action.PROGRAMME)
    names, descriptions = _words(wanted.names, LONGEST_NAME), _words(wanted.descriptions, LONGEST_DESCRIPTION)
    if not names:
        raise BadCategory(N_("A category needs a name in one language at least."))
    if wanted.site_id and wanted.site_id not in {site.id for site in sites.every(connection)}:
        raise BadCategory(N_("There is no such place any more. Choose another."))
    if len(wanted.remote_code) > LONGEST_CODE:
        raise BadCategory(N_("That is longer than %(most)s characters."), most=LONGEST_CODE)
    known = {one.id: one for one in every(connection)}
    if wanted.id and wanted.id not in known:
        raise BadCategory(N_("There is no such category."))
    if not wanted.id and len(known) >= MOST_CATEGORIES:
        raise BadCategory(N_("There are %(most)s categories. Remove one first."), most=MOST_CATEGORIES)
    values = {
        "kind": wanted.kind, "names": json.dumps(names, ensure_ascii=False),
        "descriptions": json.dumps(descriptions, ensure_ascii=False), "site_id": wanted.site_id,
        "position": wanted.position, "remote_code": wanted.remote_code,
    }  # fmt: skip
    if are_names_ours:
        values["allowed_names"] = values["names"]
    category_id = wanted.id or new_id()
    of_this = report_categories.c.id == category_id
    if wanted.id:
        connection.execute(report_categories.update().where(of_this).values(**values))
    else:
        code = _code(connection, names)
        connection.execute(report_categories.insert().values(id=category_id, code=code, created_ms=now_ms, **values))
    audit.record(
        connection, now_ms, by.account_id, STORED, f"report_category:{category_id}",
        name=next(iter(names.values())), kind=wanted.kind,
    )  # fmt: skip
    return by_id(connection)[category_id]


def allow(connection: Connection, category_id: str, *, names: dict[str, str], now_ms: int, by: Actor) -> None:
    """Lets screens use the names as they were read. Raises NotAllowed, BadCategory, OwnWork or NotDecided."""
    require(by, Action.DECIDE)
    found = by_id(connection).get(category_id)
    if found is None or found.ended_ms is not None:
        raise BadCategory(N_("There is no such category."))
    if _worded(connection, category_id, by):
        raise OwnWork(N_("These words are yours, so somebody else decides about them."))
    if not found.waits or found.names != {language: words for language, words in names.items() if words}:
        raise NotDecided(N_("This was decided meanwhile."))
    of_this = report_categories.c.id == category_id
    allowed = json.dumps(found.names, ensure_ascii=False)
    connection.execute(report_categories.update().where(of_this).values(allowed_names=allowed))
    audit.record(
        connection, now_ms, by.account_id, ALLOWED, f"report_category:{category_id}",
        name=next(iter(found.names.values())),
    )  # fmt: skip


def end(connection: Connection, category_id: str, *, now_ms: int, by: Actor) -> None:
    """Offers it no more; reports about it stay. Raises NotAllowed or BadCategory."""
    require(by, Action.PROGRAMME)
    of_this = report_categories.c.id == category_id, report_categories.c.ended_ms.is_(None)
    if not connection.execute(report_categories.update().where(*of_this).values(ended_ms=now_ms)).rowcount:
        raise BadCategory(N_("There is no such category."))
    audit.record(connection, now_ms, by.account_id, "report_category.end", f"report_category:{category_id}")


def _worded(connection: Connection, category_id: str, by: Actor) -> bool:
    """Whether any of its names may be theirs: it was stored by them since names were allowed last."""
    of_this = audit_rows.c.subject == f"report_category:{category_id}"
    last = sa.select(sa.func.max(audit_rows.c.seq)).where(of_this, audit_rows.c.action == ALLOWED)
    since = connection.execute(last).scalar() or 0
    query = sa.select(audit_rows.c.seq).where(
        of_this, audit_rows.c.action == STORED, audit_rows.c.account_id == by.account_id, audit_rows.c.seq > since
    )
    return connection.execute(query.limit(1)).first() is not None


def _code(connection: Connection, names: dict[str, str]) -> str:
    """A short name for programs, which no category has or had."""
    plain = slug_of(names.get("en") or next(iter(names.values())))[:30].strip("-") or "category"
    taken = set(connection.execute(sa.select(report_categories.c.code)).scalars())
    numbered = (f"{plain}-{number}" for number in range(2, len(taken) + 3))
    return next(code for code in (plain, *numbered) if code not in taken)


def _words(given: dict[str, str], most: int) -> dict[str, str]:
    found = {language: tidy(given.get(language, "")) for language in LANGUAGES}
    if any(len(words) > most for words in found.values()):
        raise BadCategory(N_("That is longer than %(most)s characters."), most=most)
    return {language: words for language, words in found.items() if words}


def _said(words: dict[str, str], language: str) -> str:
    if not words:
        return ""
    return words.get(best_language([language]), next(iter(words.values())))


def _category(row: sa.RowMapping) -> Category:
    return Category(
        row["id"], row["code"], row["kind"], json.loads(row["names"]), json.loads(row["descriptions"]), row["site_id"],
        row["position"], row["ended_ms"], row["remote_code"], json.loads(row["allowed_names"]),
    )  # fmt: skip
