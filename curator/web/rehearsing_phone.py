"""The phone beside a simulated screen: the very page that passers-by get, which speaks to a rehearsal. Keeps nothing.

It stands in a frame of the page on which an activity is tried, and is whoever tries it, as one of the visitors.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from content.canonical import Json
from content.language import LANGUAGES
from content.reading import Reader
from curator import groups, rehearsals, report_categories, report_photos, screens
from curator.activities import Kept
from curator.activity_drafts import wish_of
from curator.rehearsals import Rehearsal, Rehearsals
from curator.rehearsed_phone import Offer, Offered, Own, Standing
from curator.report_categories import Category
from curator.screens import Screen
from curator.service import service_of
from curator.store import Connection
from curator.street_reports import LONGEST_NEARBY, LONGEST_WORDS
from curator.web.answer_words import ANSWER_REASONS, PHONE_WORDS
from curator.web.doorman import IN_A_FRAME, actor_of
from curator.web.forms import read_form
from curator.web.phone_reports import LONGEST_TYPED, REPORTING, Typed
from curator.web.phones import page
from curator.web.problems import Problem, not_found
from curator.web.rehearsing import REHEARSALS, setting_of
from curator.web.report_form import Sent, sent_report
from curator.web.report_words import REPORT_REFUSALS
from curator.words import LANGUAGE, _
from kiosks.activities.poll import Question
from kiosks.activities.statement import Statement, read_statement
from kiosks.activities.wall import Prompt
from kiosks.layouts import LAYOUTS, is_heard
from kiosks.messages import CELLS, LONGEST_ANSWER, Press, Steer, Tapped, Vote
from kiosks.phone.mailbox import Mailbox
from kiosks.phone.presses import pressed
from kiosks.phone.socket import Cast, new_socket, talk
from kiosks.phone.visitor_words import ANIMALS, COLOURS
from kiosks.rehearsals import AUTHOR
from kiosks.rooms import Room
from kiosks.visits import ANIMALS as ANIMAL_NAMES
from kiosks.visits import COLOURS as COLOUR_NAMES
from kiosks.visits import Visit, Visits
from kiosks.words.normal import tidy

LOOK_S = 0.1
"""How often it is looked at how the rehearsal stands."""
SAID_AGAIN = 10
"""After so many looks a phone is told what it knows already: it takes silence for a network that is gone."""
HEARD_LOOKS = 10
"""So many looks at most a page waits for what was just pressed."""
ASKING = "choose"
"""The id of the card that asks for a choice, before there is one."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What is tried, by whom; the rehearsal may be yet to begin, or over."""

    kept: Kept
    statement: Statement
    prompt: Prompt | None
    """What is asked before there is anything to choose from."""
    group: str
    here: str
    """The address of the phone's page."""
    account: str
    rehearsals: Rehearsals

    @property
    def rehearsal(self) -> Rehearsal | None:
        """The one that is on just now."""
        return self.rehearsals.on(self.account, self.kept.id)

    @property
    def standing(self) -> Standing | None:
        """How it stands; None while there is none."""
        return None if self.rehearsal is None else self.rehearsal.standing

    @property
    def is_linked(self) -> bool:
        """Whether the simulated screen is there."""
        return self.standing is not None

    def offers(self) -> list[Offered]:
        """What there is to take part in: one, as it stands."""
        now, told = self.standing, self.statement
        if self.prompt is not None and (now is None or not now.is_on):
            return [Offered(Offer(ASKING, "next", None, self.prompt), turn=self.group)]
        asked = told.question
        offer = Offer(
            self.kept.id, told.kind, asked if isinstance(asked, Question) else None,
            asked if isinstance(asked, Prompt) else None,
        )  # fmt: skip
        counts = (0,) * len(told.options)
        if now is None:
            return [Offered(offer, counts)]
        match now.snapshot.get("counts"):
            case [*found] if len(found) == len(counts):
                counts = tuple(one if isinstance(one, int) else 0 for one in found)
        mine = tuple(Own(one.id, one.words) for one in now.own_answers)
        return [Offered(offer, counts, now.vote, now.answers, mine, now.own_notes, now.notes)]

    def state_text(self) -> str:
        """What the page is told, as JSON."""
        now = self.standing
        is_on = now is not None and now.is_on
        state: dict[str, Json] = {
            "type": "state", "link": now is not None, "on": self.kept.id if is_on else "", "why": "",
            "snapshot": now.snapshot if now is not None and is_on else None,
            "offers": [one.activity.id for one in self.offers()], "edition": -1 if now is None else now.edition,
        }  # fmt: skip
        return json.dumps(state)

    def order(self, do: str, **words: Json) -> bool:
        """Tells the rehearsal what was pressed; False while there is none."""
        rehearsal = self.rehearsal
        if rehearsal is None:
            return False
        rehearsal.tell(json.dumps({"do": do, **words}, ensure_ascii=False).encode())
        return True

    async def heard(self, before: Standing | None) -> None:
        """Waits until it stands otherwise than before, but not for long: the page is told again later."""
        for _look in range(HEARD_LOOKS):
            now = self.standing
            if now is None or before is None or (now.edition, now.part) != (before.edition, before.part):
                return
            await asyncio.sleep(LOOK_S)


@dataclass(frozen=True, slots=True)
class Desk:
    """Whoever tries it, alone at the simulated screen."""

    tried: Tried
    now: Callable[[], int]
    """UTC ms."""
    room: Room = field(default_factory=lambda: Room(Visits(lambda names: names[AUTHOR], lambda *_told: "rehearsal")))
    phones: dict[str, Mailbox] = field(default_factory=dict)

    def state_text(self) -> str:
        """How it stands."""
        return self.tried.state_text()

    def say(self, visit: Visit, said: Tapped) -> None:
        """To the rehearsal, while the activity is on the simulated screen."""
        del visit
        now = self.tried.standing
        if now is not None and now.is_on and is_heard(self.tried.statement.kind, said):
            _tap(self.tried, said)

    async def begin(self, activity: str) -> None:
        """Has the simulated screen begin."""
        if activity == self.tried.kept.id:
            self.tried.order("ask")

    async def vote(self, visit: Visit, said: Vote) -> Cast:
        """Counts in the rehearsal, and nowhere else."""
        del visit
        if said.option >= len(self.tried.statement.options):
            return "over"
        return "voted" if self.tried.order("vote", value=said.option) else "busy"


DESKS: web.AppKey[dict[str, Desk]] = web.AppKey("rehearsal_desks", dict[str, Desk])
"""By account: one phone of each person."""


async def see(request: web.Request) -> web.StreamResponse:
    """The page, as a passer-by has it."""
    tried, now_ms = await _tried(request), service_of(request).now()
    visit = Visit("rehearsal", AUTHOR, COLOUR_NAMES[AUTHOR], ANIMAL_NAMES[AUTHOR], now_ms, now_ms)
    standing = tried.standing
    return _page(
        request, "phone.html", here=tried.here, visit=visit, colour=_(COLOURS[visit.colour]),
        animal=_(ANIMALS[visit.animal]), screen_name=_("The simulated screen"), offers=tried.offers(), place=tried,
        said=request.query.get("said", ""), state=tried.state_text(),
        running=standing is not None and standing.is_on, PHONE_WORDS=PHONE_WORDS, ANSWER_REASONS=ANSWER_REASONS,
        LAYOUTS=LAYOUTS,
    )  # fmt: skip


async def socket(request: web.Request) -> web.StreamResponse:
    """Stays open while the page is there, whether a rehearsal is on or not. Another page of this person ends it."""
    tried, answer = await _tried(request), new_socket()
    if not answer.can_prepare(request):
        raise Problem(426, "websocket_wanted", _("This address speaks WebSocket only."))
    desks, desk = request.app[DESKS], Desk(tried, service_of(request).now)
    _end(desks.get(tried.account))
    visit = desk.room.open("", desk.now())
    assert isinstance(visit, Visit)  # noqa: S101 - nobody else is in this room
    desks[tried.account] = desk
    try:
        async with asyncio.TaskGroup() as tasks:
            telling = tasks.create_task(_keep_telling(desk), name="rehearsal phone hears")
            await talk(request, answer, desk, visit)
            telling.cancel()
    finally:
        if desks.get(tried.account) is desk:
            del desks[tried.account]
    return answer


async def press(request: web.Request) -> web.StreamResponse:
    """What a form of the page says: those of a phone without a script, and those that have no script at all."""
    tried, form = await _tried(request), await read_form(request)
    before = tried.standing
    said = "over"
    match request.match_info["do"] if tried.is_linked else "":
        case "vote" if tried.statement.options:
            option = form.integer("option", least=0, most=len(tried.statement.options) - 1)
            said = "voted" if tried.order("vote", value=option) else "over"
        case "play":
            tap = pressed(pad=form.text("pad", most=8), lean=form.text("lean", most=8), seq=0)
            said = "playing" if (tried.order("ask") if tap is None else _tap(tried, tap)) else "over"
        case "note" if tried.statement.kind == "bells":
            cell = form.integer("cell", least=0, most=CELLS - 1)
            said = "noted" if tried.order("note", value=cell) else "over"
        case "write" if tried.statement.kind == "wall":
            words = tidy(form.text("words", most=LONGEST_TYPED))
            said = "not_empty"
            if 1 <= len(words) <= LONGEST_ANSWER:
                said = "written" if tried.order("write", words=words) else "over"
        case "take-back":
            said = "taken_back" if tried.order("take_back", answer=form.text("answer", most=32, least=1)) else "over"
        case "report":
            said = "reported"
    await tried.heard(before)
    raise web.HTTPSeeOther(f"{tried.here}?said={said}#status")


async def ask_report(request: web.Request) -> web.StreamResponse:
    """The categories of a street report; and, when one is chosen, the form."""
    tried = await _reporting(request)
    return await _form(request, tried, request.query.get("category", ""), Typed(), "")


async def hand_in_report(request: web.Request) -> web.StreamResponse:
    """Says what a passer-by would be told. No report is made; words and photo are forgotten with this request."""
    tried = await _reporting(request)
    async with sent_report(request, request.app[REPORTING].darkroom) as sent:
        typed = Typed(sent.form.text("words", most=LONGEST_TYPED), sent.form.text("nearby", most=LONGEST_TYPED))
        code = sent.form.text("category", most=40)
        why = _refused(typed, sent)
    if why:
        return await _form(request, tried, code, typed, why)
    tried.order("ask")
    return _page(request, "phone_report_tried.html", here=tried.here)


async def _tried(request: web.Request) -> Tried:
    """What is tried. Raises Problem or NotAllowed."""
    language = request.match_info["language"]
    if language not in LANGUAGES:
        raise not_found()
    kept, setting, refused = await setting_of(request)
    if setting is None:
        raise Problem(422, "not_ready", "" if refused is None else refused.told())
    # As on a passer-by's phone that asks for this language, whatever whoever tries it reads themselves.
    LANGUAGE.set(language)

    def look(connection: Connection) -> tuple[Prompt | None, str]:
        asked, _theme = rehearsals.asked_of(connection, kept)
        group = groups.get(connection, kept.group_id)
        is_choice = kept.kind == "next" and isinstance(asked, Prompt)
        return asked if isinstance(asked, Prompt) and is_choice else None, "" if group is None else group.name

    prompt, group = await service_of(request).store.read(look)
    return Tried(
        kept, read_statement(Reader(setting.statement)), prompt, group,
        f"/taking-part/{kept.id}/try/phone/{language}", actor_of(request).account_id, request.app[REHEARSALS],
    )  # fmt: skip


async def _reporting(request: web.Request) -> Tried:
    tried = await _tried(request)
    if tried.statement.kind != "report" or request.match_info["offer"] != tried.kept.id:
        raise web.HTTPSeeOther(f"{tried.here}?said=over#status")
    return tried


async def _form(request: web.Request, tried: Tried, code: str, typed: Typed, why: str) -> web.Response:
    def look(connection: Connection) -> tuple[Screen | None, list[Category]]:
        kept = tried.kept
        wanted = wish_of(kept).screens if kept.state == "draft" else kept.screens
        screen = screens.get(connection, wanted[0]) if wanted else None
        return screen, report_categories.at_screen(connection, wanted[0] if wanted else "")

    screen, categories = await service_of(request).store.read(look)
    chosen = next((one for one in categories if one.code == code), None)
    return _page(
        request, "phone_report_form.html", status=422 if why else 200, here=tried.here, offer=tried.kept, screen=screen,
        categories=categories, chosen=chosen, typed=typed, why=why, is_closed=False, takes_photos=True,
        refusals=REPORT_REFUSALS, longest=(LONGEST_WORDS, LONGEST_NEARBY),
        most_mb=report_photos.LARGEST_BYTES // 1_000_000,
    )  # fmt: skip


def _refused(typed: Typed, sent: Sent) -> str:
    """Why a passer-by's report would not be taken as it is; "" when it would."""
    if sent.trouble is not None:
        return sent.trouble
    if not tidy(typed.words) and not sent.photo:
        return "empty"
    return "long" if len(tidy(typed.words)) > LONGEST_WORDS or len(tidy(typed.nearby)) > LONGEST_NEARBY else ""


def _page(request: web.Request, template: str, *, status: int = 200, **words: object) -> web.Response:
    answer = page(request, template, status=status, is_rehearsed=True, **words)
    answer.headers.update(IN_A_FRAME)
    return answer


def _tap(tried: Tried, said: Tapped) -> bool:
    match said:
        case Steer(x=x, y=y):
            return tried.order("steer", value=x, y=y)
        case Press(button=button):
            return tried.order("press", value=button)
        case Vote(option=option):
            return tried.order("vote", value=option)


async def _keep_telling(desk: Desk) -> None:
    """Tells the phone how it stands whenever that is otherwise, and now and then although it is not."""
    told, looks = "", 0
    while True:
        text, looks = desk.state_text(), looks + 1
        if text != told or looks >= SAID_AGAIN:
            told, looks = text, 0
            for mailbox in desk.phones.values():
                mailbox.put("state", text)
        await asyncio.sleep(LOOK_S)


def _end(desk: Desk | None) -> None:
    for mailbox in () if desk is None else desk.phones.values():
        mailbox.end(is_over=True)


async def _end_all(app: web.Application) -> None:
    for desk in app[DESKS].values():
        _end(desk)


def attach(app: web.Application) -> None:
    """Gives the application the phones of its rehearsals; they end with it."""
    app[DESKS] = {}
    app.on_shutdown.append(_end_all)


PHONE = "/taking-part/{activity}/try/phone/{language}"
routes = [
    web.get(PHONE, see),
    web.get(f"{PHONE}/socket", socket, allow_head=False),
    web.get(f"{PHONE}/street-report/{{offer}}", ask_report),
    web.post(f"{PHONE}/street-report/{{offer}}", hand_in_report),
    web.post(f"{PHONE}/{{do:vote|play|note|write|take-back|report}}", press),
]
