"""From a request to an endpoint and back: who asks, how often, what was sent, what it is based on, what is told."""

import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from pydantic import BaseModel

from curator.api import kept
from curator.api.endpoint import Call, Endpoint
from curator.api.kept import Kept, Once
from curator.api.reading import JSON, LONGEST_KEY, bad_fields, read_body, read_query
from curator.links import Panic
from curator.not_decided import BadReason, NotDecided, Unseen
from curator.problem import Fault, Problem
from curator.service import service_of
from curator.store import Connection
from curator.web.bearers import count
from curator.web.doorman import address_of
from curator.web.node_state import node_state_of
from curator.web.pages import ACTOR
from curator.words import _

REPLAYED = "Idempotency-Replayed"
_KEY = re.compile(rf"[!-~]{{1,{LONGEST_KEY}}}")
_MARK = re.compile(r'"[^"]*"|\*')


@dataclass(frozen=True, slots=True)
class Brought:
    """What a request brought besides its address; a problem in it is told after the reader was let in."""

    query: BaseModel | None
    body: BaseModel | None
    key: str
    problem: Problem | None


@dataclass(frozen=True, slots=True)
class Answered:
    """What is told."""

    status: int
    body: str
    mark: str = ""
    is_replayed: bool = False


@dataclass(frozen=True, slots=True)
class TheHands:
    """What may be done once a change holds."""

    request: web.Request

    def black_out(self, screen_id: str, *, is_dark: bool, counter: int) -> None:
        """Tells a screen at once, and lets go of its picture."""
        state = node_state_of(self.request)
        state.links.tell(screen_id, Panic(is_dark, counter))
        state.pictures.drop(screen_id)

    def shut_out(self, screen_id: str, node_ids: list[str]) -> None:
        """These nodes of a screen are let in no more."""
        state = node_state_of(self.request)
        state.book.forget()
        state.pictures.drop(screen_id)
        for node_id in node_ids:
            state.links.end(node_id)

    def forget_screens(self) -> None:
        """Which screens there are has changed."""
        node_state_of(self.request).book.forget()


def handler_of(endpoint: Endpoint) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """What answers the requests for an endpoint."""

    async def handle(request: web.Request) -> web.StreamResponse:
        return await answer(endpoint, request)

    return handle


async def answer(endpoint: Endpoint, request: web.Request) -> web.StreamResponse:
    """Answers a request for an endpoint. Raises Problem and what the endpoint does."""
    service, actor = service_of(request), request.get(ACTOR)
    count(request, actor.account_id if actor else f"address {address_of(request)}")
    brought = await _brought(endpoint, request)
    call = Call(endpoint, service, None, actor, dict(request.match_info), service.now())  # type: ignore[arg-type]
    raw = await request.read() if brought.key and brought.problem is None else b""
    once = Once(actor.account_id, brought.key, kept.mark_of(request.method, request.path_qs, raw)) if (
        actor and brought.key
    ) else None  # fmt: skip

    def work(connection: Connection) -> Answered:
        call.connection = connection
        return _work(call, brought, request, once)

    try:
        async with _beforehand(call, brought, request, once):
            done = await (service.store.run(work) if endpoint.is_change else service.store.read(work))
    except NotDecided as refused:
        if isinstance(refused, Unseen):
            words = _("By the policy it is blurred until somebody asks to see it. Show it to them, then send “seen”.")
            raise Problem(409, "not_seen", words) from refused
        status = 422 if isinstance(refused, BadReason) else 409
        raise Problem(status, "not_decided", refused.told()) from refused
    for after in call.afterwards:
        after(TheHands(request))
    for topic in dict.fromkeys(call.topics):
        service.bus.publish(topic)
    return _told(endpoint, request, done)


@asynccontextmanager
async def _beforehand(call: Call, brought: Brought, request: web.Request, once: Once | None) -> AsyncIterator[None]:
    """What the endpoint does before its transaction: for whoever is let in, and not for what was done already."""
    endpoint = call.endpoint
    if endpoint.beforehand is None or brought.problem is not None:
        yield
        return

    def look(connection: Connection) -> tuple[list[Any], bool]:
        call.connection = connection
        if not endpoint.is_open:
            call.let_in()
        things = [endpoint.about(call)] if endpoint.about else []
        return things, once is not None and kept.found(connection, once, call.now_ms) is not None

    things, is_done = await call.service.store.read(look)
    if is_done:
        yield
        return
    async with endpoint.beforehand(request.app, call, *things, brought.body) as call.made:
        yield


async def _brought(endpoint: Endpoint, request: web.Request) -> Brought:
    has_key = endpoint.method == "POST" and kept.HEADER in request.headers
    key = request.headers[kept.HEADER] if has_key else ""
    try:
        if has_key and not _KEY.fullmatch(key):
            words = _("A key has 1 to %(most)s printable ASCII characters.", most=LONGEST_KEY)
            raise bad_fields([Fault(f"header {kept.HEADER}", words)])
        query = read_query(endpoint.query, request.query)
        body = await read_body(endpoint.body, request) if endpoint.body else None
    except (Problem, web.HTTPRequestEntityTooLarge) as problem:
        if not isinstance(problem, Problem):
            problem = Problem(413, "too_large", _("That is larger than what can be taken here."))
        return Brought(None, None, key, problem)
    return Brought(query, body, key, None)


def _work(call: Call, brought: Brought, request: web.Request, once: Once | None) -> Answered:
    endpoint, given = call.endpoint, dict[str, Any]()
    if not endpoint.is_open:
        call.let_in()
    things = [endpoint.about(call)] if endpoint.about else []
    if brought.problem:
        raise brought.problem
    if once and (before := kept.found(call.connection, once, call.now_ms)):
        return Answered(before.status, before.body, is_replayed=True)
    if endpoint.guard:
        _compare(request.headers.get("If-Match", ""), mark_of(_text(endpoint.guard(call, *things))))
    if brought.query is not None:
        given["query"] = brought.query
    if brought.body is not None:
        given["body"] = brought.body
    told = endpoint.work(call, *things, **given)
    if endpoint.asks is not None and not call.asked:
        raise RuntimeError(f"{endpoint.name} did not ask whether it may {endpoint.asks}")
    body = _text(told) if told is not None else ""
    if once:
        again = _text(told.model_copy(update={endpoint.told_once: ""})) if endpoint.told_once else body
        kept.keep(call.connection, once, Kept(endpoint.status, again), call.now_ms)
    return Answered(endpoint.status, body, mark_of(body) if endpoint.has_mark and body else "")


def _text(told: BaseModel) -> str:
    return told.model_dump_json()


def mark_of(body: str) -> str:
    """The mark (ETag) of what is told: another one whenever a byte of it is another."""
    return f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'


def _compare(given: str, now: str) -> None:
    if not given:
        raise Problem(
            428, "mark_needed",
            _("Say what your change is based on: send the ETag you were given as If-Match."), headers={"ETag": now},
        )  # fmt: skip
    marks = _MARK.findall(given)
    if "*" not in marks and now not in marks:
        raise Problem(
            412, "changed_meanwhile", _("It was changed meanwhile. Read it again and repeat your change."),
            headers={"ETag": now},
        )  # fmt: skip


def _told(endpoint: Endpoint, request: web.Request, done: Answered) -> web.StreamResponse:
    headers = {"Cache-Control": "no-store" if not done.mark else "private, no-cache"}
    if done.mark:
        headers["ETag"] = done.mark
        if not endpoint.is_change and done.mark in _MARK.findall(request.headers.get("If-None-Match", "")):
            return web.Response(status=304, headers=headers)
    if done.is_replayed:
        headers[REPLAYED] = "true"
    if not done.body:
        return web.Response(status=done.status, headers=headers)
    return web.Response(
        status=done.status, body=done.body.encode(), content_type=JSON, charset="utf-8", headers=headers
    )
