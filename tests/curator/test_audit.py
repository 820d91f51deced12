"""The audit log: told in words, found by name, and every tampering seen."""

import re
from pathlib import Path

import pytest

import curator
from curator import audit, audit_words, webhooks
from curator.store import Connection
from curator.tables import audit as audit_table
from tests.curator.cases import approve, send
from tests.curator.conftest import Town

NO_ACTION = {"backup.json", "commonscreen.db", "curator.key", *webhooks.Event}
"""Words of the same shape in those sources that are none."""


async def page(town: Town, address: str = "/audit") -> str:
    answer = await town.client("administrator").get(address)
    assert answer.status == 200
    return await answer.text()


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


async def test_the_log_is_told_in_words(town: Town) -> None:
    approve(town, send(town, "Skate day"))
    assert "Moderator approved a version of Skate day" in plain(await page(town))
    assert "each bound to the one before: nothing was changed" in await page(town)


async def test_the_log_is_told_in_the_readers_language(town: Town) -> None:
    approve(town, send(town, "Skate day"))
    answer = await town.client("administrator").get("/audit", headers={"Accept-Language": "vi"})
    assert "Moderator đã duyệt một phiên bản của Skate day" in plain(await answer.text())


async def test_the_log_is_found_by_name_by_subject_and_by_person(town: Town) -> None:
    sent = send(town, "100 % skate_day")
    approve(town, sent)
    by_title = await page(town, "/audit?q=100 %25 skate_")
    assert "approved a version of" in by_title
    assert "made the group" not in by_title
    assert "approved a version of" in await page(town, f"/audit?q=version:{sent.version_id}")
    by_person = await page(town, f"/audit?by={town.accounts['moderator']}")
    assert "approved a version of" in by_person
    assert "made the group" not in by_person
    assert "No row fits" in await page(town, "/audit?q=nothing of the kind")


async def test_a_long_log_is_read_page_by_page(town: Town) -> None:
    town.service.store.run_now(lambda connection: [note(connection, town, number) for number in range(150)])
    first = await page(town)
    older = re.search(r'href="(/audit\?before=\d+)"', first)
    assert older is not None
    second = await page(town, older.group(1))
    assert "group:test149" in first
    assert "group:test149" not in second
    assert "group:test0<" in second


def note(connection: Connection, town: Town, number: int) -> str:
    return audit.record(connection, town.clock(), None, "group.change", f"group:test{number}")


@pytest.mark.parametrize("column", ["at_ms", "account_id", "action", "subject", "detail"])
async def test_a_row_changed_from_outside_is_named(town: Town, column: str) -> None:
    change = {column: 1 if column == "at_ms" else "changed"}
    town.service.store.run_now(
        lambda connection: connection.execute(audit_table.update().where(audit_table.c.seq == 4).values(**change))
    )
    assert "broken at row 4" in await page(town)


async def test_a_row_removed_from_the_middle_is_seen(town: Town) -> None:
    town.service.store.run_now(
        lambda connection: connection.execute(audit_table.delete().where(audit_table.c.seq == 4))
    )
    assert "broken at row 5" in await page(town)


@pytest.mark.parametrize("who", ["programmer", "moderator", "technician", "editor", "contributor", None])
async def test_only_administrators_read_the_log(town: Town, who: str | None) -> None:
    answer = await town.client(who).get("/audit", allow_redirects=False)
    assert answer.status == (303 if who is None else 403)


@pytest.mark.parametrize("query", ["before=x", "before=-1", "before=99999999999999999999", "q=%00", "by=%F0%9F%8E%88"])
async def test_an_odd_question_gets_an_answer(town: Town, query: str) -> None:
    assert (await town.client("administrator").get(f"/audit?{query}")).status == 200


def test_every_action_that_is_written_is_told_in_words() -> None:
    """Every word of the shape noun.verb that the service's source hands to the log."""
    found = set()
    for path in sorted((Path(curator.__file__).parent).rglob("*.py")):
        if path.name != "audit_words.py" and "audit.record(" in (source := path.read_text("utf-8")):
            found |= set(re.findall(r'"([a-z0-9_]+\.[a-z_]+)"', source)) - NO_ACTION
    assert "version.approve" in found
    assert found == set(audit_words.SENTENCES), found ^ set(audit_words.SENTENCES)
