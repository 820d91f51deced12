"""Why isn't it playing? One reason for an item, a screen and an instant, and when it is on next."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from content.programme.engine import Programme
from content.signing import PublicKey
from curator import choosing, next_up, screens
from curator.authorisation import Action
from curator.library import Item
from curator.next_up import Chosen
from curator.programme import inputs as gathering
from curator.programme import library_facts
from curator.programme import why as reasons
from curator.programme.facts import ProgrammeFacts
from curator.programme.hours import DAY_MS, NoSuchTime, instant_of, wall
from curator.programme.published import newest
from curator.screens import Screen
from curator.service import service_of
from curator.slots import every_between
from curator.store import Connection
from curator.web.doorman import allowed
from curator.web.forms import BadForm
from curator.web.library import the_item
from curator.web.pages import render
from curator.web.paging import page_of
from curator.web.problems import not_found
from curator.words import N_, _

FURTHEST_MS = 400 * DAY_MS
SCREENS_ON_A_PAGE = 10
BOOKINGS_SEEN_MS = 30 * DAY_MS
"""How far ahead of the instant bookings may matter: a premiere keeps an item back."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Why an item is or is not on a screen at an instant; `next_ms` is its next start there, None when none is laid."""

    screen: Screen
    sentence: str
    is_on: bool
    next_ms: int | None


async def why(request: web.Request) -> web.StreamResponse:
    """The answer for `?screen=&at=`; without a screen, for every one, some at a time."""
    item, service = await the_item(request), service_of(request)
    places = await service.store.read(choosing.screens_by_place)
    known = [screen for place in places for screen in place.screens]
    wanted = request.query.get("screen", "")
    asked = [screen for screen in known if not wanted or wanted in {screen.slug, screen.id}]
    if wanted and not asked:
        raise not_found()
    page = page_of(request, asked, size=SCREENS_ON_A_PAGE)
    zone = page.entries[0].zone if page.entries else service.settings.zone
    at_ms = _instant(request.query.get("at", ""), zone, service.now())
    facts = await service.store.read(
        lambda connection: _look(connection, service.key.public, item, page.entries, at_ms)
    )
    answers = await asyncio.to_thread(lambda: [_answer(one, item, at_ms) for one in facts])
    return render(
        request, "why.html", item=item, answers=answers, places=places, wanted=wanted, at_ms=at_ms, page=page,
        local=wall(zone, at_ms).replace(tzinfo=None).isoformat(timespec="seconds"),
    )  # fmt: skip


async def choose(request: web.Request) -> web.StreamResponse:
    """Which item? Goes on to its answer when one is chosen."""
    allowed(request, Action.PROGRAMME)
    service, slug = service_of(request), request.match_info["screen"]
    screen = await service.store.read(lambda connection: screens.by_slug(connection, slug))
    if screen is None:
        raise not_found()
    chosen, words = request.query.get("item", ""), request.query.get("find", "")
    choices = await service.store.read(
        lambda connection: choosing.items_to_choose(connection, words, also=[chosen] if chosen else [])
    )
    is_asked = "ask" in request.query or "find" not in request.query
    if is_asked and any(item.id == chosen for item in choices.found):
        raise web.HTTPSeeOther(f"/items/{chosen}/why?screen={screen.slug}")
    return render(request, "why_choose.html", screen=screen, choices=choices)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is known of a screen: its facts around the instant, and its newest programme."""

    screen: Screen
    facts: ProgrammeFacts
    programme: Programme | None
    chosen: Chosen | None = None


def _look(
    connection: Connection, key: PublicKey, item: Item, screens_asked: Sequence[Screen], at_ms: int
) -> list[_Asked]:
    span = at_ms - DAY_MS, at_ms + BOOKINGS_SEEN_MS
    slots = every_between(connection, [screen.id for screen in screens_asked], *span)
    # The answer speaks of the item and of what is booked at that instant.
    booked = {name for slot in slots if slot.start_ms <= at_ms < slot.end_ms for name in slot.items}
    known = library_facts.gather(connection, key, library_facts.groups_of(connection, {item.id, *booked}))
    found = []
    for screen in screens_asked:
        facts = gathering.gather(connection, known, screen, *span).facts
        published = newest(connection, screen.id)
        chosen = next_up.chosen(connection, screen.id, item.id, at_ms)
        found.append(_Asked(screen, facts, published.programme if published else None, chosen))
    return found


def _answer(asked: _Asked, item: Item, at_ms: int) -> Answer:
    programme, reason = asked.programme, _before_any_programme(item)
    if reason:
        return Answer(asked.screen, reason, False, None)
    if programme is None:
        return Answer(asked.screen, _("This screen has no programme yet."), False, None)
    if asked.chosen is not None:
        sentence = _("Chosen by passers-by: %(votes)s of %(total)s votes.") % {
            "votes": asked.chosen.votes, "total": asked.chosen.total,
        }  # fmt: skip
        return Answer(asked.screen, sentence, True, None)
    found = reasons.why(asked.facts, programme, item.id, at_ms)
    sentence = reasons.tell(found, asked.screen.zone)
    return Answer(asked.screen, sentence, found.code == "playing", found.next_start_ms)


def _before_any_programme(item: Item) -> str:
    """Why it is in no programme at all; "" when nothing stands in its way."""
    if item.withdrawn_ms is not None:
        return _("It was withdrawn and does not play any more.")
    if item.approved is not None:
        return ""
    if item.newest.preparation == "refused":
        return _("Its file could not be used; its page says why.")
    if item.newest.preparation != "ready":
        return _("It is still being prepared.")
    if item.newest.state == "rejected":
        return _("A moderator did not approve it; its page says why.")
    if item.newest.state == "asked":
        return _("A moderator asked for a change; its page says which.")
    return _("It waits for a moderator.")


def _instant(words: str, zone: str, now_ms: int) -> int:
    """`at`: UTC ms, or a local time as a form gives it; "" is now."""
    if not words:
        return now_ms
    try:
        at_ms = int(words) if words.isdecimal() else _local(words, zone)
    except ValueError:
        raise BadForm(N_("“%(words)s” is not a day and time such as 2026-11-23 21:30."), words=words[:40]) from None
    if abs(at_ms - now_ms) > FURTHEST_MS:
        raise BadForm(N_("That day is too far away."))
    return at_ms


def _local(words: str, zone: str) -> int:
    moment = datetime.fromisoformat(words)
    try:
        return instant_of(zone, moment.date(), moment.time())
    except NoSuchTime as gap:
        return gap.at_ms


routes = [
    web.get("/items/{item}/why", why),
    web.get("/programme/{screen}/why", choose),
]
