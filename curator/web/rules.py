"""Rules on the web: what may be shown where and when, each as a plain sentence with who made it and a way to end it."""

from datetime import date
from types import MappingProxyType

from aiohttp import web

from curator import dayparts, rules
from curator.authorisation import Action
from curator.programme.dayparts import Daypart
from curator.programme.rule_words import HOUR_MS, KINDS, rule_sentence
from curator.programme.rules import (
    ApartRule,
    ElectionRule,
    PaceRule,
    QuietRule,
    RatingRule,
    Rule,
    TagRule,
    When,
)
from curator.service import service_of
from curator.store import Connection
from curator.web import scopes
from curator.web.doorman import allowed
from curator.web.forms import BadForm, Form, read_form
from curator.web.pages import render
from curator.web.problems import not_found
from curator.words import N_, Told, _

LONGEST_NAME = 120
LONGEST_TAGS = 400
LONGEST_TAG = 40
OLDEST = 21
MOST_MINUTES = 7 * 24 * 60
MOST_PLAYS_AN_HOUR = 120


async def see(request: web.Request) -> web.StreamResponse:
    """All rules that hold now or will."""
    allowed(request, Action.SEE_PROGRAMME)
    return await _page(request)


async def make(request: web.Request) -> web.StreamResponse:
    """Makes a rule."""
    actor = allowed(request, Action.PROGRAMME)
    service, form = service_of(request), await read_form(request)
    now_ms = service.now()

    def store(connection: Connection) -> None:
        scope = scopes.chosen(scopes.choices(connection), form.text("scope", most=64)).scope
        parts = {part.id: part for part in dayparts.every(connection)}
        rules.put(connection, read_rule(form, parts), scope, now_ms=now_ms, by=actor.account_id)

    try:
        await service.store.run(store)
    except Told as told:
        return await _page(request, problem=told)
    service.bus.publish("programme:")
    raise web.HTTPSeeOther("/programme/rules?done=1")


async def end(request: web.Request) -> web.StreamResponse:
    """Ends a rule."""
    actor = allowed(request, Action.PROGRAMME)
    service, rule_id = service_of(request), request.match_info["rule"]
    now_ms = service.now()

    def stop(connection: Connection) -> None:
        if rule_id not in {one.rule.id for one in rules.every(connection)}:
            raise not_found()
        rules.remove(connection, rule_id, now_ms=now_ms, by=actor.account_id)

    await service.store.run(stop)
    service.bus.publish("programme:")
    raise web.HTTPSeeOther("/programme/rules?done=1")


def read_rule(form: Form, parts: dict[str, Daypart]) -> Rule:
    """The rule a form describes, without an id. Raises BadForm."""
    kind = form.one_of("kind", set(KINDS))
    name = form.text("name", most=LONGEST_NAME) or _(KINDS[kind])
    return _READERS[kind](form, name, _when(form, parts))


def _when(form: Form, parts: dict[str, Daypart]) -> When:
    daypart_id = form.text("daypart", most=32)
    if daypart_id and daypart_id not in parts:
        raise BadForm(N_("There is no such daypart any more. Choose another."))
    from_day, until_day = _day(form, "from_day"), _day(form, "until_day")
    if from_day and until_day and until_day <= from_day:
        raise BadForm(N_("The rule would end before it begins. Give a later last day."))
    return When(daypart_id or None, from_day, until_day)


def _day(form: Form, name: str) -> str:
    words = form.text(name, most=10)
    try:
        return date.fromisoformat(words).isoformat() if words else ""
    except ValueError:
        raise BadForm(N_("“%(words)s” is not a day such as 2026-11-23."), words=words) from None


def _rating(form: Form, name: str, when: When) -> Rule:
    return RatingRule("", name, when, form.integer("most", least=0, most=OLDEST))


def _quiet(form: Form, name: str, when: When) -> Rule:
    return QuietRule("", name, when, "dark" if form.one_of("mode", {"dark", "muted"}) == "dark" else "muted")


def _tags(form: Form, name: str, when: When) -> Rule:
    only, never = read_tags(form, "only"), read_tags(form, "never")
    if not only and not never:
        raise BadForm(N_("Name at least one tag."))
    return TagRule("", name, when, only, never)


def _pace(form: Form, name: str, when: When) -> Rule:
    if form.one_of("pace", {"gap", "plays"}) == "gap":
        gap_ms = form.integer("minutes", least=1, most=MOST_MINUTES) * 60_000
    else:
        plays = form.integer("plays", least=1, most=MOST_PLAYS_AN_HOUR)
        gap_ms = -(-HOUR_MS // plays)
    return PaceRule("", name, when, gap_ms, _tag(form, "tag"))


def _apart(form: Form, name: str, when: When) -> Rule:
    tag = _tag(form, "tag")
    if not tag:
        raise BadForm(N_("Name at least one tag."))
    return ApartRule("", name, when, tag)


def _election(form: Form, name: str, when: When) -> Rule:
    frozen, equal = read_tags(form, "frozen"), _tag(form, "equal")
    if not frozen and not equal:
        raise BadForm(N_("Name at least one tag."))
    if not when.from_day or not when.until_day:
        raise BadForm(N_("An election period has a first day and an end."))
    return ElectionRule("", name, when, frozen, equal)


_READERS = MappingProxyType({
    "rating": _rating, "quiet": _quiet, "tags": _tags, "pace": _pace, "apart": _apart, "election": _election,
})  # fmt: skip


def read_tags(form: Form, name: str) -> frozenset[str]:
    """Tags written with commas between them, in small letters. Raises BadForm for one that is too long."""
    words = form.text(name, most=LONGEST_TAGS)
    tags = frozenset(word.strip().casefold() for word in words.split(",") if word.strip())
    if any(len(tag) > LONGEST_TAG for tag in tags):
        raise BadForm(N_("A tag has at most %(most)s characters."), most=LONGEST_TAG)
    return tags


def _tag(form: Form, name: str) -> str:
    tags = sorted(read_tags(form, name))
    if len(tags) > 1:
        raise BadForm(N_("One tag only, please."))
    return tags[0] if tags else ""


async def _page(request: web.Request, problem: Told | None = None) -> web.Response:
    service = service_of(request)

    def look(connection: Connection) -> dict[str, object]:
        places = scopes.choices(connection)
        words = {choice.scope: choice.words for choice in places}
        parts = dayparts.every(connection)
        by_id = {part.id: part for part in parts}
        stored = [one for one in rules.every(connection) if one.scope in words]
        return {
            "places": places,
            "parts": parts,
            "told": [(one.rule, rule_sentence(one.rule, words[one.scope], by_id)) for one in stored],
            "touched": scopes.touches(connection, "rule"),
        }

    return render(
        request, "rules.html", status=200 if problem is None else 422, problem=problem.told() if problem else "",
        kinds={kind: _(name) for kind, name in KINDS.items()}, is_done="done" in request.query, oldest=OLDEST,
        zone=service.settings.zone, most_minutes=MOST_MINUTES, most_plays=MOST_PLAYS_AN_HOUR,
        **await service.store.read(look),
    )  # fmt: skip


routes = [
    web.get("/programme/rules", see),
    web.post("/programme/rules", make),
    web.post("/programme/rules/{rule}/end", end),
]
