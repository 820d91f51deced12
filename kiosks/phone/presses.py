"""What a phone without a script says of a game: each button of the page's form is one press."""

from kiosks.messages import FULL, Press, Steer
from kiosks.said import ACT, BACK, START

_PADS: dict[str, tuple[int, int] | int] = {
    "up": (0, -FULL), "down": (0, FULL), "left": (-FULL, 0), "right": (FULL, 0),
    "act": ACT, "start": START, "back": BACK,
}  # fmt: skip
_LEANS = {"left": -FULL, "middle": 0, "right": FULL}


def pressed(*, pad: str, lean: str, seq: int) -> Steer | Press | None:
    """What a button with one of these names says, `seq` being its place in the order; None for any other name."""
    if pad in _PADS:
        said = _PADS[pad]
        return Press(seq, said) if isinstance(said, int) else Steer(seq, *said)
    return Steer(seq, _LEANS[lean]) if lean in _LEANS else None
