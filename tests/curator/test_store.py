"""The database: one writer, readers that cannot write, whole transactions, and a schema that matches the tables."""

import asyncio
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from curator.schema import HEAD, MIGRATIONS, TooNew, bring_up_to_date
from curator.store import Connection, Store
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
