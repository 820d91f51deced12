"""The page on which a moderator reads what strangers wrote: one press, or one key, for each answer."""

from dataclasses import dataclass

from aiohttp import web

from curator import activities, answers, free_text, screens
from curator.answers import REASONS, Written
from curator.authorisation import Action
from curator.free_text import NoFreeText
from curator.not_decided import NotDecided
from curator.service import service_of
from curator.store import Connection
from curator.web.answer_words import ANSWER_REASONS, FINDING_WORDS
from curator.web.doorman import allowed
from curator.web.forms import read_form
from curator.web.pages import render
from curator.web.taking_part import TOPIC
from curator.words import Told

QUEUE = "queue:answers"
"""The topic of hints that the queue has changed."""


@dataclass(frozen=True, slots=True)
class _Read:
    """Strangers' words with what is known about them."""

    answer: Written
    question: str
    language: str
    screen: str


async def see(request: web.Request) -> web.StreamResponse:
    """What waits, what was reported, and what stands on screens."""
    allowed(request, Action.DECIDE)
    return await _page(request, 200, None)


async def decide(request: web.Request) -> web.StreamResponse:
    """Approves, turns down or takes off an answer."""
    actor = allowed(request, Action.DECIDE)
    service, form = service_of(request), await read_form(request)
    answer_id, now_ms = request.match_info["answer"], service.now()
    what = form.one_of("do", {"approve", "reject", "remove"})
    reason = form.text("reason", most=16)

    def act(connection: Connection) -> None:
        match what:
            case "approve":
                answers.approve(connection, answer_id, key=service.key, now_ms=now_ms, by=actor)
            case "reject":
                answers.reject(connection, answer_id, reason=reason, now_ms=now_ms, by=actor)
            case _:
                answers.remove(connection, answer_id, now_ms=now_ms, by=actor)

    try:
        await service.store.run(act)
    except NotDecided as refused:
        return await _page(request, 422, refused)
    service.bus.publish(QUEUE)
    service.bus.publish(f"{TOPIC}{answer_id}")
    raise web.HTTPSeeOther(f"/taking-part/answers?done={what}")


async def allow(request: web.Request) -> web.StreamResponse:
    """Allows or forbids writing at a screen."""
    actor = allowed(request, Action.PROGRAMME)
    service, form = service_of(request), await read_form(request)
    screen_id, is_allowed, now_ms = form.text("screen", most=32), form.one_of("do", {"allow", "forbid"}), service.now()
    try:
        await service.store.run(
            lambda connection: free_text.set_allowed(
                connection, screen_id, is_allowed == "allow", now_ms=now_ms, by=actor
            )
        )
    except NoFreeText:
        raise web.HTTPSeeOther("/taking-part") from None
    service.bus.publish(f"{TOPIC}{screen_id}")
    raise web.HTTPSeeOther("/taking-part?done=writing#writing")


async def _page(request: web.Request, status: int, refused: Told | None) -> web.StreamResponse:
    service = service_of(request)

    def look(connection: Connection) -> tuple[list[_Read], list[_Read]]:
        asked = {one.id: one for one in activities.listed(connection)}
        names = {screen.id: screen.name for screen in screens.every(connection)}

        def read(answer: Written) -> _Read:
            kept = asked.get(answer.activity)
            prompt = None if kept is None else kept.prompt
            question, language = ("", "") if prompt is None else (prompt.question, prompt.language)
            return _Read(answer, question, language, names.get(answer.screen, ""))

        queue, shown = answers.queue(connection), answers.lately(connection)
        return [read(one) for one in queue], [read(one) for one in shown]

    queue, shown = await service.store.read(look)
    done = "" if refused else request.query.get("done", "")
    return render(
        request, "answers.html", status=status, queue=queue, shown=shown, reasons=REASONS, topic=QUEUE, done=done,
        refusal=refused.told() if refused else "", ANSWER_REASONS=ANSWER_REASONS, FINDING_WORDS=FINDING_WORDS,
    )  # fmt: skip


routes = [
    web.get("/taking-part/answers", see),
    web.post("/taking-part/answers/{answer}", decide),
    web.post("/taking-part/writing", allow),
]
