"""How patient the agent is, in seconds: the street's values by default, shorter ones where somebody watches."""

from dataclasses import dataclass

from display_node.config import HEALTH_MS, LONGEST_BACKOFF_S, POLL_MS, REVOKED_POLL_S, SOONEST_POLL_S, STATUS_EVERY_S


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between the things an agent does again and again."""

    poll_s: float = POLL_MS / 1000
    soonest_poll_s: float = SOONEST_POLL_S
    revoked_poll_s: float = REVOKED_POLL_S
    first_retry_s: float = 1.0
    longest_retry_s: float = LONGEST_BACKOFF_S
    health_s: float = HEALTH_MS / 1000
    status_s: float = STATUS_EVERY_S
    recheck_s: float = 30.0
    alone_s: float = 15.0
    """A curator that is away for so long is away: the screen's own network is offered."""
    glance_s: float = 0.5
    """How often a request to pair again and a stale cue are looked for."""


STREET = Pace()
"""What a screen on a square uses."""
