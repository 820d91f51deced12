"""The queue of long work: rows that survive anything. A job is leased to one worker, which must give signs of life.

Only who holds the lease may finish a job; a worker that lost it finds out at its next sign of life; its work is void.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from curator.ids import new_id
from curator.store import Connection
from curator.tables import jobs

PREPARE = "prepare"


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work: `subject` is what it is about (a version's id), `attempt` counts from 1 once it was taken."""

    id: str
    kind: str
    subject: str
    group_id: str | None
    state: str
    attempt: int
    step: str
    percent: int
    lease_owner: str
    error: str


def enqueue(connection: Connection, *, kind: str, subject: str, group_id: str | None, now_ms: int) -> str:
    """Puts work into the queue and gives its id; the same work twice is one job."""
    known = connection.execute(sa.select(jobs.c.id).where(jobs.c.kind == kind, jobs.c.subject == subject)).first()
    if known:
        return str(known.id)
    job_id = new_id()
    connection.execute(
        jobs.insert().values(
            id=job_id, kind=kind, subject=subject, group_id=group_id, state="waiting", created_ms=now_ms,
            not_before_ms=now_ms,
        )
    )  # fmt: skip
    return job_id


def take(connection: Connection, *, kind: str, owner: str, now_ms: int, lease_ms: int) -> Job | None:
    """Leases the job whose turn it is; None when none waits.

    Groups take turns: first whoever has the fewest jobs running, then whoever was served longest ago, then the oldest.
    """
    running = _per_group(sa.func.count(), "running", jobs.c.state == "running")
    served = _per_group(sa.func.max(jobs.c.started_ms), "served", jobs.c.started_ms.is_not(None))
    query = (
        sa.select(jobs.c.id)
        .select_from(
            jobs.outerjoin(running, jobs.c.group_id == running.c.group_id).outerjoin(
                served, jobs.c.group_id == served.c.group_id
            )
        )
        .where(jobs.c.kind == kind, jobs.c.state == "waiting", jobs.c.not_before_ms <= now_ms)
        .order_by(
            sa.func.coalesce(running.c.running, 0), sa.func.coalesce(served.c.served, 0), jobs.c.created_ms, jobs.c.id
        )
        .limit(1)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    connection.execute(
        jobs.update()
        .where(jobs.c.id == row.id)
        .values(
            state="running", attempt=jobs.c.attempt + 1, lease_owner=owner, lease_until_ms=now_ms + lease_ms,
            started_ms=now_ms, step="", percent=0,
        )
    )  # fmt: skip
    return get(connection, row.id)


def beat(
    connection: Connection, job: Job, *, step: str, percent: int, now_ms: int, lease_ms: int
) -> bool:  # fmt: skip
    """A sign of life with where the work is; False when the job is not this worker's any more."""
    changed = connection.execute(
        jobs.update().where(*_held_by(job)).values(step=step, percent=percent, lease_until_ms=now_ms + lease_ms)
    )
    return changed.rowcount == 1


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


def cancel(connection: Connection, *, kind: str, subject: str, now_ms: int) -> None:
    """Nobody wants this work any more; a worker that is at it finds out at its next sign of life."""
    connection.execute(
        jobs.update()
        .where(jobs.c.kind == kind, jobs.c.subject == subject, jobs.c.state.in_(["waiting", "running"]))
        .values(state="failed", error="cancelled", lease_owner="", lease_until_ms=None, finished_ms=now_ms)
    )


def requeue_expired(connection: Connection, *, now_ms: int, most_attempts: int) -> list[Job]:
    """Frees the jobs whose workers died; gives those that died too often and are now failed."""
    expired = connection.execute(
        sa.select(jobs.c.id).where(jobs.c.state == "running", jobs.c.lease_until_ms <= now_ms)
    ).all()
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


def _per_group(what: "sa.ColumnElement[int]", name: str, condition: "sa.ColumnElement[bool]") -> sa.Subquery:
    return sa.select(jobs.c.group_id, what.label(name)).where(condition).group_by(jobs.c.group_id).subquery()


def _held_by(job: Job) -> "tuple[sa.ColumnElement[bool], ...]":
    return (
        jobs.c.id == job.id,
        jobs.c.state == "running",
        jobs.c.lease_owner == job.lease_owner,
        (jobs.c.attempt == job.attempt),
    )


_QUERY = sa.select(*(jobs.c[name] for name in Job.__slots__))
