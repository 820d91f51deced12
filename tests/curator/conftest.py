"""A small town for the service's tests: real database, real folders, one person for each role."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
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
from curator.service import Service
from curator.serving import SHUTDOWN_SECONDS
from curator.store import Connection
from curator.web.app import make_app, open_service

Client = TestClient[Request, Application]
AN_HOUR_MS = 3_600_000


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


class Town:
    """The service with its people. `client("moderator")` is somebody's browser; `client()` a stranger's."""

    def __init__(self, service: Service, server: TestServer, clock: Turned) -> None:
        self.service = service
        self.server = server
        self.clock = clock
        self.accounts: dict[str, str] = {}
        self.group: Group
        self.other_group: Group
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


def fill(connection: Connection, town: Town) -> None:
    """One account per role; the editor and the contributor are in the youth club, the outsider edits for the choir."""
    now_ms = town.clock()
    town.group, town.other_group = (
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
        ("editor", Role.EDITOR, town.group.id),
        ("contributor", Role.CONTRIBUTOR, town.group.id),
        ("outsider", Role.EDITOR, town.other_group.id),
    ]
    for name, role, group_id in roles:
        account_id = accounts.create(
            connection, email=f"{name}@example.org", name=name.title(), password_hash="", language="en",
            now_ms=now_ms, by=None,
        )  # fmt: skip
        accounts.grant(connection, account_id=account_id, role=role, group_id=group_id, now_ms=now_ms, by=None)
        town.accounts[name] = account_id


MakeTown = Callable[..., Awaitable[Town]]


@pytest.fixture
async def make_town(tmp_path: Path) -> AsyncIterator[MakeTown]:
    """Makes a town; settings may be given by name. Background work (preparation, folders) is off unless asked for."""
    made: list[Town] = []

    async def make(**settings: object) -> Town:
        chosen = {
            "preparation_processes": 0,
            "folders_watched": False,
            "programmes_published": False,
            "port": 0,
            "freeze_minutes": 0,
        } | settings
        clock = Turned(1_790_000_000_000)
        settings_of_town = Settings.model_validate({"data": tmp_path / "data", **chosen})
        service = await asyncio.to_thread(open_service, settings_of_town, clock)
        town = Town(service, ServedTown(make_app(service)), clock)
        service.store.run_now(lambda connection: fill(connection, town))
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
