"""Links in mails by which a moderator decides about one version without signing in: each good once, for a few days.

A link is bound to a person, a version and its bytes, and opens nothing else. It is made only where one moderator's
word is enough, and whether it holds is asked anew when it is used: the role, the queue, the policy, the choice.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from content.signing import random_token
from curator import accounts, demands, library, moderation, second_factor, two_persons
from curator.accounts import token_hash
from curator.authorisation import Action, Actor
from curator.library import Item, Version
from curator.store import Connection
from curator.tables_sign_in import decision_link_choices, decision_links
from curator.words import N_, Told

LIFE_MS = 3 * 86_400_000
"""How long a link is good."""
KEEP_MS = 30 * 86_400_000
"""How long it is remembered that one was used, so that it can say so."""
MOST_IN_A_MAIL = 10
GOOD_NO_MORE = N_("This link is good no more. Sign in to decide.")


class BadLink(Told):
    """A link by which nothing can be decided (any more); the sentence says why."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link that is good: whose, about which version's bytes, until when."""

    token_sha256: str
    actor: Actor
    item: Item
    version: Version
    expires_ms: int


def are_wanted(connection: Connection, account_id: str) -> bool:
    """Whether somebody gets links: as they chose, else if they have no second step, which a link gets around."""
    query = sa.select(decision_link_choices.c.wanted).where(decision_link_choices.c.account_id == account_id)
    chosen = connection.execute(query).scalar()
    return not second_factor.is_on(connection, account_id) if chosen is None else bool(chosen)


def choose(connection: Connection, account_id: str, *, wanted: bool) -> None:
    """Stores whether somebody wants links. Those they have are good no more when they do not."""
    of_account = decision_link_choices.c.account_id == account_id
    connection.execute(decision_link_choices.delete().where(of_account))
    connection.execute(decision_link_choices.insert().values(account_id=account_id, wanted=wanted))
    if not wanted:
        end_all(connection, account_id)


def make(connection: Connection, actor: Actor, version_id: str, *, now_ms: int) -> str | None:
    """The secret of a new link for this person; None where they could not decide by one."""
    version = library.version(connection, version_id)
    item = library.item(connection, version.item_id) if version else None
    if version is None or item is None or version.sha256 is None or not are_wanted(connection, actor.account_id):
        return None
    if _bar(connection, actor, item, version, now_ms) is not None:
        return None
    token = random_token()
    connection.execute(
        decision_links.insert().values(
            token_sha256=token_hash(token), account_id=actor.account_id, version_id=version_id, sha256=version.sha256,
            created_ms=now_ms, expires_ms=now_ms + LIFE_MS,
        )
    )  # fmt: skip
    return token


def opened(connection: Connection, token: str, *, now_ms: int) -> Link:
    """What a link is for. Looking uses nothing up. Raises BadLink, or NotDecided when somebody decided already."""
    row = connection.execute(
        sa.select(decision_links).where(decision_links.c.token_sha256 == token_hash(token))
    ).first()  # fmt: skip
    actor = accounts.actor(connection, row.account_id) if row else None
    if row is None or actor is None or not are_wanted(connection, actor.account_id):
        raise BadLink(GOOD_NO_MORE)
    if row.used_ms is not None:
        raise BadLink(N_("This link was used already: your decision was taken."))
    if row.expires_ms <= now_ms:
        raise BadLink(N_("This link was good for three days, and they are over. Sign in to decide."))
    if not actor.may(Action.DECIDE):
        raise BadLink(N_("You do not moderate any more, so nothing can be decided by this link."))
    item, version = moderation.to_decide(connection, row.version_id, row.sha256, actor)
    if bar := _bar(connection, actor, item, version, now_ms):
        raise bar
    return Link(row.token_sha256, actor, item, version, row.expires_ms)


def use(connection: Connection, link: Link, *, now_ms: int) -> None:
    """Notes, in the transaction of the decision, that it was taken by this link."""
    connection.execute(
        decision_links.update().where(decision_links.c.token_sha256 == link.token_sha256).values(used_ms=now_ms)
    )


def end_all(connection: Connection, account_id: str) -> None:
    """Ends every link of somebody's."""
    connection.execute(decision_links.delete().where(decision_links.c.account_id == account_id))


def forget(connection: Connection, now_ms: int) -> None:
    """Removes links from long ago."""
    connection.execute(decision_links.delete().where(decision_links.c.created_ms <= now_ms - KEEP_MS))


def _bar(connection: Connection, actor: Actor, item: Item, version: Version, now_ms: int) -> Told | None:
    """Why this cannot be decided by a link of this person's; None where it can."""
    if not actor.may(Action.DECIDE) or not moderation.is_waiting(item, version):
        return BadLink(GOOD_NO_MORE)
    if bar := moderation.bar_to(connection, actor, item, version):
        return bar
    asked = demands.about(connection, item, version, now_ms)
    if asked.persons > 1 or asked.by != "moderator" or two_persons.agreements(connection, version):
        return BadLink(N_("More than one moderator's word is needed here. Sign in to decide."))
    return None
