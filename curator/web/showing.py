"""Where and when an item may play: its group says where, when and how often; moderators hold rating and tags."""

from dataclasses import replace
from datetime import datetime

from aiohttp import web

from curator import library, ratings, screen_groups, screens, showing, sites
from curator.authorisation import Action
from curator.programme.hours import NoSuchTime, instant_of, wall
from curator.service import service_of
from curator.showing import Showing
from curator.store import Connection
from curator.web.doorman import actor_of
from curator.web.forms import BadForm, Form, read_form
from curator.web.library import the_item
from curator.web.pages import render
from curator.web.problems import not_found
from curator.web.rules import OLDEST, read_tags
from curator.web.scopes import Choice
from curator.words import N_, Told, _

MOST_GAP_MINUTES = 7 * 24 * 60
MOST_TARGETS = 500


async def see(request: web.Request) -> web.StreamResponse:
    """The form; what the reader may not change stands there as it is."""
    item = await the_item(request)
    return await _page(request, item)


async def change(request: web.Request) -> web.StreamResponse:
    """Stores what the reader may change of it."""
    item = await the_item(request)
    actor, service = actor_of(request), service_of(request)
    is_theirs, is_moderator = actor.may(Action.EDIT_ITEM, group=item.group_id), actor.may(Action.DECIDE)
    if not is_theirs and not is_moderator:
        raise not_found()
    form, now_ms, zone = await read_form(request), service.now(), service.settings.zone

    def store(connection: Connection) -> None:
        before = showing.of(connection, item.id)
        after = replace(
            before, rating=form.integer("rating", least=0, most=OLDEST), tags=tuple(sorted(read_tags(form, "tags")))
        )
        if is_theirs:
            after = _own(form, after, zone, {choice.scope for choice in targets(connection)})
        ratings.put(connection, item, after, by=actor, now_ms=now_ms)

    try:
        await service.store.run(store)
    except Told as told:
        return await _page(request, item, told)
    for topic in (f"item:{item.id}", f"group:{item.group_id}"):
        service.bus.publish(topic)
    raise web.HTTPSeeOther(f"/items/{item.id}/showing?done=1")


def targets(connection: Connection) -> list[Choice]:
    """Everything an item can be aimed at: sites, screen groups, tags of screens, screens."""
    known = screens.every(connection)
    tags = sorted({tag for screen in known for tag in screen.tags})
    return [
        *(Choice(f"site:{one.id}", one.name, _("Site")) for one in sites.every(connection)),
        *(Choice(f"screen_group:{one.id}", one.name, _("Screen group")) for one in screen_groups.every(connection)),
        *(Choice(f"tag:{tag}", tag, _("Screens tagged")) for tag in tags),
        *(Choice(f"screen:{one.id}", one.name, _("Screen")) for one in known),
    ]


def _own(form: Form, before: Showing, zone: str, known: set[str]) -> Showing:
    """What only the item's group says about it."""
    wanted = form.texts("target", most=MOST_TARGETS)
    if set(wanted) - known:
        raise BadForm(N_("There is no such place any more. Choose another."))
    joins = form.one_of("joins", {"any", "start"})
    return replace(
        before,
        targets=tuple(sorted(set(wanted))),
        not_before_ms=_instant(form, "not_before", zone),
        not_after_ms=_instant(form, "not_after", zone),
        gap_ms=form.integer("gap_minutes", least=0, most=MOST_GAP_MINUTES) * 60_000,
        joins="any" if joins == "any" else "start",
        is_photograph=form.flag("is_photograph"),
    )


def _instant(form: Form, name: str, zone: str) -> int | None:
    """A local time of the service's zone; None when the field is empty."""
    words = form.text(name, most=20)
    if not words:
        return None
    try:
        moment = datetime.fromisoformat(words)
        return instant_of(zone, moment.date(), moment.time())
    except NoSuchTime as gap:
        return gap.at_ms
    except ValueError:
        raise BadForm(N_("“%(words)s” is not a day and time such as 2026-11-23 21:30."), words=words) from None


async def _page(request: web.Request, item: library.Item, problem: Told | None = None) -> web.Response:
    actor, service = actor_of(request), service_of(request)
    zone = service.settings.zone

    def look(connection: Connection) -> tuple[Showing, list[Choice], Told | None]:
        bar = ratings.bar_to_lower(connection, actor, item)
        return showing.of(connection, item.id), targets(connection), bar

    now, choices, bar = await service.store.read(look)
    return render(
        request, "showing.html", status=200 if problem is None else 422, item=item, showing=now, choices=choices,
        bar=bar.told() if bar else "", problem=problem.told() if problem else "", is_done="done" in request.query,
        zone=zone, oldest=OLDEST,
        is_theirs=actor.may(Action.EDIT_ITEM, group=item.group_id), is_moderator=actor.may(Action.DECIDE),
        most_gap=MOST_GAP_MINUTES, is_still=bool(item.versions) and item.newest.kind == "still",
        not_before=_local(now.not_before_ms, zone), not_after=_local(now.not_after_ms, zone),
    )  # fmt: skip


def _local(at_ms: int | None, zone: str) -> str:
    """An instant as the browser's field for day and time has it."""
    if at_ms is None:
        return ""
    return wall(zone, at_ms).replace(tzinfo=None).isoformat(timespec="minutes")


routes = [
    web.get("/items/{item}/showing", see),
    web.post("/items/{item}/showing", change),
]
