"""Errors become answers here and nowhere else: a page for people, problem+json (RFC 9457) for programs."""

import json
import logging
import re
from http import HTTPStatus
from urllib.parse import quote

from aiohttp import web
from aiohttp.typedefs import Handler

from content.reading import BadDocument
from curator.authorisation import NotAllowed
from curator.problem import Fault, Problem, SignInNeeded, not_found
from curator.web.pages import render
from curator.words import Told, _

__all__ = ["Fault", "Problem", "SignInNeeded", "is_api", "is_of_nodes", "not_found", "problems"]

_LOG = logging.getLogger(__name__)


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
        return _answer(request, Problem(422, _code_of(told), told.told()))
    except BadDocument as bad:
        return _answer(request, Problem(422, "bad_document", str(bad)))
    except NotAllowed as refused:
        _LOG.info("refused: %s %s needs %s", request.method, request.path, refused.action)
        return _answer(request, Problem(403, "not_allowed", _("Your role does not allow this.")))
    except web.HTTPException as answer:
        if answer.status < 400:
            raise
        allow = {"Allow": answer.headers["Allow"]} if "Allow" in answer.headers else {}
        code = answer.reason.lower().replace(" ", "_")
        return _answer(request, Problem(answer.status, code, _plain(answer), headers=allow))
    except ConnectionResetError:
        raise
    except Exception:  # noqa: BLE001
        # The one catch-all: the reader gets an apology, the log gets the trace, the service goes on.
        _LOG.exception("failed: %s %s", request.method, request.path)
        return _answer(request, Problem(500, "failed", _("Something broke on our side. It has been noted; try again.")))


def _code_of(told: Told) -> str:
    """`BadOrder` as `bad_order`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(told).__name__).lower()


def is_of_nodes(request: web.Request) -> bool:
    """Whether the address is one of those that nodes call with their bearer token."""
    return request.path.startswith("/api/v1/")


def is_of_programs(request: web.Request) -> bool:
    """Whether programs call the address with a bearer token: those of nodes, and the API for people's programs."""
    return request.path.startswith("/api/")


def is_api(request: web.Request) -> bool:
    """Whether a program asks: by the address, or by what it accepts."""
    headers = request.headers
    is_program = "application/json" in headers.get("Accept", "") or "Authorization" in headers
    return is_program or (request.path.startswith(("/api/", "/uploads")) and request.path != "/api/")


def _plain(answer: web.HTTPException) -> str:
    sentences = {
        404: _("There is nothing here, or it is not yours to see."),
        405: _("That cannot be done here."),
        413: _("That is larger than what can be taken here."),
    }
    return sentences.get(answer.status, answer.reason)


def _answer(request: web.Request, problem: Problem) -> web.Response:
    if is_api(request):
        return problem_json(problem, needs_bearer=problem.status == 401 and is_of_programs(request))
    return render(request, "problem.html", status=problem.status, problem=problem)


def problem_json(problem: Problem, *, needs_bearer: bool = False) -> web.Response:
    """The problem as programs are told it, in one shape wherever they ask."""
    body: dict[str, object] = {
        "type": f"/api/#{problem.code}", "title": _phrase(problem.status), "status": problem.status,
        "detail": problem.sentence, "code": problem.code,
    }  # fmt: skip
    if problem.errors:
        body["errors"] = [{"field": fault.field, "detail": fault.detail} for fault in problem.errors]
    headers = ({"WWW-Authenticate": "Bearer"} if needs_bearer else {}) | problem.headers
    return web.Response(
        status=problem.status, body=json.dumps(body).encode(), content_type="application/problem+json",
        headers=headers | {"Cache-Control": "no-store"},
    )  # fmt: skip


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
