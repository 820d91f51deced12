"""The audit log as files: chosen as on its page, harmless in a spreadsheet, verified without the service."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from curator import audit
from curator.cli import curator
from curator.store import Connection
from curator.tables import audit as audit_table
from curator.tables import groups
from curator.web import audit_log
from tests.curator.cases import approve, look, send
from tests.curator.conftest import Town

Line = dict[str, object]


async def fetched(town: Town, address: str) -> bytes:
    answer = await town.client("administrator").get(address)
    assert answer.status == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return await answer.read()


async def table(town: Town, address: str = "/audit.csv") -> list[dict[str, str]]:
    body = await fetched(town, address)
    assert body.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


async def kept(town: Town, folder: Path, address: str = "/audit.jsonl") -> Path:
    file = folder / "log.jsonl"
    file.write_bytes(await fetched(town, address))
    return file


def verified(file: Path, *words: str) -> tuple[int, str]:
    result = CliRunner().invoke(curator, ["audit", "verify", str(file), *words])
    return result.exit_code, result.output


async def test_the_table_has_every_row_oldest_first_in_words(town: Town) -> None:
    approve(town, send(town, "Skate day"))
    rows = await table(town)
    assert [row["row"] for row in rows] == [str(number + 1) for number in range(look(town, audit.count))]
    last = next(row for row in reversed(rows) if row["action"] == "version.approve")
    assert (last["who"], last["did"], last["what"]) == ("Moderator", "approved a version of", "Skate day")


async def test_the_table_holds_what_the_page_was_asked_for(town: Town) -> None:
    approve(town, send(town, "Skate day"))
    rows = await table(town, f"/audit.csv?q=Skate day&by={town.accounts['moderator']}")
    assert [row["action"] for row in rows] == ["version.approve"]
    assert await table(town, "/audit.csv?q=nothing of the kind") == []


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r"])
async def test_no_cell_is_one_that_a_spreadsheet_works_out(town: Town, begin: str) -> None:
    name = f'{begin}HYPERLINK("http://evil.example")'
    rename = groups.update().where(groups.c.id == town.group.id).values(name=name)
    town.service.store.run_now(lambda connection: connection.execute(rename))
    row = next(row for row in await table(town) if row["subject"] == f"group:{town.group.id}")
    assert row["what"] == f"'{name}"


async def test_an_exported_log_is_verified_elsewhere(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_log, "ROWS_AT_ONCE", 3)
    file = await kept(town, tmp_path)
    count, head = len(file.read_bytes().splitlines()), look(town, audit.head)
    assert count == look(town, audit.count)
    assert verified(file) == (0, f"{count} rows, as they were written. Newest: {head}\n")
    assert verified(file, "--head", head)[0] == 0
    assert verified(file, "--head", "0" * 64)[0] == 1


def _at(lines: list[Line], row: int) -> int:
    return next(place for place, line in enumerate(lines) if line["seq"] == row)


def _change(lines: list[Line]) -> None:
    lines[_at(lines, 4)]["detail"] = '{"role": "moderator"}'


def _pretend_to_be_erased(lines: list[Line]) -> None:
    lines[_at(lines, 4)]["detail"] = '{"erased": 7}'


def _remove(lines: list[Line]) -> None:
    del lines[_at(lines, 3)]


def _cut_the_beginning(lines: list[Line]) -> None:
    del lines[:3]


@pytest.mark.parametrize("spoil", [_change, _pretend_to_be_erased, _remove, _cut_the_beginning])
async def test_the_first_broken_row_of_an_export_is_named(
    town: Town, tmp_path: Path, spoil: Callable[[list[Line]], None]
) -> None:
    file = await kept(town, tmp_path)
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    spoil(lines)
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert verified(file) == (1, "Broken at row 4.\n")


async def test_an_excerpt_is_verified_as_one(town: Town, tmp_path: Path) -> None:
    file = await kept(town, tmp_path, f"/audit.jsonl?q=account:{town.accounts['editor']}")
    assert verified(file)[0] == 1
    assert verified(file, "--excerpt")[0] == 0
    spoilt = file.read_text("utf-8").replace('"role\\": \\"editor', '"role\\": \\"king')
    file.write_text(spoilt)
    assert verified(file, "--excerpt")[0] == 1


def test_a_file_that_is_no_log_is_said_to_be_none(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    file.write_text('{"seq": 1}\n')
    status, out = verified(file)
    assert status == 1
    assert "Error" in out


async def test_words_are_taken_out_of_the_log_and_the_chain_still_holds(town: Town, tmp_path: Path) -> None:
    email = "old@example.org"
    old = town.service.store.run_now(lambda connection: _as_once_written(connection, town, email))
    town.service.store.run_now(lambda connection: _take_out(connection, town, email))
    assert look(town, audit.first_broken_row) is None
    file = await kept(town, tmp_path)
    assert email not in file.read_text("utf-8")
    assert verified(file)[0] == 0
    again = audit_table.update().where(audit_table.c.seq == old).values(detail='{"erased": 1, "role": "king"}')
    town.service.store.run_now(lambda connection: connection.execute(again))
    assert look(town, audit.first_broken_row) == old


async def test_an_excerpt_without_the_row_that_vouches_says_so(town: Town, tmp_path: Path) -> None:
    old = town.service.store.run_now(lambda connection: _as_once_written(connection, town, "old@example.org"))
    town.service.store.run_now(lambda connection: _take_out(connection, town, "old@example.org"))
    file = await kept(town, tmp_path, "/audit.jsonl?q=account:somebody")
    status, out = verified(file, "--excerpt")
    assert (status, f"Row {old}: words were taken out" in out) == (0, True)


def _as_once_written(connection: Connection, town: Town, email: str) -> int:
    """A row as earlier versions wrote it, with an address in it."""
    audit.record(connection, town.clock(), None, "account.create", "account:somebody", email=email)
    return audit.newest(connection)


def _take_out(connection: Connection, town: Town, email: str) -> None:
    marks = audit.take_words_out(connection, email)
    audit.record(connection, town.clock(), None, audit.ERASE, "account:another", rows=marks)
