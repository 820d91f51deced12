"""Taking part, as a part of the running service: the relay, the ballots, and the loops that keep them."""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

import sqlalchemy as sa
from aiohttp import web

from content.approval import EVERYWHERE
from curator import activities, answers, backdrops, bells, next_up, public_reports, votes
from curator.activities import Kept
from curator.backdrops import Standing
from curator.links import Activities, Links
from curator.notes_from_screens import ROWS_A_MINUTE
from curator.relay import INVITED_EVERY_MS, SAID_EVERY_MS, Patterns, Place, Relay, Shown
from curator.service import SERVICE, Service
from curator.store import Connection
from curator.votes import Ballots
from curator.web.node_state import NODE_STATE
from kiosks.activities.bells import mask_of
from kiosks.messages import Vote
from kiosks.rooms import Allowance

log = logging.getLogger("curator.taking_part")

TOPIC = "activities:"
ANSWERS_A_MINUTE = 10
"""At one screen: no more than a moderator can read."""
CHOICES_A_MINUTE = 20
"""What nodes may ask: hands at one screen ask less often."""
PASSES = "commonscreen visitors' passes"
LOOK_AGAIN_S = 20.0
"""Activities open and close by themselves, and hints may be lost."""


@dataclass(slots=True)
class TakingPart:
    """The parts."""

    service: Service
    links: Links
    relay: Relay
    ballots: Ballots
    answers: Allowance
    notes: Allowance
    """What nodes tell of the bells, by screen."""
    choices: Allowance
    """How often nodes ask what plays next, by screen."""
    backdrops: frozenset[tuple[str, str, tuple[str, ...]]] = frozenset()
    """The pictures that may stand behind words: activity, hash, and its screens."""
    count_ms: int | None = None
    """When the next ballot is to be counted."""

    def invite(self, place: Place) -> None:
        """Tells a screen its code of this moment, or to show none."""
        has_offers = any(offer.is_open(self.service.now()) for offer in place.offers)
        code = self.relay.codes.of(place.screen_id, self.service.now()).text if has_offers else ""
        place.invite(code)

    async def look(self) -> None:
        """Offers what is open now."""
        now_ms = self.service.now()

        def read(connection: Connection) -> tuple[list[Kept], Shown, Patterns, int | None, list[Standing]]:
            found = activities.open_now(connection, now_ms)
            shown = {one.id: answers.shown(connection, one.id) for one in found if one.kind == "wall"}
            reported = [(one.id, screen) for one in found if one.kind == "report" for screen in one.screens]
            shown |= {" ".join(one): public_reports.shown(connection, one[1]) for one in reported}
            patterns = {one.id: bells.pattern(connection, one.id) for one in found if one.kind == "bells"}
            due_ms, pictures = next_up.next_due_ms(connection), backdrops.standing(connection, now_ms)
            return found, shown, patterns, due_ms, pictures

        open_now, shown, patterns, self.count_ms, pictures = await self.service.store.read(read)
        self.relay.offer(open_now, EVERYWHERE)
        self._tell_of_pictures(pictures)
        self.relay.show(shown)
        self.relay.ring(patterns)
        for place in self.relay.every():
            if place.is_linked:
                self.invite(place)

    def _tell_of_pictures(self, pictures: list[Standing]) -> None:
        """Screens ask again at once where a picture came or, above all, went."""
        now = frozenset((one.activity, one.approval.approval.sha256, one.screens) for one in pictures)
        for screen_id in {screen_id for _activity, _sha256, screens in now ^ self.backdrops for screen_id in screens}:
            self.links.tell(screen_id, Activities())
        self.backdrops = now

    async def begin(self, place: Place, activity_id: str) -> None:
        """Has the screen begin, if it is free."""
        offer = place.offer(activity_id)
        if offer is not None and offer.kind == "next":
            offer = await self._ballot(place, offer)
        if offer is None or not place.may_begin():
            return
        base: tuple[int, ...] = ()
        if offer.question is not None:
            options = len(offer.question.options)
            await self._recall(place, offer.id)
            here = [votes.voter_of(token, offer.id) for token in place.tokens_voted(offer.id)]
            base = await self.service.store.read(
                lambda connection: votes.counts(connection, offer.id, options, without=here)
            )
        if offer.kind == "report":
            screen_id = place.screen_id
            base = await self.service.store.read(lambda connection: public_reports.counts(connection, screen_id))
        if offer.kind == "bells":
            base = (mask_of(place.patterns.get(offer.id, ())),)
        if offer.kind == "kites":
            base = place.waited(offer.id)
        if place.running is None:
            place.begin(offer, base)

    async def choice(self, screen_id: str, activity_id: str) -> Kept | None:
        """What hands at a screen choose from, where it is offered there; None when no turn comes."""
        place = self.relay.place(screen_id)
        asked = place.offer(activity_id)
        return None if asked is None or asked.kind != "next" else await self._ballot(place, asked)

    async def _ballot(self, place: Place, asked: Kept) -> Kept | None:
        """A poll about what plays next on this screen: the one that is open, or a new one; None when no turn comes."""
        service, now_ms, screen_id = self.service, self.service.now(), place.screen_id

        def ask(connection: Connection) -> str:
            is_open = next_up.open_at(connection, screen_id, now_ms)
            return is_open or next_up.ask(connection, asked, screen_id, key=service.key, now_ms=now_ms)

        ballot = await service.store.run(ask)
        await self.look()
        return place.offer(ballot)

    async def count(self) -> None:
        """Counts what passers-by chose, when it is time."""
        now_ms, key = self.service.now(), self.service.key
        if self.count_ms is None or now_ms < self.count_ms:
            return
        self.count_ms = None
        screens = await self.service.store.run(lambda connection: next_up.count_due(connection, key=key, now_ms=now_ms))
        for screen_id in screens:
            self.service.bus.publish(f"screen:{screen_id}")
        await self.look()

    async def _recall(self, place: Place, activity_id: str) -> None:
        """What those chose who were let in again after a restart: the screen is told it as everybody else's votes."""
        again = [visit.token for visit in place.room.visits.again(self.service.now())]
        unknown = [token for token in again if (activity_id, token) not in place.choices]
        if not unknown:
            return

        def look(connection: Connection) -> list[int | None]:
            return [votes.choice_of(connection, activity_id, votes.voter_of(token, activity_id)) for token in unknown]

        for token, option in zip(unknown, await self.service.store.read(look), strict=True):
            if option is not None:
                place.choices.setdefault((activity_id, token), Vote(0, option, activity_id))


TAKING_PART: web.AppKey[TakingPart] = web.AppKey("taking_part", TakingPart)


def attach(app: web.Application) -> None:
    """Gives the application its relay, and the loops that keep it."""
    service = app[SERVICE]
    # A signature that is never shown to anybody: the same after every start, and nobody else's.
    secret = hashlib.sha256(service.key.sign(PASSES, b"").encode()).digest()
    relay = Relay(app[NODE_STATE].links, service.now, secret)
    app[TAKING_PART] = TakingPart(
        service,
        app[NODE_STATE].links,
        relay,
        Ballots(service.store),
        Allowance(ANSWERS_A_MINUTE),
        Allowance(ROWS_A_MINUTE),
        Allowance(CHOICES_A_MINUTE),
    )
    app.on_shutdown.append(_hang_up)
    app.cleanup_ctx.append(_keeping)


def taking_part_of(request: web.Request) -> TakingPart:
    """The relay and the ballots of the service a request came to."""
    return request.app[TAKING_PART]


async def _keeping(app: web.Application) -> AsyncIterator[None]:
    taking_part = app[TAKING_PART]
    async with asyncio.TaskGroup() as tasks:
        running = [
            tasks.create_task(part)
            for part in (taking_part.ballots.run(), _follow(taking_part), _keep_saying(taking_part))
        ]
        yield
        for task in running:
            task.cancel()


async def _hang_up(app: web.Application) -> None:
    for place in app[TAKING_PART].relay.every():
        for mailbox in place.phones.values():
            mailbox.end()


async def _follow(taking_part: TakingPart) -> None:
    """Offers what is open, after each hint and now and then. A picture behind words is gone when its item is."""
    with taking_part.service.bus.listening(TOPIC, "item:") as hints:
        while True:
            try:
                await taking_part.look()
            except (sa.exc.SQLAlchemyError, OSError) as error:
                # What is offered stays as it was; the next look may fare better.
                log.warning("activities cannot be read: %s", error)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AGAIN_S):
                    await anext(hints)


async def _keep_saying(taking_part: TakingPart) -> None:
    """Screens with a session hear twice a second, the others every few seconds what their corner says."""
    turns = 0
    while True:
        await asyncio.sleep(SAID_EVERY_MS / 1000)
        turns += 1
        try:
            await taking_part.count()
        except (sa.exc.SQLAlchemyError, OSError) as error:
            # The next look says again when it is due.
            log.warning("a choice cannot be counted: %s", error)
        is_time_to_invite = turns % (INVITED_EVERY_MS // SAID_EVERY_MS) == 0
        for place in taking_part.relay.every():
            if place.running is not None:
                place.soon()
                place.give_up()
            if is_time_to_invite:
                place.sweep()
                if place.is_linked:
                    taking_part.invite(place)
