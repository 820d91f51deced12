"""Groups: making and changing them."""

from aiohttp import web

from curator import groups
from curator.authorisation import Action
from curator.service import service_of
from curator.store import Connection, fold
from curator.web.doorman import allowed
from curator.web.forms import Form, read_form
from curator.web.pages import render
from curator.web.paging import Page, page_of
from curator.web.problems import not_found

GIGABYTE = 1_000_000_000  # as sizes are told to people
LARGEST_QUOTA_GB = 10_000


async def every(request: web.Request) -> web.StreamResponse:
    """The list, with what each group stores."""
    allowed(request, Action.MANAGE_GROUPS)
    return await _page(request)


async def add(request: web.Request) -> web.StreamResponse:
    """Makes a group."""
    actor = allowed(request, Action.MANAGE_GROUPS)
    service = service_of(request)
    form = await read_form(request)
    name, about, quota_bytes, is_house = _fields(form)
    now_ms = service.now()
    try:
        group = await service.store.run(
            lambda connection: groups.create(
                connection, name=name, about=about, quota_bytes=quota_bytes, is_house=is_house, now_ms=now_ms,
                by=actor.account_id,
            )
        )  # fmt: skip
    except groups.BadGroup as bad:
        return await _page(request, status=422, problem=bad.told(), typed={"name": name, "about": about})
    service.bus.publish(f"group:{group.id}")
    raise web.HTTPSeeOther(f"/groups?group={group.slug}#group-{group.slug}")


async def change(request: web.Request) -> web.StreamResponse:
    """Changes a group's words and quota."""
    actor = allowed(request, Action.MANAGE_GROUPS)
    service, slug = service_of(request), request.match_info["slug"]
    name, about, quota_bytes, is_house = _fields(await read_form(request))
    now_ms = service.now()

    def run(connection: Connection) -> str:
        group = groups.by_slug(connection, slug)
        if group is None:
            raise not_found()
        groups.change(
            connection, group.id, name=name, about=about, quota_bytes=quota_bytes, is_house=is_house, now_ms=now_ms,
            by=actor.account_id,
        )  # fmt: skip
        return group.id

    try:
        group_id = await service.store.run(run)
    except groups.BadGroup as bad:
        return await _page(request, status=422, problem=bad.told())
    service.bus.publish(f"group:{group_id}")
    raise web.HTTPSeeOther(f"/groups?group={slug}#group-{slug}")


def _fields(form: Form) -> tuple[str, str, int, bool]:
    quota_gb = form.integer("quota_gb", least=1, most=LARGEST_QUOTA_GB)
    return form.text("name", most=200), form.text("about", most=2000), quota_gb * GIGABYTE, form.flag("is_house")


async def _page(
    request: web.Request, *, status: int = 200, problem: str = "", typed: dict[str, str] | None = None
) -> web.StreamResponse:
    service = service_of(request)

    words = request.query.get("find", "")
    wanted = fold(words).split()

    def look(connection: Connection) -> tuple[Page[groups.Group], dict[str, int]]:
        every = [group for group in groups.every(connection) if all(part in fold(group.name) for part in wanted)]
        asked = request.query.get("group", "")
        place = next((place for place, group in enumerate(every) if group.slug == asked), 0)
        page = page_of(request, every, at=place)
        return page, groups.stored_bytes_of(connection, [group.id for group in page.entries])

    page, stored = await service.store.read(look)
    return render(
        request, "groups.html", status=status, problem=problem, page=page, stored=stored, words=words,
        typed=typed or {"name": "", "about": ""}, gigabyte=GIGABYTE, largest_gb=LARGEST_QUOTA_GB,
        usual_gb=max(1, service.settings.group_quota_bytes // GIGABYTE),
    )  # fmt: skip


routes = [web.get("/groups", every), web.post("/groups", add), web.post("/groups/{slug}", change)]
