"""The whole URL map. Hot addresses of nodes have static prefixes of their own and come first."""

from aiohttp import web

from curator.web import (
    account,
    activities,
    activity_form,
    air_time,
    api,
    assets,
    audit_log,
    bookings,
    calendar,
    calendar_strip,
    captions,
    dayparts,
    decide,
    draft_moves,
    drafts,
    files,
    group_plays,
    groups,
    guide,
    hand_in,
    handing_on,
    home,
    identities,
    identity_sign_in,
    interchange,
    invitations,
    item_choices,
    library,
    live,
    live_orders,
    mail,
    members,
    mending,
    moderating_answers,
    moderation,
    node_api,
    node_link,
    node_taking_part,
    notices,
    open311,
    order,
    own_data,
    pairing,
    passkeys,
    people,
    phone_reports,
    phone_socket,
    phone_words,
    phones,
    playlists,
    preparation,
    privacy,
    programme,
    promises,
    published_policy,
    rehearsing,
    rehearsing_phone,
    report_categories,
    report_council,
    resets,
    rules,
    screen_groups,
    screen_place,
    screen_words,
    screens,
    second_factor,
    second_step,
    showing,
    sign_in,
    sites,
    street_reports,
    tickers,
    tickets,
    tokens,
    town,
    trust,
    upload_page,
    uploads,
    variants,
    webhooks,
    week_templates,
    why,
    widening,
)


def add_routes(app: web.Application) -> None:
    """Every address of the service."""
    for part in (node_api, node_link, node_taking_part, phone_socket, phones, phone_words, phone_reports):
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
    for part in (
        published_policy,
        town,
        trust,
        handing_on,
        widening,
        screen_words,
        own_data,
        privacy,
        notices,
        tokens,
        webhooks,
        api,
    ):
        app.add_routes(part.routes)
    for part in (passkeys, identities, identity_sign_in, decide):
        app.add_routes(part.routes)
    for part in (open311, report_categories, report_council, street_reports, moderating_answers):
        app.add_routes(part.routes)
    for part in (activity_form, rehearsing, rehearsing_phone, activities):
        app.add_routes(part.routes)
    for part in (tickers, live_orders, screens, pairing):
        app.add_routes(part.routes)
    for part in (
        uploads,
        upload_page,
        tickets,
        hand_in,
        library,
        group_plays,
        members,
        preparation,
        mending,
        captions,
        variants,
        files,
    ):
        app.add_routes(part.routes)
    app.on_response_prepare.append(uploads.tell_protocol)
    app.on_response_prepare.append(files.name_by_hash)
    for part in (dayparts, rules, sites, screen_groups, screen_place, showing, promises, air_time, why):
        app.add_routes(part.routes)
    for part in (item_choices, drafts, draft_moves, calendar, calendar_strip, week_templates, order, bookings):
        app.add_routes(part.routes)
    for part in (playlists, interchange, programme, guide):
        app.add_routes(part.routes)
