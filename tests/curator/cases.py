"""Items as they stand when preparation is done: rows and real files, without a preparation."""

import hashlib
import io
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa
from PIL import Image

from content.files import place_of
from curator import library, moderation
from curator.authorisation import Actor, Role
from curator.ids import new_id
from curator.store import Connection
from curator.tables import items, versions
from tests.curator.conftest import Town

T = TypeVar("T")
_READER = ThreadPoolExecutor(1, thread_name_prefix="look")


@dataclass(frozen=True)
class Sent:
    """An item of the youth club, sent in by its editor, with one version that waits."""

    item_id: str
    version_id: str
    sha256: str


def picture(colour: str, size: tuple[int, int] = (320, 180)) -> bytes:
    body = io.BytesIO()
    Image.new("RGB", size, colour).save(body, "JPEG")
    return body.getvalue()


def keep(town: Town, body: bytes) -> str:
    """Puts bytes into the town's store, under their hash."""
    sha256 = hashlib.sha256(body).hexdigest()
    place = place_of(town.service.settings.files, sha256)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(body)
    return sha256


def send(
    town: Town, title: str = "Skate day", *, by: str | None = "editor", colour: str = "teal", kind: str = "still",
    group_id: str | None = None, reasons: list[dict[str, object]] | None = None, **words: str,
) -> Sent:  # fmt: skip
    """Something new, prepared and waiting."""
    item_id, maker = new_id(), town.accounts[by] if by else None

    def store(connection: Connection) -> None:
        connection.execute(
            items.insert().values(
                id=item_id, group_id=group_id or town.group.id, title=title, created_by=maker,
                created_ms=town.clock(), **words,
            )
        )  # fmt: skip

    town.service.store.run_now(store)
    return send_version(town, item_id, by=by, colour=colour, kind=kind, reasons=reasons)


def send_version(
    town: Town, item_id: str, *, by: str | None = "editor", colour: str = "plum", kind: str = "still",
    reasons: list[dict[str, object]] | None = None, variant_id: str | None = None, duration_ms: int = 10_000,
) -> Sent:  # fmt: skip
    """One more version of an item, or of a variant of it, prepared and waiting."""
    version_id, body = new_id(), picture(colour)
    sha256, small = keep(town, body), keep(town, picture(colour, (48, 27)))
    veil = keep(town, picture(colour, (24, 14)))

    def store(connection: Connection) -> None:
        count = sa.select(sa.func.count()).select_from(versions).where(versions.c.item_id == item_id)
        connection.execute(
            versions.insert().values(
                id=version_id, item_id=item_id, number=connection.execute(count).scalar_one() + 1, file_name="a.jpg",
                upload_bytes=len(body), upload_sha256=sha256, preparation="ready", state="submitted", sha256=sha256,
                media_type="image/jpeg" if kind == "still" else "video/mp4", kind=kind, size_bytes=len(body),
                width=320, height=180, frames=1, duration_ms=duration_ms, thumbnail_sha256=small, poster_sha256=small,
                veil_sha256=veil, variant_id=variant_id,
                created_by=town.accounts[by] if by else None, created_ms=town.clock(), prepared_ms=town.clock(),
                submitted_ms=town.clock(), reasons=json.dumps(reasons) if reasons else "",
            )
        )  # fmt: skip

    town.service.store.run_now(store)
    return Sent(item_id, version_id, sha256)


def somebody(town: Town, who: str, role: Role = Role.MODERATOR) -> Actor:
    """The person with this role, as if it had been given to them."""
    return Actor(town.accounts[who], who.title(), f"{who}@example.org", "en", frozenset({role}))


def approve(town: Town, sent: Sent, by: Actor | None = None) -> None:
    """The moderator approves, or somebody else."""
    town.service.store.run_now(
        lambda connection: moderation.approve(
            connection, sent.version_id, sent.sha256, moderator=by or somebody(town, "moderator"), key=town.service.key,
            now_ms=town.clock(), is_seen=True,
        )
    )  # fmt: skip


def look(town: Town, function: Callable[[Connection], T]) -> T:
    """What the store says, read in another thread: a test may ask in the middle of its event loop."""
    return _READER.submit(town.service.store.read_now, function).result()


def item_of(town: Town, sent: Sent) -> library.Item:
    found = look(town, lambda connection: library.item(connection, sent.item_id))
    assert found is not None
    return found


def version_of(town: Town, sent: Sent) -> library.Version:
    found = look(town, lambda connection: library.version(connection, sent.version_id))
    assert found is not None
    return found
