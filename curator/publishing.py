"""Publishing: keeps every screen's newest manifest true to what people decided. The only writer of manifests.

A screen is published anew when something its manifest is made from differs, or when less than `plan_days` - 2 days of
programme are left. What goes wrong with one screen is told on its page and stops no other.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

import sqlalchemy as sa
from aiohttp import web

from content.reading import BadDocument
from curator import audit, screens
from curator.programme import inputs as gathering
from curator.programme import library_facts
from curator.programme.compiler import Compiled, compile_plan
from curator.programme.facts import Moment, Note
from curator.programme.hours import DAY_MS
from curator.programme.inputs import Inputs
from curator.programme.library_facts import LibraryFacts
from curator.programme.manifest_maker import Sealed, make_manifest
from curator.programme.published import Published, newest
from curator.service import SERVICE, Service
from curator.store import Connection
from curator.tables import facts, manifest_files, manifests

_LOG = logging.getLogger(__name__)

KEPT_MANIFESTS = 20
LOOK_AGAIN_S = 5.0
PAUSE_S = 0.3
"""Changes that come together are published together."""
SPARE_DAYS = 2
WAKING = ("item:", "programme:", "screen:", "group:")


class Overtaken(Exception):
    """Something changed between gathering and storing; the screen's turn comes again at once."""


@dataclass(frozen=True, slots=True)
class Record:
    """What the publisher remembers about a screen: the last version, what it was made from, its reach, its notes."""

    version: int
    parts: Mapping[str, str]
    from_ms: int
    to_ms: int
    notes: tuple[Note, ...] = ()

    def as_text(self) -> str:
        """JSON, for the table of facts."""
        notes = [{"code": note.code, "values": dict(note.values)} for note in self.notes]
        return json.dumps(
            {
                "version": self.version, "parts": dict(self.parts), "from_ms": self.from_ms, "to_ms": self.to_ms,
                "notes": notes,
            },
            sort_keys=True,
        )  # fmt: skip


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
            done = [screen.id for screen in known if await self._publish_one(library, screen)]
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

    async def _publish_one(self, library: LibraryFacts, screen: screens.Screen) -> bool:
        service = self.service
        try:
            due = await service.store.read(lambda connection: self._due(connection, library, screen))
            if due is not None:
                await self._publish(due)
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

    def _due(self, connection: Connection, library: LibraryFacts, screen: screens.Screen) -> _Due | None:
        """What there is to do for a screen; None when its newest manifest is as it should be."""
        settings, now_ms = self.service.settings, self.service.now()
        record, epoch = record_of(connection, screen.id), epoch_of(connection)
        length_ms = settings.plan_days * DAY_MS
        moment = Moment(now_ms, settings.change_lead_seconds * 1000, length_ms)
        old = _old(connection, screen)
        if record is not None and old is not None:
            known = gathering.gather(connection, library, screen, record.from_ms, record.to_ms)
            parts = gathering.fingerprint(known, self.service.key.public, epoch)
            changed = [name for name in parts if record.parts.get(name) != parts[name]]
            left_ms = record.to_ms - now_ms
            if not changed and left_ms >= max(length_ms - SPARE_DAYS * DAY_MS, DAY_MS // 2):
                return None
            why = ",".join(changed) or "horizon"
        else:
            why = "first"
        # What is over by now is in the hand-over, if it is still on; the spare days are for what the hand-over takes.
        reach = gathering.gather(connection, library, screen, now_ms, now_ms + length_ms + 2 * DAY_MS)
        return _Due(reach, old, why, epoch, moment)

    async def _publish(self, due: _Due) -> None:
        service = self.service
        version = await service.store.read(lambda connection: _next_version(connection, due.inputs.screen.id))
        compiled, sealed = await asyncio.to_thread(self._make, due, version)
        await service.store.run(lambda connection: self._store(connection, due, compiled, sealed))
        screen = due.inputs.screen
        _LOG.info("published version %s for %s: %s", version, screen.name, due.why)
        service.bus.publish(f"programme:{screen.id}")
        service.bus.publish(f"screen:{screen.id}")

    def _make(self, due: _Due, version: int) -> tuple[Compiled, Sealed]:
        old = due.old.programme if due.old else None
        compiled = compile_plan(due.inputs.facts, due.moment, old)
        sealed = make_manifest(
            due.inputs, compiled, self.service.key, version=version, epoch=due.epoch, now_ms=due.moment.now_ms,
            list_hours=self.service.settings.running_list_hours,
        )  # fmt: skip
        return compiled, sealed

    def _store(self, connection: Connection, due: _Due, compiled: Compiled, sealed: Sealed) -> None:
        """One transaction: the manifest, its files, the record. Raises Overtaken if an approval has gone meanwhile."""
        screen, manifest = due.inputs.screen, sealed.manifest
        if _next_version(connection, screen.id) != manifest.version or epoch_of(connection) != due.epoch:
            raise Overtaken
        if not library_facts.still_approved(connection, sealed.shown):
            raise Overtaken
        connection.execute(
            manifests.insert().values(
                screen_id=screen.id, version=manifest.version, issued_ms=manifest.issued_ms,
                effective_ms=manifest.effective_ms, why=due.why, etag=sealed.etag, envelope=sealed.envelope,
            )
        )  # fmt: skip
        files = [
            {"screen_id": screen.id, "version": manifest.version, "sha256": need.sha256} for need in manifest.files
        ]
        if files:
            connection.execute(manifest_files.insert(), files)
        for table in (manifest_files, manifests):
            connection.execute(
                table.delete().where(
                    table.c.screen_id == screen.id, table.c.version <= manifest.version - KEPT_MANIFESTS
                )
            )
        laid = _bookings_touching(due.inputs, compiled.change_ms, compiled.end_ms)
        parts = gathering.fingerprint(laid, self.service.key.public, due.epoch)
        record = Record(manifest.version, parts, compiled.change_ms, compiled.end_ms, compiled.notes)
        _write_fact(connection, _record_name(screen.id), record.as_text())


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


def record_of(connection: Connection, screen_id: str) -> Record | None:
    """What the publisher remembers about a screen; None before its first manifest."""
    words = _fact(connection, _record_name(screen_id))
    if words is None:
        return None
    told = json.loads(words)
    notes = tuple(Note(note["code"], note["values"]) for note in told["notes"])
    return Record(told["version"], told["parts"], told["from_ms"], told["to_ms"], notes)


def epoch_of(connection: Connection) -> int:
    """How often this service was restored from a backup; nodes never go back behind it."""
    return int(_fact(connection, "manifest_epoch") or 0)


def _next_version(connection: Connection, screen_id: str) -> int:
    newest_version = connection.execute(
        sa.select(sa.func.max(manifests.c.version)).where(manifests.c.screen_id == screen_id)
    ).scalar()
    record = record_of(connection, screen_id)
    return max(newest_version or 0, record.version if record else 0) + 1


def _old(connection: Connection, screen: screens.Screen) -> Published | None:
    try:
        return newest(connection, screen.id)
    except BadDocument as error:
        # Without the old plan nothing can be handed over, but the screen must not be stuck with it.
        _LOG.warning("the last programme of %s cannot be read (%s); beginning anew", screen.name, error)
        return None


def _bookings_touching(inputs: Inputs, from_ms: int, to_ms: int) -> Inputs:
    touching = (slot for slot in inputs.facts.bookings if slot.start_ms < to_ms and slot.end_ms > from_ms)
    return replace(inputs, facts=replace(inputs.facts, bookings=tuple(touching)))


def _record_name(screen_id: str) -> str:
    return f"programme:{screen_id}"


def _fact(connection: Connection, name: str) -> str | None:
    return connection.execute(sa.select(facts.c.value).where(facts.c.name == name)).scalar()


def _write_fact(connection: Connection, name: str, value: str) -> None:
    connection.execute(facts.delete().where(facts.c.name == name))
    connection.execute(facts.insert().values(name=name, value=value))
