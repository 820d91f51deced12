"""Screens: what stands where, in which zone and size, and whether it is blacked out."""

import json
import zoneinfo
from dataclasses import asdict, dataclass, replace
from functools import cache

import sqlalchemy as sa

from content.captions import BadCaptions, language_tag
from content.language import LANGUAGES
from content.measures import DISTANCES_MM, HEIGHTS_MM, LOWER_EDGES_MM
from curator import audit, webhook_events
from curator.coordinates import read_coordinates
from curator.groups import slug_of
from curator.ids import new_id
from curator.store import Connection
from curator.tables import screen_groups, screens, sites
from curator.words import N_, Told

LONGEST_NAME = 120
LONGEST_PLACE = 200
LEAST_PIXELS = 64
MOST_PIXELS = 16_384
MOST_SCREENS = 10_000
MOST_TAGS = 40
LONGEST_TAG = 40
CAPTIONS_OFF = "off"
"""No captions, unless nothing can be heard."""
MOST_FREEZE_MINUTES = 24 * 60
RESERVED = frozenset({"new", "order", "draft", "calendar", "weeks", "rules", "dayparts", "sites", "screen-groups"})
"""Slugs that would hide a page of ours."""


class BadScreen(Told):
    """A screen that cannot be made or changed as asked; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Screen:
    """A display at a place. `slug` stands in addresses; `width` and `height` are pixels; `zone` is an IANA time zone.

    `dark_counter` rises with every black-out and every way
    back; a node obeys the highest it has heard. `freeze_minutes` None is as the service's settings say. `captions` are
    shown in the screen's language (""), another one (a tag), or only where nothing can be heard ("off").
    `picture_height_mm`, `distance_mm`, from which people look, and `lower_edge_mm`, how high above the floor the
    picture begins, are 0 where nobody said. People may play by touch where it `has_touch`, with gamepads where it
    `has_pads`. `coordinates` are as `curator.coordinates` stores them.
    """

    id: str
    slug: str
    name: str
    place: str
    zone: str
    language: str
    width: int
    height: int
    volume_percent: int
    is_dark: bool
    dark_counter: int
    created_ms: int
    retired_ms: int | None
    site_id: str | None = None
    screen_group_id: str | None = None
    tags: tuple[str, ...] = ()
    freeze_minutes: int | None = None
    captions: str = ""
    picture_height_mm: int = 0
    distance_mm: int = 0
    has_touch: bool = False
    has_pads: bool = False
    lower_edge_mm: int = 0
    coordinates: str = ""

    @property
    def words(self) -> "ScreenWords":
        """What people said about it."""
        return ScreenWords(
            self.name, self.place, self.zone, self.language, self.width, self.height, self.volume_percent,
            self.captions, self.picture_height_mm, self.distance_mm, self.has_touch, self.has_pads, self.lower_edge_mm,
            self.coordinates,
        )  # fmt: skip

    def freeze_ms(self, usual_minutes: int) -> int:
        """How long ahead of now its programme is promised; `usual_minutes` is the service's setting."""
        return (usual_minutes if self.freeze_minutes is None else self.freeze_minutes) * 60_000


@dataclass(frozen=True, slots=True)
class ScreenWords:
    """What people say about a screen when they make or change it."""

    name: str
    place: str
    zone: str
    language: str
    width: int = 1920
    height: int = 1080
    volume_percent: int = 100
    captions: str = ""
    picture_height_mm: int = 0
    distance_mm: int = 0
    has_touch: bool = False
    has_pads: bool = False
    lower_edge_mm: int = 0
    coordinates: str = ""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Where a screen belongs. `freeze_minutes` None is as the service's settings say."""

    site_id: str | None = None
    screen_group_id: str | None = None
    tags: tuple[str, ...] = ()
    freeze_minutes: int | None = None


@cache
def zones() -> tuple[str, ...]:
    """The IANA time zones known here, by name. Reads the disk once: call it in a thread."""
    return tuple(sorted(name for name in zoneinfo.available_timezones() if "/" in name or name == "UTC"))


def create(connection: Connection, words: ScreenWords, *, now_ms: int, by: str) -> Screen:
    """Makes a screen with an address of its own. Raises BadScreen."""
    _refuse_bad(words)
    if connection.execute(sa.select(sa.func.count()).select_from(screens)).scalar_one() >= MOST_SCREENS:
        raise BadScreen(N_("There are %(most)s screens; retire one before adding another."), most=MOST_SCREENS)
    slug = _free_slug(connection, words.name)
    screen_id = new_id()
    connection.execute(
        screens.insert().values(
            id=screen_id, slug=slug, is_dark=False, dark_counter=0, created_ms=now_ms, **_columns(words)
        )
    )
    audit.record(connection, now_ms, by, "screen.create", f"screen:{screen_id}", name=words.name.strip())
    return _known(connection, screen_id)


def change(connection: Connection, screen_id: str, words: ScreenWords, *, now_ms: int, by: str) -> None:
    """Changes what is said about a screen; its address stays. Raises BadScreen."""
    _refuse_bad(words)
    values = _columns(words)
    before = _known(connection, screen_id)
    changed = {name: value for name, value in values.items() if getattr(before, name) != value}
    if changed:
        connection.execute(screens.update().where(screens.c.id == screen_id).values(**changed))
        audit.record(connection, now_ms, by, "screen.change", f"screen:{screen_id}", **changed)


def arrange(connection: Connection, screen_id: str, where: Arrangement, *, now_ms: int, by: str) -> None:
    """Puts a screen at a site and into a screen group, with these tags and freeze. Raises BadScreen."""
    tags = tuple(sorted({tag.strip().casefold() for tag in where.tags} - {""}))
    if len(tags) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in tags):
        raise BadScreen(
            N_("A screen has at most %(most)s tags of at most %(longest)s characters."),
            most=MOST_TAGS, longest=LONGEST_TAG,
        )  # fmt: skip
    if where.freeze_minutes is not None and not 0 <= where.freeze_minutes <= MOST_FREEZE_MINUTES:
        raise BadScreen(N_("A programme is promised for at most %(most)s minutes."), most=MOST_FREEZE_MINUTES)
    for table, wanted in ((sites, where.site_id), (screen_groups, where.screen_group_id)):
        if wanted is not None and not connection.execute(sa.select(table.c.id).where(table.c.id == wanted)).first():
            raise BadScreen(N_("There is no such site or screen group any more."))
    before = _known(connection, screen_id)
    wanted_now = replace(where, tags=tags)
    if wanted_now == Arrangement(before.site_id, before.screen_group_id, before.tags, before.freeze_minutes):
        return
    values = asdict(wanted_now)
    stored = values | {"tags": json.dumps(tags, ensure_ascii=False)}
    connection.execute(screens.update().where(screens.c.id == screen_id).values(**stored))
    audit.record(
        connection, now_ms, by, "screen.change", f"screen:{screen_id}", site=where.site_id, tags=list(tags),
        screen_group=where.screen_group_id, freeze_minutes=where.freeze_minutes,
    )  # fmt: skip


def set_dark(connection: Connection, screen_id: str, *, on: bool, now_ms: int, by: str) -> Screen:
    """Blacks a screen out, or brings it back; gives it as it is now. Doing it twice is harmless."""
    before = _known(connection, screen_id)
    if before.is_dark == on:
        return before
    # Never below the clock: after a restore from an old backup nodes must still obey the next black-out.
    counter = max(before.dark_counter + 1, now_ms)
    connection.execute(screens.update().where(screens.c.id == screen_id).values(is_dark=on, dark_counter=counter))
    audit.record(connection, now_ms, by, "screen.dark" if on else "screen.back", f"screen:{screen_id}")
    webhook_events.screen(connection, screen_id, "blacked_out" if on else "shown_again", now_ms=now_ms)
    return _known(connection, screen_id)


def retire(connection: Connection, screen_id: str, *, now_ms: int, by: str) -> None:
    """Takes a screen down for good: it is shown, programmed and paired no more; its records stay."""
    still_up = (screens.c.id == screen_id, screens.c.retired_ms.is_(None))
    if connection.execute(screens.update().where(*still_up).values(retired_ms=now_ms)).rowcount:
        audit.record(connection, now_ms, by, "screen.retire", f"screen:{screen_id}")


def every(connection: Connection) -> list[Screen]:
    """All screens that are not retired, by name."""
    query = sa.select(screens).where(screens.c.retired_ms.is_(None)).order_by(screens.c.name, screens.c.id)
    return [_screen(row) for row in connection.execute(query).mappings()]


@dataclass(frozen=True, slots=True)
class Named:
    """What a list to choose from says of a screen."""

    id: str
    slug: str
    name: str


def named(connection: Connection) -> list[Named]:
    """All screens that are not retired, by name, with no more than their names."""
    query = sa.select(screens.c.id, screens.c.slug, screens.c.name).where(screens.c.retired_ms.is_(None))
    return [Named(*row) for row in connection.execute(query.order_by(screens.c.name, screens.c.id))]


def tags_of_every(connection: Connection) -> dict[str, tuple[str, ...]]:
    """The tags of the screens that have any and are not retired, by their ids."""
    query = sa.select(screens.c.id, screens.c.tags).where(screens.c.retired_ms.is_(None), screens.c.tags != "[]")
    return {row.id: tuple(json.loads(row.tags)) for row in connection.execute(query)}


def by_slug(connection: Connection, slug: str) -> Screen | None:
    """The screen with this address; None when there is none or it is retired."""
    query = sa.select(screens).where(screens.c.slug == slug, screens.c.retired_ms.is_(None))
    row = connection.execute(query).mappings().first()
    return _screen(row) if row else None


def get(connection: Connection, screen_id: str) -> Screen | None:
    """One screen, retired or not, or None."""
    row = connection.execute(sa.select(screens).where(screens.c.id == screen_id)).mappings().first()
    return _screen(row) if row else None


def _known(connection: Connection, screen_id: str) -> Screen:
    return _screen(connection.execute(sa.select(screens).where(screens.c.id == screen_id)).mappings().one())


def _screen(row: sa.RowMapping) -> Screen:
    return Screen(**{**row, "tags": tuple(json.loads(row["tags"])) if row["tags"] != "[]" else ()})


def _columns(words: ScreenWords) -> dict[str, str | int]:
    return {
        "name": words.name.strip(), "place": words.place.strip(), "zone": words.zone, "language": words.language,
        "width": words.width, "height": words.height, "volume_percent": words.volume_percent,
        "captions": words.captions, "picture_height_mm": words.picture_height_mm, "distance_mm": words.distance_mm,
        "has_touch": words.has_touch, "has_pads": words.has_pads, "lower_edge_mm": words.lower_edge_mm,
        "coordinates": read_coordinates(words.coordinates),
    }  # fmt: skip


def _refuse_bad(words: ScreenWords) -> None:
    if not 1 <= len(words.name.strip()) <= LONGEST_NAME or not slug_of(words.name):
        raise BadScreen(
            N_("A screen needs a name of 1 to %(most)s characters with at least one letter or digit."),
            most=LONGEST_NAME,
        )
    _refuse_no_place(words)
    if words.language not in LANGUAGES:
        raise BadScreen(N_("The language is not one of those we speak."))
    for pixels in (words.width, words.height):
        if not LEAST_PIXELS <= pixels <= MOST_PIXELS:
            raise BadScreen(
                N_("Width and height are from %(least)s to %(most)s pixels."), least=LEAST_PIXELS, most=MOST_PIXELS
            )
    if not 0 <= words.volume_percent <= 100:
        raise BadScreen(N_("The volume is from 0 to 100 percent."))
    for said_mm, (least_mm, most_mm) in (
        (words.picture_height_mm, HEIGHTS_MM), (words.distance_mm, DISTANCES_MM),
    ):  # fmt: skip
        if said_mm and not least_mm <= said_mm <= most_mm:
            raise BadScreen(
                N_("The height of the picture and the distance are from %(least)s to %(most)s cm, or 0 for unknown."),
                least=least_mm // 10, most=most_mm // 10,
            )  # fmt: skip
    if words.lower_edge_mm and not LOWER_EDGES_MM[0] <= words.lower_edge_mm <= LOWER_EDGES_MM[1]:
        raise BadScreen(
            N_("The picture begins at most %(most)s cm above the floor, or 0 for unknown."),
            most=LOWER_EDGES_MM[1] // 10,
        )
    if words.captions not in {"", CAPTIONS_OFF} and not _is_language(words.captions):
        raise BadScreen(N_("Choose in which language captions are shown."))


def _refuse_no_place(words: ScreenWords) -> None:
    if len(words.place.strip()) > LONGEST_PLACE:
        raise BadScreen(N_("The place has at most %(most)s characters."), most=LONGEST_PLACE)
    if words.zone not in zones():
        raise BadScreen(
            N_("“%(zone)s” is not a time zone; choose one such as Europe/London or Asia/Ho_Chi_Minh."), zone=words.zone
        )
    try:
        read_coordinates(words.coordinates)
    except ValueError:
        raise BadScreen(
            N_("Coordinates are latitude and longitude in degrees, as maps give them: 53.48076, -2.24263.")
        ) from None


def _is_language(words: str) -> bool:
    try:
        return language_tag(words) == words
    except BadCaptions:
        return False


def _free_slug(connection: Connection, name: str) -> str:
    wanted = slug_of(name)
    taken = set(connection.execute(sa.select(screens.c.slug).where(screens.c.slug.startswith(wanted))).scalars())
    taken |= RESERVED
    number = 1
    while (slug := wanted if number == 1 else f"{wanted}-{number}") in taken:
        number += 1
    return slug
