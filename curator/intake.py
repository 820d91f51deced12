"""Preparation of what was uploaded: workers that take jobs, and a reconciler that frees the jobs of dead ones.

What was prepared is in the store before a row says so. A worker killed at any point leaves a lease that runs out.
"""

import asyncio
import contextlib
import logging
import os
import shutil
import socket
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from aiohttp import web

from content import files
from content.clock import monotonic_ns
from content.media.facts import Prepared
from content.media.kernel_limits import CannotConfine
from content.media.preparation import prepare
from content.media.reasons import Reason
from curator import blobs, jobs, library
from curator.ids import new_id
from curator.jobs import Job
from curator.library import Version
from curator.receiving import JOBS_TOPIC
from curator.service import SERVICE, Service
from curator.store import Connection

POLL_S = 2.0
LOOK_S = 0.5
"""Progress is written at most this often."""
BLOCKED_WAIT_MS = 30_000
"""After a full disk or a machine that cannot confine the work, which are nobody's upload's fault."""
RETRY_WAIT_MS = 5_000
WORK_PREFIX = "prep-"
HOPELESS = (Reason("gave_up"),)
"""What a version is refused for when preparing it died again and again."""
_NS_PER_MS = 1_000_000
_LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class _Watch:
    """Between the loop and the thread that prepares: where it is, and whether it must stop."""

    step: str = ""
    percent: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    def note(self, step: str, percent: int) -> None:
        self.step, self.percent = step, percent


class Worker:
    """Takes one job after the other until told to stop."""

    def __init__(self, service: Service) -> None:
        """Nothing is started yet."""
        self._service = service
        self._lease_ms = service.settings.lease_seconds * 1000
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{new_id()}"[:60]
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
            library.note_running(connection, job.subject, is_running=True)
        return job

    async def _prepare(self, job: Job, version: Version, work: Path) -> None:
        watch = _Watch()
        try:
            prepared = await self._prepare_watched(job, version, work, watch)
            if watch.stop.is_set():
                await self._put_back(job, wait_ms=0, counts=False, error="stopped")
                return
            await asyncio.to_thread(self._keep_files, prepared)
        except (CannotConfine, OSError) as error:
            await self._after(job, version, error)
            return
        await self._service.store.run(lambda connection: self._store(connection, job, version, prepared))

    async def _prepare_watched(self, job: Job, version: Version, work: Path, watch: _Watch) -> Prepared:
        failed: CannotConfine | OSError
        async with asyncio.TaskGroup() as tasks:
            beating = tasks.create_task(self._keep_lease(job, version, watch))
            try:
                return await asyncio.to_thread(self._prepare_here, version, work, watch)
            except (CannotConfine, OSError) as error:
                failed = error  # raised below: out of a task group it would come wrapped
            finally:
                beating.cancel()
        raise failed

    def _prepare_here(self, version: Version, work: Path, watch: _Watch) -> Prepared:
        settings = self._service.settings
        blobs.discard(work)
        work.mkdir(mode=0o700)
        return prepare(
            files.place_of(settings.originals, version.upload_sha256), work, still_ms=settings.still_ms,
            on_progress=watch.note, cancelled=watch.stop.is_set,
        )  # fmt: skip

    def _keep_files(self, prepared: Prepared) -> None:
        for made in (prepared.rendition, prepared.thumbnail, prepared.poster, prepared.strip):
            if made is not None:
                copy = made.path.with_name(f"{made.path.name}.keep")
                shutil.copyfile(made.path, copy)  # two of them may have the same bytes
                copy.chmod(0o644)
                blobs.keep(self._service.settings.files, copy, made.sha256)

    async def _keep_lease(self, job: Job, version: Version, watch: _Watch) -> None:
        told, told_ns = ("", 0), monotonic_ns()
        while True:
            with contextlib.suppress(TimeoutError):
                # Not wait_for: it loses a cancellation that comes together with the signal (Python 3.11).
                async with asyncio.timeout(LOOK_S):
                    await self._stopping.wait()
            if self._stopping.is_set():
                watch.stop.set()
                return
            seen = (watch.step, watch.percent)
            if seen == told and monotonic_ns() - told_ns < self._lease_ms * _NS_PER_MS // 4:
                continue
            if not await self._beat(job, seen):
                watch.stop.set()
                return
            told, told_ns = seen, monotonic_ns()
            for topic in (f"item:{version.item_id}", f"group:{job.group_id}"):
                self._service.bus.publish(topic)

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
                library.note_refused(connection, version.id, HOPELESS, now_ms, facts=None)

        await self._service.store.run(give_up)

    async def _put_back(self, job: Job, *, wait_ms: int, counts: bool, error: str) -> None:
        now_ms = self._service.now()

        def put_back(connection: Connection) -> None:
            if jobs.put_back(connection, job, now_ms=now_ms, wait_ms=wait_ms, counts=counts, error=error):
                library.note_running(connection, job.subject, is_running=False)

        await self._service.store.run(put_back)

    def _store(self, connection: Connection, job: Job, version: Version, prepared: Prepared) -> None:
        now_ms = self._service.now()
        if jobs.finish(connection, job, now_ms=now_ms):
            library.note_prepared(connection, version.id, prepared, now_ms)

    def _hint(self, job: Job, version: Version) -> None:
        for topic in (f"item:{version.item_id}", f"group:{job.group_id}", "queue"):
            self._service.bus.publish(topic)


async def reconcile(service: Service) -> None:
    """Frees the jobs of dead workers, refuses what died too often, and removes what dead workers left."""
    now_ms, most = service.now(), service.settings.preparation_attempts

    def requeue(connection: Connection) -> list[Job]:
        hopeless = jobs.requeue_expired(connection, now_ms=now_ms, most_attempts=most)
        for job in hopeless:
            library.note_refused(connection, job.subject, HOPELESS, now_ms, facts=None)
        return hopeless

    await service.store.run(requeue)
    for folder in await asyncio.to_thread(lambda: list(service.settings.incoming.glob(f"{WORK_PREFIX}*"))):
        if not await service.store.read(partial(_is_at_work, name=folder.name)):
            await asyncio.to_thread(blobs.discard, folder)


def _is_at_work(connection: Connection, name: str) -> bool:
    job_id, _, attempt = name.removeprefix(WORK_PREFIX).partition("-")
    job = jobs.get(connection, job_id)
    return job is not None and job.state == "running" and str(job.attempt) == attempt


async def preparing(app: web.Application) -> AsyncIterator[None]:
    """The part of the service that prepares uploads (a `cleanup_ctx`); nothing where no processes are allowed."""
    service = app[SERVICE]

    async def reconciling() -> None:
        while True:
            try:
                await reconcile(service)
            except Exception:  # noqa: BLE001
                # The worker's catch-all: jobs of dead workers wait a little longer.
                _LOG.exception("looking after the queue failed; trying again")
            await asyncio.sleep(POLL_S)

    workers = [Worker(service) for _ in range(service.settings.preparation_processes)]

    async def waking() -> None:
        with service.bus.listening(JOBS_TOPIC) as hints:
            async for _hint in hints:
                for worker in workers:
                    worker.wake()

    async with asyncio.TaskGroup() as tasks:
        for worker in workers:
            tasks.create_task(worker.work())
        helpers = [tasks.create_task(reconciling()), tasks.create_task(waking())] if workers else []
        yield
        for worker in workers:
            worker.stop()
        for helper in helpers:
            helper.cancel()
