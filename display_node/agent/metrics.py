"""Figures for Prometheus in its text format, served on one path, only when whoever runs the node asks for them."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

from aiohttp import web

from display_node.agent.health import HEARTBEAT_OLD_MS
from display_node.agent.state import State
from display_node.config import LARGEST_SCRAPE_BYTES, SOFTWARE

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_PREFIX = "commonscreen_node_"

Figure = tuple[str, str, str, float]
"""Name without prefix, kind, help, value."""


async def serve_metrics(state: State, host: str, port: int) -> None:
    """Answers GET /metrics for ever; raises OSError when nobody can listen there."""

    runner = web.AppRunner(application(state), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


def application(state: State) -> web.Application:
    """What answers: one path, and nothing that changes anything."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=exposition(state).encode(), headers={"Content-Type": CONTENT_TYPE})

    serving = web.Application(client_max_size=LARGEST_SCRAPE_BYTES)
    serving.router.add_get("/metrics", answer)
    return serving


def exposition(state: State) -> str:
    """All figures of this moment."""
    labels = f'screen="{_escaped(state.identity.screen_name)}",software="{_escaped(SOFTWARE)}"'
    lines = [
        f"# HELP {_PREFIX}info Which screen this is.",
        f"# TYPE {_PREFIX}info gauge",
        f"{_PREFIX}info{{{labels}}} 1",
    ]
    for name, kind, help_text, value in (*_of_agent(state), *_of_player(state)):
        lines += [
            f"# HELP {_PREFIX}{name} {help_text}",
            f"# TYPE {_PREFIX}{name} {kind}",
            f"{_PREFIX}{name} {value:.15g}",
        ]
    return "\n".join(lines) + "\n"


def _of_agent(state: State) -> Iterator[Figure]:
    now_ms = state.now()
    wanted, held = state.wanted_and_held()
    version = 0 if state.current is None else state.current.manifest.version
    yield "paired", "gauge", "Whether the screen is paired.", state.identity.is_paired
    yield "linked", "gauge", "Whether the link to the curator is open.", state.is_linked
    yield (
        "curator_answered_seconds",
        "gauge",
        "When the curator last answered, in Unix time.",
        _s(state.curator_ms or 0),
    )
    yield "manifest_version", "gauge", "Which programme is followed.", version
    yield "files_wanted", "gauge", "Files the newest programme needs.", wanted
    yield "files_held", "gauge", "Those of them that are here and sound.", held
    yield "rows_waiting", "gauge", "As-run rows the curator has not acknowledged.", state.rows_waiting
    yield "disk_free_bytes", "gauge", "Room for files.", state.room_bytes
    yield "faults", "gauge", "Things that are wrong now.", len(state.faults.sentences())
    yield "panic", "gauge", "Whether somebody blacked the screen out.", state.panic.on
    yield "clock_offset_seconds", "gauge", "The curator's clock minus this one.", _s(state.clock.offset_ms)
    yield (
        "clock_trusted",
        "gauge",
        "Whether the clocks agreed within the last day.",
        state.clock.word(now_ms) == "trusted",
    )
    yield "player_there", "gauge", "Whether the player is connected.", state.is_player_there


def _of_player(state: State) -> Iterator[Figure]:
    beat, age_ms = state.heartbeat, state.now() - state.heartbeat_ms
    is_fresh = beat is not None and 0 <= age_ms < HEARTBEAT_OLD_MS
    yield "presenting", "gauge", "Whether the player presents pictures.", is_fresh
    if beat is None or not is_fresh:
        return
    yield "pictures_total", "counter", "Pictures presented since the player started.", beat.frames_shown
    yield "pictures_late_total", "counter", "Those more than 17 ms late.", beat.frames_late
    yield "frames_dropped_total", "counter", "Frames of films that were left out.", beat.frames_dropped
    yield "cues_left", "gauge", "Cues the player still has.", beat.cues_left
    yield (
        "sync_error_seconds",
        "gauge",
        "How far films are behind the clock, median of some seconds.",
        beat.sync_us / 1e6,
    )
    yield "sync_error_worst_seconds", "gauge", "The same, 99 of 100.", beat.sync_worst_us / 1e6
    yield "sound_error_seconds", "gauge", "How far the sound is behind the clock.", beat.sound_us / 1e6
    yield "taps", "gauge", "Taps of people taking part whose way to the screen is remembered, the newest.", beat.taps
    yield (
        "tap_seconds",
        "gauge",
        "From the service's hearing of a tap until it is on the screen, median.",
        _s(beat.tap_ms),
    )
    yield "tap_worst_seconds", "gauge", "The same, 95 of 100.", _s(beat.tap_worst_ms)
    yield "sound_device", "gauge", "Whether there is a sound device.", beat.has_sound_device
    is_hardware = beat.decoder not in ("", "software")
    yield "hardware_decoder", "gauge", "Whether hardware decodes the film that is on.", is_hardware
    yield from _of_process(beat.player_id)


def _of_process(pid: int) -> Iterator[Figure]:
    home = Path("/proc") / str(pid)
    try:
        words = (home / "stat").read_text().rpartition(")")[2].split()
        resident = int((home / "statm").read_text().split()[1]) * _PAGE_BYTES
    except (OSError, IndexError, ValueError):
        return
    spent_s = (int(words[11]) + int(words[12])) / _TICKS
    yield "player_cpu_seconds_total", "counter", "Processor time of the player.", spent_s
    yield "player_resident_bytes", "gauge", "Memory of the player.", resident


def _s(milliseconds: int) -> float:
    return milliseconds / 1000


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
