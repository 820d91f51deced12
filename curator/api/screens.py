"""Screens: what stands where, how it is, what plays when, what was really shown."""

from dataclasses import asdict, replace
from typing import Annotated, Literal

from pydantic import Field

from content.measures import DISTANCES_MM, HEIGHTS_MM, LOWER_EDGES_MM
from curator import air_time, guide, nodes, records, screens, slots
from curator.api.endpoint import Call, endpoint, not_found
from curator.api.paging import page_of
from curator.api.reading import Asked, Given, Id, Instant, Line, PageAsked, Told, bad_fields
from curator.authorisation import Action
from curator.coordinates import LONGEST
from curator.problem import Fault
from curator.records import Shown
from curator.screens import Screen, ScreenWords
from curator.words import N_, _

HOUR_MS = 3_600_000
GUIDE_MS = 3 * HOUR_MS
"""How much of the guide is public, from now."""
MOST_GUIDE = 400
LONGEST_LOOK_MS = 7 * 24 * HOUR_MS
MOST_SHOWN = 5_000


class ScreenAnswer(Told):
    """A display at a place."""

    id: str
    slug: str
    name: str
    place: str
    zone: str
    language: str
    width: int
    height: int
    volume_percent: int
    captions: str = Field(description="A language, `off`, or empty: in the screen's language.")
    picture_height_mm: int = Field(description="How high the picture itself is; 0 where nobody said.")
    distance_mm: int = Field(description="From how far away people look; 0 where nobody said.")
    has_touch: bool = Field(description="Whether people may take part by touching the screen itself.")
    has_pads: bool = Field(description="Whether people may take part with gamepads or arcade buttons.")
    lower_edge_mm: int = Field(description="How high above the floor the picture begins; 0 where nobody said.")
    coordinates: str = Field(description="Latitude and longitude in degrees (WGS 84); empty where nobody said.")
    is_dark: bool = Field(description="Whether it is blacked out.")
    created_ms: Instant


class ScreensPage(Told):
    """A page of screens, by name."""

    screens: list[ScreenAnswer]
    next: str | None


class ScreenGiven(Given):
    """What is said of a new screen."""

    name: Annotated[Line, Field(min_length=1, max_length=screens.LONGEST_NAME)]
    place: Annotated[Line, Field(max_length=screens.LONGEST_PLACE)] = ""
    zone: Annotated[Line, Field(max_length=64, examples=["Europe/London"])]
    language: Annotated[Line, Field(max_length=10, examples=["en"])]
    width: int = Field(default=1920, ge=screens.LEAST_PIXELS, le=screens.MOST_PIXELS)
    height: int = Field(default=1080, ge=screens.LEAST_PIXELS, le=screens.MOST_PIXELS)
    volume_percent: int = Field(default=100, ge=0, le=100)
    captions: Annotated[Line, Field(max_length=12)] = ""
    picture_height_mm: int = Field(default=0, ge=0, le=HEIGHTS_MM[1])
    distance_mm: int = Field(default=0, ge=0, le=DISTANCES_MM[1])
    has_touch: bool = False
    has_pads: bool = False
    lower_edge_mm: int = Field(default=0, ge=0, le=LOWER_EDGES_MM[1])
    coordinates: Annotated[Line, Field(max_length=LONGEST, examples=["53.48076, -2.24263"])] = ""


class ScreenChange(Given):
    """What is to be other than it is; what is not named stays."""

    name: Annotated[Line, Field(min_length=1, max_length=screens.LONGEST_NAME)] | None = None
    place: Annotated[Line, Field(max_length=screens.LONGEST_PLACE)] | None = None
    zone: Annotated[Line, Field(max_length=64)] | None = None
    language: Annotated[Line, Field(max_length=10)] | None = None
    width: Annotated[int, Field(ge=screens.LEAST_PIXELS, le=screens.MOST_PIXELS)] | None = None
    height: Annotated[int, Field(ge=screens.LEAST_PIXELS, le=screens.MOST_PIXELS)] | None = None
    volume_percent: Annotated[int, Field(ge=0, le=100)] | None = None
    captions: Annotated[Line, Field(max_length=12)] | None = None
    picture_height_mm: Annotated[int, Field(ge=0, le=HEIGHTS_MM[1])] | None = None
    distance_mm: Annotated[int, Field(ge=0, le=DISTANCES_MM[1])] | None = None
    has_touch: bool | None = None
    has_pads: bool | None = None
    lower_edge_mm: Annotated[int, Field(ge=0, le=LOWER_EDGES_MM[1])] | None = None
    coordinates: Annotated[Line, Field(max_length=LONGEST)] | None = None


class Darkness(Given):
    """Whether a screen is blacked out."""

    is_dark: bool


class HealthAnswer(Told):
    """How a screen's node is, as it said last. Every field is null where no node is paired or has reported."""

    is_paired: bool
    is_present: bool = Field(description="Whether it reported within the last 75 seconds.")
    seen_ms: Instant | None
    software: str | None
    manifest_version: int | None
    playing_item: str | None
    playing_layer: str | None
    frames_shown: int | None
    frames_late: int | None
    frames_dropped: int | None
    files_wanted: int | None
    files_held: int | None
    disk_free_bytes: int | None
    uptime_s: int | None
    clock: str | None = Field(description="trusted, holdover or untrusted")
    clock_offset_ms: int | None
    faults: list[str]


class GuideEntryAnswer(Told):
    """One thing on a screen."""

    start_ms: Instant
    end_ms: Instant
    kind: str = Field(description="booking, rotation, filler or dark")
    title: str = Field(description="Empty for the screen's own card and for dark hours.")
    group_name: str
    item: str | None
    version: str | None
    is_confirmed: bool = Field(description="Whether it is promised: only a withdrawal or a change in need moves it.")


class GuideAnswer(Told):
    """What plays when, as the screen's newest manifest has it."""

    screen: str
    from_ms: Instant
    to_ms: Instant
    entries: list[GuideEntryAnswer]


class Range(Asked):
    """From when to when."""

    from_ms: Instant | None = Field(default=None, ge=0, le=253_370_764_800_000, description="UTC ms; now.")
    to_ms: Instant | None = Field(default=None, ge=0, le=253_370_764_800_000, description="UTC ms; an hour later.")


class SlotAnswer(Told):
    """One occurrence of a booking on this screen."""

    booking: str
    title: str
    items: list[str]
    state: Literal["provisional", "confirmed", "protected"]
    start_ms: Instant
    end_ms: Instant
    recurrence: str = Field(description="Its local start as its recurrence gave it; names the occurrence.")
    is_recurring: bool


class SlotsAnswer(Told):
    """What is booked on a screen."""

    slots: list[SlotAnswer]


class ShownAnswer(Told):
    """One thing a screen showed, or should have."""

    planned_start_ms: Instant
    start_ms: Instant
    duration_ms: int
    layer: str
    item: str | None
    title: str
    group_name: str
    sha256: str | None
    outcome: str = Field(description="complete, partial, missed or substituted")
    cause: str
    manifest_version: int


class AsRunAsked(PageAsked, Range):
    """Which rows."""


class AsRunPage(Told):
    """A page of as-run rows, the oldest first."""

    rows: list[ShownAnswer]
    next: str | None


class Share(Told):
    """A group's share of the unbooked time."""

    group: str
    weight: int
    seconds_per_hour: int


class Shares(Told):
    """How unbooked time is shared on a screen."""

    shares: list[Share]


def the_screen(call: Call) -> Screen:
    """The screen of the address (its slug)."""
    found = screens.by_slug(call.connection, call.named["screen"])
    if found is None:
        raise not_found()
    return found


def told(_call: Call, screen: Screen) -> ScreenAnswer:
    """A screen as it is told."""
    return ScreenAnswer.model_validate(screen, from_attributes=True)


@endpoint("GET", "/api/screens", N_("The screens"), is_open=True)
def every(call: Call, query: PageAsked) -> ScreensPage:
    """All that are not retired."""
    page, following = page_of(screens.every(call.connection), query, lambda one: (one.name.casefold(), one.id))
    return ScreensPage(screens=[told(call, one) for one in page], next=following)


@endpoint("POST", "/api/screens", N_("Add a screen"), asks=Action.MANAGE_SCREENS, status=201, has_mark=True)
def make(call: Call, body: ScreenGiven) -> ScreenAnswer:
    """A new screen, without a node."""
    words = ScreenWords(**body.model_dump())
    made = screens.create(call.connection, words, now_ms=call.now_ms, by=call.actor.account_id)
    call.afterwards.append(lambda hands: hands.forget_screens())
    call.hint(f"screen:{made.id}")
    return told(call, made)


@endpoint("GET", "/api/screens/{screen}", N_("A screen"), is_open=True, about=the_screen, has_mark=True)
def get(call: Call, screen: Screen) -> ScreenAnswer:
    """One screen."""
    return told(call, screen)


@endpoint(
    "PATCH", "/api/screens/{screen}", N_("Change a screen's words and settings"), asks=Action.MANAGE_SCREENS,
    about=the_screen, guard=told,
)  # fmt: skip
def change(call: Call, screen: Screen, body: ScreenChange) -> ScreenAnswer:
    """What is named; its address stays."""
    words = replace(screen.words, **body.model_dump(exclude_none=True))
    screens.change(call.connection, screen.id, words, now_ms=call.now_ms, by=call.actor.account_id)
    call.hint(f"screen:{screen.id}")
    return told(call, the_screen(call))


@endpoint(
    "PUT", "/api/screens/{screen}/dark", N_("Black a screen out, or bring it back"), asks=Action.BLACK_OUT,
    about=the_screen,
)  # fmt: skip
def darken(call: Call, screen: Screen, body: Darkness) -> ScreenAnswer:
    """At once, whatever it was."""
    after = screens.set_dark(
        call.connection, screen.id, on=body.is_dark, now_ms=call.now_ms, by=call.actor.account_id
    )  # fmt: skip
    call.afterwards.append(
        lambda hands: hands.black_out(screen.id, is_dark=after.is_dark, counter=after.dark_counter)
    )  # fmt: skip
    call.hint(f"screen:{screen.id}")
    return told(call, after)


@endpoint("GET", "/api/screens/{screen}/health", N_("How a screen is"), asks=Action.SEE_SCREENS, about=the_screen)
def health(call: Call, screen: Screen) -> HealthAnswer:
    """As its node said last."""
    node = nodes.of_screen(call.connection, screen.id)
    said = node.health if node else None
    names = HealthAnswer.model_fields.keys() - {"is_paired", "is_present", "seen_ms", "clock_offset_ms", "faults"}
    values = asdict(said) if said else {}
    return HealthAnswer(
        is_paired=node is not None, is_present=node is not None and node.is_present(call.now_ms),
        seen_ms=node.seen_ms if node else None, faults=list(said.faults) if said else [],
        clock_offset_ms=node.clock_offset_ms if node and said else None,
        **{name: values.get(name) for name in names},
    )  # fmt: skip


@endpoint("GET", "/api/screens/{screen}/guide", N_("What plays in the next hours"), is_open=True, about=the_screen)
def next_hours(call: Call, screen: Screen) -> GuideAnswer:
    """Public, as the guide page is."""
    return _guide(call, screen, call.now_ms, call.now_ms + GUIDE_MS, MOST_GUIDE)


@endpoint("GET", "/api/screens/{screen}/programme", N_("What plays when"), asks=Action.SEE_PROGRAMME, about=the_screen)
def programme(call: Call, screen: Screen, query: Range) -> GuideAnswer:
    """As far as the newest manifest reaches."""
    from_ms, to_ms = _range(call, query)
    return _guide(call, screen, from_ms, to_ms, guide.MOST_ENTRIES)


@endpoint(
    "GET", "/api/screens/{screen}/slots", N_("What is booked on a screen"), asks=Action.SEE_PROGRAMME,
    about=the_screen,
)  # fmt: skip
def booked(call: Call, screen: Screen, query: Range) -> SlotsAnswer:
    """Each occurrence of each booking."""
    found = slots.between(call.connection, screen.id, *_range(call, query))
    return SlotsAnswer(
        slots=[
            SlotAnswer(
                booking=one.booking_id, title=one.title, items=list(one.items), state=one.state,
                start_ms=one.start_ms, end_ms=one.end_ms, recurrence=one.recurrence, is_recurring=one.is_recurring,
            )
            for one in found
        ]
    )  # fmt: skip


@endpoint(
    "GET", "/api/screens/{screen}/as-run", N_("What a screen really showed"), asks=Action.SEE_SCREENS,
    about=the_screen,
)  # fmt: skip
def as_run(call: Call, screen: Screen, query: AsRunAsked) -> AsRunPage:
    """As its node reported it."""
    from_ms, to_ms = _range(call, query, default_from_ms=max(0, call.now_ms - HOUR_MS))
    found = records.as_run_of_screen(call.connection, screen.id, from_ms, to_ms, most=MOST_SHOWN)
    page, following = page_of(found, query, lambda one: (one.row.start_ms, one.row.seq))
    return AsRunPage(rows=[_shown(one) for one in page], next=following)


@endpoint(
    "GET", "/api/screens/{screen}/air-time", N_("How unbooked time is shared on a screen"), asks=Action.PROGRAMME,
    about=the_screen,
)  # fmt: skip
def shares(call: Call, screen: Screen) -> Shares:
    """Outside dayparts of their own."""
    found = air_time.shares(call.connection, screen)
    return Shares(
        shares=[Share(group=one.group.slug, weight=one.weight, seconds_per_hour=one.seconds_per_hour) for one in found]
    )


def known_screens(call: Call, wanted: list[Id]) -> list[str]:
    """The ids of these screens. Raises Problem when one of them is not there."""
    known = {screen.id for screen in screens.every(call.connection)}
    unknown = [
        Fault(f"screens.{at}", _("There is no such screen.")) for at, one in enumerate(wanted) if one not in known
    ]
    if unknown:
        raise bad_fields(unknown)
    return list(wanted)


def _range(call: Call, query: Range, *, default_from_ms: int | None = None) -> tuple[int, int]:
    from_ms = query.from_ms if query.from_ms is not None else default_from_ms or call.now_ms
    to_ms = query.to_ms if query.to_ms is not None else from_ms + HOUR_MS
    if not from_ms < to_ms <= from_ms + LONGEST_LOOK_MS:
        hours = LONGEST_LOOK_MS // HOUR_MS
        raise bad_fields(
            [Fault("to_ms", _("At least 1 ms and at most %(hours)s hours are told at once.", hours=hours))]
        )
    return from_ms, to_ms


def _guide(call: Call, screen: Screen, from_ms: int, to_ms: int, most: int) -> GuideAnswer:
    usual = call.service.settings.freeze_minutes
    promised_ms = guide.promised_until(call.connection, screen, call.now_ms, usual)
    entries = guide.between(call.connection, screen.id, from_ms, to_ms, most=most, promised_ms=promised_ms)
    return GuideAnswer(
        screen=screen.slug, from_ms=from_ms, to_ms=to_ms,
        entries=[
            GuideEntryAnswer(
                start_ms=one.start_ms, end_ms=one.end_ms, kind=one.kind, title=one.title, group_name=one.group_name,
                item=one.item_id, version=one.version_id, is_confirmed=one.is_confirmed,
            )
            for one in entries
        ],
    )  # fmt: skip


def _shown(one: Shown) -> ShownAnswer:
    row = one.row
    return ShownAnswer(
        planned_start_ms=row.planned_start_ms, start_ms=row.start_ms, duration_ms=row.duration_ms, layer=row.layer,
        item=row.item, title=one.title, group_name=one.group_name, sha256=row.sha256, outcome=row.outcome,
        cause=row.cause, manifest_version=row.manifest_version,
    )  # fmt: skip
