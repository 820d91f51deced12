"""Sound as the mends want it: parts of it quieter, parts of it cut out, without a click and to the very sample."""

from collections.abc import Iterator

import numpy as np

from content.media.cuts import Cuts, cuts_of
from content.media.limits import Profile
from content.media.mends import Cut, Mends, Quieten, volume_of
from content.media.sound import RATE, Samples

_RAMP_SAMPLES = RATE // 5
"""Sound becomes quieter over a fifth of a second before a part, and loud again over as much after it."""
_FADE_SAMPLES = RATE * 5 // 1_000
"""At a cut it fades out and in: two waves that do not meet would click."""


def mended_sound(blocks: Iterator[Samples], mends: Mends, profile: Profile) -> Iterator[Samples]:
    """The blocks of a film's sound, from its first picture on, with what the mends change."""
    quiet = tuple(mend for mend in mends if isinstance(mend, Quieten))
    if quiet:
        blocks = _quietened(blocks, quiet)
    if any(isinstance(mend, Cut) for mend in mends):
        blocks = _cut(blocks, cuts_of(mends, profile))
    return blocks


def with_volume(blocks: Iterator[Samples], mends: Mends) -> Iterator[Samples]:
    """The blocks, which are as loud as the house's sound, as much quieter as the mends say."""
    gain = np.float32(10 ** (-volume_of(mends) / 20))
    return (block * gain for block in blocks) if gain != 1 else blocks


def _quietened(blocks: Iterator[Samples], quiet: tuple[Quieten, ...]) -> Iterator[Samples]:
    given = 0
    for block in blocks:
        at = given + np.arange(block.shape[1])
        lowered = np.zeros(block.shape[1])
        for mend in quiet:
            start, end = mend.start_ms * RATE // 1_000, mend.end_ms * RATE // 1_000
            away = np.maximum(np.maximum(start - at, at - end), 0)
            lowered = np.maximum(lowered, mend.by_db * np.clip(1 - away / _RAMP_SAMPLES, 0, 1))
        given += block.shape[1]
        yield block * np.power(10.0, -lowered / 20).astype(np.float32)


def _cut(blocks: Iterator[Samples], cuts: Cuts) -> Iterator[Samples]:
    spans = [(start * RATE // cuts.fps, end * RATE // cuts.fps) for start, end in cuts.spans]
    given = 0
    for block in blocks:
        at = given + np.arange(block.shape[1])
        keep = np.ones(block.shape[1], bool)
        gain = np.ones(block.shape[1], np.float32)
        for start, end in spans:
            keep &= (at < start) | (at >= end)
            away = np.where(at < start, start - at, at - end + 1)
            gain = np.minimum(gain, np.clip(away / _FADE_SAMPLES, 0, 1).astype(np.float32))
        given += block.shape[1]
        if keep.any():
            yield (block * gain)[:, keep]
