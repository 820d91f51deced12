"""Instants and durations as people read them. Instants are in UTC: zones belong to sites, and the engine knows none."""

from datetime import UTC, datetime, timedelta

from content.programme.plan import LAST_INSTANT_MS

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def stamp(instant_ms: int) -> str:
    """ISO 8601 with milliseconds, such as `2026-11-23T14:03:10.000Z`; `-` for an instant that no plan can reach."""
    if not 0 <= instant_ms < LAST_INSTANT_MS:
        return "-"
    return (_EPOCH + timedelta(milliseconds=instant_ms)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds(duration_ms: int) -> str:
    """Seconds with three decimals and the unit, such as `12.000 s`."""
    sign = "-" if duration_ms < 0 else ""
    return f"{sign}{abs(duration_ms) // 1000}.{abs(duration_ms) % 1000:03d} s"
