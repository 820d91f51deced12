"""New words of an approved item: a moderator allows them on the screens, or puts the old ones back."""

from aiohttp import web

from curator import library, screen_words
from curator.authorisation import Action
from curator.moderation import LONGEST_WORDS
from curator.service import service_of
from curator.store import Connection
from curator.web.doorman import allowed
from curator.web.forms import read_form
from curator.web.moderation import decide_here


async def allow(request: web.Request) -> web.StreamResponse:
    """The new words are drawn on the screens from the next manifest on."""
    moderator, service = allowed(request, Action.DECIDE), service_of(request)
    form = await read_form(request)
    mark, now_ms, version_id = form.text("said", most=64), service.now(), request.match_info["version_id"]

    def decide(connection: Connection) -> None:
        screen_words.allow(connection, _item(connection, version_id), mark, moderator=moderator, now_ms=now_ms)

    return await decide_here(request, form, decide)


async def put_back(request: web.Request) -> web.StreamResponse:
    """The item has its old words again; the group reads why."""
    moderator, service = allowed(request, Action.DECIDE), service_of(request)
    form = await read_form(request)
    mark, now_ms, version_id = form.text("said", most=64), service.now(), request.match_info["version_id"]
    words = form.text("words_back", most=LONGEST_WORDS)

    def decide(connection: Connection) -> None:
        screen_words.put_back(
            connection, _item(connection, version_id), mark, words=words, moderator=moderator, now_ms=now_ms
        )

    return await decide_here(request, form, decide)


def _item(connection: Connection, version_id: str) -> str:
    version = library.version(connection, version_id)
    return version.item_id if version else ""


routes = [
    web.post("/moderation/{version_id}/words/allow", allow),
    web.post("/moderation/{version_id}/words/back", put_back),
]
