"""Who may change an item's rating and tags: what the town's rules go by is not its group's to take back.

Before a moderator has set them, and before it was approved, its group says both freely. From then on the group may
raise the rating and add tags; less is said by whoever decides, and by nobody for what they made themselves.
"""

import sqlalchemy as sa

from curator import showing
from curator.authorisation import Action, Actor
from curator.library import Item
from curator.own_work import is_own_work
from curator.showing import BadShowing, Showing
from curator.store import Connection
from curator.tables import items
from curator.words import N_


class RatingStands(BadShowing):
    """Somebody tried to lower a rating, or to take tags away, that stand."""


def bar_to_lower(connection: Connection, actor: Actor, item: Item) -> RatingStands | None:
    """Why this person may not lower the item's rating or take tags away; None where nothing stands in the way."""
    if not _stand(connection, item):
        return None
    if not actor.may(Action.DECIDE):
        return RatingStands(
            N_(
                "It is approved, or a moderator has set these: you can raise the age and add tags. "
                "For less, ask a moderator."
            )
        )
    if _is_own(actor, item):
        return RatingStands(
            N_("You uploaded this yourself: you can raise the age and add tags. Somebody else decides about less.")
        )
    return None


def put(connection: Connection, item: Item, wanted: Showing, *, by: Actor, now_ms: int) -> None:
    """Stores an item's wishes, rating and tags. Raises BadShowing, and RatingStands for less than stands.

    Whether this person may change any of it is the caller's business.
    """
    before = showing.of(connection, item.id)
    is_less = wanted.rating < before.rating or not set(before.tags) <= set(wanted.tags)
    if is_less and (bar := bar_to_lower(connection, by, item)):
        raise bar
    showing.put(connection, item.id, wanted, now_ms=now_ms, by=by.account_id)
    is_other = (before.rating, set(before.tags)) != (wanted.rating, set(wanted.tags))
    if is_other and by.may(Action.DECIDE) and not _is_own(by, item):
        connection.execute(items.update().where(items.c.id == item.id).values(is_rated=True))


def _stand(connection: Connection, item: Item) -> bool:
    if item.approved_version_id is not None:
        return True
    return bool(connection.execute(sa.select(items.c.is_rated).where(items.c.id == item.id)).scalar())


def _is_own(actor: Actor, item: Item) -> bool:
    return any(is_own_work(actor, item, version) for version in item.every_version)
