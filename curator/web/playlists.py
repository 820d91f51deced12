"""What plays on a screen as a file for VLC, mpv and other players on somebody's desk."""

from aiohttp import web

from curator import guide
from curator.authorisation import Action
from curator.guide import GuideEntry
from curator.programme.hours import HOUR_MS
from curator.programme.playlists import MEDIA_TYPES, Format, Track, m3u8, xspf
from curator.screens import Screen
from curator.service import service_of
from curator.store import Connection
from curator.web.doorman import allowed
from curator.web.problems import not_found
from curator.web.programme import screen_named
from curator.words import _

MOST_HOURS = 24
FURTHEST_MS = 370 * 24 * HOUR_MS


async def playlist(request: web.Request) -> web.StreamResponse:
    """The hours from `at` (UTC ms; now), `hours` of them (1): M3U8 or XSPF by the address's ending."""
    allowed(request, Action.SEE_PROGRAMME)
    screen = await screen_named(request)
    service = service_of(request)
    ending = _ending(request)
    start_ms = _number(request, "at", service.now(), service.now() + FURTHEST_MS)
    hours = _number(request, "hours", 1, MOST_HOURS)
    host = f"{request.scheme}://{request.host}"

    def look(connection: Connection) -> list[Track]:
        entries = guide.between(connection, screen.id, start_ms, start_ms + hours * HOUR_MS)
        return [_track(entry, host) for entry in entries]

    tracks = await service.store.read(look)
    text = m3u8(screen.name, tracks) if ending == "m3u8" else xspf(screen.name, tracks)
    name = _file_name(screen, ending)
    headers = {"Content-Type": MEDIA_TYPES[ending], "Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=text.encode(), headers=headers | {"Cache-Control": "private, no-store"})


def _track(entry: GuideEntry, host: str) -> Track:
    if entry.version_id is None:
        # TRANSLATORS: dark hours, and what the screen draws between items.
        title = _("dark") if entry.kind == "dark" else entry.title or _("the screen's own card")
        return Track(entry.start_ms, entry.end_ms, 0, title, "", "")
    address = f"{host}/files/{entry.version_id}/rendition"
    return Track(entry.start_ms, entry.end_ms, entry.media_offset_ms, entry.title, entry.group_name, address)


def _ending(request: web.Request) -> Format:
    return "m3u8" if request.match_info["format"] == "m3u8" else "xspf"


def _number(request: web.Request, name: str, default: int, most: int) -> int:
    words = request.query.get(name, "")
    if not words:
        return default
    if not (words.isascii() and words.isdecimal() and len(words) < 16) or not 0 < int(words) <= most:
        raise not_found()
    return int(words)


def _file_name(screen: Screen, ending: Format) -> str:
    return f"{screen.slug}.{ending}"


routes = [web.get(r"/programme/{screen}/playlist.{format:m3u8|xspf}", playlist)]
