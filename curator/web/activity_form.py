"""The pages on which an activity is made: first a template, then the few fields its kind has."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import get_args

from aiohttp import web

from curator import activities, activity_drafts, backdrops, choosing, free_text, groups
from curator.activities import Kept
from curator.activity_templates import TEMPLATES
from curator.authorisation import Action, Actor, NotAllowed
from curator.backdrops import Picture
from curator.choosing import Place
from curator.free_text import NoFreeText
from curator.groups import Group
from curator.programme.hours import NoSuchTime, instant_of
from curator.service import service_of
from curator.store import Connection
from curator.web.activity_words import THEME_NAMES, weekday_names
from curator.web.doorman import actor_of
from curator.web.forms import Form, read_form
from curator.web.pages import moment, render
from curator.web.problems import Problem
from curator.wishes import MOST_TEXTS, BadActivity, Wish
from curator.words import LANGUAGE, N_, Told, _
from kiosks.activities.statement import Kind
from kiosks.activities.wording import LONGEST_OPTION, LONGEST_QUESTION
from kiosks.messages import MOST_OPTIONS
from kiosks.themes import PAPER, THEMES

KINDS: dict[str, Kind] = {kind: kind for kind in get_args(Kind)}
DO = {"save", "try", "hand_in", "look"}
"""What a button does; `look` saves nothing and shows the form again, with the pictures of the group chosen in it."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What somebody filled in, as they wrote it: it stands in the form again when it is refused."""

    kind: Kind = "poll"
    group: str = ""
    question: str = ""
    options: tuple[str, ...] = ()
    language: str = ""
    also_language: str = ""
    also_question: str = ""
    also_options: tuple[str, ...] = ()
    theme: str = PAPER
    screens: tuple[str, ...] = ()
    opens: str = ""
    days: str = "7"
    weekdays: tuple[str, ...] = ()
    from_time: str = ""
    until_time: str = ""
    backdrop: str = ""
    """The item whose picture stands behind the words."""
    copied: str = field(default="", compare=False)
    """The activity of which this is a copy."""

    @property
    def has_hours(self) -> bool:
        """Whether it is not offered all the time."""
        return bool(self.weekdays or self.from_time or self.until_time)


async def choose(request: web.Request) -> web.StreamResponse:
    """The templates; or, for a kind or an activity to copy, the form."""
    actor = _may_ask(request)
    kind, copied = request.query.get("kind", ""), request.query.get("copy", "")
    if copied:
        return await _page(request, actor, await _copy(request, actor, copied))
    if kind in KINDS:
        return await _page(request, actor, Filled(KINDS[kind], language=LANGUAGE.get()))
    may_all = actor.may(Action.ASK)
    offered = {kind: one for kind, one in TEMPLATES.items() if may_all or not one.is_councils}
    return render(request, "activity_new.html", templates=offered)


async def make(request: web.Request) -> web.StreamResponse:
    """Makes an activity: a draft, or one that waits for a moderator."""
    actor = _may_ask(request)
    service, form = service_of(request), await read_form(request)
    filled, what = _filled(form), _what(form)
    if what == "look":
        return await _page(request, actor, filled)
    now_ms = service.now()
    try:
        wish = _wish(filled, service.settings.zone)

        def act(connection: Connection) -> str:
            if what == "hand_in":
                return activity_drafts.make(connection, wish, now_ms=now_ms, by=actor)
            return activity_drafts.save(connection, wish, now_ms=now_ms, by=actor, copied=filled.copied)

        activity_id = await service.store.run(act)
    except (BadActivity, NoFreeText) as refused:
        return await _page(request, actor, filled, refused=refused)
    raise web.HTTPSeeOther(_afterwards(what, activity_id))


async def edit(request: web.Request) -> web.StreamResponse:
    """The form with a draft in it."""
    actor = _may_ask(request)
    draft = await _draft(request, actor)
    return await _page(
        request, actor, _filled_of(activity_drafts.wish_of(draft), service_of(request).settings.zone), draft=draft
    )


async def change(request: web.Request) -> web.StreamResponse:
    """Saves a draft anew, and hands it in or throws it away."""
    actor = _may_ask(request)
    service, form = service_of(request), await read_form(request)
    draft, now_ms = await _draft(request, actor), service.now()
    if form.text("do", most=16) == "discard":
        await service.store.run(
            lambda connection: activity_drafts.discard(connection, draft.id, now_ms=now_ms, by=actor)
        )
        raise web.HTTPSeeOther("/taking-part?done=discard")
    filled, what = _filled(form), _what(form)
    if what == "look":
        return await _page(request, actor, filled, draft=draft)
    try:
        wish = _wish(filled, service.settings.zone)

        def act(connection: Connection) -> None:
            activity_drafts.change(connection, draft.id, wish, now_ms=now_ms, by=actor)
            if what == "hand_in":
                activity_drafts.hand_in(connection, draft.id, now_ms=now_ms, by=actor)

        await service.store.run(act)
    except (BadActivity, NoFreeText) as refused:
        return await _page(request, actor, filled, draft=draft, refused=refused)
    raise web.HTTPSeeOther(_afterwards(what, draft.id))


def _may_ask(request: web.Request) -> Actor:
    actor = actor_of(request)
    if not (actor.may(Action.ASK) or actor.groups_where(Action.ASK)):
        raise NotAllowed(Action.ASK)
    return actor


async def _draft(request: web.Request, actor: Actor) -> Kept:
    activity_id = request.match_info["activity"]
    try:
        return await service_of(request).store.read(
            lambda connection: activity_drafts.the_draft(connection, activity_id, actor)
        )
    except BadActivity as refused:
        raise Problem(404, "no_draft", refused.told()) from None


async def _copy(request: web.Request, actor: Actor, activity_id: str) -> Filled:
    service = service_of(request)
    found = await service.store.read(lambda connection: activities.get(connection, activity_id))
    if found is None or not actor.may(Action.ASK, group=found.group_id):
        raise Problem(404, "no_activity", _("There is no such activity."))
    return _filled_of(activity_drafts.wish_of(found), service.settings.zone, copied=found.id)


def _afterwards(what: str, activity_id: str) -> str:
    if what == "try":
        return f"/taking-part/{activity_id}/try"
    return "/taking-part?done=" + ("made" if what == "hand_in" else "saved")


def _what(form: Form) -> str:
    """What is to become of it; a form that does not say hands it in."""
    return form.one_of("do", DO) if form.text("do", most=16) else "hand_in"


def _filled(form: Form) -> Filled:
    kind = form.text("kind", most=16)
    return Filled(
        KINDS.get(kind, "poll"), form.text("group", most=32), form.text("question", most=1_000),
        tuple(form.texts("option", most=MOST_TEXTS)), form.text("language", most=35),
        form.text("also_language", most=35), form.text("also_question", most=1_000),
        tuple(form.texts("also_option", most=MOST_TEXTS)), form.text("theme", most=16) or PAPER,
        tuple(form.texts("screen")), form.text("opens", most=20), form.text("days", most=8),
        tuple(form.texts("weekday", most=7)), form.text("from", most=8), form.text("until", most=8),
        form.text("backdrop", most=32), form.text("copied", most=32),
    )  # fmt: skip


def _wish(filled: Filled, zone: str) -> Wish:
    """What was filled in as values. Raises BadActivity for what is no day, hour or number."""
    has_also = bool(filled.also_question or any(filled.also_options))
    return Wish(
        filled.kind, filled.group, filled.screens, filled.question, filled.options,
        filled.language or LANGUAGE.get(), filled.also_language if has_also else "", filled.also_question,
        filled.also_options, filled.theme, _instant(filled.opens, zone), _number(filled.days),
        tuple(sorted({int(day) for day in filled.weekdays if day in set("0123456")})),
        _minute(filled.from_time), _minute(filled.until_time), filled.backdrop,
    )  # fmt: skip


def _filled_of(wish: Wish, zone: str, copied: str = "") -> Filled:
    return Filled(
        wish.kind, wish.group_id, wish.question, wish.options, wish.language, wish.also_language, wish.also_question,
        wish.also_options, wish.theme, wish.screens,
        moment(wish.opens_ms, zone).strftime("%Y-%m-%dT%H:%M") if wish.opens_ms else "", str(wish.days),
        tuple(str(day) for day in wish.weekdays), _time(wish.from_minute), _time(wish.until_minute),
        wish.backdrop, copied,
    )  # fmt: skip


def _instant(words: str, zone: str) -> int:
    """A local time of the service's zone; 0, which is now, when the field is empty."""
    if not words:
        return 0
    try:
        moment_there = datetime.fromisoformat(words)
        return instant_of(zone, moment_there.date(), moment_there.time())
    except NoSuchTime as gap:
        return gap.at_ms
    except ValueError:
        raise BadActivity(N_("“%(words)s” is not a day and time such as 2026-11-23 21:30."), words=words) from None


def _number(words: str) -> int:
    return int(words) if words.isascii() and words.isdecimal() else 0


def _minute(words: str) -> int | None:
    if not words:
        return None
    try:
        at = datetime.strptime(words[:5], "%H:%M")  # noqa: DTZ007 - a time of day, of no day and no zone
    except ValueError:
        raise BadActivity(N_("“%(words)s” is not a time of day such as 17:30."), words=words) from None
    return at.hour * 60 + at.minute


def _time(minute: int | None) -> str:
    return "" if minute is None else f"{minute // 60 % 24:02}:{minute % 60:02}"


async def _page(
    request: web.Request, actor: Actor, filled: Filled, *, draft: Kept | None = None, refused: Told | None = None
) -> web.StreamResponse:
    service = service_of(request)
    mine, now_ms = actor.groups_where(Action.ASK), service.now()

    def look(connection: Connection) -> tuple[list[Group], list[Place], frozenset[str], str, list[Picture]]:
        every = groups.every(connection)
        may = [group for group in every if actor.may(Action.ASK) or group.id in mine]
        asker = next((group.id for group in may if group.id == filled.group), may[0].id if may else "")
        has_pictures = "backdrop" in TEMPLATES[filled.kind].fields
        pictures = backdrops.to_choose(connection, asker, now_ms, filled.backdrop) if has_pictures else []
        return may, choosing.screens_by_place(connection), free_text.allowed(connection), asker, pictures

    may, places, writing, asker, pictures = await service.store.read(look)
    only = [screen.id for place in places for screen in place.screens]
    return render(
        request, "activity_form.html", status=200 if refused is None else 422, filled=filled, draft=draft,
        entry=TEMPLATES[filled.kind], groups=may, places=places, writing=writing, zone=service.settings.zone,
        chosen=only if len(only) == 1 else filled.screens, refusal=refused.told() if refused else "",
        most_options=MOST_OPTIONS, longest=(LONGEST_QUESTION, LONGEST_OPTION), themes=THEMES, THEME_NAMES=THEME_NAMES,
        weekdays=weekday_names(), asker=asker, pictures=pictures, most_pictures=backdrops.MOST_OFFERED,
    )  # fmt: skip


routes = [
    web.get("/taking-part/new", choose),
    web.post("/taking-part", make),
    web.get("/taking-part/{activity}/edit", edit),
    web.post("/taking-part/{activity}/edit", change),
]
