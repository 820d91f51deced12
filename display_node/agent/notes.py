"""The notes that visitors at the screen itself set on the bells: on the disk before anybody is told so, then delivered.

What is kept and told of one visitor is always all their notes, so that it may be told twice, or only the newest of it.
No identity: a writer is a hash of chance, as a voter is. Only the agent's event loop touches this.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace

from display_node.agent.ballots import Ballot, BallotBox, BoxFull
from display_node.agent.local import LocalVisitor
from display_node.agent.state import State
from display_node.words import _
from kiosks.activities.bells import packed, turned, unpacked
from kiosks.voters import voter_of

MOST_NOTES_WAITING = 2_000
"""Visitors whose notes the curator does not hold yet."""
Set = tuple[int, ...]
"""All the notes of one visitor, the newest last."""
Told = Callable[[LocalVisitor, str, Set, bool], None]


@dataclass(frozen=True, slots=True)
class _Wish:
    """What one visitor wants to have set in one activity."""

    visitor: LocalVisitor
    activity: str
    notes: Set

    @property
    def key(self) -> tuple[str, str]:
        """In which activity, and what stands for the visitor there."""
        return self.activity, voter_of(self.visitor.token, self.activity)


class Notes:
    """The notes of everybody at the screen itself. Of one visitor the newest wish waits, and nothing older."""

    def __init__(self, state: State, box: BallotBox, told: Told, ring: Callable[[], None]) -> None:
        """`told` hears what is kept of a visitor, and whether that is what they set; `ring` that the round changed."""
        self._state, self._box, self._told, self._ring = state, box, told, ring
        self._wishes: dict[tuple[str, str], _Wish] = {}
        self._kept: dict[int, tuple[str, Set]] = {}
        """Of each visitor who is here: in which activity they set notes last, and which are on the disk."""
        self._has_wishes = asyncio.Event()
        self.wake = asyncio.Event()
        """Set when there is something to deliver."""

    def turn(self, visitor: LocalVisitor, activity: str, note: int) -> None:
        """Sets a note or takes it away: in the round at once, and on the disk soon."""
        kept = self._kept_of(visitor, activity)
        self._kept[visitor.number] = activity, kept
        wish = _Wish(visitor, activity, turned(kept, note))
        wanted = self._wishes.get(wish.key)
        self._wishes[wish.key] = wish if wanted is None else replace(wish, notes=turned(wanted.notes, note))
        self._has_wishes.set()
        self._ring()

    def left(self, visitor: LocalVisitor) -> None:
        """They are gone; what they set stays."""
        self._kept.pop(visitor.number, None)

    def unheard(self, activity: str) -> Set:
        """The notes of visitors here that the curator does not hold yet, or does not say so yet."""
        waiting = (one for one in self._box.waiting(MOST_NOTES_WAITING) if one.activity == activity)
        sets = {one.key: unpacked(one.choice) for one in waiting}
        sets |= {wish.key: wish.notes for wish in self._wishes.values() if wish.activity == activity}
        return tuple(note for notes in sets.values() for note in notes)

    async def keep(self) -> None:
        """Goes on for ever: writes down the newest wish of each, all that wait with one write."""
        while True:
            await self._has_wishes.wait()
            self._has_wishes.clear()
            await self._keep(list(self._wishes.values()))

    async def _keep(self, wishes: list[_Wish]) -> None:
        at_ms = self._state.now()
        is_kept = await self._put([Ballot(*wish.key, packed(wish.notes), at_ms) for wish in wishes])
        for wish in wishes:
            # One who pressed again meanwhile has a newer wish, which holds this note too and comes next.
            if self._wishes.get(wish.key) is wish:
                del self._wishes[wish.key]
            if is_kept and wish.visitor.number in self._kept:
                self._kept[wish.visitor.number] = wish.activity, wish.notes
            self._told(wish.visitor, wish.activity, self._kept_of(wish.visitor, wish.activity), is_kept)
        if is_kept:
            self.wake.set()
        else:
            self._ring()

    async def _put(self, ballots: list[Ballot]) -> bool:
        try:
            await asyncio.to_thread(self._box.put, ballots)
        except BoxFull:
            return False
        except sqlite3.Error as error:
            sentence = _("Notes cannot be written down ({reason}): look at the disk.")
            self._state.faults.say("notes", sentence.format(reason=error))
            return False
        return True

    def _kept_of(self, visitor: LocalVisitor, activity: str) -> Set:
        of, notes = self._kept.get(visitor.number, ("", ()))
        return notes if of == activity else ()
