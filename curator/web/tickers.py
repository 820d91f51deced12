"""The page of the ticker: what screens tell at the foot of their programme, what waits, and the form for a new one."""

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from content.ticker import LONGEST_TEXT
from curator import screens, tickers
from curator.authorisation import Action, Actor, NotAllowed
from curator.not_decided import NotDecided
from curator.notices import Kind
from curator.programme.hours import NoSuchTime, instant_of
from curator.screens import Screen
from curator.service import service_of
from curator.store import Connection
from curator.tickers import BadTicker, Kept
from curator.web.doorman import actor_of, allowed
from curator.web.forms import read_form
from curator.web.notices import looked_at
from curator.web.pages import render
from curator.words import LANGUAGE, N_, Told


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody filled in: it stands in the form again when it is refused."""

    text: str = ""
    language: str = ""
    screens: tuple[str, ...] = ()
    begins: str = ""
    ends: str = ""


async def see(request: web.Request) -> web.StreamResponse:
    """The list, and the form for programmers."""
    actor = _either(request)
    await looked_at(request, kind=Kind.TICKER)
    return await _page(request, actor, 200, None, Asked())


async def make(request: web.Request) -> web.StreamResponse:
    """Writes one, which waits for a moderator."""
    actor = allowed(request, Action.PROGRAMME)
    service, form = service_of(request), await read_form(request)
    zone, now_ms = service.settings.zone, service.now()
    asked = Asked(
        form.text("text", most=2_000), form.text("language", most=8), tuple(form.texts("screen")),
        form.text("begins", most=20), form.text("ends", most=20),
    )  # fmt: skip
    try:
        from_ms, until_ms = _instant(asked.begins, zone), _instant(asked.ends, zone)
        await service.store.run(
            lambda connection: tickers.make(
                connection, text=asked.text, language=asked.language or LANGUAGE.get(),
                screens=_known(connection, asked.screens), from_ms=from_ms, until_ms=until_ms, now_ms=now_ms, by=actor,
            )
        )  # fmt: skip
    except BadTicker as refused:
        return await _page(request, actor, 422, refused, asked)
    raise web.HTTPSeeOther("/ticker?done=made")


async def decide(request: web.Request) -> web.StreamResponse:
    """Approves, turns down or takes away."""
    actor = _either(request)
    service, form = service_of(request), await read_form(request)
    ticker_id, now_ms = request.match_info["ticker"], service.now()
    what = form.one_of("do", {"approve", "reject", "withdraw"})
    words = " ".join(form.text("words", most=2_000).split())

    def act(connection: Connection) -> Kept:
        match what:
            case "approve":
                tickers.approve(connection, ticker_id, key=service.key, now_ms=now_ms, by=actor)
            case "reject":
                tickers.reject(connection, ticker_id, reason=words, now_ms=now_ms, by=actor)
            case _:
                tickers.withdraw(connection, ticker_id, now_ms=now_ms, by=actor)
        return tickers.known(connection, ticker_id)

    try:
        decided = await service.store.run(act)
    except (BadTicker, NotDecided) as refused:
        return await _page(request, actor, 422, refused, Asked())
    for screen_id in decided.screens:
        service.bus.publish(f"screen:{screen_id}")
    raise web.HTTPSeeOther(f"/ticker?done={what}")


def _either(request: web.Request) -> Actor:
    actor = actor_of(request)
    if not (actor.may(Action.PROGRAMME) or actor.may(Action.DECIDE)):
        raise NotAllowed(Action.PROGRAMME)
    return actor


def _known(connection: Connection, chosen: tuple[str, ...]) -> list[str]:
    known = {screen.id for screen in screens.every(connection)}
    return [screen_id for screen_id in chosen if screen_id in known]


def _instant(words: str, zone: str) -> int:
    """A local time of the service's zone; 0 when the field is empty."""
    if not words:
        return 0
    try:
        moment = datetime.fromisoformat(words)
        return instant_of(zone, moment.date(), moment.time())
    except NoSuchTime as gap:
        return gap.at_ms
    except ValueError:
        raise BadTicker(N_("“%(words)s” is not a day and time such as 2026-11-23 21:30."), words=words) from None


async def _page(
    request: web.Request, actor: Actor, status: int, refused: Told | None, asked: Asked
) -> web.StreamResponse:  # fmt: skip
    service = service_of(request)

    def look(connection: Connection) -> tuple[list[Kept], list[Screen]]:
        return tickers.listed(connection), screens.every(connection)

    kept, known = await service.store.read(look)
    return render(
        request, "ticker.html", status=status, kept=kept, screens=known, names={one.id: one.name for one in known},
        refusal=refused.told() if refused else "", done="" if refused else request.query.get("done", ""), asked=asked,
        zone=service.settings.zone, longest=LONGEST_TEXT, me=actor.account_id,
    )  # fmt: skip


routes = [
    web.get("/ticker", see),
    web.post("/ticker", make),
    web.post("/ticker/{ticker}", decide),
]
