"""A voice that is only made once the picture is on does then what was asked of it before."""

import threading

from display_node.messages import Cue
from display_node.player.voice import LateVoice


class Noted:
    """A voice that notes what it is told."""

    has_device = True
    behind_ns = 0

    def __init__(self) -> None:
        self.loudness, self.is_muted, self.has_started = 1.0, False, threading.Event()
        self.prepared: list[tuple[Cue, ...]] = []

    def start(self) -> None:
        self.has_started.set()

    def prepare(self, cues: tuple[Cue, ...], now_ns: int) -> None:
        self.prepared.append(cues)

    def close(self, within_s: float) -> None:
        self.has_started.clear()


def test_before_it_is_made_nothing_is_lost_but_sound() -> None:
    real = Noted()
    voice = LateVoice(lambda: real)
    voice.loudness, voice.is_muted = 0.4, True
    voice.prepare((), 0)
    assert not real.has_started.is_set()
    voice.start()
    voice.start()
    voice._thread.join(5)  # type: ignore[union-attr]
    assert voice.has_device
    assert (real.loudness, real.is_muted, real.has_started.is_set()) == (0.4, True, True)
    voice.is_muted = False
    voice.prepare((Cue(0, 1, "filler", "card"),), 0)
    assert not real.is_muted
    assert len(real.prepared) == 1
    voice.close(1)
    assert not real.has_started.is_set()


def test_one_that_was_never_started_closes_at_once() -> None:
    LateVoice(Noted).close(1)
