"""Whoever asks: who they are here, what they may, what they were told; and the audit log, for those who may read it."""

from typing import Annotated

from pydantic import Field

from curator import audit, audit_words, groups, notice_words, notices, tokens
from curator.api.endpoint import Call, endpoint
from curator.api.paging import cut, page_of, place_after
from curator.api.reading import Given, Instant, PageAsked, Told
from curator.audit import AuditRow
from curator.authorisation import Action, Role
from curator.notices import Kind
from curator.words import N_

LONGEST_SUBJECT = 100


class GroupRoles(Told):
    """The roles held in one group."""

    group: str
    roles: list[Role]


class Me(Told):
    """Who asks. `may` is what they may do somewhere, held to the token's scope where one is shown."""

    account_id: str
    name: str
    email: str
    language: str
    council_roles: list[Role]
    group_roles: list[GroupRoles]
    may: list[str]
    scope: tokens.Scope | None = Field(description="The scope of the token; null in a browser's session.")
    unread_notices: int


class NoticeAnswer(Told):
    """Something one was told of."""

    id: str
    kind: Kind
    subject: str
    sentence: str
    path: str = Field(description="The page it leads to; empty where there is none.")
    created_ms: Instant
    read_ms: Instant | None
    is_settled: bool = Field(description="Whether somebody saw to it already.")


class NoticesPage(Told):
    """A page of notices, newest first."""

    notices: list[NoticeAnswer]
    next: str | None


class ReadUntil(Given):
    """Until when they were read."""

    until_ms: Instant


class AuditAsked(PageAsked):
    """Which rows."""

    subject: str = Field(default="", max_length=LONGEST_SUBJECT, examples=["item:4kqz7m2abcdefghj"])
    account: Annotated[str, Field(pattern="^[a-z0-9]{0,32}$")] = ""


class AuditAnswer(Told):
    """One thing somebody did. `hash` covers the row and `previous`."""

    seq: int
    at_ms: Instant
    account_id: str | None
    who: str
    action: str
    did: str
    subject: str
    what: str
    detail: str = Field(description="JSON, as it is hashed.")
    previous: str
    hash: str


class AuditPage(Told):
    """A page of the audit log, newest first."""

    rows: list[AuditAnswer]
    next: str | None


@endpoint("GET", "/api/me", N_("Who you are here, and what you may"))
def me(call: Call) -> Me:
    """The reader."""
    actor = call.actor
    slugs = {group.id: group.slug for group in groups.every(call.connection)}
    anywhere: list[str | None] = [None, *actor.groups]
    scope = next((one for one, allowed in tokens.ALLOWS.items() if actor.held_to == allowed), None)
    return Me(
        account_id=actor.account_id, name=actor.name, email=actor.email, language=actor.language,
        council_roles=sorted(actor.council),
        group_roles=[GroupRoles(group=slugs[one], roles=sorted(held)) for one, held in sorted(actor.groups.items())],
        may=[
            action.value
            for action in Action
            if any(actor.may(action, group=one, made_by=actor.account_id) for one in anywhere)
        ],
        scope=scope, unread_notices=notices.count_unread(call.connection, actor.account_id),
    )  # fmt: skip


@endpoint("GET", "/api/notices", N_("What you were told of"))
def told_of(call: Call, query: PageAsked) -> NoticesPage:
    """Newest first."""
    found = notices.of(call.connection, call.actor.account_id)
    page, following = page_of(found, query, lambda one: (-one.created_ms, one.id))
    lines = notice_words.lines(call.connection, call.actor, page)
    return NoticesPage(
        notices=[
            NoticeAnswer(
                id=one.id, kind=one.kind, subject=one.subject, sentence=line.sentence, path=line.path,
                created_ms=one.created_ms, read_ms=one.read_ms, is_settled=one.settled_ms is not None,
            )
            for one, line in zip(page, lines, strict=True)
        ],
        next=following,
    )  # fmt: skip


@endpoint("POST", "/api/notices/read", N_("Mark what you were told of as read"))
def read(call: Call, body: ReadUntil) -> None:
    """Everything until then."""
    notices.read_all(call.connection, call.actor.account_id, until_ms=body.until_ms, now_ms=call.now_ms)


@endpoint("GET", "/api/audit", N_("The audit log"), asks=Action.SEE_AUDIT)
def log(call: Call, query: AuditAsked) -> AuditPage:
    """Newest first."""
    after = place_after(query, int)
    before = int(after[0]) if after else None
    found = audit.rows(
        call.connection, subject=query.subject or None, account_id=query.account or None, most=query.limit + 1,
        before=before,
    )  # fmt: skip
    page, following = cut(found, query, lambda row: (row.seq,))
    lines = audit_words.tell(call.connection, page)
    return AuditPage(
        rows=[_row(row, line) for row, line in zip(page, lines, strict=True)], next=following
    )  # fmt: skip


def _row(row: AuditRow, line: audit_words.ToldRow) -> AuditAnswer:
    return AuditAnswer(
        seq=row.seq, at_ms=row.at_ms, account_id=row.account_id, who=line.who, action=row.action, did=line.did,
        subject=row.subject, what=line.what, detail=row.detail, previous=row.previous, hash=row.hash,
    )  # fmt: skip
