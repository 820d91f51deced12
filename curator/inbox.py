"""Watched folders: a file dropped into `inbox/<group>/` is uploaded as that group, then moved to `done` or `refused`.

A file is taken when it has stopped changing and nobody has it open for writing, once, whatever happens in between: what
was taken is noted by the file's identity. Sub-folders are looked into; symbolic links are never followed.
"""

import asyncio
import contextlib
import errno
import fcntl
import logging
import os
import stat
import warnings
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from aiohttp import web
from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from content import files
from content.clock import monotonic_ns
from content.media.many import is_passed_over
from curator import blobs, groups, library, receiving, uploads
from curator.found_reasons import told
from curator.groups import Group
from curator.library import Version
from curator.service import SERVICE, Service
from curator.store import Connection
from curator.tables import uploads as upload_rows
from curator.uploads import Upload, UploadRefused, Wanted
from curator.words import LANGUAGE, _

DONE, REFUSED = "done", "refused"
DEEPEST = 4
MOST_FILES = 1000
"""How many files of one group are looked at in one round; the others wait for the next."""
POLL_S = 10.0
"""How often is looked anyway: network folders tell nobody of their changes."""
LONGEST_KEPT_NAME = 180
_TELLING = frozenset({"created", "modified", "moved", "closed"})
_LOG = logging.getLogger(__name__)


class StillChanging(Exception):
    """The file changed while it was read; it is taken later."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells one state of one file from another."""

    device: int
    inode: int
    size_bytes: int
    modified_ns: int

    @staticmethod
    def of(status: os.stat_result) -> "Stamp":
        """The stamp of a file that was looked at."""
        return Stamp(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)

    def origin(self, group: Group) -> str:
        """How an upload remembers the file it came from."""
        return f"{group.id}:{self.device}:{self.inode}:{self.size_bytes}:{self.modified_ns}"


class Inboxes:
    """All groups' folders."""

    def __init__(self, service: Service) -> None:
        """Nothing has been seen yet."""
        self._service = service
        self._seen: dict[Path, tuple[Stamp, int]] = {}

    async def look(self) -> bool:
        """One round: takes what has settled, tells of what was refused later. True when something is still settling."""
        waiting = False
        everybody = await self._service.store.read(groups.every)
        seen_now: set[Path] = set()
        for group in everybody:
            found = await asyncio.to_thread(self._find, group)
            seen_now |= set(found)
            for path, stamp in found.items():
                if await asyncio.to_thread(self._has_settled, path, stamp):
                    await self._take(group, path, stamp)
                else:
                    waiting = True
        self._seen = {path: seen for path, seen in self._seen.items() if path in seen_now}
        await self._tell_of_later_refusals()
        return waiting

    def _folder(self, group: Group) -> Path:
        return self._service.settings.inboxes / group.slug

    def _find(self, group: Group) -> dict[Path, Stamp]:
        """The files of a group's folder; makes the folders that are missing."""
        folder = self._folder(group)
        for place in (folder, folder / DONE, folder / REFUSED):
            place.mkdir(exist_ok=True)
            if place.is_symlink():
                _LOG.warning("%s is a link; nothing is taken from this group's folder", place)
                return {}
        found: dict[Path, Stamp] = {}
        _gather(folder, 0, found)
        return found

    def _has_settled(self, path: Path, stamp: Stamp) -> bool:
        now_ns = monotonic_ns()
        known = self._seen.get(path)
        if known is None or known[0] != stamp:
            self._seen[path] = (stamp, now_ns)
            return False
        is_quiet = now_ns - known[1] >= self._service.settings.settle_seconds * 1_000_000_000
        return is_quiet and not _is_open_for_writing(path)

    async def _take(self, group: Group, path: Path, stamp: Stamp) -> None:
        try:
            upload = await self._upload(group, path, stamp)
        except (StillChanging, FileNotFoundError, receiving.NoRoom) as later:
            _LOG.info("inbox of %s: a file is taken later: %r", group.slug, later)
            return
        except UploadRefused as refused:
            await asyncio.to_thread(_put_aside, path, self._folder(group) / REFUSED, refused.told())
            return
        except OSError as error:
            _LOG.warning("inbox of %s: a file cannot be taken: %s", group.slug, error)
            return
        words = await self._service.store.read(lambda connection: _held_words(connection, upload))
        kept_as = await asyncio.to_thread(_put_aside, path, self._folder(group) / DONE, words)
        await self._service.store.run(lambda connection: _note_kept(connection, upload.id, kept_as))

    async def _upload(self, group: Group, path: Path, stamp: Stamp) -> Upload:
        service, origin = self._service, stamp.origin(group)
        known = await service.store.read(lambda connection: _of_origin(connection, origin))
        if known is not None and known.finished_ms is None and known.sha256 is None:
            await receiving.drop(service, known.id)  # a copy that was cut short
            known = None
        if known is None:
            known = await self._copy(group, path, stamp)
        return known if known.finished_ms is not None else await receiving.finish(service, known)

    async def _copy(self, group: Group, path: Path, stamp: Stamp) -> Upload:
        service, now_ms = self._service, self._service.now()
        largest_bytes = service.settings.largest_upload_bytes
        wanted = Wanted(
            group_id=group.id, file_name=path.name, title="", size_bytes=stamp.size_bytes, source="inbox",
            origin=stamp.origin(group),
        )  # fmt: skip
        uploads.check_size(stamp.size_bytes, largest_bytes)
        await asyncio.to_thread(receiving.refuse_without_room, service.settings, stamp.size_bytes)
        life_ms = service.settings.upload_life_hours * 3_600_000
        upload = await service.store.run(
            lambda connection: uploads.begin(
                connection, wanted, largest_bytes=largest_bytes, now_ms=now_ms, life_ms=life_ms
            )
        )
        try:
            await asyncio.to_thread(_copy_bytes, path, stamp, receiving.incoming_path(service.settings, upload.id))
        except (OSError, StillChanging) as error:
            await receiving.drop(service, upload.id)
            if isinstance(error, OSError) and blobs.is_full(error):
                raise receiving.no_room() from error
            raise
        return upload

    async def _tell_of_later_refusals(self) -> None:
        for upload, version, slug in await self._service.store.read(_kept_and_decided):
            if version.preparation == "refused":
                folder = self._service.settings.inboxes / slug
                words = "\n\n".join(f"{reason.sentence}\n{reason.what_to_do}" for reason in told(version.reasons))
                await asyncio.to_thread(_move_to_refused, folder, upload.kept_as, words)
            await self._service.store.run(partial(_note_kept, upload_id=upload.id, kept_as=""))


def _gather(folder: Path, depth: int, found: dict[Path, Stamp]) -> None:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        _LOG.warning("a folder in an inbox cannot be read: %s", error)
        return
    for entry in entries:
        if len(found) >= MOST_FILES:
            return
        if is_passed_over(entry.name) or (depth == 0 and entry.name in {DONE, REFUSED}):
            continue
        with contextlib.suppress(FileNotFoundError):
            status = entry.stat(follow_symlinks=False)
            if stat.S_ISDIR(status.st_mode) and depth < DEEPEST:
                _gather(Path(entry.path), depth + 1, found)
            elif stat.S_ISREG(status.st_mode):
                found[Path(entry.path)] = Stamp.of(status)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)


def _is_open_for_writing(path: Path) -> bool:
    """Whether some program still has the file open to write; False where the file system cannot tell."""
    try:
        descriptor = _open(path)
    except OSError:
        return False  # taking it will say what is wrong
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    finally:
        os.close(descriptor)
    return False


def _copy_bytes(path: Path, stamp: Stamp, to: Path) -> None:
    """Copies the file as it was when `stamp` was taken. Raises StillChanging when it is not that file any more."""
    with os.fdopen(_open(path), "rb") as source, blobs.Growing(to, make=True) as growing:
        if Stamp.of(os.fstat(source.fileno())) != stamp:
            raise StillChanging(path.name)
        while block := source.read(blobs.BLOCK_BYTES):
            growing.append(block)
            if growing.size_bytes > stamp.size_bytes:
                raise StillChanging(path.name)
        if Stamp.of(os.fstat(source.fileno())) != stamp or growing.settle() != stamp.size_bytes:
            raise StillChanging(path.name)


def _put_aside(path: Path, folder: Path, words: str) -> str:
    """Moves a file into `folder`, beside a text that says why when there are `words`; gives its name there."""
    name = _free_name(folder, path.name)
    with contextlib.suppress(FileNotFoundError):  # its owner took it away; the note is still worth having
        path.rename(folder / name)
    if words:
        files.write_whole(folder / f"{name}.txt", f"{words}\n".encode("utf-8", "replace"))
    files.sync_folder(folder)
    return name


def _move_to_refused(folder: Path, name: str, words: str) -> None:
    _put_aside(folder / DONE / name, folder / REFUSED, words)


def _free_name(folder: Path, name: str) -> str:
    """`name`, or `name (2)` and so on, that is not taken in `folder`."""
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 10:
        stem, dot, ending = name, "", ""
    while len(stem.encode("utf-8", "surrogateescape")) > LONGEST_KEPT_NAME:
        stem = stem[:-1]
    tried, number = f"{stem}{dot}{ending}", 1
    while os.path.lexists(folder / tried) or os.path.lexists(folder / f"{tried}.txt"):
        number += 1
        tried = f"{stem} ({number}){dot}{ending}"
    return tried


def _held_words(connection: Connection, upload: Upload) -> str:
    item = library.item(connection, upload.item_id or "")
    if upload.outcome != "held" or item is None:
        return ""
    return _("Your library already holds this very file: “%(title)s”. Nothing was added.", title=item.title)


def _of_origin(connection: Connection, origin: str) -> Upload | None:
    row = connection.execute(sa.select(upload_rows.c.id).where(upload_rows.c.origin == origin)).first()
    return uploads.get(connection, row.id) if row else None


def _note_kept(connection: Connection, upload_id: str, kept_as: str) -> None:
    # A name that is not UTF-8 cannot be stored; a refusal of such a file is told in the library only.
    storable = kept_as if kept_as.isprintable() else ""
    connection.execute(upload_rows.update().where(upload_rows.c.id == upload_id).values(kept_as=storable))


def _kept_and_decided(connection: Connection) -> list[tuple[Upload, Version, str]]:
    """Uploads from folders that preparation has spoken on since."""
    waiting = connection.execute(sa.select(upload_rows.c.id).where(upload_rows.c.kept_as != "")).all()
    found = []
    for row in waiting:
        upload = uploads.get(connection, row.id)
        version = library.version(connection, upload.version_id or "") if upload else None
        group = groups.get(connection, upload.group_id) if upload else None
        if upload and version and group and version.preparation in {"ready", "refused"}:
            found.append((upload, version, group.slug))
    return found


class _Waker(FileSystemEventHandler):
    """Wakes the loop when something was written, made or moved below the folder."""

    def __init__(self, loop: asyncio.AbstractEventLoop, woken: asyncio.Event) -> None:
        self._loop, self._woken = loop, woken

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in _TELLING and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._woken.set)


async def watching(app: web.Application) -> AsyncIterator[None]:
    """The part of the service that watches the folders (a `cleanup_ctx`); nothing where that is switched off."""
    service = app[SERVICE]
    if not service.settings.folders_watched:
        yield
        return
    woken = asyncio.Event()
    observer = await asyncio.to_thread(_start_observer, service, asyncio.get_running_loop(), woken)
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(_watch(service, woken)), tasks.create_task(_wake_on_hints(service, woken))]
        yield
        for task in running:
            task.cancel()
    if observer is not None:
        await asyncio.to_thread(_stop_observer, observer)


async def _watch(service: Service, woken: asyncio.Event) -> None:
    LANGUAGE.set(service.settings.language)
    inboxes = Inboxes(service)
    pause_s = max(service.settings.settle_seconds / 2, 0.05)
    while True:
        waiting = True
        try:
            waiting = await inboxes.look()
        except Exception:  # noqa: BLE001
            # The worker's catch-all: the files stay where they are and are looked at again.
            _LOG.exception("looking into the inboxes failed; trying again")
        if not waiting:
            with contextlib.suppress(TimeoutError):
                # Not wait_for: it loses a cancellation that comes together with a hint (Python 3.11).
                async with asyncio.timeout(POLL_S):
                    await woken.wait()
            woken.clear()
        await asyncio.sleep(pause_s)


async def _wake_on_hints(service: Service, woken: asyncio.Event) -> None:
    with service.bus.listening("group:", "item:") as hints:
        async for _hint in hints:
            woken.set()


def _start_observer(service: Service, loop: asyncio.AbstractEventLoop, woken: asyncio.Event) -> BaseObserver | None:
    # watchdog meets a folder made while it looks around twice, and warns of it; nothing is lost or doubled. Where
    # warnings are errors this would end its thread.
    warnings.filterwarnings("ignore", "Callback with id", RuntimeWarning)
    observer = Observer()
    observer.schedule(_Waker(loop, woken), str(service.settings.inboxes), recursive=True)
    try:
        observer.start()
    except OSError as error:
        _LOG.warning("folders cannot be watched (%s); they are looked at every %s s instead", error, POLL_S)
        return None
    return observer


def _stop_observer(observer: BaseObserver) -> None:
    observer.stop()
    observer.join()
