"""What a picture looks like in 64 bits, so that one that comes again is known: smaller, recompressed, renamed.

The usual perceptual hash: of the light in 32 x 32 fields the cosine transform, of that the 8 x 8 slowest waves without
the mean, each above or below their median. What is the same picture differs in a few bits, another one in about half.
Only `hash_of` needs the confined child.
"""

from collections.abc import Sequence

import numpy as np

from content.media.watching import Picture, Pixels

SECONDS = (1, 3, 5)
"""A film is compared there, one that is shorter at its first picture."""
MOST_BITS_APART = 8
LONGEST = 4
_FIELDS, _WAVES = 32, 8
_PLAIN = 6.0
"""A picture whose light varies less than this (standard deviation, in codes) looks like any other plain one."""

Likeness = tuple[str, ...]
"""A hash of 16 hexadecimal digits for each picture compared; nothing where that one is too plain."""


class LikenessWatcher:
    """Takes the hashes of a film on its way into the encoder."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        self._first = ""
        self._found: list[str] = []

    def see(self, picture: Picture) -> None:
        """The next picture."""
        if picture.first == 0:
            self._first = hash_of(picture.luma)
        while len(self._found) < len(SECONDS):
            frame = SECONDS[len(self._found)] * picture.fps
            if not picture.first <= frame < picture.first + picture.times:
                break
            self._found.append(hash_of(picture.luma))

    def end(self, at_us: int) -> None:
        """The film is whole."""

    @property
    def likeness(self) -> Likeness:
        """The hashes."""
        return tuple(self._found) or (self._first,)


def hash_of(luma: Pixels) -> str:
    """The hash of one picture; nothing if it is too plain."""
    import cv2

    fields = np.asarray(cv2.resize(luma, (_FIELDS, _FIELDS), interpolation=cv2.INTER_AREA), np.float32)
    if float(fields.std()) < _PLAIN:
        return ""
    waves = np.asarray(cv2.dct(fields))[:_WAVES, :_WAVES].ravel()
    above = waves > np.median(waves[1:])
    return f"{int(''.join('1' if bit else '0' for bit in above), 2):016x}"


def is_alike(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two uploads show the same: every picture compared is alike, and at least one tells."""
    if len(one) != len(other):
        return False
    has_told = False
    # Thousands are compared for one page, and most differ in their first picture.
    for left, right in zip(one, other, strict=True):
        if left and right:
            if (int(left, 16) ^ int(right, 16)).bit_count() > MOST_BITS_APART:
                return False
            has_told = True
    return has_told
