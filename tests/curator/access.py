"""Which role may open which address of the service: the table that `test_safety` holds every route to."""

import re
from collections.abc import Iterator
from pathlib import Path

import aiohttp
from aiohttp.web import AbstractResource, Application

from curator.authorisation import ANY_MEMBER

DOCS = Path(__file__).resolve().parents[2] / "docs"
NOBODY = frozenset[str]()
STRANGER = "stranger"
MEMBERS = frozenset({"contributor", "editor"})
COUNCIL = frozenset({"technician", "moderator", "programmer"})
SIGNED_IN = MEMBERS | COUNCIL | {"outsider"}
EVERYBODY = SIGNED_IN | {STRANGER}
SEE_ITEM = MEMBERS | {"moderator", "programmer"}
PROGRAMMER, TECHNICIAN = frozenset({"programmer"}), frozenset({"technician"})
MODERATOR = frozenset({"moderator"})
REPORTS = PROGRAMMER | MODERATOR
ONLY_ADMINISTRATORS = frozenset[str]()
DARKENERS = COUNCIL
WHO = sorted(EVERYBODY | {"administrator"})

PAGES = {
    "GET /": EVERYBODY,
    "GET /account": SIGNED_IN,
    "POST /account/erasure": SIGNED_IN,
    "POST /account/erasure/end": SIGNED_IN,
    "POST /account/export": SIGNED_IN,
    "POST /account/notices": SIGNED_IN,
    "POST /account/password": SIGNED_IN,
    "POST /account/sessions/end": SIGNED_IN,
    "GET /account/tokens": SIGNED_IN,
    "POST /account/tokens": SIGNED_IN,
    "POST /account/tokens/{token}/revoke": SIGNED_IN,
    "GET /api": EVERYBODY,
    "GET /api/": EVERYBODY,
    "GET /api/openapi.json": EVERYBODY,
    "POST /account/sessions/{session}/end": SIGNED_IN,
    "GET /account/again": SIGNED_IN,
    "GET /account/identities": SIGNED_IN,
    "POST /account/identities/with/{provider}": SIGNED_IN,
    "POST /account/identities/{identity}/remove": SIGNED_IN,
    "GET /account/passkeys": SIGNED_IN,
    "POST /account/passkeys": SIGNED_IN,
    "POST /account/passkeys/begin": SIGNED_IN,
    "POST /account/passkeys/{passkey}/remove": SIGNED_IN,
    "GET /account/second": SIGNED_IN,
    "POST /account/second/begin": SIGNED_IN,
    "POST /account/second/codes": SIGNED_IN,
    "POST /account/second/confirm": SIGNED_IN,
    "POST /account/second/off": SIGNED_IN,
    "GET /audit": ONLY_ADMINISTRATORS,
    "GET /audit.csv": ONLY_ADMINISTRATORS,
    "GET /audit.jsonl": ONLY_ADMINISTRATORS,
    "GET /files/{version}/captions/{track}": SEE_ITEM,
    "GET /files/{version}/{what}": SEE_ITEM,
    "GET /forgot": EVERYBODY,
    "POST /forgot": EVERYBODY,
    "GET /groups": PROGRAMMER,
    "POST /groups": PROGRAMMER,
    "POST /groups/{slug}": PROGRAMMER,
    "GET /hand-in": EVERYBODY,
    "POST /hand-in": EVERYBODY,
    "GET /items/{item}": SEE_ITEM,
    "POST /items/{item}": MEMBERS,
    "POST /items/{item}/answer": MEMBERS,
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
    "GET /items/{item}/variants": SEE_ITEM,
    "POST /items/{item}/variants": MEMBERS,
    "POST /items/{item}/variants/{variant}": MEMBERS,
    "POST /items/{item}/variants/{variant}/remove": MEMBERS,
    "POST /items/{item}/showing": MEMBERS | {"moderator"},
    "GET /items/{item}/why": SEE_ITEM,
    "GET /items/{item}/withdraw": SEE_ITEM,
    "POST /items/{item}/withdraw": SEE_ITEM,
    "GET /decide": EVERYBODY,
    "POST /decide": EVERYBODY,
    "GET /join": EVERYBODY,
    "POST /join": EVERYBODY,
    "GET /join/{invitation}": SIGNED_IN,
    "POST /join/{invitation}": SIGNED_IN,
    "GET /taking-part": frozenset({"editor", "outsider", "moderator", "programmer"}),
    "POST /taking-part": frozenset({"editor", "outsider", "programmer"}),
    "GET /taking-part/new": frozenset({"editor", "outsider", "programmer"}),
    "GET /taking-part/{activity}/edit": frozenset({"editor", "programmer"}),
    "POST /taking-part/{activity}/edit": frozenset({"editor", "programmer"}),
    "GET /taking-part/{activity}/try": frozenset({"editor", "programmer"}),
    "GET /taking-part/{activity}/try/socket": frozenset({"editor", "programmer"}),
    "GET /taking-part/{activity}/try/phone/{language}": frozenset({"editor", "programmer"}),
    "GET /taking-part/{activity}/try/phone/{language}/socket": frozenset({"editor", "programmer"}),
    "GET /taking-part/{activity}/try/phone/{language}/street-report/{offer}": frozenset({"editor", "programmer"}),
    "POST /taking-part/{activity}/try/phone/{language}/street-report/{offer}": frozenset({"editor", "programmer"}),
    "POST /taking-part/{activity}/try/phone/{language}/{do}": frozenset({"editor", "programmer"}),
    "POST /taking-part/{activity}": frozenset({"editor", "outsider", "moderator", "programmer"}),
    "GET /taking-part/answers": frozenset({"moderator"}),
    "POST /taking-part/answers/{answer}": frozenset({"moderator"}),
    "POST /taking-part/writing": PROGRAMMER,
    "GET /street-reports": REPORTS,
    "GET /street-reports/categories": REPORTS,
    "POST /street-reports/categories": PROGRAMMER,
    "POST /street-reports/categories/{category}/allow": MODERATOR,
    "POST /street-reports/categories/{category}/end": PROGRAMMER,
    "GET /street-reports/{report}": REPORTS,
    "POST /street-reports/{report}": REPORTS,
    "GET /street-reports/{report}/photo": REPORTS,
    "GET /street-reports/{report}/veil": REPORTS,
    "GET /street-reports/council": ONLY_ADMINISTRATORS,
    "POST /street-reports/council": ONLY_ADMINISTRATORS,
    "GET /open311/discovery.{format}": EVERYBODY,
    "GET /open311/v2/discovery.{format}": EVERYBODY,
    "GET /open311/v2/requests.{format}": EVERYBODY,
    "GET /open311/v2/requests/{number}.{format}": EVERYBODY,
    "GET /open311/v2/services.{format}": EVERYBODY,
    "GET /open311/v2/services/{code}.{format}": EVERYBODY,
    "GET /r": EVERYBODY,
    "GET /r/{number}": EVERYBODY,
    "GET /J": EVERYBODY,
    "GET /j": EVERYBODY,
    "POST /language": EVERYBODY,
    "GET /ticker": frozenset({"moderator", "programmer"}),
    "POST /ticker": PROGRAMMER,
    "POST /ticker/{ticker}": frozenset({"moderator", "programmer"}),
    "GET /live-orders": COUNCIL,
    "POST /live-orders/alert": COUNCIL,
    "POST /live-orders/takeover": PROGRAMMER,
    "POST /live-orders/{order}/end": COUNCIL,
    "GET /library": SIGNED_IN,
    "GET /library/{group}": SEE_ITEM,
    "GET /library/{group}/members": frozenset({"editor"}),
    "POST /library/{group}/members": frozenset({"editor"}),
    "POST /library/{group}/members/{account}/remove": frozenset({"editor"}),
    "POST /library/{group}/members/invitations/{invitation}/revoke": frozenset({"editor"}),
    "GET /library/{group}/plays": SEE_ITEM,
    "GET /library/{group}/tickets": frozenset({"editor"}),
    "POST /library/{group}/tickets": frozenset({"editor"}),
    "POST /library/{group}/tickets/{ticket}/revoke": frozenset({"editor"}),
    "GET /library/{group}/upload": MEMBERS,
    "POST /library/{group}/upload": MEMBERS,
    "GET /live": SIGNED_IN,
    "GET /mail": ONLY_ADMINISTRATORS,
    "POST /mail/trial": ONLY_ADMINISTRATORS,
    "POST /mail/{mail}/again": ONLY_ADMINISTRATORS,
    "POST /mail/{mail}/remove": ONLY_ADMINISTRATORS,
    "GET /moderation": MODERATOR,
    "POST /moderation/veil": MODERATOR,
    "GET /moderation/{version_id}": MODERATOR,
    "POST /moderation/{version_id}/approve": MODERATOR,
    "POST /moderation/{version_id}/captions/{track}/approve": MODERATOR,
    "POST /moderation/{version_id}/captions/{track}/reject": MODERATOR,
    "POST /moderation/{version_id}/reject": MODERATOR,
    "POST /moderation/{version_id}/put-back": MODERATOR,
    "POST /moderation/{version_id}/pass-on": MODERATOR,
    "POST /moderation/{version_id}/ask": MODERATOR,
    "POST /moderation/{version_id}/widen": MODERATOR,
    "POST /moderation/{version_id}/words/allow": MODERATOR,
    "POST /moderation/{version_id}/words/back": MODERATOR,
    "GET /notices": SIGNED_IN,
    "GET /notices/count": SIGNED_IN,
    "POST /notices/read": SIGNED_IN,
    "GET /pair": TECHNICIAN,
    "POST /pair": TECHNICIAN,
    "POST /pair/decide": TECHNICIAN,
    "GET /people": ONLY_ADMINISTRATORS,
    "POST /people": ONLY_ADMINISTRATORS,
    "POST /people/invitations": ONLY_ADMINISTRATORS,
    "POST /people/invitations/{invitation}/revoke": ONLY_ADMINISTRATORS,
    "POST /people/newcomers/{newcomer}/turn-away": ONLY_ADMINISTRATORS,
    "POST /people/newcomers/{newcomer}/welcome": ONLY_ADMINISTRATORS,
    "POST /people/{account_id}/disable": ONLY_ADMINISTRATORS,
    "POST /people/{account_id}/enable": ONLY_ADMINISTRATORS,
    "POST /people/{account_id}/erase": ONLY_ADMINISTRATORS,
    "POST /people/{account_id}/export": ONLY_ADMINISTRATORS,
    "POST /people/{account_id}/give": ONLY_ADMINISTRATORS,
    "POST /people/{account_id}/passkeys-off": ONLY_ADMINISTRATORS,
    "POST /people/{account_id}/password": ONLY_ADMINISTRATORS,
    "POST /people/{account_id}/second-off": ONLY_ADMINISTRATORS,
    "POST /people/{account_id}/take": ONLY_ADMINISTRATORS,
    "GET /town": ONLY_ADMINISTRATORS,
    "POST /town": ONLY_ADMINISTRATORS,
    "POST /groups/{slug}/trust": MODERATOR,
    "GET /webhooks": ONLY_ADMINISTRATORS,
    "POST /webhooks": ONLY_ADMINISTRATORS,
    "GET /library/{group}/webhooks": frozenset({"editor"}),
    "POST /library/{group}/webhooks": frozenset({"editor"}),
    "GET /webhooks/{webhook}": frozenset({"editor"}),
    "POST /webhooks/{webhook}/test": frozenset({"editor"}),
    "POST /webhooks/{webhook}/pause": frozenset({"editor"}),
    "POST /webhooks/{webhook}/go-on": frozenset({"editor"}),
    "POST /webhooks/{webhook}/remove": frozenset({"editor"}),
    "GET /policy": EVERYBODY,
    "GET /privacy": EVERYBODY,
    "GET /programme": SIGNED_IN,
    "GET /programme/calendar": SIGNED_IN,
    "POST /programme/calendar/book": PROGRAMMER,
    "POST /programme/calendar/cancel": PROGRAMMER,
    "GET /programme/calendar/events.json": SIGNED_IN,
    "POST /programme/calendar/move": PROGRAMMER,
    "GET /programme/draft": PROGRAMMER,
    "GET /programme/draft.json": PROGRAMMER,
    "GET /programme/items.json": PROGRAMMER,
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
    "POST /programme/order/{group}/coming-on": PROGRAMMER | {"editor"},
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
    "POST /sign-in/code": EVERYBODY,
    "GET /sign-in/with/{provider}": EVERYBODY,
    "GET /sign-in/with/{provider}/return": EVERYBODY,
    "POST /sign-in/passkey": EVERYBODY,
    "POST /sign-in/passkey/begin": EVERYBODY,
    "POST /sign-out": EVERYBODY,
    "GET /static/{mark}/{name}": EVERYBODY,
    "OPTIONS /uploads": EVERYBODY,
    "POST /uploads": SIGNED_IN,
    "OPTIONS /uploads/{upload}": EVERYBODY,
}
"""Who besides administrators is let in at each page, for the things of the youth club. A new one is listed here."""


def _cells(document: str, first: str) -> list[list[str]]:
    """The rows of a table in a document, below its head, which begins with the cell `first`."""
    rows: list[list[str]] = []
    for line in (DOCS / document).read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if not cells and rows:
            break
        if cells and (rows or cells[0] == first):
            rows.append(cells)
    return [rows[0], *rows[2:]]


NOT_THEIRS = {"", "own uploads"}
"""Cells of docs/roles.md that open nothing here: what the addresses name was brought by the editor."""


def documented_roles() -> dict[str, set[str]]:
    """Who may what, as docs/roles.md says, by the action; for the things of the youth club."""
    (_may, *roles), *rows = _cells("roles.md", "may …")
    found = {
        row[0]: {role for role, cell in zip(roles, row[1:], strict=True) if cell not in NOT_THEIRS} for row in rows
    }
    anywhere = {action.value for action in ANY_MEMBER}
    return {action: roles | ({"outsider"} if action in anywhere else set()) for action, roles in found.items()}


def documented_endpoints() -> dict[str, tuple[str, str]]:
    """What each endpoint of the API needs, and the scopes of tokens, as docs/api.md says."""
    return {row[0].strip("`"): (row[1], row[2]) for row in _cells("api.md", "endpoint")[1:]}


def documented_pages_only() -> list[str]:
    """The addresses of pages that change something and have no endpoint, as docs/api.md says."""
    return [words.strip("`") for row in _cells("api.md", "page")[1:] for words in row[0].split()]


def _of_api() -> dict[str, frozenset[str]]:
    roles = documented_roles() | {"open to all": set(EVERYBODY), "an account": set(SIGNED_IN)}
    return {
        name: frozenset(roles[needs] - {"administrator"}) for name, (needs, _scopes) in documented_endpoints().items()
    }


ACCESS = PAGES | _of_api()
"""The same for pages and the API, whose rows are read from docs/api.md and docs/roles.md."""

OWN_UPLOAD = {"HEAD /uploads/{upload}", "PATCH /uploads/{upload}", "DELETE /uploads/{upload}"}
"""For whoever began it and nobody else, administrators neither."""

NODES = {
    "GET /api/v1/files/{sha256}", "POST /api/v1/as-run/{node_id}", "POST /api/v1/health/{node_id}",
    "GET /api/v1/link/{node_id}", "GET /api/v1/live/{node_id}", "GET /api/v1/manifest/{node_id}",
    "PUT /api/v1/picture/{node_id}", "GET /api/v1/activities/{node_id}", "POST /api/v1/votes/{node_id}",
    "POST /api/v1/notes/{node_id}", "POST /api/v1/choices/{node_id}",
}  # fmt: skip
"""For a paired node's token; no person gets in."""

PASSES = {
    "GET /decide/{what}",
    "GET /J/{code}", "GET /j/{code}", "GET /p/{token}", "GET /p/{token}/socket", "POST /p/{token}/play",
    "POST /p/{token}/note", "POST /p/{token}/report", "POST /p/{token}/take-back", "POST /p/{token}/vote",
    "POST /p/{token}/write", "GET /p/{token}/street-report/{activity}", "POST /p/{token}/street-report/{activity}",
    "GET /r/{number}/{secret}", "POST /r/{number}/{secret}/take-back",
}  # fmt: skip
"""For whoever brings a code from a screen, the pass it gave, or the secret of a report; an account is no help."""

KEYS = {"POST /open311/v2/requests.{format}"}
"""For a program's token, as a field of what it sends; no cookie and no pass counts there."""

PAIRING = {"POST /api/v1/pairing", "POST /api/v1/pairing/token"}


def is_refused(answer: aiohttp.ClientResponse) -> bool:
    to_sign_in = answer.status == 303 and answer.headers["Location"].startswith("/sign-in")
    return to_sign_in or answer.status in {401, 403, 404}


NOT_PAGES = {
    "/live", "/static/{mark}/{name}", "/files/{version}/{what}", "/files/{version}/captions/{track}",
    "/street-reports/{report}/photo", "/street-reports/{report}/veil",
    "/audit.csv", "/audit.jsonl", "/notices/count", "/screens/{slug}/picture.jpg", "/programme/calendar/events.json",
    "/programme/items.json", "/taking-part/{activity}/try/socket",
    "/taking-part/{activity}/try/phone/{language}/socket",
    "/taking-part/{activity}/try/phone/{language}/street-report/{offer}",
    "/programme/draft.json", "/programme/draft/moves.json", "/programme/{screen}/playlist.{format}",
    "/programme/{screen}/bookings.ics", "/programme/{screen}/calendar.ics", "/programme/group/{group}/calendar.ics",
    "/sign-in/with/{provider}", "/sign-in/with/{provider}/return",
}  # fmt: skip
"""What machines read, stands on a page or leads elsewhere. A new address is a page unless it is listed here."""
MACHINES = ("/api/", "/open311/")


def routes_of(app: Application) -> Iterator[tuple[str, str]]:
    """Every method and address, as a pattern with named gaps."""
    for resource in app.router.resources():
        assert isinstance(resource, AbstractResource)
        for route in resource:
            yield route.method, re.sub(r":[^}]+}", "}", resource.canonical)


def pages(app: Application) -> Iterator[str]:
    """The address of every page, as a pattern."""
    for method, pattern in sorted(set(routes_of(app))):
        name = f"{method} {pattern}"
        # A phone's pages need a code that a screen shows at that moment.
        if method == "GET" and pattern not in NOT_PAGES and name not in PASSES and not pattern.startswith(MACHINES):
            yield pattern
