"""Which role may open which address of the service: the table that `test_safety` holds every route to."""

import aiohttp

NOBODY = frozenset[str]()
STRANGER = "stranger"
MEMBERS = frozenset({"contributor", "editor"})
COUNCIL = frozenset({"technician", "moderator", "programmer"})
SIGNED_IN = MEMBERS | COUNCIL | {"outsider"}
EVERYBODY = SIGNED_IN | {STRANGER}
SEE_ITEM = MEMBERS | {"moderator", "programmer"}
PROGRAMMER, TECHNICIAN = frozenset({"programmer"}), frozenset({"technician"})
MODERATOR = frozenset({"moderator"})
ONLY_ADMINISTRATORS = frozenset[str]()
DARKENERS = COUNCIL
WHO = sorted(EVERYBODY | {"administrator"})

ACCESS = {
    "GET /": EVERYBODY,
    "GET /account": SIGNED_IN,
    "POST /account/password": SIGNED_IN,
    "GET /audit": ONLY_ADMINISTRATORS,
    "GET /files/{version}/captions/{track}": SEE_ITEM,
    "GET /files/{version}/{what}": SEE_ITEM,
    "GET /forgot": EVERYBODY,
    "POST /forgot": EVERYBODY,
    "GET /groups": PROGRAMMER,
    "POST /groups": PROGRAMMER,
    "POST /groups/{slug}": PROGRAMMER,
    "GET /items/{item}": SEE_ITEM,
    "POST /items/{item}": MEMBERS,
    "POST /items/{item}/appeal": MEMBERS,
    "GET /items/{item}/mend": MEMBERS,
    "POST /items/{item}/mend": MEMBERS,
    "POST /items/{item}/submit": MEMBERS,
    "POST /items/{item}/preparation/again": frozenset({"editor", "moderator"}),
    "POST /items/{item}/preparation/first": frozenset({"moderator", "programmer"}),
    "POST /items/{item}/preparation/stop": frozenset({"editor", "moderator"}),
    "POST /items/{item}/captions": MEMBERS,
    "POST /items/{item}/captions/{track}/language": MEMBERS,
    "POST /items/{item}/captions/{track}/remove": MEMBERS,
    "GET /items/{item}/showing": SEE_ITEM,
    "POST /items/{item}/showing": MEMBERS | {"moderator"},
    "GET /items/{item}/why": SEE_ITEM,
    "GET /items/{item}/withdraw": SEE_ITEM,
    "POST /items/{item}/withdraw": SEE_ITEM,
    "GET /join": EVERYBODY,
    "POST /join": EVERYBODY,
    "POST /language": EVERYBODY,
    "GET /live-orders": COUNCIL,
    "POST /live-orders/alert": COUNCIL,
    "POST /live-orders/takeover": PROGRAMMER,
    "POST /live-orders/{order}/end": COUNCIL,
    "GET /library": SIGNED_IN,
    "GET /library/{group}": SEE_ITEM,
    "GET /library/{group}/upload": MEMBERS,
    "POST /library/{group}/upload": MEMBERS,
    "GET /live": SIGNED_IN,
    "GET /mail": ONLY_ADMINISTRATORS,
    "POST /mail/trial": ONLY_ADMINISTRATORS,
    "POST /mail/{mail}/again": ONLY_ADMINISTRATORS,
    "POST /mail/{mail}/remove": ONLY_ADMINISTRATORS,
    "GET /moderation": MODERATOR,
    "GET /moderation/{version_id}": MODERATOR,
    "POST /moderation/{version_id}/approve": MODERATOR,
    "POST /moderation/{version_id}/captions/{track}/approve": MODERATOR,
    "POST /moderation/{version_id}/captions/{track}/reject": MODERATOR,
    "POST /moderation/{version_id}/reject": MODERATOR,
    "GET /pair": TECHNICIAN,
    "POST /pair": TECHNICIAN,
    "POST /pair/decide": TECHNICIAN,
    "GET /people": ONLY_ADMINISTRATORS,
    "POST /people": ONLY_ADMINISTRATORS,
    "POST /people/invitations": ONLY_ADMINISTRATORS,
    "POST /people/invitations/{invitation}/revoke": ONLY_ADMINISTRATORS,
    "POST /people/{account_id}/disable": ONLY_ADMINISTRATORS,
    "POST /people/{account_id}/enable": ONLY_ADMINISTRATORS,
    "POST /people/{account_id}/give": ONLY_ADMINISTRATORS,
    "POST /people/{account_id}/password": ONLY_ADMINISTRATORS,
    "POST /people/{account_id}/take": ONLY_ADMINISTRATORS,
    "GET /policy": EVERYBODY,
    "GET /programme": SIGNED_IN,
    "GET /programme/calendar": SIGNED_IN,
    "POST /programme/calendar/book": PROGRAMMER,
    "POST /programme/calendar/cancel": PROGRAMMER,
    "GET /programme/calendar/events.json": SIGNED_IN,
    "POST /programme/calendar/move": PROGRAMMER,
    "GET /programme/draft": PROGRAMMER,
    "GET /programme/draft.json": PROGRAMMER,
    "GET /programme/draft/moves": PROGRAMMER,
    "GET /programme/draft/moves.json": PROGRAMMER,
    "POST /programme/draft/changes": PROGRAMMER,
    "POST /programme/draft/discard": PROGRAMMER,
    "POST /programme/draft/drop": PROGRAMMER,
    "POST /programme/draft/publish": PROGRAMMER,
    "POST /programme/draft/rebase": PROGRAMMER,
    "POST /programme/draft/redo": PROGRAMMER,
    "POST /programme/draft/undo": PROGRAMMER,
    "GET /programme/dayparts": SIGNED_IN,
    "POST /programme/dayparts": PROGRAMMER,
    "POST /programme/dayparts/{daypart}/remove": PROGRAMMER,
    "GET /programme/order/{group}": PROGRAMMER | {"editor"},
    "POST /programme/order/{group}": PROGRAMMER | {"editor"},
    "GET /programme/rules": SIGNED_IN,
    "POST /programme/rules": PROGRAMMER,
    "POST /programme/rules/{rule}/end": PROGRAMMER,
    "GET /programme/screen-groups": SIGNED_IN,
    "POST /programme/screen-groups": PROGRAMMER,
    "GET /programme/screen-groups/{screens}/air-time": PROGRAMMER,
    "POST /programme/screen-groups/{screens}/air-time": PROGRAMMER,
    "POST /programme/screen-groups/{screens}/promises": PROGRAMMER,
    "GET /programme/sites": SIGNED_IN,
    "POST /programme/sites": PROGRAMMER | TECHNICIAN,
    "GET /programme/weeks": PROGRAMMER,
    "POST /programme/weeks": PROGRAMMER,
    "POST /programme/weeks/{week}/lay": PROGRAMMER,
    "POST /programme/weeks/{week}/remove": PROGRAMMER,
    "GET /programme/{screen}": SIGNED_IN,
    "GET /programme/{screen}/air-time": PROGRAMMER,
    "GET /programme/{screen}/playlist.{format}": SIGNED_IN,
    "POST /programme/{screen}/air-time": PROGRAMMER,
    "GET /programme/{screen}/book": PROGRAMMER,
    "POST /programme/{screen}/book": PROGRAMMER,
    "POST /programme/{screen}/bookings/{booking}/cancel": PROGRAMMER,
    "GET /programme/{screen}/bookings.ics": PROGRAMMER,
    "GET /programme/{screen}/calendar.ics": EVERYBODY,
    "GET /programme/{screen}/exchange": PROGRAMMER,
    "POST /programme/{screen}/exchange": PROGRAMMER,
    "GET /programme/group/{group}/calendar.ics": EVERYBODY,
    "GET /programme/{screen}/hour": SIGNED_IN,
    "GET /programme/{screen}/strip": SIGNED_IN,
    "POST /programme/{screen}/promises": PROGRAMMER,
    "GET /programme/{screen}/why": PROGRAMMER,
    "GET /reset": EVERYBODY,
    "POST /reset": EVERYBODY,
    "GET /screens": EVERYBODY,
    "GET /screens/new": PROGRAMMER | TECHNICIAN,
    "POST /screens/new": PROGRAMMER | TECHNICIAN,
    "GET /screens/{screen}/guide": EVERYBODY,
    "GET /screens/{slug}": EVERYBODY,
    "GET /screens/{slug}/dark": DARKENERS,
    "POST /screens/{slug}/dark": DARKENERS,
    "GET /screens/{slug}/picture.jpg": EVERYBODY,
    "GET /screens/{slug}/place": PROGRAMMER | TECHNICIAN,
    "POST /screens/{slug}/place": PROGRAMMER | TECHNICIAN,
    "POST /screens/{slug}/retire": TECHNICIAN,
    "POST /screens/{slug}/settings": PROGRAMMER | TECHNICIAN,
    "POST /screens/{slug}/unpair": TECHNICIAN,
    "GET /sign-in": EVERYBODY,
    "POST /sign-in": EVERYBODY,
    "POST /sign-out": EVERYBODY,
    "GET /static/{mark}/{name}": EVERYBODY,
    "OPTIONS /uploads": EVERYBODY,
    "POST /uploads": SIGNED_IN,
    "OPTIONS /uploads/{upload}": EVERYBODY,
}
"""Who besides administrators is let in at each address, for the things of the youth club. A new one is listed here."""

OWN_UPLOAD = {"HEAD /uploads/{upload}", "PATCH /uploads/{upload}", "DELETE /uploads/{upload}"}
"""For whoever began it and nobody else, administrators neither."""

NODES = {
    "GET /api/v1/files/{sha256}", "POST /api/v1/as-run/{node_id}", "POST /api/v1/health/{node_id}",
    "GET /api/v1/link/{node_id}", "GET /api/v1/live/{node_id}", "GET /api/v1/manifest/{node_id}",
    "PUT /api/v1/picture/{node_id}",
}  # fmt: skip
"""For a paired node's token; no person gets in."""

PAIRING = {"POST /api/v1/pairing", "POST /api/v1/pairing/token"}


def is_refused(answer: aiohttp.ClientResponse) -> bool:
    to_sign_in = answer.status == 303 and answer.headers["Location"].startswith("/sign-in")
    return to_sign_in or answer.status in {401, 403, 404}
