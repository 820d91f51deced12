"""Pages that move by themselves: server-sent events that say "look again", never what there is to see."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from aiohttp import web

from content.clock import monotonic_ns
from curator.service import service_of
from curator.web.doorman import actor_of
from curator.web.problems import Problem
from curator.words import _

MOST_TOPICS = 20
MOST_STREAMS = 16
"""How many streams one account may have open: a browser full of pages."""
BEAT_S = 15
LIFE_S = 300
"""After this long a stream ends and the page opens a new one: whoever is signed out meanwhile hears no more."""
KINDS = frozenset({"item", "group", "screen", "queue", "turns", "node", "programme", "webhook"})


STREAMS: web.AppKey["Counter[str]"] = web.AppKey("live_streams", Counter)
"""How many streams each account has open now."""


async def events(request: web.Request) -> web.StreamResponse:
    """`/live?topic=item:4k…&topic=queue`: an event named `changed` with the topic asked for, whenever it changed.

    A hint tells no more than that; the page then asks again for what its reader may see. Whose id one does not know is
    not told either: `topic=item:` hears that some item changed, never which.
    """
    actor = actor_of(request)
    topics = tuple(request.query.getall("topic", []))
    if not 1 <= len(topics) <= MOST_TOPICS or any(topic.partition(":")[0] not in KINDS for topic in topics):
        raise Problem(422, "bad_topic", _("These are not topics one can follow."))
    with _counted(request.app[STREAMS], actor.account_id):
        return await _tell(request, topics)


async def _tell(request: web.Request, topics: tuple[str, ...]) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    ends_ns = monotonic_ns() + LIFE_S * 1_000_000_000
    # A reader who leaves is no error: the page was closed.
    with service_of(request).bus.listening(*topics) as hints, suppress(ConnectionResetError):
        await response.write(b"retry: 2000\n\n")
        while monotonic_ns() < ends_ns:
            try:
                # Not wait_for: it loses a cancellation that comes together with a hint (Python 3.11).
                async with asyncio.timeout(BEAT_S):
                    hint = await anext(hints)
            except TimeoutError:
                await response.write(b": still here\n\n")
                continue
            for topic in topics:
                if hint.startswith(topic):
                    await response.write(f"event: changed\ndata: {topic}\n\n".encode())
    return response


@contextmanager
def _counted(streams: "Counter[str]", account_id: str) -> Iterator[None]:
    if streams[account_id] >= MOST_STREAMS:
        raise Problem(429, "too_many_streams", _("Too many pages of yours follow what changes. Close some of them."))
    streams[account_id] += 1
    try:
        yield
    finally:
        streams[account_id] -= 1
        if not streams[account_id]:
            del streams[account_id]
