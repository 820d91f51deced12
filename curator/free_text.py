"""Where and when passers-by may write: where a programmer allowed it, and while a moderator is there to read."""

from typing import Literal

import sqlalchemy as sa

from curator import audit
from curator.authorisation import Action, Actor, Role, require
from curator.store import Connection
from curator.tables import grants, screens, sessions
from curator.tables_taking_part import free_text, wall_answers
from curator.words import N_, Told

ON_DUTY_MS = 20 * 60_000
"""A moderator who did something here so lately is there to read."""
MOST_WAITING = 40
"""Answers that wait for a moderator; while there are more nobody can write another."""

Closed = Literal["", "forbidden", "off_duty", "queue"]


class NoFreeText(Told):
    """A screen where nobody may write; the sentence says so."""


def allowed(connection: Connection) -> frozenset[str]:
    """The screens where a programmer allowed it."""
    return frozenset(connection.execute(sa.select(free_text.c.screen_id)).scalars())


def set_allowed(connection: Connection, screen_id: str, is_allowed: bool, *, now_ms: int, by: Actor) -> None:
    """Allows or forbids writing at a screen. Raises NotAllowed, or NoFreeText for no screen."""
    require(by, Action.PROGRAMME)
    if connection.execute(sa.select(screens.c.id).where(screens.c.id == screen_id)).first() is None:
        raise NoFreeText(N_("There is no such screen."))
    connection.execute(free_text.delete().where(free_text.c.screen_id == screen_id))
    if is_allowed:
        row = {"screen_id": screen_id, "allowed_by": by.account_id, "allowed_ms": now_ms}
        connection.execute(free_text.insert().values(row))
    action = "free_text.allow" if is_allowed else "free_text.forbid"
    audit.record(connection, now_ms, by.account_id, action, f"screen:{screen_id}")


def require_allowed(connection: Connection, screen_ids: list[str]) -> None:
    """Returns if passers-by may write at all of these; raises NoFreeText."""
    if not set(screen_ids) <= allowed(connection):
        raise NoFreeText(N_("At one of these screens passers-by may not write. A programmer can allow it, below."))


def why_closed(connection: Connection, screen_id: str, now_ms: int) -> Closed:
    """Why nobody can write at this screen just now; "" when they can."""
    if screen_id not in allowed(connection):
        return "forbidden"
    if not is_on_duty(connection, now_ms):
        return "off_duty"
    waiting = sa.select(sa.func.count()).where(wall_answers.c.state.in_(("waiting", "hidden")))
    return "queue" if connection.execute(waiting).scalar_one() >= MOST_WAITING else ""


def is_on_duty(connection: Connection, now_ms: int) -> bool:
    """Whether somebody who may decide was here within ON_DUTY_MS."""
    reads = sessions.join(grants, grants.c.account_id == sessions.c.account_id)
    query = sa.select(sa.func.count()).select_from(reads)
    query = query.where(grants.c.role.in_((Role.MODERATOR, Role.ADMINISTRATOR)))
    query = query.where(sessions.c.seen_ms > now_ms - ON_DUTY_MS, sessions.c.expires_ms > now_ms)
    return connection.execute(query).scalar_one() > 0
