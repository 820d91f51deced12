"""The pages of the library: whose items there are, one item with its story, its words, taking it back."""

import asyncio
import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import sqlalchemy as sa
from aiohttp import web

from curator import (
    appeals,
    asking,
    groups,
    item_words,
    library,
    mending,
)
from curator.authorisation import Action, Actor
from curator.found_reasons import ToldReason
from curator.groups import Group
from curator.library import Item, Version
from curator.preparation_words import Standing
from curator.service import service_of
from curator.spoken import MOST_LANGUAGES, NO_WORDS, BadLanguages
from curator.statements import PEOPLE, RIGHTS
from curator.store import Connection
from curator.tables import items, versions
from curator.web.doorman import actor_of, allowed
from curator.web.forms import read_form
from curator.web.item_story import STATES, TRACK_STATES, Work, state_of, story_of
from curator.web.notices import looked_at
from curator.web.pages import render
from curator.web.problems import not_found

MOST_CARDS = 500


@dataclass(frozen=True, slots=True)
class GroupCard:
    """A group in the list of groups."""

    group: Group
    count: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Card:
    """An item in a group's grid: `shown` is the version whose picture it has, `standing` how far its preparation is."""

    item: Item
    shown: Version
    state: str
    standing: Standing | None


async def overview(request: web.Request) -> web.StreamResponse:
    """The reader's groups; every group for those of the council who may see them."""
    actor = actor_of(request)
    cards = await service_of(request).store.read(lambda connection: _group_cards(connection, actor))
    if len(cards) == 1:
        raise web.HTTPSeeOther(f"/library/{cards[0].group.slug}")
    return render(request, "library.html", cards=cards)


async def of_group(request: web.Request) -> web.StreamResponse:
    """A group's items as cards; `?state=` shows only those in one state."""
    group = await the_group(request)
    wanted = request.query.get("state", "")
    wanted = wanted if wanted in STATES else ""
    service, with_withdrawn = service_of(request), wanted == "withdrawn"
    now_ms = service.now()
    cards = await service.store.read(
        lambda connection: _cards(connection, group, now_ms, with_withdrawn=with_withdrawn)
    )  # fmt: skip
    counts = {state: sum(card.state == state for card in cards) for state in STATES}
    shown = [card for card in cards if wanted in {"", card.state}]
    stored = await service.store.read(lambda connection: groups.stored_bytes(connection, group.id))
    return render(
        request, "library_group.html", group=group, cards=shown, counts=counts, wanted=wanted, states=STATES,
        stored_bytes=stored, total=len(cards),
    )  # fmt: skip


async def item_page(request: web.Request) -> web.StreamResponse:
    """One item."""
    item = await the_item(request)
    await looked_at(request, *(f"version:{version.id}" for version in item.every_version))
    return await _item_page(request, item)


async def change_words(request: web.Request) -> web.StreamResponse:
    """Changes an item's title, credits, licence and description."""
    item = await the_item(request)
    actor = allowed(request, Action.EDIT_ITEM, group=item.group_id)
    form, service = await read_form(request), service_of(request)
    title = form.text("title", most=library.LONGEST_TITLE * 2)
    credits_line = form.text("credits", most=library.LONGEST_CREDITS * 2)
    licence = form.text("licence", most=library.LONGEST_CREDITS * 2)
    alt_text = form.text("alt_text", most=library.LONGEST_ALT * 2)
    people_shown, rights = form.text("people_shown", most=16), form.text("rights", most=16)
    languages = form.texts("languages", most=2 * MOST_LANGUAGES)
    try:
        await service.store.run(
            lambda connection: item_words.change_words(
                connection, item.id, title=title, credits_line=credits_line, licence=licence, alt_text=alt_text,
                people_shown=people_shown, rights=rights, languages=languages, now_ms=service.now(),
                by=actor.account_id,
            )
        )  # fmt: skip
    except (library.BadItem, BadLanguages) as bad:
        typed = dataclasses.replace(item, title=title, credits=credits_line, licence=licence, alt_text=alt_text)
        return await _item_page(request, item, status=422, problem=bad.told(), typed=typed)
    for topic in (f"item:{item.id}", f"group:{item.group_id}"):
        service.bus.publish(topic)
    raise web.HTTPSeeOther(f"/items/{item.id}")


async def appeal(request: web.Request) -> web.StreamResponse:
    """Sends a rejected version to another moderator, with the group's words."""
    return await _say_again(request, appeals.make, "appeal")


async def answer(request: web.Request) -> web.StreamResponse:
    """Sends a version that was to be changed to the moderators again, with the group's answer."""
    return await _say_again(request, asking.answer, "answer")


async def _say_again(request: web.Request, send: Callable[..., object], what: str) -> web.StreamResponse:
    """Has a version decided about again, with words of its group, by `send`; `what` they are for."""
    item = await the_item(request)
    actor = allowed(request, Action.EDIT_ITEM, group=item.group_id)
    form, service = await read_form(request), service_of(request)
    version_id, words = form.text("version", most=32), form.text("words", most=appeals.LONGEST_WORDS * 2)
    try:
        await service.store.run(
            lambda connection: send(connection, version_id, words=words, by=actor, now_ms=service.now())
        )
    except (appeals.NotAppealed, asking.NotAnswered) as bad:
        return await _item_page(request, item, status=422, problem=bad.told(), said={what: words})
    for topic in (f"item:{item.id}", f"group:{item.group_id}", "queue"):
        service.bus.publish(topic)
    raise web.HTTPSeeOther(f"/items/{item.id}")


async def ask_withdraw(request: web.Request) -> web.StreamResponse:
    """Asks before an item is taken off the screens for good."""
    item = await the_item(request)
    allowed(request, Action.WITHDRAW_ITEM, group=item.group_id)
    if item.withdrawn_ms is not None:
        raise web.HTTPSeeOther(f"/items/{item.id}")
    return render(request, "item_withdraw.html", item=item)


async def withdraw(request: web.Request) -> web.StreamResponse:
    """Takes an item off every screen."""
    item = await the_item(request)
    actor = allowed(request, Action.WITHDRAW_ITEM, group=item.group_id)
    service, why = service_of(request), (await read_form(request)).text("why", most=300)
    await service.store.run(
        lambda connection: library.withdraw(connection, item.id, now_ms=service.now(), by=actor.account_id, why=why)
    )
    for topic in (f"item:{item.id}", f"group:{item.group_id}", "queue", "programme"):
        service.bus.publish(topic)
    raise web.HTTPSeeOther(f"/items/{item.id}")


async def the_group(request: web.Request) -> Group:
    """The group of the address, if the reader may see its library; otherwise it is not there."""
    actor, slug = actor_of(request), request.match_info["group"]
    group = await service_of(request).store.read(lambda connection: groups.by_slug(connection, slug))
    if group is None or not actor.may(Action.SEE_LIBRARY, group=group.id):
        raise not_found()
    return group


async def the_item(request: web.Request) -> Item:
    """The item of the address, if the reader may see it; otherwise it is not there."""
    actor, item_id = actor_of(request), request.match_info["item"]
    item = await service_of(request).store.read(lambda connection: library.item(connection, item_id))
    if item is None or not (actor.may(Action.SEE_LIBRARY, group=item.group_id) or actor.may(Action.SEE_QUEUE)):
        raise not_found()
    return item


async def show_item(
    request: web.Request, item: Item, *, status: int = 200, captions_problem: list[ToldReason]
) -> web.Response:  # fmt: skip
    """The item's page again, with why captions were not taken."""
    return await _item_page(request, item, status=status, captions_problem=captions_problem)


async def _item_page(
    request: web.Request,
    item: Item,
    *,
    status: int = 200,
    problem: str = "",
    typed: Item | None = None,
    said: Mapping[str, str] = MappingProxyType({}),
    captions_problem: list[ToldReason] | None = None,
) -> web.Response:
    service, now_ms = service_of(request), service_of(request).now()
    keep_days = service.settings.keep_days
    story = await service.store.read(lambda connection: story_of(connection, item, now_ms, keep_days))
    has_original = await asyncio.to_thread(mending.is_kept, service.settings, item.newest)
    return render(
        request, "item.html", status=status, story=story, item=item, states=STATES, problem=problem,
        zone=service.settings.zone, longest=library, typed=typed or item, people=PEOPLE, rights=RIGHTS,
        words_wait=item_words.wait(item),
        most_languages=MOST_LANGUAGES, no_words=NO_WORDS,
        may_appeal=appeals.may_appeal(item, story.newest.version, story.newest.appeal),
        may_answer=asking.may_answer(item, story.newest.version),
        appeal_words=said.get("appeal", ""), answer_words=said.get("answer", ""),
        longest_appeal=appeals.LONGEST_WORDS, has_original=has_original,
        captions_problem=captions_problem or [], track_states=TRACK_STATES,
    )  # fmt: skip


def _group_cards(connection: Connection, actor: Actor) -> list[GroupCard]:
    counted = {
        row.group_id: (row.items, row.waiting or 0)
        for row in connection.execute(
            sa.select(
                items.c.group_id,
                sa.func.count(sa.distinct(items.c.id)).label("items"),
                sa.func.sum(sa.case((versions.c.state == "submitted", 1), else_=0)).label("waiting"),
            )
            .select_from(items.join(versions, versions.c.item_id == items.c.id))
            .where(items.c.withdrawn_ms.is_(None))
            .group_by(items.c.group_id)
        )
    }
    seen = [group for group in groups.every(connection) if actor.may(Action.SEE_LIBRARY, group=group.id)]
    return [GroupCard(group, *counted.get(group.id, (0, 0))) for group in seen]


def _cards(connection: Connection, group: Group, now_ms: int, *, with_withdrawn: bool) -> list[Card]:
    found = library.items_where(connection, items.c.group_id == group.id, most=MOST_CARDS)
    work = Work.about(connection, [item.newest for item in found], now_ms)
    return [_card(item, work) for item in found if item.withdrawn_ms is None or with_withdrawn]


def _card(item: Item, work: Work) -> Card:
    shown = next((version for version in item.versions if version.thumbnail_sha256), item.newest)
    return Card(item, shown, state_of(item.newest), work.standing(item.newest))


routes = [
    web.get("/library", overview),
    web.get("/library/{group}", of_group),
    web.get("/items/{item}", item_page),
    web.post("/items/{item}", change_words),
    web.post("/items/{item}/appeal", appeal),
    web.post("/items/{item}/answer", answer),
    web.get("/items/{item}/withdraw", ask_withdraw),
    web.post("/items/{item}/withdraw", withdraw),
]
