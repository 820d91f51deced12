"""A small town for the service's tests: real database, real folders, one person for each role."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request

from curator import accounts, groups
from curator.authorisation import Role
from curator.config import Settings
from curator.groups import Group
from curator.schema import bring_up_to_date
from curator.service import Service
from curator.serving import SHUTDOWN_SECONDS
from curator.store import Connection, Store
from curator.web.app import make_app, open_service

Client = TestClient[Request, Application]
AN_HOUR_MS = 3_600_000
BEGINNING_MS = 1_790_000_000_000
"""What the clock of a town says at first."""


class Turned:
    """A clock that stands until it is turned."""

    def __init__(self, now_ms: int) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms

    def turn(self, milliseconds: int) -> None:
        self.now_ms += milliseconds


class ServedTown(TestServer):
    """Serves as the service itself does: a reader who goes away does not cancel what is being done for them."""

    async def _make_runner(self, **kwargs: Any) -> web.AppRunner:
        chosen = {**kwargs, "handler_cancellation": False, "shutdown_timeout": SHUTDOWN_SECONDS}
        return web.AppRunner(self.app, **chosen)


@dataclass(frozen=True, slots=True)
class People:
    """Who lives in a town, by what they may do, and the two groups."""

    accounts: Mapping[str, str]
    group: Group
    other_group: Group


class Town:
    """The service with its people. `client("moderator")` is somebody's browser; `client()` a stranger's."""

    def __init__(self, service: Service, server: TestServer, clock: Turned, people: People) -> None:
        self.service = service
        self.server = server
        self.clock = clock
        self.accounts = dict(people.accounts)
        self.group, self.other_group = people.group, people.other_group
        self._clients: list[Client] = []

    def client(self, who: str | None = None) -> Client:
        """A browser, signed in as `who` (see `fill`), or nobody's."""
        cookies = {}
        if who is not None:
            cookies["commonscreen"] = self.service.store.run_now(
                lambda connection: accounts.sign_in(
                    connection, self.accounts[who], now_ms=self.clock(), life_ms=12 * AN_HOUR_MS
                )
            )
        client: Client = TestClient(self.server, cookies=cookies, headers={"Sec-Fetch-Site": "same-origin"})
        self._clients.append(client)
        return client

    async def close(self) -> None:
        for client in self._clients:
            await client.session.close()


def fill(connection: Connection, now_ms: int) -> People:
    """One account per role; the editor and the contributor are in the youth club, the outsider edits for the choir."""
    group, other_group = (
        groups.create(
            connection, name=name, about="", quota_bytes=1 << 30, is_house=False, now_ms=now_ms, by=None
        )
        for name in ("Youth club", "Choir")
    )  # fmt: skip
    roles: list[tuple[str, Role, str | None]] = [
        ("administrator", Role.ADMINISTRATOR, None),
        ("programmer", Role.PROGRAMMER, None),
        ("moderator", Role.MODERATOR, None),
        ("technician", Role.TECHNICIAN, None),
        ("editor", Role.EDITOR, group.id),
        ("contributor", Role.CONTRIBUTOR, group.id),
        ("outsider", Role.EDITOR, other_group.id),
    ]
    made = {}
    for name, role, group_id in roles:
        made[name] = accounts.create(
            connection, email=f"{name}@example.org", name=name.title(), password_hash="", language="en",
            now_ms=now_ms, by=None,
        )  # fmt: skip
        accounts.grant(connection, account_id=made[name], role=role, group_id=group_id, now_ms=now_ms, by=None)
    return People(made, group, other_group)


MakeTown = Callable[..., Awaitable[Town]]


@pytest.fixture(scope="session")
def first_database(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, People]:
    """A database with every migration done and everybody in it: towns copy it, which spares each the work."""
    path = tmp_path_factory.mktemp("first") / "commonscreen.db"
    store = Store(path)
    bring_up_to_date(store)
    people = store.run_now(lambda connection: fill(connection, BEGINNING_MS))
    store.close()
    return path, people


@pytest.fixture
async def make_town(tmp_path: Path, first_database: tuple[Path, People]) -> AsyncIterator[MakeTown]:
    """Makes a town; settings may be given by name. Background work (preparation, folders) is off unless asked for."""
    made: list[Town] = []
    database, people = first_database

    async def make(**settings: object) -> Town:
        chosen = {
            "preparation_processes": 0,
            "folders_watched": False,
            "programmes_published": False,
            "port": 0,
            "freeze_minutes": 0,
        } | settings
        clock = Turned(BEGINNING_MS)
        settings_of_town = Settings.model_validate({"data": tmp_path / "data", **chosen})
        is_new = not settings_of_town.database.exists()
        if is_new:
            settings_of_town.make_folders()
            shutil.copy(database, settings_of_town.database)
        service = await asyncio.to_thread(open_service, settings_of_town, clock)
        here = people if is_new else service.store.run_now(lambda connection: fill(connection, BEGINNING_MS))
        town = Town(service, ServedTown(make_app(service)), clock, here)
        await town.server.start_server()
        made.append(town)
        return town

    yield make
    for town in made:
        await town.close()
        await town.server.close()
        town.service.store.close()


@pytest.fixture
async def town(make_town: MakeTown) -> Town:
    """A town with the default settings."""
    return await make_town()
