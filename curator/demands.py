"""What the policy asks about one version, or about captions: the facts of the case out of the database."""

from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from content.approval import EVERYWHERE
from curator import library, policy, screens, trust
from curator.authorisation import Actor, Role
from curator.library import Item, Version
from curator.own_work import made_from
from curator.places import ALL
from curator.policy import Policy
from curator.policy_needs import Case, Demand, demand
from curator.store import Connection
from curator.tables import items, versions

CAPTIONS = frozenset({"captions"})


def about(
    connection: Connection, item: Item, version: Version, now_ms: int, *, places: tuple[str, ...] = ALL,
    kinds: frozenset[str] = frozenset(), by: Policy | None = None,
) -> Demand:  # fmt: skip
    """What is asked before the version may be shown in `places`; of its captions where `kinds` says so.

    `by` is the policy, the one in force where none is given.
    """
    chosen = by or policy.in_force()
    return _asked(
        chosen, item, version, now_ms, trust.of_groups(connection, [item.group_id], chosen.known_after)[item.group_id],
        _tags(connection, places), kinds,
    )  # fmt: skip


def veiled(connection: Connection, version_ids: list[str], now_ms: int) -> frozenset[str]:
    """Which of these the policy has shown blurred until somebody asks to see them."""
    chosen, wanted = policy.in_force(), set(version_ids)
    if not any(need.is_blurred for need in chosen.needs):
        return frozenset()
    holding = items.c.id.in_(sa.select(versions.c.item_id).where(versions.c.id.in_(sorted(wanted))))
    known = library.items_where(connection, holding, most=len(wanted))
    tags = _tags(connection, ALL)
    trusts = trust.of_groups(connection, {item.group_id for item in known}, chosen.known_after)
    return frozenset(
        version.id
        for item in known
        for version in item.every_version
        if version.id in wanted and _asked(chosen, item, version, now_ms, trusts[item.group_id], tags).is_blurred
    )


def kinds_of(item: Item, version: Version) -> frozenset[str]:
    """What a version is, in the policy's words; what came with a ticket stays external when it is mended."""
    return frozenset(
        {"still" if version.kind == "still" else "film"}
        | ({"mend"} if version.mended_from else set())
        | ({"external"} if any(one.ticket_id for one in made_from(item, version)) else set())
    )


def suffices(found: Demand, deciders: Iterable[Actor]) -> bool:
    """Whether one of these people is whom the policy asks for."""
    return found.by == "moderator" or any(Role.ADMINISTRATOR in one.council for one in deciders)


def _asked(
    chosen: Policy, item: Item, version: Version, now_ms: int, trusted: str, tags: frozenset[str],
    kinds: frozenset[str] = frozenset(),
) -> Demand:  # fmt: skip
    case = Case(
        trust=trusted,
        kinds=kinds or kinds_of(item, version),
        people=item.people_shown,
        tags=tags,
        findings=frozenset(found.code for found in version.reasons),
        minute=_minute(now_ms, chosen.zone),
    )
    return demand(chosen.needs, case)


def _tags(connection: Connection, places: tuple[str, ...]) -> frozenset[str]:
    everywhere = EVERYWHERE in places
    return frozenset(
        tag.casefold()
        for screen_id, tags in screens.tags_of_every(connection).items()
        if everywhere or screen_id in places
        for tag in tags
    )


def _minute(now_ms: int, zone: str) -> int:
    now = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(zone) if zone else UTC)
    return now.hour * 60 + now.minute
