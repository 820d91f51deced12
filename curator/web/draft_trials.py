"""What drafts move, worked out beside the pages: begun when somebody asks, told as far as it is, kept for a while.

Laying out a week for a dozen screens takes seconds of a core. A trial is of one edition of a draft: it is worked out
anew when the draft changes, when something is published, and when what was found is no longer of this hour.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiohttp import web

from curator import drafts, groups, revisions, screens
from curator.programme.changes import Change
from curator.programme.whatif import MOST_SCREENS, Moves, Stopped, WhatIf, moves
from curator.revisions import changes_text
from curator.service import SERVICE, Service
from curator.store import Connection
from curator.web.trying import asked_of
from curator.words import Told

GOOD_FOR_MS = 10 * 60_000
"""Approvals and the time of day change what a draft moves as well: the page says as of when it is."""
MOST_KEPT = 32
MOST_AT_ONCE = 2
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """What the draft moves on the first screens it concerns, and how many more it concerns; names by id."""

    screens: list[Moves]
    more: int
    groups: dict[str, str]
    items: dict[str, str]


@dataclass(frozen=True, slots=True)
class Edition:
    """Whose draft, which changes are in it, and on top of which revision."""

    account_id: str
    changes: str
    revision: int


@dataclass(slots=True)
class Trial:
    """How far it is: `done` of `of` screens are laid out. In the end there is `found`, a `refusal`, or neither."""

    at_ms: int
    of: int = 0
    done: int = 0
    found: Found | None = None
    refusal: Told | None = None
    is_over: bool = False
    is_stopped: bool = False

    def note(self, done: int, of: int) -> None:
        """Called from the thread that works it out. Raises Stopped when nobody wants it any more."""
        if self.is_stopped:
            raise Stopped
        self.done, self.of = done, of


class Trials:
    """The trials of one service. Belongs to the event loop."""

    def __init__(self, service: Service, owner: asyncio.TaskGroup) -> None:
        """None yet. `owner` waits for those that are begun."""
        self._service, self._owner = service, owner
        self._kept: OrderedDict[Edition, Trial] = OrderedDict()
        self._turn = asyncio.Semaphore(MOST_AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()

    async def of_draft(self, account_id: str) -> Trial:
        """The trial of somebody's draft as it is now; begins it where there is none, or an old one."""
        edition, changes = await self._service.store.read(lambda connection: _edition(connection, account_id))
        known, now_ms = self._kept.get(edition), self._service.now()
        if known is not None and (not known.is_over or 0 <= now_ms - known.at_ms < GOOD_FOR_MS):
            return known
        for other, trial in self._kept.items():
            trial.is_stopped |= other.account_id == account_id
        made = self._kept[edition] = Trial(now_ms)
        self._kept.move_to_end(edition)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)[1].is_stopped = True
        task = self._owner.create_task(self._work(made, account_id, changes))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return made

    async def settled(self) -> None:
        """Returns once no trial is being worked out."""
        await asyncio.gather(*self._tasks)

    def stop(self) -> None:
        """Has each trial that is being worked out end with the screen it is at."""
        for trial in self._kept.values():
            trial.is_stopped = True

    async def _work(self, trial: Trial, account_id: str, changes: tuple[Change, ...]) -> None:
        service = self._service
        try:
            async with self._turn:
                if trial.is_stopped:
                    return
                asked, more, names = await service.store.run(
                    lambda connection: _ask(connection, service, account_id, changes)
                )
                titles = {
                    item.id: item.title
                    for facts in (*asked.then, *(one.facts for one in asked.now))
                    for item in facts.items.values()
                }
                trial.found = Found(await asyncio.to_thread(moves, asked, trial.note), more, names, titles)
        except Told as refused:
            trial.refusal = refused
        except Stopped:
            pass
        except Exception:  # noqa: BLE001
            # A catch-all: the page says that it could not be worked out; the draft itself is as it was.
            _LOG.exception("a draft could not be tried out")
        finally:
            trial.is_over = True


TRIALS: web.AppKey[Trials] = web.AppKey("trials", Trials)


async def trying(app: web.Application) -> AsyncIterator[None]:
    """The trials, for as long as the service runs."""
    async with asyncio.TaskGroup() as tasks:
        app[TRIALS] = Trials(app[SERVICE], tasks)
        yield
        app[TRIALS].stop()


def _edition(connection: Connection, account_id: str) -> tuple[Edition, tuple[Change, ...]]:
    draft = drafts.of(connection, account_id)
    changes = draft.changes if draft else ()
    return Edition(account_id, changes_text(changes), revisions.newest(connection)), changes


def _ask(
    connection: Connection, service: Service, account_id: str, changes: tuple[Change, ...]
) -> tuple[WhatIf, int, dict[str, str]]:
    """Raises ChangeRefused for a change that cannot be made any more."""
    concerned = set(revisions.screens_of(connection, changes))
    known = [screen for screen in screens.every(connection) if screen.id in concerned]
    asked = asked_of(connection, service, known[:MOST_SCREENS], changes, by=account_id)
    return asked, len(known[MOST_SCREENS:]), {group.id: group.name for group in groups.every(connection)}
