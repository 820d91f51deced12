"""What is kept about one person, as files for that person: a ZIP of JSON with a README in their language.

Of others it tells nothing: who decided or gave a role is "somebody else". Secrets (password, tokens) are left out.
"""

import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO

import sqlalchemy as sa

from content.canonical import Json
from curator import accounts, audit, notice_words, notices, own_programme
from curator.authorisation import Action, Actor
from curator.store import Connection
from curator.tables import accounts as people
from curator.tables import audit as audit_table
from curator.tables import (
    captions,
    decisions,
    groups,
    invitations,
    items,
    mails,
    second_factors,
    sessions,
    tickets,
    uploads,
    versions,
)
from curator.tables_moderation import answers, appeals, escalations
from curator.tables_notices import notice_choices
from curator.tables_sign_in import identities, passkeys
from curator.tables_tokens import api_tokens
from curator.tables_webhooks import webhooks
from curator.words import N_, Told, _, in_language

LARGEST_BYTES = 256 << 20
"""The most one export holds before it is packed."""
Row = dict[str, Json]


class TooMuch(Told):
    """What is kept about somebody is more than one export holds."""


@dataclass(frozen=True, slots=True)
class Asked:
    """About whom; `site` is what addresses of pages begin with."""

    who: Actor
    site: str

    def page(self, item_id: str) -> str:
        """Where an item is looked at."""
        return f"{self.site}/items/{item_id}"

    def by(self, account_id: str | None) -> str | None:
        """Who did something, without telling who others are."""
        return None if account_id is None else "you" if account_id == self.who.account_id else "somebody else"


def write(connection: Connection, asked: Asked, file: BinaryIO, *, language: str, now_ms: int) -> None:
    """Writes the ZIP about somebody into `file`. Raises TooMuch."""
    left = LARGEST_BYTES
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (_about, rows) in FILES.items():
            with archive.open(_entry(name, now_ms), "w") as body:
                for part in _lines(rows(connection, asked)):
                    left -= len(part)
                    if left < 0:
                        raise TooMuch(N_("There is more about this account than one file can hold."))
                    body.write(part)
        with in_language(language):
            archive.writestr(_entry("README.txt", now_ms), _read_me(asked.who.name, now_ms))


def _entry(name: str, now_ms: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, datetime.fromtimestamp(now_ms / 1000, UTC).timetuple()[:6])
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
    return entry


def _lines(rows: Iterable[Row]) -> Iterator[bytes]:
    yield b"["
    for place, row in enumerate(rows):
        yield (",\n" if place else "\n").encode() + json.dumps(row, ensure_ascii=False).encode()
    yield b"\n]\n"


def _read_me(name: str, now_ms: int) -> str:
    parts = [
        _("What is kept about %(name)s, as of %(when)s", name=name, when=at(now_ms)),
        _(
            "Each file is JSON (UTF-8): a list with one entry for each thing. Times are UTC. Passwords, codes and the "
            "secret parts of links are left out. Who else did something is not told here."
        ),
        *(file + ": " + _(about) for file, (about, _rows) in FILES.items()),
        _(
            "Your files themselves are not in here: versions.json names each with its size and SHA-256 and the page on "
            "which it can be seen."
        ),
    ]
    return "\n\n".join(parts) + "\n"


def at(instant_ms: int | None) -> str | None:
    """An instant as text, in UTC."""
    if instant_ms is None:
        return None
    return datetime.fromtimestamp(instant_ms / 1000, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _account(connection: Connection, asked: Asked) -> Iterator[Row]:
    row = connection.execute(sa.select(people).where(people.c.id == asked.who.account_id)).one()
    second = sa.select(second_factors.c.confirmed_ms).where(second_factors.c.account_id == row.id)
    yield {
        "id": row.id, "email": row.email, "name": row.name, "language": row.language, "made": at(row.created_ms),
        "closed": at(row.disabled_ms), "erasure_asked": at(row.erasure_asked_ms),
        "second_step_since": at(connection.execute(second).scalar()),
    }  # fmt: skip


def _roles(connection: Connection, asked: Asked) -> Iterator[Row]:
    names = {row.id: row.name for row in connection.execute(sa.select(groups.c.id, groups.c.name))}
    for role in sorted(asked.who.council):
        yield {"role": role.value, "group": None}
    for group_id, held in asked.who.groups.items():
        yield from ({"role": role.value, "group": names[group_id]} for role in sorted(held))


def _sessions(connection: Connection, asked: Asked) -> Iterator[Row]:
    query = sa.select(sessions).where(sessions.c.account_id == asked.who.account_id).order_by(sessions.c.created_ms)
    for row in connection.execute(query):
        yield {
            "browser": row.browser, "since": at(row.created_ms), "last_used": at(row.seen_ms),
            "ends": at(row.expires_ms),
        }  # fmt: skip


def _passkeys(connection: Connection, asked: Asked) -> Iterator[Row]:
    query = sa.select(passkeys).where(passkeys.c.account_id == asked.who.account_id).order_by(passkeys.c.created_ms)
    for row in connection.execute(query):
        yield {
            "name": row.name, "made": at(row.created_ms), "last_used": at(row.used_ms), "used_count": row.used_count,
            "stopped": at(row.stopped_ms), "public_key": row.public_key,
        }  # fmt: skip


def _tokens(connection: Connection, asked: Asked) -> Iterator[Row]:
    of_mine = api_tokens.c.account_id == asked.who.account_id
    for row in connection.execute(sa.select(api_tokens).where(of_mine).order_by(api_tokens.c.created_ms)):
        yield {
            "name": row.name, "scope": row.scope, "since": at(row.created_ms), "ends": at(row.expires_ms),
            "last_used": at(row.used_ms), "revoked": at(row.revoked_ms),
        }  # fmt: skip


def _identities(connection: Connection, asked: Asked) -> Iterator[Row]:
    query = sa.select(identities).where(identities.c.account_id == asked.who.account_id)
    for row in connection.execute(query.order_by(identities.c.created_ms)):
        yield {
            "issuer": row.issuer, "subject": row.subject, "email": row.email, "linked": at(row.created_ms),
            "last_used": at(row.used_ms),
        }  # fmt: skip


def _items(connection: Connection, asked: Asked) -> Iterator[Row]:
    """What they made or sent a version of; the words of a group that is no longer theirs to see are left out."""
    uploaded = sa.select(versions.c.item_id).where(versions.c.created_by == asked.who.account_id)
    query = (
        sa.select(items, groups.c.name.label("group_name"))
        .join(groups, items.c.group_id == groups.c.id)
        .where(sa.or_(items.c.created_by == asked.who.account_id, items.c.id.in_(uploaded)))
        .order_by(items.c.created_ms, items.c.id)
    )
    for row in connection.execute(query).mappings():
        told: Row = {
            "id": row["id"], "group": row["group_name"], "made_by": asked.by(row["created_by"]),
            "made": at(row["created_ms"]), "page": asked.page(row["id"]),
        }  # fmt: skip
        if asked.who.may(Action.SEE_LIBRARY, group=row["group_id"]):
            words = ("title", "credits", "licence", "languages", "alt_text", "people_shown", "rights", "rating")
            told |= {name: row[name] for name in words}
            told |= {"tags": json.loads(row["tags"]), "withdrawn": at(row["withdrawn_ms"])}
        yield told


def _versions(connection: Connection, asked: Asked) -> Iterator[Row]:
    query = (
        sa.select(versions)
        .where(versions.c.created_by == asked.who.account_id)
        .order_by(versions.c.created_ms, versions.c.id)
    )
    for row in connection.execute(query):
        yield {
            "id": row.id, "item": row.item_id, "number": row.number, "page": asked.page(row.item_id),
            "file_name": row.file_name, "size_bytes": row.upload_bytes, "sha256": row.upload_sha256,
            "preparation": row.preparation, "state": row.state, "reasons": json.loads(row.reasons or "[]"),
            "facts": json.loads(row.facts or "{}"), "mends": json.loads(row.mends or "[]"),
            "uploaded": at(row.created_ms), "prepared": at(row.prepared_ms), "submitted": at(row.submitted_ms),
            "files_removed": at(row.cleaned_ms),
        }  # fmt: skip


def _uploads(connection: Connection, asked: Asked) -> Iterator[Row]:
    query = sa.select(uploads).where(uploads.c.account_id == asked.who.account_id).order_by(uploads.c.created_ms)
    for row in connection.execute(query):
        yield {
            "file_name": row.file_name, "title": row.title, "size_bytes": row.size_bytes, "sha256": row.sha256,
            "begun": at(row.created_ms), "finished": at(row.finished_ms), "outcome": row.outcome,
            "version": row.version_id,
        }  # fmt: skip


def _decisions_about(connection: Connection, asked: Asked) -> Iterator[Row]:
    query = (
        sa.select(decisions)
        .join(versions, decisions.c.version_id == versions.c.id)
        .where(versions.c.created_by == asked.who.account_id)
        .order_by(decisions.c.created_ms, decisions.c.id)
    )
    for row in connection.execute(query):
        yield {
            "version": row.version_id, "decision": row.decision, "reason": row.reason, "words": row.words,
            "by": asked.by(row.account_id), "at": at(row.created_ms),
        }  # fmt: skip


def _decisions_taken(connection: Connection, asked: Asked) -> Iterator[Row]:
    query = (
        sa.select(decisions).where(decisions.c.account_id == asked.who.account_id).order_by(decisions.c.created_ms)
    )  # fmt: skip
    for row in connection.execute(query):
        signed = json.loads(row.signed) if row.signed else None
        if signed is not None:
            signed["statement"]["author"] = asked.by(signed["statement"]["author"])
        yield {
            "version": row.version_id, "sha256": row.sha256, "decision": row.decision, "reason": row.reason,
            "words": row.words, "signed": signed, "at": at(row.created_ms), "it_had_waited_ms": row.waited_ms,
        }  # fmt: skip


def _appeals(connection: Connection, asked: Asked) -> Iterator[Row]:
    query = sa.select(appeals).where(appeals.c.account_id == asked.who.account_id).order_by(appeals.c.created_ms)
    for row in connection.execute(query):
        yield {"version": row.version_id, "words": row.words, "at": at(row.created_ms)}


def _answers(connection: Connection, asked: Asked) -> Iterator[Row]:
    query = sa.select(answers).where(answers.c.account_id == asked.who.account_id).order_by(answers.c.created_ms)
    for row in connection.execute(query):
        yield {"version": row.version_id, "words": row.words, "at": at(row.created_ms)}


def _passed_on(connection: Connection, asked: Asked) -> Iterator[Row]:
    """What they passed on, and what was passed on to them: then without the other's words."""
    me = asked.who.account_id
    mine = sa.or_(escalations.c.account_id == me, escalations.c.to_account == me)
    for row in connection.execute(sa.select(escalations).where(mine).order_by(escalations.c.created_ms)):
        yield {
            "version": row.version_id, "by": asked.by(row.account_id), "to": asked.by(row.to_account),
            "words": row.words if row.account_id == me else None, "at": at(row.created_ms),
            "over": at(row.closed_ms), "outcome": row.outcome,
        }  # fmt: skip


def _captions(connection: Connection, asked: Asked) -> Iterator[Row]:
    me = asked.who.account_id
    part = sa.or_(captions.c.created_by == me, captions.c.agreed_by == me, captions.c.decided_by == me)
    for row in connection.execute(sa.select(captions).where(part).order_by(captions.c.created_ms)):
        told: Row = {
            "version": row.version_id, "language": row.language, "state": row.state, "added": at(row.created_ms),
            "added_by": asked.by(row.created_by), "agreed_by": asked.by(row.agreed_by),
            "decided_by": asked.by(row.decided_by), "decided": at(row.decided_ms),
        }  # fmt: skip
        if row.created_by == me:
            told |= {"file_name": row.file_name, "size_bytes": row.size_bytes, "sha256": row.sha256}
        if me in {row.created_by, row.decided_by}:
            told |= {"reason": row.reason, "words": row.words}
        yield told


def _webhooks(connection: Connection, asked: Asked) -> Iterator[Row]:
    query = sa.select(webhooks).where(webhooks.c.made_by == asked.who.account_id).order_by(webhooks.c.created_ms)
    for row in connection.execute(query):
        yield {"name": row.name, "events": json.loads(row.events), "made": at(row.created_ms)}


def _tickets(connection: Connection, asked: Asked) -> Iterator[Row]:
    query = sa.select(tickets).where(tickets.c.made_by == asked.who.account_id).order_by(tickets.c.created_ms)
    for row in connection.execute(query):
        yield {
            "id": row.id, "note": row.note, "files": row.files, "left": row.left, "made": at(row.created_ms),
            "ends": at(row.expires_ms), "taken_back": at(row.revoked_ms),
        }  # fmt: skip


def _invitations(connection: Connection, asked: Asked) -> Iterator[Row]:
    """Those to their address, and those they made: then without the other's address."""
    me = asked.who
    mine = sa.or_(invitations.c.email == me.email, invitations.c.invited_by == me.account_id)
    for row in connection.execute(sa.select(invitations).where(mine).order_by(invitations.c.created_ms)):
        yield {
            "to": "you" if row.email == me.email else "somebody else", "by": asked.by(row.invited_by), "role": row.role,
            "made": at(row.created_ms), "ends": at(row.expires_ms), "accepted": at(row.accepted_ms),
            "taken_back": at(row.revoked_ms),
        }  # fmt: skip


def _mails(connection: Connection, asked: Asked) -> Iterator[Row]:
    query = sa.select(mails).where(mails.c.recipient == asked.who.email).order_by(mails.c.created_ms)
    for row in connection.execute(query):
        yield {"subject": row.subject, "state": row.state, "queued": at(row.created_ms)}


def _notices(connection: Connection, asked: Asked) -> Iterator[Row]:
    """What they were told; without what it was about where that is no longer theirs to see."""
    some = notices.of(connection, asked.who.account_id, most=notices.MOST_DUE)
    for line in notice_words.lines(connection, asked.who, some):
        told: Row = {
            "kind": line.notice.kind.value, "at": at(line.notice.created_ms), "read": at(line.notice.read_ms),
            "mailed": at(line.notice.mailed_ms),
        }  # fmt: skip
        yield told | ({"subject": line.notice.subject, **line.notice.values} if line.path else {})


def _notice_choices(connection: Connection, asked: Asked) -> Iterator[Row]:
    query = sa.select(notice_choices).where(notice_choices.c.account_id == asked.who.account_id)
    for row in connection.execute(query.order_by(notice_choices.c.kind)):
        yield {"kind": row.kind, "way": row.way}


def _programme(connection: Connection, asked: Asked) -> Iterator[Row]:
    for kind, thing_id, instant_ms in own_programme.things(connection, asked.who.account_id):
        yield {"kind": kind, "id": thing_id, "at": at(instant_ms)}


def _audit(connection: Connection, asked: Asked) -> Iterator[Row]:
    """Rows by them or about them. What they did to another person's account is told without its details."""
    me, mine = asked.who.account_id, f"account:{asked.who.account_id}"
    query = sa.select(audit_table).where(sa.or_(audit_table.c.account_id == me, audit_table.c.subject == mine))
    for row in connection.execute(query.order_by(audit_table.c.seq)):
        of_another = row.subject != mine and row.subject.startswith(("account:", "invitation:"))
        yield {
            "row": row.seq, "at": at(row.at_ms), "by": asked.by(row.account_id), "action": row.action,
            "subject": row.subject, "detail": {} if of_another else dict(audit.read_detail(row.detail)),
        }  # fmt: skip


FILES: dict[str, tuple[str, Callable[[Connection, Asked], Iterable[Row]]]] = {
    "account.json": (N_("your name, address and language, and since when you have an account"), _account),
    "roles.json": (N_("the roles you hold"), _roles),
    "sessions.json": (N_("where you are signed in: the kind of browser and the times"), _sessions),
    "passkeys.json": (N_("your passkeys: their names, when they were used, and their public halves"), _passkeys),
    "tokens.json": (N_("API tokens you made: what each is called and for, and the times"), _tokens),
    "identities.json": (N_("the identity providers you sign in with, and what they call you"), _identities),
    "items.json": (N_("the items you made or sent a version of, with their words"), _items),
    "versions.json": (N_("the versions you uploaded, what preparation found, and what became of them"), _versions),
    "uploads.json": (N_("your uploads under way or lately finished"), _uploads),
    "decisions_about.json": (N_("what was decided about your versions, and why"), _decisions_about),
    "decisions_taken.json": (N_("what you decided as a moderator, with the signed statements"), _decisions_taken),
    "appeals.json": (N_("what you said against rejections"), _appeals),
    "answers.json": (N_("what you answered when a change was asked for"), _answers),
    "passed_on.json": (N_("decisions you passed on, or that were passed on to you"), _passed_on),
    "captions.json": (N_("captions you added or decided about"), _captions),
    "webhooks.json": (N_("webhooks you made"), _webhooks),
    "tickets.json": (N_("upload tickets you handed out"), _tickets),
    "invitations.json": (N_("invitations to your address, and those you made"), _invitations),
    "mails.json": (N_("mails to you that are not sent yet"), _mails),
    "notices.json": (N_("what you were told of lately, and when you read it"), _notices),
    "notice_choices.json": (N_("how you want to be told, where you have chosen"), _notice_choices),
    "programme.json": (
        N_("what you did for the programme and the screens: bookings, rules, drafts and so on"),
        _programme,
    ),
    "audit.json": (N_("rows of the audit log by you or about you"), _audit),
}
"""Each file with what it is and its entries."""


def about(connection: Connection, account_id: str, site: str) -> Asked | None:
    """What `write` is asked for; None when there is no such account."""
    who = accounts.somebody(connection, account_id)
    return None if who is None else Asked(who, site)
