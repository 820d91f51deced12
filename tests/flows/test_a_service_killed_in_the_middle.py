"""The whole service killed while it prepares an upload: nothing is lost, nothing is made twice, nothing is left behind.

That a worker alone may die at any step, and at any place between two files, is in tests/curator/test_intake.py.
"""

import os
import re
import signal
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from content.files import sha256_of
from curator import jobs
from curator.config import Settings
from curator.jobs import Job
from curator.library import Item
from curator.safekeeping import check_everything
from tests.curator.uploading import files_below
from tests.flows.line import Line, children_of, wait_for
from tests.media.scenes import make_scenes, panned, scene

TITLE = "Long walk"
SECONDS = 8
ENOUGH_S = 120


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    monkeypatch.setenv("COMMONSCREEN_LEASE_SECONDS", "2")
    made = Line(tmp_path)
    yield made
    made.end()


def job_of(line: Line) -> Job | None:
    item = line.item(TITLE)
    if item is None:
        return None
    version_id = item.newest.id
    return line.store.read_now(lambda c: jobs.about(c, kind=jobs.PREPARE, subjects=[version_id]).get(version_id))


def in_the_middle(line: Line) -> Job | None:
    """The job, once some of the film is written."""
    job = job_of(line)
    assert job is None or job.is_open, "it was prepared before it could be killed"
    is_writing = job is not None and job.step == "render" and job.percent > 0
    return job if is_writing and files_below(line.data / "incoming") else None


def pull_the_plug(line: Line) -> None:
    """Kills the service's process group, and sees that what works for it in groups of its own dies with it."""
    process = line.service.process
    helpers = list(children_of(process.pid))
    assert helpers, "there is a child that reads the upload"
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    line.service.end()
    wait_for(lambda: not any(is_alive(helper) for helper in helpers), 10)


def is_alive(process_id: int) -> bool:
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def page_of(line: Line, item: Item) -> str:
    """What the group reads on the item's page."""
    headers = {"Cookie": f"commonscreen={line.tokens['contributor']}"}
    asked = urllib.request.Request(f"{line.address}/items/{item.id}", headers=headers)
    with urllib.request.urlopen(asked, timeout=10) as answer:
        return re.sub(r"<[^>]+>|\s+", " ", answer.read().decode())


def test_an_upload_is_prepared_to_the_end_once_the_service_runs_again(line: Line) -> None:
    settings = Settings(data=line.data)
    film = make_scenes(line.folder / "film.mp4", panned(scene(3, (1_280, 720)), SECONDS * 30))
    line.send(film, TITLE)
    killed = wait_for(lambda: in_the_middle(line), ENOUGH_S)
    pull_the_plug(line)
    assert files_below(settings.incoming), "a part of the film is there"
    assert files_below(settings.files) == []

    line.service = line.serve()
    item = line.item(TITLE)
    assert item is not None
    assert "Being prepared" in page_of(line, item)
    item = line.prepared(TITLE, ENOUGH_S)

    job = job_of(line)
    assert job is not None
    assert (job.id, job.state, job.attempt) == (killed.id, "done", 2)
    assert len(item.versions) == 1
    version = item.newest
    assert (version.state, version.duration_ms) == ("submitted", SECONDS * 1_000)
    named = {
        version.sha256, version.thumbnail_sha256, version.poster_sha256, version.strip_sha256, version.veil_sha256,
    }  # fmt: skip
    assert {path.name for path in files_below(settings.files)} == named
    assert [sha256_of(path) for path in files_below(settings.originals)] == [sha256_of(film)]
    wait_for(lambda: not list(settings.incoming.iterdir()), 10)
    assert "Prepared" in page_of(line, item)
    assert check_everything(line.data) == []
