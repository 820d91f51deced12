"""Simulated visitors: what so many people at a screen do, by the control on their phones. Seeded; time comes in."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from content.canonical import Json
from display_node.words import _
from kiosks.activities.activity import Event
from kiosks.activities.answers import Answer, Answers
from kiosks.activities.bells import MOST_NOTES, MOST_OF_ONE, PITCHES
from kiosks.layouts import Control
from kiosks.messages import BEATS, FULL, MOST_SHOWN, START, Pattern, Tap, TapKind
from kiosks.rehearsals import AUTHOR, Behaviour

SLOWEST_MS = 14_000
"""The last of those who do something has done it by then."""
MIND_MS = 8_000
"""How long people stay with what they chose, who change their mind."""
LEAN_MS = 3_200
"""How long people lean the same way."""
WRITING_MS = 2_600
"""Between two answers that come in."""
ONCE_MS = 10**9

Planned = tuple[int, int, int]
"""When (ms), who, and what: a value of the control."""


@dataclass(slots=True)
class Visitors:
    """The visitors of one rehearsal; `options` is how many there are to choose from."""

    control: Control
    options: int
    seed: int
    count: int = 0
    behaviour: Behaviour = "together"
    _plan: list[Planned] = field(default_factory=list)
    """What is yet to happen in this turn, the last first."""
    _turn: int = -1
    _number: int = 0
    _notes: list[tuple[int, int]] = field(default_factory=list)
    """Who set which note of the bells, the newest last."""
    _answers: list[Answer] = field(default_factory=list)
    _own_answers: set[str] = field(default_factory=set)
    _own_vote: int | None = None
    edition: int = 0
    """Another number whenever notes or answers are others, or what whoever tries it chose."""

    def become(self, count: int, behaviour: Behaviour) -> None:
        """From the next step on there are so many, and they behave so."""
        if (count, behaviour) != (self.count, self.behaviour):
            self.count, self.behaviour, self._turn = count, behaviour, -1

    def again(self, seed: int) -> None:
        """Nobody has done anything yet."""
        self.seed, self._turn = seed, -1
        self._plan, self._notes, self._answers = [], [], []
        self._own_answers, self._own_vote = set(), None
        self.edition += 1

    def step(self, at_ms: int) -> Iterator[Event]:
        """What happens in the step that ends `at_ms` after the beginning."""
        turn = at_ms // self._turn_ms
        if turn != self._turn:
            self._turn, self._plan = turn, sorted(self._planned(at_ms, turn), reverse=True)
        while self._plan and self._plan[-1][0] <= at_ms:
            _when, visitor, value = self._plan.pop()
            yield from self._event(visitor, value)

    def vote(self, option: int) -> Event:
        """Whoever tries it chooses an option."""
        self._own_vote = option
        self.edition += 1
        return self._tap(AUTHOR, "vote", option)

    def steer(self, x: int, y: int = 0) -> Event:
        """Whoever tries it leans, or steers."""
        return self._tap(AUTHOR, "steer", x, y)

    def press(self, button: int) -> Event:
        """Whoever tries it presses a button of the pad."""
        return self._tap(AUTHOR, "press", button)

    def note(self, cell: int, visitor: int = AUTHOR) -> Event:
        """A note of the bells is set or taken away, as the service does it: three of one visitor, the newest of all."""
        self.edition += 1
        if (visitor, cell) in self._notes:
            self._notes.remove((visitor, cell))
        else:
            self._notes.append((visitor, cell))
            own = [one for one in self._notes if one[0] == visitor]
            self._notes = [one for one in self._notes if one not in own[:-MOST_OF_ONE]][-MOST_NOTES:]
        return Pattern("rehearsal", tuple(dict.fromkeys(cell for _visitor, cell in self._notes)))

    def write(self, words: str, visitor: int = AUTHOR) -> Event:
        """An answer comes in, and a moderator has approved it."""
        self._number += 1
        self.edition += 1
        answer = Answer(f"answer{self._number}", words)
        if visitor == AUTHOR:
            self._own_answers.add(answer.id)
        self._answers = [answer, *self._answers][:MOST_SHOWN]
        return Answers(tuple(self._answers))

    def take_back(self, answer_id: str) -> Event:
        """Whoever tries it takes back what they wrote; what others wrote stays."""
        if answer_id in self._own_answers:
            self._answers = [one for one in self._answers if one.id != answer_id]
            self.edition += 1
        return Answers(tuple(self._answers))

    def for_phone(self) -> dict[str, Json]:
        """What stands on the phone of whoever tries it, beside the state of the activity."""
        return {
            "edition": self.edition, "vote": -1 if self._own_vote is None else self._own_vote,
            "own_notes": [cell for visitor, cell in self._notes if visitor == AUTHOR],
            "notes": list(dict.fromkeys(cell for _visitor, cell in self._notes)),
            "answers": [[one.id, one.words, one.id in self._own_answers] for one in self._answers],
        }  # fmt: skip

    def _tap(self, visitor: int, kind: TapKind, value: int, y: int = 0) -> Tap:
        self._number += 1
        return Tap(visitor, self._number, kind, value, y)

    @property
    def _turn_ms(self) -> int:
        if self.control in ("lean", "pad"):
            return LEAN_MS
        return MIND_MS if self.behaviour == "wander" and self.control != "words" else ONCE_MS

    def _planned(self, at_ms: int, turn: int) -> Iterable[Planned]:
        acting = {"silent": 0, "alone": min(1, self.count)}.get(self.behaviour, self.count)
        who = range(AUTHOR + 1, AUTHOR + 1 + acting)
        favourite = self._chance(0, turn)
        if self.control == "words":
            for place, visitor in enumerate(who[:MOST_SHOWN]):
                yield at_ms + (place + 1) * WRITING_MS, visitor, self._value(place, favourite, self._chance(place, 0))
            return
        for visitor in who:
            chance = self._chance(visitor, turn)
            when_ms = at_ms + int(chance.random() * min(SLOWEST_MS, self._turn_ms * 3 // 4))
            favourite = self._chance(0, turn)
            yield when_ms, visitor, self._value(visitor, favourite, chance)

    def _value(self, visitor: int, favourite: random.Random, chance: random.Random) -> int:
        """What one of them does; `favourite` is the chance that all share."""
        of = {"lean": 2, "choices": max(1, self.options), "words": MOST_SHOWN}.get(self.control, PITCHES * BEATS)
        match self.behaviour:
            case "split":
                half = visitor % 2
                return half if self.control != "places" else (half * 3 + chance.randrange(2)) * BEATS + half * 4
            case "wander":
                return visitor % of if self.control == "words" else chance.randrange(of)
            case _ if self.control == "places":
                return chance.randrange(PITCHES) * BEATS + favourite.randrange(2) * 4
            case _:
                return favourite.randrange(of)

    def _event(self, visitor: int, value: int) -> Iterator[Event]:
        match self.control:
            case "choices":
                yield self._tap(visitor, "vote", value)
            case "lean":
                yield self._tap(visitor, "steer", FULL * (2 * value - 1))
            case "pad":
                yield self._tap(visitor, "press", START)
                yield self._tap(visitor, "steer", FULL * (2 * (value % 2) - 1), FULL * (2 * (value // 2 % 2) - 1))
                if value % 3 == 0:
                    yield self._tap(visitor, "press", 0)
            case "places":
                yield self.note(value, visitor)
            case "words":
                yield self.write(_answers()[value], visitor)
            case _:
                return

    def _chance(self, visitor: int, turn: int) -> random.Random:
        return random.Random(f"{self.seed} {visitor} {turn}")  # noqa: S311 - a game's own chance hides nothing


def _answers() -> tuple[str, ...]:
    """What simulated visitors answer, whatever was asked: short, long, and as long as it may be."""
    return (
        _("Yes, gladly!"),
        _("More benches in the shade, please."),
        _("My grandmother would say: slowly, and with tea."),
        _("Ask the children first."),
        _("Only if there is music."),
        _("I come past here every morning at seven, and every morning I think: a tree should stand just there."),
        _("No."),
        _("The river, when it rains."),
        _("As it was when the market was still here."),
        _("Something for the evenings in winter."),
        _("Quiet on Sundays."),
        _("I would help."),
    )
