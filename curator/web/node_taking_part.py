"""What nodes ask and tell about taking part at the screen itself: what is allowed there, votes, notes, choices."""

from aiohttp import web

from content.reading import Reader
from curator import backdrops, notes_from_screens, votes_from_screens
from curator.service import service_of
from curator.web.node_api import caller_of, read_body
from curator.web.problems import Problem
from curator.web.taking_part import TOPIC, taking_part_of
from curator.words import _
from kiosks.activities.known import Counted, Told

LARGEST_ASKED_BYTES = 1 << 10


async def allowed(request: web.Request) -> web.StreamResponse:
    """The signed activities of the node's screen, open now or soon, with votes, and pictures behind their words."""
    caller = await caller_of(request)
    service = service_of(request)
    now_ms = service.now()
    known = await service.store.read(
        lambda connection: Told(
            votes_from_screens.known_at(connection, caller.screen_id, now_ms),
            backdrops.at_screen(connection, caller.screen_id, now_ms),
        )
    )
    return web.json_response(known.as_json(), headers={"Cache-Control": "no-store"})


async def take_votes(request: web.Request) -> web.StreamResponse:
    """Stores votes of visitors at the screen itself, durably, before it says how many it took."""
    caller = await caller_of(request)
    service = service_of(request)
    told = votes_from_screens.read_votes(await read_body(request, votes_from_screens.LARGEST_VOTES_BYTES))
    now_ms = service.now()
    taken = await service.store.run(
        lambda connection: votes_from_screens.take(connection, caller.screen_id, told, now_ms=now_ms)
    )
    if taken.count:
        service.bus.publish(f"{TOPIC}{told[0].activity}")
    return web.json_response(taken.as_json(), headers={"Cache-Control": "no-store"})


async def take_notes(request: web.Request) -> web.StreamResponse:
    """Stores notes of visitors at the screen itself, durably, before it says whose it took."""
    caller = await caller_of(request)
    service, allowance = service_of(request), taking_part_of(request).notes
    told = notes_from_screens.read_notes(await read_body(request, notes_from_screens.LARGEST_NOTES_BYTES))
    now_ms = service.now()
    if allowance.is_spent(caller.screen_id, now_ms):
        raise Problem(429, "too_many_notes", _("This screen tells more notes than hands can set. Send them later."))
    for _one in told:
        allowance.spend(caller.screen_id, now_ms)
    taken = await service.store.run(
        lambda connection: notes_from_screens.take(connection, caller.screen_id, told, now_ms=now_ms)
    )
    if taken:
        service.bus.publish(f"{TOPIC}{told[0].activity}")
    return web.json_response({"taken": taken}, headers={"Cache-Control": "no-store"})


async def ask_choice(request: web.Request) -> web.StreamResponse:
    """Opens the choice of what plays next at the node's screen, for hands there, or gives the one that is open."""
    caller = await caller_of(request)
    service, taking_part = service_of(request), taking_part_of(request)
    body = await read_body(request, LARGEST_ASKED_BYTES)
    asked = Reader.of_bytes(body, limit_bytes=LARGEST_ASKED_BYTES).fields("activity", others=True)
    activity = asked["activity"].identifier()
    if not taking_part.choices.spend(caller.screen_id, service.now()):
        raise Problem(
            429, "too_many_choices", _("This screen asks more often what plays next than hands can. Ask later.")
        )
    ballot = await taking_part.choice(caller.screen_id, activity)
    found = () if ballot is None or ballot.signed is None else (Counted(ballot.signed, ballot.counts),)
    return web.json_response(Told(found).as_json(), headers={"Cache-Control": "no-store"})


routes = [
    web.get("/api/v1/activities/{node_id}", allowed),
    web.post("/api/v1/votes/{node_id}", take_votes),
    web.post("/api/v1/notes/{node_id}", take_notes),
    web.post("/api/v1/choices/{node_id}", ask_choice),
]
