"""Quiet music made of sines: plucked notes and soft chords. Sound is (samples, 2) float32 at 48 kHz, from -1 to 1."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

RATE = 48_000
Sound = npt.NDArray[np.float32]

# Scales in semitones above the base note; nothing in them clashes.
PENTATONIC = (0, 2, 4, 7, 9, 12, 14, 16)
DORIAN = (0, 3, 5, 7, 10, 12, 15, 17)


def silence(seconds: float) -> Sound:
    """Nothing, for so long."""
    return np.zeros((round(seconds * RATE), 2), np.float32)


def pitch(base_hz: float, semitones: int) -> float:
    """The frequency so many semitones above `base_hz`."""
    return float(base_hz * 2 ** (semitones / 12))


def pluck(sound: Sound, at_s: float, hz: float, *, length_s: float = 2.5, loud: float = 0.2, pan: float = 0.5) -> None:
    """Adds a note that starts soft and rings out; `pan` 0 is left, 1 right."""
    start = round(at_s * RATE)
    count = min(round(length_s * RATE), len(sound) - start)
    if count <= 0:
        return
    time = np.arange(count, dtype=np.float32) / RATE
    shape = np.minimum(time / 0.012, 1) * np.exp(-time * 3.2 / length_s)
    wave = sum(np.sin(2 * np.pi * hz * part * time) / part**1.9 for part in (1, 2, 3, 4))
    note = (wave * shape * loud).astype(np.float32)
    sound[start : start + count, 0] += note * (1 - pan)
    sound[start : start + count, 1] += note * pan


def pad(sound: Sound, notes_hz: Sequence[float], *, loud: float = 0.05) -> None:
    """Adds a slow breathing chord under everything."""
    time = np.arange(len(sound), dtype=np.float32) / RATE
    whole = len(sound) / RATE
    edge = np.minimum(1, np.minimum(time / 1.2, (whole - time) / 1.2)).clip(0, 1)
    for index, hz in enumerate(notes_hz):
        breath = 0.7 + 0.3 * np.sin(2 * np.pi * (0.11 + 0.03 * index) * time + index)
        for side, detune in ((0, 0.998), (1, 1.002)):
            sound[:, side] += (np.sin(2 * np.pi * hz * detune * time) * breath * edge * loud).astype(np.float32)


def tune(seconds: float, *, base_hz: float, scale: Sequence[int], every_s: float, seed: int) -> Sound:
    """A wandering tune with a chord beneath: the same for the same seed."""
    chance = np.random.default_rng(seed)
    made = silence(seconds)
    pad(made, [pitch(base_hz / 2, scale[0]), pitch(base_hz / 2, scale[2]), pitch(base_hz / 2, scale[3])])
    step = int(chance.integers(0, len(scale)))
    at_s = 0.3
    while at_s < seconds - 1.2:
        step = int(np.clip(step + chance.integers(-2, 3), 0, len(scale) - 1))
        pluck(
            made, at_s, pitch(base_hz, scale[step]), loud=float(chance.uniform(0.12, 0.22)), pan=float(chance.random())
        )
        at_s += every_s * float(chance.choice((1, 1, 1, 2)))
    edge = round(0.05 * RATE)
    made[-edge:] *= np.linspace(1, 0, edge, dtype=np.float32)[:, None]
    return made
