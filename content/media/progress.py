"""How much of a preparation is done when a step is so far: one number that only rises, for bars and for words."""

SHARES: dict[str, tuple[int, int]] = {
    "identify": (0, 1),
    "inspect": (1, 4),
    "measure sound": (4, 8),
    "mend": (8, 9),
    "render": (9, 94),
    "check": (94, 95),
    "captions": (95, 96),
    "flashing": (96, 97),
    "preview": (97, 100),
}
"""For each step the percent of the whole at which it begins and ends, roughly as a film takes them."""


def percent_of_all(step: str, percent: int) -> int:
    """The percent of the whole when `step` is `percent` done; 0 for a step that is not known."""
    begin, end = SHARES.get(step, (0, 0))
    return begin + (end - begin) * max(0, min(percent, 100)) // 100
