"""The page to upload from, and its plain form for browsers without scripts: the same road inside, in one go."""

from aiohttp import web

from curator import groups, library
from curator.authorisation import Action, require
from curator.groups import Group
from curator.library import Item, Variant
from curator.service import service_of
from curator.uploads import Wanted
from curator.variants import wanted_length_ms
from curator.web.doorman import actor_of
from curator.web.form_files import Sent, receive_form
from curator.web.library import the_group
from curator.web.pages import render
from curator.web.problems import not_found


async def page(request: web.Request) -> web.StreamResponse:
    """Choose files, take a picture or a film, or drop them here."""
    group, item, variant = await _target(request)
    return await _page(request, group, item, variant, [], 200)


async def send_form(request: web.Request) -> web.StreamResponse:
    """Takes the files of a plain form, streamed to the disk; tells what became of each."""
    group, item, variant = await _target(request)
    actor, settings = actor_of(request), service_of(request).settings

    def ask_for(file_name: str, at_most: int) -> Wanted:
        return Wanted(
            group_id=group.id, file_name=file_name, title="", size_bytes=at_most, item_id=item.id if item else None,
            account_id=actor.account_id, source="form", variant_id=variant.id if variant else None,
        )  # fmt: skip

    sent = await receive_form(request, ask_for, largest_bytes=settings.largest_upload_bytes)
    if len(sent) == 1 and sent[0].item is not None and sent[0].upload and sent[0].upload.outcome == "made":
        raise web.HTTPSeeOther(f"/items/{sent[0].item.id}{'/variants' if variant else ''}")
    return await _page(request, group, item, variant, sent, 422 if any(one.problem for one in sent) else 200)


async def _target(request: web.Request) -> tuple[Group, Item | None, Variant | None]:
    group = await the_group(request)
    item_id, variant_id = request.query.get("item", ""), request.query.get("variant", "")
    require(actor_of(request), Action.EDIT_ITEM if item_id else Action.UPLOAD, group=group.id)
    if not item_id:
        return group, None, None
    item = await service_of(request).store.read(lambda connection: library.item(connection, item_id))
    if item is None or item.group_id != group.id or item.withdrawn_ms is not None:
        raise not_found()
    variant = item.variant(variant_id)
    if variant_id and variant is None:
        raise not_found()
    return group, item, variant


async def _page(
    request: web.Request, group: Group, item: Item | None, variant: Variant | None, sent: list[Sent], status: int
) -> web.StreamResponse:
    service = service_of(request)
    stored = await service.store.read(lambda connection: groups.stored_bytes(connection, group.id))
    return render(
        request, "library_upload.html", status=status, group=group, item=item, sent=sent,
        variant=variant, length_ms=wanted_length_ms(item) if item and variant else None,
        largest_bytes=service.settings.largest_upload_bytes, chunk_bytes=service.settings.upload_chunk_bytes,
        left_bytes=max(0, group.quota_bytes - stored), longest_title=library.LONGEST_TITLE,
    )  # fmt: skip


routes = [web.get("/library/{group}/upload", page), web.post("/library/{group}/upload", send_form)]
