"""Who plays and who waits, in the order in which they came: a few places for many. Pure."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Seating:
    """`playing` are those who have a place, the longest there first; `waiting` those who want one, in their order."""

    places: int
    most_waiting: int
    playing: tuple[int, ...] = ()
    waiting: tuple[int, ...] = ()

    def join(self, visitor: int) -> "Seating":
        """With a place for them if one is free, else at the end of the line; a full line stays as it is."""
        if visitor in self.playing or visitor in self.waiting or len(self.waiting) >= self.most_waiting:
            return self
        return replace(self, waiting=(*self.waiting, visitor)).filled()

    def leave(self, visitor: int) -> "Seating":
        """Without them; who waits longest has the place."""
        playing = tuple(one for one in self.playing if one != visitor)
        waiting = tuple(one for one in self.waiting if one != visitor)
        return replace(self, playing=playing, waiting=waiting).filled()

    def turned(self) -> "Seating":
        """For a new round: as many of those longest there make room as wait."""
        wanted = max(0, len(self.waiting) - (self.places - len(self.playing)))
        return replace(self, playing=self.playing[wanted:]).filled()

    def filled(self) -> "Seating":
        """With nobody waiting while a place is free."""
        free = self.places - len(self.playing)
        if free <= 0 or not self.waiting:
            return self
        return replace(self, playing=(*self.playing, *self.waiting[:free]), waiting=self.waiting[free:])
