"""What plays next, asked with hands at the screen itself: the service makes the choice, and this screen begins it.

It knows which turn comes and what could take its place; what it answers is believed for its signature. Only the agent's
event loop touches this.
"""

import asyncio
from collections.abc import Callable
from typing import Literal

from content.reading import BadDocument
from display_node.agent.curator import CuratorAway, CuratorRefuses, NotWelcome
from display_node.agent.known_activities import KnownActivities
from display_node.agent.state import State

PATIENCE_S = 6.0
"""Nobody stands before a screen that answers later than this."""

Missing = Literal["", "turn", "service"]
"""Why there is no choice: no turn comes soon, or the service is away; "" where there is one."""
Answered = Callable[[int, str, Missing], None]
"""Is told for which station, and which activity is the choice ("" for none)."""


class Choices:
    """Who asked, and waits for the service."""

    def __init__(self, state: State, known: KnownActivities, answered: Answered) -> None:
        """Nobody."""
        self._state, self._known, self._answered = state, known, answered
        self._asked: dict[int, str] = {}
        self._has_asked = asyncio.Event()

    def ask(self, station: int, activity: str) -> None:
        """Somebody at a station wants to choose; the newest wish of each counts."""
        self._asked[station] = activity
        self._has_asked.set()

    async def run(self) -> None:
        """Goes on for ever: asks once for all who want the same."""
        while True:
            await self._has_asked.wait()
            self._has_asked.clear()
            asked, self._asked = self._asked, {}
            for activity in dict.fromkeys(asked.values()):
                ballot, why = await self._ask(activity)
                for station in [one for one, wanted in asked.items() if wanted == activity]:
                    self._answered(station, ballot, why)

    async def _ask(self, activity: str) -> tuple[str, Missing]:
        try:
            async with asyncio.timeout(PATIENCE_S):
                told = await self._state.curator().choice(activity)
        except CuratorRefuses:
            return "", "turn"
        except (CuratorAway, NotWelcome, BadDocument, TimeoutError):
            return "", "service"
        ballot = next((self._known.meet(one) for one in told), "")
        return ballot, "" if ballot else "turn"
