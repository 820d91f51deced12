"""Air time on the web: how groups share a screen or a screen group, what each gets and got, and trying a change out."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web

from content.programme.plan import Params
from curator import air_time, dayparts, drafts, groups, reckoning, screen_groups, screens
from curator.authorisation import Action
from curator.groups import Group
from curator.programme.accounts import GroupTime, Reckoning
from curator.programme.changes import HEAVIEST, WeightPut
from curator.programme.dayparts import Daypart
from curator.programme.hours import DAY_MS, HOUR_MS
from curator.programme.promise_check import Wait, Wanted, longest_wait
from curator.programme.whatif import Laid
from curator.reckoning import DAYS, Books
from curator.screens import Screen
from curator.service import service_of
from curator.store import Connection
from curator.web.doorman import allowed
from curator.web.forms import Form, read_form
from curator.web.pages import render
from curator.web.problems import not_found
from curator.web.trying import try_out
from curator.words import Told

NOBODY = GroupTime("")
OTHER_TIMES = ""
"""The daypart "" stands for all times in which the group has no weight of its own."""


@dataclass(frozen=True, slots=True)
class Place:
    """What air time is shared on: a screen or a screen group. `scope` as changes name it; `screens` may be none.

    `inherited` are the weights of a screen's group, by group and daypart: they count where the screen has none.
    """

    scope: str
    name: str
    address: str
    screens: tuple[Screen, ...]
    inherited: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One group in the table: its weights here and those it has by the screen group.

    `share` is of what the groups have at all other times, 0 to 1; `hour_ms` what it has of an hour then.
    """

    group: Group
    weights: Mapping[str, int]
    inherited: Mapping[str, int]
    share: float
    hour_ms: int
    past: GroupTime
    coming: GroupTime
    owed_ms: int
    has_items: bool

    @property
    def lost_ms(self) -> int:
        """What it was planned to have in the last days and was not shown."""
        return sum(self.past.lost_ms.values())

    @property
    def minutes_by_hour(self) -> str:
        """What the picture of the day says, for those who hear it: whole minutes from midnight on."""
        return ", ".join(str(got_ms // 60_000) for got_ms in self.coming.by_hour)


@dataclass(frozen=True, slots=True)
class Move:
    """What a change does to one group over the next days."""

    group: Group
    before: GroupTime
    after: GroupTime

    @property
    def more_ms(self) -> int:
        """What it gets more (negative: less)."""
        return self.after.shared_ms - self.before.shared_ms


@dataclass(frozen=True, slots=True)
class Simulated:
    """What would come of a change: every group that has or gets time, and how much stays nobody's, before and after."""

    moves: list[Move]
    filler_before: float
    filler_after: float


@dataclass(frozen=True, slots=True)
class Standing:
    """A promise that stands, and the longest `wait` to come by the newest programmes; None before the first."""

    group: Group
    daypart: Daypart | None
    every_ms: int
    wait: Wait | None

    @property
    def is_kept(self) -> bool:
        """Whether the newest programmes keep it."""
        return self.wait is not None and self.wait.length_ms <= self.every_ms


@dataclass(frozen=True, slots=True)
class _Stored:
    place: Place
    groups: list[Group]
    weights: dict[tuple[str, str], int]
    dayparts: list[Daypart]
    playing: set[str]
    books: list[reckoning.ScreenBooks]
    promises: list[reckoning.Promised]


async def see(request: web.Request) -> web.StreamResponse:
    """The weights with what everybody gets by them, got and is owed."""
    allowed(request, Action.PROGRAMME)
    return await page(request, await place_of(request))


async def change(request: web.Request) -> web.StreamResponse:
    """Publishes the weights at once, or puts them into the draft, or only tells what they would do."""
    actor = allowed(request, Action.PROGRAMME)
    place, service, form = await place_of(request), service_of(request), await read_form(request)
    stored = await service.store.read(lambda connection: reckoning.weights_of(connection, place.scope))
    changes, by = _changes(form, place, stored), actor.account_id
    if form.flag("simulate"):
        tried = await try_out(service, place.screens, changes, by=by)
        return await page(request, place, tried=tried, form=form)
    now_ms, lead_ms = service.now(), service.settings.change_lead_seconds * 1000

    def keep(connection: Connection) -> None:
        if form.flag("draft"):
            drafts.add(connection, by, changes, now_ms=now_ms, lead_ms=lead_ms)
        else:
            drafts.publish_at_once(connection, changes, now_ms=now_ms, lead_ms=lead_ms, by=by)

    if changes:
        await service.store.run(keep)
    if form.flag("draft"):
        raise web.HTTPSeeOther("/programme/draft")
    for screen in place.screens:
        service.bus.publish(f"programme:{screen.id}")
    raise web.HTTPSeeOther(f"{place.address}/air-time?done=1")


async def place_of(request: web.Request) -> Place:
    """The screen or screen group of the address; raises not_found."""

    def look(connection: Connection) -> Place | None:
        if "screens" in request.match_info:
            return _group_place(connection, request.match_info["screens"])
        screen = screens.by_slug(connection, request.match_info["screen"])
        return _screen_place(connection, screen) if screen else None

    found = await service_of(request).store.read(look)
    if found is None:
        raise not_found()
    return found


# --- inside ----------------------------------------------------------------------------------------------------------


def _screen_place(connection: Connection, screen: Screen) -> Place:
    group_id = screen.screen_group_id
    inherited = reckoning.weights_of(connection, f"screen_group:{group_id}") if group_id else {}
    return Place(f"screen:{screen.id}", screen.name, f"/programme/{screen.slug}", (screen,), inherited)


def _group_place(connection: Connection, slug: str) -> Place | None:
    group = next((one for one in screen_groups.every(connection) if one.slug == slug), None)
    if group is None:
        return None
    members = tuple(screen for screen in screens.every(connection) if screen.screen_group_id == group.id)
    return Place(f"screen_group:{group.id}", group.name, f"/programme/screen-groups/{group.slug}", members)


async def page(
    request: web.Request,
    place: Place,
    *,
    tried: list[Laid] | None = None,
    form: Form | None = None,
    problem: Told | None = None,
) -> web.Response:
    """The page of a place: weights, accounts, promises; with what trying out found, or what is wrong."""
    actor, service = allowed(request, Action.PROGRAMME), service_of(request)
    now_ms = service.now()
    stored = await service.store.read(lambda connection: _stored(connection, place, now_ms))
    draft = await service.store.read(lambda connection: drafts.of(connection, actor.account_id))
    found = await asyncio.to_thread(reckoning.books, stored.books, now_ms)
    promised = await asyncio.to_thread(_standing, stored, now_ms)
    simulated = None if tried is None else await asyncio.to_thread(_simulated, tried, stored.groups, now_ms)
    lines = _lines(stored, found)
    return render(
        request, "air_time.html", status=200 if problem is None else 422, wide=True, place=place, lines=lines,
        books=found, dayparts=stored.dayparts, zone=place.screens[0].zone if place.screens else service.settings.zone,
        screen=place.screens[0] if place.scope.startswith("screen:") else None, promised=promised,
        tried=simulated, problem=problem.told() if problem else "",
        is_done="done" in request.query, days=DAYS, typed={} if form is None else _typed(form, stored),
        others=[group for group in stored.groups if not group.is_house and all(line.group != group for line in lines)],
        most_by_hour=_most_by_hour(found.coming), draft_words=drafts.bar_words(draft),
    )  # fmt: skip


def _stored(connection: Connection, place: Place, now_ms: int) -> _Stored:
    return _Stored(
        place,
        groups.every(connection),
        reckoning.weights_of(connection, place.scope),
        dayparts.every(connection),
        groups.playing_ids(connection),
        (reckoning.of_group if len(place.screens) > 1 else reckoning.of_screens)(connection, place.screens, now_ms),
        reckoning.promises_of(connection, place.scope),
    )


def _lines(stored: _Stored, books: Books) -> list[Line]:
    """The groups with a weight here, the heaviest first."""
    inherited = stored.place.inherited
    usual = air_time.most_specific([stored.weights, inherited])
    whole = sum(usual.values()) or 1
    hour_ms = HOUR_MS * (10_000 - Params().house_bp) // 10_000
    coming = books.coming.groups if books.coming else {}
    lines = [
        Line(
            group=group,
            weights={part: weight for (group_id, part), weight in stored.weights.items() if group_id == group.id},
            inherited={part: weight for (group_id, part), weight in inherited.items() if group_id == group.id},
            share=usual.get(group.id, 0) / whole,
            hour_ms=hour_ms * usual.get(group.id, 0) // whole,
            past=books.past.groups.get(group.id, NOBODY),
            coming=coming.get(group.id, NOBODY),
            owed_ms=books.owed_ms.get(group.id, 0),
            has_items=group.id in stored.playing,
        )
        for group in stored.groups
        if any(group_id == group.id for group_id, _part in (*stored.weights, *inherited))
    ]
    return sorted(lines, key=lambda line: (-line.share, line.group.name))


def _standing(stored: _Stored, now_ms: int) -> list[Standing]:
    """The promises of this place, each with the longest wait that the newest programmes hold."""
    parts, known = {part.id: part for part in stored.dayparts}, {group.id: group for group in stored.groups}
    told = []
    for one in stored.promises:
        wanted = Wanted(one.group_id, parts.get(one.daypart_id), one.every_ms)
        # Screens with the same plan share the wait.
        laid = {(one.published.plan_key, one.screen.zone): one.published for one in stored.books if one.published}
        waits = [
            longest_wait(published.programme, wanted, zone, now_ms, now_ms + DAYS * DAY_MS)
            for (_key, zone), published in laid.items()
        ]
        wait = max(waits, key=lambda found: found.length_ms, default=None)
        told.append(Standing(known[one.group_id], parts.get(one.daypart_id), one.every_ms, wait))
    return told


def _changes(form: Form, place: Place, stored: Mapping[tuple[str, str], int]) -> list[WeightPut]:
    """What the form asks for and is not so yet."""
    added, removed = form.text("add", most=32), form.text("remove", most=32)
    wanted: dict[tuple[str, str], int | None] = {}
    for group_id in form.texts("group"):
        for daypart_id in (OTHER_TIMES, *form.texts("daypart")):
            name = f"weight-{group_id}" + (f"-{daypart_id}" if daypart_id else "")
            may_be_empty = daypart_id or (group_id, OTHER_TIMES) in place.inherited
            has_own = bool(form.text(name, most=20)) or not may_be_empty
            wanted[group_id, daypart_id] = form.integer(name, least=0, most=HEAVIEST) if has_own else None
    if added:
        wanted[added, OTHER_TIMES] = 1
    if removed:
        wanted |= {key: None for key in {*stored, (removed, OTHER_TIMES)} if key[0] == removed}
        wanted = {key: None if key[0] == removed else weight for key, weight in wanted.items()}
    return [
        WeightPut(place.scope, group_id, daypart_id, weight)
        for (group_id, daypart_id), weight in wanted.items()
        if stored.get((group_id, daypart_id)) != weight
    ]


def _typed(form: Form, stored: _Stored) -> dict[str, str]:
    """What somebody typed into the weights, so that trying out does not lose it."""
    parts = [OTHER_TIMES, *(part.id for part in stored.dayparts)]
    names = [f"weight-{group.id}" + (f"-{part}" if part else "") for group in stored.groups for part in parts]
    return {name: form.text(name, most=20) for name in names}


def _simulated(tried: list[Laid], known: list[Group], now_ms: int) -> Simulated:
    """Evaluates two weeks of every screen: call it in a thread."""
    nothing = Reckoning(now_ms, now_ms, {}, {})
    before = reckoning.coming([(one.screen.zone, one.before) for one in tried], now_ms) or nothing
    after = reckoning.coming([(one.screen.zone, one.after) for one in tried], now_ms) or nothing
    moves = [
        Move(group, before.groups.get(group.id, NOBODY), after.groups.get(group.id, NOBODY))
        for group in known
        if group.id in before.groups or group.id in after.groups
    ]
    moves.sort(key=lambda move: (-abs(move.more_ms), move.group.name))
    return Simulated(moves, before.filler_share, after.filler_share)


def _most_by_hour(coming: Reckoning | None) -> int:
    """The most time any group has in one hour of the day, for the scale of the pictures; at least 1 ms."""
    parts = coming.groups.values() if coming else ()
    return max((got_ms for part in parts for got_ms in part.by_hour), default=0) or 1


routes = [
    web.get("/programme/{screen}/air-time", see),
    web.post("/programme/{screen}/air-time", change),
    web.get("/programme/screen-groups/{screens}/air-time", see),
    web.post("/programme/screen-groups/{screens}/air-time", change),
]
