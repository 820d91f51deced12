"""Everything a screen's manifest is made from, gathered in one reading, and its fingerprint."""

from collections.abc import Iterable
from dataclasses import dataclass

from content.canonical import Json, canonical_sha256
from content.manifest import ScreenFacts
from content.programme.plan import ENGINE
from content.signing import PublicKey
from curator import air_time, bookings
from curator.programme.facts import Booked, EligibleItem, ProgrammeFacts
from curator.programme.library_facts import LibraryFacts, Showable
from curator.screens import Screen
from curator.store import Connection

COMPILER = 1
"""Rises when the compiler makes other plans from the same facts, so that every screen is published anew."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """One screen's facts for the compiler, and what the manifest says besides the plan."""

    screen: Screen
    facts: ProgrammeFacts
    library: LibraryFacts

    def screen_facts(self) -> ScreenFacts:
        """The screen as the manifest tells it to its node."""
        screen = self.screen
        return ScreenFacts(
            id=screen.id, name=screen.name, width=screen.width, height=screen.height, zone=screen.zone,
            language=screen.language, volume_percent=screen.volume_percent,
        )  # fmt: skip

    def showable(self, item_ids: Iterable[str]) -> list[Showable]:
        """The items with these ids, sorted by id."""
        return [self.library.showable[item_id] for item_id in sorted(set(item_ids))]


def gather(connection: Connection, library: LibraryFacts, screen: Screen, from_ms: int, to_ms: int) -> Inputs:
    """What concerns one screen, with the bookings that touch [from_ms, to_ms)."""
    eligible = (shown.eligible(screen.id) for shown in library.showable.values())
    facts = ProgrammeFacts(
        zone=screen.zone,
        weights=air_time.weights(connection, screen.id),
        house_groups=frozenset(group.id for group in library.groups.values() if group.is_house),
        items={item.id: item for item in eligible if item is not None},
        bookings=tuple(
            Booked(slot.id, slot.item_id, slot.start_ms, slot.end_ms)
            for slot in bookings.between(connection, screen.id, from_ms, to_ms)
        ),
    )
    return Inputs(screen, facts, library)


def fingerprint(inputs: Inputs, key: PublicKey, epoch: int) -> dict[str, str]:
    """A hash for each part of the inputs, by the codes of `notes.WHY`: what differs is why a manifest is made."""
    facts = inputs.facts
    told = inputs.screen_facts()
    parts: dict[str, Json] = {
        "screen": [told.id, told.name, told.width, told.height, told.zone, told.language, told.volume_percent],
        "air_time": [dict(facts.weights), sorted(facts.house_groups)],
        "items": [_item_json(inputs, item) for item in sorted(_concerned(facts), key=lambda item: item.id)],
        "bookings": [[slot.id, slot.item, slot.start_ms, slot.end_ms] for slot in facts.bookings],
        "signing": [key.key_id, epoch, ENGINE, COMPILER],
    }
    return {name: canonical_sha256(part) for name, part in parts.items()}


def _concerned(facts: ProgrammeFacts) -> list[EligibleItem]:
    """The items that may come to stand in this screen's plan."""
    sharing = {group for group, weight in facts.weights.items() if weight} | facts.house_groups
    booked = {slot.item for slot in facts.bookings}
    return [item for item in facts.items.values() if item.group in sharing or item.id in booked]


def _item_json(inputs: Inputs, item: EligibleItem) -> Json:
    shown = inputs.library.showable[item.id]
    return [
        item.id, item.title, shown.item.credits, shown.item.group_name, item.duration_ms, item.order,
        item.is_in_rotation, shown.sha256, shown.signed_text,
    ]  # fmt: skip
