"""What was found in a film, in order. Plain values: nothing here needs a picture."""

from dataclasses import dataclass, field

from content.media.flash.rules import Rule

MOST_INTERVALS = 200
_JOIN_US = 500_000


@dataclass(frozen=True, slots=True)
class Hit:
    """More transitions than allowed, between these instants."""

    start_us: int
    end_us: int
    transitions: int


@dataclass(frozen=True, slots=True)
class Found:
    """A rule broken between two instants of the film; `transitions` is the most within one second (0: not counted)."""

    rule: Rule
    start_us: int
    end_us: int
    transitions: int


@dataclass(slots=True)
class Findings:
    """What was found so far; hits of one rule that touch are one."""

    found: list[Found] = field(default_factory=list)
    _open: dict[Rule, int] = field(default_factory=dict)

    def add(self, rule: Rule, hit: Hit) -> None:
        """Adds a hit. What does not fit in MOST_INTERVALS prolongs the last of its rule."""
        place = self._open.get(rule)
        if place is not None:
            last = self.found[place]
            if hit.start_us <= last.end_us + _JOIN_US or len(self.found) >= MOST_INTERVALS:
                most = max(last.transitions, hit.transitions)
                self.found[place] = Found(rule, last.start_us, max(last.end_us, hit.end_us), most)
                return
        self._open[rule] = len(self.found)
        self.found.append(Found(rule, hit.start_us, hit.end_us, hit.transitions))
