"""What if: the programmes of some screens as they would be under changes nobody has published yet.

The changes are performed in a transaction and taken back; what is laid out then is laid out outside of any.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from content.programme.engine import Programme
from content.signing import PublicKey
from curator.programme import inputs as gathering
from curator.programme import library_facts
from curator.programme.compiler import compile_plan
from curator.programme.difference import Difference, difference
from curator.programme.facts import Moment, ProgrammeFacts
from curator.programme.hours import DAY_MS, day_start, wall
from curator.programme.library_facts import LibraryFacts
from curator.programme.published import Published, newest
from curator.programme.streams import facts_key
from curator.screens import Screen
from curator.store import Connection, taken_back

MOST_SCREENS = 12
"""How many screens are tried out at a time; equal ones cost nothing more."""
DAYS = 7


@dataclass(frozen=True, slots=True)
class ScreenNow:
    """A screen, its facts as they are decided, and what was published to it."""

    screen: Screen
    facts: ProgrammeFacts
    old: Published | None
    moment: Moment


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Some screens as they are, and their facts under the changes, in the same order."""

    now: tuple[ScreenNow, ...]
    then: tuple[ProgrammeFacts, ...]


@dataclass(frozen=True, slots=True)
class Laid:
    """One screen's next days as they are decided and as they would be; `change_ms` is when the changes begin there."""

    screen: Screen
    facts: ProgrammeFacts
    moment: Moment
    before: Programme
    after: Programme
    change_ms: int


@dataclass(frozen=True, slots=True)
class Moves:
    """What the changes do on one screen. `change_ms` is when they begin there."""

    screen: Screen
    change_ms: int
    difference: Difference


def try_changes(
    connection: Connection,
    key: PublicKey,
    screens: Sequence[Screen],
    perform: Callable[[Connection], None],
    moment_of: Callable[[Screen], Moment],
) -> WhatIf:
    """The facts of these screens before and after `perform`, which is taken back. Wants a connection that may write.

    `perform` changes nothing about items and groups themselves: they are read once for both.
    """
    moments = {screen.id: moment_of(screen) for screen in screens}
    old = {screen.id: newest(connection, screen.id) for screen in screens}
    concerned = _groups(connection, moments, screens) | _shown(old.values())
    with taken_back(connection):
        perform(connection)
        concerned |= _groups(connection, moments, screens)
        library = library_facts.gather(connection, key, concerned)
        then = tuple(_facts(connection, library, screen, moments[screen.id]) for screen in screens)
    now = tuple(
        ScreenNow(
            screen, _facts(connection, library, screen, moments[screen.id]), old[screen.id], moments[screen.id]
        )
        for screen in screens
    )  # fmt: skip
    return WhatIf(now, then)


class Stopped(Exception):
    """Raised by whoever is told of the progress, to end it."""


def lay(asked: WhatIf, note: Callable[[int, int], None] = lambda _done, _of: None) -> list[Laid]:
    """The programmes of each screen, before and after. Takes up to some seconds: call it in a thread.

    `note` is told how many are done, of how many, and may raise Stopped.
    """
    known: dict[tuple[str, str, Moment], tuple[Programme, int]] = {}
    found = []
    for number, (one, then) in enumerate(zip(asked.now, asked.then, strict=True)):
        note(number, len(asked.now))
        before, _before_ms = _laid(known, one, one.facts)
        after, change_ms = _laid(known, one, then)
        found.append(Laid(one.screen, one.facts, one.moment, before, after, change_ms))
    return found


def moves(asked: WhatIf, note: Callable[[int, int], None] = lambda _done, _of: None) -> list[Moves]:
    """What differs on each screen in the next days. Takes up to some seconds: call it in a thread; `note` as of `lay`.

    Laying out and comparing take about as long, so each screen counts twice.
    """
    whole = 2 * len(asked.now)
    laid = lay(asked, lambda done, _of: note(done, whole))
    # Equal screens share their programmes, and what differs between them.
    known: dict[tuple[int, int, str], Difference] = {}
    found = []
    for number, one in enumerate(laid, start=len(laid)):
        note(number, whole)
        zone = one.screen.zone
        key = (id(one.before), id(one.after), zone)
        if key not in known:
            days = _days(zone, one.moment.now_ms, min(one.before.span[1], one.after.span[1]))
            known[key] = difference(one.before, one.after, zone, days)
        found.append(Moves(one.screen, one.change_ms, known[key]))
    return found


def _laid(
    known: dict[tuple[str, str, Moment], tuple[Programme, int]], one: ScreenNow, facts: ProgrammeFacts
) -> tuple[Programme, int]:
    key = (facts_key(facts), one.old.plan_key if one.old else "", one.moment)
    if key not in known:
        compiled = compile_plan(facts, one.moment, one.old.programme if one.old else None)
        known[key] = (Programme(compiled.plan), compiled.change_ms)
    return known[key]


def _groups(connection: Connection, moments: Mapping[str, Moment], screens: Sequence[Screen]) -> set[str]:
    return {
        group_id
        for screen in screens
        for group_id in gathering.groups_concerned(connection, screen, *_span(moments[screen.id]))
    }


def _shown(published: Iterable[Published | None]) -> set[str]:
    """The groups of what is laid out already: of what is promised, nothing is taken away."""
    return {item.group for one in published if one is not None for item in one.manifest.items.values()}


def _span(moment: Moment) -> tuple[int, int]:
    return moment.now_ms, moment.now_ms + moment.length_ms + 2 * DAY_MS


def _facts(connection: Connection, library: LibraryFacts, screen: Screen, moment: Moment) -> ProgrammeFacts:
    return gathering.gather(connection, library, screen, *_span(moment)).facts


def _days(zone: str, now_ms: int, end_ms: int) -> list[int]:
    """From now over the next local midnights to the end of the last day that both programmes hold."""
    today = wall(zone, now_ms).date()
    starts = (day_start(zone, today + timedelta(days=number)) for number in range(1, DAYS + 1))
    return [now_ms, *(at_ms for at_ms in starts if now_ms < at_ms < end_ms), end_ms][: DAYS + 1]
