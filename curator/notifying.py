"""The part of the service that has notices mailed, and watches for screens that go dark and for first plays.

A notice that is to be mailed waits in its row, so none is lost. In one transaction a mail that tells of it goes into
the outbox and the row says so. Who wants mails once a day gets one at eight in the town's zone.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web

from curator import (
    accounts,
    dark_screens,
    decision_links,
    first_plays,
    item_words,
    notice_words,
    notices,
    occasions,
    take_downs,
)
from curator.authorisation import Actor
from curator.config import Settings
from curator.mail import outbox, sentences
from curator.mail.addresses import mailable
from curator.mail.message import one_line
from curator.mail.sentences import Reader
from curator.notices import Notice
from curator.service import SERVICE, Service
from curator.store import Connection
from curator.words import _, in_language

EVERY_S = 30.0
DAILY_AT_HOUR = 8
MOST_IN_A_MAIL = 50
MOST_OF_OUTBOX = outbox.MOST_KEPT // 2
"""Notices wait in their rows while so many mails do: a link for a new password must find room."""
_LOG = logging.getLogger(__name__)


def newest_daily_ms(now_ms: int, zone: str) -> int:
    """When it was last eight in the morning there."""
    now = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(zone))
    eight = now.replace(hour=DAILY_AT_HOUR, minute=0, second=0, microsecond=0, fold=0)
    if eight > now:
        eight -= timedelta(days=1)
    return int(eight.timestamp()) * 1000


async def mail_due(service: Service) -> int:
    """Puts the mails that are due into the outbox; gives how many."""
    settings, now_ms = service.settings, service.now()
    daily_before_ms = newest_daily_ms(now_ms, settings.zone)

    def due(connection: Connection) -> dict[str, list[Notice]]:
        return notices.to_mail(connection, now_ms=now_ms, daily_before_ms=daily_before_ms)

    if not await service.store.read(due):
        return 0
    queued = await service.store.run(
        lambda connection: sum(
            _mail(connection, settings, account_id, some, now_ms) for account_id, some in due(connection).items()
        )
    )
    if queued:
        service.bus.publish(outbox.TOPIC)
    return queued


async def watch_screens(service: Service, since_ms: int) -> None:
    """Gives notice of screens that went dark or came back; we could have heard them since `since_ms`."""
    now_ms = service.now()
    if await service.store.read(
        lambda connection: dark_screens.look(connection, now_ms=now_ms, watched_since_ms=since_ms)
    ):
        await service.store.run(
            lambda connection: dark_screens.follow(connection, now_ms=now_ms, watched_since_ms=since_ms)
        )


async def tell_first_plays(service: Service) -> None:
    """Gives notice of what has its first time on a screen."""
    now_ms = service.now()
    if await service.store.read(lambda connection: first_plays.look(connection, now_ms=now_ms)):
        await service.store.run(lambda connection: first_plays.follow(connection, now_ms=now_ms))


async def tell_still_shown(service: Service) -> None:
    """Gives notice of what was taken off and some screen still has."""
    now_ms = service.now()

    def tell(connection: Connection) -> None:
        for take_down_id in take_downs.late(connection, now_ms=now_ms):
            item_id = take_downs.note_late(connection, take_down_id, now_ms=now_ms)
            occasions.still_shown(connection, item_id, now_ms=now_ms)

    if await service.store.read(lambda connection: take_downs.late(connection, now_ms=now_ms)):
        await service.store.run(tell)


async def notifying(app: web.Application) -> AsyncIterator[None]:
    """Watches and mails as long as the service runs (a `cleanup_ctx`)."""
    service, woken = app[SERVICE], asyncio.Event()
    since_ms = service.now()

    async def heed() -> None:
        # Whatever notices tell of changes the queue; screens are looked at by the clock.
        with service.bus.listening("queue") as hints:
            async for _hint in hints:
                woken.set()

    async def forever() -> None:
        while True:
            woken.clear()
            try:
                await watch_screens(service, since_ms)
                await tell_first_plays(service)
                await tell_still_shown(service)
                await mail_due(service)
            except Exception:  # noqa: BLE001
                # The worker's catch-all: what is to be mailed is still in its rows.
                _LOG.exception("looking after notices failed in an unexpected way; trying again")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(EVERY_S):
                    await woken.wait()

    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(heed()), tasks.create_task(forever())]
        yield
        for task in running:
            task.cancel()


def _mail(connection: Connection, settings: Settings, account_id: str, some: list[Notice], now_ms: int) -> bool:
    """Whether a mail was queued: there is room, somebody can get one, something of this is theirs and not over."""
    if outbox.count(connection) >= MOST_OF_OUTBOX:
        return False
    actor = accounts.actor(connection, account_id)
    if actor is None or mailable(actor.email) is None:
        notices.keep_here(connection, some)
        return False
    told = _worth_telling(connection, actor, some)
    left_out = {notice.id for notice in some} - {line.notice.id for line in told}
    notices.keep_here(connection, [notice for notice in some if notice.id in left_out])
    reader = Reader(actor.email, actor.name, actor.language)
    shown = [(line.in_one, line.path) for line in told[:MOST_IN_A_MAIL]]
    shown += _links(connection, settings, actor, told, now_ms)
    more = len(told) - len(shown)
    if not told or not sentences.notices(connection, settings, reader, shown, now_ms, more=more):
        return False
    notices.note_mailed(connection, [line.notice for line in told], now_ms=now_ms)
    return True


def _links(
    connection: Connection, settings: Settings, actor: Actor, told: list[notice_words.Line], now_ms: int
) -> list[tuple[str, str]]:
    """For what waits: links that decide about it without signing in, where there may be one."""
    waiting = [line.notice.subject_id for line in told if line.notice.kind is notices.Kind.WAITING]
    made = []
    for version_id in waiting[: decision_links.MOST_IN_A_MAIL] if settings.decision_links else ():
        token = decision_links.make(connection, actor, version_id, now_ms=now_ms)
        if token:
            made.append((_link_words(connection, actor, version_id), f"/decide?link={token}"))
    return made


def _link_words(connection: Connection, actor: Actor, version_id: str) -> str:
    title = item_words.title_of(connection, version_id)
    with in_language(actor.language):
        return _(
            "Look at “%(title)s” and decide without signing in. The link is yours alone, good once, for three days:",
            title=one_line(title),
        )


def _worth_telling(connection: Connection, actor: Actor, some: list[Notice]) -> list[notice_words.Line]:
    with in_language(actor.language):
        return [line for line in notice_words.lines(connection, actor, some) if not line.is_over]
