"""Style sheets, scripts and pictures of the pages. Addresses carry a mark of the content, so browsers keep them."""

from pathlib import Path

from aiohttp import web

from curator.web.pages import HERE
from curator.web.problems import not_found

_TYPES = {
    ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png", ".ico": "image/x-icon",
    ".txt": "text/plain", ".json": "application/json", ".webp": "image/webp",
}  # fmt: skip
FOLDER = HERE / "static"
_KNOWN = {
    path.relative_to(FOLDER).as_posix(): path
    for path in sorted(FOLDER.rglob("*"))
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
