"""How a group's items come on: a choice for its whole running order, a cut unless somebody chose otherwise."""

import sqlalchemy as sa

from content.transition import CUT, KINDS, LONGEST_MS, SHORTEST_MS, Transition
from curator import audit
from curator.store import Connection
from curator.tables_programme import transitions
from curator.words import N_, Told

NAMES = {
    "cut": N_("At once"),
    "crossfade": N_("The last picture fades away"),
    "slide": N_("The last picture slides away"),
    "wipe": N_("The last picture is wiped away"),
}


class BadTransition(Told):
    """A choice that cannot be taken."""


def every(connection: Connection) -> dict[str, Transition]:
    """The choice of each group that made one, by the group's id."""
    rows = connection.execute(sa.select(transitions))
    return {row.group_id: Transition(KINDS.get(row.kind, "cut"), row.ms) for row in rows}


def of_group(connection: Connection, group_id: str) -> Transition:
    """A group's choice."""
    return every(connection).get(group_id, CUT)


def choose(connection: Connection, group_id: str, kind: str, ms: int, *, now_ms: int, by: str) -> None:
    """Has the group's items come on like this from the next manifest on. Raises BadTransition."""
    if kind not in KINDS:
        raise BadTransition(N_("Choose one of the answers given."))
    try:
        chosen = CUT if kind == "cut" else Transition(KINDS[kind], ms)
    except ValueError as error:
        raise BadTransition(
            N_("A transition takes %(least)s to %(most)s milliseconds."), least=SHORTEST_MS, most=LONGEST_MS
        ) from error
    if chosen == of_group(connection, group_id):
        return
    connection.execute(transitions.delete().where(transitions.c.group_id == group_id))
    if not chosen.is_cut:
        connection.execute(transitions.insert().values(group_id=group_id, kind=chosen.kind, ms=chosen.ms))
    audit.record(connection, now_ms, by, "order.transition", f"group:{group_id}", kind=chosen.kind, ms=chosen.ms)
