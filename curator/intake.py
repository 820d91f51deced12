"""Preparation of what was uploaded: a worker that takes one job after the other.

What was prepared is in the store before a row says so. A worker killed at any point leaves a lease that runs out; who
runs workers and frees the jobs of dead ones, `curator.workshop` says.
"""

import asyncio
import contextlib
import logging
import os
import shutil
import socket
import threading
from dataclasses import dataclass, field
from pathlib import Path

from content import files
from content.clock import monotonic_ns
from content.media.facts import CaptionFile, Prepared, Preview, Rendition
from content.media.kernel_limits import CannotConfine
from content.media.preparation import prepare
from content.media.profiles import profile_named
from content.media.reasons import Reason
from curator import blobs, captions, carried_captions, cleaning, jobs, library, outcomes, policy, variants
from curator.captions import Track
from curator.carried_captions import Carried
from curator.ids import new_id
from curator.jobs import Job
from curator.library import Version
from curator.preparation_words import KEEP
from curator.receiving import TURNS_TOPIC
from curator.service import Service
from curator.store import Connection

POLL_S = 2.0
LOOK_S = 0.5
"""Progress is written at most this often, and this often a worker looks whether its work is still wanted."""
BLOCKED_WAIT_MS = 30_000
"""After a full disk or a machine that cannot confine the work, which are nobody's upload's fault."""
RETRY_WAIT_MS = 5_000
WORK_PREFIX = "prep-"
HOPELESS = (Reason("gave_up"),)
"""What a version is refused for when preparing it died again and again."""
_NS_PER_MS = 1_000_000
_LOG = logging.getLogger(__name__)


def this_process() -> str:
    """What the owners of all leases of this process begin with."""
    return f"{socket.gethostname()[:32]}:{os.getpid()}"


@dataclass(slots=True)
class _Watch:
    """Between the loop and the thread that prepares: where it is, and whether it must stop."""

    step: str = ""
    percent: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    def note(self, step: str, percent: int) -> None:
        self.step, self.percent = step, percent


@dataclass(frozen=True, slots=True)
class _Made:
    """What became of an upload, and the captions that go along with it."""

    prepared: Prepared
    carried: list[Carried]

    @property
    def files(self) -> tuple[Rendition | Preview | CaptionFile, ...]:
        return *self.prepared.files, *(one.made for one in self.carried)


class Worker:
    """Takes one job after the other until told to stop."""

    def __init__(self, service: Service) -> None:
        """Nothing is started yet."""
        self._service = service
        self._lease_ms = service.settings.lease_seconds * 1000
        self._owner = f"{this_process()}:{new_id()}"
        self._stopping = asyncio.Event()
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """There may be something to do."""
        self._woken.set()

    def stop(self) -> None:
        """Ends `work` soon; a job under way goes back into the queue."""
        self._stopping.set()
        self._woken.set()

    async def work(self) -> None:
        """Works until stopped."""
        while not self._stopping.is_set():
            self._woken.clear()
            try:
                busy = await self.do_one()
            except Exception:  # noqa: BLE001
                # The worker's catch-all: the lease runs out and the job is tried again; the queue moves on.
                _LOG.exception("preparing failed in an unexpected way; the job will be tried again")
                busy = False
            if not busy and not self._stopping.is_set():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL_S):
                        await self._woken.wait()

    async def do_one(self) -> bool:
        """Prepares the next upload; False when there was nothing to do or no room to do it in."""
        service = self._service
        settings, now_ms = service.settings, service.now()
        if await asyncio.to_thread(blobs.free_bytes, settings.files) < settings.spare_disk_bytes:
            return False
        job = await service.store.run(lambda connection: self._take(connection, now_ms))
        if job is None:
            return False
        version = await service.store.read(lambda connection: library.version(connection, job.subject))
        if version is None:
            await service.store.run(lambda connection: jobs.finish(connection, job, now_ms=now_ms, error="no version"))
            return True
        self._hint(job, version)
        work = settings.incoming / f"{WORK_PREFIX}{job.id}-{job.attempt}"
        try:
            await self._prepare(job, version, work)
        finally:
            await asyncio.to_thread(blobs.discard, work)
            self._hint(job, version)
        return True

    def _take(self, connection: Connection, now_ms: int) -> Job | None:
        job = jobs.take(
            connection, kind=jobs.PREPARE, owner=self._owner, now_ms=now_ms, lease_ms=self._lease_ms
        )  # fmt: skip
        if job is not None:
            outcomes.note_running(connection, job.subject, is_running=True)
        return job

    async def _prepare(self, job: Job, version: Version, work: Path) -> None:
        try:
            made = await self._make_watched(job, version, work, _Watch())
        except (CannotConfine, OSError) as error:
            await self._after(job, version, error)
            return
        if made is None:
            await self._put_back(job, wait_ms=0, counts=False, error="stopped")
        elif not await self._service.store.run(lambda connection: self._store(connection, job, version, made)):
            await self._service.store.run(lambda connection: self._forget_files(connection, made))

    async def _make_watched(self, job: Job, version: Version, work: Path, watch: _Watch) -> _Made | None:
        failed: CannotConfine | OSError
        async with asyncio.TaskGroup() as tasks:
            beating = tasks.create_task(self._keep_lease(job, version, watch))
            try:
                return await self._make(job, version, work, watch)
            except (CannotConfine, OSError) as error:
                failed = error  # raised below: out of a task group it would come wrapped
            finally:
                beating.cancel()
        raise failed

    async def _make(self, job: Job, version: Version, work: Path, watch: _Watch) -> _Made | None:
        """What became of the upload, its files in the store; None when we are to stop, or the job is not ours now."""
        prepared = await asyncio.to_thread(self._prepare_here, version, work, watch)
        if watch.stop.is_set():
            return None
        profile = profile_named(self._service.settings.profile)
        prepared = await self._service.store.read(
            lambda connection: variants.fitted(connection, version, prepared, profile)
        )
        # Noted before the first file is kept: from here on `cleaning` lets every file be.
        watch.note(KEEP, 0)
        if not await self._beat(job, (KEEP, 0)):
            return None
        made = await self._with_captions(version, work, prepared)
        await asyncio.to_thread(self._keep_files, made)
        return made

    async def _with_captions(self, version: Version, work: Path, prepared: Prepared) -> _Made:
        settings = self._service.settings

        def look(connection: Connection) -> tuple[Version | None, list[Track]]:
            before = library.version(connection, version.mended_from or "")
            return before, carried_captions.tracks_to_carry(connection, version)

        before, tracks = await self._service.store.read(look)
        if not tracks or prepared.rendition is None or prepared.rendition.kind != "video":
            return _Made(prepared, [])
        mends = (before.mends, prepared.mends) if before else ((), ())
        carry = carried_captions.carried
        return _Made(prepared, await asyncio.to_thread(carry, settings, tracks, *mends, work))

    def _prepare_here(self, version: Version, work: Path, watch: _Watch) -> Prepared:
        settings = self._service.settings
        blobs.discard(work)
        work.mkdir(mode=0o700)
        return prepare(
            files.place_of(settings.originals, version.upload_sha256), work, still_ms=settings.still_ms,
            profile=profile_named(settings.profile), mends=version.mends, policy=policy.found_in_uploads(),
            on_progress=watch.note, cancelled=watch.stop.is_set,
        )  # fmt: skip

    def _keep_files(self, result: _Made) -> None:
        for made in result.files:
            copy = made.path.with_name(f"{made.path.name}.keep")
            shutil.copyfile(made.path, copy)  # two of them may have the same bytes
            copy.chmod(0o644)
            blobs.keep(self._service.settings.files, copy, made.sha256)

    async def _keep_lease(self, job: Job, version: Version, watch: _Watch) -> None:
        told, told_ns = ("", 0), monotonic_ns()
        while not await self._told_to_stop(LOOK_S):
            seen = (watch.step, watch.percent)
            is_due = seen != told or monotonic_ns() - told_ns >= self._lease_ms * _NS_PER_MS // 4
            if not await (self._beat(job, seen) if is_due else self._is_held(job)):
                break
            if is_due:
                told, told_ns = seen, monotonic_ns()
                for topic in (f"item:{version.item_id}", f"group:{job.group_id}"):
                    self._service.bus.publish(topic)
        watch.stop.set()

    async def _told_to_stop(self, within_s: float) -> bool:
        with contextlib.suppress(TimeoutError):
            # Not wait_for: it loses a cancellation that comes together with the signal (Python 3.11).
            async with asyncio.timeout(within_s):
                await self._stopping.wait()
        return self._stopping.is_set()

    async def _is_held(self, job: Job) -> bool:
        return await self._service.store.read(lambda connection: jobs.is_held(connection, job))

    async def _beat(self, job: Job, seen: tuple[str, int]) -> bool:
        now_ms, lease_ms = self._service.now(), self._lease_ms
        return await self._service.store.run(
            lambda connection: jobs.beat(
                connection, job, step=seen[0], percent=seen[1], now_ms=now_ms, lease_ms=lease_ms
            )
        )  # fmt: skip

    async def _after(self, job: Job, version: Version, error: CannotConfine | OSError) -> None:
        """What happens when it is not the upload that is at fault, or not surely."""
        blocked = isinstance(error, CannotConfine) or blobs.is_full(error)
        _LOG.error("version %s could not be prepared (attempt %s): %s", version.id, job.attempt, error)
        if blocked or job.attempt < self._service.settings.preparation_attempts:
            wait_ms = BLOCKED_WAIT_MS if blocked else RETRY_WAIT_MS
            await self._put_back(job, wait_ms=wait_ms, counts=not blocked, error=str(error)[:300])
            return
        now_ms = self._service.now()

        def give_up(connection: Connection) -> None:
            if jobs.finish(connection, job, now_ms=now_ms, error=str(error)[:300]):
                outcomes.note_refused(connection, version.id, HOPELESS, now_ms, facts=None)

        await self._service.store.run(give_up)

    async def _put_back(self, job: Job, *, wait_ms: int, counts: bool, error: str) -> None:
        now_ms = self._service.now()

        def put_back(connection: Connection) -> None:
            if jobs.put_back(connection, job, now_ms=now_ms, wait_ms=wait_ms, counts=counts, error=error):
                outcomes.note_running(connection, job.subject, is_running=False)

        await self._service.store.run(put_back)

    def _store(self, connection: Connection, job: Job, version: Version, made: _Made) -> bool:
        """Whether the result counts: the job was still ours, and it was still wanted."""
        now_ms = self._service.now()
        if not jobs.finish(connection, job, now_ms=now_ms):
            return False
        outcomes.note_prepared(connection, version.id, made.prepared, now_ms)
        captions.note_found(connection, version.id, made.prepared.captions, now_ms)
        carried_captions.note_carried(connection, version, made.carried, now_ms)
        return True

    def _forget_files(self, connection: Connection, result: _Made) -> None:
        """Removes what was kept for a result that does not count, where nothing else needs the same bytes."""
        places = [files.place_of(self._service.settings.files, made.sha256) for made in result.files]
        cleaning.remove(connection, self._service.settings, places)

    def _hint(self, job: Job, version: Version) -> None:
        for topic in (f"item:{version.item_id}", f"group:{job.group_id}", "queue", TURNS_TOPIC):
            self._service.bus.publish(topic)
