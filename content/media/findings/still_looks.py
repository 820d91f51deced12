"""A closer look at a house still: its codes, and how much there is to read. Only for the confined child."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from content.media.findings.legibility import still_ms, still_reasons
from content.media.findings.lettering import STILL_SIDE, lettering
from content.media.findings.likeness import Likeness, hash_of
from content.media.findings.qr_codes import QrCodes
from content.media.reasons import Reason


@dataclass(frozen=True, slots=True)
class StillLook:
    """What was found, how long the still stands so that it can be read, and what it looks like."""

    reasons: list[Reason]
    held_ms: int
    likeness: Likeness


def look_at_still(path: Path, usual_ms: int) -> StillLook:
    """Looks at the house still at `path`, which usually stands for `usual_ms`."""
    with Image.open(path, formats=("JPEG", "PNG")) as image:
        luma = np.asarray(image.convert("L"), np.uint8)
    codes = QrCodes()
    codes.look(luma, None)
    seen = lettering(luma, STILL_SIDE)
    return StillLook([*codes.reasons(), *still_reasons(seen)], still_ms(seen, usual_ms), (hash_of(luma),))
