"""Why isn't it playing? One reason for an item, a screen and an instant, and when it is on next."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from content.programme.engine import Programme
from content.signing import PublicKey
from curator import library, screens
from curator.authorisation import Action
from curator.library import Item
from curator.programme import inputs as gathering
from curator.programme import library_facts
from curator.programme import why as reasons
from curator.programme.facts import ProgrammeFacts
from curator.programme.hours import DAY_MS, NoSuchTime, instant_of, wall
from curator.programme.published import newest
from curator.screens import Screen
from curator.service import service_of
from curator.store import Connection
from curator.web.doorman import allowed
from curator.web.forms import BadForm
from curator.web.library import the_item
from curator.web.pages import render
from curator.web.problems import not_found
from curator.words import N_, _

FURTHEST_MS = 400 * DAY_MS
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
    """The answer for `?screen=&at=`; without a screen, for every one."""
    item, service = await the_item(request), service_of(request)
    known = await service.store.read(screens.every)
    wanted = request.query.get("screen", "")
    asked = [screen for screen in known if not wanted or wanted in {screen.slug, screen.id}]
    if wanted and not asked:
        raise not_found()
    zone = asked[0].zone if asked else service.settings.zone
    at_ms = _instant(request.query.get("at", ""), zone, service.now())
    facts = await service.store.read(lambda connection: _look(connection, service.key.public, asked, at_ms))
    answers = await asyncio.to_thread(lambda: [_answer(one, item, at_ms) for one in facts])
    return render(
        request, "why.html", item=item, answers=answers, screens=known, wanted=wanted, at_ms=at_ms,
        local=wall(zone, at_ms).replace(tzinfo=None).isoformat(timespec="seconds"),
    )  # fmt: skip


async def choose(request: web.Request) -> web.StreamResponse:
    """Which item? Goes on to its answer when one is chosen."""
    allowed(request, Action.PROGRAMME)
    service, slug = service_of(request), request.match_info["screen"]
    screen = await service.store.read(lambda connection: screens.by_slug(connection, slug))
    if screen is None:
        raise not_found()
    chosen = request.query.get("item", "")
    known = await service.store.read(library.playable_items)
    if any(item.id == chosen for item in known):
        raise web.HTTPSeeOther(f"/items/{chosen}/why?screen={screen.slug}")
    named = sorted(known, key=lambda item: (item.group_name, item.title))
    return render(request, "why_choose.html", screen=screen, items=named)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is known of a screen: its facts around the instant, and its newest programme."""

    screen: Screen
    facts: ProgrammeFacts
    programme: Programme | None


def _look(connection: Connection, key: PublicKey, screens_asked: list[Screen], at_ms: int) -> list[_Asked]:
    known = library_facts.gather(connection, key)
    found = []
    for screen in screens_asked:
        facts = gathering.gather(connection, known, screen, at_ms - DAY_MS, at_ms + BOOKINGS_SEEN_MS).facts
        published = newest(connection, screen.id)
        found.append(_Asked(screen, facts, published.programme if published else None))
    return found


def _answer(asked: _Asked, item: Item, at_ms: int) -> Answer:
    programme, reason = asked.programme, _before_any_programme(item)
    if reason:
        return Answer(asked.screen, reason, False, None)
    if programme is None:
        return Answer(asked.screen, _("This screen has no programme yet."), False, None)
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
