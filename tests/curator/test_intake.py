"""Preparation in the service: real files through the real preparation, refusals in words, dead and stopped workers."""

import asyncio
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from content import clock
from content.files import place_of, sha256_of
from content.media.job import STEP_NAMES
from curator import groups, intake, jobs, library
from curator.config import Settings
from curator.found_reasons import told
from curator.intake import Worker
from curator.library import Version
from curator.store import Connection
from curator.tables import versions
from curator.web.app import open_service
from curator.workshop import reconcile
from tests.curator.conftest import MakeTown, Town
from tests.curator.uploading import all_items, files_below, new_version, picture, upload
from tests.media.generate import Film, make_film

ENOUGH_S = 60
T = TypeVar("T")


async def until_prepared(town: Town) -> Version:
    """The newest version, once preparation has spoken."""
    async with asyncio.timeout(ENOUGH_S):
        while True:
            (item,) = await asyncio.to_thread(all_items, town)
            if item.newest.preparation in {"ready", "refused"}:
                return item.newest
            await asyncio.sleep(0.02)


def keep_original(town: Town, body: bytes) -> str:
    sha256 = hashlib.sha256(body).hexdigest()
    place = place_of(town.service.settings.originals, sha256)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(body)
    return sha256


async def test_an_upload_is_prepared_and_submitted_to_the_moderators(make_town: MakeTown) -> None:
    town = await make_town(preparation_processes=1)
    with town.service.bus.listening("queue", "item:") as hints:
        await upload(town.client("contributor"), picture(size=(1280, 720)))
        version = await until_prepared(town)
        async with asyncio.timeout(ENOUGH_S):
            # One hint when the work begins, one after its folder is gone.
            for _ in range(2):
                while await anext(hints) != "queue":
                    pass
    assert (version.preparation, version.state) == ("ready", "submitted")
    assert (version.kind, version.width, version.height, version.duration_ms) == ("still", 1280, 720, 10_000)
    for sha256 in (version.sha256, version.thumbnail_sha256, version.poster_sha256, version.strip_sha256):
        assert sha256 is not None
        assert await asyncio.to_thread(sha256_of, place_of(town.service.settings.files, sha256)) == sha256
    assert files_below(town.service.settings.incoming) == []


async def test_a_file_that_is_no_media_is_refused_with_a_reason_in_words(make_town: MakeTown) -> None:
    town = await make_town(preparation_processes=1)
    await upload(town.client("contributor"), b"Dear council, please find attached", filename="letter.mp4")
    version = await until_prepared(town)
    assert (version.preparation, version.state) == ("refused", "draft")
    (reason,) = told(version.reasons)
    assert reason.refuses
    assert "not a picture" in reason.sentence
    assert files_below(town.service.settings.files) == []


async def test_the_same_file_may_be_tried_again_after_it_was_refused(make_town: MakeTown) -> None:
    town = await make_town(preparation_processes=1)
    body = b"not media"
    first = await upload(town.client("contributor"), body)
    await until_prepared(town)
    again = await upload(town.client("contributor"), body)
    assert again.headers["Commonscreen-Outcome"] == "made"
    assert again.headers["Commonscreen-Item"] != first.headers["Commonscreen-Item"]


async def test_a_reason_of_another_release_is_still_told(town: Town) -> None:
    version_id = new_version(town, sha256="0" * 64)
    reasons = '[{"code": "from_the_future", "values": {}, "at_ms": null}]'
    town.service.store.run_now(
        lambda c: c.execute(versions.update().where(versions.c.id == version_id).values(reasons=reasons))
    )
    (reason,) = told(all_items(town)[0].newest.reasons)
    assert reason.sentence


async def test_a_version_withdrawn_while_it_was_prepared_stays_withdrawn(town: Town) -> None:
    new_version(town, sha256=keep_original(town, picture()))
    job = take(town)
    (item,) = all_items(town)
    town.service.store.run_now(
        lambda c: library.withdraw(c, item.id, now_ms=town.clock(), by=town.accounts["editor"])
    )  # fmt: skip
    assert not town.service.store.run_now(lambda c: jobs.finish(c, job, now_ms=town.clock()))
    assert not await Worker(town.service).do_one()
    assert all_items(town)[0].newest.state == "withdrawn"


def take(town: Town) -> jobs.Job:
    def taking(connection: Connection) -> jobs.Job | None:
        return jobs.take(connection, kind=jobs.PREPARE, owner="dead", now_ms=town.clock(), lease_ms=30_000)

    job = town.service.store.run_now(taking)
    assert job is not None
    return job


async def test_what_died_too_often_is_refused_with_what_to_do(town: Town) -> None:
    new_version(town, sha256=keep_original(town, picture()))
    for _ in range(town.service.settings.preparation_attempts):
        take(town)
        town.clock.turn(31_000)
        await reconcile(town.service)
    (item,) = all_items(town)
    assert item.newest.preparation == "refused"
    assert told(item.newest.reasons)[0].what_to_do


async def test_an_original_that_is_gone_is_tried_and_then_refused_not_forgotten(town: Town) -> None:
    new_version(town, sha256="0" * 64)
    worker = Worker(town.service)
    for _ in range(town.service.settings.preparation_attempts):
        assert await worker.do_one()
        town.clock.turn(intake.RETRY_WAIT_MS)
    assert all_items(town)[0].newest.preparation == "refused"


async def test_nothing_is_prepared_on_a_full_disk_and_nothing_is_lost(make_town: MakeTown) -> None:
    town = await make_town(spare_disk_bytes=1 << 60)
    new_version(town, sha256=keep_original(town, picture()))
    assert not await Worker(town.service).do_one()
    assert all_items(town)[0].newest.preparation == "waiting"


async def test_what_dead_workers_left_is_removed_and_living_work_is_not(town: Town) -> None:
    new_version(town, sha256=keep_original(town, picture()))
    job = take(town)
    incoming = town.service.settings.incoming
    living, dead = incoming / f"prep-{job.id}-{job.attempt}", incoming / f"prep-{job.id}-99"
    for folder in (living, dead):
        folder.mkdir()
        (folder / "rendition.mp4").write_bytes(b"x")
    await reconcile(town.service)
    assert (living.exists(), dead.exists()) == (True, False)


async def test_a_service_that_stops_puts_its_work_back_and_the_attempt_does_not_count(
    make_town: MakeTown, tmp_path: Path
) -> None:
    town = await make_town(preparation_processes=1)
    film = tmp_path / "film.mp4"
    await asyncio.to_thread(a_film, film)
    version_id = new_version(town, sha256=keep_original(town, film.read_bytes()))
    store = town.service.store
    town.service.bus.publish("jobs")
    async with asyncio.timeout(ENOUGH_S):
        while not running_job(await store.read(lambda c: seen(c, version_id)), "rendering"):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    await town.server.close()
    job = await store.read(lambda c: seen(c, version_id))
    assert job is not None
    assert (job.state, job.attempt, job.lease_owner) == ("waiting", 0, "")
    assert all_items(town)[0].newest.preparation == "waiting"
    assert files_below(town.service.settings.incoming) == []


WORKER = """
import asyncio, os, signal, sys
from pathlib import Path
from curator import blobs, intake, outcomes
from curator.config import Settings
from curator.intake import Worker
from curator.web.app import open_service
from curator.workshop import reconcile

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def dying_after(function):
    return lambda *given, **named: (function(*given, **named), die())

at = sys.argv[2] if len(sys.argv) > 2 else ""
note = intake._Watch.note
intake._Watch.note = lambda watch, step, percent: die() if step == at else note(watch, step, percent)
if at == "one file kept":
    blobs.keep = dying_after(blobs.keep)
if at == "row not yet stored":
    outcomes.note_prepared = dying_after(outcomes.note_prepared)

async def main(service):
    service.bus.attach()
    worker = Worker(service)
    while True:
        await reconcile(service)
        print("looking", flush=True)
        await worker.do_one()

asyncio.run(main(open_service(Settings(data=Path(sys.argv[1]), lease_seconds=1, spare_disk_bytes=0))))
"""


def a_film(path: Path) -> None:
    """Three seconds of noise: long enough to be killed in the middle of it."""
    import av
    import numpy as np

    chance = np.random.default_rng(1)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        stream.options = {"preset": "ultrafast", "crf": "30"}
        block = chance.integers(120, 140, (45, 80, 3), dtype=np.uint8)  # too even to be taken for flashing
        for number in range(90):
            picture = np.roll(block, number, axis=1).repeat(8, axis=0).repeat(8, axis=1)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))


@pytest.mark.parametrize("killed_at", [pytest.param("at once", marks=pytest.mark.soak), "rendering"])
def test_a_worker_killed_in_the_middle_leads_to_exactly_one_ready_version(tmp_path: Path, killed_at: str) -> None:
    settings = Settings(data=tmp_path / "data", port=0)
    service = open_service(settings, clock.now_ms)
    try:
        film = tmp_path / "film.mp4"
        a_film(film)
        sha256 = sha256_of(film)
        place = place_of(settings.originals, sha256)
        place.parent.mkdir(parents=True)
        film.rename(place)
        version_id = service.store.run_now(lambda c: a_version(c, sha256))
        first = start_worker(settings)
        try:
            job_id = wait_for(lambda: running_job(service.store.read_now(lambda c: seen(c, version_id)), killed_at))
        finally:
            first.send_signal(signal.SIGKILL)
            first.communicate(timeout=ENOUGH_S)
        second = start_worker(settings)
        try:
            wait_for(lambda: ready(service.store.read_now(lambda c: library.version(c, version_id))))
        finally:
            second.terminate()
            second.communicate(timeout=ENOUGH_S)
        version = service.store.read_now(lambda c: library.version(c, version_id))
        job = service.store.read_now(lambda c: jobs.get(c, job_id))
        assert version is not None
        assert job is not None
        assert (version.preparation, version.state) == ("ready", "submitted")
        assert (job.state, job.attempt) == ("done", 2)
        assert sha256_of(place_of(settings.files, version.sha256 or "")) == version.sha256
        mp4s = [path for path in files_below(settings.files) if path.read_bytes()[4:8] == b"ftyp"]
        assert len(mp4s) == 1
        asyncio.run(reconcile(service))
        assert list(settings.incoming.iterdir()) == []
    finally:
        service.store.close()


WALKED = [step for step in STEP_NAMES if step not in {"mend", "captions"}]
"""The steps a film without mends and captions goes through."""
LIKE_OTHERS = {"identify", "inspect", "preview", "measure sound", "check", "flashing"}
"""Between steps that are always tried; nothing is kept yet at any of them."""


def after_a_step(step: str) -> object:
    return pytest.param(step, marks=pytest.mark.soak if step in LIKE_OTHERS else ())


@pytest.mark.parametrize("step", [*map(after_a_step, WALKED), "keep", "one file kept", "row not yet stored"])
def test_a_worker_that_dies_at_any_step_leaves_nothing_twice_and_nothing_behind(tmp_path: Path, step: str) -> None:
    settings = Settings(data=tmp_path / "data", port=0)
    service = open_service(settings, clock.now_ms)
    try:
        film = make_film(tmp_path / "film.mp4", Film(size=(320, 240), frames=30, tone_db=-20))
        sha256 = sha256_of(film)
        place = place_of(settings.originals, sha256)
        place.parent.mkdir(parents=True)
        film.rename(place)
        version_id = service.store.run_now(lambda c: a_version(c, sha256))
        first = start_worker(settings, step)
        assert first.wait(timeout=ENOUGH_S) == -signal.SIGKILL
        first.communicate(timeout=ENOUGH_S)
        second = start_worker(settings)
        try:
            wait_for(lambda: ready(service.store.read_now(lambda c: library.version(c, version_id))))
        finally:
            second.terminate()
            second.communicate(timeout=ENOUGH_S)
        version = service.store.read_now(lambda c: library.version(c, version_id))
        job = service.store.read_now(lambda c: seen(c, version_id))
        assert version is not None
        assert job is not None
        assert (version.state, job.state, job.attempt) == ("submitted", "done", 2)
        named = {
            version.sha256, version.thumbnail_sha256, version.poster_sha256, version.strip_sha256, version.veil_sha256,
        }  # fmt: skip
        assert {path.name for path in files_below(settings.files)} == named
        asyncio.run(reconcile(service))
        assert list(settings.incoming.iterdir()) == []
    finally:
        service.store.close()


def a_version(connection: Connection, sha256: str) -> str:
    group = groups.create(
        connection, name="Club", about="", quota_bytes=1 << 30, is_house=False, now_ms=1, by=None
    )  # fmt: skip
    item_id = library.add_item(connection, group_id=group.id, title="Film", now_ms=1, by=None)
    version_id = library.add_version(
        connection, item_id, file_name="film.mp4", upload_bytes=1, upload_sha256=sha256, now_ms=1, by=None
    )
    jobs.enqueue(connection, kind=jobs.PREPARE, subject=version_id, group_id=group.id, now_ms=1)
    return version_id


def start_worker(settings: Settings, dies_at: str = "") -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(settings.data), dies_at], stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
    )  # fmt: skip


def seen(connection: Connection, version_id: str) -> jobs.Job | None:
    return jobs.about(connection, kind=jobs.PREPARE, subjects=[version_id]).get(version_id)


def running_job(job: jobs.Job | None, killed_at: str) -> str:
    if job is None or job.state != "running":
        return ""
    return job.id if killed_at == "at once" or job.step == "render" else ""


def ready(version: Version | None) -> bool:
    return version is not None and version.preparation == "ready"


def wait_for(look: Callable[[], T]) -> T:
    deadline = time.monotonic() + ENOUGH_S
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
    return found
