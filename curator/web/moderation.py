"""The moderation queue, the page on which one version is decided, and the published policy."""

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web
from yarl import URL

from content.manifest import MOST_CAPTIONS
from curator import (
    accounts,
    appeals,
    caption_intake,
    captions,
    library,
    likeness,
    moderation,
    policy,
    promptness,
    two_persons,
)  # fmt: skip
from curator.appeals import Appeal
from curator.authorisation import Action, Actor
from curator.found_reasons import told
from curator.library import Item, Version
from curator.likeness import Alike
from curator.moderation import Decision, History, NotDecided, Waiting
from curator.notices import Kind
from curator.service import service_of
from curator.statements import PEOPLE, RIGHTS
from curator.store import Connection
from curator.two_persons import Agreement
from curator.web.doorman import allowed
from curator.web.forms import Form, read_form
from curator.web.mended import mended_of
from curator.web.notices import looked_at
from curator.web.pages import render
from curator.web.problems import not_found
from curator.words import LANGUAGE, _, ngettext

KINDS = ("video", "still")
Decide = Callable[[Connection], None]
POLICY = policy.reasons()
"""Read when the service starts: a policy with a word missing is found before anybody needs it."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which part of the queue somebody works through."""

    group: str
    kind: str

    def address(self, path: str, **more: str) -> str:
        """`path` with this choice kept."""
        query = {name: value for name, value in {"group": self.group, "kind": self.kind, **more}.items() if value}
        return str(URL(path).with_query(query))


@dataclass(frozen=True, slots=True)
class QueuePage:
    """What the page of the queue shows; `done` is what its reader decided a moment ago."""

    waiting: list[Waiting]
    count: int
    groups: list[tuple[str, str, int]]
    captions: list[captions.Waiting]
    done: tuple[str, Decision] | None


@dataclass(frozen=True, slots=True)
class Case:
    """All a moderator needs to decide about one version."""

    item: Item
    version: Version
    uploader: str
    decision: Decision | None
    first: Agreement | None
    """Who agreed first, where two people must."""
    two_must_agree: bool
    appeal: Appeal | None
    bar: NotDecided | None
    """Why the reader may not decide."""
    history: History
    earlier: list[Decision]
    queue: list[Waiting]
    waiting: int
    tracks: list[captions.Track]
    alike: list[Alike]
    """What was uploaded before and shows the same."""


async def queue(request: web.Request) -> web.StreamResponse:
    """What waits, oldest first."""
    actor = allowed(request, Action.SEE_QUEUE)
    await looked_at(request, kind=Kind.WAITING)
    chosen = _chosen(request.query.get("group", ""), request.query.get("kind", ""))
    after = request.query.get("after", "")

    def look(connection: Connection) -> QueuePage:
        return QueuePage(
            waiting=moderation.queue(connection, group=chosen.group, kind=chosen.kind),
            count=moderation.count_waiting(connection, group=chosen.group, kind=chosen.kind),
            groups=moderation.waiting_by_group(connection),
            captions=captions.waiting(connection),
            done=_just_decided(connection, actor, after),
        )

    page = await service_of(request).store.read(look)
    return render(
        request, "moderation.html", chosen=chosen, wait=wait_in_words, kinds=KINDS, waiting=page.waiting,
        count=page.count, groups=page.groups, done=page.done, captions=page.captions,
    )  # fmt: skip


async def case(request: web.Request) -> web.StreamResponse:
    """One version, with everything a decision needs."""
    allowed(request, Action.SEE_QUEUE)
    await looked_at(request, f"version:{request.match_info['version_id']}")
    return await _show(request, _chosen(request.query.get("group", ""), request.query.get("kind", "")))


async def approve(request: web.Request) -> web.StreamResponse:
    """Approves the bytes the form names: the version, and with it the captions that were ticked."""
    moderator = allowed(request, Action.DECIDE)
    service = service_of(request)
    form = await read_form(request)
    version_id, sha256, now_ms = request.match_info["version_id"], form.text("sha256", most=64), service.now()
    ticked = [words.partition(" ") for words in form.texts("captions", most=MOST_CAPTIONS)]

    def decide(connection: Connection) -> None:
        moderation.approve(
            connection, version_id, sha256, moderator=moderator, key=service.key, now_ms=now_ms,
            ask_second=form.flag("ask_second"),
        )  # fmt: skip
        for track_id, _space, text_sha256 in ticked:
            captions.approve(connection, track_id, text_sha256, moderator=moderator, key=service.key, now_ms=now_ms)

    return await _decide(request, form, decide)


async def reject(request: web.Request) -> web.StreamResponse:
    """Rejects it, for a published reason and with words to the group."""
    moderator = allowed(request, Action.DECIDE)
    form = await read_form(request)
    version_id, sha256, now_ms = (
        request.match_info["version_id"],
        form.text("sha256", most=64),
        service_of(request).now(),
    )
    reason, words = form.text("reason", most=32), form.text("words", most=moderation.LONGEST_WORDS)
    return await _decide(
        request, form,
        lambda connection: moderation.reject(
            connection, version_id, sha256, reason=reason, words=words, moderator=moderator, now_ms=now_ms
        ),
    )  # fmt: skip


async def published_policy(request: web.Request) -> web.StreamResponse:
    """The reasons for which something may be rejected, how decisions are made and how fast: public."""
    service = service_of(request)
    now_ms = service.now()
    prompt = await service.store.read(lambda connection: promptness.of_decisions(connection, now_ms))
    seconds = [PEOPLE[code] for code in sorted(policy.second_moderator())]
    return render(
        request, "moderation_policy.html", reasons=_told_reasons(), prompt=prompt, seconds=seconds, wait=wait_in_words
    )


async def _decide(request: web.Request, form: Form, decide: Decide) -> web.StreamResponse:
    """Runs the decision; on to the next version, or back to this one with what stood in the way."""
    service = service_of(request)
    chosen = _chosen(form.text("group", most=64), form.text("kind", most=16))
    version_id = request.match_info["version_id"]

    def run(connection: Connection) -> tuple[str, str]:
        version = library.version(connection, version_id)
        if version is None:
            return "", ""
        onward = _next(moderation.queue(connection, group=chosen.group, kind=chosen.kind), version_id)
        decide(connection)
        return version.item_id, onward

    try:
        item_id, onward = await service.store.run(run)
    except moderation.BadReason as refused:
        return await _show(request, chosen, status=422, problem=refused, form=form)
    except NotDecided as refused:
        return await _show(request, chosen, status=409, problem=refused, form=form)
    if not item_id:
        raise not_found()
    for topic in ("queue", f"item:{item_id}", "programme:approved"):
        service.bus.publish(topic)
    raise web.HTTPSeeOther(chosen.address(f"/moderation/{onward}" if onward else "/moderation", after=version_id))


async def show_case(request: web.Request, *, status: int, problem: NotDecided) -> web.StreamResponse:
    """The version's page again, with what stood in the way."""
    return await _show(request, _chosen("", ""), status=status, problem=problem)


async def _show(
    request: web.Request,
    chosen: Chosen,
    *,
    status: int = 200,
    problem: NotDecided | None = None,
    form: Form | None = None,
) -> web.StreamResponse:
    service, version_id = service_of(request), request.match_info["version_id"]
    actor = allowed(request, Action.SEE_QUEUE)
    after = request.query.get("after", "")
    found = await service.store.read(
        lambda connection: (_case(connection, version_id, chosen, actor), _just_decided(connection, actor, after))
    )
    shown, done = found
    if shown is None:
        raise not_found()
    item, version = shown.item, shown.version
    texts = await caption_intake.read_all(service, shown.tracks)
    return render(
        request,
        "moderation_case.html",
        status=status,
        case=shown,
        item=item,
        version=version,
        chosen=chosen,
        found=told(version.reasons),
        mended=mended_of(item, version, service.settings.keep_days),
        reasons=_told_reasons(),
        policy=POLICY,
        is_waiting=moderation.is_waiting(item, version),
        may_decide=actor.may(Action.DECIDE) and shown.bar is None,
        bar=shown.bar.told() if shown.bar else "",
        people=PEOPLE,
        rights=RIGHTS,
        onward=_next(shown.queue, version_id),
        back=_previous(shown.queue, version_id),
        problem=problem.told() if problem else "",
        reason=form.text("reason", most=32) if form else "",
        words=form.text("words", most=moderation.LONGEST_WORDS) if form else "",
        longest_words=moderation.LONGEST_WORDS,
        done=done,
        wait=wait_in_words,
        texts=texts,
        notes={track.id: told(track.reasons) for track in shown.tracks},
        decidable={track.id for track in shown.tracks if captions.may_decide(actor, item, version, track)},
    )


def _case(connection: Connection, version_id: str, chosen: Chosen, actor: Actor) -> Case | None:
    version = library.version(connection, version_id)
    item = library.item(connection, version.item_id) if version else None
    if version is None or item is None:
        return None
    uploader = accounts.actor(connection, version.created_by) if version.created_by else None
    return Case(
        item=item,
        version=version,
        uploader=uploader.name if uploader else "",
        decision=moderation.decision_about(connection, version_id),
        first=two_persons.first_agreement(connection, version),
        two_must_agree=two_persons.policy_asks(item),
        appeal=appeals.about(connection, version_id),
        bar=moderation.bar_to(connection, actor, item, version),
        history=moderation.history(connection, item.group_id),
        earlier=moderation.decisions_about_group(connection, item.group_id),
        queue=moderation.queue(connection, group=chosen.group, kind=chosen.kind),
        waiting=moderation.count_waiting(connection, group=chosen.group, kind=chosen.kind),
        alike=likeness.alike(connection, version),
        tracks=captions.of_versions(connection, [version_id], "submitted", "approved"),
    )


def _just_decided(connection: Connection, actor: Actor, version_id: str) -> tuple[str, Decision] | None:
    """Title and decision of what this person decided a moment ago, for the line at the top of the next page."""
    decision = moderation.newest_word_about(connection, version_id) if version_id else None
    version = library.version(connection, version_id) if decision else None
    item = library.item(connection, version.item_id) if version else None
    if decision is None or item is None or decision.account_id != actor.account_id:
        return None
    return item.title, decision


def _next(waiting: list[Waiting], version_id: str) -> str:
    """The one that has waited next longest; the longest waiting when this is the last or not in the queue."""
    ids = [one.version_id for one in waiting]
    later = ids[ids.index(version_id) + 1 :] if version_id in ids else []
    return next((one for one in [*later, *ids] if one != version_id), "")


def _previous(waiting: list[Waiting], version_id: str) -> str:
    ids = [one.version_id for one in waiting]
    at = ids.index(version_id) if version_id in ids else 0
    return ids[at - 1] if at else ""


def _chosen(group: str, kind: str) -> Chosen:
    return Chosen(group[:64], kind if kind in KINDS else "")


def _told_reasons() -> list[tuple[str, policy.ReasonWords]]:
    return [(reason.code, reason.told(LANGUAGE.get())) for reason in POLICY.values() if not reason.retired]


def wait_in_words(since_ms: int, now_ms: int) -> str:
    """How long something has waited, in the unit a person would use."""
    minutes = max(0, now_ms - since_ms) // 60_000
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return ngettext("%(num)s minute", "%(num)s minutes", minutes)
    if minutes < 48 * 60:
        return ngettext("%(num)s hour", "%(num)s hours", minutes // 60)
    return ngettext("%(num)s day", "%(num)s days", minutes // (24 * 60))


routes = [
    web.get("/policy", published_policy),
    web.get("/moderation", queue),
    web.get("/moderation/{version_id}", case),
    web.post("/moderation/{version_id}/approve", approve),
    web.post("/moderation/{version_id}/reject", reject),
]
