"""Hears from the store what other processes do with the queue, and hints this one: pages move, workers wake.

A hint is only that; who hears one looks at the store. What this process's own workers do they hint themselves.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from functools import partial

import sqlalchemy as sa

from curator.intake import this_process
from curator.receiving import JOBS_TOPIC, TURNS_TOPIC
from curator.service import Service
from curator.store import Connection
from curator.tables import jobs, versions

FOLLOW_S = 1.0
"""How often the store is asked; a page is behind another process by at most this."""
LATELY_MS = 10_000
"""What ended this long ago is still looked at: more than one round, and than clocks of one machine differ."""
MOST_FOLLOWED = 500
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """One job as it was seen."""

    item_id: str
    group_id: str | None
    owner: str
    state: str
    attempt: int
    step: str
    percent: int

    @property
    def turn(self) -> tuple[str, int]:
        """What matters to others who wait."""
        return self.state, self.attempt


@dataclass(frozen=True, slots=True)
class Glance:
    """The queue as it was seen: jobs that run or ended lately, and what the rest looks like from afar."""

    jobs: dict[str, Seen] = field(default_factory=dict)
    waiting: tuple[object, ...] = ()


def look(connection: Connection, now_ms: int) -> Glance:
    """The queue as it is."""
    moving = sa.or_(jobs.c.state == "running", jobs.c.finished_ms > now_ms - LATELY_MS)
    query = (
        sa.select(
            jobs.c.id, versions.c.item_id, jobs.c.group_id, jobs.c.lease_owner, jobs.c.state, jobs.c.attempt,
            jobs.c.step, jobs.c.percent,
        )
        .select_from(jobs.join(versions, versions.c.id == jobs.c.subject))
        .where(moving)
        .limit(MOST_FOLLOWED)
    )  # fmt: skip
    from_afar = sa.select(
        sa.func.count(), sa.func.max(jobs.c.created_ms), sa.func.sum(sa.case((jobs.c.lane == "urgent", 1), else_=0))
    ).where(jobs.c.state == "waiting")
    seen = {row[0]: Seen(*row[1:]) for row in connection.execute(query)}
    return Glance(seen, tuple(connection.execute(from_afar).one()))


def topics(before: Glance, after: Glance, *, ours: str) -> set[str]:
    """What to hint after the queue went from `before` to `after`, but for what owners that begin with `ours` did."""
    found: set[str] = set()
    for name in before.jobs.keys() | after.jobs.keys():
        then, now = before.jobs.get(name), after.jobs.get(name)
        seen = now or then
        if seen is None or then == now or seen.owner.startswith(ours) or (now is None and seen.state != "running"):
            continue
        found |= {f"item:{seen.item_id}", f"group:{seen.group_id}"}
        if then is None or now is None or then.turn != now.turn:
            found |= {"queue", TURNS_TOPIC}
    return found | ({TURNS_TOPIC, JOBS_TOPIC} if before.waiting != after.waiting else set())


async def follow(service: Service) -> None:
    """Hints what others changed, until cancelled."""
    before: Glance | None = None
    while True:
        try:
            after = await service.store.read(partial(look, now_ms=service.now()))
            for topic in topics(before, after, ours=this_process()) if before is not None else ():
                service.bus.publish(topic)
            before = after
        except Exception:  # noqa: BLE001
            # The worker's catch-all: pages are behind a little longer.
            _LOG.exception("looking at the queue failed; trying again")
        await asyncio.sleep(FOLLOW_S)
