"""What the tests of preparation share: an empty folder to prepare into, and the pictures of a rendition."""

from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from content.media.facts import Prepared, Rendition
from content.media.limits import DEFAULTS, HOUSE, Limits, Profile
from content.media.mends import Mends
from content.media.preparation import prepare


def prepared_from(
    source: Path, *, limits: Limits = DEFAULTS, profile: Profile = HOUSE, still_ms: int = 10_000, mends: Mends = ()
) -> Prepared:  # fmt: skip
    """`prepare` into a new folder beside the source."""
    out = source.with_name(f"{source.name}{'.mended' if mends else ''}.out")
    out.mkdir()
    return prepare(source, out, limits=limits, profile=profile, still_ms=still_ms, mends=mends)


def rendition_of(prepared: Prepared) -> Rendition:
    """The rendition, which must be there."""
    assert prepared.rendition is not None, [reason.code for reason in prepared.reasons]
    return prepared.rendition


def codes_of(prepared: Prepared) -> list[str]:
    """The codes of the reasons."""
    return [reason.code for reason in prepared.reasons]


def pictures_in(path: Path) -> list[NDArray[np.uint8]]:
    """All pictures of a film as RGB."""
    with av.open(str(path)) as container:
        return [np.asarray(frame.to_ndarray(format="rgb24"), np.uint8) for frame in container.decode(video=0)]


def is_near(found: NDArray[np.uint8], wanted: tuple[int, int, int], tolerance: int = 12) -> bool:
    """Whether a colour is `wanted`, but for what a lossy codec does to it."""
    return bool(np.abs(found.astype(int) - np.asarray(wanted)).max() <= tolerance)
