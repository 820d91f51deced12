"""A player on a stand: a real process on the dummy drivers, an agent to speak to it, and clips one can read."""

import io
import json
import os
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Self, TypeVar

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from content.clock import now_ms
from display_node.messages import (
    Cue,
    Cues,
    Heartbeat,
    PictureTaken,
    Played,
    TakePictures,
    ToAgent,
    ToPlayer,
    decode_for_agent,
    encode,
)

Kind = TypeVar("Kind", bound=ToAgent)

BITS = 12
SIZE = (320, 180)
FPS = 30
PATIENCE_S = 20.0
BLOCK = SIZE[0] // 16


def counted(number: int, size: tuple[int, int] = SIZE, tint: int = 0) -> NDArray[np.uint8]:
    """A picture whose row of black and white blocks says `number`; `tint` (0 to 255) colours the rest."""
    pixels = np.full((size[1], size[0], 3), (tint, 90, 160), np.uint8)
    block = size[0] // 16
    for bit in range(BITS):
        pixels[size[1] // 2 - block : size[1] // 2 + block, (bit + 2) * block : (bit + 3) * block] = (
            255 if number >> bit & 1 else 0
        )
    return pixels


def number_in(picture: Image.Image) -> int:
    """The number that `counted` put into a picture of any size; raises ValueError when it cannot be read."""
    block = picture.width / 16
    grey = np.asarray(picture.convert("L"))
    number = 0
    for bit in range(BITS):
        light = int(grey[picture.height // 2, int((bit + 2.5) * block)])
        if 80 < light < 175:
            raise ValueError(f"block {bit} is neither black nor white: {light}")
        number |= (light > 127) << bit
    return number


def tint_in(picture: Image.Image) -> int:
    """The tint of a picture made by `counted`, about."""
    pixel = picture.convert("RGB").getpixel((picture.width // 2, picture.height // 10))
    assert isinstance(pixel, tuple)
    return pixel[0]


def make_clip(
    path: Path,
    seconds: float,
    *,
    fps: int = FPS,
    size: tuple[int, int] = SIZE,
    tint: int = 0,
    tone_hz: int = 0,
    first_number: int = 0,
) -> Path:
    """A clip like the house's own: H.264, closed groups of one second, BT.709, perhaps a tone."""
    with av.open(str(path), "w", format="mp4") as container:
        video = container.add_stream("libx264", rate=fps)
        video.width, video.height, video.pix_fmt = *size, "yuv420p"
        video.codec_context.gop_size = fps
        video.options = {"preset": "ultrafast", "crf": "18", "x264-params": f"keyint={fps}:scenecut=0:open-gop=0"}
        video.codec_context.color_range, video.codec_context.colorspace = 1, 1
        audio = container.add_stream("aac", rate=48_000, layout="stereo") if tone_hz else None
        for number in range(round(seconds * fps)):
            frame = av.VideoFrame.from_ndarray(counted(first_number + number, size, tint), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(video.encode(frame.reformat(format="yuv420p", dst_colorspace="ITU709")))
        container.mux(video.encode(None))
        if audio is not None:
            wave = np.sin(np.arange(int(seconds * 48_000)) * 2 * np.pi * tone_hz / 48_000) * 12_000
            for start in range(0, len(wave), 1024):
                piece = np.repeat(wave[start : start + 1024].astype(np.int16), 2)[np.newaxis, :]
                sound = av.AudioFrame.from_ndarray(piece, format="s16", layout="stereo")
                sound.sample_rate, sound.pts, sound.time_base = 48_000, start, Fraction(1, 48_000)
                container.mux(audio.encode(sound))
            container.mux(audio.encode(None))
    return path


def make_still(path: Path, size: tuple[int, int] = SIZE, tint: int = 200, number: int = 5) -> Path:
    """A JPEG that says `number`."""
    Image.fromarray(counted(number, size, tint)).save(path, "JPEG", quality=92)
    return path


def video_cue(path: Path, start_ms: int, end_ms: int, item: str = "i1") -> Cue:
    """A cue for a clip by `make_clip`."""
    return Cue(
        start_ms, end_ms, "programme", "video", item, "a" * 64, str(path), 0, end_ms - start_ms,
        *SIZE, FPS, 1, False, f"Title {item}", "", "Youth Centre North", 7,
    )  # fmt: skip


def still_cue(path: Path, start_ms: int, end_ms: int, item: str = "s1") -> Cue:
    """A cue for a still by `make_still`."""
    return replace(video_cue(path, start_ms, end_ms, item), kind="still", fps_num=0)


def card_cue(start_ms: int, end_ms: int) -> Cue:
    """A cue for the house's card."""
    return Cue(start_ms, end_ms, "filler", "card")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the player's frames log."""

    mono_ns: int
    wall_ms: int
    layer: str
    item: str
    media_ms: int
    late_ms: float


class Agent:
    """Speaks to a player like the agent does, and keeps what it hears."""

    def __init__(self, path: Path) -> None:
        """Connects as soon as the player listens."""
        self.path = path
        self.heard: list[ToAgent] = []
        self.raw = b""
        self._socket = self._connected()

    def say(self, *messages: ToPlayer) -> None:
        """Sends messages."""
        self._socket.sendall(b"".join(encode(message) for message in messages))

    def say_bytes(self, body: bytes) -> None:
        """Sends whatever it is."""
        self._socket.sendall(body)

    def wait(self, fact: Callable[[], bool], what: str, within_s: float = PATIENCE_S) -> None:
        """Hears the player until `fact` is true; fails with `what` when it never is."""
        until = time.monotonic() + within_s
        while not fact():
            left_s = until - time.monotonic()
            assert left_s > 0, f"waited {within_s} s in vain for {what}; heard {self.heard[-8:]}"
            self._hear(min(left_s, 0.05))

    def wait_until(self, instant_ms: int) -> None:
        """Hears the player until the clock shows `instant_ms`."""
        while now_ms() < instant_ms:
            self._hear(0.02)

    def of(self, kind: type[Kind]) -> list[Kind]:
        """What it heard of one kind."""
        return [message for message in self.heard if isinstance(message, kind)]

    def picture(self, path: Path) -> tuple[Image.Image, int]:
        """What is on the screen, and when that was presented (UTC ms)."""
        before = len(self.of(PictureTaken))
        self.say(TakePictures(str(path), 100, 0))
        self.wait(lambda: len(self.of(PictureTaken)) > before, "a picture")
        return Image.open(io.BytesIO(path.read_bytes())), self.of(PictureTaken)[-1].wall_ms

    def leave(self) -> None:
        """Hangs up."""
        self._socket.close()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Hangs up."""
        self.leave()

    def _connected(self) -> socket.socket:
        until = time.monotonic() + PATIENCE_S
        while True:
            link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                link.connect(str(self.path))
            except OSError:
                link.close()
                assert time.monotonic() < until, "the player does not listen"
                time.sleep(0.02)
            else:
                link.settimeout(5)
                return link

    def _hear(self, within_s: float) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            if not selector.select(within_s):
                return
        self.raw += self._socket.recv(1 << 16)
        *lines, self.raw = self.raw.split(b"\n")
        self.heard += [decode_for_agent(line) for line in lines]


@dataclass
class Stand:
    """A running player."""

    process: subprocess.Popen[bytes]
    socket_path: Path
    frames_path: Path
    has_settled: bool = True

    def agent(self) -> Agent:
        """A new agent, connected; the first one when the player has read everything it needs, sound included."""
        agent = Agent(self.socket_path)
        if not self.has_settled:
            agent.wait(lambda: any(beat.has_sound_device for beat in agent.of(Heartbeat)), "the player to settle")
            agent.heard.clear()
            self.has_settled = True
        return agent

    def rows(self) -> list[Row]:
        """What the frames log says so far."""
        whole = self.frames_path.read_text().split("\n")[:-1]
        return [Row(**json.loads(line)) for line in whole]


@contextmanager
def player(
    folder: Path,
    *arguments: str,
    environment: dict[str, str] | None = None,
    program: tuple[str, str] = ("-m", "display_node.player"),
) -> Iterator[Stand]:
    """A player's process in `folder`, headless unless `arguments` say otherwise; ended afterwards.

    `program` is what Python is told to run, where it is not just the player.
    """
    looks = arguments or ("--headless", f"{SIZE[0]}x{SIZE[1]}")
    frames = folder / "frames.jsonl"
    process = subprocess.Popen(
        [
            sys.executable,
            *program,
            "--socket",
            str(folder / "p.sock"),
            "--frames",
            str(frames),
            *looks,
        ],
        env={**os.environ, "PYTHONWARNINGS": "error", **(environment or {})},
    )
    try:
        has_sound = not arguments or "--headless" in arguments
        yield Stand(process, folder / "p.sock", frames, has_settled=not has_sound)
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def heartbeat_of(agent: Agent) -> Heartbeat:
    """A fresh heartbeat."""
    before = len(agent.of(Heartbeat))
    agent.wait(lambda: len(agent.of(Heartbeat)) > before, "a heartbeat")
    return agent.of(Heartbeat)[-1]


def played_of(agent: Agent, items: int) -> list[Played]:
    """The first `items` as-run rows."""
    agent.wait(lambda: len(agent.of(Played)) >= items, f"{items} rows")
    return agent.of(Played)


def cues(*rising: Cue) -> Cues:
    """These and nothing else."""
    return Cues(0, rising)
