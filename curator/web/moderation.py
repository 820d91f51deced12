"""The moderation queue, the page on which one version is decided, and the published policy."""

from collections.abc import Callable
from dataclasses import dataclass, fields

from aiohttp import web
from yarl import URL

from content.manifest import MOST_CAPTIONS
from curator import (
    caption_intake,
    captions,
    decided,
    demands,
    escalations,
    item_words,
    library,
    moderation,
    passing_on,
    places,
    policy,
    screen_words,
    screens,
    take_downs,
    trust,
)  # fmt: skip
from curator.authorisation import Action, Actor
from curator.decided import Decision
from curator.escalations import Escalation
from curator.found_reasons import told
from curator.moderation import Waiting
from curator.not_decided import BadReason, NotDecided
from curator.notices import Kind
from curator.queue_filter import AGES_MS, EVERYTHING, KINDS, Wanted
from curator.scopes import BadScope
from curator.screens import Named
from curator.service import service_of
from curator.statements import PEOPLE, RIGHTS
from curator.store import Connection
from curator.take_downs import TakeDown
from curator.web.doorman import allowed, is_secure
from curator.web.forms import Form, read_form
from curator.web.item_story import STATES
from curator.web.mended import mended_of
from curator.web.moderation_case import Case, case_of
from curator.web.notices import looked_at
from curator.web.pages import render
from curator.web.problems import not_found
from curator.words import LANGUAGE, N_, Told, _, ngettext

VEIL_COOKIE = "veil"
VEIL_SECONDS = 365 * 86_400
Decide = Callable[[Connection], None]
AGES = {"hour": N_("for an hour or longer"), "day": N_("for a day or longer"), "days": N_("for three days or longer")}
POLICY = policy.reasons()
"""Read when the service starts: a policy with a word missing is found before anybody needs it."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which part of the queue somebody works through."""

    wanted: Wanted

    def address(self, path: str, **more: str) -> str:
        """`path` with this choice kept."""
        query = {name: value for name, value in {**self.wanted.query(), **more}.items() if value}
        return str(URL(path).with_query(query))


@dataclass(frozen=True, slots=True)
class QueuePage:
    """What the page of the queue shows; `done` is what its reader decided a moment ago."""

    waiting: list[Waiting]
    count: int
    groups: list[tuple[str, str, int]]
    screens: list[Named]
    veiled: frozenset[str]
    """What is shown blurred, by the policy."""
    spoken: list[str]
    """The languages of what waits."""
    passed: list[Escalation]
    """What is passed on and not decided yet."""
    captions: list[captions.Waiting]
    words: list[screen_words.WaitingWords]
    taken: list[TakeDown]
    """What was taken off the screens lately, or not yet by all."""
    done: tuple[str, Decision] | None


async def queue(request: web.Request) -> web.StreamResponse:
    """What waits, oldest first."""
    actor = allowed(request, Action.SEE_QUEUE)
    await looked_at(request, kind=Kind.WAITING)
    chosen = _chosen(request.query.get)
    after, now_ms = request.query.get("after", ""), service_of(request).now()

    def look(connection: Connection) -> QueuePage:
        waiting = moderation.queue(connection, chosen.wanted, now_ms=now_ms)
        return QueuePage(
            waiting=waiting,
            veiled=demands.veiled(connection, [one.version_id for one in waiting], now_ms),
            count=moderation.count_waiting(connection, chosen.wanted, now_ms=now_ms),
            screens=screens.named(connection),
            spoken=moderation.languages_waiting(connection),
            passed=escalations.every_open(connection),
            groups=moderation.waiting_by_group(connection),
            captions=captions.waiting(connection),
            words=screen_words.waiting(connection),
            taken=take_downs.lately(connection, now_ms),
            done=_just_decided(connection, actor, after),
        )

    page = await service_of(request).store.read(look)
    return render(
        request, "moderation.html", chosen=chosen, wanted=chosen.wanted, wait=wait_in_words, kinds=KINDS,
        waiting=page.waiting, count=page.count, groups=page.groups, done=page.done, captions=page.captions,
        words=page.words, taken=page.taken,
        screens=page.screens, ages=AGES, veiled=page.veiled, veils_all=VEIL_COOKIE in request.cookies,
        spoken=page.spoken, passed={one.version_id: one for one in page.passed},
    )  # fmt: skip


async def case(request: web.Request) -> web.StreamResponse:
    """One version, with everything a decision needs."""
    allowed(request, Action.SEE_QUEUE)
    await looked_at(request, f"version:{request.match_info['version_id']}")
    return await _show(request, _chosen(request.query.get))


async def approve(request: web.Request) -> web.StreamResponse:
    """Approves the bytes the form names: the version, and with it the captions that were ticked."""
    moderator = allowed(request, Action.DECIDE)
    service = service_of(request)
    form = await read_form(request)
    version_id, sha256, now_ms = request.match_info["version_id"], form.text("sha256", most=64), service.now()
    wanted = form.texts("places", most=places.MOST_PLACES)
    ticked = [words.partition(" ") for words in form.texts("captions", most=MOST_CAPTIONS)]

    def decide(connection: Connection) -> None:
        moderation.approve(
            connection, version_id, sha256, moderator=moderator, key=service.key, now_ms=now_ms,
            ask_second=form.flag("ask_second"), is_seen=form.flag("seen"), places=places.of_scopes(connection, wanted),
            words_mark=form.text("said", most=64) or None,
        )  # fmt: skip
        for track_id, _space, text_sha256 in ticked:
            captions.approve(
                connection, track_id, text_sha256, moderator=moderator, key=service.key, now_ms=now_ms, with_film=True
            )

    return await decide_and_go_on(request, form, decide)


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
    return await decide_and_go_on(
        request, form,
        lambda connection: moderation.reject(
            connection, version_id, sha256, reason=reason, words=words, moderator=moderator, now_ms=now_ms
        ),
    )  # fmt: skip


async def choose_veil(request: web.Request) -> web.StreamResponse:
    """Has this browser shown everything blurred first, or only what the policy says."""
    allowed(request, Action.SEE_QUEUE)
    answer = web.HTTPSeeOther("/moderation")
    if (await read_form(request)).flag("on"):
        answer.set_cookie(
            VEIL_COOKIE, "yes", max_age=VEIL_SECONDS, httponly=True, samesite="Lax", secure=is_secure(request),
            path="/moderation",
        )  # fmt: skip
    else:
        answer.del_cookie(VEIL_COOKIE, path="/moderation")
    raise answer


async def decide_and_go_on(request: web.Request, form: Form, decide: Decide) -> web.StreamResponse:
    """Runs the decision; on to the next version, or back to this one with what stood in the way."""
    service = service_of(request)
    chosen = _chosen(lambda name, _usual: form.text(name, most=64))
    version_id = request.match_info["version_id"]

    def run(connection: Connection) -> tuple[str, str]:
        version = library.version(connection, version_id)
        if version is None:
            return "", ""
        onward = _next(moderation.queue(connection, chosen.wanted, now_ms=service.now()), version_id)
        decide(connection)
        return version.item_id, onward

    try:
        item_id, onward = await service.store.run(run)
    except (BadScope, BadReason) as refused:
        return await _show(request, chosen, status=422, problem=refused, form=form)
    except NotDecided as refused:
        return await _show(request, chosen, status=409, problem=refused, form=form)
    if not item_id:
        raise not_found()
    for topic in ("queue", f"item:{item_id}", "programme:approved"):
        service.bus.publish(topic)
    raise web.HTTPSeeOther(chosen.address(f"/moderation/{onward}" if onward else "/moderation", after=version_id))


async def decide_here(request: web.Request, form: Form, decide: Decide) -> web.StreamResponse:
    """Runs what was asked for about this version; back to its page, with what stood in the way."""
    service, version_id = service_of(request), request.match_info["version_id"]
    chosen = _chosen(lambda name, _usual: form.text(name, most=64))
    version = await service.store.read(lambda connection: library.version(connection, version_id))
    if version is None:
        raise not_found()
    try:
        await service.store.run(decide)
    except (BadScope, BadReason) as refused:
        return await _show(request, chosen, status=422, problem=refused, form=form)
    except NotDecided as refused:
        return await _show(request, chosen, status=409, problem=refused, form=form)
    for topic in ("queue", f"item:{version.item_id}", "programme:approved"):
        service.bus.publish(topic)
    raise web.HTTPSeeOther(chosen.address(f"/moderation/{version_id}"))


async def show_case(request: web.Request, *, status: int, problem: Told) -> web.StreamResponse:
    """The version's page again, with what stood in the way."""
    return await _show(request, Chosen(EVERYTHING), status=status, problem=problem)


async def _show(
    request: web.Request,
    chosen: Chosen,
    *,
    status: int = 200,
    problem: Told | None = None,
    form: Form | None = None,
) -> web.StreamResponse:
    service, version_id = service_of(request), request.match_info["version_id"]
    actor = allowed(request, Action.SEE_QUEUE)
    after = request.query.get("after", "")
    found = await service.store.read(
        lambda connection: (
            _case(connection, version_id, chosen, actor, service.now()),
            _just_decided(connection, actor, after),
        )
    )
    shown, done = found
    if shown is None:
        raise not_found()
    item, version = shown.item, shown.version
    is_seen = request.query.get("show") == "yes" or (form is not None and form.flag("seen"))
    is_hidden = shown.asked.is_blurred or VEIL_COOKIE in request.cookies
    texts = await caption_intake.read_all(service, shown.tracks)
    return render(
        request,
        "moderation_case.html",
        is_veiled=is_hidden and not is_seen and version.state != "approved",
        administrators=passing_on.ADMINISTRATORS,
        asked_words=form.text("asked", most=moderation.LONGEST_WORDS) if form else "",
        passed_words=form.text("passed_words", most=moderation.LONGEST_WORDS) if form else "",
        status=status,
        case=shown,
        item=item,
        version=version,
        chosen=chosen,
        found=told(version.reasons),
        mended=mended_of(item, version, service.settings.keep_days),
        reasons=told_reasons(),
        policy=POLICY,
        is_waiting=moderation.is_waiting(item, version),
        said=item_words.mark_of(item),
        words_wait=item_words.wait(item) and item.approved_version_id == version.id,
        may_decide_words=shown.may_decide_words,
        may_decide=actor.may(Action.DECIDE) and shown.bar is None,
        bar=shown.bar.told() if shown.bar else "",
        people=PEOPLE,
        rights=RIGHTS,
        trusts=trust.NAMES,
        states=STATES,
        onward=_next(shown.queue, version_id),
        back=_previous(shown.queue, version_id),
        problem=problem.told() if problem else "",
        reason=form.text("reason", most=32) if form else "",
        words=form.text("words", most=moderation.LONGEST_WORDS) if form else "",
        words_back=form.text("words_back", most=moderation.LONGEST_WORDS) if form else "",
        longest_words=moderation.LONGEST_WORDS,
        chosen_places=form.texts("places", most=places.MOST_PLACES) if form else [],
        done=done,
        wait=wait_in_words,
        texts=texts,
        notes={track.id: told(track.reasons) for track in shown.tracks},
        decidable={track.id for track in shown.tracks if captions.may_decide(actor, item, version, track)},
    )


def _case(connection: Connection, version_id: str, chosen: Chosen, actor: Actor, now_ms: int) -> Case | None:
    waiting = moderation.queue(connection, chosen.wanted, now_ms=now_ms)
    count = moderation.count_waiting(connection, chosen.wanted, now_ms=now_ms)
    return case_of(connection, version_id, actor, waiting, count, now_ms)


def _just_decided(connection: Connection, actor: Actor, version_id: str) -> tuple[str, Decision] | None:
    """Title and decision of what this person decided a moment ago, for the line at the top of the next page."""
    decision = decided.newest_word_about(connection, version_id) if version_id else None
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


def _chosen(ask: Callable[[str, str], str]) -> Chosen:
    """What was asked for, by an address or a form; what cannot be is left out."""
    said = {field.name: ask(field.name, "")[:64] for field in fields(Wanted)}
    said["kind"] = said["kind"] if said["kind"] in KINDS else ""
    said["age"] = said["age"] if said["age"] in AGES_MS else ""
    return Chosen(Wanted(**said))


def told_reasons() -> list[tuple[str, policy.ReasonWords]]:
    """The reasons that may be given, by code, in the reader's language."""
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
    web.post("/moderation/veil", choose_veil),
    web.get("/moderation", queue),
    web.get("/moderation/{version_id}", case),
    web.post("/moderation/{version_id}/approve", approve),
    web.post("/moderation/{version_id}/reject", reject),
]
