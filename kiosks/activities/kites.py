"""The kites: up to eight visitors fly one each, gather lights out of the evening sky, and bring them home to the town.

They light its windows together: there is nobody to beat, and nothing to lose. Whoever waits or watches makes the wind
that brings the lights, and throws them new ones; both count on the average, so that three hundred are as good as one.
Pure: the lights come from a seed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from content.canonical import Json
from kiosks.activities.activity import STEP_MS, Event, Passed, Phase
from kiosks.activities.flying import Hands
from kiosks.activities.guests import Guest
from kiosks.activities.plain import Plain
from kiosks.activities.seating import Seating
from kiosks.activities.sky import HOME, Kite, Light, eased, first_kite, light

SEATS = 8
MOST_WAITING = 40
LOBBY_MS, PLAY_MS, RESULT_MS = 8_000, 60_000, 10_000
MOST_ROUNDS = 3
"""In a session; another one is begun only while somebody waits, or wants to play again."""
SILENT_MS = 15_000
"""Whose phone has said nothing for so long is gone. Whose hand has not moved for so long makes room for who waits."""
TAIL = 5
"""Lights that a kite can carry."""
MOST_LIGHTS = 14
LIGHT_MS = 16_000
EVERY_MS, QUICKER_MS = 1_600, 130
"""A light comes up so often, and so much sooner for each kite."""
NEEDED, NEEDED_MORE = 6, 6
"""Windows to be lit, and so many more for each kite at the beginning of a round."""
STAR_EVERY_MS, STAR_MS, STAR_REACH, STAR_HELD_MS, STAR_WORTH = 15_000, 12_000, 1_500, 1_000, 5
"""A star wants two kites beside it for a second (or the only one), and is worth so many windows."""
THROWN_EVERY_MS = 2_500
WHOLE_WARMTH = 1_000
"""When all who watch have cheered once, a light is thrown."""
WIND_EASING = 8

_NO_KITES: MappingProxyType[int, Kite] = MappingProxyType({})
_NOBODY: MappingProxyType[int, Guest] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Kites(Plain):
    """One session. `guests` is everybody who said something lately; `kites` are those of who plays."""

    seed: int
    seating: Seating = field(default_factory=lambda: Seating(SEATS, MOST_WAITING))
    guests: Mapping[int, Guest] = field(default_factory=lambda: _NOBODY)
    kites: Mapping[int, Kite] = field(default_factory=lambda: _NO_KITES)
    lights: tuple[Light, ...] = ()
    star: Light | None = None
    held_ms: int = 0
    """For how long kites have been beside the star."""
    born: int = 0
    """Lights that came up so far."""
    next_light_ms: int = 0
    thrown_ms: int = 0
    lit: int = 0
    needed: int = NEEDED
    blow: tuple[int, int] = (0, 0)
    """Where those who watch want the wind to blow, on the average."""
    wind: tuple[int, int] = (0, 0)
    warmth: int = 0
    again: bool = False
    """Whether somebody who played wants another round."""
    phase: Phase = "lobby"
    until_ms: int = 0
    round: int = 0
    here: int = 0
    at_ms: int = 0

    @property
    def length_ms(self) -> int:
        """As long as it may become."""
        return LOBBY_MS + MOST_ROUNDS * (PLAY_MS + RESULT_MS)

    @property
    def is_moving(self) -> bool:
        """Kites fly between what people say."""
        return True

    @property
    def is_lit(self) -> bool:
        """Whether the town is lit."""
        return self.lit >= self.needed

    @property
    def next_round_ms(self) -> int:
        """How long at most until the next round begins."""
        left_ms = max(0, self.until_ms - self.at_ms)
        return left_ms + {"lobby": PLAY_MS + RESULT_MS, "play": RESULT_MS}.get(self.phase, 0)

    @property
    def figures(self) -> tuple[int, ...]:
        """As `kiosks.activities.kite_figures` reads them."""
        star = self.star
        head = (
            self.at_ms, self.round, self.lit, self.needed, *self.wind, self.warmth, len(self.seating.waiting),
            *((star.x, star.y, self.held_ms) if star is not None else (0, 0, -1)), len(self.kites), len(self.lights),
        )  # fmt: skip
        kites = [
            (visitor, *self._named(visitor), kite.x, kite.y, kite.tail, kite.home)
            for visitor, kite in self.kites.items()
        ]
        lights = [(light.number, light.x, light.y) for light in self.lights]
        soon = [self._named(visitor) for visitor in self.seating.waiting[:3]]
        return (*head, *(figure for row in (*kites, *lights, *soon) for figure in row))

    def _named(self, visitor: int) -> tuple[int, int]:
        guest = self.guests.get(visitor, Guest())
        return guest.colour, guest.animal

    def apply(self, event: Event) -> "Kites":
        """The game after somebody did something or time passed; what makes no sense changes nothing."""
        if isinstance(event, Passed):
            state = replace(self, here=event.here)
            while state.at_ms + STEP_MS <= event.at_ms and state.phase != "over":
                state = _stepped(state)
            return state
        return self.take((event,))

    def take(self, events: Iterable[Event]) -> "Kites":
        """The game after what these say, in one go."""
        hands = Hands(self.guests, self.kites, self.seating, self.at_ms, self.phase, self.warmth, self.again)
        for event in events:
            hands.take(event)
        if not hands.is_changed:
            return self
        told = replace(
            self, guests=MappingProxyType(hands.guests), kites=MappingProxyType(hands.kites), warmth=hands.warmth,
            again=hands.again,
        )  # fmt: skip
        return _seated(told, hands.seating)

    def snapshot(self) -> dict[str, Json]:
        """What phones are told: who flies where, who waits and for how long, and where the lights are."""
        star = self.star
        seats: list[Json] = [
            [visitor, kite.x, kite.y, kite.tail, kite.home, self._still_s(visitor)]
            for visitor, kite in self.kites.items()
        ]
        return {
            "phase": self.phase, "left_ms": max(0, self.until_ms - self.at_ms), "here": self.here, "round": self.round,
            "lit": self.lit, "needed": self.needed, "seats": seats, "queue": list(self.seating.waiting),
            "next_ms": self.next_round_ms, "round_ms": PLAY_MS + RESULT_MS, "wind": list(self.wind),
            "lights": [[light.x, light.y] for light in self.lights], "star": [] if star is None else [star.x, star.y],
        }  # fmt: skip

    def _still_s(self, visitor: int) -> int:
        """For how many seconds this visitor's hand has not moved."""
        return (self.at_ms - self.guests.get(visitor, Guest()).hand_ms) // 1_000


def begin(seed: int, waiting: Iterable[int] = ()) -> Kites:
    """A new session, in which these come first: they waited when the last one was over."""
    game = Kites(seed, until_ms=LOBBY_MS)
    guests = {visitor: Guest.of(visitor) for visitor in waiting}
    seating = game.seating
    for visitor in guests:
        seating = seating.join(visitor)
    return _seated(replace(game, guests=MappingProxyType(guests)), seating)


def _seated(game: Kites, seating: Seating) -> Kites:
    """With a kite for everybody who has a place, and the wind of everybody else."""
    kites = game.kites
    if seating.playing != tuple(kites):
        taken = len(kites) + game.round
        kites = MappingProxyType(
            {visitor: kites.get(visitor) or first_kite(taken + place) for place, visitor in enumerate(seating.playing)}
        )
    return replace(game, seating=seating, kites=kites, blow=_blow(game.guests, seating.playing))


def _blow(guests: Mapping[int, Guest], playing: tuple[int, ...]) -> tuple[int, int]:
    """Where those who steer and do not play want the wind, on the average."""
    steers = [guest.steer for visitor, guest in guests.items() if guest.steer != (0, 0) and visitor not in playing]
    if not steers:
        return 0, 0
    x, y = (sum(steer[axis] for steer in steers) for axis in (0, 1))
    return (abs(x) // len(steers) * (1 if x > 0 else -1), abs(y) // len(steers) * (1 if y > 0 else -1))


# --- a step of time --------------------------------------------------------------------------------------------------


def _stepped(game: Kites) -> Kites:
    before_ms, at_ms = game.at_ms, game.at_ms + STEP_MS
    kites = MappingProxyType({visitor: kite.flown() for visitor, kite in game.kites.items()})
    wind = eased(game.wind[0], game.blow[0], WIND_EASING), eased(game.wind[1], game.blow[1], WIND_EASING)
    game = replace(game, at_ms=at_ms, kites=kites, wind=wind)
    if at_ms // 1_000 != before_ms // 1_000:
        game = _without_silent(game)
    if game.phase == "play":
        game = _gathered(_star_held(_risen(game)))
    is_left = game.phase == "play" and not game.kites
    return _next_part(game) if at_ms >= game.until_ms or is_left else game


def _without_silent(game: Kites) -> Kites:
    """Without those whose phones are gone; and, while somebody waits, whoever does nothing makes room."""
    guests = {visitor: guest for visitor, guest in game.guests.items() if game.at_ms - guest.heard_ms < SILENT_MS}
    seating = game.seating
    for visitor in (*seating.playing, *seating.waiting):
        is_still = visitor in guests and game.at_ms - guests[visitor].hand_ms >= SILENT_MS
        if visitor not in guests or (is_still and seating.waiting and visitor in seating.playing):
            seating = seating.leave(visitor)
    if seating == game.seating and len(guests) == len(game.guests):
        return game
    return _seated(replace(game, guests=MappingProxyType(guests)), seating)


def _risen(game: Kites) -> Kites:
    """With the lights that come up now, moved by the wind."""
    at_ms = game.at_ms
    lights = tuple(one.drifted(game.wind) for one in game.lights if at_ms < one.until_ms)
    born, next_light_ms, warmth, thrown_ms = game.born, game.next_light_ms, game.warmth, game.thrown_ms
    if at_ms >= next_light_ms and len(lights) < MOST_LIGHTS:
        lights, born = (*lights, light(game.seed, born, at_ms + LIGHT_MS)), born + 1
        next_light_ms = at_ms + EVERY_MS - QUICKER_MS * len(game.kites)
    if warmth >= WHOLE_WARMTH and at_ms - thrown_ms >= THROWN_EVERY_MS and len(lights) < MOST_LIGHTS and game.kites:
        lights, born = (*lights, _thrown(game, born)), born + 1
        warmth, thrown_ms = warmth - WHOLE_WARMTH, at_ms
    star = game.star if game.star is not None and at_ms < game.star.until_ms else None
    since_ms = PLAY_MS - (game.until_ms - at_ms)
    if star is None and since_ms // STAR_EVERY_MS != (since_ms - STEP_MS) // STAR_EVERY_MS and since_ms > STEP_MS:
        star, born = light(game.seed, born, at_ms + STAR_MS), born + 1
    star = None if star is None else star.drifted((0, 0))
    return replace(
        game, lights=lights, star=star, held_ms=game.held_ms if star is not None else 0, born=born,
        next_light_ms=next_light_ms, warmth=warmth, thrown_ms=thrown_ms,
    )  # fmt: skip


def _thrown(game: Kites, number: int) -> Light:
    """A light for the kite that has brought least: it comes up just above."""
    least = min(game.kites.values(), key=lambda kite: kite.home + kite.tail)
    rising = light(game.seed, number, game.at_ms + LIGHT_MS)
    return replace(rising, x=least.x, y=max(700, least.y - 1_400)).drifted((0, 0))


def _star_held(game: Kites) -> Kites:
    """With the star brought home when enough kites were beside it for long enough."""
    star = game.star
    if star is None:
        return game
    beside = sum(kite.reaches(star.x, star.y, STAR_REACH) for kite in game.kites.values())
    held_ms = game.held_ms + STEP_MS if beside >= min(2, max(1, len(game.kites))) else 0
    if held_ms < STAR_HELD_MS:
        return replace(game, held_ms=held_ms)
    return replace(game, star=None, held_ms=0, lit=game.lit + STAR_WORTH)


def _gathered(game: Kites) -> Kites:
    """With lights on the tails that came near them, and home what is over the town."""
    lights, lit = game.lights, game.lit
    kites = dict(game.kites)
    for visitor, kite in game.kites.items():
        near = [one for one in lights if kite.reaches(one.x, one.y)][: TAIL - kite.tail]
        if near:
            lights = tuple(one for one in lights if one not in near)
            kite = replace(kite, tail=kite.tail + len(near))
        if kite.tail and kite.y >= HOME:
            lit += kite.tail
            kite = replace(kite, tail=0, home=kite.home + kite.tail)
        kites[visitor] = kite
    return replace(game, kites=MappingProxyType(kites), lights=lights, lit=lit)


# --- one part after the other ----------------------------------------------------------------------------------------


def _next_part(game: Kites) -> Kites:
    ended_ms = min(game.at_ms, game.until_ms)
    if game.phase == "play":
        return replace(
            game, phase="result", until_ms=ended_ms + RESULT_MS, lights=(), star=None, held_ms=0, again=False
        )
    is_first = game.phase == "lobby"
    wanted = bool(game.kites) if is_first else game.again or bool(game.seating.waiting)
    if not wanted or game.round >= MOST_ROUNDS:
        return replace(game, phase="over", until_ms=game.at_ms)
    game = _seated(game, game.seating if is_first else game.seating.turned())
    playing = game.seating.playing
    guests = {
        visitor: replace(guest, hand_ms=game.at_ms) if visitor in playing else guest
        for visitor, guest in game.guests.items()
    }
    kites = {visitor: replace(kite, tail=0, home=0) for visitor, kite in game.kites.items()}
    return replace(
        game, phase="play", until_ms=ended_ms + PLAY_MS, round=game.round + 1, guests=MappingProxyType(guests),
        kites=MappingProxyType(kites), lit=0, needed=NEEDED + NEEDED_MORE * len(kites), warmth=0,
        next_light_ms=game.at_ms,
    )  # fmt: skip
