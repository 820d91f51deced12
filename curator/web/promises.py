"""Promises on the web: a group plays at least every so many minutes. Held against the programme before it is given."""

import asyncio

from aiohttp import web

from curator import dayparts, drafts
from curator.authorisation import Action
from curator.programme.changes import PromisePut
from curator.programme.hours import DAY_MS
from curator.programme.promise_check import Wait, Wanted, least_weight, longest_wait
from curator.programme.whatif import Laid
from curator.reckoning import DAYS
from curator.screens import Screen
from curator.service import service_of
from curator.store import Connection
from curator.web.air_time import page, place_of
from curator.web.doorman import allowed
from curator.web.forms import BadForm, Form, read_form
from curator.web.pages import instant, length
from curator.web.trying import try_out
from curator.words import N_, Told

MOST_MINUTES = 24 * 60


class NotKept(Told):
    """A promise the programme would not keep."""


async def change(request: web.Request) -> web.StreamResponse:
    """Gives a promise that the programme keeps, or ends one."""
    actor = allowed(request, Action.PROGRAMME)
    place, service, form = await place_of(request), service_of(request), await read_form(request)
    now_ms, lead_ms, by = service.now(), service.settings.change_lead_seconds * 1000, actor.account_id
    try:
        wanted = await service.store.read(lambda connection: _wanted(connection, form))
        is_given = not form.flag("end")
        if is_given:
            laid = await try_out(service, place.screens, [], by=by)
            await asyncio.to_thread(refuse_what_is_not_kept, laid, wanted)
        daypart_id = wanted.daypart.id if wanted.daypart else ""
        put = PromisePut(place.scope, wanted.group, daypart_id, wanted.every_ms if is_given else None)
        await service.store.run(
            lambda connection: drafts.publish_at_once(connection, [put], now_ms=now_ms, lead_ms=lead_ms, by=by)
        )
    except Told as told:
        return await page(request, place, problem=told)
    raise web.HTTPSeeOther(f"{place.address}/air-time?done=1")


def refuse_what_is_not_kept(screens: list[Laid], wanted: Wanted) -> None:
    """Returns when every screen's next days keep the promise. Raises NotKept: the worst wait, where, what would do."""
    waits = [(_longest(one, wanted), one) for one in screens]
    if not waits:
        raise NotKept(N_("There is no screen here on which it could be kept."))
    wait, worst = max(waits, key=lambda found: found[0].length_ms)
    if wait.length_ms > wanted.every_ms:
        raise _not_kept(wait, worst.screen, least_weight(worst.facts, wanted, worst.moment))


def _longest(laid: Laid, wanted: Wanted) -> Wait:
    now_ms = laid.moment.now_ms
    return longest_wait(laid.before, wanted, laid.screen.zone, now_ms, now_ms + DAYS * DAY_MS)


def _not_kept(wait: Wait, screen: Screen, least: int | None) -> NotKept:
    values = {"wait": length(wait.length_ms), "screen": screen.name, "when": instant(wait.from_ms, screen.zone)}
    if least is None:
        return NotKept(
            N_(
                "This would not be kept: on “%(screen)s” the group waits %(wait)s from %(when)s on, and no weight "
                "alone would mend it. Give it more or shorter items, or promise less."
            ),
            **values,
        )
    return NotKept(
        N_(
            "This would not be kept: on “%(screen)s” the group waits %(wait)s from %(when)s on. "
            "With a weight of %(least)s there it would be kept."
        ),
        **values, least=least,
    )  # fmt: skip


def _wanted(connection: Connection, form: Form) -> Wanted:
    parts = {part.id: part for part in dayparts.every(connection)}
    daypart_id = form.text("daypart", most=32)
    if daypart_id and daypart_id not in parts:
        raise BadForm(N_("There is no such daypart any more. Choose another."))
    minutes = 1 if form.flag("end") else form.integer("minutes", least=1, most=MOST_MINUTES)
    return Wanted(form.text("group", least=1, most=32), parts.get(daypart_id), minutes * 60_000)


routes = [
    web.post("/programme/{screen}/promises", change),
    web.post("/programme/screen-groups/{screens}/promises", change),
]
