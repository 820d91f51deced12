"""The part of the service that empties the outbox: at a hint, and every half minute for what waits its turn."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import AsyncIterator

from aiohttp import web

from curator.mail import folder, outbox, server
from curator.service import SERVICE, Service

EVERY_S = 30.0
MOST_AT_ONCE = 50
DAY_MS = 86_400_000
_LOG = logging.getLogger(__name__)


async def send_due(service: Service, stopping: threading.Event | None = None) -> int:
    """One round: tries what is due; gives how many mails are on their way."""
    settings, now_ms, stop = service.settings, service.now(), stopping or threading.Event()
    await service.store.run(lambda connection: outbox.forget_useless(connection, now_ms))
    mails = await service.store.read(lambda connection: outbox.due(connection, now_ms, MOST_AT_ONCE))
    if not mails:
        return 0
    if settings.mail_host:
        tried = await asyncio.to_thread(server.hand_over, settings, mails, stop)
    else:
        tried = await asyncio.to_thread(folder.lay_down, settings, mails)
    await service.store.run(lambda connection: outbox.note(connection, tried, now_ms))
    for one in tried:
        if one.error:
            _LOG.warning("mail %s could not be sent; the page about mail says why", one.mail_id)
    return sum(not one.error for one in tried)


async def sending(app: web.Application) -> AsyncIterator[None]:
    """Sends mails as long as the service runs (a `cleanup_ctx`). What is under way at the end is ended first."""
    service, stopping, woken = app[SERVICE], threading.Event(), asyncio.Event()

    async def heed() -> None:
        with service.bus.listening(outbox.TOPIC) as hints:
            async for _hint in hints:
                woken.set()

    async def forever() -> None:
        while not stopping.is_set():
            woken.clear()
            try:
                sent = await send_due(service, stopping)
                await _clear(service)
            except Exception:  # noqa: BLE001
                # The worker's catch-all: the mails are still in the outbox and are tried again.
                _LOG.exception("sending mail failed in an unexpected way; trying again")
                sent = 0
            if not sent:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(EVERY_S):
                        await woken.wait()

    async with asyncio.TaskGroup() as tasks:
        heeding = tasks.create_task(heed())
        tasks.create_task(forever())
        yield
        heeding.cancel()
        stopping.set()
        woken.set()


async def _clear(service: Service) -> None:
    before_ms = service.now() - service.settings.keep_days * DAY_MS
    await asyncio.to_thread(folder.clear, service.settings, before_ms)
