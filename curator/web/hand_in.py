"""For somebody with an upload ticket and no account: who asks, what is taken, what happens to it, and the way in."""

from aiohttp import web

from curator import tickets
from curator.limits import Tries
from curator.service import service_of
from curator.tickets import Ticket
from curator.uploads import Wanted
from curator.web.doorman import address_of
from curator.web.form_files import FORM_SLACK_BYTES, Sent, receive_form
from curator.web.pages import render
from curator.web.problems import Problem
from curator.words import _

HANDS: web.AppKey[Tries] = web.AppKey("hand_in_tries", Tries)
MOST_TRIES = 30
"""How many forms, or tickets that are none, one network address may send in ten minutes."""
WINDOW_MS = 10 * 60_000


def attach(app: web.Application) -> None:
    """Nobody has tried yet."""
    app[HANDS] = Tries(MOST_TRIES, WINDOW_MS)


async def page(request: web.Request) -> web.StreamResponse:
    """What a ticket is for, and the form. Looking uses nothing up."""
    return _page(request, await _ticket(request), [])


async def hand_in(request: web.Request) -> web.StreamResponse:
    """Takes the files of a form as far as the ticket goes; tells what became of each."""
    ticket = await _ticket(request)
    tries, come_from, now_ms = request.app[HANDS], address_of(request), service_of(request).now()
    tries.note(come_from, now_ms)
    largest = min(ticket.most_bytes, service_of(request).settings.largest_upload_bytes)
    if (request.content_length or 0) > largest * ticket.left + FORM_SLACK_BYTES:
        sentence = _("That is more than this ticket takes: %(files)s × %(most)s MB at most.", files=ticket.left,
                     most=largest // tickets.MB)  # fmt: skip
        raise Problem(413, "too_large", sentence)

    def ask_for(file_name: str, at_most: int) -> Wanted:
        return Wanted(
            group_id=ticket.group_id, file_name=file_name, title="", size_bytes=at_most, source="ticket",
            ticket_id=ticket.id,
        )  # fmt: skip

    sent = await receive_form(request, ask_for, largest_bytes=largest, most_files=ticket.left)
    left = await service_of(request).store.read(lambda connection: tickets.left(connection, ticket.id))
    return _page(request, ticket, sent, left=left, status=422 if any(one.problem for one in sent) else 200)


async def _ticket(request: web.Request) -> Ticket:
    service, token = service_of(request), request.query.get("ticket", "")
    tries, come_from, now_ms = request.app[HANDS], address_of(request), service.now()
    if tries.wait_ms(come_from, now_ms):
        raise Problem(429, "too_many", _("Too many tries. Please wait ten minutes and try again."))
    found = await service.store.read(lambda connection: tickets.by_token(connection, token, now_ms))
    if found is None:
        tries.note(come_from, now_ms)
        sentence = _("This ticket is used up, taken back, or its time is over. Ask whoever gave it to you for another.")
        raise Problem(410, "no_longer_good", sentence)
    return found


def _page(
    request: web.Request, ticket: Ticket, sent: list[Sent], *, left: int | None = None, status: int = 200
) -> web.Response:
    settings = service_of(request).settings
    return render(
        request, "hand_in.html", status=status, ticket=ticket, token=request.query.get("ticket", ""), sent=sent,
        left=ticket.left if left is None else left, zone=settings.zone, contact=settings.contact,
        most_bytes=min(ticket.most_bytes, settings.largest_upload_bytes), keep_days=settings.keep_days,
    )  # fmt: skip


routes = [web.get("/hand-in", page), web.post("/hand-in", hand_in)]
