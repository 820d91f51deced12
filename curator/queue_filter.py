"""Which part of the moderation queue somebody works through: what can be chosen, and the conditions it comes to."""

from dataclasses import asdict, dataclass

import sqlalchemy as sa

from curator.escalations import IS_OPEN
from curator.screens import Screen
from curator.tables import groups, items, versions
from curator.tables_moderation import escalations

KINDS = ("video", "still")
DAY_MS = 86_400_000
AGES_MS = {"hour": 3_600_000, "day": DAY_MS, "days": 3 * DAY_MS}
"""How long something has waited at least."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A part of the queue; what is "" is not asked for. `group` and `screen` are slugs.

    `passed` is "yes" for what was passed on to somebody, which is otherwise left out of the queue.
    """

    group: str = ""
    kind: str = ""
    screen: str = ""
    age: str = ""
    found: str = ""
    language: str = ""
    passed: str = ""

    def query(self) -> dict[str, str]:
        """As it stands in an address: only what is asked for."""
        return {name: value for name, value in asdict(self).items() if value}


EVERYTHING = Wanted()


def conditions(
    wanted: Wanted, screen: Screen | None, since: "sa.ColumnElement[int]", now_ms: int
) -> "list[sa.ColumnElement[bool]]":
    """What a row of versions, items and groups must meet; `screen` is the one `wanted` names."""
    passed = (
        sa.select(escalations.c.id)
        .where(escalations.c.version_id == versions.c.id, IS_OPEN)
        .correlate(versions)
        .exists()
    )
    found: list[sa.ColumnElement[bool]] = [passed if wanted.passed else ~passed]
    if wanted.group:
        found.append(groups.c.slug == wanted.group)
    if wanted.kind in KINDS:
        found.append(versions.c.kind == wanted.kind)
    if wanted.age in AGES_MS:
        found.append(since <= now_ms - AGES_MS[wanted.age])
    if wanted.found:
        found.append(versions.c.reasons.not_in(["", "[]"]))
    if wanted.language:
        said = sa.func.json_each(items.c.languages).table_valued("value")
        found.append(sa.select(said.c.value).where(said.c.value == wanted.language).correlate(items).exists())
    if screen is not None:
        found.append(_is_aimed_at(screen))
    return found


def _is_aimed_at(screen: Screen) -> "sa.ColumnElement[bool]":
    """Whether its group wants it on this screen: as `showing.Showing.is_aimed_at`, in the database."""
    scopes = [f"screen:{screen.id}", f"screen_group:{screen.screen_group_id}", f"site:{screen.site_id}"]
    scopes += [f"tag:{tag}" for tag in screen.tags]
    targets = sa.func.json_each(items.c.targets).table_valued("value")
    named = sa.select(targets.c.value).where(targets.c.value.in_(scopes)).correlate(items).exists()
    return sa.or_(items.c.targets.in_(["", "[]"]), named)
