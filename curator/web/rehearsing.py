"""The page on which an activity is tried: pictures of a simulated screen come over a WebSocket, orders go back."""

import asyncio
import secrets

from aiohttp import WSCloseCode, WSMsgType, web

from content.language import LANGUAGES
from content.reading import BadDocument, Reader
from curator import activity_drafts, rehearsals
from curator.activities import Kept
from curator.activity_templates import TEMPLATES
from curator.authorisation import Action
from curator.rehearsals import NoRehearsal, Rehearsal, Rehearsals
from curator.service import service_of
from curator.web.doorman import WITH_A_FRAME, actor_of
from curator.web.pages import render
from curator.web.problems import Problem
from curator.words import N_
from kiosks.activities.statement import read_statement
from kiosks.rehearsals import LARGEST_ORDER_BYTES, LIFETIME_S, MOST_VISITORS, SIZES, Setting, read_order

REHEARSALS: web.AppKey[Rehearsals] = web.AppKey("rehearsals", Rehearsals)
SEND_S = 5.0
HEARTBEAT_S = 15.0
MOST_ORDERS_A_SECOND = 60
REFUSED, OVER = 4001, 4002
"""Codes with which the connection ends: it could not begin, and its time is over."""
FIRST_VISITORS = 40
BEHAVIOURS = {
    "together": N_("All agree"), "split": N_("Half and half"), "wander": N_("Each as they like"),
    "alone": N_("One alone"), "silent": N_("Nobody does anything"),
}  # fmt: skip
SHAPES = {"wide": N_("Landscape"), "upright": N_("Upright"), "small": N_("Few pixels")}
PARTS = {"attract": N_("Before"), "lobby": N_("Gathering"), "play": N_("Playing"), "result": N_("Result")}


class _Ended(Exception):
    """The connection ends with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


async def see(request: web.Request) -> web.StreamResponse:
    """The simulated screen, the phone beside it, and what can be changed about both."""
    actor = actor_of(request)
    kept, setting, refused = await setting_of(request)
    statement = None if setting is None else read_statement(Reader(setting.statement))
    wish = activity_drafts.wish_of(kept)
    answer = render(
        request, "activity_try.html", wide=True, status=200 if refused is None else 422, kept=kept, wish=wish,
        entry=TEMPLATES[kept.kind], statement=statement, refusal="" if refused is None else refused.told(),
        behaviours=BEHAVIOURS, shapes=SHAPES,
        parts=PARTS, sizes=SIZES, most_visitors=MOST_VISITORS, first_visitors=FIRST_VISITORS,
        minutes=LIFETIME_S // 60, seed=secrets.randbelow(1_000), may_ask=actor.may(Action.ASK, group=kept.group_id),
        languages=LANGUAGES,
    )  # fmt: skip
    answer.headers.update(WITH_A_FRAME)
    return answer


async def socket(request: web.Request) -> web.StreamResponse:
    """A rehearsal, as long as the page is open and its time is not over."""
    actor = actor_of(request)
    _kept, setting, refused = await setting_of(request)
    answer = web.WebSocketResponse(heartbeat=HEARTBEAT_S, max_msg_size=LARGEST_ORDER_BYTES, compress=False, timeout=1.0)
    if setting is None:
        raise Problem(422, "not_ready", "" if refused is None else refused.told())
    setting = await rehearsals.with_picture(setting, service_of(request).settings.files)
    await answer.prepare(request)
    try:
        async with request.app[REHEARSALS].begin(actor.account_id, setting) as rehearsal:
            code = await _carry(answer, rehearsal)
    except NoRehearsal as no:
        await answer.send_json({"refused": no.told()})
        code = REFUSED
    await answer.close(code=code, drain=False)
    return answer


async def setting_of(request: web.Request) -> tuple[Kept, Setting | None, NoRehearsal | None]:
    """What is to be tried; without a setting, why it cannot be. Raises Problem or NotAllowed."""
    actor, activity_id = actor_of(request), request.match_info["activity"]
    service = service_of(request)
    kept = await service.store.read(lambda connection: rehearsals.known(connection, activity_id, actor))
    if kept is None:
        raise Problem(404, "no_activity", NoRehearsal(N_("There is no such activity.")).told())
    now_ms = service.now()
    try:
        return kept, await service.store.read(lambda connection: rehearsals.setting_of(connection, kept, now_ms)), None
    except NoRehearsal as refused:
        return kept, None, refused


async def _carry(answer: web.WebSocketResponse, rehearsal: Rehearsal) -> int:
    code: int = WSCloseCode.GOING_AWAY
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_show(answer, rehearsal), name="rehearsal shows")
            tasks.create_task(_obey(answer, rehearsal), name="rehearsal obeys")
    except* _Ended as ended:
        code = next(one.code for one in ended.exceptions if isinstance(one, _Ended))
    except* (ConnectionError, TimeoutError):
        code = WSCloseCode.GOING_AWAY
    return code


async def _show(answer: web.WebSocketResponse, rehearsal: Rehearsal) -> None:
    async for shown in rehearsal.shown():
        async with asyncio.timeout(SEND_S):
            await answer.send_str(shown.state)
            await answer.send_bytes(shown.picture)
    raise _Ended(OVER)


async def _obey(answer: web.WebSocketResponse, rehearsal: Rehearsal) -> None:
    clock = asyncio.get_running_loop().time
    since, count = clock(), 0
    async for message in answer:
        if clock() - since >= 1:
            since, count = clock(), 0
        count += 1
        if message.type is not WSMsgType.TEXT or count > MOST_ORDERS_A_SECOND:
            raise _Ended(WSCloseCode.POLICY_VIOLATION)
        line = message.data.encode("utf-8", "replace")
        try:
            read_order(line)
        except BadDocument:
            raise _Ended(WSCloseCode.POLICY_VIOLATION) from None
        await rehearsal.order(line.replace(b"\n", b" "))
    raise _Ended(WSCloseCode.OK)


async def _end_all(app: web.Application) -> None:
    await app[REHEARSALS].end_all()


def attach(app: web.Application) -> None:
    """Gives the application its rehearsals; they end with it."""
    app[REHEARSALS] = Rehearsals()
    app.on_shutdown.append(_end_all)


routes = [
    web.get("/taking-part/{activity}/try", see),
    web.get("/taking-part/{activity}/try/socket", socket, allow_head=False),
]
