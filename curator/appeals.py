"""An appeal against a rejection: once for each version, heard by another person than the one who rejected it."""

from dataclasses import dataclass

import sqlalchemy as sa

from curator import audit, library, occasions
from curator.authorisation import Action, Actor, require
from curator.library import Item, Version
from curator.person_words import name_of
from curator.store import Connection
from curator.tables import accounts, versions
from curator.tables_moderation import appeals
from curator.words import N_, Told

LONGEST_WORDS = 1000


class NotAppealed(Told):
    """The appeal was not taken; the sentence says why. Nothing has changed."""


@dataclass(frozen=True, slots=True)
class Appeal:
    """What a group says against a rejection."""

    words: str
    name: str
    created_ms: int


def about(connection: Connection, version_id: str) -> Appeal | None:
    """The appeal for a version; None when there was none."""
    row = connection.execute(
        sa.select(appeals.c.words, accounts.c.name, appeals.c.created_ms)
        .select_from(appeals.join(accounts, appeals.c.account_id == accounts.c.id))
        .where(appeals.c.version_id == version_id)
    ).first()
    return Appeal(row.words, name_of(row.name), row.created_ms) if row else None


def may_appeal(item: Item, version: Version, appeal: Appeal | None) -> bool:
    """Whether there is something to appeal against: the newest version was rejected, and nobody has yet."""
    is_rejected = version.state == "rejected" and version.sha256 is not None
    return is_rejected and appeal is None and item.withdrawn_ms is None and item.beside(version)[:1] == (version,)


def make(connection: Connection, version_id: str, *, words: str, by: Actor, now_ms: int) -> Item:
    """Sends a rejected version back to the moderators, with the group's words. Gives its item.

    Raises NotAllowed when `by` may not change the item, NotAppealed when there is nothing to appeal against (any more).
    """
    version = library.version(connection, version_id)
    item = library.item(connection, version.item_id) if version else None
    if version is None or item is None:
        raise NotAppealed(N_("This version is no longer there."))
    require(by, Action.EDIT_ITEM, group=item.group_id)
    if not may_appeal(item, version, about(connection, version_id)):
        raise NotAppealed(N_("There is no rejection of this version to appeal against (any more)."))
    if not 1 <= len(words.strip()) <= LONGEST_WORDS:
        raise NotAppealed(N_("Say why it should be shown, in 1 to %(most)s characters."), most=LONGEST_WORDS)
    connection.execute(
        appeals.insert().values(
            version_id=version_id, account_id=by.account_id, words=words.strip(), created_ms=now_ms
        )
    )  # fmt: skip
    connection.execute(
        versions.update().where(versions.c.id == version_id).values(state="submitted", submitted_ms=now_ms)
    )
    audit.record(connection, now_ms, by.account_id, "version.appeal", f"version:{version_id}", item=item.id)
    occasions.waits(connection, version_id, by=by.account_id, now_ms=now_ms)
    return item
