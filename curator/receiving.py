"""A whole upload becomes an item: hashed, kept among the originals, told to the library, in steps that may be repeated.

hash noted -> original kept -> item, version and job made in one transaction. A crash between any two is healed by doing
it again, which `tidying` does at start and every minute; it also drops uploads nobody came back to.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

from aiohttp import web

from content import files
from curator import blobs, uploads
from curator.config import Settings
from curator.service import SERVICE, Service
from curator.store import Connection
from curator.uploads import Upload, UploadRefused
from curator.words import N_

EVERY_S = 60.0
JOBS_TOPIC = "jobs"
"""Workers: there may be something to do."""
TURNS_TOPIC = "turns"
"""Pages: whose turn comes when may have changed."""
_LOG = logging.getLogger(__name__)


class NoRoom(UploadRefused):
    """The disk is full, or nearly."""

    status = 507
    code = "disk_full"


def incoming_path(settings: Settings, upload_id: str) -> Path:
    """Where the bytes of an upload gather. `upload_id` is one that the database knows."""
    return settings.incoming / upload_id


def refuse_without_room(settings: Settings, more_bytes: int) -> None:
    """Raises NoRoom when `more_bytes` would leave less than the spare room on the disk. For threads."""
    if blobs.free_bytes(settings.incoming) - more_bytes < settings.spare_disk_bytes:
        raise no_room()


def no_room() -> NoRoom:
    """What is told when the disk is full."""
    return NoRoom(
        N_("The service's disk is full. What you sent so far is kept: go on later, or tell the people who run this.")
    )


async def finish(service: Service, upload: Upload) -> Upload:
    """What a whole upload became; doing it twice is harmless.

    Raises UploadRefused when the group has no room any more (the upload is dropped), NoRoom when the disk has none (it
    may be tried again), FileNotFoundError when its bytes are gone.
    """
    path = incoming_path(service.settings, upload.id)
    try:
        if upload.sha256 is None:
            upload = await _note_hash(service, upload, path)
        if upload.finished_ms is None:
            sha256 = upload.sha256 or ""
            await asyncio.to_thread(blobs.keep, service.settings.originals, path, sha256)
            now_ms, upload_id = service.now(), upload.id
            upload = await service.store.run(lambda connection: uploads.receive(connection, upload_id, now_ms))
    except uploads.OverQuota:
        await drop(service, upload.id)
        raise
    except OSError as error:
        if blobs.is_full(error):
            raise no_room() from error
        raise
    await asyncio.to_thread(blobs.discard, path)
    for topic in (f"item:{upload.item_id}", f"group:{upload.group_id}", TURNS_TOPIC, JOBS_TOPIC):
        service.bus.publish(topic)
    return upload


async def _note_hash(service: Service, upload: Upload, path: Path) -> Upload:
    sha256 = await asyncio.to_thread(files.sha256_of, path)
    now_ms = service.now()
    return await service.store.run(
        lambda connection: uploads.note_whole(
            connection, upload.id, sha256=sha256, size_bytes=upload.size_bytes, now_ms=now_ms
        )
    )


async def drop(service: Service, upload_id: str) -> None:
    """Forgets an unfinished upload and its bytes."""
    await service.store.run(lambda connection: uploads.forget(connection, upload_id))
    await asyncio.to_thread(blobs.discard, incoming_path(service.settings, upload_id))


async def tidy(service: Service) -> None:
    """Ends uploads that are whole, drops those that expired and bytes that belong to none."""
    now_ms = service.now()
    for upload_id in await service.store.run(lambda connection: uploads.forget_expired(connection, now_ms)):
        await asyncio.to_thread(blobs.discard, incoming_path(service.settings, upload_id))
    for upload in await service.store.read(uploads.unfinished):
        try:
            await _heal(service, upload)
        except (blobs.Busy, UploadRefused):
            continue  # somebody is sending it right now, or it must wait for room
    await _discard_strays(service)


async def _heal(service: Service, upload: Upload) -> None:
    """Finishes an upload whose bytes are all there but whose end was cut off by a crash."""
    if upload.sha256 is not None:
        await finish(service, upload)
        return
    path = incoming_path(service.settings, upload.id)
    try:
        growing = await asyncio.to_thread(blobs.Growing, path)
    except FileNotFoundError:
        return
    try:
        if growing.size_bytes == upload.size_bytes and upload.source not in {"form", "ticket"}:
            await asyncio.to_thread(growing.settle)
            await finish(service, upload)
    finally:
        await asyncio.to_thread(growing.close)


async def _discard_strays(service: Service) -> None:
    def strays() -> list[Path]:
        return [path for path in service.settings.incoming.iterdir() if path.is_file()]

    for path in await asyncio.to_thread(strays):
        if not await service.store.read(partial(_is_awaited, upload_id=path.name)):
            await asyncio.to_thread(blobs.discard, path)


def _is_awaited(connection: Connection, upload_id: str) -> bool:
    upload = uploads.get(connection, upload_id)
    return upload is not None and upload.finished_ms is None


async def tidying(app: web.Application) -> AsyncIterator[None]:
    """The part of the service that keeps uploads tidy (a `cleanup_ctx`)."""
    service = app[SERVICE]

    async def forever() -> None:
        while True:
            try:
                await tidy(service)
            except Exception:  # noqa: BLE001
                # The worker's catch-all: uploads go on; what could not be tidied is tried again in a minute.
                _LOG.exception("tidying uploads failed; trying again")
            await asyncio.sleep(EVERY_S)

    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(forever())
        yield
        task.cancel()
