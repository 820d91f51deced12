"""Screens, approved items and bookings for the tests of the programme: real rows, real signatures."""

from collections.abc import Callable
from typing import TypeVar

from curator import accounts, air_time, bookings, groups, library, moderation, screens
from curator.ids import new_id
from curator.screens import Screen, ScreenWords
from curator.store import Connection
from curator.tables import items, versions
from tests.curator.conftest import Town

T = TypeVar("T")


def run(town: Town, function: Callable[[Connection], T]) -> T:
    return town.service.store.run_now(function)


def screen(town: Town, name: str = "Library window", zone: str = "Europe/London") -> Screen:
    words = ScreenWords(name=name, place="By the door", zone=zone, language="en")
    return run(
        town,
        lambda connection: screens.create(connection, words, now_ms=town.clock(), by=town.accounts["programmer"]),
    )


def submitted_item(town: Town, title: str, *, group_id: str | None = None, duration_ms: int = 12_000) -> str:
    """An item whose only version waits for a moderator."""
    item_id = new_id()

    def make(connection: Connection) -> None:
        connection.execute(
            items.insert().values(
                id=item_id, group_id=group_id or town.group.id, title=title, credits="", licence="", languages='["en"]',
                alt_text="", created_by=town.accounts["editor"], created_ms=town.clock(), approved_version_id=None,
            )
        )  # fmt: skip
        add_version(connection, town, item_id, 1, duration_ms)

    run(town, make)
    return item_id


def add_version(connection: Connection, town: Town, item_id: str, number: int, duration_ms: int) -> str:
    version_id = new_id()
    sha256 = f"{number:02}{item_id}".encode().hex().ljust(64, "0")[:64]
    connection.execute(
        versions.insert().values(
            id=version_id, item_id=item_id, number=number, file_name="clip.mp4", upload_bytes=1000,
            upload_sha256=sha256, preparation="ready", state="submitted", reasons="[]", facts="{}", sha256=sha256,
            thumbnail_sha256=sha256,
            media_type="video/mp4", kind="video", size_bytes=900, width=1920, height=1080, fps_num=30, fps_den=1,
            frames=duration_ms * 30 // 1000, duration_ms=duration_ms, has_sound=False,
            created_by=town.accounts["editor"], created_ms=town.clock(), prepared_ms=town.clock(),
            submitted_ms=town.clock(),
        )
    )  # fmt: skip
    return version_id


def approve(town: Town, item_id: str) -> None:
    def decide(connection: Connection) -> None:
        item = library.item(connection, item_id)
        moderator = accounts.actor(connection, town.accounts["moderator"])
        assert item is not None
        assert item.newest.sha256 is not None
        assert moderator is not None
        moderation.approve(
            connection, item.newest.id, item.newest.sha256, moderator=moderator, key=town.service.key,
            now_ms=town.clock(),
        )  # fmt: skip

    run(town, decide)


def approved_item(town: Town, title: str, *, group_id: str | None = None, duration_ms: int = 12_000) -> str:
    item_id = submitted_item(town, title, group_id=group_id, duration_ms=duration_ms)
    approve(town, item_id)
    return item_id


def house(town: Town) -> groups.Group:
    return run(
        town,
        lambda connection: groups.create(
            connection, name="The house", about="", quota_bytes=1 << 30, is_house=True, now_ms=town.clock(), by=None
        ),
    )


def share(town: Town, on: Screen, **weights: int) -> None:
    """Gives air time: `share(town, screen, group=2, other_group=1)`."""
    given = {getattr(town, name).id: weight for name, weight in weights.items()}
    run(
        town,
        lambda connection: air_time.set_weights(
            connection, on.id, given, now_ms=town.clock(), by=town.accounts["programmer"]
        ),
    )


def book(town: Town, on: Screen, item_id: str, start_ms: int, length_ms: int | None = None) -> bookings.Slot:
    return run(
        town,
        lambda connection: bookings.book(
            connection, screen_id=on.id, item_id=item_id, start_ms=start_ms, length_ms=length_ms,
            now_ms=town.clock(), lead_ms=15_000, by=town.accounts["programmer"],
        ),
    )  # fmt: skip


def withdraw(town: Town, item_id: str) -> None:
    run(
        town,
        lambda connection: library.withdraw(
            connection, item_id, now_ms=town.clock(), by=town.accounts["editor"], why="wrong date"
        ),
    )
