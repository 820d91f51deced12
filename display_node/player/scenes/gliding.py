"""Numbered things that are told of thirty times a second and drawn sixty times: where each is in between."""

from collections.abc import Mapping
from dataclasses import dataclass

Spot = tuple[float, float]
GLIDE_NS = 50_000_000
FLIGHT_NS = 420_000_000
"""How long a light flies to whoever caught it."""
MOST_FLIGHTS = 40


class Gliding:
    """Where things are. A new one is where it is told to be."""

    def __init__(self) -> None:
        """There is nothing."""
        self._from: dict[int, Spot] = {}
        self._to: dict[int, Spot] = {}
        self._since_ns: dict[int, int] = {}
        self._heard_ns = 0

    def to(self, places: Mapping[int, Spot], now_ns: int) -> None:
        """From now on they glide there; what is not among them is gone."""
        self._from = {
            number: self.at(number, now_ns) if number in self._to else spot for number, spot in places.items()
        }
        self._since_ns = {number: self._since_ns.get(number, now_ns) for number in places}
        self._to, self._heard_ns = dict(places), now_ns

    def at(self, number: int, instant_ns: int) -> Spot:
        """Where one is."""
        share = min(1.0, max(0.0, (instant_ns - self._heard_ns) / GLIDE_NS))
        (from_x, from_y), (to_x, to_y) = self._from.get(number, self._to[number]), self._to[number]
        return from_x + (to_x - from_x) * share, from_y + (to_y - from_y) * share

    def age_ns(self, number: int, instant_ns: int) -> int:
        """For how long it has been there."""
        return instant_ns - self._since_ns.get(number, instant_ns)

    def __contains__(self, number: int) -> bool:
        """Whether there is such a thing."""
        return number in self._to

    def places(self) -> Mapping[int, Spot]:
        """Where they were told to be."""
        return self._to


@dataclass(frozen=True, slots=True)
class Flight:
    """Something on its way from one place to another, since an instant."""

    start: Spot
    end: Spot
    since_ns: int

    def at(self, instant_ns: int) -> Spot | None:
        """Where it is: fast first, then slower; None when it has arrived."""
        share = (instant_ns - self.since_ns) / FLIGHT_NS
        if share >= 1:
            return None
        eased = 1 - (1 - max(0.0, share)) ** 3
        return (
            self.start[0] + (self.end[0] - self.start[0]) * eased,
            self.start[1] + (self.end[1] - self.start[1]) * eased,
        )
