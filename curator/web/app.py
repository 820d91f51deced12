"""The running service: every part, how it starts and how it stops (in reverse)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

from aiohttp import web

from content import clock
from content.signing import SigningKey
from curator import (
    caption_intake,
    cleaning,
    inbox,
    notifying,
    open311_calls,
    policy,
    policy_editions,
    publishing,
    receiving,
    town,
    webhook_calls,
    workshop,
    zone_rules,
)
from curator.bus import Bus
from curator.config import Settings
from curator.limits import Tries
from curator.mail import delivery
from curator.schema import bring_up_to_date
from curator.service import SERVICE, Service
from curator.store import Store
from curator.web import (
    bearers,
    draft_trials,
    hand_in,
    identity_going,
    own_data,
    passkeys,
    phone_reports,
    rehearsing,
    rehearsing_phone,
    resets,
    second_step,
    taking_part,
)
from curator.web.doorman import add_headers, choose_language, know_the_actor, same_origin
from curator.web.live import STREAMS
from curator.web.node_state import add_node_state
from curator.web.pouring import POURS, Pours
from curator.web.problems import problems
from curator.web.routes import add_routes
from curator.web.sign_in import TRIES, WINDOW_MS


def open_service(settings: Settings, now: clock.Now = clock.now_ms) -> Service:
    """The parts without the web: makes the folders, brings the database up to date, loads or makes the signing key.

    Raises NotUpToDate, OSError, and ValueError for a damaged key; nothing is left open then.
    """
    settings.make_folders()
    store = Store(settings.database)
    try:
        return _open(settings, store, now)
    except BaseException:
        store.close()
        raise


def _open(settings: Settings, store: Store, now: clock.Now) -> Service:
    bring_up_to_date(store)
    store.run_now(lambda connection: zone_rules.follow(connection, now_ms=now()))
    body = policy.FILE.read_text("utf-8")
    store.run_now(lambda connection: policy_editions.note(connection, body, now()))
    key = SigningKey.load_or_make(settings.keys / "curator.key")
    service = Service(settings, store, Bus(), now, key)
    service.call(store.read_now(town.said))
    return service


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
    bearers.attach(app)
    hand_in.attach(app)
    own_data.attach(app)
    resets.attach(app)
    second_step.attach(app)
    passkeys.attach(app)
    identity_going.attach(app)
    app.on_response_prepare.append(add_headers)
    add_node_state(app)
    taking_part.attach(app)
    phone_reports.attach(app)
    rehearsing.attach(app)
    rehearsing_phone.attach(app)
    add_routes(app)
    app.cleanup_ctx.append(_hints)
    for part in (receiving.tidying, workshop.preparing, inbox.watching, cleaning.cleaning, delivery.sending):
        app.cleanup_ctx.append(part)
    app.cleanup_ctx.append(notifying.notifying)
    app.cleanup_ctx.append(webhook_calls.calling)
    open311_calls.attach(app)
    publishing.attach(app)
    caption_intake.attach(app)
    app.cleanup_ctx.append(draft_trials.trying)
    return app


async def _hints(app: web.Application) -> AsyncIterator[None]:
    app[SERVICE].bus.attach()
    yield
    await asyncio.sleep(0)
