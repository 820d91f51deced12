"""Trying changes out on the web: what they would do on some screens, with all that is promised kept as it would be.

Never publishes or keeps anything.
"""

import asyncio
from collections.abc import Sequence

from curator import drafts
from curator.programme.changes import Change
from curator.programme.facts import Moment
from curator.programme.hours import DAY_MS
from curator.programme.whatif import DAYS, Laid, WhatIf, lay, try_changes
from curator.screens import Screen
from curator.service import Service
from curator.store import Connection


async def try_out(service: Service, screens: Sequence[Screen], changes: Sequence[Change], *, by: str) -> list[Laid]:
    """The next days of these screens without and with the changes. Raises ChangeRefused for one that cannot be made."""
    asked = await service.store.run(lambda connection: asked_of(connection, service, screens, changes, by=by))
    return await asyncio.to_thread(lay, asked)


def asked_of(
    connection: Connection, service: Service, screens: Sequence[Screen], changes: Sequence[Change], *, by: str
) -> WhatIf:
    """The facts of these screens without and with the changes. Raises ChangeRefused for one that cannot be made."""
    settings, now_ms = service.settings, service.now()
    lead_ms = settings.change_lead_seconds * 1000

    def moment_of(screen: Screen) -> Moment:
        return Moment(now_ms, lead_ms, DAYS * DAY_MS, screen.freeze_ms(settings.freeze_minutes))

    def perform(connection: Connection) -> None:
        drafts.apply(connection, changes, now_ms=now_ms, lead_ms=lead_ms, by=by)

    return try_changes(connection, service.key.public, screens, perform, moment_of)
