"""Decoders in hardware: tried, never believed, left at the frame at which they fail, with no item lost.

There is no such hardware here. FFmpeg's own decoder under a route's name is the real part that stands for it; what
lies about its pictures is a route that changes them.
"""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame
from PIL import Image

from display_node.player import decoder as decoding
from display_node.player.decoder import VideoDecoder
from display_node.player.hardware import MOST_FAILURES, SOFTWARE, Hardware, HardwareFailed, Route
from tests.display_node.player.stand import make_clip, number_in

RATE = Fraction(30)
FRAMES = 60
GOOD = Route("good", decoder="h264")
NO_DEVICE = Route("v4l2m2m", decoder="h264_v4l2m2m")
Change = Callable[[int, VideoFrame], VideoFrame | None]


@dataclass(frozen=True, slots=True)
class Failing(Route):
    """FFmpeg's own decoder whose frames are changed, or left out, on the way."""

    change: Change = lambda _count, frame: frame

    def frames(
        self, container: av.container.InputContainer, stream: av.video.stream.VideoStream
    ) -> Iterator[VideoFrame]:
        """Those of the real one, changed."""
        for count, frame in enumerate(Route.frames(self, container, stream)):
            if (changed := self.change(count, frame)) is not None:
                yield changed


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clips") / "two.mp4", FRAMES / 30, tint=200)


def having(*routes: Route) -> Hardware:
    return Hardware({"h264": routes})


def failing(change: Change) -> Hardware:
    return having(Failing("failing", decoder="h264", change=change))


def shown(path: Path, hardware: Hardware, first: int = 0) -> tuple[list[int], list[str]]:
    """The numbers of all frames from `first` on, and what each was decoded by, as far as that is known."""
    decoder, numbers, by = VideoDecoder(path, first, RATE, hardware), [], []
    for wanted in range(first, FRAMES):
        until = time.monotonic() + 10
        while decoder.newest(wanted) is None or not decoder.is_best(wanted):
            assert time.monotonic() < until, f"frame {wanted} never came: {decoder.failure}"
            time.sleep(0.001)
        found = decoder.newest(wanted)
        assert found is not None
        numbers.append(number_in(Image.fromarray(np.asarray(found[1].to_ndarray(format="rgb24")))))
        by.append(decoder.decoded_by)
    assert decoder.failure is None
    decoder.close()
    return numbers, by


def grey(count: int, frame: VideoFrame) -> VideoFrame:
    blank = VideoFrame.from_ndarray(np.full((frame.height, frame.width), 120, np.uint8), format="gray")
    blank = blank.reformat(format="yuv420p")
    blank.pts, blank.time_base = frame.pts, frame.time_base
    return blank


def broken_after(count: int, frame: VideoFrame) -> VideoFrame:
    if count == 20:
        raise HardwareFailed("the device is gone")
    return frame


@pytest.mark.parametrize("first", [0, 17, 30])
def test_what_decodes_well_decodes_the_whole_film_and_is_told(
    clip: Path, first: int, capsys: pytest.CaptureFixture[str]
) -> None:
    hardware = having(GOOD)
    numbers, by = shown(clip, hardware, first)
    assert numbers == list(range(first, FRAMES))
    assert set(by) == {"good"}
    assert hardware.route_for("h264") == GOOD
    assert capsys.readouterr().err.count("decoded by good") == 1


def test_a_decoder_whose_device_is_not_there_is_asked_once_and_software_shows_all(
    clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hardware = having(NO_DEVICE, Route("cuda", device="cuda"))
    for _ in range(3):
        numbers, by = shown(clip, hardware)
        assert numbers == list(range(FRAMES))
        assert set(by) == {SOFTWARE}
    assert hardware.route_for("h264") is None
    said = capsys.readouterr().err
    assert [said.count(name) for name in ("v4l2m2m decodes no films", "cuda decodes no films")] == [1, 1]


@pytest.mark.parametrize("first", [0, 45])
def test_a_first_picture_that_is_not_softwares_is_never_shown(clip: Path, first: int) -> None:
    hardware = failing(grey)
    numbers, by = shown(clip, hardware, first)
    assert numbers == list(range(first, FRAMES))
    assert set(by) == {SOFTWARE}
    assert hardware.route_for("h264") is None


@pytest.mark.parametrize(
    "change",
    [
        broken_after,
        lambda count, frame: frame if count != 20 else None,
        lambda count, frame: frame if count != 20 else frame.reformat(160, 90),
        lambda count, frame: frame if count < 20 else None,
    ],
    ids=["an error", "a frame left out", "a frame of another size", "an early end"],
)
def test_what_fails_later_is_followed_by_software_at_the_very_next_frame(clip: Path, change: Change) -> None:
    hardware = failing(change)
    numbers, by = shown(clip, hardware)
    assert numbers == list(range(FRAMES)), "none is lost, none comes twice"
    assert by[-1] == SOFTWARE
    assert hardware.route_for("h264") is not None, "one film is no proof against it"
    for _ in range(MOST_FAILURES - 1):
        assert shown(clip, hardware)[0] == list(range(FRAMES))
    assert hardware.route_for("h264") is None


def test_hardware_that_hangs_is_left_alone_and_not_asked_again(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "HANGING_NS", 0)
    let_go = threading.Event()

    def hanging(count: int, frame: VideoFrame) -> VideoFrame:
        let_go.wait(10)
        return frame

    hardware = failing(hanging)
    decoder = VideoDecoder(clip, 0, RATE, hardware)
    until = time.monotonic() + 10
    while not decoder.is_hanging():
        assert time.monotonic() < until
        time.sleep(0.001)
    decoder.close()
    numbers, by = shown(clip, hardware)
    assert (numbers, set(by)) == (list(range(FRAMES)), {SOFTWARE})
    let_go.set()
    while decoder.is_running:
        assert time.monotonic() < until
        time.sleep(0.001)
    assert not decoder.is_hanging()


def test_it_can_be_switched_off_and_a_machine_without_any_asks_for_none(clip: Path) -> None:
    hardware = having(GOOD)
    hardware.is_wanted = False
    assert set(shown(clip, hardware)[1]) == {SOFTWARE}
    assert Hardware().route_for("vp9") is None


def test_a_broken_file_is_not_held_against_the_hardware(clip: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    body = clip.read_bytes()
    start = body.index(b"mdat") + 4
    broken.write_bytes(body[:start] + bytes(len(body) - start))
    hardware = having(GOOD)
    decoder = VideoDecoder(broken, 0, RATE, hardware)
    until = time.monotonic() + 10
    while decoder.is_running:
        assert time.monotonic() < until
        time.sleep(0.001)
    assert decoder.failure is not None
    assert hardware.route_for("h264") == GOOD
