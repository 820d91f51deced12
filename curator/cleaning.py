"""Frees the disk of what is over: withdrawn items, refused, rejected, replaced and never submitted versions.

`keep_days` later, that is.

Captions go with their version; those removed or replaced go at once, when no manifest and no other film needs them.
Notices go after the same time.

Rows and decisions stay for ever; only files go. First a version is marked as cleaned, durably, then its files are
removed where nothing else needs the same bytes. A crash between the two leaves a file too many, which the next round
removes, and never a version that may play without its file. No file is removed while something is being prepared:
what is made now may be the same bytes, and has no row yet.
"""

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator, Iterable
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from aiohttp import web

from content import files
from curator import (
    answers,
    audit,
    decision_links,
    identities,
    next_up,
    notices,
    street_reports,
    tokens,
    webhooks,
)
from curator.config import Settings
from curator.library import FILES_OF_A_VERSION
from curator.sealed import MANIFESTS_SERVED
from curator.service import SERVICE, Service
from curator.store import Connection
from curator.tables import captions, decisions, items, jobs, manifest_files, manifests, uploads, versions
from curator.tables_variants import variants

EVERY_S = 600.0
MOST_MARKED = 200
"""How many versions are marked in one transaction, and one round."""
MOST_REMOVED = 50
"""How many files are removed while the database is held."""
STRAY_AFTER_S = 86_400.0
STRAYS_EVERY_ROUNDS = 144
"""Once a day: every file is looked up."""
DAY_MS = 86_400_000
_CAPTIONED = captions.join(versions, captions.c.version_id == versions.c.id)
_LOG = logging.getLogger(__name__)


async def clear_strays(service: Service) -> int:
    """Removes files that no row names and that nobody has touched for a day; gives how many.

    A worker that died between keeping a file and storing its row leaves such files.
    """
    settings, before_s = service.settings, service.now() / 1_000 - STRAY_AFTER_S
    old = await asyncio.to_thread(_untouched_since, settings.files, before_s)
    removed = 0
    for start in range(0, len(old), MOST_REMOVED):
        some = old[start : start + MOST_REMOVED]
        strays = await service.store.read(partial(_unneeded, paths=some))
        if strays:
            removed += await service.store.run(partial(remove, settings=settings, paths=strays))
    return removed


def _unneeded(connection: Connection, paths: list[Path]) -> list[Path]:
    return [path for path in paths if not _needs_file(connection, path.name)]


def _untouched_since(folder: Path, before_s: float) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.stat().st_mtime < before_s]


async def clean(service: Service) -> int:
    """One round: marks what has been over for `keep_days`, then removes files; gives how many files were removed."""
    now_ms = service.now()
    before_ms = now_ms - service.settings.keep_days * DAY_MS
    marked = await service.store.run(lambda connection: mark(connection, before_ms=before_ms, now_ms=now_ms))
    for topic in marked:
        service.bus.publish(topic)
    await service.store.run(lambda connection: notices.forget(connection, before_ms))
    await service.store.run(lambda connection: tokens.forget(connection, now_ms))
    await service.store.run(lambda connection: decision_links.forget(connection, now_ms))
    await service.store.run(lambda connection: webhooks.forget(connection, now_ms))
    await service.store.run(lambda connection: answers.forget(connection, now_ms))
    await service.store.run(lambda connection: next_up.forget(connection, now_ms))
    await service.store.run(lambda connection: street_reports.forget(connection, now_ms))
    await service.store.run(lambda connection: identities.forget_newcomers(connection, now_ms))
    left = await service.store.read(_left_over)
    there = await asyncio.to_thread(lambda: [path for path in _places(service.settings, left) if path.exists()])
    removed = 0
    for start in range(0, len(there), MOST_REMOVED):
        some = there[start : start + MOST_REMOVED]
        removed += await service.store.run(partial(remove, settings=service.settings, paths=some))
    return removed


def mark(connection: Connection, *, before_ms: int, now_ms: int) -> list[str]:
    """Marks the versions that were over before `before_ms`; gives the topics that tell of it. Removes nothing."""
    over = connection.execute(_over(before_ms).limit(MOST_MARKED)).all()
    for row in over:
        connection.execute(versions.update().where(versions.c.id == row.id).values(cleaned_ms=now_ms))
        audit.record(connection, now_ms, None, "version.clean", f"version:{row.id}", item=row.item_id)
    return sorted({f"item:{row.item_id}" for row in over} | {f"group:{row.group_id}" for row in over})


def remove(connection: Connection, settings: Settings, paths: Iterable[Path]) -> int:
    """Removes the files that nothing needs; gives how many. For the writer: nobody can begin to need one meanwhile."""
    if connection.execute(sa.select(jobs.c.id).where(jobs.c.state == "running").limit(1)).first():
        return 0
    removed = 0
    for path in paths:
        is_original = path.is_relative_to(settings.originals)
        if not (_needs_original if is_original else _needs_file)(connection, path.name):
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def _over(before_ms: int) -> "sa.Select[tuple[str, str, str]]":
    """Versions whose time is over: none of them waits, may play, or is being prepared."""
    decided = sa.select(sa.func.max(decisions.c.created_ms)).where(decisions.c.version_id == versions.c.id)
    of_item = versions.alias("of_item")
    decided_on_item = (
        sa.select(sa.func.max(decisions.c.created_ms))
        .select_from(decisions.join(of_item, decisions.c.version_id == of_item.c.id))
        .where(of_item.c.item_id == versions.c.item_id)
    )
    is_ready_draft = sa.and_(versions.c.state == "draft", versions.c.preparation == "ready")
    waits = sa.or_(versions.c.mended_from.is_not(None), versions.c.ticket_id.is_not(None))
    is_unsubmitted = sa.and_(is_ready_draft, waits, versions.c.submitted_ms.is_(None))
    is_replaced = sa.and_(is_ready_draft, sa.not_(is_unsubmitted))
    return (
        sa.select(versions.c.id, versions.c.item_id, items.c.group_id)
        .select_from(
            versions.join(items, versions.c.item_id == items.c.id).outerjoin(
                variants, versions.c.variant_id == variants.c.id
            )
        )
        .where(
            versions.c.cleaned_ms.is_(None),
            versions.c.id.is_distinct_from(items.c.approved_version_id),
            versions.c.state != "approved",
            sa.or_(
                items.c.withdrawn_ms <= before_ms,
                variants.c.removed_ms <= before_ms,
                sa.and_(versions.c.preparation == "refused", versions.c.prepared_ms <= before_ms),
                sa.and_(is_unsubmitted, versions.c.prepared_ms <= before_ms),
                sa.and_(
                    versions.c.state.in_(["rejected", "asked"]),
                    decided.correlate(versions).scalar_subquery() <= before_ms,
                ),
                sa.and_(is_replaced, decided_on_item.correlate(versions).scalar_subquery() <= before_ms),
            ),
        )
        .order_by(versions.c.created_ms)
    )


def _left_over(connection: Connection) -> tuple[set[str], set[str]]:
    """The hashes of files and of originals that cleaned versions had, whether they are still there or not."""
    columns = (versions.c.upload_sha256, *(versions.c[name] for name in FILES_OF_A_VERSION))
    rows = connection.execute(sa.select(*columns).where(versions.c.cleaned_ms.is_not(None))).all()
    over = sa.or_(captions.c.state == "removed", versions.c.cleaned_ms.is_not(None))
    texts = sa.select(captions.c.sha256).select_from(_CAPTIONED).where(over)
    made = {name for row in rows for name in row[1:] if name} | set(connection.execute(texts).scalars())
    return made, {row[0] for row in rows}


def _places(settings: Settings, left: tuple[set[str], set[str]]) -> list[Path]:
    made, originals = left
    return [files.place_of(settings.files, name) for name in sorted(made)] + [
        files.place_of(settings.originals, name) for name in sorted(originals)
    ]


def _needs_original(connection: Connection, sha256: str) -> bool:
    kept = sa.select(versions.c.id).where(versions.c.upload_sha256 == sha256, versions.c.cleaned_ms.is_(None))
    coming = sa.select(uploads.c.id).where(uploads.c.sha256 == sha256, uploads.c.finished_ms.is_(None))
    return any(connection.execute(query.limit(1)).first() is not None for query in (kept, coming))


def _needs_file(connection: Connection, sha256: str) -> bool:
    named = sa.or_(*(versions.c[name] == sha256 for name in FILES_OF_A_VERSION))
    kept = sa.select(versions.c.id).where(named, versions.c.cleaned_ms.is_(None))
    newest = (
        sa.select(sa.func.max(manifests.c.version))
        .where(manifests.c.screen_id == manifest_files.c.screen_id)
        .correlate(manifest_files)
        .scalar_subquery()
    )
    shown = sa.select(manifest_files.c.sha256).where(
        manifest_files.c.sha256 == sha256, manifest_files.c.version > newest - MANIFESTS_SERVED
    )
    read = (
        sa.select(captions.c.id)
        .select_from(_CAPTIONED)
        .where(captions.c.sha256 == sha256, captions.c.state != "removed", versions.c.cleaned_ms.is_(None))
    )
    return any(connection.execute(query.limit(1)).first() is not None for query in (kept, shown, read))


async def cleaning(app: web.Application) -> AsyncIterator[None]:
    """The part of the service that frees the disk (a `cleanup_ctx`)."""
    service = app[SERVICE]

    async def forever() -> None:
        for turn in itertools.count():
            try:
                removed = await clean(service)
                removed += 0 if turn % STRAYS_EVERY_ROUNDS else await clear_strays(service)
                if removed:
                    _LOG.info("removed %s files of what was over %s days ago", removed, service.settings.keep_days)
            except Exception:  # noqa: BLE001
                # The worker's catch-all: nothing is lost by keeping files a little longer.
                _LOG.exception("cleaning failed; trying again")
            await asyncio.sleep(EVERY_S)

    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(forever())
        yield
        task.cancel()
