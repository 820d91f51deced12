"""How bright a screen is when, by what was agreed for its site. Pure."""

from curator.programme.facts import ProgrammeFacts
from curator.programme.holding import spans


def brightness(facts: ProgrammeFacts, from_ms: int, to_ms: int) -> tuple[tuple[int, int], ...]:
    """Rows of (from when in UTC ms, per cent), rising, for [from_ms, to_ms); none where it is always full."""
    site = facts.site
    night = facts.dayparts.get(site.night or "")
    rows = [(from_ms, site.brightness_percent)]
    for start_ms, end_ms in spans(night, facts.zone, from_ms, to_ms) if night else ():
        rows += [(start_ms, site.brightness_at_night_percent), (end_ms, site.brightness_percent)]
    kept: list[tuple[int, int]] = []
    for start_ms, percent in rows:
        if kept and kept[-1][0] == start_ms:
            kept.pop()
        if percent != (kept[-1][1] if kept else 100):
            kept.append((start_ms, percent))
    return tuple(kept)
