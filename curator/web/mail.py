"""The page about mail: how it goes out, what waits and what could not be sent. For administrators; shows no texts."""

from aiohttp import web

from curator.authorisation import Action
from curator.mail import outbox, sentences
from curator.mail.message import sender_of
from curator.mail.sentences import Reader
from curator.service import service_of
from curator.web.doorman import allowed
from curator.web.forms import read_form
from curator.web.pages import render
from curator.words import N_, Told


class NoSuchAddress(Told):
    """Nobody can be written to there."""


async def page(request: web.Request) -> web.StreamResponse:
    """What is in the outbox."""
    allowed(request, Action.MANAGE_PEOPLE)
    service = service_of(request)
    mails = await service.store.read(outbox.every)
    return render(
        request, "mail.html", mails=mails, settings=service.settings, sender=sender_of(service.settings),
        is_tried="tried" in request.query, zone=service.settings.zone,
    )  # fmt: skip


async def send_trial(request: web.Request) -> web.StreamResponse:
    """Sends whoever asks a mail, to see that mails arrive."""
    actor = allowed(request, Action.MANAGE_PEOPLE)
    await read_form(request)
    service, reader = service_of(request), Reader(actor.email, actor.name, actor.language)
    is_queued = await service.store.run(
        lambda connection: sentences.trial(connection, service.settings, reader, service.now())
    )
    if not is_queued:
        raise NoSuchAddress(N_("No mail can be sent to %(email)s, or too many are waiting."), email=actor.email)
    service.bus.publish(outbox.TOPIC)
    raise web.HTTPSeeOther("/mail?tried=1")


async def try_again(request: web.Request) -> web.StreamResponse:
    """Has a mail tried at once."""
    allowed(request, Action.MANAGE_PEOPLE)
    await read_form(request)
    service, mail_id = service_of(request), request.match_info["mail"]
    await service.store.run(lambda connection: outbox.try_again(connection, mail_id, service.now()))
    service.bus.publish(outbox.TOPIC)
    raise web.HTTPSeeOther("/mail")


async def remove(request: web.Request) -> web.StreamResponse:
    """Drops a mail that need not be sent any more."""
    allowed(request, Action.MANAGE_PEOPLE)
    await read_form(request)
    mail_id = request.match_info["mail"]
    await service_of(request).store.run(lambda connection: outbox.remove(connection, mail_id))
    raise web.HTTPSeeOther("/mail")


routes = [
    web.get("/mail", page),
    web.post("/mail/trial", send_trial),
    web.post("/mail/{mail}/again", try_again),
    web.post("/mail/{mail}/remove", remove),
]
