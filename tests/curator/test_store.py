"""The database: one writer, readers that cannot write, whole transactions, and a schema that matches the tables."""

import asyncio
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from curator import air_time, bookings, report_categories
from curator.programme.recurrence import occurrences
from curator.schema import HEAD, MIGRATIONS, TooNew, bring_up_to_date
from curator.store import Connection, Store, taken_back
from curator.tables import facts, metadata


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "a.db")
    bring_up_to_date(made)
    return made


def test_the_migrations_make_exactly_the_tables(store: Store) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))

    assert store.read_now(differences) == []
    assert max(path.name[:4] for path in (MIGRATIONS / "versions").glob("0*.py")) == HEAD
    store.close()


def test_a_newer_database_is_left_alone(store: Store) -> None:
    store.run_now(lambda connection: connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(TooNew, match="newer version"):
        bring_up_to_date(store)
    store.close()


async def test_a_change_that_fails_leaves_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "a.db")
    await asyncio.to_thread(bring_up_to_date, store)

    def half(connection: Connection) -> None:
        connection.execute(facts.insert().values(name="a", value="1"))
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        await store.run(half)
    assert await store.read(lambda connection: connection.execute(sa.select(facts)).all()) == []
    store.close()


async def test_a_reader_cannot_write(tmp_path: Path) -> None:
    store = Store(tmp_path / "a.db")
    await asyncio.to_thread(bring_up_to_date, store)
    with pytest.raises(sa.exc.OperationalError, match="readonly"):
        await store.read(lambda connection: connection.execute(facts.insert().values(name="a", value="1")))
    store.close()


async def test_many_writers_at_once_all_succeed(tmp_path: Path) -> None:
    store = Store(tmp_path / "a.db")
    await asyncio.to_thread(bring_up_to_date, store)

    def add(name: str) -> None:
        store.run_now(lambda connection: connection.execute(facts.insert().values(name=name, value="")))

    async with asyncio.TaskGroup() as tasks:
        for number in range(40):
            tasks.create_task(asyncio.to_thread(add, str(number)))
    count = sa.select(sa.func.count()).select_from(facts)
    assert await store.read(lambda connection: connection.execute(count).scalar_one()) == 40
    store.close()


def test_what_was_booked_and_shared_before_bookings_recurred_is_still_there(tmp_path: Path) -> None:
    store = Store(tmp_path / "old.db")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))

    def old_town(connection: sa.Connection) -> None:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        for statement in (
            "INSERT INTO groups VALUES ('g', 'youth', 'Youth', '', 0, 0, 'teal', 1)",
            "INSERT INTO screens VALUES ('s', 's', 'Square', '', 'Asia/Kathmandu', 'en', 64, 64, 100, 0, 0, 1, NULL)",
            "INSERT INTO items VALUES ('i', 'g', 'Film', '', '', '', '', NULL, 1, NULL, NULL)",
            "INSERT INTO air_time VALUES ('s', 'g', 7)",
            "INSERT INTO bookings VALUES ('b', 's', 'i', 1795000000500, 1795000060500, NULL, 5, NULL)",
            "INSERT INTO bookings VALUES ('c', 's', 'i', 1795000000500, 1795000060500, NULL, 5, 6)",
        ):
            connection.execute(sa.text(statement))

    store.run_now(old_town)
    bring_up_to_date(store)
    kept = store.read_now(lambda c: bookings.stored(c, "b"))
    assert kept is not None
    booking = kept.booking
    assert (booking.items, booking.screens, booking.state, booking.length_ms) == (("i",), ("s",), "confirmed", 60_000)
    [slot] = store.read_now(lambda c: bookings.between(c, "s", 0, 2**52))
    assert (slot.booking_id, slot.start_ms, slot.end_ms) == ("b", 1795000000500, 1795000060500)
    [occurrence] = occurrences(booking)
    assert (occurrence.start_ms, occurrence.end_ms) == (slot.start_ms, slot.end_ms)
    assert store.read_now(lambda c: air_time.weights(c, "s")) == {"g": 7}
    cancelled = store.read_now(lambda c: bookings.stored(c, "c"))
    assert cancelled is not None
    assert cancelled.cancelled_ms == 6
    store.close()


def test_names_of_categories_of_before_wait_but_for_those_that_came_with_the_software(tmp_path: Path) -> None:
    store = Store(tmp_path / "old.db")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    ours, theirs = '{"en": "Traffic", "vi": "Giao thông"}', '{"en": "Traffic", "vi": "Bầu cho tôi"}'

    def old_town(connection: sa.Connection) -> None:
        config.attributes["connection"] = connection
        command.upgrade(config, "0042")
        insert = sa.text(
            "INSERT INTO report_categories (id, code, kind, names, descriptions, site_id, position, created_ms)"
            " VALUES (:id, :id, 'report', :names, '{}', '', 1, 1)"
        )
        connection.execute(insert, [{"id": "a", "names": ours}, {"id": "b", "names": theirs}])

    store.run_now(old_town)
    bring_up_to_date(store)
    known = store.read_now(report_categories.by_id)
    assert (known["a"].waits, known["b"].waits) == (False, True)
    assert (known["a"].name_on_screens("vi"), known["b"].name_on_screens("en")) == ("Giao thông", "")
    store.close()


def test_what_is_taken_back_was_there_to_look_at_and_is_gone_also_after_a_failure(store: Store) -> None:
    def fail(connection: Connection) -> None:
        with taken_back(connection):
            connection.execute(facts.insert().values(name="b", value="1"))
            raise RuntimeError("in the middle")

    def look(connection: Connection) -> tuple[int, int]:
        with taken_back(connection):
            connection.execute(facts.insert().values(name="a", value="1"))
            inside = len(connection.execute(sa.select(facts)).all())
        with pytest.raises(RuntimeError):
            fail(connection)
        return inside, len(connection.execute(sa.select(facts)).all())

    inside, after = store.run_now(look)
    assert inside == after + 1
    store.close()
