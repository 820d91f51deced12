"""What a visitor writes on a wall, takes back, or reports: plain forms, with a script and without."""

from aiohttp import web

from curator import answers, votes
from curator.activities import Kept
from curator.answers import NotWritten
from curator.relay import Place
from curator.service import service_of
from curator.web.forms import Form, read_form
from curator.web.moderating_answers import QUEUE
from curator.web.phones import seat
from curator.web.taking_part import TOPIC, TakingPart
from kiosks.visits import Visit

LONGEST_TYPED = 1_000
"""Characters that are read at all; what is longer than an answer is told to be."""


async def write(request: web.Request) -> web.StreamResponse:
    """Keeps an answer, which waits for a moderator."""
    service = service_of(request)
    taking_part, place, visit, offer, form = await _asked(request)
    words, now_ms = form.text("words", most=LONGEST_TYPED), service.now()
    if taking_part.answers.is_spent(place.screen_id, now_ms):
        raise _back(visit, "busy")
    writer = votes.voter_of(visit.token, offer.id)
    try:
        await service.store.run(
            lambda connection: answers.write(
                connection, offer.id, place.screen_id, writer=writer, words=words, now_ms=now_ms
            )
        )
    except NotWritten as refused:
        raise _back(visit, f"not_{refused.why}") from None
    taking_part.answers.spend(place.screen_id, now_ms)
    service.bus.publish(QUEUE)
    await taking_part.begin(place, offer.id)
    raise _back(visit, "written")


async def take_back(request: web.Request) -> web.StreamResponse:
    """Takes away what this pass wrote."""
    service = service_of(request)
    _parts, _place, visit, offer, form = await _asked(request)
    answer_id = form.text("answer", most=32)
    writer = votes.voter_of(visit.token, offer.id)
    if await service.store.run(lambda connection: answers.take_back(connection, answer_id, writer=writer)):
        service.bus.publish(QUEUE)
        service.bus.publish(f"{TOPIC}{offer.id}")
    raise _back(visit, "taken_back")


async def report(request: web.Request) -> web.StreamResponse:
    """Notes that an answer should not stand on the screen, and hides it when enough say so."""
    service = service_of(request)
    _parts, _place, visit, offer, form = await _asked(request)
    answer_id = form.text("answer", most=32)
    reporter = votes.voter_of(visit.token, offer.id)
    is_hidden = await service.store.run(
        lambda connection: answers.report(connection, answer_id, offer.id, reporter=reporter)
    )
    service.bus.publish(QUEUE)
    if is_hidden:
        service.bus.publish(f"{TOPIC}{offer.id}")
    raise _back(visit, "reported")


async def _asked(request: web.Request) -> tuple[TakingPart, Place, Visit, Kept, Form]:
    """Who asks, where, about which wall, and the form; sends those away who are too fast, or for whom it is over."""
    taking_part, place, visit = seat(request)
    form = await read_form(request)
    offer = place.offer(form.text("activity", most=32))
    if offer is None or offer.kind != "wall":
        raise _back(visit, "over")
    if not place.room.may_say(visit, service_of(request).now()):
        raise _back(visit, "fast")
    return taking_part, place, visit, offer, form


def _back(visit: Visit, said: str) -> web.HTTPSeeOther:
    return web.HTTPSeeOther(f"/p/{visit.token}?said={said}#status")


routes = [
    web.post("/p/{token}/write", write),
    web.post("/p/{token}/take-back", take_back),
    web.post("/p/{token}/report", report),
]
