"""What people are given notice of, and whom: asked of the roles they hold at that moment.

Nobody is told of what they did themselves, and who cannot sign in is not told at all.
"""

from dataclasses import astuple, dataclass

import sqlalchemy as sa

from curator import accounts, notices, webhook_events, webhooks
from curator import decided as decided_so_far
from curator.authorisation import Action, Role
from curator.notices import Kind
from curator.store import Connection
from curator.tables import accounts as people
from curator.tables import captions, decisions, grants, items, versions


@dataclass(frozen=True, slots=True)
class _About:
    """Whose a version is: who uploaded it, who made its item, in which group."""

    uploader: str | None
    maker: str | None
    item_id: str
    group_id: str
    withdrawn_ms: int | None


def decided(
    connection: Connection, version_id: str, *, decision: str, reason: str = "", words: str = "", places: str = "",
    by: str, now_ms: int,
) -> None:  # fmt: skip
    """A version was decided about: its uploader and the editors of its group are told. `places` names the screens."""
    about = _about(connection, version_id)
    makers = _uploader(connection, about) | holders(connection, Role.EDITOR, group_id=about.group_id)
    waits_no_more(connection, about.item_id, now_ms=now_ms)
    notices.tell(
        connection, makers - {by}, Kind.DECISION, f"version:{version_id}", mark=f"{decision} {now_ms}", now_ms=now_ms,
        decision=decision, reason=reason, words=words, places=places,
    )  # fmt: skip
    webhook_events.decided(connection, version_id, decision=decision, reason=reason, now_ms=now_ms)


def waits(connection: Connection, version_id: str, *, by: str | None = None, now_ms: int) -> None:
    """A version waits for a decision: moderators are told, or administrators where no moderator may decide about it.

    Not told is who brought it (or what it was mended from), submitted it, appealed, or rejected it before.
    """
    about = _about(connection, version_id)
    rejecters = sa.select(decisions.c.account_id).where(
        decisions.c.version_id == version_id, decisions.c.decision == "rejected"
    )
    barred = {*_uploaders(connection, version_id), about.maker, by, *connection.execute(rejecters).scalars()}
    told = _deciders(connection, barred)
    first = "" if any(astuple(decided_so_far.history(connection, about.group_id))) else "yes"
    notices.tell(
        connection, told, Kind.WAITING, f"version:{version_id}", mark=str(now_ms), now_ms=now_ms, first=first
    )  # fmt: skip
    webhook_events.waits(connection, version_id, now_ms=now_ms)


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
    told = holders(connection, Role.EDITOR, group_id=about.group_id) if nobodys else _uploader(connection, about)
    notices.tell(connection, told, Kind.REFUSED, f"version:{version_id}", mark=str(now_ms), now_ms=now_ms)


def captions_wait(connection: Connection, version_id: str, track_id: str, *, by: str | None, now_ms: int) -> None:
    """Captions of an approved film wait: whoever may decide about the film is told, but not who brought them."""
    about = _about(connection, version_id)
    deciders = _deciders(connection, {*_uploaders(connection, version_id), about.maker, by})
    notices.tell(connection, deciders, Kind.CAPTIONS, f"version:{version_id}", mark=track_id, now_ms=now_ms)


def words_wait(connection: Connection, version_id: str, *, by: str, now_ms: int) -> None:
    """An approved item has a new title or credits: whoever may decide about it is told, but not who wrote them."""
    about = _about(connection, version_id)
    deciders = _deciders(connection, {about.uploader, about.maker, by})
    notices.tell(
        connection,
        deciders,
        Kind.CAPTIONS,
        f"version:{version_id}",
        mark=f"words {now_ms}",
        now_ms=now_ms,
        about="words",
    )


def words_decided(
    connection: Connection, version_id: str, *, decision: str, words: str = "", by: str, now_ms: int
) -> None:  # fmt: skip
    """New words of an item were allowed (`words`) or its old ones put back (`words_back`): its makers are told."""
    about = _about(connection, version_id)
    makers = _uploader(connection, about) | holders(connection, Role.EDITOR, group_id=about.group_id)
    captions_wait_no_more(connection, version_id, now_ms=now_ms)
    notices.tell(
        connection, makers - {by}, Kind.DECISION, f"version:{version_id}", mark=f"{decision} {now_ms}", now_ms=now_ms,
        decision=decision, reason="", words=words, places="",
    )  # fmt: skip


def captions_wait_no_more(connection: Connection, version_id: str, *, now_ms: int) -> None:
    """Captions or new words were decided about or taken away; settled once none of this film wait."""
    waits = sa.select(captions.c.id).where(captions.c.version_id == version_id, captions.c.state == "submitted")
    differ = sa.or_(items.c.title != items.c.screen_title, items.c.credits != items.c.screen_credits)
    new_words = sa.select(items.c.id).where(items.c.approved_version_id == version_id, differ)
    if all(connection.execute(query.limit(1)).first() is None for query in (waits, new_words)):
        notices.settle(connection, Kind.CAPTIONS, [f"version:{version_id}"], now_ms=now_ms)


def plays_soon(connection: Connection, version_id: str, *, screen: str, at_ms: int, zone: str, now_ms: int) -> None:
    """What was approved lately has its first time on a screen: who uploaded it and the group's editors are told."""
    about = _about(connection, version_id)
    makers = _uploader(connection, about) | holders(connection, Role.EDITOR, group_id=about.group_id)
    notices.tell(
        connection, makers, Kind.PLAYS_SOON, f"version:{version_id}", mark="first", now_ms=now_ms,
        screen=screen, at_ms=str(at_ms), zone=zone,
    )  # fmt: skip


def erasure_asked(connection: Connection, account_id: str, *, now_ms: int) -> None:
    """Somebody asks for their account to be erased: the other administrators are told."""
    told = holders(connection, Role.ADMINISTRATOR) - {account_id}
    notices.tell(connection, told, Kind.ERASURE, f"account:{account_id}", mark=str(now_ms), now_ms=now_ms)


def newcomer_waits(connection: Connection, newcomer_id: str, *, now_ms: int) -> None:
    """Somebody an identity provider vouches for waits to be let in: administrators are told, once."""
    told = holders(connection, Role.ADMINISTRATOR)
    notices.tell(connection, told, Kind.NEWCOMER, f"newcomer:{newcomer_id}", mark="waits", now_ms=now_ms)


def newcomer_waits_no_more(connection: Connection, newcomer_id: str, *, now_ms: int) -> None:
    """They were let in or turned away."""
    notices.settle(connection, Kind.NEWCOMER, [f"newcomer:{newcomer_id}"], now_ms=now_ms)


def erasure_over(connection: Connection, account_id: str, *, now_ms: int) -> None:
    """They keep it after all, or it was erased."""
    notices.settle(connection, Kind.ERASURE, [f"account:{account_id}"], now_ms=now_ms)


def screen_dark(connection: Connection, screen_id: str, why: str, *, since_ms: int, now_ms: int) -> None:
    """Technicians and administrators are told that a screen has gone dark; `why`: a code of `curator.dark_screens`."""
    _about_screen(connection, screen_id, why, since_ms=since_ms, now_ms=now_ms)
    webhook_events.screen(connection, screen_id, "dark", why=why, now_ms=now_ms)


def screen_back(connection: Connection, screen_id: str, *, since_ms: int, now_ms: int) -> None:
    """They are told that it is over."""
    _about_screen(connection, screen_id, "over", since_ms=since_ms, now_ms=now_ms)
    webhook_events.screen(connection, screen_id, "back", now_ms=now_ms)


def still_shown(connection: Connection, item_id: str, *, now_ms: int) -> None:
    """Some screen has not taken an item off: moderators and administrators are told."""
    told = holders(connection, Role.MODERATOR, Role.ADMINISTRATOR)
    notices.tell(connection, told, Kind.STILL_SHOWN, f"item:{item_id}", mark=str(now_ms), now_ms=now_ms)


def webhook_paused(connection: Connection, webhook_id: str, group_id: str | None, *, now_ms: int) -> None:
    """A webhook does not answer and is paused: the group's editors are told, or the administrators."""
    role = Role.ADMINISTRATOR if group_id is None else Role.EDITOR
    told, subject = holders(connection, role, group_id=group_id), webhooks.subject_of(webhook_id)
    notices.tell(connection, told, Kind.WEBHOOK, subject, mark=str(now_ms), now_ms=now_ms)


def ticker_waits(connection: Connection, ticker_id: str, *, by: str, now_ms: int) -> None:
    """A line of the ticker waits for a decision: whoever may decide is told, but not who wrote it."""
    told, subject = _deciders(connection, {by}), f"ticker:{ticker_id}"
    notices.tell(connection, told, Kind.TICKER, subject, mark="waits", now_ms=now_ms, outcome="")


def ticker_decided(
    connection: Connection, ticker_id: str, *, outcome: str, writer: str | None, words: str = "", by: str, now_ms: int
) -> None:  # fmt: skip
    """It waits no more; who wrote it is told what became of it."""
    subject = f"ticker:{ticker_id}"
    notices.settle(connection, Kind.TICKER, [subject], now_ms=now_ms)
    told = {writer} - {by} if writer is not None else set[str]()
    notices.tell(
        connection, told, Kind.TICKER, subject, mark=outcome, now_ms=now_ms, outcome=outcome, words=words
    )  # fmt: skip


def activity_waits(connection: Connection, activity_id: str, *, barred: set[str | None], now_ms: int) -> None:
    """Something to take part in waits: whoever may decide about it is told, but none of those who wrote it."""
    told = _deciders(connection, barred)
    notices.tell(
        connection, told, Kind.ACTIVITY, f"activity:{activity_id}", mark="waits", now_ms=now_ms, outcome=""
    )  # fmt: skip


def activity_decided(
    connection: Connection, activity_id: str, *, outcome: str, group_id: str, maker: str | None, words: str = "",
    by: str, now_ms: int,
) -> None:  # fmt: skip
    """It waits no more: who handed it in and the editors of its group are told what became of it."""
    subject = f"activity:{activity_id}"
    notices.settle(connection, Kind.ACTIVITY, [subject], now_ms=now_ms)
    told = holders(connection, Role.EDITOR, group_id=group_id) | ({maker} if maker is not None else set())
    notices.tell(
        connection, told - {by}, Kind.ACTIVITY, subject, mark=outcome, now_ms=now_ms, outcome=outcome, words=words
    )  # fmt: skip


def reported(connection: Connection, screen_id: str, *, first: int, now_ms: int) -> None:
    """Passers-by reported something there: whoever answers reports is told, once until all are looked at.

    `first` is the number of the oldest report of there that nobody has looked at.
    """
    told = holders(connection, Role.MODERATOR, Role.PROGRAMMER) or holders(connection, Role.ADMINISTRATOR)
    notices.tell(connection, told, Kind.REPORT, f"reports:{screen_id}", mark=str(first), now_ms=now_ms)


def reports_looked_at(connection: Connection, screen_id: str, *, now_ms: int) -> None:
    """Somebody has looked at each report of there."""
    notices.settle(connection, Kind.REPORT, [f"reports:{screen_id}"], now_ms=now_ms)


def invited(connection: Connection, invitation_id: str, email: str, *, by: str, now_ms: int) -> None:
    """Whoever has an account with that address is told that it is invited."""
    query = sa.select(people.c.id).where(people.c.email == email, people.c.disabled_ms.is_(None))
    told, subject = set(connection.execute(query).scalars()) - {by}, f"invitation:{invitation_id}"
    notices.tell(connection, told, Kind.INVITED, subject, mark="waits", now_ms=now_ms)


def invited_no_more(connection: Connection, invitation_ids: list[str], *, now_ms: int) -> None:
    """Those invitations were accepted, taken back or made anew."""
    notices.settle(connection, Kind.INVITED, [f"invitation:{one}" for one in invitation_ids], now_ms=now_ms)


def role_given(
    connection: Connection, account_id: str, role: Role, group_id: str | None, *, by: str, now_ms: int
) -> None:  # fmt: skip
    """Somebody who has an account was given a role by being invited to it: they are told."""
    notices.tell(
        connection, {account_id} - {by}, Kind.INVITED, f"account:{account_id}", mark=str(now_ms), now_ms=now_ms,
        role=role.value, group=group_id or "",
    )  # fmt: skip


def _about_screen(connection: Connection, screen_id: str, why: str, *, since_ms: int, now_ms: int) -> None:
    keepers = holders(connection, Role.TECHNICIAN, Role.ADMINISTRATOR)
    mark = f"{'over' if why == 'over' else 'dark'} {since_ms}"
    notices.tell(connection, keepers, Kind.SCREEN_DARK, f"screen:{screen_id}", mark=mark, now_ms=now_ms, why=why)


def _deciders(connection: Connection, barred: set[str | None]) -> set[str]:
    """The moderators that may decide; the administrators where no moderator may."""
    return holders(connection, Role.MODERATOR) - barred or holders(connection, Role.ADMINISTRATOR) - barred


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


def _uploaders(connection: Connection, version_id: str) -> set[str | None]:
    """Who uploaded or mended it, and what it was mended from: none of them may decide about it."""
    chain = sa.select(versions.c.created_by, versions.c.mended_from).where(versions.c.id == version_id)
    made = chain.cte("made", recursive=True)
    older = sa.select(versions.c.created_by, versions.c.mended_from).where(versions.c.id == made.c.mended_from)
    return set(connection.execute(sa.select(made.union(older).c.created_by)).scalars())


def _uploader(connection: Connection, about: _About) -> set[str]:
    """Who uploaded it, as long as they may still look at it."""
    actor = accounts.actor(connection, about.uploader) if about.uploader else None
    if actor is None or not actor.may(Action.SEE_LIBRARY, group=about.group_id):
        return set()
    return {actor.account_id}


def holders(connection: Connection, *roles: Role, group_id: str | None = None) -> set[str]:
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
