"""Switches the panel off and on by the commands its file names: in hours that are off, and in long darkness."""

import asyncio
import subprocess
from collections.abc import Callable

from display_node.agent.hours import hours_now
from display_node.agent.state import State
from display_node.panel import Power
from display_node.words import _

LOOK_S = 1.0
DARK_AT_LEAST_MS = 5 * 60_000
"""Panels take seconds to wake and do not like to be switched often."""
WAKE_MS = 20_000
"""So long before the dark ends the panel is switched on."""
RETRY_MS = 60_000


def wants_off(state: State, dark_until_ms: int, *, is_off: bool) -> bool:
    """Whether the panel should be off now, when the programme is dark until `dark_until_ms` (0: it is not)."""
    if state.panic.on:
        # Who blacks a screen out must be able to bring it back at once.
        return False
    if hours_now(state).is_off:
        return True
    power, left_ms = state.panel.power, dark_until_ms - state.now()
    if power is None or not power.is_off_when_dark:
        return False
    return left_ms >= (WAKE_MS if is_off else DARK_AT_LEAST_MS)


async def keep_power(state: State, power: Power, dark_until_ms: Callable[[], int]) -> None:
    """Goes on for ever. What a command could not do is told, and tried again a minute later."""
    is_off: bool | None = None
    tried_ms = 0
    while True:
        wanted = wants_off(state, dark_until_ms(), is_off=bool(is_off))
        if wanted != is_off and not 0 <= state.now() - tried_ms < RETRY_MS:
            if await asyncio.to_thread(_done, power.off if wanted else power.on, power.timeout_s):
                is_off = wanted
                state.faults.clear("power")
            else:
                tried_ms = state.now()
                command = (power.off if wanted else power.on)[0]
                sentence = _("The panel could not be switched: the command '{command}' failed or took too long.")
                state.faults.say("power", sentence.format(command=command))
        await asyncio.sleep(min(LOOK_S, state.pace.glance_s))


def _done(command: tuple[str, ...], timeout_s: int) -> bool:
    """Whether the command ended well in time. One that does not end is killed."""
    nothing = subprocess.DEVNULL
    try:
        ended = subprocess.run(  # noqa: S603 - what whoever mounted the panel wrote down, without a shell
            command, stdin=nothing, stdout=nothing, stderr=nothing, timeout=timeout_s, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ended.returncode == 0
