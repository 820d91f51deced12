"""The whole URL map. Hot addresses of nodes have static prefixes of their own and come first."""

from aiohttp import web

from curator.web import (
    account,
    air_time,
    assets,
    audit_log,
    bookings,
    calendar,
    calendar_strip,
    captions,
    dayparts,
    draft_moves,
    drafts,
    files,
    groups,
    guide,
    hand_in,
    home,
    interchange,
    invitations,
    library,
    live,
    live_orders,
    mail,
    mending,
    moderation,
    node_api,
    node_link,
    notices,
    order,
    own_data,
    pairing,
    people,
    playlists,
    preparation,
    privacy,
    programme,
    promises,
    resets,
    rules,
    screen_groups,
    screen_place,
    screens,
    second_factor,
    second_step,
    showing,
    sign_in,
    sites,
    tickets,
    upload_page,
    uploads,
    week_templates,
    why,
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
    for part in (moderation, people, invitations, groups, account, second_factor, second_step, resets, audit_log, mail):
        app.add_routes(part.routes)
    for part in (own_data, privacy, notices):
        app.add_routes(part.routes)
    for part in (live_orders, screens, pairing):
        app.add_routes(part.routes)
    for part in (uploads, upload_page, tickets, hand_in, library, preparation, mending, captions, files):
        app.add_routes(part.routes)
    app.on_response_prepare.append(uploads.tell_protocol)
    app.on_response_prepare.append(files.name_by_hash)
    for part in (dayparts, rules, sites, screen_groups, screen_place, showing, promises, air_time, why):
        app.add_routes(part.routes)
    for part in (drafts, draft_moves, calendar, calendar_strip, week_templates, order, bookings):
        app.add_routes(part.routes)
    for part in (playlists, interchange, programme, guide):
        app.add_routes(part.routes)
