"""What every part of the running service is given: settings, store, hints, clock, key."""

from dataclasses import dataclass, field

from aiohttp import web

from content.clock import Now
from content.signing import SigningKey
from curator.bus import Bus
from curator.config import Settings
from curator.store import Store
from curator.town import Town, over


@dataclass(slots=True, eq=False)
class Service:
    """The parts. `now` gives UTC ms; `key` signs manifests and approvals.

    `settings` are those `given` at the start, with what an administrator said of the town in their place.
    """

    settings: Settings
    store: Store
    bus: Bus
    now: Now
    key: SigningKey
    given: Settings = field(init=False)

    def __post_init__(self) -> None:
        """Nothing was said of the town yet."""
        self.given = self.settings

    def call(self, said: Town) -> None:
        """What the town is called from now on."""
        self.settings = over(self.given, said)


SERVICE: web.AppKey[Service] = web.AppKey("service", Service)


def service_of(request: web.Request) -> Service:
    """The service a request came to."""
    return request.app[SERVICE]
