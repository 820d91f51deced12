"""The running service: every part, how it starts and how it stops (in reverse)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

from aiohttp import web

from content import clock
from content.signing import SigningKey
from curator import caption_intake, cleaning, inbox, notifying, publishing, receiving, workshop, zone_rules
from curator.bus import Bus
from curator.config import Settings
from curator.limits import Tries
from curator.mail import delivery
from curator.schema import bring_up_to_date
from curator.service import SERVICE, Service
from curator.store import Store
from curator.web import hand_in, own_data, resets, second_step
from curator.web.doorman import add_headers, choose_language, know_the_actor, same_origin
from curator.web.live import STREAMS
from curator.web.node_state import add_node_state
from curator.web.pouring import POURS, Pours
from curator.web.problems import problems
from curator.web.routes import add_routes
from curator.web.sign_in import TRIES, WINDOW_MS


def open_service(settings: Settings, now: clock.Now = clock.now_ms) -> Service:
    """The parts without the web: makes the folders, brings the database up to date, loads or makes the signing key."""
    settings.make_folders()
    store = Store(settings.database)
    bring_up_to_date(store)
    store.run_now(lambda connection: zone_rules.follow(connection, now_ms=now()))
    key = SigningKey.load_or_make(settings.keys / "curator.key")
    return Service(settings, store, Bus(), now, key)


def make_app(service: Service) -> web.Application:
    """The web application around a service. The caller closes the service's store after the application stopped."""
    app = web.Application(
        middlewares=[choose_language, problems, know_the_actor, same_origin],
        client_max_size=service.settings.form_bytes,
    )
    app[SERVICE] = service
    app[STREAMS] = Counter()
    app[POURS] = Pours()
    app[TRIES] = Tries(service.settings.sign_in_tries, WINDOW_MS)
    hand_in.attach(app)
    own_data.attach(app)
    resets.attach(app)
    second_step.attach(app)
    app.on_response_prepare.append(add_headers)
    add_node_state(app)
    add_routes(app)
    app.cleanup_ctx.append(_hints)
    for part in (receiving.tidying, workshop.preparing, inbox.watching, cleaning.cleaning, delivery.sending):
        app.cleanup_ctx.append(part)
    app.cleanup_ctx.append(notifying.notifying)
    publishing.attach(app)
    caption_intake.attach(app)
    return app


async def _hints(app: web.Application) -> AsyncIterator[None]:
    app[SERVICE].bus.attach()
    yield
    await asyncio.sleep(0)
