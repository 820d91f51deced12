"""Deciding about one version by a link from a mail, without signing in. Looking decides nothing, whoever looks.

Programs that look at mails open links: only the two buttons of the page decide, by a form that comes from it.
"""

from aiohttp import web

from content.signing import SigningKey
from curator import decision_links, demands, item_words, moderation, notices
from curator.decision_links import BadLink, Link
from curator.found_reasons import told
from curator.not_decided import NotDecided
from curator.service import service_of
from curator.statements import PEOPLE, RIGHTS
from curator.store import Connection
from curator.web import files
from curator.web.forms import BadForm, Form, read_form
from curator.web.moderation import told_reasons
from curator.web.pages import render
from curator.web.problems import Problem, not_found
from curator.words import Told

SHOWN = frozenset({"rendition", "poster", "thumbnail", "veil", "strip"})
"""The files of a version that its link opens."""


async def page(request: web.Request) -> web.StreamResponse:
    """The item, and the two buttons."""
    return await _page(request, request.query.get("link", ""), is_shown=request.query.get("show") == "yes")


async def file(request: web.Request) -> web.StreamResponse:
    """One of the files the page shows."""
    link, what = await _opened(request, request.query.get("link", "")), request.match_info["what"]
    sha256, media_type = files.file_of(link.version, what) if what in SHOWN else (None, "")
    if sha256 is None:
        raise not_found()
    return await files.answer(request, sha256, media_type, f"{link.version.id}-{what}", is_public=False)


async def decide(request: web.Request) -> web.StreamResponse:
    """Takes the decision, in the name of whom the link is for."""
    form, service = await read_form(request), service_of(request)
    token, now_ms = form.text("link", most=100), service.now()
    await _opened(request, token)

    def work(connection: Connection) -> Link:
        link = decision_links.opened(connection, token, now_ms=now_ms)
        _decide(connection, link, form, now_ms=now_ms, key=service.key)
        decision_links.use(connection, link, now_ms=now_ms)
        subject = f"version:{link.version.id}"
        notices.read_about(connection, link.actor.account_id, [subject], None, now_ms=now_ms)
        return link

    try:
        link = await service.store.run(work)
    except BadLink as over:
        raise _over(over) from over
    except (NotDecided, BadForm) as bad:
        # Where nothing can be decided by this link any more, the page says that instead.
        return await _page(request, token, is_shown=form.flag("seen"), status=422, problem=bad.told(), form=form)
    for topic in ("queue", f"item:{link.item.id}", "programme:approved"):
        service.bus.publish(topic)
    return render(request, "decide.html", link=None, done=form.text("decision"), title=link.item.title)


def _decide(connection: Connection, link: Link, form: Form, *, now_ms: int, key: SigningKey) -> None:
    version = link.version
    if form.one_of("decision", {"approve", "reject"}) == "approve":
        moderation.approve(
            connection, version.id, version.sha256 or "", moderator=link.actor, key=key, now_ms=now_ms,
            is_seen=form.flag("seen"), by_link=True, words_mark=form.text("said", most=64) or None,
        )  # fmt: skip
        return
    moderation.reject(
        connection, version.id, version.sha256 or "", reason=form.text("reason", most=32),
        words=form.text("words", most=2 * moderation.LONGEST_WORDS), moderator=link.actor, now_ms=now_ms, by_link=True,
    )  # fmt: skip


async def _page(
    request: web.Request, token: str, *, is_shown: bool, status: int = 200, problem: str = "", form: Form | None = None
) -> web.Response:
    link, service = await _opened(request, token), service_of(request)
    is_blurred = await service.store.read(
        lambda connection: bool(demands.veiled(connection, [link.version.id], service.now()))
    )
    return render(
        request, "decide.html", status=status, link=link, token=token, item=link.item, version=link.version,
        is_veiled=is_blurred and not is_shown, problem=problem, found=told(link.version.reasons), people=PEOPLE,
        rights=RIGHTS, reasons=told_reasons(), longest_words=moderation.LONGEST_WORDS, zone=service.settings.zone,
        said=item_words.mark_of(link.item), reason=form.text("reason", most=32) if form else "", done="",
        title=link.item.title,
        words=form.text("words", most=2 * moderation.LONGEST_WORDS) if form else "",
    )  # fmt: skip


async def _opened(request: web.Request, token: str) -> Link:
    service = service_of(request)
    now_ms = service.now()
    if not service.settings.decision_links:
        raise _over(BadLink(decision_links.GOOD_NO_MORE))
    try:
        return await service.store.read(lambda connection: decision_links.opened(connection, token, now_ms=now_ms))
    except (BadLink, NotDecided) as over:
        raise _over(over) from over


def _over(told_why: Told) -> Problem:
    return Problem(410, "no_longer_good", told_why.told())


routes = [web.get("/decide", page), web.post("/decide", decide), web.get("/decide/{what}", file)]
