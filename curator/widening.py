"""Widening an approval: what was approved for some screens becomes approved for more. It is never narrowed."""

from content.signing import SigningKey
from curator import audit, captions, decided, demands, library, moderation, occasions
from curator.authorisation import Action, Actor, require
from curator.library import Item, Version
from curator.not_decided import Changed, NotDecided
from curator.places import ALL, covers
from curator.places import names as place_names
from curator.store import Connection
from curator.words import N_


def may_widen(connection: Connection, moderator: Actor, item: Item, version: Version) -> bool:
    """Whether this person could allow the version on more screens."""
    return (
        moderator.may(Action.DECIDE)
        and _plays(item, version)
        and moderation.bar_to(connection, moderator, item, version) is None
        and decided.allowed_places(connection, version.id) not in {(), ALL}
    )


def widen(
    connection: Connection, version_id: str, sha256: str, *, places: tuple[str, ...], moderator: Actor,
    key: SigningKey, now_ms: int,
) -> None:  # fmt: skip
    """Allows an approved version on the screens in `places` as well, with a new signed statement.

    Its approved captions go along, so what the policy asks of them there is asked too. Where two people must agree, the
    first only agrees, as in `moderation.approve`. Raises NotAllowed, OwnWork, Changed
    when it is not what the moderator saw, NotDecided when it is approved there already.
    """
    require(moderator, Action.DECIDE)
    version = library.version(connection, version_id)
    item = library.item(connection, version.item_id) if version else None
    if version is None or item is None or not _plays(item, version) or version.sha256 != sha256:
        raise Changed(N_("It is not approved (any more), or it is another file than the one you looked at."))
    if bar := moderation.bar_to(connection, moderator, item, version):
        raise bar
    before = decided.allowed_places(connection, version_id)
    if covers(before, places):
        raise NotDecided(N_("It is approved there already."))
    asked = demands.about(connection, item, version, now_ms, places=places)
    if captions.of_versions(connection, [version_id], "approved"):
        of_captions = demands.about(connection, item, version, now_ms, places=places, kinds=demands.CAPTIONS)
        asked = asked.and_also(of_captions)
    is_free = asked.persons == 1 and demands.suffices(asked, [moderator])
    if not is_free and not moderation.agreed_enough(connection, version, moderator, places, now_ms, asked=asked):
        return
    wider = ALL if covers(places, ALL) else tuple(sorted({*before, *places}))
    head = audit.record(
        connection, now_ms, moderator.account_id, "version.widen", f"version:{version_id}",
        item=item.id, sha256=sha256, screens=list(wider), before=list(before),
    )  # fmt: skip
    signed = moderation.signed_statement(item, version, wider, head, moderator=moderator, key=key, now_ms=now_ms)
    moderation.note_decision(connection, version, moderator, "widened", now_ms=now_ms, signed=signed, places=wider)
    occasions.decided(
        connection, version_id, decision="widened", by=moderator.account_id, now_ms=now_ms,
        places=", ".join(place_names(connection, wider)),
    )  # fmt: skip


def _plays(item: Item, version: Version) -> bool:
    return item.may_play(version)
