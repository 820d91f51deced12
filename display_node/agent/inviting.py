"""What the corner of the programme says: the curator's invitation, or, while it is away, the screen's own.

It is said again and again, so that a code disappears when nobody is behind it any more.
"""

import asyncio
from dataclasses import replace

from content.clock import monotonic_ns
from display_node.agent.player import Player
from display_node.agent.state import State
from display_node.messages import Invitation
from kiosks.messages import Invite

INVITED_EVERY_S = 1.0
INVITATION_KEPT_MS = 12_000
"""Whoever invites says it every few seconds."""
NOTHING = Invite("", "", "")


class Invitations:
    """Which invitation stands on the screen. Only the agent's event loop touches it."""

    def __init__(self, state: State, player: Player) -> None:
        """Nobody invites."""
        self._state, self._player = state, player
        self._said = {True: (NOTHING, 0), False: (NOTHING, 0)}
        self._linked_ns = monotonic_ns()
        self._told = NOTHING

    async def keep_saying(self) -> None:
        """Goes on for ever."""
        while True:
            await asyncio.sleep(INVITED_EVERY_S)
            self.say()

    def invite(self, said: Invite, *, is_curators: bool = True) -> None:
        """What the curator wants, or what the screen's own network wants there while the curator is away."""
        self._said[is_curators] = said, monotonic_ns()
        if self._now() != self._told:
            self.say()

    def say(self) -> None:
        """Tells the player."""
        self._told = said = self._now()
        is_own = said.payload != "" and said == self._said[False][0]
        wifi = self._state.island_wifi if is_own else ""
        invitation, current = Invitation(said.payload, said.address, said.code, wifi=wifi), self._state.current
        if current is not None:
            screen = current.manifest.screen
            invitation = replace(
                invitation,
                languages=(screen.language or "en",),
                screen_height_mm=screen.picture_height_mm or invitation.screen_height_mm,
                distance_mm=screen.distance_mm or invitation.distance_mm,
            )
        self._player.say(invitation)

    def _now(self) -> Invite:
        now_ns = monotonic_ns()
        if self._state.is_linked:
            self._linked_ns = now_ns
        # A link that comes again within seconds sends nobody to another network.
        is_curators = now_ns - self._linked_ns < self._state.pace.alone_s * 1e9
        said, at_ns = self._said[is_curators]
        return said if monotonic_ns() - at_ns <= INVITATION_KEPT_MS * 1_000_000 else NOTHING
