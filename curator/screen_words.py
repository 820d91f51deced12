"""An item's words on the screens: its title and credits, as somebody who may decide about them has seen them.

A group may change its item's words at any time. What a screen draws of them (the credits line, what comes next on the
house card) stays what it was until a moderator has allowed the new ones: an approval of a film is none of other words.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from curator import audit, library, moderation, occasions
from curator.authorisation import Action, Actor, require
from curator.item_words import settle, wait
from curator.library import Item, Version
from curator.not_decided import BadReason, Changed, OwnWork
from curator.own_work import is_own_work
from curator.store import Connection
from curator.tables import groups, items
from curator.words import N_

MOST_SHOWN = 100
"""So many items whose new words wait are told at once; the others come up as these are decided."""


@dataclass(frozen=True, slots=True)
class WaitingWords:
    """New words of an item that is approved. `since_ms` is when they were changed last."""

    version_id: str
    title: str
    on_screens: str
    group_name: str
    since_ms: int


def waiting(connection: Connection) -> list[WaitingWords]:
    """Approved items whose new words wait, those changed longest ago first."""
    query = (
        sa.select(
            items.c.approved_version_id, items.c.title, items.c.screen_title, groups.c.name,
            sa.func.coalesce(items.c.words_ms, items.c.created_ms).label("words_ms"),
        )
        .select_from(items.join(groups, items.c.group_id == groups.c.id))
        .where(
            items.c.approved_version_id.is_not(None),
            items.c.withdrawn_ms.is_(None),
            sa.or_(items.c.title != items.c.screen_title, items.c.credits != items.c.screen_credits),
        )
        .order_by(items.c.words_ms, items.c.id)
        .limit(MOST_SHOWN)
    )  # fmt: skip
    return [
        WaitingWords(row.approved_version_id, row.title, row.screen_title, row.name, row.words_ms)
        for row in connection.execute(query)
    ]


def may_decide(connection: Connection, actor: Actor, item: Item) -> bool:
    """Whether this person may decide about the item's new words: not about one's own."""
    version = item.approved
    return version is not None and actor.may(Action.DECIDE) and not _is_own(connection, actor, item, version)


def allow(connection: Connection, item_id: str, mark: str, *, moderator: Actor, now_ms: int) -> None:
    """Puts the item's new words on the screens. Raises NotAllowed, OwnWork, or Changed when they are others."""
    item, version = _to_decide(connection, item_id, mark, moderator)
    settle(connection, item)
    audit.record(
        connection, now_ms, moderator.account_id, "item.words_allow", f"item:{item.id}",
        title=item.title, credits=item.credits,
    )  # fmt: skip
    occasions.words_decided(connection, version.id, decision="words", by=moderator.account_id, now_ms=now_ms)


def put_back(
    connection: Connection, item_id: str, mark: str, *, words: str, moderator: Actor, now_ms: int
) -> None:  # fmt: skip
    """Gives the item its old words again, with `words` to the group. Raises as `allow`, or BadReason without words."""
    item, version = _to_decide(connection, item_id, mark, moderator)
    if not 1 <= len(words.strip()) <= moderation.LONGEST_WORDS:
        raise BadReason(
            N_("Write to the group what the matter is, in 1 to %(most)s characters."), most=moderation.LONGEST_WORDS
        )
    connection.execute(
        items.update().where(items.c.id == item.id).values(title=item.screen_title, credits=item.screen_credits)
    )
    audit.record(
        connection, now_ms, moderator.account_id, "item.words_back", f"item:{item.id}",
        title=item.title, credits=item.credits,
    )  # fmt: skip
    occasions.words_decided(
        connection, version.id, decision="words_back", words=words.strip(), by=moderator.account_id, now_ms=now_ms
    )  # fmt: skip


def _to_decide(connection: Connection, item_id: str, mark: str, moderator: Actor) -> tuple[Item, Version]:
    require(moderator, Action.DECIDE)
    item = library.item(connection, item_id)
    if item is None or item.approved is None or not wait(item):
        raise Changed(N_("There are no new words to decide about (any more)."))
    if _is_own(connection, moderator, item, item.approved):
        raise OwnWork(N_("These are your own words, so somebody else decides about them."))
    moderation.refuse_other_words(item, mark)
    return item, item.approved


def _is_own(connection: Connection, actor: Actor, item: Item, version: Version) -> bool:
    changed_by = connection.execute(sa.select(items.c.words_by).where(items.c.id == item.id)).scalar()
    return actor.account_id == changed_by or is_own_work(actor, item, version)
