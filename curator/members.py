"""Who is in a group. Reads only; `accounts.grant` and `people.take_role` change it."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from curator.authorisation import Role
from curator.person_words import name_of
from curator.store import Connection
from curator.tables import accounts, grants


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with a role in a group who can sign in."""

    account_id: str
    name: str
    role: Role


def of_groups(connection: Connection, group_ids: Collection[str]) -> dict[str, list[Member]]:
    """The members of these groups, editors first, then by name; somebody with both roles is an editor."""
    query = (
        sa.select(grants.c.group_id, grants.c.account_id, grants.c.role, accounts.c.name)
        .select_from(grants.join(accounts, grants.c.account_id == accounts.c.id))
        .where(grants.c.group_id.in_(sorted(group_ids)), accounts.c.disabled_ms.is_(None))
        .order_by(grants.c.role.desc(), accounts.c.name, accounts.c.id)  # "editor" after "contributor"
    )
    found: dict[str, dict[str, Member]] = {group_id: {} for group_id in group_ids}
    for row in connection.execute(query):
        member = Member(row.account_id, name_of(row.name), Role(row.role))
        found[row.group_id].setdefault(row.account_id, member)
    return {group_id: list(members.values()) for group_id, members in found.items()}
