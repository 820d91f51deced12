"""The audit log: who did what, told in words, and whether the chain is whole."""

from dataclasses import dataclass

from aiohttp import web
from yarl import URL

from curator import accounts, audit, audit_words
from curator.audit_words import ToldRow
from curator.authorisation import Action
from curator.service import service_of
from curator.store import Connection
from curator.web.doorman import allowed
from curator.web.pages import render

ROWS_ON_A_PAGE = 100
CHECKED_UNASKED = 5_000
"""A chain up to this long is checked each time the page is opened; a longer one when its reader asks."""


@dataclass(frozen=True, slots=True)
class LogPage:
    """What the page shows. `broken` is the first broken row; `is_checked` whether the chain was looked at."""

    rows: list[ToldRow]
    people: list[accounts.Account]
    count: int
    head: str
    is_checked: bool
    broken: int | None


async def log(request: web.Request) -> web.StreamResponse:
    """The log, newest first; `?q=` a name or subject, `?by=` an account, `?before=` a row's number, `?check=1`."""
    allowed(request, Action.SEE_AUDIT)
    words, by = request.query.get("q", "").strip()[:100], request.query.get("by", "")[:32]
    before = _number(request.query.get("before", ""))

    def look(connection: Connection) -> LogPage:
        rows = audit.rows(
            connection, subjects=audit_words.subjects_like(connection, words) if words else None,
            account_id=by or None, before=before, most=ROWS_ON_A_PAGE + 1,
        )  # fmt: skip
        count = audit.count(connection)
        is_checked = count <= CHECKED_UNASKED or "check" in request.query
        return LogPage(
            rows=audit_words.tell(connection, rows), people=accounts.everybody(connection), count=count,
            head=audit.head(connection), is_checked=is_checked,
            broken=audit.first_broken_row(connection) if is_checked else None,
        )  # fmt: skip

    page = await service_of(request).store.read(look)
    shown, more = page.rows[:ROWS_ON_A_PAGE], page.rows[ROWS_ON_A_PAGE:]
    query = {name: value for name, value in {"q": words, "by": by}.items() if value}
    older = str(URL("/audit").with_query({**query, "before": str(shown[-1].row.seq)})) if more else ""
    checking = str(URL("/audit").with_query({**query, "check": "1"}))
    return render(
        request, "audit.html", page=page, rows=shown, words=words, by=by, older=older, checking=checking,
        zone=service_of(request).settings.zone, is_first=before is None,
    )  # fmt: skip


def _number(words: str) -> int | None:
    return int(words) if words.isascii() and words.isdigit() and len(words) <= 15 else None


routes = [web.get("/audit", log)]
