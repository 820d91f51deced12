"""Having a version mended: the one-button offers, the page to choose oneself, submitting what came of it."""

import asyncio
from collections.abc import Iterable

from aiohttp import web

from content.media.mend_words import read_mends, read_time, time_words
from content.media.mends import (
    BLUR,
    MOST_DB,
    MOST_MENDS,
    STRENGTHS,
    Crop,
    Cut,
    Dim,
    Mend,
    Mends,
    Quieten,
    Surround,
    Volume,
    crop_of,
    is_ground,
    mend_record,
    parse_mends,
    surround_of,
    volume_of,
)  # fmt: skip
from content.reading import BadDocument, Reader
from curator import mending
from curator.authorisation import Action
from curator.library import Item, Version
from curator.mending import CannotMend
from curator.receiving import JOBS_TOPIC
from curator.service import service_of
from curator.web.doorman import allowed
from curator.web.forms import BadForm, Form, read_form
from curator.web.library import the_item
from curator.web.mended import mended_of
from curator.web.pages import render
from curator.words import N_, Told

PARTS = ("dim", "cut", "quieten")
EMPTY_ROWS = 2
SUGGESTED = "#203040"
"""The colour that is there before anybody chose one."""
MOST_LINE = 80


class NoTime(Told):
    """Something that is no place in a film."""


async def choose(request: web.Request) -> web.StreamResponse:
    """The page to choose what is changed in a version (`?version=`; the newest without)."""
    item = await the_item(request)
    allowed(request, Action.EDIT_ITEM, group=item.group_id)
    version = mending.source_of(item, request.query.get("version", item.newest.id))
    return await _page(request, item, version)


async def mend(request: web.Request) -> web.StreamResponse:
    """Has a new version made: of the lines of an offer, or of what was chosen on the page."""
    item = await the_item(request)
    actor = allowed(request, Action.EDIT_ITEM, group=item.group_id)
    form = await read_form(request)
    version = mending.source_of(item, form.text("version", most=64))
    service = service_of(request)
    lines = form.texts("mend", most=MOST_MENDS)
    try:
        if not await asyncio.to_thread(mending.is_kept, service.settings, version):
            raise CannotMend(N_("The original is no longer kept. Upload it again, then it can be mended."))
        mends = _of_lines(lines) if lines else await _chosen(request, version, form)
        await service.store.run(
            lambda connection: mending.mend(
                connection, item.id, version.id, mends, by=actor.account_id, now_ms=service.now()
            )
        )  # fmt: skip
    except Told as problem:
        return await _page(request, item, version, status=422, problem=problem.told(), form=form)
    for topic in (f"item:{item.id}", f"group:{item.group_id}", JOBS_TOPIC):
        service.bus.publish(topic)
    raise web.HTTPSeeOther(f"/items/{item.id}")


async def submit(request: web.Request) -> web.StreamResponse:
    """Gives a mended version to the moderators."""
    item = await the_item(request)
    actor = allowed(request, Action.EDIT_ITEM, group=item.group_id)
    version_id, service = (await read_form(request)).text("version", most=64), service_of(request)
    await service.store.run(
        lambda connection: mending.submit(
            connection, item.id, version_id, by=actor.account_id, now_ms=service.now()
        )
    )  # fmt: skip
    for topic in (f"item:{item.id}", f"group:{item.group_id}", "queue"):
        service.bus.publish(topic)
    raise web.HTTPSeeOther(f"/items/{item.id}")


async def _page(
    request: web.Request, item: Item, version: Version, *, status: int = 200, problem: str = "",
    form: Form | None = None,
) -> web.Response:  # fmt: skip
    service = service_of(request)
    facts = await service.store.read(lambda connection: mending.facts_of(connection, version.id))
    has_original = await asyncio.to_thread(mending.is_kept, service.settings, version)
    crop = crop_of(version.mends)
    bars = next((crop_of(offer.mends) for offer in version.offers if offer.answers == "black_bars"), None)
    return render(
        request, "item_mend.html", status=status, item=item, version=version, problem=problem,
        rows=_rows(version) if form is None else _typed(form), volume=volume_of(version.mends), crop=crop, bars=bars,
        surround=surround_of(version.mends), colour=SUGGESTED, is_still=facts is not None and facts.kind == "still",
        part=mending.part_at(facts, 50) if facts is not None else None,
        mended=mended_of(item, version, service.settings.keep_days), has_original=has_original,
        zone=service.settings.zone, most_db=MOST_DB, strengths=STRENGTHS,
    )  # fmt: skip


def _rows(version: Version) -> list[dict[str, str]]:
    """A row of the form for each part that is changed already, and some to fill in."""
    rows = [
        {
            "what": "dim" if isinstance(mend, Dim) else "cut" if isinstance(mend, Cut) else "quieten",
            "from": time_words(mend.start_ms),
            "to": time_words(mend.end_ms),
            "by": str(mend.by_db) if isinstance(mend, Quieten) else "",
        }
        for mend in version.mends
        if isinstance(mend, Dim | Cut | Quieten)
    ]
    empty = {"what": "cut" if rows else "dim", "from": "", "to": "", "by": ""}
    return [*rows, *([empty] * EMPTY_ROWS)][: MOST_MENDS - 3]


def _typed(form: Form) -> list[dict[str, str]]:
    return [
        {"what": what, "from": start, "to": end, "by": by} for what, start, end, by in _columns(form)
    ] or [{"what": "dim", "from": "", "to": "", "by": ""}]  # fmt: skip


def _columns(form: Form) -> Iterable[tuple[str, str, str, str]]:
    columns = (form.texts(name, most=MOST_MENDS) for name in ("what", "from", "to", "by"))
    return zip(*([value.strip()[:20] for value in column] for column in columns), strict=False)


def _of_lines(lines: list[str]) -> Mends:
    try:
        return read_mends([line[:MOST_LINE] for line in lines])
    except BadDocument:
        raise BadForm(N_("“%(field)s” is not one of the choices."), field="mend") from None


async def _chosen(request: web.Request, version: Version, form: Form) -> Mends:
    """What was chosen on the page."""
    mends: list[Mend] = [_part(*row) for row in _columns(form) if row[1] or row[2]]
    by_db = form.integer("volume", least=0, most=MOST_DB) if form.text("volume") else 0
    if by_db:
        mends.append(Volume(by_db))
    crop = await _crop(request, version, form)
    if crop is not None:
        mends.append(crop)
    surround = _surround(form)
    if surround is not None:
        mends.append(surround)
    try:
        return parse_mends(Reader([mend_record(mend) for mend in mends]))
    except BadDocument:
        raise NoTime(N_("A part ends before it begins, or lies beyond a day. Look at the times again.")) from None


def _part(what: str, start: str, end: str, by: str) -> Mend:
    start_ms, end_ms = _time(start or "0"), _time(end)
    if what == "cut":
        return Cut(start_ms, end_ms)
    if what == "quieten":
        if not by.isdecimal() or not 1 <= int(by) <= MOST_DB:
            raise NoTime(N_("Say by how many decibels it is to be quieter: 1 to %(most)s."), most=MOST_DB)
        return Quieten(start_ms, end_ms, int(by))
    return Dim(start_ms, end_ms)


def _time(words: str) -> int:
    at_ms = read_time(words.replace(",", "."))
    if at_ms is None:
        raise NoTime(N_("“%(words)s” is no place in a film. Write minutes and seconds: 0:41."), words=words)
    return at_ms


async def _crop(request: web.Request, version: Version, form: Form) -> Crop | None:
    match form.one_of("picture", {"all", "same", "bars", "part"}):
        case "same":
            return crop_of(version.mends)
        case "bars":
            return next((crop_of(offer.mends) for offer in version.offers if offer.answers == "black_bars"), None)
        case "part":
            percent = form.integer("position", least=0, most=100)
            facts = await service_of(request).store.read(lambda connection: mending.facts_of(connection, version.id))
            return mending.part_at(facts, percent) if facts is not None else None
        case _:
            return None


def _surround(form: Form) -> Surround | None:
    match form.text("surround"):
        case "blur":
            return Surround(BLUR)
        case "colour":
            ground = form.text("ground").lower()
            if not is_ground(ground):
                raise BadForm(N_("“%(field)s” is not one of the choices."), field="ground")
            return Surround(ground)
        case _:
            return None


routes = [
    web.get("/items/{item}/mend", choose),
    web.post("/items/{item}/mend", mend),
    web.post("/items/{item}/submit", submit),
]
