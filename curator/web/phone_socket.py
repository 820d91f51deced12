"""The WebSocket of a phone's page at the service (`kiosks/phone/socket.py`): votes are rows, taps go to the relay."""

from dataclasses import dataclass

import sqlalchemy as sa
from aiohttp import web

from curator.relay import Place
from curator.votes import TooManyVotes
from curator.web.phones import cast
from curator.web.problems import Problem, not_found
from curator.web.taking_part import TakingPart, taking_part_of
from curator.words import _
from kiosks.messages import Tapped, Vote
from kiosks.phone.mailbox import Mailbox
from kiosks.phone.socket import Cast, has_room, new_socket, talk
from kiosks.rooms import Room
from kiosks.visits import Visit


@dataclass(frozen=True, slots=True)
class ServiceDesk:
    """A place of the relay, as phones have it."""

    taking_part: TakingPart
    place: Place

    @property
    def room(self) -> Room:
        """Who is here."""
        return self.place.room

    @property
    def phones(self) -> dict[str, Mailbox]:
        """What waits for each."""
        return self.place.phones

    def now(self) -> int:
        """UTC ms."""
        return self.taking_part.service.now()

    def state_text(self) -> str:
        """What all are told."""
        return self.place.state_text()

    def say(self, visit: Visit, said: Tapped) -> None:
        """To the screen."""
        self.place.say(visit, said)

    async def begin(self, activity: str) -> None:
        """A wish for a session."""
        await self.taking_part.begin(self.place, activity)

    async def vote(self, visit: Visit, said: Vote) -> Cast:
        """Returns when it is stored, or is known not to be."""
        offer = self.place.offer(said.activity)
        if offer is None or offer.question is None or said.option >= len(offer.question.options):
            return "over"
        try:
            await cast(self.taking_part, self.place, visit, offer, said)
        except (TooManyVotes, sa.exc.SQLAlchemyError):
            return "busy"
        return "voted"


async def socket(request: web.Request) -> web.StreamResponse:
    """Stays open while the phone is there."""
    taking_part = taking_part_of(request)
    found = taking_part.relay.of_pass(request.match_info["token"])
    if found is None:
        raise not_found()
    place, visit = found
    answer, desk = new_socket(), ServiceDesk(taking_part, place)
    if not answer.can_prepare(request):
        raise Problem(426, "websocket_wanted", _("This address speaks WebSocket only."))
    if not has_room(desk, visit):
        raise Problem(503, "full", _("So many people take part at this screen that there is no room just now."))
    return await talk(request, answer, desk, visit)


routes = [web.get("/p/{token}/socket", socket, allow_head=False)]
