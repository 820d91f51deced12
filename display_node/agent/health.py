"""How this screen is: the document the curator gets, and the comparison of the two clocks."""

from collections.abc import Awaitable, Callable

from content.canonical import Json
from content.clock import monotonic_ns
from content.reading import BadDocument
from display_node.agent.curator import CuratorAway, CuratorRefuses, NotWelcome
from display_node.agent.identity import PanicState
from display_node.agent.state import State, woken
from display_node.config import SOFTWARE
from display_node.words import _

HEARTBEAT_OLD_MS = 10_000
SLOWEST_CLOCK_ANSWER_MS = 5_000


def health(state: State) -> dict[str, Json]:
    """The health document of docs/node-protocol.md for this moment."""
    now_ms = state.now()
    beat = state.heartbeat if 0 <= now_ms - state.heartbeat_ms < HEARTBEAT_OLD_MS else None
    wanted, held = state.wanted_and_held()
    return {
        "software": SOFTWARE,
        "manifest_version": 0 if state.current is None else state.current.manifest.version,
        "now_ms": now_ms,
        "playing": {
            "item": "" if beat is None else beat.item,
            "kind": "" if beat is None else beat.kind,
            "layer": "" if beat is None else beat.layer,
        },
        "frames": {
            "shown": 0 if beat is None else beat.frames_shown,
            "late": 0 if beat is None else beat.frames_late,
            "dropped": 0 if beat is None else beat.frames_dropped,
        },
        "files": {"wanted": wanted, "held": held},
        "disk_free_bytes": state.room_bytes,
        "uptime_s": max(0, now_ms - state.started_ms) // 1000,
        "clock": state.clock.word(now_ms),
        "faults": list(state.faults.sentences()),
        "taps": {
            "seen": 0 if beat is None else beat.taps,
            "median_ms": 0 if beat is None else beat.tap_ms,
            "worst_ms": 0 if beat is None else beat.tap_worst_ms,
        },
        "backdrops": [need.sha256 for need in state.backdrop_files],
    }


async def report(state: State, obey: Callable[[PanicState], Awaitable[None]]) -> None:
    """Sends the health document for ever, compares clocks with each answer and obeys the panic order in it.

    Where no WebSocket gets through, this is how a screen hears that it must go black.
    """
    while True:
        await state.paired.wait()
        try:
            asked_ns = monotonic_ns()
            heard = await state.curator().send_health(health(state))
            compare_clocks(state, heard.now_ms, (monotonic_ns() - asked_ns) // 1_000_000)
            state.answered()
            if heard.panic is not None:
                await obey(heard.panic)
        except (CuratorAway, CuratorRefuses, NotWelcome, BadDocument):
            # Polling for the manifest reports that the curator is away; one voice is enough.
            pass
        await woken(state.health_wake, state.pace.health_s)


def compare_clocks(state: State, theirs_ms: int, round_trip_ms: int) -> None:
    """Notes how far our clock is off; an answer that took too long says nothing."""
    if round_trip_ms > SLOWEST_CLOCK_ANSWER_MS:
        return
    now_ms = state.now()
    state.clock.offset_ms = theirs_ms + round_trip_ms // 2 - now_ms
    state.clock.measured_ms = now_ms
    if state.clock.word(now_ms) == "trusted":
        state.faults.clear("clock")
    else:
        sentence = _("This screen's clock is {seconds} s off: switch on time synchronisation (NTP).")
        state.faults.say("clock", sentence.format(seconds=round(abs(state.clock.offset_ms) / 1000, 1)))
