"""What the panel's own file says of this moment: how bright and how loud at most, and whether it is to be off."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from display_node.agent.state import State
from display_node.panel import Hours

AS_USUAL = Hours(0, 0)


def minute_of_day(instant_ms: int, zone: str) -> int:
    """The local minute of the day; in UTC where the zone is not known here."""
    try:
        place = ZoneInfo(zone) if zone else UTC
    except (ZoneInfoNotFoundError, ValueError):
        place = UTC
    local = datetime.fromtimestamp(instant_ms // 1_000, place)
    return local.hour * 60 + local.minute


def hours_now(state: State) -> Hours:
    """What the panel's file says of this moment, by the clock of the place where the screen stands."""
    if not state.panel.hours:
        return AS_USUAL
    zone = "" if state.current is None else state.current.manifest.screen.zone
    return state.panel.hours_at(minute_of_day(state.now(), zone)) or AS_USUAL
