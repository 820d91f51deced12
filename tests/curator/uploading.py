"""What the library's tests share: small files, and a browser that speaks tus."""

import base64
import io
from pathlib import Path

from aiohttp import ClientResponse
from PIL import Image

from curator import jobs, library, uploads
from curator.library import Item
from curator.store import Connection
from curator.tables import items
from curator.uploads import Upload
from tests.curator.conftest import Client, Town

TUS = {"Tus-Resumable": "1.0.0"}
BODY = TUS | {"Content-Type": "application/offset+octet-stream"}


def picture(colour: str = "#e4572e", size: tuple[int, int] = (320, 180)) -> bytes:
    """A PNG in one colour."""
    stream = io.BytesIO()
    Image.new("RGB", size, colour).save(stream, "PNG")
    return stream.getvalue()


def metadata(**words: str) -> str:
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in words.items())


async def begin(client: Client, size_bytes: int, **words: str) -> ClientResponse:
    words = {"filename": "sea.png", "group": "youth-club"} | words
    headers = TUS | {"Upload-Length": str(size_bytes), "Upload-Metadata": metadata(**words)}
    return await client.post("/uploads", headers=headers)


async def send(client: Client, address: str, offset: int, body: bytes) -> ClientResponse:
    return await client.patch(address, headers=BODY | {"Upload-Offset": str(offset)}, data=io.BytesIO(body))


async def upload(client: Client, body: bytes, **words: str) -> ClientResponse:
    """The answer to the last request of a whole upload."""
    begun = await begin(client, len(body), **words)
    assert begun.status == 201, await begun.text()
    return await send(client, begun.headers["Location"], 0, body)


def all_items(town: Town) -> list[Item]:
    return town.service.store.run_now(lambda connection: library.items_where(connection, items.c.id.is_not(None)))


def open_uploads(town: Town) -> list[Upload]:
    return town.service.store.run_now(uploads.unfinished)


def files_below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def new_version(town: Town, *, sha256: str, name: str = "sea.png", group_id: str = "") -> str:
    """A version that waits to be prepared, as if its upload had just come; gives its id."""

    def make(connection: Connection) -> str:
        group = group_id or town.group.id
        item_id = library.add_item(connection, group_id=group, title=name, now_ms=town.clock(), by=None)
        version_id = library.add_version(
            connection, item_id, file_name=name, upload_bytes=1, upload_sha256=sha256, now_ms=town.clock(), by=None
        )
        jobs.enqueue(connection, kind=jobs.PREPARE, subject=version_id, group_id=group, now_ms=town.clock())
        return version_id

    return town.service.store.run_now(make)
