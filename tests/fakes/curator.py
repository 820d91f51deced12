"""A small curator that speaks docs/node-protocol.md over real sockets, keeps everything it hears in plain attributes,
and misbehaves on request. It decides nothing about programmes: a test gives it sealed envelopes and files."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from content.canonical import Json
from content.clock import now_ms
from content.live import LiveNews
from content.signing import PAIRING, BadSignature, PublicKey, SigningKey, random_token

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
NODE = "node-1"


@dataclass
class FakeCurator:
    """Start it, tell it what to serve, look at what it heard."""

    key: SigningKey = field(default_factory=SigningKey.new)
    screen_id: str = "screen-1"
    screen_name: str = "Library window"
    expires_in_s: int = 900
    envelope: bytes | None = None
    files: dict[str, bytes] = field(default_factory=dict)
    live: LiveNews = field(default_factory=LiveNews)
    activities: list[Json] = field(default_factory=list)
    """What is allowed, as `GET /activities` says it."""
    backdrops: list[Json] = field(default_factory=list)
    """The approvals of pictures behind words, in the same answer."""
    votes: dict[tuple[str, str], int] = field(default_factory=dict)
    """Choices by activity and voter."""
    choice: Json = None
    """What could play next, as one of `activities`; None when no turn comes."""
    asked_choices: list[str] = field(default_factory=list)
    """Which activity each node asked a choice with."""
    counted: set[str] = field(default_factory=set)
    """Activities of which votes come too late."""
    notes: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    """What visitors set on the bells, by activity and writer."""
    busy_notes: int = 0
    """Answer that this is too much, so many times."""
    refuse_voters: set[str] = field(default_factory=set)
    """Refuse every batch with one of these."""
    swallow_votes: int = 0
    """Store, but break off before answering, so many times."""
    is_revoked: bool = False
    clock_offset_ms: int = 0
    cut_files_after: int | None = None
    """Break the connection after so many bytes of a file."""
    trickle_s: float = 0
    """Send files a byte at a time, with such a pause between."""
    wrong_files: set[str] = field(default_factory=set)
    token_answers: list[str] = field(default_factory=list)
    """Error codes to answer to the next token requests, whatever the state."""
    refuse_items: set[str] = field(default_factory=set)
    swallow_rows: int = 0
    """Store, but break off before acknowledging, so many batches."""

    tokens: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    public_keys: dict[str, PublicKey] = field(default_factory=dict)
    granted: set[str] = field(default_factory=set)
    rows: dict[tuple[str, int], list[Json]] = field(default_factory=dict)
    repeated_rows: int = 0
    health: list[dict[str, Json]] = field(default_factory=list)
    orders: dict[str, Json] = field(default_factory=dict)
    pictures: list[bytes] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    ranges: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    links: list[web.WebSocketResponse] = field(default_factory=list)
    port: int = 0
    _runner: web.AppRunner | None = None

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listens, on the same port as before if there was one."""
        app = web.Application(client_max_size=1 << 20, middlewares=[self._note])
        base = "/api/v1"
        app.router.add_post(f"{base}/pairing", self._offer)
        app.router.add_post(f"{base}/pairing/token", self._token)
        app.router.add_get(f"{base}/manifest/{{node}}", self._manifest)
        app.router.add_get(f"{base}/files/{{sha256}}", self._file)
        app.router.add_get(f"{base}/live/{{node}}", self._live)
        app.router.add_get(f"{base}/activities/{{node}}", self._activities)
        app.router.add_post(f"{base}/votes/{{node}}", self._votes)
        app.router.add_post(f"{base}/notes/{{node}}", self._notes)
        app.router.add_post(f"{base}/choices/{{node}}", self._choices)
        app.router.add_get(f"{base}/link/{{node}}", self._link)
        app.router.add_post(f"{base}/as-run/{{node}}", self._as_run)
        app.router.add_put(f"{base}/picture/{{node}}", self._picture)
        app.router.add_post(f"{base}/health/{{node}}", self._health)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Goes away; state stays."""
        for link in self.links:
            await link.close()
        self.links.clear()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def grant(self, user_code: str) -> None:
        """A technician enters the code."""
        self.granted.add(self.codes[user_code])

    def serve(self, envelope: bytes, *bodies: bytes) -> None:
        """From now on this manifest, and these files besides those already there."""
        self.envelope = envelope
        self.files |= {hashlib.sha256(body).hexdigest(): body for body in bodies}

    async def hint(self, message: Json) -> None:
        """Says something on every link."""
        for link in self.links:
            await link.send_str(json.dumps(message))

    # --- handlers ---------------------------------------------------------------------------------------------------

    @web.middleware
    async def _note(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        path = request.path.removeprefix("/api/v1")
        self.asked.append((request.method, path))
        if not path.startswith("/pairing") and not self._is_known(request):
            return problem(401, "unauthorized")
        answer = await handler(request)
        self.statuses.append(answer.status)
        return answer

    def _is_known(self, request: web.Request) -> bool:
        word, _, token = request.headers.get("Authorization", "").partition(" ")
        return word == "Bearer" and token in self.tokens and not self.is_revoked

    async def _offer(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        number = len(self.codes)
        user_code = f"BCDF-{'BCDFGHJKLMNPQRSTVWXZ'[number]}HJK"
        device_code = random_token()
        self.codes[user_code] = device_code
        self.public_keys[device_code] = PublicKey.of_text(body["public_key"])
        answer = {
            "device_code": device_code, "user_code": user_code, "verification_uri": f"{self.address}/pair",
            "expires_in_s": self.expires_in_s, "interval_s": 1,
        }  # fmt: skip
        return web.json_response(answer, status=201)

    async def _token(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        device_code = body["device_code"]
        if self.token_answers:
            return problem(400, self.token_answers.pop(0))
        if device_code not in self.public_keys:
            return problem(400, "expired_token")
        try:
            self.public_keys[device_code].verify(PAIRING, device_code.encode(), body["signature"])
        except BadSignature:
            return problem(400, "access_denied")
        if device_code not in self.granted:
            return problem(400, "authorization_pending")
        token = random_token()
        self.tokens[token] = NODE
        del self.public_keys[device_code]
        key = self.key.public
        return web.json_response(
            {
                "node_id": NODE,
                "token": token,
                "screen": {"id": self.screen_id, "name": self.screen_name},
                "keys": [{"key_id": key.key_id, "public_key": key.text}],
            }
        )

    async def _manifest(self, request: web.Request) -> web.StreamResponse:
        if self.envelope is None:
            return problem(404, "no_manifest")
        etag = f'"{hashlib.sha256(self.envelope).hexdigest()}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304)
        return web.Response(body=self.envelope, content_type="application/json", headers={"ETag": etag})

    async def _live(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(self.live.as_json())

    async def _activities(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"activities": self.activities, "backdrops": self.backdrops})

    async def _votes(self, request: web.Request) -> web.StreamResponse:
        rows = (await request.json())["votes"]
        if any(row[1] in self.refuse_voters for row in rows):
            return problem(422, "bad_row")
        self.votes |= {(row[0], row[1]): row[2] for row in rows}
        if self.swallow_votes:
            self.swallow_votes -= 1
            if request.transport is not None:
                request.transport.close()
        late = [place for place, row in enumerate(rows) if row[0] in self.counted]
        answer: dict[str, Json] = {"taken": len(rows) - len(late)}
        return web.json_response(answer | ({"late": [*late]} if late else {}))

    async def _notes(self, request: web.Request) -> web.StreamResponse:
        rows = (await request.json())["notes"]
        if self.busy_notes:
            self.busy_notes -= 1
            return problem(429, "too_many_notes")
        self.notes |= {(row[0], row[1]): row[2] for row in rows}
        return web.json_response({"taken": len(rows)})

    async def _choices(self, request: web.Request) -> web.StreamResponse:
        self.asked_choices.append((await request.json())["activity"])
        if self.choice is None:
            return web.json_response({"activities": []})
        if self.choice not in self.activities:
            self.activities.append(self.choice)
        return web.json_response({"activities": [self.choice]})

    async def _file(self, request: web.Request) -> web.StreamResponse:
        sha256 = request.match_info["sha256"]
        body = self.files.get(sha256)
        if body is None:
            return problem(404, "no_such_file")
        if sha256 in self.wrong_files:
            body = bytes(len(body))
        wanted = request.headers.get("Range", "")
        self.ranges.append(wanted)
        start = int(wanted.removeprefix("bytes=").partition("-")[0]) if wanted else 0
        answer = web.StreamResponse(status=206 if wanted else 200)
        if wanted:
            answer.headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
        answer.content_length = len(body) - start
        await answer.prepare(request)
        part = body[start:]
        if self.cut_files_after is not None and len(part) > self.cut_files_after:
            await answer.write(part[: self.cut_files_after])
            await asyncio.sleep(0)
            if request.transport is not None:
                request.transport.close()
            return answer
        while self.trickle_s:
            await answer.write(part[:1])
            part = part[1:]
            await asyncio.sleep(self.trickle_s)
        await answer.write(part)
        await answer.write_eof()
        return answer

    async def _link(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        self.links.append(socket)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self.health.append(json.loads(message.data))
        if socket in self.links:
            self.links.remove(socket)
        return socket

    async def _as_run(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if any(row[5] in self.refuse_items for row in body["rows"]):
            return problem(422, "bad_row")
        for row in body["rows"]:
            key = (body["epoch"], row[0])
            self.repeated_rows += key in self.rows
            self.rows.setdefault(key, row)
        if self.swallow_rows:
            self.swallow_rows -= 1
            if request.transport is not None:
                request.transport.close()
        return web.json_response({"acknowledged": body["rows"][-1][0]})

    async def _picture(self, request: web.Request) -> web.StreamResponse:
        self.pictures.append(await request.read())
        return web.Response(status=204)

    async def _health(self, request: web.Request) -> web.StreamResponse:
        self.health.append(await request.json())
        return web.json_response({"now_ms": now_ms() + self.clock_offset_ms} | self.orders)


def problem(status: int, code: str) -> web.Response:
    """An RFC 9457 answer."""
    return web.json_response(
        {"type": "about:blank", "status": status, "code": code}, status=status, content_type="application/problem+json"
    )
