"""What is said of an item beside its bytes: changing it, which words its screens show, what a decision went by."""

import hashlib
import json
from collections.abc import Iterable

import sqlalchemy as sa

from curator import audit, library, occasions, spoken
from curator.library import Item
from curator.statements import PEOPLE, RIGHTS
from curator.store import Connection
from curator.tables import items, versions
from curator.words import N_


def mark_of(item: Item) -> str:
    """A SHA-256 over everything said of an item that a decision about it goes by."""
    said = [item.title, item.credits, item.people_shown]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def wait(item: Item) -> bool:
    """Whether an approved item has words that its screens do not show yet."""
    return item.approved is not None and (item.title, item.credits) != (item.screen_title, item.screen_credits)


def title_of(connection: Connection, version_id: str) -> str:
    """The title of a version's item; "" when it is not there."""
    query = sa.select(items.c.title).join(versions, versions.c.item_id == items.c.id).where(versions.c.id == version_id)
    return str(connection.execute(query).scalar() or "")


def settle(connection: Connection, item: Item) -> None:
    """The item's words as they are now are those of the screens."""
    connection.execute(
        items.update().where(items.c.id == item.id).values(screen_title=item.title, screen_credits=item.credits)
    )


def change_words(
    connection: Connection, item_id: str, *, title: str, credits_line: str, licence: str, alt_text: str,
    people_shown: str, rights: str, languages: Iterable[str], now_ms: int, by: str,
) -> None:  # fmt: skip
    """Changes an item's words and what is said of it. Raises BadItem, BadLanguages: empty, too long or not known."""
    if not 1 <= len(title.strip()) <= library.LONGEST_TITLE:
        raise library.BadItem(N_("A title has 1 to %(most)s characters."), most=library.LONGEST_TITLE)
    if len(credits_line) > library.LONGEST_CREDITS or len(licence) > library.LONGEST_CREDITS:
        raise library.BadItem(N_("Credits and licence have at most %(most)s characters."), most=library.LONGEST_CREDITS)
    if len(alt_text) > library.LONGEST_ALT:
        raise library.BadItem(N_("The description has at most %(most)s characters."), most=library.LONGEST_ALT)
    if people_shown not in PEOPLE or rights not in RIGHTS:
        raise library.BadItem(N_("Choose one of the answers given."))
    said = {"people_shown": people_shown, "rights": rights, "languages": spoken.as_stored(spoken.tags_of(languages))}
    changes: dict[str, object] = {
        "title": title.strip(), "credits": credits_line, "licence": licence, "alt_text": alt_text,
    }  # fmt: skip
    before = connection.execute(sa.select(items.c.title, items.c.credits).where(items.c.id == item_id)).first()
    if before is not None and tuple(before) != (changes["title"], credits_line):
        changes |= {"words_by": by, "words_ms": now_ms}
    connection.execute(items.update().where(items.c.id == item_id).values(**changes, **said))
    _tell_of_new_words(connection, item_id, now_ms=now_ms, by=by)
    audit.record(connection, now_ms, by, "item.words", f"item:{item_id}", title=title.strip(), **said)


def _tell_of_new_words(connection: Connection, item_id: str, *, now_ms: int, by: str) -> None:
    """Moderators are told of words that screens do not show yet; that is settled when they are the old ones again."""
    row = connection.execute(sa.select(items).where(items.c.id == item_id)).mappings().one()
    if row["approved_version_id"] is None:
        return
    if (row["title"], row["credits"]) == (row["screen_title"], row["screen_credits"]):
        occasions.captions_wait_no_more(connection, row["approved_version_id"], now_ms=now_ms)
    elif row["words_ms"] == now_ms:
        occasions.words_wait(connection, row["approved_version_id"], by=by, now_ms=now_ms)
