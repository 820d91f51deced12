"""The agent's end of the island: what its process says about visitors on the screen's own network, and what it is told.

The process is a stranger's first step: what it says is read with care and bounded, and when it goes its visitors go.
"""

import asyncio
from contextlib import suppress

from content.clock import monotonic_ns
from content.reading import BadDocument
from display_node.agent.inviting import NOTHING, Invitations
from display_node.agent.local import MOST_HERE, Local, LocalVisitor
from display_node.agent.state import State
from display_node.agent.waiting import Group
from display_node.island.messages import (
    LONGEST_LINE_BYTES,
    Came,
    Cast,
    Code,
    Kept,
    Left,
    Offer,
    Refused,
    Standing,
    ToIsland,
    Votes,
    Wish,
    encode,
    read_for_agent,
)
from display_node.outgoing import Outgoing
from kiosks.messages import FromScreen, Invite, Press, Session, Steer, Tap, Taps, Vote
from kiosks.visits import Visit

STANDING_EVERY_S = 1.0
"""How the screen stands is told at most so often, however many vote."""
MOST_WAITING = 400
"""Messages that wait for the process before it is hung up on."""


class Island:
    """Listens for the island's process: one at a time, the newest."""

    def __init__(self, state: State, local: Local, invitations: Invitations, address: str) -> None:
        """Nobody is on the island, whose page phones of that network open at `address`."""
        self._address = address
        self._state, self._local, self._invitations = state, local, invitations
        self._visitors: dict[int, LocalVisitor] = {}
        self._outgoing = Outgoing(MOST_WAITING)
        self._current: asyncio.Task[None] | None = None
        self._stood: Standing | None = None
        self._voted_ns = -int(STANDING_EVERY_S * 1e9)
        """When votes had that told last."""

    async def stay(self) -> None:
        """Listens for ever."""
        path = self._state.folder.island_socket
        await asyncio.to_thread(path.unlink, missing_ok=True)
        # Its folder is the screen's alone.
        server = await asyncio.start_unix_server(self._met, path, limit=LONGEST_LINE_BYTES)
        async with server:
            await server.serve_forever()

    async def _met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        older, self._current = self._current, asyncio.current_task()
        if older is not None:
            older.cancel()
            with suppress(asyncio.CancelledError):
                await older
        stop = self._local.listen(self._tell_news)
        self._state.is_island_there = True
        self._tell_running()
        try:
            async with Group() as both:
                both.create_task(self._listen(reader), name="island listens")
                both.create_task(self._outgoing.send(writer), name="island speaks")
                both.create_task(self._keep_telling(), name="island stands")
        except* (OSError, TimeoutError, BadDocument):
            # It is gone, or says nothing sensible: the supervisor starts it again.
            pass
        finally:
            stop()
            self._outgoing.clear()
            for visitor in self._visitors.values():
                self._local.leave(visitor)
            self._visitors.clear()
            self._invitations.invite(NOTHING, is_curators=False)
            writer.close()
            if self._current is asyncio.current_task():
                self._current = None
                self._state.is_island_there = False

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        while True:
            try:
                line = await reader.readline()
            except ValueError as error:
                raise BadDocument("$", "a line is too long") from error
            if not line:
                raise ConnectionError("closed")
            match read_for_agent(line):
                case Came(number, colour, animal, token):
                    self._came(number, colour, animal, token)
                case Left(number):
                    if (gone := self._visitors.pop(number, None)) is not None:
                        self._local.leave(gone)
                case Wish(activity):
                    self._wish(activity)
                case Votes(rows):
                    await self._keep(rows)
                case Taps(session=session, rows=taps) if session == self._local.running_session():
                    for tap in taps:
                        self._tap(tap)
                case Code(text):
                    self._invitations.invite(self._invitation(text), is_curators=False)
                case _:
                    continue

    def _invitation(self, code: str) -> Invite:
        """What the screen says about a code: no other words of that process get there."""
        host = self._address.partition("://")[2]
        return Invite(f"{self._address}/J/{code}".upper(), f"{host}/j", code) if code else NOTHING

    def _came(self, number: int, colour: str, animal: str, token: str) -> None:
        if number in self._visitors or len(self._visitors) >= MOST_HERE:
            return
        visitor = self._local.come(Visit(token, number, colour, animal, 0, 0))
        if visitor is not None:
            self._visitors[number] = visitor

    def _wish(self, activity: str) -> None:
        # A screen begins nothing for whoever is not here.
        why = self._local.begin(activity) if self._visitors else "unknown"
        if why:
            self._tell(Refused(activity, why))

    def _tap(self, tap: Tap) -> None:
        visitor = self._visitors.get(tap.visitor)
        if visitor is None or tap.kind == "vote":
            return
        said = Press(tap.seq, tap.value) if tap.kind == "press" else Steer(tap.seq, tap.value, tap.y)
        self._local.tap(visitor, said)

    async def _keep(self, rows: tuple[Cast, ...]) -> None:
        known = [(one, self._visitors[one.number]) for one in rows if one.number in self._visitors]
        outcomes = await self._local.vote_all(
            [(visitor, Vote(one.seq, one.option, one.activity)) for one, visitor in known]
        )
        self._tell(Kept(tuple((one.id, outcome) for (one, _), outcome in zip(known, outcomes, strict=True))))
        now_ns = monotonic_ns()
        if now_ns - self._voted_ns >= STANDING_EVERY_S * 1e9:
            self._voted_ns = now_ns
            self._stand()

    # --- to the process ----------------------------------------------------------------------------------------------

    async def _keep_telling(self) -> None:
        self._stood = None
        while True:
            self._stand()
            await asyncio.sleep(STANDING_EVERY_S)

    def _stand(self) -> None:
        """Tells how the screen stands where that is news."""
        now = self._standing()
        if now != self._stood:
            self._tell(now)
            self._stood = now

    def _standing(self) -> Standing:
        screen = None if self._state.current is None else self._state.current.manifest.screen
        offers = tuple(
            Offer(
                one.known.statement.activity, one.known.statement.kind, one.known.statement.question, one.counts,
                one.is_open,
            )
            for one in self._local.known()
        )  # fmt: skip
        language = self._state.language or ("" if screen is None else screen.language) or "en"
        return Standing(self._state.identity.screen_name, language, not self._state.is_linked, offers)

    def _tell_running(self) -> None:
        session = self._local.running_session()
        if session:
            self._tell(Session(session, "on", "", 0, 0, self._local.running()))

    def _tell_news(self, news: FromScreen) -> None:
        self._tell(news)

    def _tell(self, message: ToIsland) -> None:
        self._outgoing.put(encode(message))
