"""What a form's field to look for an item finds, as JSON for the script beside it."""

from aiohttp import web

from content.canonical import Json
from curator import choosing
from curator.authorisation import Action
from curator.choosing import ItemChoice
from curator.service import service_of
from curator.web.doorman import allowed
from curator.web.pages import length


def told_item(one: ItemChoice) -> str:
    """An item as a form offers it."""
    return f"{one.title} · {one.group_name}" + (f" · {length(one.duration_ms)}" if one.duration_ms else "")


async def see(request: web.Request) -> web.StreamResponse:
    """The items that may play and match `?find=`, in the words a form offers them in."""
    allowed(request, Action.PROGRAMME)
    words = request.query.get("find", "")
    choices = await service_of(request).store.read(lambda connection: choosing.items_to_choose(connection, words))
    items: list[Json] = [{"id": one.id, "words": told_item(one)} for one in choices.found]
    document: dict[str, Json] = {"items": items, "total": choices.total, "more": choices.more}
    return web.json_response(document, headers={"Cache-Control": "no-store"})


routes = [web.get("/programme/items.json", see)]
