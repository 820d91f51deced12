"""The running order of a group: up, down, in, out; dragging is the script's business."""

from aiohttp import web

from curator import groups, running_order, transitions
from curator.authorisation import Action, Actor
from curator.groups import Group
from curator.service import service_of
from curator.store import Connection
from curator.web.doorman import actor_of
from curator.web.forms import read_form
from curator.web.pages import render
from curator.web.problems import not_found

MOST_ITEMS = 5_000
LENGTHS_MS = (300, 600, 1_000, 2_000)
"""What the page offers."""


async def see(request: web.Request) -> web.StreamResponse:
    """The list."""
    _, group = await _allowed(request)
    service = service_of(request)
    placed, chosen = await service.store.read(
        lambda connection: (
            running_order.order_of(connection, group.id), transitions.of_group(connection, group.id),
        )
    )  # fmt: skip
    return render(
        request, "order.html", group=group, placed=placed, moved=request.query.get("moved", ""), chosen=chosen,
        kinds=transitions.NAMES, lengths=LENGTHS_MS, is_saved=request.query.get("saved") == "1",
    )  # fmt: skip


async def come_on(request: web.Request) -> web.StreamResponse:
    """Chooses how the group's items come on."""
    actor, group = await _allowed(request)
    service = service_of(request)
    form = await read_form(request)
    kind, ms = form.text("kind", most=16), form.text("ms", most=8)
    await service.store.run(
        lambda connection: transitions.choose(
            connection, group.id, kind, int(ms) if ms.isascii() and ms.isdigit() else 0,
            now_ms=service.now(), by=actor.account_id,
        )
    )  # fmt: skip
    service.bus.publish(f"group:{group.id}")
    raise web.HTTPSeeOther(f"/programme/order/{group.slug}?saved=1#coming-on")


async def change(request: web.Request) -> web.StreamResponse:
    """One step: `up`, `down`, `out` or `in` with an item's id; or `order`, all ids as they shall play."""
    actor, group = await _allowed(request)
    service = service_of(request)
    form = await read_form(request)
    ids = form.texts("order", most=MOST_ITEMS)
    names = ("up", "down", "out", "in")
    step = next(((name, form.text(name, most=32)) for name in names if form.text(name, most=32)), ("", ""))
    now_ms = service.now()

    def apply(connection: Connection) -> None:
        name, item_id = step
        if name in {"up", "down"}:
            steps = -1 if name == "up" else 1
            running_order.move(connection, group.id, item_id, steps, now_ms=now_ms, by=actor.account_id)
        elif name:
            running_order.leave_out(
                connection, group.id, item_id, is_out=name == "out", now_ms=now_ms, by=actor.account_id
            )
        elif ids:
            running_order.arrange(connection, group.id, ids, now_ms=now_ms, by=actor.account_id)

    await service.store.run(apply)
    service.bus.publish(f"group:{group.id}")
    path = "/" if form.text("from", most=8) == "home" else f"/programme/order/{group.slug}"
    raise web.HTTPSeeOther(f"{path}?moved={step[0]}-{step[1]}#item-{step[1]}")


async def _allowed(request: web.Request) -> tuple[Actor, Group]:
    """Who asks and about which group; a group that is not theirs looks like none."""
    actor = actor_of(request)
    slug = request.match_info["group"]
    group = await service_of(request).store.read(lambda connection: groups.by_slug(connection, slug))
    if group is None or not actor.may(Action.ARRANGE, group=group.id):
        raise not_found()
    return actor, group


routes = [
    web.get("/programme/order/{group}", see),
    web.post("/programme/order/{group}", change),
    web.post("/programme/order/{group}/coming-on", come_on),
]
