"""The queue of long work: rows that survive anything. A job is leased to one worker, which must give signs of life.

Only who holds the lease may finish a job; a worker that lost it finds out at its next look; its work is void.
Whose turn it is, `curator.turns` decides.
"""

from collections import Counter
from dataclasses import dataclass

import sqlalchemy as sa

from curator import turns
from curator.ids import new_id
from curator.store import Connection
from curator.tables import jobs

PREPARE = "prepare"
CANCELLED = "cancelled"
"""The `error` of a job that somebody stopped."""
REMEMBERED_MS = 86_400_000
"""A turn longer ago than this counts as none."""


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work: `subject` is what it is about (a version's id), `attempt` counts from 1 once it was taken."""

    id: str
    kind: str
    subject: str
    group_id: str | None
    state: str
    lane: str
    attempt: int
    repeats: int
    step: str
    percent: int
    lease_owner: str
    lease_until_ms: int | None
    error: str
    created_ms: int
    not_before_ms: int
    started_ms: int | None
    finished_ms: int | None

    @property
    def is_open(self) -> bool:
        """Whether it waits or runs."""
        return self.state in {"waiting", "running"}


def enqueue(
    connection: Connection, *, kind: str, subject: str, group_id: str | None, now_ms: int, lane: str = "long"
) -> str:
    """Puts work into the queue and gives its id; the same work twice is one job."""
    known = connection.execute(sa.select(jobs.c.id).where(jobs.c.kind == kind, jobs.c.subject == subject)).first()
    if known:
        return str(known.id)
    job_id = new_id()
    connection.execute(
        jobs.insert().values(
            id=job_id, kind=kind, subject=subject, group_id=group_id, state="waiting", lane=lane, created_ms=now_ms,
            not_before_ms=now_ms,
        )
    )  # fmt: skip
    return job_id


def take(connection: Connection, *, kind: str, owner: str, now_ms: int, lease_ms: int) -> Job | None:
    """Leases the job whose turn it is; None when none waits."""
    turn = turns.next_turn(_queue(connection, kind=kind, now_ms=now_ms, of_each=1, is_ready=True))
    if turn is None:
        return None
    connection.execute(
        jobs.update()
        .where(jobs.c.id == turn.id)
        .values(
            state="running", attempt=jobs.c.attempt + 1, lease_owner=owner, lease_until_ms=now_ms + lease_ms,
            started_ms=now_ms, step="", percent=0,
        )
    )  # fmt: skip
    return get(connection, turn.id)


def order(connection: Connection, *, kind: str, now_ms: int) -> list[str]:
    """The ids of the jobs that wait, as their turns will come; at most `turns.MOST_TOLD` of them."""
    queue = _queue(connection, kind=kind, now_ms=now_ms, of_each=turns.MOST_TOLD, is_ready=False)
    return [turn.id for turn in turns.in_turn(queue)]


def beat(connection: Connection, job: Job, *, step: str, percent: int, now_ms: int, lease_ms: int) -> bool:
    """A sign of life with where the work is; False when the job is not this worker's any more."""
    changed = connection.execute(
        jobs.update().where(*_held_by(job)).values(step=step, percent=percent, lease_until_ms=now_ms + lease_ms)
    )
    return changed.rowcount == 1


def is_held(connection: Connection, job: Job) -> bool:
    """Whether the job is still this worker's."""
    return connection.execute(sa.select(jobs.c.id).where(*_held_by(job))).first() is not None


def finish(connection: Connection, job: Job, *, now_ms: int, error: str = "") -> bool:
    """Ends a job (failed if there is an `error`); False, and nothing changed, if it is not this worker's any more."""
    changed = connection.execute(
        jobs.update()
        .where(*_held_by(job))
        .values(
            state="failed" if error else "done", error=error, finished_ms=now_ms, lease_until_ms=None,
            percent=jobs.c.percent if error else 100,
        )
    )  # fmt: skip
    return changed.rowcount == 1


def put_back(connection: Connection, job: Job, *, now_ms: int, wait_ms: int, counts: bool, error: str) -> bool:
    """Lets somebody try again, `wait_ms` from now; an attempt that was cut short by us does not count."""
    changed = connection.execute(
        jobs.update()
        .where(*_held_by(job))
        .values(
            state="waiting", error=error, lease_owner="", lease_until_ms=None, not_before_ms=now_ms + wait_ms,
            attempt=jobs.c.attempt if counts else jobs.c.attempt - 1,
        )
    )  # fmt: skip
    return changed.rowcount == 1


def cancel(connection: Connection, *, kind: str, subject: str, now_ms: int) -> bool:
    """Nobody wants this work any more; who is at it finds out at its next look. False when there is none to cancel."""
    changed = connection.execute(
        jobs.update()
        .where(jobs.c.kind == kind, jobs.c.subject == subject, jobs.c.state.in_(["waiting", "running"]))
        .values(state="failed", error=CANCELLED, lease_owner="", lease_until_ms=None, finished_ms=now_ms)
    )
    return changed.rowcount == 1


def repeat(connection: Connection, job_id: str, *, now_ms: int) -> bool:
    """Puts work that is over at the end of the queue again, its attempts forgotten; False when it is not over."""
    changed = connection.execute(
        jobs.update()
        .where(jobs.c.id == job_id, jobs.c.state.in_(["done", "failed"]))
        .values(
            state="waiting", attempt=0, repeats=jobs.c.repeats + 1, step="", percent=0, error="", lease_owner="",
            lease_until_ms=None, created_ms=now_ms, not_before_ms=now_ms, finished_ms=None,
        )
    )  # fmt: skip
    return changed.rowcount == 1


def hasten(connection: Connection, job_id: str, *, now_ms: int) -> bool:
    """Puts work that waits into the urgent lane, to be taken at once; False when it does not wait."""
    changed = connection.execute(
        jobs.update()
        .where(jobs.c.id == job_id, jobs.c.state == "waiting")
        .values(lane="urgent", not_before_ms=sa.func.min(jobs.c.not_before_ms, now_ms))
    )
    return changed.rowcount == 1


def has_expired(connection: Connection, *, now_ms: int) -> bool:
    """Whether there are jobs whose workers died."""
    return connection.execute(sa.select(jobs.c.id).where(*_expired(now_ms)).limit(1)).first() is not None


def requeue_expired(connection: Connection, *, now_ms: int, most_attempts: int) -> list[Job]:
    """Frees the jobs whose workers died; gives those that died too often and are now failed."""
    expired = connection.execute(sa.select(jobs.c.id).where(*_expired(now_ms))).all()
    hopeless: list[Job] = []
    for row in expired:
        job = get(connection, row.id)
        if job is None or job.attempt < most_attempts:
            values: dict[str, object] = {"state": "waiting", "not_before_ms": now_ms}
        else:
            values = {"state": "failed", "error": "died too often", "finished_ms": now_ms}
            hopeless.append(job)
        connection.execute(
            jobs.update().where(jobs.c.id == row.id).values(**values, lease_owner="", lease_until_ms=None)
        )
    return hopeless


def get(connection: Connection, job_id: str) -> Job | None:
    """One job, or None."""
    row = connection.execute(_QUERY.where(jobs.c.id == job_id)).mappings().first()
    return Job(**row) if row else None


def about(connection: Connection, *, kind: str, subjects: list[str]) -> dict[str, Job]:
    """The jobs about these subjects, by subject."""
    query = _QUERY.where(jobs.c.kind == kind, jobs.c.subject.in_(subjects))
    return {row["subject"]: Job(**row) for row in connection.execute(query).mappings()}


def open_or_ended_since(connection: Connection, since_ms: int, *, most: int) -> list[Job]:
    """Jobs that wait or run, and those that ended after `since_ms`: what runs first, then the oldest first."""
    wanted = sa.or_(jobs.c.state.in_(["waiting", "running"]), jobs.c.finished_ms > since_ms)
    is_running = sa.case((jobs.c.state == "running", 0), else_=1)
    query = _QUERY.where(wanted).order_by(is_running, jobs.c.created_ms, jobs.c.id).limit(most)
    return [Job(**row) for row in connection.execute(query).mappings()]


def _queue(connection: Connection, *, kind: str, now_ms: int, of_each: int, is_ready: bool) -> turns.Queue:
    """What decides turns, with the `of_each` oldest of each group in each lane; `is_ready`: without those put off."""
    place = sa.func.row_number().over(
        partition_by=(jobs.c.lane, jobs.c.group_id), order_by=(jobs.c.created_ms, jobs.c.id)
    )
    of_kind = jobs.c.kind == kind
    line = sa.select(jobs.c.id, jobs.c.lane, jobs.c.group_id, jobs.c.created_ms, place.label("place")).where(
        of_kind, jobs.c.state == "waiting", jobs.c.not_before_ms <= now_ms if is_ready else sa.true()
    )
    waits = line.subquery()
    rows = connection.execute(sa.select(waits).where(waits.c.place <= of_each)).all()
    lately = (of_kind, jobs.c.started_ms > now_ms - REMEMBERED_MS)
    return turns.Queue(
        waiting=[turns.Waiting(row.id, row.lane, row.group_id, row.created_ms) for row in rows],
        running=_running(connection, of_kind),
        served=_served(connection, *lately),
        starts=_starts(connection, *lately),
    )


def _running(connection: Connection, *conditions: "sa.ColumnElement[bool]") -> Counter[str | None]:
    query = sa.select(jobs.c.group_id).where(*conditions, jobs.c.state == "running")
    return Counter(row.group_id for row in connection.execute(query))


def _served(
    connection: Connection, *conditions: "sa.ColumnElement[bool]"
) -> dict[tuple[str, str | None], int]:  # fmt: skip
    latest = sa.func.max(jobs.c.started_ms)
    query = sa.select(jobs.c.lane, jobs.c.group_id, latest).where(*conditions).group_by(jobs.c.lane, jobs.c.group_id)
    return {(row[0], row[1]): row[2] for row in connection.execute(query)}


def _starts(connection: Connection, *conditions: "sa.ColumnElement[bool]") -> list[turns.Start]:
    query = sa.select(jobs.c.lane, jobs.c.started_ms).where(*conditions).order_by(jobs.c.started_ms.desc())
    return [turns.Start(row.lane, row.started_ms) for row in connection.execute(query.limit(turns.MOST_STARTS))]


def _expired(now_ms: int) -> "tuple[sa.ColumnElement[bool], ...]":
    return jobs.c.state == "running", jobs.c.lease_until_ms <= now_ms


def _held_by(job: Job) -> "tuple[sa.ColumnElement[bool], ...]":
    return (
        jobs.c.id == job.id,
        jobs.c.state == "running",
        jobs.c.lease_owner == job.lease_owner,
        (jobs.c.attempt == job.attempt),
    )


_QUERY = sa.select(*(jobs.c[name] for name in Job.__slots__))
