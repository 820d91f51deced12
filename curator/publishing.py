"""Publishing: keeps every screen's newest manifest true to what people decided. The only writer of manifests.

A screen is published anew when something its manifest is made from differs, or when less than `plan_days` - 2 days of
programme are left. What goes wrong with one screen is told on its page and stops no other.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field

import sqlalchemy as sa
from aiohttp import web

from content.reading import BadDocument
from curator import audit, revisions, screens
from curator.manifest_store import Overtaken, Record, epoch_of, next_version, record_of, store_manifest
from curator.programme import inputs as gathering
from curator.programme import library_facts
from curator.programme.facts import Moment
from curator.programme.hours import DAY_MS
from curator.programme.inputs import Inputs
from curator.programme.library_facts import LibraryFacts
from curator.programme.manifest_maker import Sealed, make_manifest
from curator.programme.published import Published, newest, remember
from curator.programme.streams import Stream, Streams
from curator.service import SERVICE, Service
from curator.store import Connection

_LOG = logging.getLogger(__name__)

LOOK_AGAIN_S = 5.0
PAUSE_S = 0.3
"""Changes that come together are published together."""
SPARE_DAYS = 2
ONLY_FILES = "files"
"""Why a manifest is made in which only the files and words of items are others."""
WAKING = ("item:", "programme:", "screen:", "group:")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a screen could not be published, and since when its programme is not what people decided."""

    at_ms: int
    sentence: str


@dataclass(frozen=True, slots=True)
class _Due:
    """A screen that is to be published, with all that is needed for it."""

    inputs: Inputs
    old: Published | None
    why: str
    epoch: int
    moment: Moment
    notice: str = ""


@dataclass(frozen=True, slots=True)
class _Round:
    """What is gathered once for all screens."""

    library: LibraryFacts
    streams: Streams
    now_ms: int


@dataclass(slots=True)
class Publisher:
    """Publishes what is due. `faults` maps a screen's id to what is wrong with it now."""

    service: Service
    faults: dict[str, Fault] = field(default_factory=dict)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self) -> None:
        """Publishes until cancelled: after every change one hears of, and every few seconds in case a hint was lost."""
        clock = asyncio.get_running_loop()
        seen, looked_s = "", clock.time()
        with self.service.bus.listening(*WAKING) as hints:
            while True:
                # Hints are many, also of pictures and health. Whatever people decide adds to the audit log.
                head = await self._head()
                if head != seen or clock.time() - looked_s >= LOOK_AGAIN_S:
                    seen, looked_s = head, clock.time()
                    await self._publish_or_tell()
                await asyncio.sleep(PAUSE_S)
                # Not wait_for: before Python 3.12 it loses a cancellation that comes together with a hint.
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_AGAIN_S):
                        await anext(hints)

    async def publish_due(self) -> list[str]:
        """Looks at every screen once; gives the ids of those that got a new manifest."""
        async with self._turn:
            service = self.service
            library, known = await service.store.read(self._gather)
            # One instant for all, so that screens with equal facts have equal streams.
            turn = _Round(library, Streams(service.settings.running_list_hours), service.now())
            done = [screen.id for screen in known if await self._publish_one(turn, screen)]
            for gone in self.faults.keys() - {screen.id for screen in known}:
                del self.faults[gone]
            return done

    async def _head(self) -> str:
        """The head of the audit log; "" when the store cannot be read now."""
        try:
            return await self.service.store.read(audit.head)
        except sa.exc.SQLAlchemyError:
            _LOG.exception("could not look whether anything changed")
            return ""

    async def _publish_or_tell(self) -> None:
        try:
            await self.publish_due()
        except Exception:  # noqa: BLE001
            # A catch-all: screens play on with what they have, and the next look tries again.
            _LOG.exception("could not look for programmes to publish")

    def _gather(self, connection: Connection) -> tuple[LibraryFacts, list[screens.Screen]]:
        return library_facts.gather(connection, self.service.key.public), screens.every(connection)

    async def _publish_one(self, turn: _Round, screen: screens.Screen) -> bool:
        service = self.service
        try:
            due = await service.store.read(lambda connection: self._due(connection, turn, screen))
            if due is not None:
                await self._publish(due, turn.streams)
        except Overtaken:
            service.bus.publish(f"programme:{screen.id}")
            return False
        except Exception as error:  # noqa: BLE001
            # A catch-all: this screen plays on with its last manifest, the others get theirs.
            self._fault(screen, error)
            return False
        if self.faults.pop(screen.id, None) is not None:
            service.bus.publish(f"programme:{screen.id}")
        return due is not None

    def _fault(self, screen: screens.Screen, error: Exception) -> None:
        sentence = f"{type(error).__name__}: {error}"[:500]
        before = self.faults.get(screen.id)
        if before is None or before.sentence != sentence:
            _LOG.error("the programme of %s (%s) was not published", screen.name, screen.id, exc_info=error)
            self.faults[screen.id] = Fault(before.at_ms if before else self.service.now(), sentence)
            self.service.bus.publish(f"programme:{screen.id}")

    def _due(self, connection: Connection, turn: _Round, screen: screens.Screen) -> _Due | None:
        """What there is to do for a screen; None when its newest manifest is as it should be."""
        settings, now_ms, library = self.service.settings, turn.now_ms, turn.library
        record, epoch = record_of(connection, screen.id), epoch_of(connection)
        notice = revisions.short_notice(connection, screen.id)
        length_ms = settings.plan_days * DAY_MS
        old = _old(connection, screen)
        if record is not None and old is not None:
            known = gathering.gather(connection, library, screen, record.from_ms, record.to_ms)
            parts = gathering.fingerprint(known, self.service.key.public, epoch)
            changed = [name for name in parts if record.parts.get(name) != parts[name]]
            if "items" in changed and ONLY_FILES in changed:  # other items have other files
                changed.remove(ONLY_FILES)
            left_ms = record.to_ms - now_ms
            # What was asked for at short notice may lie inside what was promised, where no part differs.
            is_asked = bool(notice) and record.from_ms > now_ms
            if not changed and not is_asked and left_ms >= max(length_ms - SPARE_DAYS * DAY_MS, DAY_MS // 2):
                return None
            why = ",".join(changed) or ("bookings" if is_asked else "horizon")
        else:
            why = "first"
        freeze_ms = 0 if notice else screen.freeze_ms(settings.freeze_minutes)
        if why == ONLY_FILES and not notice:
            # The plan does not change, so its segments go over as they stand: screens with other files stay in step.
            freeze_ms = max(freeze_ms, 1)
        moment = Moment(now_ms, settings.change_lead_seconds * 1000, length_ms, freeze_ms)
        # What is over by now is in the hand-over, if it is still on; the spare days are for what the hand-over takes.
        reach = gathering.gather(connection, library, screen, now_ms, now_ms + length_ms + 2 * DAY_MS)
        return _Due(reach, old, why, epoch, moment, notice)

    async def _publish(self, due: _Due, streams: Streams) -> None:
        service, screen = self.service, due.inputs.screen
        version = await service.store.read(lambda connection: next_version(connection, screen.id))
        stream, sealed = await asyncio.to_thread(self._make, due, version, streams)
        await service.store.run(lambda connection: self._store(connection, due, stream, sealed))
        manifest = sealed.manifest
        published = Published(version, manifest.issued_ms, due.why, manifest, stream.programme, stream.key)
        remember(screen.id, sealed.etag, published)
        _LOG.info("published version %s for %s: %s", version, screen.name, due.why)
        service.bus.publish(f"programme:{screen.id}")
        service.bus.publish(f"screen:{screen.id}")

    def _make(self, due: _Due, version: int, streams: Streams) -> tuple[Stream, Sealed]:
        stream = streams.make(due.inputs.facts, due.moment, due.old)
        sealed = make_manifest(
            due.inputs, stream, self.service.key, version=version, epoch=due.epoch, now_ms=due.moment.now_ms
        )  # fmt: skip
        return stream, sealed

    def _store(self, connection: Connection, due: _Due, stream: Stream, sealed: Sealed) -> None:
        compiled = stream.compiled
        laid = gathering.narrowed(due.inputs, compiled.change_ms, compiled.end_ms)
        parts = gathering.fingerprint(laid, self.service.key.public, due.epoch)
        record = Record(sealed.manifest.version, parts, compiled.change_ms, compiled.end_ms, compiled.notes)
        store_manifest(connection, sealed, record, why=due.why)
        revisions.short_notice_given(connection, due.inputs.screen.id, due.notice)


PUBLISHER: web.AppKey[Publisher] = web.AppKey("publisher", Publisher)


def attach(app: web.Application) -> None:
    """Gives the application its publisher, which runs as long as the application does."""
    app[PUBLISHER] = Publisher(app[SERVICE])
    if app[SERVICE].settings.programmes_published:
        app.cleanup_ctx.append(_publishing)


async def _publishing(app: web.Application) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(app[PUBLISHER].run(), name="publishing")
        yield
        task.cancel()


def _old(connection: Connection, screen: screens.Screen) -> Published | None:
    try:
        return newest(connection, screen.id)
    except BadDocument as error:
        # Without the old plan nothing can be handed over, but the screen must not be stuck with it.
        _LOG.warning("the last programme of %s cannot be read (%s); beginning anew", screen.name, error)
        return None
