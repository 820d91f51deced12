"""The link: a WebSocket from each node. One task reads, one writes, one follows what changes for its screen."""

import asyncio
import json
from contextlib import suppress

from aiohttp import WSCloseCode, WSMsgType, web

from content.reading import BadDocument, Reader
from curator.health import LARGEST_HEALTH_BYTES, read_health
from curator.limits import Tries
from curator.links import LiveOrders, NewManifest, Outbox, WantPictures, standing
from curator.nodes import Caller
from curator.pictures import EVERY_MS
from curator.relay import Place
from curator.service import Service, service_of
from curator.web.doorman import site_of
from curator.web.node_api import caller_of
from curator.web.node_state import NodeState, node_state_of
from curator.web.problems import Problem
from curator.web.taking_part import taking_part_of
from curator.words import _
from kiosks.messages import read_from_screen
from kiosks.phone.socket import let_go
from kiosks.rooms import Allowance

HEARTBEAT_S = 20.0
SEND_S = 10.0
CLOSE_S = 2.0
LOOK_AGAIN_S = 60.0
"""Hints may be lost: the store is asked this often in any case."""
MESSAGES_A_MINUTE = 60
NEWS_A_MINUTE = 1_200
"""About sessions: a snapshot four times a second, and room for what a busy network held back."""


class _Over(Exception):
    """The link ends; `code` is what the node is told."""

    def __init__(self, code: WSCloseCode) -> None:
        super().__init__(code.name)
        self.code = code


async def link(request: web.Request) -> web.StreamResponse:
    """Stays open as long as the node is paired, reads and answers."""
    caller = await caller_of(request)
    state = node_state_of(request)
    socket = web.WebSocketResponse(
        heartbeat=HEARTBEAT_S, compress=False, max_msg_size=LARGEST_HEALTH_BYTES, timeout=CLOSE_S
    )
    if not socket.can_prepare(request):
        raise Problem(426, "websocket_wanted", _("This address speaks WebSocket only."))
    await socket.prepare(request)
    service = service_of(request)
    taking_part = taking_part_of(request)
    place = taking_part.relay.place(caller.screen_id)
    with state.links.joined(caller.node_id, caller.screen_id) as outbox:
        service.bus.publish(f"node:{caller.screen_id}/health")
        place.lost()
        place.site = site_of(request)
        taking_part.invite(place)
        code = await _talk(socket, service, state, caller, outbox, place)
    if not place.is_linked:
        place.lost()
    service.bus.publish(f"node:{caller.screen_id}/health")
    await socket.close(code=code, drain=False)
    let_go(request)
    return socket


async def _talk(
    socket: web.WebSocketResponse, service: Service, state: NodeState, caller: Caller, outbox: Outbox, place: Place
) -> WSCloseCode:
    code = WSCloseCode.GOING_AWAY
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_read(socket, service, state, caller, place), name="link reads")
            tasks.create_task(_write(socket, outbox), name="link writes")
            tasks.create_task(_follow(service, state, caller, outbox), name="link follows")
            tasks.create_task(_until_ended(outbox), name="link ends")
    except* _Over as overs:
        code = next(over.code for over in overs.exceptions if isinstance(over, _Over))
    except* (ConnectionError, TimeoutError):
        # The node is gone or does not read any more; it comes again by itself.
        code = WSCloseCode.ABNORMAL_CLOSURE
    return WSCloseCode.GOING_AWAY if code is WSCloseCode.ABNORMAL_CLOSURE else code


async def _read(
    socket: web.WebSocketResponse, service: Service, state: NodeState, caller: Caller, place: Place
) -> None:  # fmt: skip
    pace, news_pace = Tries(MESSAGES_A_MINUTE, 60_000), Allowance(NEWS_A_MINUTE)
    async for message in socket:
        now_ms = service.now()
        if message.type is not WSMsgType.TEXT:
            raise _Over(WSCloseCode.POLICY_VIOLATION)
        place.heard()
        try:
            reader = Reader.of_bytes(message.data.encode("utf-8", "replace"), limit_bytes=LARGEST_HEALTH_BYTES)
            news = read_from_screen(reader)
            if news is not None and news_pace.spend("", now_ms):
                place.hear(news)
                continue
            if news is not None or pace.wait_ms("", now_ms):
                raise _Over(WSCloseCode.POLICY_VIOLATION)
            pace.note("", now_ms)
            if reader.fields("type", others=True)["type"].text(most=50) == "health":
                await state.heard(service, caller, read_health(reader))
        except BadDocument:
            raise _Over(WSCloseCode.POLICY_VIOLATION) from None
    raise _Over(WSCloseCode.OK)


async def _write(socket: web.WebSocketResponse, outbox: Outbox) -> None:
    while True:
        message = await outbox.next()
        async with asyncio.timeout(SEND_S):
            await socket.send_str(json.dumps(message.as_json()))


async def _follow(service: Service, state: NodeState, caller: Caller, outbox: Outbox) -> None:
    told = None
    left_ms = state.pictures.wanted_ms(caller.screen_id, service.now())
    if left_ms:
        outbox.put(WantPictures(EVERY_MS, left_ms))
    with service.bus.listening(f"screen:{caller.screen_id}") as hints:
        while True:
            now = await service.store.read(lambda connection: standing(connection, caller.node_id, caller.screen_id))
            if not now.is_welcome:
                raise _Over(WSCloseCode.GOING_AWAY)
            if told is None or now.panic != told.panic:
                outbox.put(now.panic)
            if now.manifest_version and (told is None or now.manifest_version != told.manifest_version):
                outbox.put(NewManifest(now.manifest_version))
            if now.live != ("" if told is None else told.live):
                outbox.put(LiveOrders())
            told = now
            # Not wait_for: it loses a cancellation that comes together with a hint (Python 3.11).
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AGAIN_S):
                    await anext(hints)


async def _until_ended(outbox: Outbox) -> None:
    await outbox.ended.wait()
    raise _Over(WSCloseCode.GOING_AWAY)


routes = [web.get("/api/v1/link/{node_id}", link, allow_head=False)]
