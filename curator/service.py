"""What every part of the running service is given: settings, store, hints, clock, key."""

from dataclasses import dataclass

from aiohttp import web

from content.clock import Now
from content.signing import SigningKey
from curator.bus import Bus
from curator.config import Settings
from curator.store import Store


@dataclass(frozen=True, slots=True)
class Service:
    """The parts. `now` gives UTC ms; `key` signs manifests and approvals."""

    settings: Settings
    store: Store
    bus: Bus
    now: Now
    key: SigningKey


SERVICE: web.AppKey[Service] = web.AppKey("service", Service)


def service_of(request: web.Request) -> Service:
    """The service a request came to."""
    return request.app[SERVICE]
