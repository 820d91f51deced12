"""A node as the service meets it over HTTP, and the rows the programme's publisher would write."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp
from aiohttp.test_utils import TestClient

from content.canonical import Json
from content.files import place_of
from content.manifest import Manifest, NeededFile, seal
from content.screen_facts import ScreenFacts
from content.signing import PAIRING, SigningKey
from curator import screens
from curator.publishing import PUBLISHER
from curator.screens import Screen, ScreenWords
from curator.store import Connection
from curator.tables import items, manifest_files, manifests, versions
from tests.curator.conftest import Client, Town

JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 50
DEADLINE_S = 20.0

PLAN: dict[str, Json] = {
    "engine": "L1", "params": {"house_bp": 500, "minfill_ms": 5000, "slack_bp": 1000}, "groups": [],
}  # fmt: skip

HEALTH: dict[str, Json] = {
    "software": "0.1.0", "manifest_version": 3, "now_ms": 1_790_000_000_000,
    "playing": {"item": "", "kind": "card", "layer": "filler"}, "frames": {"shown": 5, "late": 1, "dropped": 0},
    "files": {"wanted": 4, "held": 3}, "disk_free_bytes": 5_000_000_000, "uptime_s": 7200, "clock": "trusted",
    "faults": [],
}  # fmt: skip


async def until(fact: Callable[[], bool], deadline_s: float = DEADLINE_S) -> None:
    """Returns when `fact` holds; fails when it does not in time."""
    async with asyncio.timeout(deadline_s):
        while not fact():  # noqa: ASYNC110 - waits for a fact, with a deadline
            await asyncio.sleep(0.01)


@dataclass
class FakeNode:
    """A screen's computer: a key, and a token once it is paired."""

    town: Town
    client: Client
    key: SigningKey
    node_id: str = ""
    token: str = ""
    screen_id: str = ""

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def offer(self) -> dict[str, str]:
        body = {"public_key": self.key.public.text, "software": "0.1.0"}
        answer = await self.client.post("/api/v1/pairing", json=body)
        assert answer.status == 201, await answer.text()
        offered: dict[str, str] = await answer.json()
        return offered

    async def claim(self, device_code: str, key: SigningKey | None = None) -> tuple[int, dict[str, Json]]:
        signature = (key or self.key).sign(PAIRING, device_code.encode())
        body = {"device_code": device_code, "signature": signature}
        answer = await self.client.post("/api/v1/pairing/token", json=body)
        return answer.status, await answer.json()

    async def get(self, path: str, **more: str) -> aiohttp.ClientResponse:
        return await self.client.get(f"/api/v1/{path}", headers=self.headers | more)

    async def post(self, path: str, document: Json) -> aiohttp.ClientResponse:
        return await self.client.post(f"/api/v1/{path}/{self.node_id}", headers=self.headers, json=document)

    async def put_picture(self, body: bytes = JPEG) -> int:
        answer = await self.client.put(f"/api/v1/picture/{self.node_id}", headers=self.headers, data=body)
        return answer.status

    async def link(self) -> "aiohttp.ClientWebSocketResponse[bool]":
        return await self.client.ws_connect(f"/api/v1/link/{self.node_id}", headers=self.headers)


def new_node(town: Town) -> FakeNode:
    """A computer that was just unpacked."""
    client: Client = TestClient(town.server)
    town._clients.append(client)
    return FakeNode(town, client, SigningKey.new())


def make_screen(
    town: Town, name: str = "Library window", *, place: str = "1 High Street", zone: str = "Europe/London"
) -> Screen:
    """A screen of the town."""
    described = ScreenWords(name, place, zone, "en")
    return town.service.store.run_now(
        lambda connection: screens.create(
            connection, described, now_ms=town.clock(), by=town.accounts["technician"]
        )
    )  # fmt: skip


async def paired_node(town: Town, screen: Screen) -> FakeNode:
    """A node that went through the whole pairing for `screen`."""
    node = new_node(town)
    offered = await node.offer()
    form = {"code": offered["user_code"], "decision": "pair", "screen": screen.id}
    answer = await town.client("technician").post("/pair/decide", data=form)
    assert answer.status == 200, await answer.text()
    status, grant = await node.claim(offered["device_code"])
    assert status == 200, grant
    node.node_id, node.token, node.screen_id = str(grant["node_id"]), str(grant["token"]), screen.id
    return node


def add_item(town: Town, body: bytes = b"house video", *, state: str = "approved", title: str = "A film") -> str:
    """An item of the youth club with one version whose rendition is `body`; gives the rendition's SHA-256."""
    sha256 = hashlib.sha256(body).hexdigest()
    name = sha256[:12]

    def add(connection: Connection) -> None:
        connection.execute(
            items.insert().values(
                id=f"i{name}", group_id=town.group.id, title=title, created_ms=town.clock(),
                approved_version_id=f"v{name}",
            )
        )  # fmt: skip
        connection.execute(
            versions.insert().values(
                id=f"v{name}", item_id=f"i{name}", upload_sha256=sha256, preparation="ready", state=state,
                sha256=sha256, media_type="video/mp4", kind="video", size_bytes=len(body), created_ms=town.clock(),
            )
        )  # fmt: skip

    town.service.store.run_now(add)
    place = place_of(town.service.settings.files, sha256)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(body)
    return sha256


def publish(town: Town, screen_id: str, version: int, *hashes: str) -> bytes:
    """What the publisher does: a manifest with its files, and the hint. Gives the envelope. See `at_rest`."""
    now_ms = town.clock()
    manifest = Manifest(
        screen=ScreenFacts(screen_id, "A screen", 1920, 1080, "Europe/London", "en"), version=version,
        issued_ms=now_ms, effective_ms=now_ms, tzdata="2026a", plan=PLAN | {"segments": [_dark(now_ms)]}, digests=(),
        running_list=(), items={}, files=tuple(NeededFile(sha256, 1, "video/mp4") for sha256 in hashes),
        approvals=(), keys=(town.service.key.public,),
    )  # fmt: skip
    envelope = seal(manifest, town.service.key)

    def write(connection: Connection) -> None:
        connection.execute(
            manifests.insert().values(
                screen_id=screen_id, version=version, issued_ms=now_ms, effective_ms=now_ms, why="",
                etag=f"etag{version}", envelope=envelope,
            )
        )  # fmt: skip
        for sha256 in hashes:
            connection.execute(manifest_files.insert().values(screen_id=screen_id, version=version, sha256=sha256))

    town.service.store.run_now(write)
    town.service.bus.publish(f"screen:{screen_id}")
    return envelope


def _dark(now_ms: int) -> Json:
    return {"start_ms": now_ms, "end_ms": now_ms + 86_400_000, "kind": "dark"}


async def at_rest(town: Town) -> Town:
    """The town with its publisher held back, so that a test says itself what is published."""
    await town.server.app[PUBLISHER]._turn.acquire()
    return town


def row(seq: int, **cells: Json) -> list[Json]:
    """An as-run row as it travels."""
    whole: dict[str, Json] = {
        "planned_start_ms": 1_790_000_000_000 + seq, "start_ms": 1_790_000_000_000 + seq, "duration_ms": 10_000,
        "layer": "programme", "item": None, "sha256": None, "outcome": "complete", "cause": "", "manifest_version": 1,
    }  # fmt: skip
    return [seq, *(whole | cells).values()]
