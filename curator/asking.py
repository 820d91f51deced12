"""Asking a group to change something: no rejection. They send a new version or answer, and it waits again."""

from curator import audit, escalations, library, moderation, occasions
from curator.authorisation import Action, Actor, require
from curator.ids import new_id
from curator.library import Item, Version
from curator.moderation import LONGEST_WORDS
from curator.not_decided import BadReason
from curator.store import Connection
from curator.tables import versions
from curator.tables_moderation import answers
from curator.words import N_, Told


class NotAnswered(Told):
    """An answer that was not taken; the sentence says why. Nothing has changed."""


def ask(connection: Connection, version_id: str, sha256: str, *, words: str, moderator: Actor, now_ms: int) -> None:
    """Sends a version back with words of what to change; what was approved before plays on.

    Raises NotAllowed, OwnWork, Changed, or BadReason without words.
    """
    item, version = moderation.to_decide(connection, version_id, sha256, moderator)
    if not 1 <= len(words.strip()) <= LONGEST_WORDS:
        raise BadReason(N_("Write to the group what to change, in 1 to %(most)s characters."), most=LONGEST_WORDS)
    audit.record(
        connection, now_ms, moderator.account_id, "version.ask", f"version:{version_id}",
        item=item.id, sha256=sha256,
    )  # fmt: skip
    moderation.note_decision(connection, version, moderator, "asked", now_ms=now_ms, words=words.strip())
    connection.execute(versions.update().where(versions.c.id == version_id).values(state="asked"))
    escalations.close(connection, version_id, "asked", by=moderator.account_id, now_ms=now_ms)
    occasions.decided(
        connection, version_id, decision="asked", words=words.strip(), by=moderator.account_id, now_ms=now_ms
    )


def may_answer(item: Item, version: Version) -> bool:
    """Whether a change was asked for that is still to be answered: of the newest version."""
    is_asked = version.state == "asked" and version.sha256 is not None
    return is_asked and item.withdrawn_ms is None and item.beside(version)[:1] == (version,)


def answer(connection: Connection, version_id: str, *, words: str, by: Actor, now_ms: int) -> Item:
    """Sends the version to the moderators again, unchanged, with the group's answer. Gives its item.

    Raises NotAllowed when `by` may not change the item, NotAnswered when nothing is asked (any more).
    """
    version = library.version(connection, version_id)
    item = library.item(connection, version.item_id) if version else None
    if version is None or item is None:
        raise NotAnswered(N_("This version is no longer there."))
    require(by, Action.EDIT_ITEM, group=item.group_id)
    if not may_answer(item, version):
        raise NotAnswered(N_("No change of this version is asked for (any more)."))
    if not 1 <= len(words.strip()) <= LONGEST_WORDS:
        raise NotAnswered(N_("Write your answer, in 1 to %(most)s characters."), most=LONGEST_WORDS)
    connection.execute(
        answers.insert().values(
            id=new_id(), version_id=version_id, account_id=by.account_id, words=words.strip(), created_ms=now_ms
        )
    )
    connection.execute(
        versions.update().where(versions.c.id == version_id).values(state="submitted", submitted_ms=now_ms)
    )
    audit.record(connection, now_ms, by.account_id, "version.answer", f"version:{version_id}", item=item.id)
    occasions.waits(connection, version_id, by=by.account_id, now_ms=now_ms)
    return item
