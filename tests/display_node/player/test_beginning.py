"""What begins before there is a screen: the film that is on is decoded from the frame that will be due."""

from pathlib import Path

import pytest

from content.clock import now_ms, now_ns
from display_node.messages import Cues
from display_node.player.beginning import begun
from display_node.player.hardware import HARDWARE
from display_node.player.link import Link
from display_node.player.timeline import frame_at
from tests.display_node.player.stand import Agent, card_cue, make_clip, video_cue

HOUR_MS = 3_600_000


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("film") / "film.mp4", 2)


def spoken_to(link: Link, agent: Agent, *messages: Cues) -> None:
    agent.say(*messages)
    agent.wait(lambda: len(link.waiting()) == len(messages), "the messages")


def test_the_film_that_is_on_is_decoded_from_the_frame_that_will_be_due_and_no_message_is_lost(
    tmp_path: Path, film: Path
) -> None:
    cue = video_cue(film, now_ms() - 500, now_ms() + HOUR_MS)
    link = Link(tmp_path / "p.sock", lambda: None)
    try:
        with Agent(tmp_path / "p.sock") as agent:
            spoken_to(link, agent, Cues(0, (card_cue(now_ms() - 500, now_ms() + 100),)), Cues(0, (cue,)))
            before = frame_at(cue, now_ns())
            found = begun(link, "auto")
            assert found is not None
            assert found.cue == cue
            agent.wait(lambda: found.decoder.is_ready or not found.decoder.is_running, "the first frame")
            assert found.decoder.failure is None
            assert found.decoder.first_frame > before
            assert len(link.hear()) == 2, "the show hears them all the same"
            found.decoder.close()
    finally:
        link.close(2)


def test_nothing_begins_when_no_film_is_on(tmp_path: Path, film: Path) -> None:
    link = Link(tmp_path / "p.sock", lambda: None)
    try:
        assert begun(link, "auto") is None, "nobody has spoken"
        with Agent(tmp_path / "p.sock") as agent:
            later = video_cue(film, now_ms() + HOUR_MS, now_ms() + 2 * HOUR_MS)
            spoken_to(link, agent, Cues(0, (card_cue(now_ms() - 500, now_ms() + HOUR_MS), later)))
            assert begun(link, "auto") is None
    finally:
        link.close(2)


def test_no_hardware_is_asked_where_that_was_ruled_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HARDWARE, "is_wanted", True)
    link = Link(tmp_path / "p.sock", lambda: None)
    try:
        begun(link, "software")
        assert not HARDWARE.is_wanted
        begun(link, "auto")
        assert HARDWARE.is_wanted
    finally:
        link.close(2)
