"""What people are given notice of, and whom: asked of the roles they hold at that moment.

Nobody is told of what they did themselves, and who cannot sign in is not told at all.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from curator import accounts, notices
from curator.authorisation import Action, Role
from curator.notices import Kind
from curator.store import Connection
from curator.tables import accounts as people
from curator.tables import decisions, grants, items, versions


@dataclass(frozen=True, slots=True)
class _About:
    """Whose a version is: who uploaded it, who made its item, in which group."""

    uploader: str | None
    maker: str | None
    item_id: str
    group_id: str
    withdrawn_ms: int | None


def decided(
    connection: Connection, version_id: str, *, decision: str, reason: str = "", words: str = "", by: str, now_ms: int
) -> None:
    """A version was approved or rejected: its uploader and the editors of its group are told."""
    about = _about(connection, version_id)
    makers = _uploader(connection, about) | _holders(connection, Role.EDITOR, group_id=about.group_id)
    waits_no_more(connection, about.item_id, now_ms=now_ms)
    notices.tell(
        connection, makers - {by}, Kind.DECISION, f"version:{version_id}", mark=f"{decision} {now_ms}", now_ms=now_ms,
        decision=decision, reason=reason, words=words,
    )  # fmt: skip


def waits(connection: Connection, version_id: str, *, by: str | None = None, now_ms: int) -> None:
    """A version waits for a decision: moderators are told, or administrators where no moderator may decide about it.

    Not told is who brought it, submitted it, appealed, or rejected it before.
    """
    about = _about(connection, version_id)
    rejecters = sa.select(decisions.c.account_id).where(
        decisions.c.version_id == version_id, decisions.c.decision == "rejected"
    )
    barred = {about.uploader, about.maker, by, *connection.execute(rejecters).scalars()}
    deciders = _holders(connection, Role.MODERATOR) - barred or _holders(connection, Role.ADMINISTRATOR) - barred
    notices.tell(
        connection, deciders, Kind.WAITING, f"version:{version_id}", mark=str(now_ms), now_ms=now_ms
    )  # fmt: skip


def waits_no_more(connection: Connection, item_id: str, *, now_ms: int) -> None:
    """What was told of versions of this item that wait no more, because of a decision or otherwise, is settled."""
    others = sa.select(versions.c.id).where(versions.c.item_id == item_id, versions.c.state != "submitted")
    subjects = [f"version:{version_id}" for version_id in connection.execute(others).scalars()]
    notices.settle(connection, Kind.WAITING, subjects, now_ms=now_ms)


def refused(connection: Connection, version_id: str, *, now_ms: int) -> None:
    """Preparation refused a version: its uploader is told; the group's editors where nobody with an account sent it."""
    about = _about(connection, version_id)
    if about.withdrawn_ms is not None:
        return
    nobodys = about.uploader is None
    told = _holders(connection, Role.EDITOR, group_id=about.group_id) if nobodys else _uploader(connection, about)
    notices.tell(connection, told, Kind.REFUSED, f"version:{version_id}", mark=str(now_ms), now_ms=now_ms)


def screen_dark(connection: Connection, screen_id: str, why: str, *, since_ms: int, now_ms: int) -> None:
    """Technicians and administrators are told that a screen has gone dark; `why`: a code of `curator.dark_screens`."""
    _about_screen(connection, screen_id, why, since_ms=since_ms, now_ms=now_ms)


def screen_back(connection: Connection, screen_id: str, *, since_ms: int, now_ms: int) -> None:
    """They are told that it is over."""
    _about_screen(connection, screen_id, "over", since_ms=since_ms, now_ms=now_ms)


def _about_screen(connection: Connection, screen_id: str, why: str, *, since_ms: int, now_ms: int) -> None:
    keepers = _holders(connection, Role.TECHNICIAN, Role.ADMINISTRATOR)
    mark = f"{'over' if why == 'over' else 'dark'} {since_ms}"
    notices.tell(connection, keepers, Kind.SCREEN_DARK, f"screen:{screen_id}", mark=mark, now_ms=now_ms, why=why)


def _about(connection: Connection, version_id: str) -> _About:
    query = (
        sa.select(
            versions.c.created_by.label("uploader"), items.c.created_by.label("maker"),
            items.c.id.label("item_id"), items.c.group_id, items.c.withdrawn_ms,
        )
        .select_from(versions.join(items, versions.c.item_id == items.c.id))
        .where(versions.c.id == version_id)
    )  # fmt: skip
    return _About(**connection.execute(query).mappings().one())


def _uploader(connection: Connection, about: _About) -> set[str]:
    """Who uploaded it, as long as they may still look at it."""
    actor = accounts.actor(connection, about.uploader) if about.uploader else None
    if actor is None or not actor.may(Action.SEE_LIBRARY, group=about.group_id):
        return set()
    return {actor.account_id}


def _holders(connection: Connection, *roles: Role, group_id: str | None = None) -> set[str]:
    """The accounts that can sign in and hold one of these roles, in this group or (None) for the council."""
    query = (
        sa.select(grants.c.account_id)
        .select_from(grants.join(people, grants.c.account_id == people.c.id))
        .where(
            grants.c.role.in_([role.value for role in roles]), grants.c.group_id.is_not_distinct_from(group_id),
            people.c.disabled_ms.is_(None),
        )
    )  # fmt: skip
    return set(connection.execute(query).scalars())
