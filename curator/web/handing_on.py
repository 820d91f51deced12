"""What a moderator can do besides deciding: ask the group for a change, pass a decision on, put it back."""

from aiohttp import web

from curator import asking, passing_on
from curator.authorisation import Action
from curator.moderation import LONGEST_WORDS
from curator.service import service_of
from curator.web.doorman import allowed
from curator.web.forms import read_form
from curator.web.moderation import decide_and_go_on, decide_here


async def ask(request: web.Request) -> web.StreamResponse:
    """Asks the group to change it, in words."""
    moderator = allowed(request, Action.DECIDE)
    form, now_ms = await read_form(request), service_of(request).now()
    version_id, sha256 = request.match_info["version_id"], form.text("sha256", most=64)
    words = form.text("asked", most=LONGEST_WORDS)
    return await decide_and_go_on(
        request, form,
        lambda connection: asking.ask(
            connection, version_id, sha256, words=words, moderator=moderator, now_ms=now_ms
        ),
    )  # fmt: skip


async def pass_on(request: web.Request) -> web.StreamResponse:
    """Passes the decision on to somebody else."""
    moderator = allowed(request, Action.DECIDE)
    form, now_ms = await read_form(request), service_of(request).now()
    version_id, sha256 = request.match_info["version_id"], form.text("sha256", most=64)
    to, words = form.text("to", most=32), form.text("passed_words", most=LONGEST_WORDS)
    return await decide_and_go_on(
        request, form,
        lambda connection: passing_on.pass_on(
            connection, version_id, sha256, to=to, words=words, moderator=moderator, now_ms=now_ms
        ),
    )  # fmt: skip


async def take_back(request: web.Request) -> web.StreamResponse:
    """Puts what was passed on back into the queue."""
    moderator = allowed(request, Action.DECIDE)
    form, now_ms = await read_form(request), service_of(request).now()
    version_id = request.match_info["version_id"]
    return await decide_here(
        request, form,
        lambda connection: passing_on.take_back(connection, version_id, moderator=moderator, now_ms=now_ms),
    )  # fmt: skip


routes = [
    web.post("/moderation/{version_id}/ask", ask),
    web.post("/moderation/{version_id}/pass-on", pass_on),
    web.post("/moderation/{version_id}/put-back", take_back),
]
