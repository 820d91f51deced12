"""The WebSocket of a phone's page: what a visitor says goes to the room, the newest state goes to the phone.

A phone that is gone has its place for a while; one that floods is not heard, one that talks nonsense is hung up on.
The same for a service and for a screen that serves phones itself: what differs is the `Desk` they stand at.
"""

import asyncio
import json
from typing import Literal, Protocol

from aiohttp import WSCloseCode, WSMsgType, web

from content.reading import BadDocument
from kiosks.messages import (
    LARGEST_PHONE_BYTES,
    Begin,
    Here,
    Press,
    Report,
    Said,
    Steer,
    Tapped,
    Unknown,
    Vote,
    Write,
    read_phone,
)
from kiosks.phone.mailbox import Mailbox
from kiosks.rooms import Room
from kiosks.visits import Visit

HEARTBEAT_S = 10.0
SEND_S = 5.0
CLOSE_S = 1.0
PASS_OVER = 4001
"""The code with which a connection is closed whose pass is over: the phone says so and does not come again."""
MOST_BAD = 5
"""Messages that are none of ours before a phone is hung up on."""
MOST_TOO_FAST = 200
"""Messages beyond the pace before a phone is hung up on."""
MOST_SOCKETS = 400
"""Of one screen: everyone seated, and some that come again before their last connection is known to be gone."""

Cast = Literal["voted", "over", "busy"]
"""What became of a vote: it is stored, there is nothing to vote on any more, or it could not be stored."""


class Desk(Protocol):
    """Everyone at one screen, as whoever serves their phones has them."""

    @property
    def room(self) -> Room:
        """Who is here, and how often each may say something."""
        ...

    @property
    def phones(self) -> dict[str, Mailbox]:
        """What waits for each connected phone, by its pass."""
        ...

    def now(self) -> int:
        """UTC ms."""
        ...

    def state_text(self) -> str:
        """What every phone here is told, as JSON."""
        ...

    def say(self, visit: Visit, said: Tapped) -> None:
        """What a visitor wants goes to the screen while a session is on that has such a control."""
        ...

    async def begin(self, activity: str) -> None:
        """Has the screen begin, if it is free."""
        ...

    async def vote(self, visit: Visit, said: Vote) -> Cast:
        """Returns when a vote is stored, or is known not to be."""
        ...


class _Over(Exception):
    """The connection ends."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def new_socket() -> web.WebSocketResponse:
    """A WebSocket with the limits of a phone."""
    return web.WebSocketResponse(
        heartbeat=HEARTBEAT_S, compress=False, max_msg_size=LARGEST_PHONE_BYTES, timeout=CLOSE_S
    )


def has_room(desk: Desk, visit: Visit) -> bool:
    """Whether one more phone may be connected."""
    return len(desk.phones) < MOST_SOCKETS and desk.room.may_sit(visit, desk.now())


async def talk(request: web.Request, answer: web.WebSocketResponse, desk: Desk, visit: Visit) -> web.WebSocketResponse:
    """Stays open while the phone is there."""
    await answer.prepare(request)
    mailbox = _sit(desk, visit)
    code: int = WSCloseCode.GOING_AWAY
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_read(answer, desk, visit, mailbox), name="phone reads")
            tasks.create_task(_write(answer, mailbox), name="phone writes")
    except* _Over as overs:
        code = _code_of(overs)
    except* (ConnectionError, TimeoutError):
        code = WSCloseCode.GOING_AWAY
    finally:
        if desk.phones.get(visit.token) is mailbox:
            del desk.phones[visit.token]
            desk.room.visits.left(visit.token, desk.now())
    await answer.close(code=code, drain=False)
    let_go(request)
    return answer


def let_go(request: web.Request) -> None:
    """Ends the connection of somebody who does not take what was sent: closing alone would wait for them for ever."""
    transport = request.transport
    if isinstance(transport, asyncio.WriteTransport) and transport.get_write_buffer_size():
        transport.abort()


def _sit(desk: Desk, visit: Visit) -> Mailbox:
    """A mailbox for the phone; an older connection with the same pass ends."""
    older = desk.phones.get(visit.token)
    if older is not None:
        older.end()
    desk.room.visits.came(visit.token, desk.now())
    mailbox = desk.phones[visit.token] = Mailbox(desk.now())
    mailbox.put("state", desk.state_text())
    return mailbox


async def _read(answer: web.WebSocketResponse, desk: Desk, visit: Visit, mailbox: Mailbox) -> None:
    bad = too_fast = 0
    steered = (0, 0)
    async with asyncio.TaskGroup() as casting:
        async for message in answer:
            if message.type is not WSMsgType.TEXT:
                raise _Over(WSCloseCode.UNSUPPORTED_DATA)
            mailbox.heard_ms = now_ms = desk.now()
            if not desk.room.may_say(visit, now_ms):
                too_fast += 1
                if too_fast > MOST_TOO_FAST:
                    raise _Over(WSCloseCode.POLICY_VIOLATION)
                continue
            try:
                said = read_phone(message.data.encode("utf-8", "replace"))
            except BadDocument:
                bad += 1
                if bad > MOST_BAD:
                    raise _Over(WSCloseCode.POLICY_VIOLATION) from None
                continue
            _note(desk, visit, said, steered, now_ms)
            match said:
                case Steer() | Press():
                    steered = (said.x, said.y) if isinstance(said, Steer) else steered
                    desk.say(visit, said)
                case Vote():
                    casting.create_task(_vote(desk, visit, said, mailbox))
                case Begin(activity=activity):
                    await desk.begin(activity)
                case Here():
                    # The page knows by the answer that it is still connected.
                    mailbox.put("state", desk.state_text())
                case Write() | Report() | Unknown():
                    continue
    raise _Over(WSCloseCode.OK)


def _note(desk: Desk, visit: Visit, said: Said, steered: tuple[int, int], now_ms: int) -> None:
    """Notes a sign of life where a person did this; that it is there, and steers as before, a page says by itself."""
    match said:
        case Steer(x=x, y=y):
            is_by_hand = (x, y) != steered
        case Here(is_touched=is_touched):
            is_by_hand = is_touched
        case _:
            is_by_hand = not isinstance(said, Unknown)
    if is_by_hand and desk.room.visits.seen(visit.token, now_ms) is None:
        raise _Over(PASS_OVER)


async def _vote(desk: Desk, visit: Visit, said: Vote, mailbox: Mailbox) -> None:
    """Stores a vote, and tells the phone when it is stored, or that it is not."""
    result = await desk.vote(visit, said)
    told = {"type": "vote", "q": said.seq, "activity": said.activity, "option": said.option, "said": result}
    mailbox.put("vote", json.dumps(told))


async def _write(answer: web.WebSocketResponse, mailbox: Mailbox) -> None:
    while True:
        await mailbox.something.wait()
        mailbox.something.clear()
        if mailbox.is_ended:
            raise _Over(PASS_OVER if mailbox.is_over else WSCloseCode.GOING_AWAY)
        while mailbox.waiting:
            kind = next(iter(mailbox.waiting))
            async with asyncio.timeout(SEND_S):
                await answer.send_str(mailbox.waiting.pop(kind))


def _code_of(overs: BaseExceptionGroup[_Over]) -> int:
    for over in overs.exceptions:
        return _code_of(over) if isinstance(over, BaseExceptionGroup) else over.code
    return WSCloseCode.GOING_AWAY
