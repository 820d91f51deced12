"""What nodes ask by HTTP (docs/node-protocol.md): pairing, manifest, files, records, picture, health."""

import asyncio
from dataclasses import replace
from http import HTTPStatus

from aiohttp import web

from content.files import place_of
from content.live import LiveNews
from content.reading import BadDocument, Reader
from content.signing import BadSignature, PublicKey
from curator import backdrops, health, links, live_orders, pairing, pictures, records, sealed, take_downs, tickers
from curator.nodes import Caller
from curator.service import service_of
from curator.store import Connection
from curator.web.doorman import address_of, site_of
from curator.web.node_state import node_state_of
from curator.web.problems import Problem, not_found
from curator.words import _

BODY_SECONDS = 60.0
LARGEST_PAIRING_BYTES = 4 << 10
LONGEST_SECRET = 200
LARGE_BODY_BYTES = 16 << 10
"""A body beyond this is compressed in a thread."""
BEARER = "bearer "


async def caller_of(request: web.Request) -> Caller:
    """Whose bearer token this is, and whose own address; raises a Problem of 401 or 404."""
    header = request.headers.get("Authorization", "")
    token = header[len(BEARER) :].strip() if header.lower().startswith(BEARER) else ""
    caller = await node_state_of(request).book.caller(token) if 0 < len(token) <= LONGEST_SECRET else None
    if caller is None:
        raise Problem(401, "not_paired", _("This node is not paired here, or no longer. Pair it again."))
    if request.match_info.get("node_id", caller.node_id) != caller.node_id:
        raise not_found()
    return caller


async def read_body(request: web.Request, limit_bytes: int) -> bytes:
    """The body of a request, of at most `limit_bytes`; raises a Problem of 408, 413 or 415."""
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise Problem(415, "compressed", _("Send the body without compression."))
    too_large = Problem(413, "too_large", _("That is larger than what can be taken here."))
    if (request.content_length or 0) > limit_bytes:
        raise too_large
    parts = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.content.iter_chunked(64 << 10):
                parts += part
                if len(parts) > limit_bytes:
                    raise too_large
    except TimeoutError:
        raise Problem(408, "too_slow", _("The body took too long to arrive. Send it again.")) from None
    return bytes(parts)


# --- pairing ---------------------------------------------------------------------------------------------------------


async def offer(request: web.Request) -> web.StreamResponse:
    """A code for a node that wants to be paired."""
    service = service_of(request)
    fields = Reader.of_bytes(await read_body(request, LARGEST_PAIRING_BYTES), limit_bytes=LARGEST_PAIRING_BYTES).fields(
        "public_key", "software", others=True
    )
    software = fields["software"].text(most=pairing.LONGEST_SOFTWARE)
    try:
        key = PublicKey.of_text(fields["public_key"].text(most=64))
    except BadSignature as error:
        raise BadDocument("$.public_key", str(error)) from error
    now_ms, tries, address = service.now(), node_state_of(request).offers, address_of(request)
    busy = Problem(429, "slow_down", _("Too many screens ask to be paired at once. Wait some minutes and try again."))
    if tries.wait_ms(address, now_ms):
        raise busy
    tries.note(address, now_ms)
    life_ms = service.settings.pairing_minutes * 60_000
    try:
        made = await service.store.run(
            lambda connection: pairing.offer(
                connection, public_key=key, software=software, now_ms=now_ms, life_ms=life_ms
            )
        )
    except pairing.TooManyWaiting:
        raise busy from None
    return _json(
        {
            "device_code": made.device_code, "user_code": made.user_code,
            "verification_uri": site_of(request) + "/pair", "expires_in_s": life_ms // 1000,
            "interval_s": pairing.INTERVAL_MS // 1000,
        },
        status=HTTPStatus.CREATED,
    )  # fmt: skip


async def token(request: web.Request) -> web.StreamResponse:
    """The end of a pairing, or how it stands."""
    service = service_of(request)
    fields = Reader.of_bytes(await read_body(request, LARGEST_PAIRING_BYTES), limit_bytes=LARGEST_PAIRING_BYTES).fields(
        "device_code", "signature", others=True
    )
    device_code = fields["device_code"].text(most=LONGEST_SECRET)
    signature = fields["signature"].text(most=LONGEST_SECRET)
    now_ms = service.now()
    try:
        await service.store.read(
            lambda connection: pairing.refuse_ended(connection, device_code, signature, now_ms=now_ms)
        )
        grant = await service.store.run(lambda connection: pairing.claim(connection, device_code, now_ms=now_ms))
    except pairing.NotYet as not_yet:
        raise Problem(400, not_yet.answer.value, _sentence(not_yet.answer)) from None
    if grant is None:
        raise Problem(400, pairing.Answer.PENDING.value, _sentence(pairing.Answer.PENDING))
    state = node_state_of(request)
    state.book.forget()
    state.pictures.drop(grant.screen_id)
    for node_id in grant.shut_out:
        state.links.end(node_id)
    service.bus.publish(f"screen:{grant.screen_id}")
    key = service.key.public
    return _json(
        {
            "node_id": grant.node_id, "token": grant.token,
            "screen": {"id": grant.screen_id, "name": grant.screen_name},
            "keys": [{"key_id": key.key_id, "public_key": key.text}],
        }
    )  # fmt: skip


def _sentence(answer: pairing.Answer) -> str:
    return {
        pairing.Answer.PENDING: _("Nobody has entered the code yet. Go on asking."),
        pairing.Answer.SLOW_DOWN: _("That was asked too soon. Ask less often."),
        pairing.Answer.EXPIRED: _("This code is over. Ask for a new one."),
        pairing.Answer.DENIED: _("This pairing was refused."),
    }[answer]


# --- programme -------------------------------------------------------------------------------------------------------


async def manifest(request: web.Request) -> web.StreamResponse:
    """The newest sealed manifest of the node's screen."""
    caller = await caller_of(request)
    held = frozenset(etag.value for etag in request.if_none_match or ())
    service = service_of(request)
    found, is_untold = await service.store.read(
        lambda connection: (
            sealed.newest(connection, caller.screen_id, held=held),
            take_downs.is_untold(connection, caller.screen_id),
        )
    )
    if found is None:
        raise Problem(404, "no_manifest", _("Nothing is programmed for this screen yet."))
    if is_untold:
        version, now_ms = found.version, service.now()
        await service.store.run(
            lambda connection: take_downs.told(connection, caller.screen_id, version, now_ms=now_ms)
        )
    headers = {"ETag": f'"{found.etag}"', "Cache-Control": "private, no-cache"}
    if found.envelope is None:
        return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    headers["Vary"] = "Accept-Encoding"
    answer = web.Response(
        body=found.envelope, content_type="application/json", headers=headers, zlib_executor_size=LARGE_BODY_BYTES
    )
    answer.enable_compression()  # a tenth of the size: many screens are on a mobile network
    return answer


async def live(request: web.Request) -> web.StreamResponse:
    """The signed orders above the programme of the node's screen, with approvals and files, and its tickers."""
    caller = await caller_of(request)
    service = service_of(request)
    now_ms = service.now()

    def look(connection: Connection) -> LiveNews:
        news = live_orders.of_screen(connection, service.key, caller.screen_id, now_ms)
        return replace(news, tickers=tickers.of_screen(connection, caller.screen_id, now_ms))

    return _json((await service.store.read(look)).as_json())


async def file(request: web.Request) -> web.StreamResponse:
    """A file that the node's manifest needs, approved now; honours Range."""
    caller = await caller_of(request)
    service, sha256 = service_of(request), request.match_info["sha256"]
    now_ms = service.now()
    allowed = await service.store.read(
        lambda connection: sealed.allowed_file(
            connection, caller.screen_id, sha256,
            is_ordered=live_orders.needs_file(connection, caller.screen_id, sha256, now_ms)
            or backdrops.needs_file(connection, caller.screen_id, sha256, now_ms),
        )
    )  # fmt: skip
    if allowed is None:
        raise not_found()
    place = place_of(service.settings.files, allowed.sha256)
    if not await asyncio.to_thread(place.is_file):
        raise Problem(503, "file_missing", _("This file is missing from the store. It has been noted."))
    return web.FileResponse(place, headers={"Content-Type": allowed.media_type, "Cache-Control": "private, no-cache"})


# --- records ---------------------------------------------------------------------------------------------------------


async def as_run(request: web.Request) -> web.StreamResponse:
    """Stores what was really shown, durably, before it is acknowledged."""
    caller = await caller_of(request)
    service = service_of(request)
    batch = records.read_batch(await read_body(request, records.LARGEST_BATCH_BYTES))
    now_ms = service.now()
    acknowledged = await service.store.run(
        lambda connection: records.store(connection, caller.node_id, caller.screen_id, batch, now_ms=now_ms)
    )
    service.bus.publish(f"node:{caller.screen_id}/shown")
    return _json({"acknowledged": acknowledged})


async def picture(request: web.Request) -> web.StreamResponse:
    """Keeps the newest picture of the screen, in memory."""
    caller = await caller_of(request)
    body = await read_body(request, pictures.LARGEST_PICTURE_BYTES)
    if not pictures.is_jpeg(body):
        raise Problem(422, "not_a_jpeg", _("A picture of a screen is a JPEG."))
    taken = pictures.Picture(body, service_of(request).now())
    node_state_of(request).pictures.put(caller.screen_id, taken)
    return web.Response(status=HTTPStatus.NO_CONTENT)


async def report(request: web.Request) -> web.StreamResponse:
    """Takes the health document; tells the time, and whether the screen is to be dark, for nodes without a link."""
    caller = await caller_of(request)
    service = service_of(request)
    body = await read_body(request, health.LARGEST_HEALTH_BYTES)
    said = health.read_health(Reader.of_bytes(body, limit_bytes=health.LARGEST_HEALTH_BYTES))
    await node_state_of(request).heard(service, caller, said)
    now = await service.store.read(lambda connection: links.standing(connection, caller.node_id, caller.screen_id))
    return _json({"now_ms": service.now(), "panic": {"on": now.panic.on, "counter": now.panic.counter}})


def _json(document: object, *, status: int = HTTPStatus.OK) -> web.Response:
    return web.json_response(document, status=status, headers={"Cache-Control": "no-store"})


routes = [
    web.get("/api/v1/manifest/{node_id}", manifest),
    web.get("/api/v1/live/{node_id}", live),
    web.get("/api/v1/files/{sha256}", file),
    web.post("/api/v1/as-run/{node_id}", as_run),
    web.put("/api/v1/picture/{node_id}", picture),
    web.post("/api/v1/health/{node_id}", report),
    web.post("/api/v1/pairing", offer),
    web.post("/api/v1/pairing/token", token),
]
