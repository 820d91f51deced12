"""Files of what is over go after a while; what may play, waits or is being prepared keeps its own."""

import asyncio
import os
from pathlib import Path

import pytest

from content.files import place_of
from curator import cleaning, groups, library, moderation, uploads
from curator.safekeeping import check_everything
from curator.store import Connection
from curator.tables import jobs, versions
from tests.curator.cases import Sent, approve, keep, look, picture, send, send_version, somebody, version_of
from tests.curator.conftest import Town
from tests.curator.nodes import make_screen, publish

DAY_MS = cleaning.DAY_MS


def rendition(town: Town, sent: Sent) -> Path:
    return place_of(town.service.settings.files, sent.sha256)


def stored(town: Town) -> int:
    return look(town, lambda connection: groups.stored_bytes(connection, town.group.id))


def withdraw(town: Town, sent: Sent) -> None:
    town.service.store.run_now(
        lambda connection: library.withdraw(
            connection, sent.item_id, now_ms=town.clock(), by=town.accounts["editor"]
        )
    )  # fmt: skip


def reject(town: Town, sent: Sent) -> None:
    town.service.store.run_now(
        lambda connection: moderation.reject(
            connection, sent.version_id, sent.sha256, reason="rights", words="No.",
            moderator=somebody(town, "moderator"), now_ms=town.clock(),
        )
    )  # fmt: skip


async def test_a_withdrawn_items_files_go_after_the_days_and_the_quota_falls(town: Town) -> None:
    sent = send(town)
    approve(town, sent)
    before = stored(town)
    withdraw(town, sent)
    town.clock.turn(29 * DAY_MS)
    assert await cleaning.clean(town.service) == 0
    assert (stored(town), rendition(town, sent).exists()) == (before, True)
    town.clock.turn(DAY_MS)
    assert await cleaning.clean(town.service) == 3  # rendition and veil; thumbnail and poster are the same bytes
    assert (stored(town), rendition(town, sent).exists()) == (0, False)
    assert version_of(town, sent).sha256 is None
    assert await asyncio.to_thread(check_everything, town.service.settings.data) == []
    assert (await town.client("editor").get(f"/items/{sent.item_id}")).status == 200
    assert (await town.client("editor").get(f"/files/{sent.version_id}/rendition")).status == 404
    assert (await town.client("moderator").get(f"/moderation/{sent.version_id}")).status == 200


async def test_a_rejected_and_a_replaced_version_go_and_the_playing_one_stays(town: Town) -> None:
    first = send(town, colour="red")
    approve(town, first)
    second = send_version(town, first.item_id, colour="green")
    approve(town, second)
    third = send_version(town, first.item_id, colour="blue")
    reject(town, third)
    town.clock.turn(31 * DAY_MS)
    await cleaning.clean(town.service)
    assert [rendition(town, sent).exists() for sent in (first, second, third)] == [False, True, False]
    assert version_of(town, second).sha256 == second.sha256


async def test_what_waits_for_a_moderator_is_kept_however_long(town: Town) -> None:
    sent = send(town)
    town.clock.turn(400 * DAY_MS)
    assert await cleaning.clean(town.service) == 0
    assert rendition(town, sent).exists()


async def test_bytes_that_something_else_needs_stay(town: Town) -> None:
    gone = send(town, "Old", colour="red")
    withdraw(town, gone)
    playing = send(town, "New", colour="red")
    approve(town, playing)
    assert gone.sha256 == playing.sha256
    town.clock.turn(31 * DAY_MS)
    await cleaning.clean(town.service)
    assert version_of(town, gone).sha256 is None
    assert rendition(town, playing).exists()


async def test_a_file_in_a_screens_newest_manifests_stays_until_they_are_replaced(town: Town) -> None:
    sent, screen = send(town), make_screen(town)
    approve(town, sent)
    publish(town, screen.id, 1, sent.sha256)
    withdraw(town, sent)
    town.clock.turn(31 * DAY_MS)
    publish(town, screen.id, 2)
    await cleaning.clean(town.service)
    assert rendition(town, sent).exists()
    publish(town, screen.id, 3)
    await cleaning.clean(town.service)
    assert not rendition(town, sent).exists()


async def test_a_file_no_row_names_goes_after_a_day_and_a_named_one_stays(town: Town) -> None:
    sent = send(town)
    stray = place_of(town.service.settings.files, keep(town, b"left by a worker that died"))
    young = place_of(town.service.settings.files, keep(town, b"being kept just now"))
    for path in (stray, rendition(town, sent)):
        os.utime(path, (1, 1))
    os.utime(young, (town.clock() / 1_000 - 60,) * 2)
    assert await cleaning.clear_strays(town.service) == 1
    assert [path.exists() for path in (stray, young, rendition(town, sent))] == [False, True, True]


@pytest.mark.parametrize("state", ["running", "done"])
async def test_nothing_is_removed_while_something_is_prepared(town: Town, state: str) -> None:
    sent = send(town)
    withdraw(town, sent)
    town.clock.turn(31 * DAY_MS)

    def add_job(connection: Connection) -> None:
        values = {"id": "j", "kind": "prepare", "subject": "other", "state": state, "created_ms": 1, "not_before_ms": 1}
        connection.execute(jobs.insert().values(**values))

    town.service.store.run_now(add_job)
    await cleaning.clean(town.service)
    assert rendition(town, sent).exists() == (state == "running")


async def test_a_refused_uploads_original_goes_and_the_same_file_may_come_again(town: Town) -> None:
    settings, body = town.service.settings, picture("black")
    sent = send(town)
    place = place_of(settings.originals, keep(town, body))
    place.parent.mkdir(parents=True)
    place.write_bytes(body)

    def refuse(connection: Connection) -> None:
        values = {"preparation": "refused", "state": "draft", "upload_sha256": place.name, "prepared_ms": town.clock()}
        connection.execute(versions.update().where(versions.c.id == sent.version_id).values(**values))

    town.service.store.run_now(refuse)
    town.clock.turn(31 * DAY_MS)
    await cleaning.clean(town.service)
    assert not place.exists()
    assert look(town, lambda connection: uploads.held(connection, town.group.id, place.name)) is None


async def test_a_crash_between_mark_and_removal_is_made_good_by_the_next_round(town: Town) -> None:
    sent = send(town)
    withdraw(town, sent)
    town.clock.turn(31 * DAY_MS)
    town.service.store.run_now(
        lambda connection: cleaning.mark(connection, before_ms=town.clock(), now_ms=town.clock())
    )
    assert rendition(town, sent).exists()
    await cleaning.clean(town.service)
    assert not rendition(town, sent).exists()
