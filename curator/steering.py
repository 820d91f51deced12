"""What people may do with a preparation: stop it, have it tried again, have it done first. Each is audited."""

import sqlalchemy as sa

from curator import audit, jobs, outcomes
from curator.jobs import Job
from curator.library import Version
from curator.store import Connection
from curator.tables import items
from curator.words import N_, Told

MOST_REPEATS = 5
"""How often one upload may be tried again by its people; whoever runs the service may go on."""
NOT_THE_UPLOADS_FAULT = frozenset(
    {"cancelled", "gave_up", "worker_misbehaved", "timeout", "out_of_memory", "check_failed"}
)
"""Reasons of a refusal after which the same bytes may well be prepared."""


NO_SUCH_JOB = N_("There is no job %(job)s.")


class CannotSteer(Told):
    """It is too late for that, or it would not help."""


def may_repeat(version: Version, job: Job | None) -> bool:
    """Whether people are offered to have this version tried again."""
    return (
        job is not None
        and job.repeats < MOST_REPEATS
        and _is_refused(version)
        and all(reason.code in NOT_THE_UPLOADS_FAULT for reason in version.reasons)
    )


def stop(connection: Connection, version: Version, *, now_ms: int, by: str | None) -> None:
    """Stops the preparation of a version that waits or is at work; it may be tried again. Raises CannotSteer."""
    if not jobs.cancel(connection, kind=jobs.PREPARE, subject=version.id, now_ms=now_ms):
        raise CannotSteer(N_("This is not being prepared any more, so there is nothing to stop."))
    outcomes.note_stopped(connection, version.id, now_ms)
    audit.record(connection, now_ms, by, "version.stop", f"version:{version.id}", item=version.item_id)


def repeat(connection: Connection, version: Version, *, now_ms: int, by: str | None, is_operator: bool = False) -> None:
    """Has a version that was refused prepared anew, at the end of the queue. Raises CannotSteer.

    `is_operator`: whoever runs the service may try what is refused for any reason, as often as they like.
    """
    job = _job(connection, version)
    if not _is_refused(version) or job is None:
        raise CannotSteer(N_("Only what could not be prepared, and is still kept, can be tried again."))
    if not (is_operator or may_repeat(version, job)):
        raise CannotSteer(N_("Trying again would not help: the same would come of it. Upload a better version."))
    if _is_withdrawn(connection, version) or not jobs.repeat(connection, job.id, now_ms=now_ms):
        raise CannotSteer(N_("Only what could not be prepared, and is still kept, can be tried again."))
    outcomes.note_waiting(connection, version.id)
    audit.record(connection, now_ms, by, "version.repeat", f"version:{version.id}", item=version.item_id)


def hasten(connection: Connection, version: Version, *, now_ms: int, by: str | None) -> None:
    """Has a version that waits prepared before others. Raises CannotSteer."""
    job = _job(connection, version)
    if job is None or not jobs.hasten(connection, job.id, now_ms=now_ms):
        raise CannotSteer(N_("This does not wait any more, so it cannot be put first."))
    audit.record(connection, now_ms, by, "version.hasten", f"version:{version.id}", item=version.item_id)


def _job(connection: Connection, version: Version) -> Job | None:
    return jobs.about(connection, kind=jobs.PREPARE, subjects=[version.id]).get(version.id)


def _is_refused(version: Version) -> bool:
    return version.preparation == "refused" and version.state != "withdrawn" and version.cleaned_ms is None


def _is_withdrawn(connection: Connection, version: Version) -> bool:
    query = sa.select(items.c.withdrawn_ms).where(items.c.id == version.item_id)
    return connection.execute(query).scalar() is not None
