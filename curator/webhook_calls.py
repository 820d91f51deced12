"""The part of the service that calls webhooks: signed, one call at a time for each, tried again with longer pauses.

No redirection is followed, nothing of an answer but its status is used, and only machines that may be called are
(`curator.webhook_addresses`). A call that was cut short by us is made again: whoever is called knows it by its id.
"""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import logging
import time
from collections.abc import AsyncIterator

from aiohttp import web

from curator import occasions, webhooks
from curator.calling_out import call_out
from curator.service import SERVICE, Service
from curator.store import Connection
from curator.webhook_addresses import Reach, reach_of
from curator.webhooks import Attempt, Delivery, Webhook

EVERY_S = 2.0
MOST_AT_ONCE = 8
"""Webhooks called at the same time; of each, one delivery after another."""
MOST_DUE = 200
MOST_IN_A_ROW = 20
_LOG = logging.getLogger(__name__)


def signature(secret: bytes, delivery_id: str, at_s: int, body: bytes) -> str:
    """What goes along as `webhook-signature` (Standard Webhooks, HMAC-SHA256)."""
    digest = hmac.new(secret, f"{delivery_id}.{at_s}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


async def call(webhook: Webhook, delivery: Delivery, *, secret: bytes, reach: Reach, now_ms: int) -> Attempt:
    """One try; never raises for what the other side does."""
    began, at_s, body = time.monotonic(), now_ms // 1000, delivery.body.encode()
    headers = {
        "Content-Type": "application/json", "User-Agent": "Commonscreen", "webhook-id": delivery.id,
        "webhook-timestamp": str(at_s), "webhook-signature": signature(secret, delivery.id, at_s, body),
    }  # fmt: skip
    answered = await call_out("POST", webhook.url, reach, headers=headers, body=body)
    return Attempt(now_ms, round((time.monotonic() - began) * 1000), answered.status, answered.error)


async def deliver(service: Service, webhook_id: str, some: list[Delivery]) -> None:
    """Delivers these one after another, until one fails."""
    for delivery in some[:MOST_IN_A_ROW]:
        webhook = await service.store.read(lambda connection: webhooks.get(connection, webhook_id))
        if webhook is None or webhook.paused_ms is not None:
            return
        reach = reach_of(service.settings, is_group=webhook.group_id is not None)
        secret = webhooks.secret_of(webhook, service.key)
        attempt = await call(webhook, delivery, secret=secret, reach=reach, now_ms=service.now())

        def note(
            connection: Connection,
            webhook: Webhook = webhook,
            delivery: Delivery = delivery,
            attempt: Attempt = attempt,
        ) -> None:
            if webhooks.note(connection, delivery, attempt):
                occasions.webhook_paused(connection, webhook.id, webhook.group_id, now_ms=attempt.at_ms)

        await service.store.run(note)
        service.bus.publish(f"{webhooks.TOPIC}:{webhook_id}")
        if attempt.error:
            return


class Caller:
    """Calls what is due, each webhook in a task of its own, so that a slow one holds up nobody."""

    def __init__(self, service: Service) -> None:
        """Calls nobody yet."""
        self._service = service
        self._busy: set[str] = set()

    async def start_due(self, tasks: asyncio.TaskGroup) -> None:
        """Begins to deliver what is due at webhooks that are not being called, as far as there is room."""
        now_ms = self._service.now()
        due = await self._service.store.read(lambda connection: webhooks.due(connection, now_ms, most=MOST_DUE))
        for webhook_id, some in due.items():
            if len(self._busy) < MOST_AT_ONCE and webhook_id not in self._busy:
                self._busy.add(webhook_id)
                tasks.create_task(self._deliver(webhook_id, some))

    async def _deliver(self, webhook_id: str, some: list[Delivery]) -> None:
        try:
            await deliver(self._service, webhook_id, some)
        except Exception:  # noqa: BLE001
            # A catch-all: what was not delivered is still in the outbox and is tried again.
            _LOG.exception("calling webhook %s failed in an unexpected way; trying again", webhook_id)
        finally:
            self._busy.discard(webhook_id)


async def calling(app: web.Application) -> AsyncIterator[None]:
    """Calls webhooks as long as the service runs (a `cleanup_ctx`)."""
    service, woken = app[SERVICE], asyncio.Event()
    caller = Caller(service)

    async def heed() -> None:
        with service.bus.listening(webhooks.TOPIC) as hints:
            async for _hint in hints:
                woken.set()

    async def forever(calls: asyncio.TaskGroup) -> None:
        while True:
            woken.clear()
            try:
                await caller.start_due(calls)
            except Exception:  # noqa: BLE001
                # The worker's catch-all: what is due is still in the outbox.
                _LOG.exception("looking for webhooks to call failed in an unexpected way; trying again")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(EVERY_S):
                    await woken.wait()

    async with asyncio.TaskGroup() as tasks:

        async def run() -> None:
            async with asyncio.TaskGroup() as calls:
                await forever(calls)

        running = [tasks.create_task(heed()), tasks.create_task(run())]
        yield
        for task in running:
            task.cancel()
