"""The pages on visitors' phones: plain HTML that works without a script, a cookie or storage. Nobody types a name.

The pass stands in the page's own address; whoever has no good code from the screen gets none.
"""

from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from curator import answers, bells, free_text, groups, next_up, screens, votes
from curator.activities import Kept
from curator.answers import Written
from curator.free_text import Closed
from curator.relay import Place
from curator.service import service_of
from curator.store import Connection
from curator.votes import TooManyVotes, Vote
from curator.web.answer_words import ANSWER_REASONS, PHONE_WORDS
from curator.web.doorman import address_of
from curator.web.forms import read_form
from curator.web.pages import environment
from curator.web.problems import Problem
from curator.web.taking_part import TakingPart, taking_part_of
from curator.words import LANGUAGE, _
from kiosks import messages
from kiosks.activities.answers import Answer
from kiosks.layouts import LAYOUTS
from kiosks.messages import CELLS
from kiosks.phone.presses import pressed
from kiosks.phone.visitor_words import ANIMALS, COLOURS
from kiosks.visits import Visit

HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


@dataclass(frozen=True, slots=True)
class Offered:
    """An activity as one visitor sees it: a poll's counts and their choice, a wall's answers and what they wrote."""

    activity: Kept
    counts: tuple[int, ...]
    choice: int | None
    answers: tuple[Answer, ...]
    mine: tuple[Written, ...]
    closed: Closed
    mine_set: frozenset[int] = frozenset()
    """The notes this visitor set on the bells."""
    all_set: frozenset[int] = frozenset()
    turn: str = ""
    """Whose turn passers-by could choose for, when a new choice could begin; "" when none could."""


async def ask(request: web.Request) -> web.StreamResponse:
    """Asks for the code on the screen; sends on whoever typed one."""
    code = request.query.get("code", "")
    if code:
        raise web.HTTPSeeOther(f"/j/{code.strip()[:12]}")
    return page(request, "phone_code.html", why="")


async def enter(request: web.Request) -> web.StreamResponse:
    """Gives a pass to whoever has the code that stands on the screen, and sends them to their page."""
    taking_part, now_ms = taking_part_of(request), service_of(request).now()
    address = address_of(request)
    relay = taking_part.relay
    if relay.wrong_codes.is_spent(address, now_ms):
        return page(request, "phone_code.html", status=429, why="too_many")
    found = relay.codes.look(request.match_info["code"], now_ms)
    if found.kind != "good":
        relay.wrong_codes.spend(address, now_ms)
        is_old = found.kind == "old"
        return page(request, "phone_code.html", status=410 if is_old else 404, why="old" if is_old else "unknown")
    place = relay.place(found.screen)
    if not place.is_linked:
        return page(request, "phone_code.html", status=503, why="away")
    visit = place.room.open(address, now_ms)
    if not isinstance(visit, Visit):
        return page(request, "phone_code.html", status=503 if visit == "full" else 429, why=visit)
    raise web.HTTPSeeOther(f"/p/{visit.token}")


async def see(request: web.Request) -> web.StreamResponse:
    """What there is to take part in, and how it stands."""
    _parts, place, visit = seat(request)
    service = service_of(request)

    def look(connection: Connection) -> tuple[str, list[Offered]]:
        screen = screens.get(connection, place.screen_id)
        is_choosing = next_up.open_at(connection, place.screen_id, service.now())
        # While a choice is open it stands there itself, as a poll.
        wanted = [offer for offer in place.offers if offer.kind != "next" or not is_choosing]
        offers = [_offered(connection, offer, place, visit, service.now()) for offer in wanted]
        return "" if screen is None else screen.name, offers

    screen_name, offers = await service.store.read(look)
    return page(
        request, "phone.html", here=f"/p/{visit.token}", visit=visit, colour=_(COLOURS[visit.colour]),
        animal=_(ANIMALS[visit.animal]),
        screen_name=screen_name, offers=offers, place=place, said=request.query.get("said", ""),
        state=place.state_text(), running=place.running, PHONE_WORDS=PHONE_WORDS, ANSWER_REASONS=ANSWER_REASONS,
        LAYOUTS=LAYOUTS,
    )  # fmt: skip


async def vote(request: web.Request) -> web.StreamResponse:
    """Stores a vote of a phone without a script."""
    taking_part, place, visit = seat(request)
    form = await read_form(request)
    offer = place.offer(form.text("activity", most=32))
    if offer is None or offer.question is None:
        raise web.HTTPSeeOther(f"/p/{visit.token}?said=over")
    option = form.integer("option", least=0, most=len(offer.question.options) - 1)
    if not place.room.may_say(visit, service_of(request).now()):
        raise web.HTTPSeeOther(f"/p/{visit.token}?said=fast")
    try:
        await cast(taking_part, place, visit, offer, _newest(request, option))
    except TooManyVotes:
        raise web.HTTPSeeOther(f"/p/{visit.token}?said=busy") from None
    raise web.HTTPSeeOther(f"/p/{visit.token}?said=voted")


async def play(request: web.Request) -> web.StreamResponse:
    """Begins a game, or leans, for a phone without a script."""
    taking_part, place, visit = seat(request)
    form = await read_form(request)
    pad, lean = form.text("pad", most=8), form.text("lean", most=8)
    said = pressed(pad=pad, lean=lean, seq=_newest(request, 0).seq)
    if said is not None and place.room.may_say(visit, service_of(request).now()):
        place.say(visit, said)
    elif form.text("activity", most=32):
        await taking_part.begin(place, form.text("activity", most=32))
    raise web.HTTPSeeOther(f"/p/{visit.token}?said=playing")


async def note(request: web.Request) -> web.StreamResponse:
    """Sets or takes away a note on the bells."""
    taking_part, place, visit = seat(request)
    service, form = service_of(request), await read_form(request)
    offer, now_ms = place.offer(form.text("activity", most=32)), service.now()
    if offer is None or offer.kind != "bells":
        raise web.HTTPSeeOther(f"/p/{visit.token}?said=over")
    cell = form.integer("cell", least=0, most=CELLS - 1)
    if not place.room.may_say(visit, now_ms):
        raise web.HTTPSeeOther(f"/p/{visit.token}?said=fast")
    writer = votes.voter_of(visit.token, offer.id)
    await service.store.run(
        lambda connection: bells.turn(connection, offer.id, cell, writer=writer, screen=place.screen_id, now_ms=now_ms)
    )
    await taking_part.look()
    await taking_part.begin(place, offer.id)
    raise web.HTTPSeeOther(f"/p/{visit.token}?said=noted")


async def cast(taking_part: TakingPart, place: Place, visit: Visit, offer: Kept, said: messages.Vote) -> None:
    """Tells the screen of a vote, and returns when it is stored. Raises TooManyVotes."""
    key = (offer.id, visit.token)
    place.choices[key] = said
    if place.running is not None and place.running.activity.id == offer.id:
        place.say(visit, said)
    else:
        await taking_part.begin(place, offer.id)
    now_ms = taking_part.service.now()
    await taking_part.ballots.cast(
        Vote(offer.id, votes.voter_of(visit.token, offer.id), said.option, place.screen_id, now_ms)
    )


def seat(request: web.Request) -> tuple[TakingPart, Place, Visit]:
    """The place of whoever has this pass; raises a Problem when it is over."""
    taking_part, now_ms = taking_part_of(request), service_of(request).now()
    token = request.match_info["token"]
    found = taking_part.relay.of_pass(token)
    if found is None:
        raise Problem(410, "pass_over", _("Your turn here is over. Scan the code on the screen again."))
    place, visit = found
    if visit.left_ms is None:
        place.room.visits.seen(token, now_ms)
    elif place.room.may_sit(visit, now_ms):
        # A phone without a script is here for as long as a place is kept after each sign of life.
        place.room.visits.came(token, now_ms)
        place.room.visits.left(token, now_ms)
    return taking_part, place, visit


def _offered(connection: Connection, offer: Kept, place: Place, visit: Visit, now_ms: int) -> Offered:
    voter = votes.voter_of(visit.token, offer.id)
    if offer.kind == "next":
        turn = next_up.coming(connection, place.screen_id, now_ms)
        names = {group.id: group.name for group in groups.every(connection)}
        return Offered(offer, (), None, (), (), "", turn="" if turn is None else names.get(turn.group, ""))
    if offer.kind == "bells":
        own = bells.of_pass(connection, offer.id, voter)
        return Offered(offer, (), None, (), (), "", own, frozenset(bells.pattern(connection, offer.id)))
    if offer.kind != "wall":
        options = 0 if offer.question is None else len(offer.question.options)
        counts = votes.counts(connection, offer.id, options)
        return Offered(offer, counts, votes.choice_of(connection, offer.id, voter), (), (), "")
    wrote = tuple(answers.mine(connection, offer.id, voter))
    wrote_ids = {one.id for one in wrote}
    shown = tuple(one.answer for one in answers.shown(connection, offer.id) if one.answer.id not in wrote_ids)
    return Offered(offer, (), None, shown, wrote, free_text.why_closed(connection, place.screen_id, now_ms))


def _newest(request: web.Request, option: int) -> messages.Vote:
    """A choice of a phone that does not count what it says: by the clock, in tenths of a second."""
    return messages.Vote(service_of(request).now() // 100 % messages.MOST_SEQ, option)


def page(request: web.Request, template: str, *, status: int = HTTPStatus.OK, **words: object) -> web.Response:
    """A page for a phone, in the reader's language."""
    language = LANGUAGE.get()
    text = environment().get_template(template).render(
        language=language, network=service_of(request).settings.name, **words
    )  # fmt: skip
    answer = web.Response(status=status, text=text, content_type="text/html", headers=HEADERS)
    answer.enable_compression()
    return answer


routes = [
    web.get("/j", ask),
    web.get("/J", ask),
    web.get("/j/{code}", enter, allow_head=False),
    web.get("/J/{code}", enter, allow_head=False),
    web.get("/p/{token}", see),
    web.post("/p/{token}/vote", vote),
    web.post("/p/{token}/play", play),
    web.post("/p/{token}/note", note),
]
