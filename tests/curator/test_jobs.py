"""The queue: who is served next, leases, dead workers, work nobody wants any more."""

from curator import groups, jobs
from curator.jobs import Job
from curator.store import Connection, Store
from tests.curator.conftest import Town

LEASE_MS = 30_000


def enqueue(store: Store, subject: str, group_id: str | None, now_ms: int = 0) -> None:
    store.run_now(
        lambda connection: jobs.enqueue(connection, kind="prepare", subject=subject, group_id=group_id, now_ms=now_ms)
    )


def take(store: Store, now_ms: int = 1, owner: str = "a") -> Job | None:
    return store.run_now(
        lambda connection: jobs.take(connection, kind="prepare", owner=owner, now_ms=now_ms, lease_ms=LEASE_MS)
    )


def taken(store: Store, now_ms: int = 1, owner: str = "a") -> Job:
    job = take(store, now_ms, owner)
    assert job is not None
    return job


def finish(store: Store, job: Job, now_ms: int = 2) -> bool:
    return store.run_now(lambda connection: jobs.finish(connection, job, now_ms=now_ms))


def three_groups(connection: Connection, town: Town) -> list[str]:
    third = groups.create(
        connection, name="Allotments", about="", quota_bytes=1, is_house=False, now_ms=0, by=None
    )  # fmt: skip
    return [town.group.id, town.other_group.id, third.id]


async def test_groups_take_turns_however_much_one_of_them_uploads(town: Town) -> None:
    store = town.service.store
    a, b, c = store.run_now(lambda connection: three_groups(connection, town))
    for number in range(4):
        enqueue(store, f"a{number}", a, now_ms=number)
    enqueue(store, "b0", b, now_ms=10)
    enqueue(store, "b1", b, now_ms=11)
    enqueue(store, "c0", c, now_ms=20)
    served = []
    for now_ms in range(100, 107):
        job = taken(store, now_ms)
        served.append(job.subject)
        assert finish(store, job)
    assert served == ["a0", "b0", "c0", "a1", "b1", "a2", "a3"]
    assert take(store, 200) is None


async def test_the_group_with_the_fewest_running_comes_first(town: Town) -> None:
    store = town.service.store
    a, b = town.group.id, town.other_group.id
    for number, (subject, group) in enumerate((("a0", a), ("a1", a), ("b0", b), ("b1", b))):
        enqueue(store, subject, group, now_ms=number)
    assert [taken(store, now_ms).subject for now_ms in (11, 12, 13, 14)] == ["a0", "b0", "a1", "b1"]


async def test_the_same_work_twice_is_one_job(town: Town) -> None:
    store = town.service.store
    enqueue(store, "v", town.group.id)
    enqueue(store, "v", town.group.id)
    assert taken(store).subject == "v"
    assert take(store) is None


async def test_a_worker_that_gives_no_sign_of_life_loses_its_job_and_its_result_is_void(town: Town) -> None:
    store = town.service.store
    enqueue(store, "v", town.group.id)
    first = taken(store, 1, "first")
    requeue = jobs.requeue_expired
    assert store.run_now(lambda c: requeue(c, now_ms=LEASE_MS, most_attempts=3)) == []
    assert take(store, LEASE_MS, "second") is None, "the lease still runs"
    store.run_now(lambda c: requeue(c, now_ms=LEASE_MS + 1, most_attempts=3))
    second = taken(store, LEASE_MS + 2, "second")
    assert (second.attempt, second.lease_owner) == (2, "second")
    assert not finish(store, first)
    beat = {"step": "render", "percent": 5, "now_ms": LEASE_MS + 3, "lease_ms": LEASE_MS}
    assert not store.run_now(lambda c: jobs.beat(c, first, **beat))  # type: ignore[arg-type]
    assert store.run_now(lambda c: jobs.beat(c, second, **beat))  # type: ignore[arg-type]
    assert finish(store, second)
    assert not finish(store, second)


async def test_signs_of_life_keep_a_job(town: Town) -> None:
    store = town.service.store
    enqueue(store, "v", town.group.id)
    job = taken(store, 0)
    for now_ms in range(0, 10 * LEASE_MS, LEASE_MS // 2):
        kept = store.run_now(
            lambda c, at=now_ms: jobs.beat(c, job, step="render", percent=1, now_ms=at, lease_ms=LEASE_MS)  # type: ignore[misc]
        )
        assert kept
        assert store.run_now(lambda c, at=now_ms: jobs.requeue_expired(c, now_ms=at, most_attempts=3)) == []  # type: ignore[misc]


async def test_work_that_dies_again_and_again_is_given_up(town: Town) -> None:
    store = town.service.store
    enqueue(store, "v", town.group.id)
    now_ms, hopeless = 0, []
    for _ in range(3):
        taken(store, now_ms)
        now_ms += LEASE_MS + 1
        hopeless = store.run_now(lambda c, at=now_ms: jobs.requeue_expired(c, now_ms=at, most_attempts=3))  # type: ignore[misc]
    assert [job.subject for job in hopeless] == ["v"]
    assert take(store, now_ms + 1) is None


async def test_work_put_back_waits_its_time_and_an_attempt_we_cut_short_does_not_count(town: Town) -> None:
    store = town.service.store
    enqueue(store, "v", town.group.id)
    job = taken(store, 1)
    assert store.run_now(
        lambda c: jobs.put_back(c, job, now_ms=10, wait_ms=500, counts=False, error="stopped")
    )  # fmt: skip
    assert take(store, 509) is None
    assert taken(store, 510).attempt == 1


async def test_cancelled_work_is_not_taken_and_who_is_at_it_finds_out(town: Town) -> None:
    store = town.service.store
    enqueue(store, "v", town.group.id, now_ms=0)
    enqueue(store, "w", town.group.id, now_ms=1)
    job = taken(store, 1)
    for subject in ("v", "w"):
        store.run_now(lambda c, of=subject: jobs.cancel(c, kind="prepare", subject=of, now_ms=2))  # type: ignore[misc]
    assert not store.run_now(lambda c: jobs.beat(c, job, step="", percent=0, now_ms=3, lease_ms=LEASE_MS))
    assert take(store, 4) is None
