"""Sites: places, and what was agreed for each of them. A screen is at one at most."""

import json
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from content.canonical import Json
from content.reading import Reader
from content.screen_facts import FITS, Fit
from curator import audit
from curator.ids import new_id
from curator.naming import named
from curator.programme.rules import NO_CONDITIONS, SiteConditions
from curator.scopes import refuse_unknown
from curator.store import Connection
from curator.tables import rules, screens, sites
from curator.words import N_, Told

LONGEST_DWELL_MS = 3_600_000
LARGEST_CONDITIONS_BYTES = 10_000


class BadSite(Told):
    """A site that cannot be stored or changed as asked."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How things are shown at a place: on a calm one nothing moves that need not; credits may be left away; `fit` is

    what becomes of pictures of another shape than a screen, None as usual.
    """

    is_calm: bool = False
    hides_credits: bool = False
    fit: Fit | None = None

    def as_json(self) -> dict[str, Json]:
        """What is other than usual."""
        said: dict[str, Json] = {"calm": self.is_calm, "hides_credits": self.hides_credits, "fit": self.fit}
        return {name: value for name, value in said.items() if value}


USUAL = Manner()


@dataclass(frozen=True, slots=True)
class Site:
    """A place under a name, with what was agreed for it."""

    id: str
    slug: str
    name: str
    conditions: SiteConditions
    created_ms: int
    manner: Manner = USUAL


def put(
    connection: Connection, site_id: str, name: str, conditions: SiteConditions, manner: Manner = USUAL, *, now_ms: int,
    by: str | None,
) -> Site:  # fmt: skip
    """Makes a site (`site_id` "") or changes one. Raises BadName, BadSite, or BadScope for an unknown daypart."""
    before = get(connection, site_id) if site_id else None
    if site_id and before is None:
        raise BadSite(N_("There is no such site any more."))
    title, slug = named(connection, sites, name, but=site_id)
    _refuse(connection, conditions)
    detail = asdict(conditions) | manner.as_json()
    values: dict[str, object] = {"name": title, "conditions": json.dumps(detail, sort_keys=True)}
    if before is None:
        made = Site(new_id(), slug, title, conditions, now_ms, manner)
        connection.execute(sites.insert().values(id=made.id, slug=slug, created_ms=now_ms, **values))
    else:
        made = Site(before.id, before.slug, title, conditions, before.created_ms, manner)
        connection.execute(sites.update().where(sites.c.id == made.id).values(**values))
    audit.record(connection, now_ms, by, "site.put", f"site:{made.id}", name=title, conditions=detail)
    return made


def remove(connection: Connection, site_id: str, *, now_ms: int, by: str | None) -> None:
    """Takes a site away at which no screen is. Raises BadSite when one is, or a rule holds there."""
    found = get(connection, site_id)
    if found is None:
        return
    on = connection.execute(sa.select(screens.c.name).where(screens.c.site_id == site_id)).scalars().first()
    if on is not None:
        raise BadSite(N_("“%(name)s” has screens, such as “%(screen)s”: move them first."), name=found.name, screen=on)
    scope = f"site:{site_id}"
    if connection.execute(sa.select(rules.c.id).where(rules.c.scope == scope, rules.c.ended_ms.is_(None))).first():
        raise BadSite(N_("“%(name)s” has rules: end them first."), name=found.name)
    connection.execute(sites.delete().where(sites.c.id == site_id))
    audit.record(connection, now_ms, by, "site.remove", scope, name=found.name)


def every(connection: Connection) -> list[Site]:
    """All sites, by name."""
    query = sa.select(sites).order_by(sites.c.name, sites.c.id)
    return [_site(row) for row in connection.execute(query).mappings()]


def get(connection: Connection, site_id: str) -> Site | None:
    """One site, or None."""
    row = connection.execute(sa.select(sites).where(sites.c.id == site_id)).mappings().first()
    return _site(row) if row else None


def conditions_of(connection: Connection, site_id: str | None) -> SiteConditions:
    """What was agreed for a site; nothing where there is none."""
    found = get(connection, site_id) if site_id is not None else None
    return found.conditions if found else NO_CONDITIONS


def manner_of(connection: Connection, site_id: str | None) -> Manner:
    """How things are shown at a site; as usual where there is none."""
    found = get(connection, site_id) if site_id is not None else None
    return found.manner if found else USUAL


def _refuse(connection: Connection, conditions: SiteConditions) -> None:
    for daypart_id in (conditions.curfew, conditions.night):
        refuse_unknown(connection, "everywhere", daypart_id or "", is_for_rules=True)
    if not 0 <= conditions.least_dwell_ms <= LONGEST_DWELL_MS:
        raise BadSite(N_("The least dwell is at most %(most)s seconds."), most=LONGEST_DWELL_MS // 1000)
    for percent in (conditions.brightness_percent, conditions.brightness_at_night_percent):
        if not 1 <= percent <= 100:
            raise BadSite(N_("The brightness is from 1 to 100 percent."))


def _site(row: sa.RowMapping) -> Site:
    """Raises BadDocument."""
    names = ("least_dwell_ms", "static_only", "curfew", "brightness_percent", "brightness_at_night_percent", "night")
    fields = Reader.of_bytes(row["conditions"].encode(), limit_bytes=LARGEST_CONDITIONS_BYTES).fields(
        optional=(*names, "calm", "hides_credits", "fit")
    )
    fit = FITS[fields["fit"].one_of(*FITS)] if "fit" in fields else None
    manner = Manner(_flag(fields, "calm"), _flag(fields, "hides_credits"), fit)
    conditions = _conditions(fields) if "least_dwell_ms" in fields else NO_CONDITIONS
    return Site(row["id"], row["slug"], row["name"], conditions, row["created_ms"], manner)


def _conditions(fields: dict[str, Reader]) -> SiteConditions:

    def part(name: str) -> str | None:
        return fields[name].identifier() if fields[name].value is not None else None

    return SiteConditions(
        least_dwell_ms=fields["least_dwell_ms"].integer(least=0, most=LONGEST_DWELL_MS),
        static_only=fields["static_only"].flag(),
        curfew=part("curfew"),
        brightness_percent=fields["brightness_percent"].integer(least=1, most=100),
        brightness_at_night_percent=fields["brightness_at_night_percent"].integer(least=1, most=100),
        night=part("night"),
    )


def _flag(fields: dict[str, Reader], name: str) -> bool:
    return name in fields and fields[name].flag()
