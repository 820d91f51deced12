"""Activities tried on a simulated screen: a confined child process for each, few at once, and nothing of it is kept."""

import asyncio
import logging
import os
import struct
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from content.files import place_of
from content.media.confined import command_for, environment
from content.media.confinement import ALLOW_UNCONFINED, walls_here
from content.media.kernel_limits import CannotConfine
from content.reading import BadDocument
from curator import activities, activity_drafts, backdrops, groups, library, screens
from curator.activities import Kept
from curator.authorisation import Action, Actor, NotAllowed
from curator.rehearsed_phone import Standing, read_standing
from curator.store import Connection
from curator.tables import items
from curator.wishes import BadActivity
from curator.words import N_, Told, _
from kiosks.activities.poll import Question
from kiosks.activities.statement import Asked, Statement
from kiosks.activities.wall import Prompt
from kiosks.activities.wording import LONGEST_OPTION, Wording
from kiosks.rehearsals import LARGEST_BACKDROP_BYTES, LIFETIME_S, Setting

MODULE = "display_node.rehearsal"
"""The child: the service itself never has a screen's code in it."""
MOST_AT_ONCE = 4
MEMORY_BYTES = 600 << 20
CPU_S = LIFETIME_S // 2
LARGEST_PICTURE_BYTES = 2 << 20
LARGEST_STATE_BYTES = 16 << 10
SILENT_S = LIFETIME_S + 10.0
"""A child that says nothing for so long is dead; a picture that stands still says nothing either."""
NEXT_CHOICES = 3

log = logging.getLogger("curator.rehearsals")


class NoRehearsal(Told):
    """It cannot be tried just now, or not as it is; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture of the simulated screen, and how it stands, as JSON."""

    state: str
    picture: bytes


@dataclass(slots=True)
class Rehearsal:
    """A child process that is on, with its two pipes."""

    process: "subprocess.Popen[bytes]"
    out: asyncio.StreamReader
    into: asyncio.StreamWriter
    activity: str = ""
    standing: Standing | None = None
    """How it stood at the last picture, for the phone beside it."""

    async def shown(self) -> AsyncIterator[Shown]:
        """The pictures as they come, until it is over."""
        with suppress(asyncio.IncompleteReadError, TimeoutError):
            while True:
                async with asyncio.timeout(SILENT_S):
                    words, size = struct.unpack("!II", await self.out.readexactly(8))
                    if words > LARGEST_STATE_BYTES or size > LARGEST_PICTURE_BYTES:
                        log.warning("a rehearsal said too much at once")
                        return
                    state, picture = await self.out.readexactly(words), await self.out.readexactly(size)
                try:
                    self.standing = read_standing(state)
                except BadDocument as bad:
                    log.warning("a rehearsal said what cannot be read: %s", bad)
                    return
                yield Shown(state.decode("utf-8", "replace"), picture)

    async def order(self, line: bytes) -> None:
        """Tells it what somebody asks for (JSON on one line)."""
        await self.say(line + b"\n")

    async def say(self, said: bytes) -> None:
        """Tells it this, as it stands."""
        with suppress(ConnectionError):
            self.into.write(said)
            await self.into.drain()

    def tell(self, line: bytes) -> None:
        """The same for what is short and seldom enough that nobody has to wait for it."""
        with suppress(ConnectionError):
            self.into.write(line + b"\n")

    async def end(self) -> None:
        """Kills it."""
        self.process.kill()
        self.into.close()
        await asyncio.to_thread(self.process.wait)


@dataclass(slots=True)
class Seat:
    """What one person tries: one child at a time, however many of their pages ask. `asked` counts those."""

    asked: int = 0
    is_closed: bool = False
    taken: Rehearsal | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def fill(self) -> Rehearsal:
        """A new child, after the one before is gone. Raises NoRehearsal."""
        async with self.turn:
            await self._empty()
            if self.is_closed:
                raise NoRehearsal(N_("The service is being stopped. Try again in a few minutes."))
            self.taken = await _started()
            return self.taken

    async def leave(self, rehearsal: Rehearsal) -> None:
        """Ends this child; the seat may be another's already."""
        if self.taken is rehearsal:
            self.taken = None
        await rehearsal.end()

    async def close(self) -> None:
        """Ends the child, one that is being started too, and takes no other."""
        self.is_closed = True
        async with self.turn:
            await self._empty()

    async def _empty(self) -> None:
        if self.taken is not None:
            older, self.taken = self.taken, None
            await older.end()


@dataclass(slots=True)
class Rehearsals:
    """All that are on in this service: one of each person at most."""

    of: dict[str, "Seat"] = field(default_factory=dict)

    @asynccontextmanager
    async def begin(self, account_id: str, setting: Setting) -> AsyncIterator[Rehearsal]:
        """One for this person; an older one of theirs ends. Raises NoRehearsal."""
        seat = self.of.get(account_id)
        if seat is None:
            if len(self.of) >= MOST_AT_ONCE:
                raise NoRehearsal(N_("Others are trying something just now. Try again in a few minutes."))
            seat = self.of[account_id] = Seat()
        seat.asked += 1
        try:
            rehearsal = await seat.fill()
            rehearsal.activity = str(setting.statement.get("activity", ""))
            try:
                await rehearsal.say(setting.as_line())
                yield rehearsal
            finally:
                await seat.leave(rehearsal)
        finally:
            seat.asked -= 1
            if not seat.asked:
                del self.of[account_id]

    def on(self, account_id: str, activity: str) -> Rehearsal | None:
        """The rehearsal of this activity that this person has on just now."""
        seat = self.of.get(account_id)
        taken = None if seat is None else seat.taken
        return taken if taken is not None and taken.activity == activity else None

    async def end_all(self) -> None:
        """Ends those that are on; what waits for its turn is refused."""
        for seat in list(self.of.values()):
            await seat.close()


def known(connection: Connection, activity_id: str, by: Actor) -> Kept | None:
    """An activity for whoever may ask for its group, or decides about it once it was handed in. Raises NotAllowed."""
    kept = activities.get(connection, activity_id)
    may_decide = by.may(Action.DECIDE) and (kept is None or kept.state != "draft")
    if not (by.may(Action.ASK, group=kept.group_id if kept else None) or may_decide):
        raise NotAllowed(Action.ASK)
    return kept


def setting_of(connection: Connection, kept: Kept, now_ms: int) -> Setting:
    """What is tried of an activity, yet without the picture behind it (`with_picture`).

    Raises NoRehearsal, with what a draft still lacks.
    """
    try:
        asked, theme = asked_of(connection, kept)
        backdrop = _backdrop(connection, kept, now_ms)
    except BadActivity as bad:
        raise NoRehearsal(bad.sentence, **bad.values) from bad
    kind = kept.kind
    if kind == "next" and isinstance(asked, Prompt):
        kind, asked = "poll", _choice(connection, kept.group_id, asked)
    statement = Statement(
        kept.id, kind, asked, ("rehearsal",), 0, 1, kept.group_id, "rehearsal", 0, theme, None, backdrop
    )
    return Setting(statement.as_json(), _language(connection, kept))


async def with_picture(setting: Setting, files: Path) -> Setting:
    """The same with the bytes of its picture, out of the store in `files`; without, as on a screen that lacks it."""
    sha256 = setting.statement.get("backdrop")
    if not isinstance(sha256, str):
        return setting
    place = place_of(files, sha256)

    def read() -> bytes:
        return place.read_bytes() if place.stat().st_size <= LARGEST_BACKDROP_BYTES else b""

    try:
        return replace(setting, backdrop=await asyncio.to_thread(read))
    except OSError as error:
        log.warning("the picture %s cannot be read to be tried: %s", sha256[:12], error)
        return setting


def _backdrop(connection: Connection, kept: Kept, now_ms: int) -> str:
    """The hash of the picture behind the words as a screen would show it; of a draft, as it would be handed in."""
    if kept.state == "draft":
        found = activity_drafts.backdrop_of(connection, activity_drafts.wish_of(kept), (), now_ms)
        return "" if found is None else found.sha256
    is_shown = kept.backdrop is not None and backdrops.approval_of(connection, kept.backdrop, now_ms) is not None
    return kept.backdrop.sha256 if kept.backdrop is not None and is_shown else ""


def asked_of(connection: Connection, kept: Kept) -> tuple[Asked | None, str]:
    """What it asks, and its colours. Raises BadActivity, with what a draft still lacks."""
    if kept.state != "draft":
        return kept.asked, kept.theme
    wish, group = activity_drafts.wish_of(kept), groups.get(connection, kept.group_id)
    return activity_drafts.asked_of(connection, wish, group.name if group else ""), activity_drafts.theme_of(wish)


def _choice(connection: Connection, group_id: str, prompt: Prompt) -> Question:
    """A choice as it would stand on a screen: with items of the group where it has some."""
    own = [item.screen_title for item in library.playable_items(connection, items.c.group_id == group_id)]
    titles = list(dict.fromkeys(" ".join(title.split())[:LONGEST_OPTION] for title in own if title.strip()))
    spare = [_("An item"), _("Another item"), _("A third item")]
    options = tuple([*titles, *(one for one in spare if one not in titles)][:NEXT_CHOICES])
    also = None if prompt.also is None else Wording(prompt.also.language, prompt.also.question, options)
    return Question(prompt.question, options, prompt.asker, prompt.language, also=also)


def _language(connection: Connection, kept: Kept) -> str:
    """That of its first screen; otherwise of its words."""
    wanted = activity_drafts.wish_of(kept).screens if kept.state == "draft" else kept.screens
    found = next((screen.language for screen in screens.every(connection) if screen.id in wanted), "")
    return found or (kept.asked.language if kept.asked else "en")


async def _started() -> Rehearsal:
    loop = asyncio.get_running_loop()
    try:
        process = await asyncio.to_thread(_start)
    except (OSError, CannotConfine) as error:
        log.warning("a rehearsal cannot be started: %s", error)
        raise NoRehearsal(
            N_("This service cannot show a simulated screen. Its administrator finds why in the log.")
        ) from error
    assert process.stdout is not None  # noqa: S101 - started with pipes
    assert process.stdin is not None  # noqa: S101 - started with pipes
    out = asyncio.StreamReader(limit=LARGEST_PICTURE_BYTES)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(out), process.stdout)
    transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, process.stdin)
    return Rehearsal(process, out, asyncio.StreamWriter(transport, protocol, None, loop))


def _start() -> "subprocess.Popen[bytes]":
    walls = walls_here(allow_unconfined=os.environ.get(ALLOW_UNCONFINED) == "1")
    command = command_for(MODULE, walls, memory_bytes=MEMORY_BYTES, cpu_s=CPU_S)
    return subprocess.Popen(  # noqa: S603 - our own module, and words only by its pipe
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment()
    )
