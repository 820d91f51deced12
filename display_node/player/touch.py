"""Touch and pads at this screen: what can be pressed now, whose finger is where, and what the agent is told of it.

Nothing here is decided: whether an offer opens, an activity begins, and what counts, says the agent. Several people
press at once: a finger belongs to the button it came down on, and nothing that one does closes what another uses.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import pygame

from display_node.messages import ToAgent
from display_node.player.by_pad import REPEAT_NS, PadPlay
from display_node.player.composing import Composing
from display_node.player.controls import Button, Card, Strip, card_of, options_of, strip_of
from display_node.player.fingers import Finger, Fingers, Move
from display_node.player.foreground import INVITING_LAYERS
from display_node.player.marks import Marks
from display_node.player.pads import Pads, Pressed, Stepped
from display_node.player.reach import Measures
from display_node.player.scenes.controls import GROUND, CardPicture, StripPicture
from display_node.player.session import SessionLayer
from display_node.player.stage import Stage
from display_node.player.text import Typesetter
from display_node.player.timeline import NS_PER_MS
from display_node.session_messages import SessionOn
from display_node.touch_messages import Did, ForHands, Kept, Left, Offer, Reach, Rung, Seat, Seats, Touched, Wished
from kiosks.activities.bells import begin

IDLE_NS = 20_000 * NS_PER_MS
"""Nobody has pressed anything anew for so long: what can be pressed goes. A hold, or a worn stick, is no new press."""
LATER_NS = 5_000 * NS_PER_MS
"""How long it says that this is not the time."""
BUSY_NS = 5_000 * NS_PER_MS
"""Somebody uses the offer: it does not go to another finger."""
ON_DOWN = frozenset({"choose", "lean", "steer", "press", "note"})
"""Done when the finger comes down: it can be changed, and a game does not wait. The rest is done when it is lifted."""


@dataclass(slots=True)
class _Hold:
    button: Button
    plan: Card | Strip | None
    """Where the button stood: of another plan the same place may be something else, or nothing."""
    began_ns: int
    since_ns: int


@dataclass(slots=True)
class _Opened:
    """An offer that stands on the picture."""

    offer: Offer
    at: tuple[int, int] | None
    since_ns: int
    is_low: bool = False
    plan: Card | None = None
    picture: CardPicture | None = None
    composing: Composing[CardPicture] | None = None


@dataclass(slots=True)
class _Controls:
    """The controls of the session that is on."""

    told: SessionOn
    size: tuple[int, int]
    plan: Strip
    options: tuple[str, ...]
    picture: StripPicture | None = None
    composing: Composing[StripPicture] | None = None


class Touch:
    """Only the frame loop uses it."""

    def __init__(self, typesetter: Typesetter, session: SessionLayer, say: Callable[[ToAgent], None]) -> None:
        """Nothing can be pressed."""
        self._typesetter, self._session, self._say = typesetter, session, say
        self._reach = Reach()
        self._fingers, self._pads = Fingers(), Pads()
        self._seats: dict[int, Seat] = {}
        self._opened: _Opened | None = None
        self._controls: _Controls | None = None
        self._has_controls = self._is_low = self._is_changed = False
        self._held: dict[Finger, _Hold] = {}
        self._marks, self._marked = Marks(), ""
        self._asked_at: tuple[int, int] | None = None
        self._touched_ns = 0
        self._size = (1, 1)
        self._by_pad = PadPlay(self.act, self._ask)

    @property
    def is_on(self) -> bool:
        """Whether there is anything to hear."""
        return self._reach.has_touch or self._reach.has_pads

    @property
    def has_pads(self) -> bool:
        """Whether there are pads."""
        return self._reach.has_pads

    def hear(self, message: ForHands, now_ns: int) -> None:
        """What the agent says."""
        self._is_changed = True
        match message:
            case Reach():
                self._follow(message, now_ns)
            case Offer(rows=(), later=""):
                self._opened = None
            case Offer():
                self._held = {finger: hold for finger, hold in self._held.items() if isinstance(hold.plan, Strip)}
                self._opened = _Opened(message, self._asked_at, now_ns)
                self._by_pad.begin(now_ns)
                self._plan_card()
            case Kept(activity=activity) | Rung(activity=activity):
                if self._session.told is not None and self._session.told.activity == activity:
                    self._marks.hear(message, now_ns)
            case Seats(rows=rows):
                here = {seat.station: seat for seat in rows}
                for station in self._seats.keys() - here.keys():
                    self._marks.forget(station)
                self._seats = here

    def take(self, events: Iterable[pygame.Event], stage: Stage, layer: str, now_ns: int) -> bool:
        """What hands did; whether the picture changes."""
        if not self.is_on:
            return False
        events = list(events)
        if stage.size != self._size:
            self._size, self._controls = stage.size, None
            self._plan_card()
        self._attend(layer, now_ns)
        for move in self._fingers.read(events, stage.window_size, now_ns) if self._reach.has_touch else ():
            self._finger(move, stage.point(move.at), layer, now_ns)
        if self._reach.has_pads:
            for push in self._pads.read(events):
                self._is_changed = True
                if self._session.told is not None:
                    self._has_controls = True
                if self._session.told is not None or isinstance(push, Pressed | Stepped):
                    self._touched_ns = now_ns
                self._by_pad.push(push, self._card(), self._shown_plan(), self._marks, now_ns)
        was_changed, self._is_changed = self._is_changed, False
        return was_changed or self._compose()

    def forget(self) -> None:
        """Nothing stands on the picture, nobody presses anything, and nobody has chosen anything."""
        self._opened, self._controls, self._has_controls, self._is_low = None, None, False, False
        self._fingers.forget()
        self._held.clear()
        self._marks, self._by_pad = Marks(), PadPlay(self.act, self._ask)

    # --- what stands on the picture ----------------------------------------------------------------------------------

    def room_of(self, size: tuple[int, int]) -> tuple[int, int]:
        """What the controls leave to the activity of a picture of `size`."""
        controls = self._controls_for(size)
        return size if controls is None else controls.plan.scene[2:]

    def part(self, surface: pygame.Surface, scene_size: tuple[int, int]) -> pygame.Surface:
        """What of `surface` is drawn on by a scene that was composed for `scene_size`."""
        if scene_size == surface.get_size():
            return surface
        controls = self._controls
        at = (0, 0) if controls is None else controls.plan.scene[:2]
        if controls is None or scene_size != controls.plan.scene[2:]:
            surface.fill(GROUND)  # the controls came, moved or went, and the scene for that is being composed
        return surface.subsurface(pygame.Rect(at, scene_size).clip(surface.get_rect()))

    def lay(self, surface: pygame.Surface, layer: str) -> None:
        """Lays what can be pressed over a picture of `layer`."""
        held = [hold.button for hold in self._held.values()]
        opened, controls = self._opened, self._controls
        if layer == "session" and self._has_controls and controls is not None and controls.picture is not None:
            news = self._session.news
            notes = begin(news.figures[0]).notes if news and news.figures and controls.told.kind == "bells" else ()
            pads = self._by_pad.places(self._seats, controls.plan)
            controls.picture.draw(
                surface, self._seats, self._marks.shown(), notes, held, pads, self._typesetter,
                refused=self._marks.refused_ns, late=self._marks.late,
                is_open=news is None or news.phase in ("lobby", "play"),
            )  # fmt: skip
        elif layer in INVITING_LAYERS and opened is not None and opened.picture is not None:
            opened.picture.draw(surface, held, self._by_pad.places(self._seats, opened.picture.plan))

    def _shown_plan(self) -> Strip | None:
        controls = self._controls_for(self._size)
        return None if controls is None else controls.plan

    def _card(self) -> Card | None:
        return None if self._opened is None else self._opened.plan

    def _measures(self, size: tuple[int, int]) -> Measures:
        return Measures(*size, self._reach.picture_height_mm, self._reach.lower_edge_mm)

    def _controls_for(self, size: tuple[int, int]) -> _Controls | None:
        told = self._session.told
        if told is None or not self._has_controls:
            return None
        known = self._controls
        if known is not None and (known.told.session, known.size) == (told.session, size):
            return known if known.plan.is_low == self._is_low else self._planned(told, size, known.options)
        return self._planned(told, size, options_of(told))

    def _planned(self, told: SessionOn, size: tuple[int, int], options: tuple[str, ...]) -> _Controls | None:
        plan = strip_of(
            told.kind, len(options), self._measures(size), is_low=self._is_low, has_touch=self._reach.has_touch
        )
        before, self._controls = self._controls, None
        if plan is None:
            return None
        self._controls = controls = _Controls(told, size, plan, options)
        if before is not None and before.told.session == told.session and before.plan.place == plan.place:
            controls.picture = before.picture
        unit, setter = self._measures(size).unit, self._typesetter.for_a_thread()
        controls.composing = Composing("controls", lambda: StripPicture(plan, options, unit, setter))
        return controls

    def _plan_card(self) -> None:
        opened = self._opened
        if opened is None:
            return
        measures = self._measures(self._size)
        opened.plan = plan = card_of(opened.offer, opened.at, measures, is_low=opened.is_low)
        setter = self._typesetter.for_a_thread()
        opened.composing = Composing("offer", lambda: CardPicture(plan, opened.offer, measures.unit, setter))

    def _compose(self) -> bool:
        """Takes what was composed; whether something was."""
        is_new = False
        for one in (self._opened, self._controls):
            if one is not None and one.composing is not None and not one.composing.is_running:
                one.picture, one.composing = one.composing.made, None
                is_new = True
        return is_new

    # --- fingers -----------------------------------------------------------------------------------------------------

    def _finger(self, move: Move, point: tuple[int, int] | None, layer: str, now_ns: int) -> None:
        if move.what == "moved":
            return
        self._is_changed = True
        if move.what == "up":
            hold = self._held.pop(move.finger, None)
            is_there = hold is not None and hold.plan is not None and hold.plan is self._plan_of(layer)
            is_on_it = hold is not None and point is not None and hold.button.rect.collidepoint(point)
            if hold is not None and hold.button.use == "steer":
                self.act(replace(hold.button, value=0, y=0), now_ns)
            elif hold is not None and is_there and is_on_it and hold.button.use not in ON_DOWN:
                self.act(hold.button, now_ns)
            return
        self._touched_ns = now_ns
        plan = self._plan_of(layer)
        button = None if point is None or plan is None else plan.at(*point)
        if button is not None:
            self._held[move.finger] = _Hold(button, plan, now_ns, now_ns)
            if button.use in ON_DOWN:
                self.act(button, now_ns)
        elif point is not None:
            self._touch_ground(point, now_ns)

    def _plan_of(self, layer: str) -> Card | Strip | None:
        """What fingers press over a picture of `layer`."""
        plan = self._shown_plan()
        return plan if layer == "session" and plan is not None else self._card()

    def _touch_ground(self, point: tuple[int, int], now_ns: int) -> None:
        """Where nothing stands: what can be pressed comes there."""
        if self._session.told is not None:
            self._has_controls = True
        elif self._opened is None:
            self._ask(0, point, now_ns)
        elif not self._held and now_ns - self._opened.since_ns > BUSY_NS and not self._is_on_card(point):
            self._opened.at, self._opened.since_ns, self._opened.is_low = point, now_ns, False
            self._plan_card()

    def _is_on_card(self, point: tuple[int, int]) -> bool:
        plan = self._card()
        return plan is not None and pygame.Rect(plan.place).collidepoint(point)

    def _ask(self, station: int, at: tuple[int, int] | None, now_ns: int) -> None:
        self._asked_at, self._touched_ns = at, now_ns
        self._say(Touched(station))

    # --- what is pressed ---------------------------------------------------------------------------------------------

    def act(self, button: Button, now_ns: int) -> None:
        """Does what a button is for, for whoever is at its station."""
        station, key = button.station, (button.station, button.use)
        if self._opened is not None:
            self._opened.since_ns = now_ns
        match button.use:
            case "choose":
                self._marks.choose(station, button.value)
                self._say(Did(station, "choose", button.value))
            case "lean":
                self._marks.of[key] = [button.value] if button.value else []
                self._marks.leant_ns[station] = now_ns
                self._say(Did(station, "steer", button.value))
            case "steer":
                self._say(Did(station, "steer", button.value, button.y))
            case "press":
                self._say(Did(station, "press", button.value))
            case "note":
                self._marks.turn(station, button.value)
                self._say(Did(station, "note", button.value))
            case "next":
                self._marks.forget(station)
                self._say(Left(station))
            case "wish":
                self._wish(button)
            case "close":
                self._opened = None
            case "lower":
                self._move()

    def _wish(self, button: Button) -> None:
        if self._opened is None or button.value >= len(self._opened.offer.rows):
            return
        row = self._opened.offer.rows[button.value]
        if row.lacks:
            return
        station = button.station
        kind = "poll" if row.kind == "next" else row.kind  # what could play is voted on
        plan = strip_of(kind, 2, self._measures(self._size), is_low=False, has_touch=self._reach.has_touch)
        if station == 0 and plan is not None and self._opened.at is not None:
            x = self._opened.at[0]
            station = min(plan.sets, key=lambda one: abs(pygame.Rect(one.head).centerx - x)).station
        self._has_controls = True
        self._say(Wished(station, row.activity))

    def _move(self) -> None:
        """Lower, or back up."""
        if self._opened is not None and self._session.told is None:
            self._opened.is_low = not self._opened.is_low
            self._plan_card()
            return
        self._is_low = not self._is_low

    # --- as time passes ----------------------------------------------------------------------------------------------

    def _attend(self, layer: str, now_ns: int) -> None:
        self._by_pad.held(self._shown_plan(), self._marks, now_ns)
        is_idle = not 0 <= now_ns - self._touched_ns <= IDLE_NS
        opened = self._opened
        if opened is not None:
            is_read = not opened.offer.rows and now_ns - opened.since_ns > LATER_NS
            if is_idle or is_read or self._session.told is not None or layer not in INVITING_LAYERS:
                self._opened, self._is_changed = None, True
        session = "" if self._session.told is None else self._session.told.session
        if session != self._marked:
            self._marked, self._marks, self._is_changed = session, Marks(), True
            self._held.clear()
            self._controls = self._controls if session else None
        self._let_go(now_ns)
        if is_idle and self._has_controls:
            self._has_controls = self._is_low = False
            self._controls, self._is_changed = None, True
        self._lean_on(now_ns)
        self._is_changed |= self._by_pad.passed(self._card(), now_ns)

    def _let_go(self, now_ns: int) -> None:
        """Whatever lies on the screen for so long is no finger."""
        over = [finger for finger, hold in self._held.items() if now_ns - hold.began_ns > IDLE_NS]
        for finger in over:
            hold = self._held.pop(finger)
            if hold.button.use == "steer":
                self._say(Did(hold.button.station, "steer", 0))
            self._is_changed = True

    def _lean_on(self, now_ns: int) -> None:
        for hold in self._held.values():
            if hold.button.use in ("lean", "steer") and now_ns - hold.since_ns > REPEAT_NS:
                hold.since_ns = now_ns
                self.act(hold.button, now_ns)
        self._is_changed |= self._marks.fade(now_ns)

    def _follow(self, reach: Reach, now_ns: int) -> None:
        if reach == self._reach:
            return
        before, self._reach = self._reach, reach
        self._controls = None
        if not reach.has_touch:
            self._fingers.forget()
            self._held.clear()
        if reach.has_pads and not before.has_pads:
            self._pads.open()
        if before.has_pads and not reach.has_pads:
            for gone in self._pads.close():
                self._by_pad.push(gone, None, None, self._marks, now_ns)
        if not self.is_on:
            self._opened, self._has_controls, self._is_low = None, False, False
