"""People steer a preparation: stop it, try it again, have it done first; from the page and from the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from content.media.job import STEP_NAMES
from content.media.reasons import Reason
from curator import intake, jobs, library, outcomes, preparation_words, steering
from curator.cli import curator
from curator.config import Settings
from curator.intake import Worker
from curator.preparation_words import STEP_WORDS
from curator.web.app import open_service
from tests.curator.cases import look
from tests.curator.conftest import Town
from tests.curator.test_intake import a_version, seen
from tests.curator.uploading import all_items, picture, upload


def newest(town: Town) -> library.Version:
    return all_items(town)[0].newest


async def test_somebody_stops_their_own_upload_and_has_it_tried_again(town: Town) -> None:
    contributor = town.client("contributor")
    await upload(contributor, picture())
    item = all_items(town)[0]
    page = await (await contributor.get(f"/items/{item.id}")).text()
    assert "Stop preparing" in page
    await contributor.post(f"/items/{item.id}/preparation/stop", data={"version": item.newest.id})
    version = newest(town)
    assert (version.preparation, [reason.code for reason in version.reasons]) == ("refused", ["cancelled"])
    assert not await Worker(town.service).do_one()
    page = await (await contributor.get(f"/items/{item.id}")).text()
    assert "Try again" in page
    await contributor.post(f"/items/{item.id}/preparation/again", data={"version": item.newest.id})
    assert await Worker(town.service).do_one()
    assert (newest(town).preparation, newest(town).state) == ("ready", "submitted")


async def test_what_the_upload_itself_is_at_fault_for_is_not_tried_again(town: Town) -> None:
    contributor = town.client("contributor")
    await upload(contributor, b"not media")
    assert await Worker(town.service).do_one()
    item = all_items(town)[0]
    assert "Try again" not in await (await contributor.get(f"/items/{item.id}")).text()
    answer = await contributor.post(f"/items/{item.id}/preparation/again", data={"version": item.newest.id})
    assert answer.status == 422
    assert newest(town).preparation == "refused"


async def test_a_contributor_does_not_steer_what_somebody_else_sent_in(town: Town) -> None:
    await upload(town.client("editor"), picture())
    item = all_items(town)[0]
    contributor = town.client("contributor")
    assert "Stop preparing" not in await (await contributor.get(f"/items/{item.id}")).text()
    answer = await contributor.post(f"/items/{item.id}/preparation/stop", data={"version": item.newest.id})
    assert (answer.status, newest(town).preparation) == (403, "waiting")


async def test_a_moderator_has_something_prepared_first_and_a_contributor_may_not(town: Town) -> None:
    for colour in ("red", "green"):
        await upload(town.client("editor"), picture(colour=colour))
    later = max(all_items(town), key=lambda item: item.created_ms)
    order = look(town, lambda c: jobs.order(c, kind=jobs.PREPARE, now_ms=town.clock()))
    last = look(town, lambda c: jobs.get(c, order[-1]))
    assert last is not None
    item = next(item for item in all_items(town) if item.newest.id == last.subject)
    address, form = f"/items/{item.id}/preparation/first", {"version": item.newest.id}
    assert (await town.client("contributor").post(address, data=form)).status == 403
    await town.client("moderator").post(address, data=form)
    assert look(town, lambda c: jobs.order(c, kind=jobs.PREPARE, now_ms=town.clock()))[0] == last.id
    assert later is not None


async def test_a_page_tells_how_many_come_before(town: Town) -> None:
    editor = town.client("editor")
    for colour in ("red", "green", "blue"):
        await upload(editor, picture(colour=colour))
    pages = [await (await editor.get(f"/items/{item.id}")).text() for item in all_items(town)]
    told = ("it is the next", "1 upload comes before it", "2 uploads come before it")
    assert sorted(next(words for words in told if words in page) for page in pages) == sorted(told)


def test_every_step_has_words() -> None:
    assert set(STEP_WORDS) == {*STEP_NAMES, preparation_words.KEEP}


# --- the command line ------------------------------------------------------------------------------------------------


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with one upload that waits (its bytes are not there)."""
    service = open_service(Settings(data=tmp_path / "data"))
    service.store.run_now(lambda connection: a_version(connection, "ab" * 32))
    service.store.close()
    return tmp_path / "data"


def run(data: Path, *words: str) -> tuple[int, str]:
    ran = CliRunner().invoke(curator, ["jobs", "--data", str(data), *words])
    return ran.exit_code, ran.output


def the_job(data: Path) -> dict[str, object]:
    job: dict[str, object] = json.loads(run(data, "--json")[1])
    return job


def test_the_command_lists_stops_repeats_and_hastens(data: Path) -> None:
    job = the_job(data)
    assert (job["state"], job["place"], job["title"]) == ("waiting", 1, "Film")
    assert "it is the next" in run(data)[1]
    assert run(data, "front", str(job["job"]))[0] == 0
    assert the_job(data)["lane"] == "urgent"
    assert run(data, "cancel", str(job["job"]))[0] == 0
    assert (the_job(data)["state"], the_job(data)["error"]) == ("failed", "cancelled")
    status, words = run(data, "cancel", str(job["job"]))
    assert (status, "nothing to stop" in words) == (1, True)
    assert run(data, "retry", str(job["job"]))[0] == 0
    assert the_job(data)["state"] == "waiting"


def test_the_command_knows_no_other_job_and_no_other_folder(data: Path, tmp_path: Path) -> None:
    assert run(data, "cancel", "nonsense") == (1, "Error: There is no job nonsense.\n")
    assert run(tmp_path / "elsewhere")[0] == 2


def test_whoever_runs_the_service_may_have_anything_tried_again(data: Path) -> None:
    service = open_service(Settings(data=data))
    job = the_job(data)
    version_id = str(job["version"])

    def refuse(connection: object) -> None:
        taken = jobs.take(connection, kind=jobs.PREPARE, owner="w", now_ms=2 * 10**12, lease_ms=1_000)  # type: ignore[arg-type]
        assert taken is not None
        jobs.finish(connection, taken, now_ms=2 * 10**12)  # type: ignore[arg-type]
        outcomes.note_refused(connection, version_id, (Reason("unreadable"),), 3, facts=None)  # type: ignore[arg-type]

    service.store.run_now(refuse)
    version = service.store.read_now(lambda connection: library.version(connection, version_id))
    found = service.store.read_now(lambda connection: seen(connection, version_id))
    assert version is not None
    assert not steering.may_repeat(version, found)
    service.store.close()
    assert run(data, "retry", str(job["job"]))[0] == 0
    assert the_job(data)["state"] == "waiting"
    assert intake.HOPELESS[0].code in steering.NOT_THE_UPLOADS_FAULT
