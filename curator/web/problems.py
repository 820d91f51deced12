"""Errors become answers here and nowhere else: a page for people, problem+json (RFC 9457) for programs."""

import json
import logging
from urllib.parse import quote

from aiohttp import web
from aiohttp.typedefs import Handler

from content.reading import BadDocument
from curator.authorisation import NotAllowed
from curator.web.pages import render
from curator.words import Told, _

_LOG = logging.getLogger(__name__)


class Problem(Exception):
    """An answer that is not a success: HTTP status, a stable code for programs, a sentence for people."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        """`sentence` says what is wrong and what to do, already in the reader's language."""
        super().__init__(sentence)
        self.status = status
        self.code = code
        self.sentence = sentence


class SignInNeeded(Exception):
    """Nobody is signed in, and somebody must be."""


def not_found() -> Problem:
    """There is no such thing, or it is not this reader's to see: both look the same from outside."""
    return Problem(404, "not_found", _("There is nothing here, or it is not yours to see."))


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turns what handlers raise into answers."""
    try:
        return await handler(request)
    except SignInNeeded:
        if is_api(request):
            return _answer(request, Problem(401, "sign_in_needed", _("Please sign in first.")))
        raise web.HTTPSeeOther(f"/sign-in?next={quote(request.rel_url.raw_path_qs, safe='/')}") from None
    except Problem as problem:
        return _answer(request, problem)
    except Told as told:
        return _answer(request, Problem(422, type(told).__name__, told.told()))
    except BadDocument as bad:
        return _answer(request, Problem(422, "bad_document", str(bad)))
    except NotAllowed as refused:
        _LOG.info("refused: %s %s needs %s", request.method, request.path, refused.action)
        return _answer(request, Problem(403, "not_allowed", _("Your role does not allow this.")))
    except web.HTTPException as answer:
        if answer.status < 400:
            raise
        return _answer(request, Problem(answer.status, answer.reason.lower().replace(" ", "_"), _plain(answer)))
    except ConnectionResetError:
        raise
    except Exception:  # noqa: BLE001
        # The one catch-all: the reader gets an apology, the log gets the trace, the service goes on.
        _LOG.exception("failed: %s %s", request.method, request.path)
        return _answer(request, Problem(500, "failed", _("Something broke on our side. It has been noted; try again.")))


def is_of_nodes(request: web.Request) -> bool:
    """Whether the address is one of those that nodes call with their bearer token."""
    return request.path.startswith("/api/v1/")


def is_api(request: web.Request) -> bool:
    """Whether a program asks: by the address, or by what it accepts."""
    return request.path.startswith(("/api/", "/uploads")) or "application/json" in request.headers.get("Accept", "")


def _plain(answer: web.HTTPException) -> str:
    sentences = {
        404: _("There is nothing here, or it is not yours to see."),
        405: _("That cannot be done here."),
        413: _("That is larger than what can be taken here."),
    }
    return sentences.get(answer.status, answer.reason)


def _answer(request: web.Request, problem: Problem) -> web.Response:
    if is_api(request):
        body = {"type": "about:blank", "title": problem.sentence, "status": problem.status, "code": problem.code}
        return web.Response(
            status=problem.status, body=json.dumps(body).encode(), content_type="application/problem+json",
            headers={"WWW-Authenticate": "Bearer"} if problem.status == 401 and is_of_nodes(request) else None,
        )  # fmt: skip
    return render(request, "problem.html", status=problem.status, problem=problem)
