"""Erasing an account: what names its person goes, what they made and decided stays.

The row of the account stays, with its random id, because items, decisions and the audit log point to it. Names and
addresses that people wrote into titles, credits or films are the group's words, and are not touched.
"""

import sqlalchemy as sa

from content.canonical import Json
from curator import audit, occasions, people
from curator.accounts import BadAccount
from curator.mail.addresses import mailable
from curator.store import Connection
from curator.tables import (
    accounts,
    drafts,
    grants,
    invitations,
    mails,
    password_resets,
    recovery_codes,
    second_factors,
    sessions,
)
from curator.tables_moderation import escalations
from curator.tables_notices import notice_choices, notices
from curator.tables_sign_in import (
    decision_link_choices,
    decision_links,
    identities,
    known_browsers,
    newcomers,
    passkeys,
)
from curator.tables_tokens import api_tokens, kept_answers
from curator.words import N_

OF_A_PERSON = (
    sessions, grants, second_factors, recovery_codes, password_resets, notices, notice_choices, passkeys,
    api_tokens, kept_answers, identities, known_browsers, decision_links, decision_link_choices,
)  # fmt: skip
"""Tables whose rows of an account are removed with it."""


def ask(connection: Connection, account_id: str, *, now_ms: int) -> None:
    """Notes that somebody asks for their account to be erased. Raises BadAccount for the last administrator's."""
    people.keep_one_administrator(connection, account_id)
    asked = connection.execute(
        accounts.update()
        .where(accounts.c.id == account_id, accounts.c.erasure_asked_ms.is_(None))
        .values(erasure_asked_ms=now_ms)
    )
    if asked.rowcount:
        audit.record(connection, now_ms, account_id, "account.erase_ask", f"account:{account_id}")
        occasions.erasure_asked(connection, account_id, now_ms=now_ms)


def asked_ms(connection: Connection, account_id: str) -> int | None:
    """Since when somebody asks for it; None when they do not."""
    found = connection.execute(sa.select(accounts.c.erasure_asked_ms).where(accounts.c.id == account_id)).scalar()
    return None if found is None else int(found)


def take_back(connection: Connection, account_id: str, *, now_ms: int) -> None:
    """Notes that somebody wants to keep their account after all; harmless when they had not asked."""
    kept = connection.execute(
        accounts.update()
        .where(accounts.c.id == account_id, accounts.c.erasure_asked_ms.is_not(None))
        .values(erasure_asked_ms=None)
    )
    if kept.rowcount:
        audit.record(connection, now_ms, account_id, "account.erase_keep", f"account:{account_id}")
        occasions.erasure_over(connection, account_id, now_ms=now_ms)


def erase(connection: Connection, account_id: str, *, typed: str, now_ms: int, by: str) -> None:
    """Erases an account for good. Raises BadAccount for the last administrator, or when `typed` is not its address."""
    email = connection.execute(
        sa.select(accounts.c.email).where(accounts.c.id == account_id, accounts.c.erased_ms.is_(None))
    ).scalar()
    if email is None:
        return
    if typed.strip().lower() != email:
        raise BadAccount(N_("To erase the account, type its e-mail address."))
    people.keep_one_administrator(connection, account_id)
    for table in OF_A_PERSON:
        connection.execute(table.delete().where(table.c.account_id == account_id))
    connection.execute(invitations.delete().where(invitations.c.email == email))
    connection.execute(newcomers.delete().where(newcomers.c.email == email))
    connection.execute(mails.delete().where(mails.c.recipient.in_({email, mailable(email) or email})))
    # What was passed on to somebody who is gone waits for the administrators.
    connection.execute(
        escalations.update()
        .where(escalations.c.to_account == account_id, escalations.c.closed_ms.is_(None))
        .values(to_account=None)
    )
    connection.execute(
        drafts.update()
        .where(drafts.c.account_id == account_id, drafts.c.closed_ms.is_(None))
        .values(closed_ms=now_ms, outcome="discarded")
    )
    connection.execute(
        accounts.update()
        .where(accounts.c.id == account_id)
        .values(
            email=account_id, name="", password_hash="", language="", erasure_asked_ms=None, erased_ms=now_ms,
            disabled_ms=sa.func.coalesce(accounts.c.disabled_ms, now_ms),
        )
    )  # fmt: skip
    occasions.erasure_over(connection, account_id, now_ms=now_ms)
    marks = audit.take_words_out(connection, email)
    vouched: dict[str, Json] = {"rows": marks} if marks else {}
    audit.record(connection, now_ms, by, "account.erase", f"account:{account_id}", **vouched)
