"""The queue from the command line: seen, followed, stopped, tried again, put first; what is wrong is one line."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from content import clock
from curator import groups, jobs, library
from curator.cli import curator
from curator.config import Settings
from curator.store import Connection, Store
from curator.web.app import open_service

ROOT = Path(__file__).resolve().parents[2]


def run(*words: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(curator, [str(word) for word in words])
    return result.exit_code, result.stdout, result.stderr


def three_wait(data: Path) -> list[str]:
    """A town in `data` with three uploads of one group that wait; their jobs."""
    service = open_service(Settings(data=data))

    def fill(connection: Connection) -> list[str]:
        now_ms = clock.now_ms()
        group = groups.create(connection, name="Club", about="", quota_bytes=1, is_house=False, now_ms=1, by=None)
        return [a_job(connection, group.id, title, now_ms + number) for number, title in enumerate("ABC")]

    made = service.store.run_now(fill)
    service.store.close()
    return made


def a_job(connection: Connection, group_id: str, title: str, now_ms: int) -> str:
    item_id = library.add_item(connection, group_id=group_id, title=f"Film {title}", now_ms=now_ms, by=None)
    version_id = library.add_version(
        connection, item_id, file_name="a.mp4", upload_bytes=1, upload_sha256="0" * 64, now_ms=now_ms, by=None
    )
    return jobs.enqueue(connection, kind=jobs.PREPARE, subject=version_id, group_id=group_id, now_ms=now_ms)


def listed(data: Path) -> dict[str, dict[str, object]]:
    status, out, _ = run("jobs", "--data", data, "--json")
    assert status == 0
    return {line["title"]: line for line in map(json.loads, out.splitlines())}


def test_the_queue_is_listed_in_words_and_as_json(tmp_path: Path) -> None:
    first, *_ = three_wait(tmp_path)
    status, out, _ = run("jobs", "--data", tmp_path)
    assert status == 0
    assert f"{first}     0:0" in out
    assert "Film A: Waiting for its turn: it is the next" in out
    assert "Film C: Waiting for its turn: 2 uploads come before it" in out
    said = listed(tmp_path)
    assert [said[f"Film {title}"]["place"] for title in "ABC"] == [1, 2, 3]
    assert (said["Film A"]["state"], said["Film A"]["percent"], said["Film A"]["lane"]) == ("waiting", 0, "long")


def test_a_job_is_put_first_stopped_and_tried_again(tmp_path: Path) -> None:
    _, _, last = three_wait(tmp_path)
    assert run("jobs", "--data", tmp_path, "front", last)[0] == 0
    assert listed(tmp_path)["Film C"]["place"] == 1
    assert run("jobs", "--data", tmp_path, "cancel", last)[0] == 0
    assert (listed(tmp_path)["Film C"]["state"], listed(tmp_path)["Film A"]["place"]) == ("failed", 1)
    status, out, err = run("jobs", "--data", tmp_path, "cancel", last)
    assert (status, out) == (1, "")
    assert "nothing to stop" in err
    assert run("jobs", "--data", tmp_path, "retry", last)[0] == 0
    assert listed(tmp_path)["Film C"]["state"] == "waiting"
    assert run("jobs", "--data", tmp_path, "retry", "nobody")[0] == 1


def test_a_folder_without_data_is_told_in_one_line(tmp_path: Path) -> None:
    for words in (("jobs",), ("work",)):
        status, out, err = run(*words, "--data", tmp_path / "none")
        assert (status, out, err.count("\n")) == (2, "", 1)
    assert not (tmp_path / "none").exists()


def test_who_follows_sees_what_changes_and_only_that(tmp_path: Path) -> None:
    first, *_ = three_wait(tmp_path)
    command = [sys.executable, "-m", "commonscreen", "curator", "jobs", "--data", str(tmp_path), "--follow", "--json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as following:
        assert following.stdout is not None
        assert [json.loads(following.stdout.readline())["place"] for _ in range(3)] == [1, 2, 3]
        store = Store(tmp_path / "commonscreen.db")
        taken = store.run_now(lambda c: jobs.take(c, kind="prepare", owner="me", now_ms=clock.now_ms(), lease_ms=9_000))
        assert taken is not None
        store.close()
        news = json.loads(following.stdout.readline())
        assert (news["job"], news["state"], news["owner"]) == (first, "running", "me")
        following.send_signal(signal.SIGINT)
        following.communicate(timeout=30)
    assert following.returncode == 0


def test_work_is_done_here_also_where_the_service_is_told_to_do_none(tmp_path: Path) -> None:
    three_wait(tmp_path)
    command = [sys.executable, "-m", "commonscreen", "curator", "work", "--data", str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COMMONSCREEN_PREPARATION_PROCESSES": "0"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as working:
        assert working.stdout is not None
        assert working.stdout.readline() == "Preparing 1 at a time\n"
        working.send_signal(signal.SIGTERM)
        working.communicate(timeout=30)
    assert working.returncode == 0
