"""The variants of an item: another picture of it for some screens, how each stands, adding and removing them."""

from dataclasses import dataclass

from aiohttp import web

from curator import library, variants
from curator.authorisation import Action
from curator.library import Item, Variant
from curator.screens import Screen
from curator.screens import every as every_screen
from curator.service import service_of
from curator.store import Connection
from curator.variants import BadVariant
from curator.web.doorman import allowed
from curator.web.forms import Form, read_form
from curator.web.item_story import STATES, Chapter, chapters_of
from curator.web.library import the_item
from curator.web.pages import render
from curator.web.problems import not_found
from curator.web.scopes import Choice
from curator.web.showing import targets
from curator.words import Told, _


@dataclass(frozen=True, slots=True)
class Shown:
    """A variant with what became of its newest file, the words for its screens, and the names of those it fits best."""

    variant: Variant
    newest: Chapter | None
    places: list[str]
    screens: list[str]
    is_as_long: bool


@dataclass(frozen=True, slots=True)
class _Page:
    choices: list[Choice]
    shown: list[Shown]
    itself: list[str]
    """The names of the screens that show the item's own file."""


def all_targets(connection: Connection) -> list[Choice]:
    """Everything a variant can be for: kinds of screens, and whatever an item can be aimed at."""
    return [*(Choice(code, _(words), _("Kind")) for code, words in variants.SHAPES.items()), *targets(connection)]


async def see(request: web.Request) -> web.StreamResponse:
    """The item's pictures side by side, and a form for another."""
    return await _page(request, await the_item(request))


async def create(request: web.Request) -> web.StreamResponse:
    """Makes a variant; on to uploading its file."""
    item = await the_item(request)
    actor = allowed(request, Action.EDIT_ITEM, group=item.group_id)
    form, service = await read_form(request), service_of(request)
    name, wanted = _said(form)

    def make(connection: Connection) -> str:
        _refuse_unknown(connection, wanted)
        return variants.create(
            connection, item.id, name=name, targets=wanted, now_ms=service.now(), by=actor.account_id
        )  # fmt: skip

    try:
        variant_id = await service.store.run(make)
    except BadVariant as bad:
        return await _page(request, item, bad, name, wanted)
    _tell(request, item)
    raise web.HTTPSeeOther(f"/library/{item.group_slug}/upload?item={item.id}&variant={variant_id}")


async def change(request: web.Request) -> web.StreamResponse:
    """Changes a variant's name and screens."""
    item = await the_item(request)
    actor = allowed(request, Action.EDIT_ITEM, group=item.group_id)
    form, service, variant_id = await read_form(request), service_of(request), _variant_of(request, item)
    name, wanted = _said(form)

    def store(connection: Connection) -> None:
        _refuse_unknown(connection, wanted)
        variants.change(
            connection, item.id, variant_id, name=name, targets=wanted, now_ms=service.now(), by=actor.account_id
        )  # fmt: skip

    try:
        await service.store.run(store)
    except BadVariant as bad:
        return await _page(request, item, bad)
    _tell(request, item)
    raise web.HTTPSeeOther(f"/items/{item.id}/variants")


async def remove(request: web.Request) -> web.StreamResponse:
    """Takes a variant off its screens."""
    item = await the_item(request)
    actor = allowed(request, Action.EDIT_ITEM, group=item.group_id)
    service, variant_id = service_of(request), _variant_of(request, item)
    try:
        await service.store.run(
            lambda connection: variants.remove(
                connection, item.id, variant_id, now_ms=service.now(), by=actor.account_id
            )
        )  # fmt: skip
    except BadVariant as bad:
        return await _page(request, item, bad)
    _tell(request, item)
    raise web.HTTPSeeOther(f"/items/{item.id}/variants")


def _said(form: Form) -> tuple[str, list[str]]:
    return form.text("name", most=variants.LONGEST_NAME * 2), form.texts("target", most=variants.MOST_TARGETS)


def _refuse_unknown(connection: Connection, wanted: list[str]) -> None:
    if set(wanted) - {choice.scope for choice in all_targets(connection)}:
        raise BadVariant(variants.NO_SUCH_PLACE)


def _variant_of(request: web.Request, item: Item) -> str:
    variant_id = request.match_info["variant"]
    if item.variant(variant_id) is None:
        raise not_found()
    return variant_id


def _tell(request: web.Request, item: Item) -> None:
    for topic in (f"item:{item.id}", f"group:{item.group_id}", "queue"):
        service_of(request).bus.publish(topic)


async def _page(
    request: web.Request, item: Item, problem: Told | None = None, name: str = "", wanted: list[str] | None = None
) -> web.Response:
    service = service_of(request)
    now_ms, keep_days = service.now(), service.settings.keep_days

    def look(connection: Connection) -> tuple[Item, _Page]:
        fresh = library.item(connection, item.id) or item
        return fresh, _read(connection, fresh, now_ms, keep_days)

    item, page = await service.store.read(look)
    return render(
        request, "variants.html", status=422 if problem else 200, item=item, page=page, states=STATES,
        problem=problem.told() if problem else "", name=name, wanted=wanted or [], longest_name=variants.LONGEST_NAME,
        length_ms=variants.wanted_length_ms(item), most=variants.MOST_VARIANTS, zone=service.settings.zone,
    )  # fmt: skip


def _read(connection: Connection, item: Item, now_ms: int, keep_days: int) -> _Page:
    choices, known = all_targets(connection), every_screen(connection)
    words = {choice.scope: choice.name for choice in choices}
    length_ms = variants.wanted_length_ms(item)
    playing = [one for one in item.variants if one.approved is not None and one.approved.duration_ms == length_ms]
    fits = {screen.id: _best(playing, screen) for screen in known}
    newest = [variant.versions[0] for variant in item.variants if variant.versions]
    chapters = {one.version.id: one for one in chapters_of(connection, item, newest, now_ms, keep_days)}
    shown = [
        Shown(
            variant, chapters[variant.versions[0].id] if variant.versions else None,
            [words[target] for target in variant.targets if target in words],
            [screen.name for screen in known if fits[screen.id] == variant.id],
            variant.approved is None or variant.approved.duration_ms == length_ms,
        )
        for variant in item.variants
    ]  # fmt: skip
    return _Page(choices, shown, [screen.name for screen in known if fits[screen.id] is None])


def _best(playing: list[Variant], screen: Screen) -> str | None:
    best = variants.by_fit(playing, screen)
    return best[0].id if best else None


routes = [
    web.get("/items/{item}/variants", see),
    web.post("/items/{item}/variants", create),
    web.post("/items/{item}/variants/{variant}", change),
    web.post("/items/{item}/variants/{variant}/remove", remove),
]
