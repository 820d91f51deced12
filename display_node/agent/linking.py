"""The one outgoing WebSocket: hears hints (a newer manifest, somebody looks, panic) and says how we are."""

import asyncio
import json
from collections.abc import Callable

import aiohttp

from content.canonical import Json
from content.reading import BadDocument
from display_node.agent.answers import Look, NewManifest, read_hint
from display_node.agent.curator import CuratorAway, CuratorRefuses, NotWelcome
from display_node.agent.identity import PanicState, write_panic
from display_node.agent.known_activities import KnownActivities
from display_node.agent.player import Player
from display_node.agent.sessions import Sessions
from display_node.agent.state import State, woken
from display_node.agent.waiting import Backoff, Group, pause
from display_node.config import LARGEST_PICTURE_BYTES
from display_node.messages import Panic, PictureTaken, TakePictures
from kiosks.messages import Finish, Invite, Pattern, Show, Start, Taps

HEARTBEAT_S = 1.2
"""A player says how it is once a second; a little more, and one has surely come."""


class Link:
    """Keeps the WebSocket up and does what it says."""

    def __init__(
        self, state: State, player: Player, sessions: Sessions, known: KnownActivities,
        health: Callable[[], dict[str, Json]],
    ) -> None:  # fmt: skip
        """`health` gives the health document of this moment."""
        self._sessions, self._known = sessions, known
        self._state = state
        self._player = player
        self._health = health
        self._picture_waits = asyncio.Event()
        self._obeyed = asyncio.Event()

    async def stay(self) -> None:
        """Stays linked for ever while the screen is paired."""
        backoff = Backoff(f"{self._state.seed} link", self._state.pace.first_retry_s, 60.0)
        while True:
            await self._state.paired.wait()
            try:
                async with self._state.curator().link() as socket:
                    self._state.is_linked = True
                    backoff.succeeded()
                    self._state.poll_wake.set()
                    self._state.live_wake.set()
                    self._known.wake.set()
                    self._sessions.linked()
                    await self._talk(socket)
            except* (CuratorAway, NotWelcome, CuratorRefuses, BadDocument, aiohttp.ClientError, ConnectionError):
                pass
            finally:
                self._state.is_linked = False
                self._sessions.unlinked()
            await pause(backoff.after_failure_s())

    async def _talk(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async with Group() as both:
            speaking = both.create_task(self._speak(socket), name="link speaks")
            telling = both.create_task(self._tell(socket), name="link tells of sessions")
            await self._listen(socket)
            speaking.cancel()
            telling.cancel()

    async def _speak(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        while not socket.closed:
            await socket.send_str(json.dumps({"type": "health"} | self._health()))
            await woken(self._obeyed, self._state.pace.health_s)
            # What is said is what the player last reported; its next heartbeat tells of the black.
            await asyncio.sleep(HEARTBEAT_S)

    async def _tell(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        while not socket.closed:
            await socket.send_str(json.dumps((await self._sessions.news()).as_json()))

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                raise BadDocument("$", "the link speaks text only")
            match read_hint(message.data.encode("utf-8", "surrogatepass")):
                case NewManifest():
                    self._state.poll_wake.set()
                case Look(every_ms, for_ms):
                    self._player.say(TakePictures(str(self._state.folder.picture), every_ms, for_ms))
                case PanicState() as order:
                    await self.obey(order)
                case Invite() | Start() | Taps() | Show() | Pattern() | Finish() as said:
                    self._sessions.hear(said)
                case "live":
                    self._state.live_wake.set()
                case "activities":
                    self._known.wake.set()
                case _:
                    continue

    async def obey(self, order: PanicState) -> None:
        """The highest counter wins; black first, then the record of it, then word to the curator that it is so."""
        if order.counter <= self._state.panic.counter:
            return
        self._state.panic = order
        self._player.say(Panic(order.on))
        await asyncio.to_thread(write_panic, self._state.folder, order)
        self._obeyed.set()

    def picture_taken(self, message: PictureTaken) -> None:
        """The player wrote a picture. One that comes while another is on its way is dropped."""
        if message.path == str(self._state.folder.picture):
            self._picture_waits.set()

    async def send_pictures(self) -> None:
        """Sends each new picture on, for ever."""
        while True:
            await self._picture_waits.wait()
            self._picture_waits.clear()
            try:
                jpeg = await asyncio.to_thread(self._read_picture)
                if jpeg:
                    await self._state.curator().send_picture(jpeg)
            except (CuratorAway, CuratorRefuses, NotWelcome, OSError):
                # Only the newest picture is worth anything: nothing is sent twice.
                continue

    def _read_picture(self) -> bytes:
        with self._state.folder.picture.open("rb") as stream:
            jpeg = stream.read(LARGEST_PICTURE_BYTES + 1)
        return jpeg if len(jpeg) <= LARGEST_PICTURE_BYTES else b""
