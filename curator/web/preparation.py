"""What people may do with a preparation from an item's page: stop it, have it tried again, have it done first."""

from typing import Protocol

from aiohttp import web

from curator import library, steering
from curator.authorisation import Action
from curator.library import Version
from curator.receiving import JOBS_TOPIC, TURNS_TOPIC
from curator.service import service_of
from curator.store import Connection
from curator.web.doorman import allowed
from curator.web.forms import read_form
from curator.web.library import the_item
from curator.web.problems import not_found


class _Change(Protocol):
    def __call__(self, connection: Connection, version: Version, *, now_ms: int, by: str | None) -> None: ...


async def _steer(request: web.Request, action: Action, change: _Change) -> web.StreamResponse:
    """Does `change` to the version that the form names (or the newest), if the reader may; back to the item's page."""
    item = await the_item(request)
    wanted = (await read_form(request)).text("version", most=32)
    version = item.version(wanted or item.newest.id)
    if version is None:
        raise not_found()
    actor = allowed(request, action, group=item.group_id, made_by=version.created_by)
    service = service_of(request)
    now_ms = service.now()

    def steer(connection: Connection) -> None:
        fresh = library.version(connection, version.id)
        if fresh is not None:
            change(connection, fresh, now_ms=now_ms, by=actor.account_id)

    await service.store.run(steer)
    for topic in (f"item:{item.id}", f"group:{item.group_id}", TURNS_TOPIC, JOBS_TOPIC):
        service.bus.publish(topic)
    raise web.HTTPSeeOther(f"/items/{item.id}")


async def stop(request: web.Request) -> web.StreamResponse:
    """Stops the preparation of a version."""
    return await _steer(request, Action.STEER_PREPARATION, steering.stop)


async def repeat(request: web.Request) -> web.StreamResponse:
    """Has a version that could not be prepared tried again."""
    return await _steer(request, Action.STEER_PREPARATION, steering.repeat)


async def hasten(request: web.Request) -> web.StreamResponse:
    """Has a version prepared before others."""
    return await _steer(request, Action.PREPARE_FIRST, steering.hasten)


routes = [
    web.post("/items/{item}/preparation/stop", stop),
    web.post("/items/{item}/preparation/again", repeat),
    web.post("/items/{item}/preparation/first", hasten),
]
