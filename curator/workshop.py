"""Where uploads are prepared: workers, who frees the jobs of dead ones, who hears of other processes.

Runs in the service's process (`preparing`), in one of its own (`commonscreen curator work`), or in both. Whichever
lives looks after the queue; where no workers are allowed, uploads wait and nothing is lost.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from aiohttp import web

from curator import blobs, job_hints, jobs, outcomes
from curator.intake import HOPELESS, POLL_S, WORK_PREFIX, Worker
from curator.jobs import Job
from curator.receiving import JOBS_TOPIC
from curator.service import SERVICE, Service
from curator.store import Connection

_LOG = logging.getLogger(__name__)


async def reconcile(service: Service) -> None:
    """Frees the jobs of dead workers, refuses what died too often, and removes what dead workers left."""
    now_ms, most = service.now(), service.settings.preparation_attempts

    def requeue(connection: Connection) -> list[Job]:
        hopeless = jobs.requeue_expired(connection, now_ms=now_ms, most_attempts=most)
        for job in hopeless:
            outcomes.note_refused(connection, job.subject, HOPELESS, now_ms, facts=None)
        return hopeless

    if await service.store.read(lambda connection: jobs.has_expired(connection, now_ms=now_ms)):
        await service.store.run(requeue)
    for folder in await asyncio.to_thread(lambda: list(service.settings.incoming.glob(f"{WORK_PREFIX}*"))):
        if not await service.store.read(partial(_is_at_work, name=folder.name)):
            await asyncio.to_thread(blobs.discard, folder)


def _is_at_work(connection: Connection, name: str) -> bool:
    job_id, _, attempt = name.removeprefix(WORK_PREFIX).partition("-")
    job = jobs.get(connection, job_id)
    return job is not None and job.state == "running" and str(job.attempt) == attempt


@asynccontextmanager
async def workshop(service: Service) -> AsyncIterator[None]:
    """As many workers as the settings say, at work until the block ends; their unfinished work goes back."""
    workers = [Worker(service) for _ in range(service.settings.preparation_processes)]
    async with asyncio.TaskGroup() as tasks:
        for worker in workers:
            tasks.create_task(worker.work())
        helpers = [
            tasks.create_task(_reconciling(service)),
            tasks.create_task(_waking(service, workers)),
            tasks.create_task(job_hints.follow(service)),
        ]
        try:
            yield
        finally:
            for worker in workers:
                worker.stop()
            for helper in helpers:
                helper.cancel()


async def preparing(app: web.Application) -> AsyncIterator[None]:
    """The part of the service that prepares uploads (a `cleanup_ctx`)."""
    async with workshop(app[SERVICE]):
        yield


async def _reconciling(service: Service) -> None:
    while True:
        try:
            await reconcile(service)
        except Exception:  # noqa: BLE001
            # The worker's catch-all: jobs of dead workers wait a little longer.
            _LOG.exception("looking after the queue failed; trying again")
        await asyncio.sleep(POLL_S)


async def _waking(service: Service, workers: list[Worker]) -> None:
    with service.bus.listening(JOBS_TOPIC) as hints:
        async for _hint in hints:
            for worker in workers:
                worker.wake()
