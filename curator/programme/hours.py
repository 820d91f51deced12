"""Where local hours begin. Zones have hours that do not exist, hours twice, and offsets of 45 minutes."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
_MINUTE_MS = 60_000


class NoSuchTime(ValueError):
    """Clocks jump over this time on that day; `at_ms` is the instant at which they do."""

    def __init__(self, at_ms: int) -> None:
        """`at_ms` in UTC ms."""
        super().__init__(f"clocks jump over this time, at {at_ms}")
        self.at_ms = at_ms


def wall(zone: str, at_ms: int) -> datetime:
    """The instant on the wall clock of `zone`, exact to the millisecond."""
    seconds, rest_ms = divmod(at_ms, 1000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest_ms * 1000).astimezone(ZoneInfo(zone))


def ms_of(moment: datetime) -> int:
    """UTC ms of an aware datetime, by whole numbers."""
    since = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return since // timedelta(milliseconds=1)


def instant_of(zone: str, day: date, at: time) -> int:
    """UTC ms of a wall-clock time; the first of two when clocks go back. Raises NoSuchTime when they jump over it."""
    moment = datetime.combine(day, at, ZoneInfo(zone))
    at_ms = ms_of(moment)
    if wall(zone, at_ms).replace(tzinfo=None) != moment.replace(tzinfo=None):
        raise NoSuchTime(_jump_before(zone, at_ms))
    return at_ms


def day_start(zone: str, day: date) -> int:
    """The first instant of a local day, also where midnight does not exist."""
    try:
        return instant_of(zone, day, time(0))
    except NoSuchTime as gap:
        return gap.at_ms


def next_hour(zone: str, at_ms: int) -> int:
    """The first instant after `at_ms` at which a local hour begins."""
    candidate_ms = at_ms + HOUR_MS - _into_hour(zone, at_ms)
    if _into_hour(zone, candidate_ms) == 0:
        return candidate_ms
    # The offset changed on the way by less than an hour: offsets are whole minutes, so look at each.
    minute_ms = at_ms - at_ms % _MINUTE_MS
    while True:
        minute_ms += _MINUTE_MS
        if _into_hour(zone, minute_ms) == 0:
            return minute_ms


def hours_between(zone: str, from_ms: int, to_ms: int) -> list[int]:
    """The instants inside (from_ms, to_ms) at which a local hour begins."""
    hours = []
    at_ms = next_hour(zone, from_ms)
    while at_ms < to_ms:
        hours.append(at_ms)
        at_ms = next_hour(zone, at_ms)
    return hours


@lru_cache(maxsize=1)
def tzdata_version() -> str:
    """Which edition of the zones' rules this computer goes by, such as `2025b`."""
    for folder in TZPATH:
        rules = Path(folder) / "tzdata.zi"
        if rules.is_file():
            with rules.open(encoding="utf-8") as lines:
                return lines.readline().removeprefix("# version").strip()[:20]
    return version("tzdata")


def _into_hour(zone: str, at_ms: int) -> int:
    moment = wall(zone, at_ms)
    return (moment.minute * 60 + moment.second) * 1000 + moment.microsecond // 1000


def _jump_before(zone: str, at_ms: int) -> int:
    """The instant of the change of offset within the day before `at_ms` or the day after."""
    early, late = at_ms - DAY_MS, at_ms + DAY_MS
    before = wall(zone, early).utcoffset()
    while late - early > 1:
        middle = (early + late) // 2
        if wall(zone, middle).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late
