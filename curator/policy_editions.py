"""Which policy was in force since when: the file's text is kept whenever it changed, with a row in the audit log."""

import hashlib
from dataclasses import dataclass

import sqlalchemy as sa

from content.reading import BadDocument
from curator import audit, policy
from curator.policy import Policy
from curator.store import Connection
from curator.tables_moderation import policy_editions

MOST_LISTED = 50


@dataclass(frozen=True, slots=True)
class Edition:
    """A policy as it was in force from then on; None where this release cannot read it any more."""

    number: int
    at_ms: int
    policy: Policy | None


def note(connection: Connection, body: str, now_ms: int) -> bool:
    """Keeps the policy's text if it is another than the last one; gives whether it was."""
    sha256 = hashlib.sha256(body.encode()).hexdigest()
    query = sa.select(policy_editions.c.number, policy_editions.c.sha256).order_by(policy_editions.c.number.desc())
    last = connection.execute(query.limit(1)).first()
    if last is not None and last.sha256 == sha256:
        return False
    number = last.number + 1 if last else 1
    connection.execute(policy_editions.insert().values(number=number, sha256=sha256, body=body, at_ms=now_ms))
    if last is not None:
        audit.record(connection, now_ms, None, "policy.change", f"policy:{number}", sha256=sha256, before=last.sha256)
    return True


def every(connection: Connection) -> list[Edition]:
    """The editions, newest first."""
    query = sa.select(policy_editions).order_by(policy_editions.c.number.desc()).limit(MOST_LISTED)
    return [Edition(row.number, row.at_ms, _read(row.body)) for row in connection.execute(query)]


def _read(body: str) -> Policy | None:
    try:
        return policy.read_policy(body)
    except BadDocument:
        return None
