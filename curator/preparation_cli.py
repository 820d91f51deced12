"""`commonscreen curator jobs` and `work`: what is being prepared, and preparing in a process of one's own."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import click

from content.clock import now_ms
from curator import jobs, library, preparation_words, steering
from curator.config import Settings
from curator.jobs import Job
from curator.library import Version
from curator.store import Connection, Store
from curator.words import Told, _, ngettext

MOST_LISTED = 500
FOLLOW_S = 1.0
ENDED_MS = 3_600_000
"""What ended within the last hour is listed too."""

Change = Callable[[Connection, Version], None]


@dataclass(frozen=True, slots=True)
class Row:
    """One job, and whose title it is about."""

    job: Job
    title: str
    place: int | None
    """Its place in the queue, from 1; None when it does not wait or is far behind."""

    @property
    def moves(self) -> tuple[object, ...]:
        """All that is news of it; that time goes by is none."""
        job = self.job
        return job.id, job.state, job.lane, self.place, job.step, job.percent, job.attempt


@click.group(invoke_without_command=True)
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), default=Path("commonscreen-data"), show_default=True,
    help="The folder that holds everything.",
)  # fmt: skip
@click.option("--follow", is_flag=True, help="Go on and print whatever changes, until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document a job and line.")
@click.pass_context
def jobs_command(context: click.Context, data: Path, follow: bool, as_json: bool) -> None:
    """List what waits, is being prepared, or ended within the last hour."""
    context.obj = data
    if context.invoked_subcommand is not None:
        return
    with _store(data) as store, suppress(KeyboardInterrupt):  # Ctrl-C is how one stops following
        rows = store.read_now(_rows)
        _print(_lines(rows, as_json=as_json))
        while follow:
            told = {row.moves for row in rows}
            time.sleep(FOLLOW_S)
            rows = store.read_now(_rows)
            if changed := [row for row in rows if row.moves not in told]:
                _print(_lines(changed, as_json=as_json))


@jobs_command.command("cancel")
@click.argument("job")
@click.pass_obj
def cancel(data: Path, job: str) -> None:
    """Stop JOB; it may be tried again."""
    _change(data, job, lambda connection, version: steering.stop(connection, version, now_ms=now_ms(), by=None))


@jobs_command.command("retry")
@click.argument("job")
@click.pass_obj
def retry(data: Path, job: str) -> None:
    """Prepare once more what was refused, whatever for."""
    _change(
        data, job,
        lambda connection, version: steering.repeat(connection, version, now_ms=now_ms(), by=None, is_operator=True),
    )  # fmt: skip


@jobs_command.command("front")
@click.argument("job")
@click.pass_obj
def front(data: Path, job: str) -> None:
    """Prepare JOB before all others that wait."""
    _change(data, job, lambda connection, version: steering.hasten(connection, version, now_ms=now_ms(), by=None))


@click.command("work")
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), default=Path("commonscreen-data"), show_default=True,
    help="The folder that holds everything.",
)  # fmt: skip
@click.option("--processes", type=click.IntRange(1, 16), help="How many uploads are prepared at once.  [default: 1]")
def work_command(data: Path, processes: int | None) -> None:
    """Prepare uploads in this process until Ctrl-C, beside the service or on its behalf."""
    from curator.working import work_forever

    # The service beside us may be told by the environment to prepare nothing; that is not meant for us.
    count = processes or Settings(data=data).preparation_processes or 1
    work_forever(Settings(data=_existing(data), preparation_processes=count))


@contextmanager
def _store(data: Path) -> Iterator[Store]:
    from curator.web.app import open_service

    service = open_service(Settings(data=_existing(data)))
    try:
        yield service.store
    finally:
        service.store.close()


def _existing(data: Path) -> Path:
    if not (data / "commonscreen.db").is_file():
        click.echo(_("%(data)s: there is no Commonscreen data in this folder.", data=data), err=True)
        sys.exit(2)
    return data


def _rows(connection: Connection) -> list[Row]:
    order = {
        job_id: place for place, job_id in enumerate(jobs.order(connection, kind=jobs.PREPARE, now_ms=now_ms()), 1)
    }
    found = jobs.open_or_ended_since(connection, now_ms() - ENDED_MS, most=MOST_LISTED)
    return [Row(job, _title(connection, job), order.get(job.id)) for job in found]


def _title(connection: Connection, job: Job) -> str:
    version = library.version(connection, job.subject)
    item = library.item(connection, version.item_id) if version else None
    return item.title if item else job.subject


def _lines(rows: list[Row], *, as_json: bool) -> list[str]:
    if as_json:
        return [json.dumps(_record(row), ensure_ascii=False) for row in rows]
    return [_line(row) for row in rows] or [_("Nothing waits, and nothing is being prepared.")]


def _record(row: Row) -> dict[str, object]:
    job = row.job
    return {
        "job": job.id, "version": job.subject, "title": row.title, "state": job.state, "lane": job.lane,
        "place": row.place, "step": job.step, "percent": preparation_words.percent(job), "attempt": job.attempt,
        "owner": job.lease_owner, "waited_ms": max(0, now_ms() - job.created_ms), "error": job.error,
    }  # fmt: skip


def _line(row: Row) -> str:
    job = row.job
    if job.state == "running":
        step = preparation_words.step_words(job.step)
        state = f"{preparation_words.percent(job):3d} %  {step}  ({job.lease_owner})"
    elif job.state == "waiting":
        state = preparation_words.standing(job, row.place - 1 if row.place else None, now_ms()).words
    else:
        state = _("done") if job.state == "done" else _("stopped: %(why)s", why=job.error)
    age_s = max(0, now_ms() - job.created_ms) // 1_000
    return f"{job.id}  {age_s // 60:4d}:{age_s % 60:02d}  {row.title}: {state}"


def _print(lines: list[str]) -> None:
    for line in lines:
        click.echo(line)


def _change(data: Path, job_id: str, change: Change) -> None:
    def run(connection: Connection) -> None:
        job = jobs.get(connection, job_id)
        version = library.version(connection, job.subject) if job else None
        if version is None:
            raise steering.CannotSteer(steering.NO_SUCH_JOB, job=job_id)
        change(connection, version)

    with _store(data) as store:
        try:
            store.run_now(run)
        except Told as told:
            raise click.ClickException(told.told()) from told
        waiting = len(store.read_now(lambda connection: jobs.order(connection, kind=jobs.PREPARE, now_ms=now_ms())))
    click.echo(ngettext("Done. %(num)s upload waits.", "Done. %(num)s uploads wait.", waiting))
