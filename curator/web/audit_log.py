"""The audit log: who did what, told in words, whether the chain is whole, and the log as a file."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from aiohttp import web
from yarl import URL

from curator import accounts, audit, audit_export, audit_words
from curator.audit_words import ToldRow
from curator.authorisation import Action
from curator.service import service_of
from curator.store import Connection
from curator.web.doorman import allowed
from curator.web.pages import render

ROWS_ON_A_PAGE = 100
ROWS_AT_ONCE = 500
"""How many rows of a file are read before they are sent."""
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
    words, by = _selection(request)
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
    files = {kind: str(URL(f"/audit.{kind}").with_query(query)) for kind in ("csv", "jsonl")}
    return render(
        request, "audit.html", page=page, rows=shown, words=words, by=by, older=older, checking=checking, files=files,
        zone=service_of(request).settings.zone, is_first=before is None,
    )  # fmt: skip


async def as_csv(request: web.Request) -> web.StreamResponse:
    """The rows that `?q=` and `?by=` choose, oldest first, for a spreadsheet, told in the reader's language."""
    head = audit_export.csv_head()
    return await _file(request, "text/csv", "commonscreen-audit.csv", head, audit_export.csv_lines)


async def as_json_lines(request: web.Request) -> web.StreamResponse:
    """The same rows with every field that is hashed, for `commonscreen curator audit verify`."""
    name = "commonscreen-audit.jsonl"
    return await _file(request, "application/jsonl", name, b"", lambda _connection, rows: audit_export.json_lines(rows))


async def _file(
    request: web.Request,
    media_type: str,
    name: str,
    head: bytes,
    write: Callable[[Connection, list[audit.AuditRow]], bytes],
) -> web.StreamResponse:
    allowed(request, Action.SEE_AUDIT)
    answer = web.StreamResponse(
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    )
    answer.content_type, answer.charset = media_type, "utf-8"
    await answer.prepare(request)
    if request.method != "HEAD":
        await answer.write(head)
        async for part in _parts(request, write):
            await answer.write(part)
    await answer.write_eof()
    return answer


async def _parts(
    request: web.Request, write: Callable[[Connection, list[audit.AuditRow]], bytes]
) -> AsyncIterator[bytes]:
    """The chosen rows of the log as it was at the first look, a few hundred at a time."""
    words, by = _selection(request)
    store = service_of(request).store
    until, subjects = await store.read(
        lambda connection: (
            audit.newest(connection), audit_words.subjects_like(connection, words) if words else None,
        )
    )  # fmt: skip
    after = 0

    def look(connection: Connection) -> tuple[int, bytes]:
        rows = audit.rows_after(
            connection, after, until=until, most=ROWS_AT_ONCE, subjects=subjects, account_id=by or None
        )
        return (rows[-1].seq, write(connection, rows)) if rows else (until, b"")

    while after < until:
        after, part = await store.read(look)
        yield part


def _selection(request: web.Request) -> tuple[str, str]:
    return request.query.get("q", "").strip()[:100], request.query.get("by", "")[:32]


def _number(words: str) -> int | None:
    return int(words) if words.isascii() and words.isdigit() and len(words) <= 15 else None


routes = [
    web.get("/audit", log),
    web.get("/audit.csv", as_csv),
    web.get("/audit.jsonl", as_json_lines),
]
