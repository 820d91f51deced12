"""The page of taking part: what groups ask at the screens, what came of it, and what waits for a moderator."""

from dataclasses import dataclass

from aiohttp import web

from curator import activities, activity_drafts, answers, backdrops, choosing, free_text, next_up, street_reports
from curator.activities import Kept
from curator.activity_templates import TEMPLATES
from curator.authorisation import Action, Actor, NotAllowed
from curator.backdrops import Picture
from curator.choosing import Place
from curator.free_text import NoFreeText
from curator.next_up import Chosen
from curator.not_decided import NotDecided
from curator.notices import Kind
from curator.service import service_of
from curator.store import Connection
from curator.web.activity_words import THEME_NAMES, hours_words
from curator.web.doorman import actor_of
from curator.web.forms import read_form
from curator.web.notices import looked_at
from curator.web.pages import render
from curator.web.taking_part import TOPIC
from curator.wishes import BadActivity
from curator.words import Told
from kiosks.activities.answers import SignedAnswer
from kiosks.activities.poll import LONGEST_REPLY

MOST_ANSWERS = 50
"""Of a wall, on its group's page: the newest."""


@dataclass(frozen=True, slots=True)
class _Seen:
    kept: list[Kept]
    drafts: list[Kept]
    places: list[Place]
    writing: frozenset[str]
    waiting: int
    chosen: dict[str, list[Chosen]]
    answers: dict[str, tuple[SignedAnswer, ...]]
    pictures: dict[str, Picture]


async def see(request: web.Request) -> web.StreamResponse:
    """Everything the reader may see."""
    actor = _allowed(request)
    await looked_at(request, kind=Kind.ACTIVITY)
    return await _page(request, actor, None)


async def decide(request: web.Request) -> web.StreamResponse:
    """Approves, turns down, takes away, answers, or hands in a draft as it stands."""
    actor = _allowed(request)
    service, form = service_of(request), await read_form(request)
    activity_id, now_ms = request.match_info["activity"], service.now()
    what = form.one_of("do", {"approve", "reject", "withdraw", "answer", "hand_in"})
    words = " ".join(form.text("words", most=2_000).split())
    mark = form.text("mark", most=64) or None

    def act(connection: Connection) -> None:
        match what:
            case "approve":
                activities.approve(connection, activity_id, key=service.key, now_ms=now_ms, by=actor, mark=mark)
            case "reject":
                activities.reject(connection, activity_id, reason=words, now_ms=now_ms, by=actor)
            case "hand_in":
                activity_drafts.hand_in(connection, activity_id, now_ms=now_ms, by=actor)
            case "withdraw":
                activities.withdraw(connection, activity_id, now_ms=now_ms, by=actor)
            case _:
                activities.answer(connection, activity_id, reply=words, now_ms=now_ms, by=actor)

    try:
        await service.store.run(act)
    except (BadActivity, NoFreeText, NotDecided) as refused:
        return await _page(request, actor, refused)
    service.bus.publish(f"{TOPIC}{activity_id}")
    raise web.HTTPSeeOther("/taking-part?done=" + ("made" if what == "hand_in" else what))


def _allowed(request: web.Request) -> Actor:
    actor = actor_of(request)
    if not (actor.may(Action.ASK) or actor.may(Action.DECIDE) or actor.groups_where(Action.ASK)):
        raise NotAllowed(Action.ASK)
    return actor


async def _page(request: web.Request, actor: Actor, refused: Told | None) -> web.StreamResponse:
    service = service_of(request)
    now_ms = service.now()
    sees_all = actor.may(Action.ASK) or actor.may(Action.DECIDE)
    mine = actor.groups_where(Action.ASK)

    def look(connection: Connection) -> _Seen:
        kept = activities.listed(connection, group_ids=None if sees_all else mine)
        walls = [one.id for one in kept if one.kind == "wall"]
        return _Seen(
            kept,
            activity_drafts.listed(connection, None if actor.may(Action.ASK) else mine),
            choosing.screens_by_place(connection),
            free_text.allowed(connection),
            answers.waiting(connection) if actor.may(Action.DECIDE) else 0,
            {one.id: next_up.lately(connection, one.id) for one in kept if one.kind == "next"},
            {wall: answers.shown(connection, wall, MOST_ANSWERS) for wall in walls},
            _pictures(connection, kept, now_ms),
        )

    seen = await service.store.read(look)
    new_reports = await service.store.read(street_reports.unread) if actor.may(Action.ANSWER_REPORTS) else 0
    return render(
        request, "activities.html", status=422 if refused else 200, kept=seen.kept, drafts=seen.drafts,
        places=seen.places, templates=TEMPLATES, may_ask=actor.may(Action.ASK) or bool(mine),
        names={screen.id: screen.name for place in seen.places for screen in place.screens},
        refusal=refused.told() if refused else "", done="" if refused else request.query.get("done", ""),
        zone=service.settings.zone, writing=seen.writing, waiting=seen.waiting, answers=seen.answers,
        chosen=seen.chosen, longest_reply=LONGEST_REPLY, wish_of=activity_drafts.wish_of, hours_words=hours_words,
        THEME_NAMES=THEME_NAMES, new_reports=new_reports, pictures=seen.pictures,
    )  # fmt: skip


def _pictures(connection: Connection, kept: list[Kept], now_ms: int) -> dict[str, Picture]:
    """The pictures behind words, by activity."""
    found = ((one.id, backdrops.picture_of(connection, one.backdrop, now_ms)) for one in kept if one.backdrop)
    return {activity: picture for activity, picture in found if picture is not None}


routes = [
    web.get("/taking-part", see),
    web.post("/taking-part/{activity}", decide),
]
