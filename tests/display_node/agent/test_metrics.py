"""What Prometheus reads: its text format, true figures, one path, and only where somebody asked for it."""

import os
import re

import pytest
from aiohttp.test_utils import TestClient, TestServer

from content.clock import now_ms
from display_node.agent.metrics import application, exposition
from display_node.config import BadSetting, DataFolder, listening_place
from display_node.messages import Heartbeat, Overlay
from tests.display_node.agent.making import ListeningPlayer, agent, fact, state_of

LINE = re.compile(r'commonscreen_node_[a-z_]+(\{([a-z]+="([^"\\\n]|\\.)*",?)+\})? -?[0-9.e+-]+')


def figures(text: str) -> dict[str, float]:
    pairs = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return {name.partition("{")[0].removeprefix("commonscreen_node_"): float(value) for name, value in pairs}


def test_every_line_is_one_that_prometheus_reads(folder: DataFolder) -> None:
    state = state_of(folder)
    state.heartbeat_ms = now_ms()
    state.heartbeat = Heartbeat(
        1, "programme", "i", "video", 900, 3, 2, 40, os.getpid(), 80, 1_900, -3_000, True, "vaapi", 30, 41, 80
    )  # fmt: skip
    text = exposition(state)
    rows = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(LINE.fullmatch(row) for row in rows), [row for row in rows if not LINE.fullmatch(row)]
    found = figures(text)
    assert (found["pictures_total"], found["frames_dropped_total"]) == (900, 2)
    assert (found["sync_error_seconds"], found["sync_error_worst_seconds"]) == (0.00008, 0.0019)
    assert (found["sound_error_seconds"], found["sound_device"]) == (-0.003, 1)
    assert found["hardware_decoder"] == 1
    assert (found["taps"], found["tap_seconds"], found["tap_worst_seconds"]) == (30, 0.041, 0.08)
    assert found["player_resident_bytes"] > 1e6
    assert r'screen="Thư viện \"Bắc\"\n2"' in text


def test_a_player_that_fell_silent_has_no_figures_of_its_own(folder: DataFolder) -> None:
    state = state_of(folder)
    state.heartbeat = Heartbeat(1, "programme", "i", "video", 900, 3, 2, 40)
    found = figures(exposition(state))
    assert found["presenting"] == 0
    assert "pictures_total" not in found


async def test_one_path_answers_and_nothing_can_be_changed_there(folder: DataFolder) -> None:
    async with TestClient(TestServer(application(state_of(folder)))) as client:
        answer = await client.get("/metrics")
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        assert "commonscreen_node_paired" in await answer.text()
        assert (await client.get("/")).status == 404
        assert (await client.post("/metrics")).status == 405


@pytest.mark.parametrize(("text", "place"), [("9464", ("127.0.0.1", 9464)), ("[::1]:9000", ("::1", 9000))])
def test_without_an_address_only_this_machine_is_answered(text: str, place: tuple[str, int]) -> None:
    assert listening_place(text) == place


@pytest.mark.parametrize("text", ["", "here", "0", "70000", "127.0.0.1:"])
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(BadSetting):
        listening_place(text)


async def test_the_overlay_is_switched_by_a_file_and_survives_the_player(
    folder: DataFolder, player: ListeningPlayer
) -> None:
    async with agent(folder, "http://127.0.0.1:9"):
        await fact(lambda: player.heard)
        folder.overlay.touch()
        await fact(lambda: player.last(Overlay) == Overlay(on=True))
        player.heard.clear()
        await player.stop()
        await player.start()
        await fact(lambda: player.last(Overlay) == Overlay(on=True))
        folder.overlay.unlink()
        await fact(lambda: player.last(Overlay) == Overlay(on=False))
