"""Style sheets, scripts and pictures of the pages. Addresses carry a mark of the content, so browsers keep them."""

from pathlib import Path

from aiohttp import web

from curator.web.pages import HERE
from curator.web.problems import not_found
from kiosks.phone import STATIC

_TYPES = {
    ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png", ".ico": "image/x-icon",
    ".txt": "text/plain", ".json": "application/json", ".webp": "image/webp",
}  # fmt: skip
FOLDERS = (HERE / "static", STATIC)
_KNOWN = {
    path.relative_to(folder).as_posix(): path
    for folder in FOLDERS
    for path in sorted(folder.rglob("*"))
    if path.suffix in _TYPES and path.is_file()
}


async def asset(request: web.Request) -> web.StreamResponse:
    """One of our own files; the list is made at start, so no address reaches any other file."""
    path: Path | None = _KNOWN.get(request.match_info["name"])
    if path is None:
        raise not_found()
    return web.FileResponse(
        path,
        headers={"Content-Type": _TYPES[path.suffix], "Cache-Control": "public, max-age=31536000, immutable"},
    )
