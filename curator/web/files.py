"""The pictures and films of the library over HTTP: who may see which is asked each time. Never the originals."""

import asyncio
from typing import Final

from aiohttp import web

from content import files
from curator import library
from curator.authorisation import Action
from curator.library import Item, Version
from curator.service import service_of
from curator.store import Connection
from curator.web.pages import ACTOR
from curator.web.problems import not_found

_ENDINGS: Final = {"video/mp4": "mp4", "image/jpeg": "jpg", "image/png": "png"}
_FOR_EVERYBODY = frozenset({"rendition", "thumbnail", "poster"})
SHA256: web.RequestKey[str] = web.RequestKey("sha256", str)


async def name_by_hash(request: web.Request, response: web.StreamResponse) -> None:
    """A file's ETag is its SHA-256, not the date aiohttp would take. (An `on_response_prepare` signal.)"""
    if SHA256 in request and response.status in {200, 206, 304}:
        response.headers["ETag"] = f'"{request[SHA256]}"'
        response.headers.pop("Last-Modified", None)


async def file(request: web.Request) -> web.StreamResponse:
    """One file of a version: its `rendition` or one of its pictures. Not there for whoever may not see it."""
    version_id, what = request.match_info["version"], request.match_info["what"]
    found = await service_of(request).store.read(lambda connection: _look(connection, version_id))
    if found is None:
        raise not_found()
    item, version = found
    sha256, media_type = file_of(version, what)
    is_public = item.may_play(version) and what in _FOR_EVERYBODY
    if sha256 is None or not (is_public or may_see(request, item)):
        raise not_found()
    name = f"{item.group_slug}-{version.id}-{what}.{_ENDINGS[media_type]}"
    return await answer(request, sha256, media_type, name, is_public=is_public)


async def answer(
    request: web.Request, sha256: str, media_type: str, name: str, *, is_public: bool
) -> web.StreamResponse:
    """A file of the store, for whoever was found to be allowed to see it."""
    request[SHA256] = sha256
    # Whoever keeps a copy asks again before showing it: what is withdrawn is gone at once, also from caches.
    headers = {"Cache-Control": "public, no-cache" if is_public else "private, no-cache"}
    if any(etag.value in {sha256, "*"} for etag in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    path = files.place_of(service_of(request).settings.files, sha256)
    if not await asyncio.to_thread(path.is_file):
        raise not_found()
    headers |= {"Content-Type": media_type, "Content-Disposition": f'inline; filename="{name}"'}
    return web.FileResponse(path, headers=headers)


def _look(connection: Connection, version_id: str) -> tuple[Item, Version] | None:
    version = library.version(connection, version_id)
    item = library.item(connection, version.item_id) if version else None
    return (item, version) if item and version else None


def file_of(version: Version, what: str) -> tuple[str | None, str]:
    """The hash of one of a version's files (None where there is none), and its media type."""
    hashes = {
        "thumbnail": version.thumbnail_sha256, "poster": version.poster_sha256, "strip": version.strip_sha256,
        "veil": version.veil_sha256,
        "before": version.before_sha256, "after": version.after_sha256,
    }  # fmt: skip
    if what == "rendition":
        return (version.sha256 if version.media_type in _ENDINGS else None), version.media_type
    return hashes.get(what), "image/jpeg"


def may_see(request: web.Request, item: Item) -> bool:
    """Whether the reader may see what of an item is not public."""
    actor = request[ACTOR]
    return actor is not None and (
        actor.may(Action.SEE_LIBRARY, group=item.group_id) or actor.may(Action.SEE_QUEUE)
    )  # fmt: skip


routes = [web.get("/files/{version}/{what}", file)]
