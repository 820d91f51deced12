"""Where a rule or a weight holds, for people: the choices of a form, the words of a sentence, who changed it last."""

from dataclasses import dataclass

import sqlalchemy as sa

from curator import screen_groups, screens, sites
from curator.person_words import name_of
from curator.programme.rule_words import everywhere
from curator.store import Connection
from curator.tables import accounts, audit
from curator.words import N_, Told, _

EVERYWHERE = "everywhere"


class BadScope(Told):
    """A place that is not, or is no more."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A place to choose: `scope` as it is stored, its `name`, and how a sentence ends with it."""

    scope: str
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Touch:
    """Who changed something last, and when."""

    who: str
    at_ms: int


def choices(connection: Connection, *, with_sites: bool = True) -> list[Choice]:
    """Everything a rule can hold for: everywhere, the sites, the screen groups, the screens."""
    found = [Choice(EVERYWHERE, _("All screens"), everywhere())]
    if with_sites:
        found += [
            Choice(f"site:{one.id}", one.name, _("at “%(name)s”", name=one.name)) for one in sites.every(connection)
        ]
    found += [
        Choice(f"screen_group:{one.id}", one.name, _("on the screens of “%(name)s”", name=one.name))
        for one in screen_groups.every(connection)
    ]
    return found + [
        Choice(f"screen:{one.id}", one.name, _("on “%(name)s”", name=one.name)) for one in screens.named(connection)
    ]


def chosen(found: list[Choice], scope: str) -> Choice:
    """The choice with this scope. Raises BadScope for one that is not offered."""
    for choice in found:
        if choice.scope == scope:
            return choice
    raise BadScope(N_("There is no such place any more. Choose another."))


def touches(connection: Connection, kind: str) -> dict[str, Touch]:
    """Who last changed each thing of a kind, by its id, as the audit log has it."""
    last = sa.select(sa.func.max(audit.c.seq)).where(audit.c.subject.startswith(f"{kind}:")).group_by(audit.c.subject)
    query = (
        sa.select(audit.c.subject, audit.c.at_ms, accounts.c.name)
        .select_from(audit.outerjoin(accounts, audit.c.account_id == accounts.c.id))
        .where(audit.c.seq.in_(last))
    )
    return {
        row.subject.partition(":")[2]: Touch(_("The service") if row.name is None else name_of(row.name), row.at_ms)
        for row in connection.execute(query)
    }
