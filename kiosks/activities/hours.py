"""On which days of the week, and from when to when, an activity may be offered: local times of one zone. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from content.canonical import Json
from content.reading import Reader

DAY_MINUTES = 24 * 60
EVERY_DAY = tuple(range(7))


@dataclass(frozen=True, slots=True)
class Hours:
    """Days (0 is Monday), and minutes of the day in between; hours that end before they begin go on past midnight."""

    zone: str
    days: tuple[int, ...]
    from_minute: int
    until_minute: int

    def __post_init__(self) -> None:
        """Raises ValueError for hours that nobody could keep, and for a zone that is not known here."""
        if not self.days or list(self.days) != sorted(set(self.days)) or not set(self.days) <= set(EVERY_DAY):
            raise ValueError("hours are on one day of the week at least, each named once and in order")
        if not 0 <= self.from_minute < DAY_MINUTES or not 0 < self.until_minute <= DAY_MINUTES:
            raise ValueError("hours are between 0:00 and 24:00")
        if self.from_minute == self.until_minute:
            raise ValueError("hours do not end when they begin")
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, OSError) as error:
            raise ValueError(f"there is no time zone '{self.zone}' here") from error

    def hold_at(self, instant_ms: int) -> bool:
        """Whether the instant (UTC ms) is within them."""
        local = datetime.fromtimestamp(instant_ms / 1000, UTC).astimezone(ZoneInfo(self.zone))
        minute, day = local.hour * 60 + local.minute, local.weekday()
        if self.from_minute < self.until_minute:
            return day in self.days and self.from_minute <= minute < self.until_minute
        is_of_yesterday = (day - 1) % 7 in self.days and minute < self.until_minute
        return is_of_yesterday or (day in self.days and minute >= self.from_minute)

    def as_json(self) -> dict[str, Json]:
        """As it is signed and kept."""
        return {
            "zone": self.zone, "days": list(self.days), "from_minute": self.from_minute,
            "until_minute": self.until_minute,
        }  # fmt: skip


def read_hours(reader: Reader) -> Hours:
    """Hours out of a signed activity; raises BadDocument or ValueError."""
    fields = reader.fields("zone", "days", "from_minute", "until_minute")
    return Hours(
        fields["zone"].text(least=1, most=64),
        tuple(day.integer(least=0, most=6) for day in fields["days"].items(most=7)),
        fields["from_minute"].integer(least=0, most=DAY_MINUTES - 1),
        fields["until_minute"].integer(least=1, most=DAY_MINUTES),
    )
