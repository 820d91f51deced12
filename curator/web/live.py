"""Pages that move by themselves: server-sent events that say "look again", never what there is to see."""

import asyncio
from contextlib import suppress

from aiohttp import web

from curator.service import service_of
from curator.web.doorman import actor_of
from curator.web.problems import Problem
from curator.words import _

MOST_TOPICS = 20
BEAT_S = 15
KINDS = frozenset({"item", "group", "screen", "queue", "node", "programme"})


async def events(request: web.Request) -> web.StreamResponse:
    """`/live?topic=item:4k…&topic=queue`: an event named `changed` with the topic, whenever something about it changed.

    A hint tells no more than that; the page then asks again for what its reader may see.
    """
    actor_of(request)
    topics = tuple(request.query.getall("topic", []))
    if not 1 <= len(topics) <= MOST_TOPICS or any(topic.partition(":")[0] not in KINDS for topic in topics):
        raise Problem(422, "bad_topic", _("These are not topics one can follow."))
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    # A reader who leaves is no error: the page was closed.
    with service_of(request).bus.listening(*topics) as hints, suppress(ConnectionResetError):
        await response.write(b"retry: 2000\n\n")
        while True:
            try:
                # Not wait_for: it loses a cancellation that comes together with a hint (Python 3.11).
                async with asyncio.timeout(BEAT_S):
                    hint = await anext(hints)
            except TimeoutError:
                await response.write(b": still here\n\n")
                continue
            await response.write(f"event: changed\ndata: {hint}\n\n".encode())
    return response
