"""Fills the demo town through the whole line: draws, uploads, waits for preparation, approves, books, pairs.

A process of its own (`python -m commonscreen.demo.filling DATA ADDRESS`): drawing takes memory that the demo should not
keep while it runs on.
"""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from commonscreen.command_words import _
from commonscreen.demo.people import NotDone, Person
from commonscreen.demo.seed import open_sessions
from commonscreen.demo.town import ITEMS, PEOPLE, SCREENS, WAITING, DemoItem, DemoPerson
from content.clock import now_ms
from curator import captions, groups, library, screens
from curator.bookings import BookingRefused, between, book
from curator.library import Item
from curator.store import Connection, Store
from curator.tables import accounts, items, nodes, pairings

LOOK_AGAIN_S = 0.5
PAIRING_S = 120.0
PREPARED_S = 300.0
DAY_MS = 86_400_000
HOUR_MS = 3_600_000
Say = Callable[[str], None]


class Filling:
    """One filling of the town; picks up where an earlier one was cut short."""

    def __init__(self, data: Path, store: Store, address: str, say: Say) -> None:
        """`data` is the service's folder, `store` its database opened beside it, `address` where it answers."""
        self._store = store
        self._address = address
        self._say = say
        self._drawings = data.parent / "drawings"
        self._drawings.mkdir(exist_ok=True)
        self._tokens = open_sessions(data, tuple(person.key for person in PEOPLE))

    async def everything(self) -> None:
        """Pairs the screen and brings every item from a drawing to an approval."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.pair(), name="pair")
            tasks.create_task(self._items(), name="items")

    async def pair(self) -> None:
        """Reads the code off the first screen's node and enters it, unless a node is paired already."""
        screen = await self._store.read(lambda connection: screens.by_slug(connection, SCREENS[0].slug))
        if screen is None:
            raise NotDone(f"the screen {SCREENS[0].slug} is not there")
        paired = sa.select(nodes.c.id).where(nodes.c.screen_id == screen.id, nodes.c.revoked_ms.is_(None))
        if await self._store.read(lambda connection: connection.execute(paired).first()):
            return
        code = await self._code_on_the_screen()
        async with self._person("technician") as technician:
            await technician.press("/pair/decide", code=code, screen=screen.id, decision="pair")
        self._say(_("The screen “%(name)s” is paired.") % {"name": screen.name})

    async def _code_on_the_screen(self) -> str:
        waiting = (
            sa.select(pairings.c.user_code)
            .where(pairings.c.claimed_ms.is_(None), pairings.c.expires_ms > now_ms())
            .order_by(pairings.c.created_ms.desc())
        )
        for _try in range(round(PAIRING_S / LOOK_AGAIN_S)):
            row = await self._store.read(lambda connection: connection.execute(waiting).first())
            if row is not None:
                return str(row.user_code)
            await asyncio.sleep(LOOK_AGAIN_S)
        raise NotDone("no node asked to be paired")

    async def _items(self) -> None:
        for plan in ITEMS:
            if not await self._find(plan):
                await self._make(plan)
            await self._approve(plan)
        await self._book()
        if not await self._find(WAITING):
            await self._make(WAITING)

    async def _make(self, plan: DemoItem) -> None:
        self._say(_("Drawing “%(title)s”…") % {"title": plan.title})
        path = self._drawings / plan.file_name
        await asyncio.to_thread(plan.draw, path)
        async with self._person(self._editor(plan).key) as person:
            await person.upload(path, group=plan.group, title=plan.title)
        await asyncio.to_thread(path.unlink)

    async def _approve(self, plan: DemoItem) -> None:
        found = await self._prepared(plan)
        version = found.newest
        if version.state == "submitted" and version.sha256:
            ticked = {"captions": await self._captions(plan, found)} if plan.captions else {}
            async with self._person("moderator") as moderator:
                await moderator.press(f"/moderation/{version.id}/approve", sha256=version.sha256, **ticked)

    async def _captions(self, plan: DemoItem, found: Item) -> str:
        """Adds the captions, unless they are there; gives what a moderator ticks to approve them with the film."""
        version_id = found.newest.id
        tracks = await self._store.read(lambda connection: captions.of_version(connection, version_id))
        if not tracks:
            async with self._person(self._editor(plan).key) as editor:
                await editor.add_captions(plan.captions.encode(), item=found.id, version=version_id, language="en")
            tracks = await self._store.read(lambda connection: captions.of_version(connection, version_id))
        return f"{tracks[0].id} {tracks[0].sha256}"

    async def _prepared(self, plan: DemoItem) -> Item:
        for _try in range(round(PREPARED_S / LOOK_AGAIN_S)):
            found = await self._find(plan)
            if found and found.newest.preparation == "ready":
                return found
            if found and found.newest.preparation == "refused":
                raise NotDone(f"“{plan.title}” was refused: {[reason.code for reason in found.newest.reasons]}")
            await asyncio.sleep(LOOK_AGAIN_S)
        raise NotDone(f"“{plan.title}” was not prepared in time")

    async def _find(self, plan: DemoItem) -> Item | None:
        def find(connection: Connection) -> Item | None:
            group = groups.by_slug(connection, plan.group)
            if group is None:
                return None
            found = library.items_where(connection, items.c.group_id == group.id, items.c.title == plan.title)
            return found[0] if found else None

        return await self._store.read(find)

    async def _book(self) -> None:
        """The festival has the top of the next hour, and of an evening hour for five days."""
        first = await self._find(ITEMS[3])
        if first is None:
            return

        def make(connection: Connection) -> None:
            at_ms = now_ms()
            programmer = connection.execute(
                sa.select(accounts.c.id).where(accounts.c.email == "programmer@demo.example")
            ).scalar_one()
            for place in SCREENS:
                screen = screens.by_slug(connection, place.slug)
                if screen is None or between(connection, screen.id, at_ms, at_ms + 9 * DAY_MS):
                    continue
                next_hour_ms = (at_ms // HOUR_MS + 1) * HOUR_MS
                evenings = [(at_ms // DAY_MS + day) * DAY_MS + 18 * HOUR_MS for day in range(1, 6)]
                for start_ms in (next_hour_ms, *evenings):
                    try:
                        book(
                            connection, screen_id=screen.id, item_id=first.id, start_ms=start_ms, length_ms=60_000,
                            now_ms=at_ms, lead_ms=60_000, by=programmer,
                        )  # fmt: skip
                    except BookingRefused as refused:
                        self._say(str(refused))

        await self._store.run(make)

    @staticmethod
    def _editor(plan: DemoItem) -> DemoPerson:
        return next(person for person in PEOPLE if person.group == plan.group)

    def _person(self, key: str) -> Person:
        return Person(self._address, self._tokens[key])


def is_filled(data: Path) -> bool:
    """Whether the town in the service's folder `data` is complete."""
    return (data / "filled").exists()


def main(data: Path, address: str) -> int:
    """Fills the town and notes that it is full. Exit status 0, or 1 when it could not be completed."""

    def say(words: str) -> None:
        print(f"  {words}", flush=True)

    store = Store(data / "commonscreen.db")
    status = 0
    try:
        asyncio.run(Filling(data, store, address, say).everything())
        (data / "filled").touch()
        say(_("Everything is on. One film waits for the moderator."))
    except* NotDone as refused:
        for error in refused.exceptions:
            say(_("The town is not complete: %(why)s") % {"why": error})
        status = 1
    finally:
        store.close()
    return status


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
