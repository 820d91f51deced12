"""How one item gives way to the next: a cut, or for a moment the last picture of one over the first of the other."""

from dataclasses import dataclass
from typing import Literal, get_args

TransitionKind = Literal["cut", "crossfade", "slide", "wipe"]
KINDS: dict[str, TransitionKind] = {name: name for name in get_args(TransitionKind)}
LONGEST_MS = 2_000
SHORTEST_MS = 100
"""Shorter ones are cuts: nobody sees them."""


@dataclass(frozen=True, slots=True)
class Transition:
    """How an item comes on: from its start on, for `ms`, over the last picture of what was before it."""

    kind: TransitionKind = "cut"
    ms: int = 0

    def __post_init__(self) -> None:
        """Holds the limits; raises ValueError."""
        if self.kind == "cut" and self.ms:
            raise ValueError("a cut takes no time")
        if self.kind != "cut" and not SHORTEST_MS <= self.ms <= LONGEST_MS:
            raise ValueError(f"{self.ms} ms; a transition takes {SHORTEST_MS} to {LONGEST_MS}")

    @property
    def is_cut(self) -> bool:
        """Whether there is nothing to see."""
        return self.kind == "cut"


CUT = Transition()
