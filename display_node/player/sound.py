"""The sound of what is on, slave of the picture's clock: stretched by at most a hundredth, jumping only when it must.

Without a sound device the show goes on silent, and the device is looked for again.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from content.clock import monotonic_ns
from display_node.messages import Cue
from display_node.player.device import Device, NoDevice
from display_node.player.timeline import NS_PER_MS, media_key
from display_node.player.track import RATE_HZ, Samples, Track

DEVICE_SAMPLES = 480
"""What the device takes at once: whole milliseconds, which is how some drivers of SDL count."""

CHUNK_SAMPLES = 4 * DEVICE_SAMPLES
AHEAD_SAMPLES = 2 * CHUNK_SAMPLES
"""Queued ahead: 80 ms, so that a busy moment of this process is not heard."""

SHORTEST_NAP_S = 0.005
FADE_NS = 10 * NS_PER_MS
CALM_NS = 4 * NS_PER_MS
JUMP_NS = 60 * NS_PER_MS
MOST_STRETCH = 0.01
SMOOTHING = 0.05
JOIN_LEAD_NS = 150 * NS_PER_MS
RETRY_S = (2, 5, 15, 60)
SILENT_BEFORE_REOPEN_NS = 3_000 * NS_PER_MS
LOOK_EVERY_S = 0.25

Mix = NDArray[np.float32]
Heard = Mix | Samples
"""Whole samples where nothing was faded, added or stretched, which is nearly always and costs nearly nothing."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the timeline that a track sounds in: from `start_ns` until `end_ns`, sample 0 at `zero_ns`.

    It rises for `rise_ns` and falls for `fall_ns`, in quarters of a sine: of two that cross, the power stays the same.
    """

    track: Track
    start_ns: int
    end_ns: int
    zero_ns: int
    rise_ns: int = FADE_NS
    fall_ns: int = FADE_NS

    def is_falling(self, instant_ns: int) -> bool:
        """Whether it is on its way out."""
        return self.end_ns - self.fall_ns <= instant_ns < self.end_ns

    def gain(self, instants: NDArray[np.float64]) -> NDArray[np.float32]:
        """How loud it is at each of these instants, 0 to 1."""
        risen = np.clip((instants - self.start_ns) / self.rise_ns, 0.0, 1.0)
        left = np.clip((self.end_ns - instants) / self.fall_ns, 0.0, 1.0)
        quarter = np.pi / 2
        loud: NDArray[np.float32] = (np.sin(quarter * risen) * np.sin(quarter * left)).astype(np.float32)
        return loud


def mixed(parts: tuple[Part, ...], from_ns: int, count: int) -> Heard:
    """`count` stereo samples of the timeline from `from_ns`, each part faded in and out so that no seam clicks."""
    until_ns = from_ns + count * 1_000_000_000 // RATE_HZ
    sounding = [part for part in parts if part.start_ns < until_ns and from_ns < part.end_ns]
    if len(sounding) == 1 and _is_full(sounding[0], from_ns, until_ns):
        return sounding[0].track.read(_position(sounding[0], from_ns), count)
    out: Mix = np.zeros((count, 2), np.float32)
    for part in sounding:
        instants = from_ns + np.arange(count, dtype=np.float64) * (1e9 / RATE_HZ)
        out += part.track.read(_position(part, from_ns), count) * part.gain(instants)[:, np.newaxis]
    return out


def _is_full(part: Part, from_ns: int, until_ns: int) -> bool:
    return part.start_ns + part.rise_ns <= from_ns and until_ns + part.fall_ns <= part.end_ns


def _position(part: Part, instant_ns: int) -> int:
    return (instant_ns - part.zero_ns) * RATE_HZ // 1_000_000_000


class Slave:
    """Follows the wall clock sample by sample: says which stretch of the timeline to sound next."""

    def __init__(self) -> None:
        """Follows nothing yet."""
        self._cursor_ns: int | None = None
        self._error_ns = 0.0

    def fill(self, parts: tuple[Part, ...], heard_ns: int, count: int) -> Heard:
        """`count` samples that will be heard from about `heard_ns` on."""
        if self._cursor_ns is None:
            self._cursor_ns = heard_ns
        error_ns = heard_ns - self._cursor_ns
        if abs(error_ns) > JUMP_NS:
            return self._jump(parts, heard_ns, count)
        self._error_ns += SMOOTHING * (error_ns - self._error_ns)
        take = count + round(count * self._stretch())
        samples = mixed(parts, self._cursor_ns, take)
        self._cursor_ns += take * 1_000_000_000 // RATE_HZ
        return samples if take == count else _resampled(samples, count)

    @property
    def behind_ns(self) -> int:
        """How far what is sounding is behind the clock, smoothed."""
        return int(self._error_ns)

    def _stretch(self) -> float:
        if abs(self._error_ns) < CALM_NS:
            return 0.0
        return max(-MOST_STRETCH, min(MOST_STRETCH, self._error_ns / 1e9))

    def _jump(self, parts: tuple[Part, ...], heard_ns: int, count: int) -> Mix:
        old = mixed(parts, self._cursor_ns or heard_ns, count)
        new = mixed(parts, heard_ns, count)
        self._cursor_ns, self._error_ns = heard_ns + count * 1_000_000_000 // RATE_HZ, 0.0
        rising = np.linspace(0.0, 1.0, count, dtype=np.float32)[:, np.newaxis]
        crossed: Mix = old * (1 - rising) + new * rising
        return crossed


def _resampled(samples: Heard, count: int) -> Mix:
    old, new = np.arange(len(samples)), np.linspace(0, len(samples) - 1, count)
    return np.stack([np.interp(new, old, samples[:, side]) for side in (0, 1)], axis=1).astype(np.float32)


class Sound:
    """Sounds the cues it was given. Its device is opened, watched and opened again by a thread of its own."""

    def __init__(self, now_ns: Callable[[], int]) -> None:
        """Silent until `start`; `now_ns` reads the wall clock in UTC ns."""
        self._now_ns = now_ns
        self._parts: tuple[Part, ...] = ()
        self._tracks: dict[tuple[str, str, int], Track] = {}
        self._slave = Slave()
        self._gain = 0.0
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self.loudness = 1.0
        self.is_muted = False
        self.has_device = False

    @property
    def behind_ns(self) -> int:
        """How far the sound is behind the clock; 0 while nothing sounds."""
        return self._slave.behind_ns if self.has_device and self._parts else 0

    def start(self) -> None:
        """Looks for a device, now and whenever there is none."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._keep_device, name="sound", daemon=True)
            self._thread.start()

    def prepare(self, cues: tuple[Cue, ...], now_ns: int) -> None:
        """Gets ready the sound of `cues`, and lets everything else go."""
        audible = [cue for cue in cues if cue.kind == "video" and cue.has_sound]
        wanted = {media_key(cue) for cue in audible}
        for key in [key for key in self._tracks if key not in wanted]:
            self._tracks.pop(key).close()
        for cue in audible:
            if media_key(cue) not in self._tracks:
                self._tracks[media_key(cue)] = Track(Path(cue.path), _first_sample(cue, now_ns))
        parts = [self._part(cue, after) for cue, after in _followed(cues) if cue in audible]
        kept = self._tracks.values()
        leaving = [part for part in self._parts if part.track not in kept and part.is_falling(now_ns)]
        self._parts = _joined([*leaving, *parts])

    def close(self, within_s: float) -> None:
        """Falls silent and gives the device back."""
        self._parts = ()
        self._stopping.set()
        for track in self._tracks.values():
            track.close()
        if self._thread is not None:
            self._thread.join(within_s)

    def fill(self, count: int, heard_ns: int) -> Samples:
        """The next `count` samples for the device, as loud as asked."""
        wanted = 0.0 if self.is_muted else self.loudness
        before, self._gain = self._gain, wanted
        samples = self._slave.fill(self._parts, heard_ns, count)
        if before != wanted or wanted != 1.0:
            samples = samples * np.linspace(before, wanted, count, dtype=np.float32)[:, np.newaxis]
        if samples.dtype == np.int16:
            return samples.astype(np.int16, copy=False)
        loud: Samples = np.clip(samples, -32768, 32767).astype(np.int16)
        return loud

    def _part(self, cue: Cue, after: Cue | None) -> Part:
        """Where a cue sounds. Into a transition it sounds on, if there is more of it; else it falls before its end."""
        zero_ns = (cue.start_ms - cue.offset_ms) * NS_PER_MS
        fall_ms = 0 if after is None else after.transition_ms
        is_more = cue.offset_ms + cue.end_ms - cue.start_ms + fall_ms <= cue.duration_ms
        end_ms = cue.end_ms + (fall_ms if is_more else 0)
        return Part(
            self._tracks[media_key(cue)], cue.start_ms * NS_PER_MS, end_ms * NS_PER_MS, zero_ns,
            max(FADE_NS, cue.transition_ms * NS_PER_MS), max(FADE_NS, fall_ms * NS_PER_MS),
        )  # fmt: skip

    def _keep_device(self) -> None:
        tries = 0
        while not self._stopping.is_set():
            device = self._open()
            self.has_device = device is not None
            if device is None:
                self._stopping.wait(RETRY_S[min(tries, len(RETRY_S) - 1)])
                tries += 1
                continue
            tries = 0
            self._feed(device)
            device.close()

    def _open(self) -> Device | None:
        try:
            return Device(RATE_HZ, DEVICE_SAMPLES)
        except NoDevice:
            return None

    def _feed(self, device: Device) -> None:
        """Keeps the device fed while there is something to hear; returns when it has died or the player ends."""
        is_running, was_muted, moved_ns = False, False, monotonic_ns()
        while not self._stopping.wait(_nap_s(device.queued_samples) if is_running else LOOK_EVERY_S):
            if bool(self._parts) != is_running:
                is_running = bool(self._parts)
                moved_ns = monotonic_ns()
                device.pause(not is_running)
            if self.is_muted != was_muted:
                was_muted = self.is_muted
                device.forget()
            if is_running and self._top_up(device):
                moved_ns = monotonic_ns()
            if is_running and monotonic_ns() - moved_ns > SILENT_BEFORE_REOPEN_NS:
                return

    def _top_up(self, device: Device) -> bool:
        """Whether the device has taken something since, and was given more."""
        was_given = False
        while (waiting := device.queued_samples) <= AHEAD_SAMPLES - CHUNK_SAMPLES:
            # What is queued now is heard after what waits, and after the chunk that is sounding.
            heard_ns = self._now_ns() + (waiting + DEVICE_SAMPLES) * 1_000_000_000 // RATE_HZ
            if not device.queue(self.fill(CHUNK_SAMPLES, heard_ns).tobytes()):
                return False
            was_given = True
        return was_given


def _nap_s(waiting_samples: int) -> float:
    """How long until there is room for a chunk: every needless waking costs as much as the mixing itself."""
    return max(SHORTEST_NAP_S, (waiting_samples - (AHEAD_SAMPLES - CHUNK_SAMPLES)) / RATE_HZ)


def _first_sample(cue: Cue, now_ns: int) -> int:
    zero_ns, start_ns = (cue.start_ms - cue.offset_ms) * NS_PER_MS, cue.start_ms * NS_PER_MS
    first_ns = start_ns if now_ns <= start_ns else now_ns + JOIN_LEAD_NS
    return (first_ns - zero_ns) * RATE_HZ // 1_000_000_000


def _followed(cues: tuple[Cue, ...]) -> list[tuple[Cue, Cue | None]]:
    """Each cue with the one that begins where it ends."""
    following: tuple[Cue | None, ...] = (*cues[1:], None)
    pairs = zip(cues, following, strict=False)
    return [(cue, after if after is not None and after.start_ms == cue.end_ms else None) for cue, after in pairs]


def _joined(parts: list[Part]) -> tuple[Part, ...]:
    """Parts of one track that follow one another as one, so that it is not faded where nothing changes."""
    joined: list[Part] = []
    for part in parts:
        if joined and joined[-1].track is part.track and joined[-1].end_ns == part.start_ns:
            joined[-1] = replace(joined[-1], end_ns=part.end_ns, fall_ns=part.fall_ns)
        else:
            joined.append(part)
    return tuple(joined)
