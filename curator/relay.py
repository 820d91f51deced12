"""The relay between phones and screens: one place for each linked screen, all of it in memory and of the moment.

What waits is always the newest of its kind: taps merge in the room until the link takes them, phones are told the
newest state. Nobody's slowness holds up anybody else, and nothing grows.
"""

import asyncio
import json
import secrets
from collections.abc import Callable, Mapping

from content.canonical import Json
from curator.activities import Kept
from curator.links import Activities, Bundle, Links
from curator.running import Running
from kiosks.activities.answers import SignedAnswer
from kiosks.layouts import LAYOUTS, is_heard
from kiosks.messages import (
    MOST_SEQ,
    Finish,
    FromScreen,
    Invite,
    Pattern,
    Session,
    Show,
    Snapshot,
    Start,
    Tapped,
    Taps,
    Vote,
)
from kiosks.passes import Passes, Written
from kiosks.phone.mailbox import Mailbox
from kiosks.presence import Codes
from kiosks.rooms import WRONG_CODES_A_MINUTE, Allowance, Room
from kiosks.visits import Visit, Visits

BUNDLE_MS = 33
"""Taps go to a screen at most so often; the first after a pause goes at once."""
SAID_EVERY_MS = 500
"""While a session is on its screen hears at least so often that the service is there."""
INVITED_EVERY_MS = 4_000
UNANSWERED_MS = 5_000
BEGUN_AGAIN_MS = 5_000
"""A screen that refused is asked again after this at the soonest."""
SILENT_MS = 1_500
"""A screen with a session speaks four times a second: after so long without a word it cannot be reached."""
PHONE_SILENT_MS = 150_000
"""A page speaks every few seconds, in a pocket once a minute: a phone that is silent for so long has no place."""


Patterns = Mapping[str, tuple[int, ...]]
"""The notes on the bells, by activity, the newest last."""
Shown = Mapping[str, tuple[SignedAnswer, ...]]
"""What stands on the screens of each wall, by activity; what only one of its screens shows, by activity and screen."""


class Place:
    """Everyone at one screen, and the session there. `now` gives UTC ms."""

    def __init__(self, screen_id: str, links: Links, now: Callable[[], int], passes: Passes) -> None:
        """Nobody is here."""
        self.screen_id, self._links, self._now = screen_id, links, now

        def write(number: int, colour: str, animal: str, now_ms: int) -> str:
            return passes.write(Written(screen_id, number, colour, animal, now_ms // 1_000))

        self.room = Room(Visits(secrets.choice, write))
        self.offers: tuple[Kept, ...] = ()
        self._is_offered = False
        """Whether it was said yet what is offered here."""
        self._early: Session | None = None
        """A session that is on, told before that."""
        self.running: Running | None = None
        self.shown: Shown = {}
        self.patterns: Patterns = {}
        self.edition = 0
        """Counts what was shown and taken away: phones look again when it rises."""
        self._waited: tuple[str, tuple[int, ...]] = "", ()
        """Who waited to play when a session was over, and of which activity."""
        self.choices: dict[tuple[str, str], Vote] = {}
        """What each pass chose, by activity and token."""
        self.phones: dict[str, Mailbox] = {}
        self.site = ""
        """Where the screen itself finds the service, or where it is told that everybody does."""
        self._sent_ms = 0
        self._timer: asyncio.TimerHandle | None = None
        self._asked_ms = self._heard_ms = self._said_ms = 0
        self._is_silent = self._is_inviting = False

    @property
    def is_linked(self) -> bool:
        """Whether the screen can be reached now."""
        return self._links.is_linked(self.screen_id) and not self._is_silent

    @property
    def is_on(self) -> bool:
        """Whether a session is on the screen."""
        running = self.running
        return running is not None and running.state is not None and running.state.state == "on"

    def offer(self, activity_id: str) -> Kept | None:
        """The activity with this id, if visitors may take part in it here now."""
        now_ms = self._now()
        return next((one for one in self.offers if one.id == activity_id and one.is_open(now_ms)), None)

    def offered(self, offers: tuple[Kept, ...]) -> bool:
        """From now on these may be taken part in here; whether they are others than before."""
        is_other = [one.id for one in offers] != [one.id for one in self.offers]
        self.offers, self._is_offered = offers, True
        if is_other:
            self.tell_phones()
        early, self._early = self._early, None
        if early is not None:
            self.hear(early)
        return is_other

    # --- to the screen -----------------------------------------------------------------------------------------------

    def may_begin(self) -> bool:
        """Whether a wish for a session makes sense now; counts as one."""
        now_ms = self._now()
        if self.running is not None or not self.is_linked or now_ms - self._asked_ms < BEGUN_AGAIN_MS:
            return False
        self._asked_ms = now_ms
        return True

    def begin(self, offer: Kept, base: tuple[int, ...]) -> None:
        """Asks the screen for a session; those here have their votes said again, which `base` leaves out."""
        assert offer.signed is not None  # noqa: S101 - only what is approved is offered
        self.running = Running(secrets.token_hex(8), offer, secrets.randbelow(MOST_SEQ), self._now())
        running = self.running
        self._heard_ms = running.began_ms
        self._links.tell(self.screen_id, Start(running.id, offer.signed.as_json(), running.seed, base))
        self._show()
        for visit, vote in self._votes_here(offer.id):
            self.room.put(visit, vote)
        self.soon()
        self.tell_phones()

    def show(self, shown: Shown) -> None:
        """From now on these answers stand here; a screen with the wall on is told at once."""
        names = ((offer.id, name) for offer in self.offers for name in (offer.id, f"{offer.id} {self.screen_id}"))
        mine = {activity: shown[name] for activity, name in names if name in shown}
        if mine != self.shown:
            self.shown, self.edition = mine, self.edition + 1
            self._show()
            self.tell_phones()

    def ring(self, patterns: Patterns) -> None:
        """From now on these notes are on the bells here; a screen with them on is told at once."""
        mine = {offer.id: patterns[offer.id] for offer in self.offers if offer.id in patterns}
        if mine != self.patterns:
            self.patterns, self.edition = mine, self.edition + 1
            self._show()
            self.tell_phones()

    def _show(self) -> None:
        """What is stored and not of the moment, to the screen."""
        running = self.running
        if running is not None and running.activity.id in self.patterns:
            self._links.tell(self.screen_id, Pattern(running.id, self.patterns[running.activity.id]))
        if running is not None and running.activity.id in self.shown:
            rows = tuple(one.as_json() for one in self.shown[running.activity.id])
            self._links.tell(self.screen_id, Show(running.id, rows))

    def say(self, visit: Visit, said: Tapped) -> None:
        """What a visitor wants goes to the screen while a session is on that has such a control."""
        if self.running is not None and is_heard(self.running.activity.kind, said):
            self._said_ms = self._said_ms or self._now()
            self.room.put(visit, said)
            self.soon()

    def bundle(self) -> Taps:
        """What was said since the last bundle."""
        running = self.running
        rows, at_ms = self.room.bundle(), self._said_ms
        if self.room.has_more:
            asyncio.get_running_loop().call_soon(self.soon)
        else:
            self._said_ms = 0
        here = len(self.room.visits.seated(self._now()))
        if running is None:
            return Taps("-", here, rows, at_ms)
        names = self.room.names(rows) if LAYOUTS[running.activity.kind].is_named else ()
        return Taps(running.id, here, rows, at_ms, names)

    def soon(self) -> None:
        """A bundle leaves at once, or as soon as the last one is BUNDLE_MS ago."""
        if self._timer is not None:
            return
        loop = asyncio.get_running_loop()
        wait_ms = self._sent_ms + BUNDLE_MS - int(loop.time() * 1000)
        if wait_ms <= 0:
            self._send()
        else:
            self._timer = loop.call_later(wait_ms / 1000, self._send)

    def _send(self) -> None:
        self._timer = None
        # That the service is still there is said in between, and keeps no tap waiting.
        if self.room.has_more:
            self._sent_ms = int(asyncio.get_running_loop().time() * 1000)
        self._links.tell(self.screen_id, Bundle(self.bundle))

    def give_up(self) -> None:
        """Waits no longer for a screen that says nothing to a wish, or nothing any more."""
        if self.running is None:
            return
        self._is_silent = self.is_on and self._now() - self._heard_ms > SILENT_MS
        is_unanswered = self.running.state is None and self._now() - self.running.began_ms > UNANSWERED_MS
        if self._is_silent or is_unanswered:
            self._end()
            self.tell_phones()

    def finish(self) -> None:
        """Ends the session at the screen: its activity is offered no more."""
        if self.running is not None:
            self._links.tell(self.screen_id, Finish(self.running.id))

    def invite(self, code: str) -> None:
        """Tells the screen what to show in its corner; with no code, that it is to show nothing any more."""
        if code:
            host = self.site.partition("://")[2]
            self._links.tell(self.screen_id, Invite(f"{self.site}/J/{code}".upper(), f"{host}/j", code))
        elif self._is_inviting:
            self._links.tell(self.screen_id, Invite("", "", ""))
        self._is_inviting = bool(code)

    # --- from the screen ---------------------------------------------------------------------------------------------

    def heard(self) -> None:
        """The screen said something, whatever it was."""
        self._heard_ms = self._now()
        if self._is_silent:
            self._is_silent = False
            self.tell_phones()

    def hear(self, news: FromScreen) -> None:
        """What the screen says about the session."""
        if self.running is None and isinstance(news, Session):
            self._join(news)
        running = self.running
        if running is None or news.session != running.id:
            return
        if isinstance(news, Snapshot):
            running.snapshot = news.state
        else:
            running.state = news
            if news.state == "on":
                self._asked_ms = 0
                self._show()
            else:
                self._end()
        self.tell_phones(news if isinstance(news, Session) else None)

    def _join(self, news: Session) -> None:
        """Visitors at the screen itself began a session: phones take part in it, or it ends if it is not offered."""
        is_on = news.state == "on"
        self._early = news if is_on and not self._is_offered else None
        offer = self.offer(news.activity) if is_on else None
        if offer is not None:
            self.running = Running(news.session, offer, 0, self._now())
            self.soon()
        elif is_on and self._is_offered:
            self._links.tell(self.screen_id, Finish(news.session))

    def lost(self) -> None:
        """The screen's link is gone, or another one."""
        self._early = None
        self._is_silent = self._is_inviting = False
        self._end()
        self.tell_phones()

    def waited(self, activity_id: str) -> tuple[int, ...]:
        """Those still here who waited to play when its last session was over: they come first now."""
        here = {visit.number for visit in self.room.visits.seated(self._now())}
        of, line = self._waited
        return tuple(number for number in line if number in here) if of == activity_id else ()

    def _end(self) -> None:
        if self.running is not None:
            self._waited = self.running.activity.id, self.running.waiting()
        self.running = None
        self.room.drop()

    # --- to the phones -----------------------------------------------------------------------------------------------

    def state_text(self, news: Session | None = None) -> str:
        """What every phone here is told, as JSON."""
        running = self.running
        now: dict[str, Json] = {"type": "state", "link": self.is_linked, "on": "", "snapshot": None, "why": ""}
        now |= {"offers": [offer.id for offer in self.offers], "edition": self.edition}
        if running is not None:
            now |= {"on": running.activity.id, "snapshot": running.snapshot}
        elif news is not None:
            now |= {"why": news.why, "from_ms": news.from_ms, "refused": news.state == "refused"}
        return json.dumps(now)

    def tell_phones(self, news: Session | None = None) -> None:
        """The newest state to everybody."""
        text = self.state_text(news)
        for mailbox in self.phones.values():
            mailbox.put("state", text)

    def _votes_here(self, activity_id: str) -> list[tuple[Visit, Vote]]:
        found = []
        now_ms = self._now()
        for (activity, token), vote in self.choices.items():
            visit = self.room.visits.of(token, now_ms) if activity == activity_id else None
            if visit is not None:
                found.append((visit, vote))
        return found

    def tokens_voted(self, activity_id: str) -> list[str]:
        """The passes whose votes the screen is told by themselves."""
        return [visit.token for visit, _vote in self._votes_here(activity_id)]

    def sweep(self) -> None:
        """Forgets whoever is gone for good, and hangs up on phones whose pass is over."""
        now_ms = self._now()
        self.room.sweep(now_ms)
        for token, mailbox in self.phones.items():
            if self.room.visits.of(token, now_ms) is None:
                mailbox.end(is_over=True)
            elif now_ms - mailbox.heard_ms > PHONE_SILENT_MS:
                mailbox.end()
        self.choices = {
            key: vote for key, vote in self.choices.items() if self.room.visits.of(key[1], now_ms) is not None
        }


class Relay:
    """The places of every screen of this service."""

    def __init__(self, links: Links, now: Callable[[], int], secret: bytes) -> None:
        """No screen has visitors. `secret` marks the passes, and is the same after every start."""
        self._links, self._now = links, now
        self._passes, self._began_ms = Passes(secret, secrets.token_bytes), now()
        self.codes = Codes(secrets.choice)
        self.wrong_codes = Allowance(WRONG_CODES_A_MINUTE)
        self._places: dict[str, Place] = {}

    def place(self, screen_id: str) -> Place:
        """The place of a screen."""
        found = self._places.get(screen_id)
        if found is None:
            found = self._places[screen_id] = Place(screen_id, self._links, self._now, self._passes)
        return found

    def of_pass(self, token: str) -> tuple[Place, Visit] | None:
        """The place and the visitor of a living pass."""
        now_ms = self._now()
        for place in self._places.values():
            visit = place.room.visits.of(token, now_ms)
            if visit is not None:
                return place, visit
        return self._let_in_again(token, now_ms)

    def _let_in_again(self, token: str, now_ms: int) -> tuple[Place, Visit] | None:
        """With a pass that was given before this process was started."""
        written = self._passes.of_before(token, self._began_ms, now_ms)
        place = None if written is None else self._places.get(written.screen)
        if written is None or place is None:
            return None
        visit = place.room.visits.let_in_again(
            token, written.number, written.colour, written.animal, written.given_s * 1_000, now_ms
        )
        return None if visit is None else (place, visit)

    def every(self) -> list[Place]:
        """All places."""
        return list(self._places.values())

    def offer(self, open_now: list[Kept], everywhere: str) -> None:
        """From now on these may be taken part in, each at its screens."""
        wanted: dict[str, list[Kept]] = {}
        for kept in open_now:
            if kept.signed is not None:
                for screen_id in kept.screens:
                    wanted.setdefault(screen_id, []).append(kept)
        for screen_id in {*wanted, *self._places}:
            place = self.place(screen_id)
            offers = (*wanted.get(screen_id, []), *wanted.get(everywhere, []))
            if place.running is not None and all(one.id != place.running.activity.id for one in offers):
                place.finish()
            if place.offered(offers):
                self._links.tell(screen_id, Activities())

    def show(self, shown: Shown) -> None:
        """From now on these answers stand on the screens of their walls."""
        for place in self.every():
            place.show(shown)

    def ring(self, patterns: Patterns) -> None:
        """From now on these notes are on the bells of their screens."""
        for place in self.every():
            place.ring(patterns)
