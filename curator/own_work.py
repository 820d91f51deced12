"""Whose work a version is: nobody decides about their own, also where somebody else had it mended since."""

from curator.authorisation import Actor
from curator.library import Item, Version


def made_from(item: Item, version: Version) -> tuple[Version, ...]:
    """The version and, where it was mended, what it was mended from, back to the one that was uploaded."""
    older = {one.id: one for one in item.beside(version) if one.number < version.number}
    before = older.get(version.mended_from or "")
    return (version, *(made_from(item, before) if before else ()))


def is_own_work(actor: Actor, item: Item, version: Version) -> bool:
    """Whether this person made the item, uploaded or mended the version, or did so with one it was mended from.

    Then somebody else decides, whatever their role.
    """
    return actor.account_id in {item.created_by, *(one.created_by for one in made_from(item, version))}


def uploader_of(item: Item, version: Version) -> str | None:
    """Who uploaded what it was made from; None where nobody with an account did."""
    makers = [one.created_by for one in made_from(item, version) if one.created_by]
    return makers[-1] if makers else None
