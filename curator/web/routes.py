"""The whole URL map. Hot addresses of nodes have static prefixes of their own and come first."""

from aiohttp import web

from curator.web import (
    account,
    assets,
    audit_log,
    bookings,
    files,
    groups,
    guide,
    home,
    library,
    live,
    moderation,
    node_api,
    node_link,
    order,
    pairing,
    people,
    programme,
    screens,
    sign_in,
    upload_page,
    uploads,
)


def add_routes(app: web.Application) -> None:
    """Every address of the service."""
    for part in (node_api, node_link):
        app.add_routes(part.routes)
    app.add_routes(
        [
            web.get("/", home.home),
            web.get("/sign-in", sign_in.ask),
            web.post("/sign-in", sign_in.sign_in),
            web.post("/sign-out", sign_in.sign_out),
            web.post("/language", sign_in.choose_language),
            web.get("/live", live.events, allow_head=False),
            web.get("/static/{mark}/{name:.+}", assets.asset),
        ]
    )
    for part in (moderation, people, groups, account, audit_log):
        app.add_routes(part.routes)
    for part in (screens, pairing):
        app.add_routes(part.routes)
    for part in (uploads, upload_page, library, files):
        app.add_routes(part.routes)
    app.on_response_prepare.append(uploads.tell_protocol)
    app.on_response_prepare.append(files.name_by_hash)
    for part in (order, bookings, programme, guide):
        app.add_routes(part.routes)
