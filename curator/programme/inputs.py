"""Everything a screen's manifest is made from, gathered in one reading, and its fingerprint."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace

from content.canonical import Json, canonical_sha256
from content.programme.plan import ENGINE
from content.screen_facts import ScreenFacts
from content.signing import PublicKey
from curator import air_time, dayparts, groups, rules, sites, slots
from curator.programme import library_facts
from curator.programme.compiler.slots import keeps_back
from curator.programme.facts import Booked, EligibleItem, ProgrammeFacts, Weights
from curator.programme.library_facts import LibraryFacts, Showable
from curator.programme.rules import Rule, SiteConditions
from curator.scopes import touching
from curator.screens import Screen
from curator.sites import USUAL, Manner
from curator.store import Connection

COMPILER = 4
"""Rises when the compiler makes other plans from the same facts, so that every screen is published anew."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """One screen's facts for the compiler, and what the manifest says besides the plan."""

    screen: Screen
    facts: ProgrammeFacts
    library: LibraryFacts
    manner: Manner = USUAL

    def screen_facts(self) -> ScreenFacts:
        """The screen as the manifest tells it to its node."""
        screen = self.screen
        return ScreenFacts(
            id=screen.id, name=screen.name, width=screen.width, height=screen.height, zone=screen.zone,
            language=screen.language, volume_percent=screen.volume_percent, captions=screen.captions,
            picture_height_mm=screen.picture_height_mm, distance_mm=screen.distance_mm,
            is_calm=self.manner.is_calm or self.facts.site.static_only, hides_credits=self.manner.hides_credits,
            fit=self.manner.fit,
            has_touch=screen.has_touch, has_pads=screen.has_pads, lower_edge_mm=screen.lower_edge_mm,
        )  # fmt: skip

    def showable(self, item_ids: Iterable[str]) -> list[Showable]:
        """The items with these ids, sorted by id, each with the file that this screen shows of it."""
        found = (self.shown(item_id) for item_id in sorted(set(item_ids)))
        return [one for one in found if one is not None]

    def shown(self, item_id: str) -> Showable | None:
        """An item with the file that this screen shows of it; None when none is approved here."""
        return self.library.showable[item_id].on(self.screen, static_only=self.facts.site.static_only)


def gather(connection: Connection, library: LibraryFacts, screen: Screen, from_ms: int, to_ms: int) -> Inputs:
    """What concerns one screen, with the bookings that touch [from_ms, to_ms).

    Of later ones it has the occurrences that items wait for: a premiere keeps them back however far ahead it is.
    """
    parts = dayparts.every(connection)
    weights = air_time.facts_weights(connection, screen, parts)
    held, site = rules.of_scopes(connection, touching(screen)), sites.conditions_of(connection, screen.site_id)
    eligible = (shown.eligible(screen, static_only=site.static_only) for shown in library.showable.values())
    spoken_of = {part_id for part_id, _weights in weights.in_dayparts} | {rule.when.daypart for rule in held}
    facts = ProgrammeFacts(
        zone=screen.zone,
        weights=weights,
        house_groups=frozenset(group.id for group in library.groups.values() if group.is_house),
        items={item.id: item for item in eligible if item is not None},
        bookings=_bookings(connection, screen, from_ms, to_ms),
        dayparts={part.id: part for part in parts if part.id in spoken_of | {site.curfew, site.night}},
        rules=held,
        site=site,
    )
    return Inputs(screen, facts, library, sites.manner_of(connection, screen.site_id))


def groups_concerned(connection: Connection, screen: Screen, from_ms: int, to_ms: int) -> set[str]:
    """The groups whose items may come to stand in a plan of this screen for [from_ms, to_ms).

    They share its time, are the house, or are booked there. Facts of the library that has these make the same plan.
    """
    weights = air_time.facts_weights(connection, screen, dayparts.every(connection))
    sharing = {group for given in _given(weights) for group, weight in given.items() if weight}
    booked = {item for slot in _bookings(connection, screen, from_ms, to_ms) for item in slot.items}
    return sharing | groups.house_ids(connection) | library_facts.groups_of(connection, booked)


def narrowed(inputs: Inputs, from_ms: int, to_ms: int) -> Inputs:
    """The same with the bookings that `gather` finds for [from_ms, to_ms), which lies inside what was gathered."""
    bookings = (slot for slot in inputs.facts.bookings if _concerns(slot, from_ms, to_ms))
    return replace(inputs, facts=replace(inputs.facts, bookings=tuple(bookings)))


def fingerprint(inputs: Inputs, key: PublicKey, epoch: int) -> dict[str, str]:
    """A hash for each part of the inputs, by the codes of `notes.WHY`: what differs is why a manifest is made."""
    facts = inputs.facts
    told = inputs.screen_facts()
    concerned = sorted(_concerned(facts), key=lambda item: item.id)
    parts: dict[str, Json] = {  # what is left unsaid where there is none of it makes no screen publish anew
        "screen": [
            told.id,
            told.name,
            told.width,
            told.height,
            told.zone,
            told.language,
            told.volume_percent,
            *([told.captions] if told.captions else []),
            *([told.manner()] if told.manner() else []),
        ],
        "air_time": _weights_json(facts),
        "items": [_eligible_json(item) for item in concerned],
        "files": [_item_json(inputs, item) for item in concerned],
        "bookings": [_slot_json(slot) for slot in facts.bookings],
        "rules": _rules_json(facts),
        "signing": [key.key_id, epoch, ENGINE, COMPILER],
    }
    return {name: canonical_sha256(part) for name, part in parts.items()}


def _bookings(connection: Connection, screen: Screen, from_ms: int, to_ms: int) -> tuple[Booked, ...]:
    found = [*slots.between(connection, screen.id, from_ms, to_ms), *slots.premieres_from(connection, screen.id, to_ms)]
    booked = (
        Booked(
            slot.booking_id, slot.items, slot.start_ms, slot.end_ms, slot.state, slot.plays, slot.number,
            slot.is_premiere, slot.title,
        )
        for slot in found
    )  # fmt: skip
    return tuple(slot for slot in booked if _concerns(slot, from_ms, to_ms))


def _concerns(slot: Booked, from_ms: int, to_ms: int) -> bool:
    return slot.end_ms > from_ms if slot.start_ms < to_ms else keeps_back(slot)


def _weights_json(facts: ProgrammeFacts) -> Json:
    weights = facts.weights
    in_dayparts: list[Json] = [[part_id, dict(given)] for part_id, given in weights.in_dayparts]
    return [dict(weights.usual), sorted(facts.house_groups), in_dayparts]


def _slot_json(slot: Booked) -> Json:
    return [
        slot.id, list(slot.items), slot.start_ms, slot.end_ms, slot.state, slot.plays, slot.number, slot.is_premiere,
        slot.title,
    ]  # fmt: skip


def _rules_json(facts: ProgrammeFacts) -> Json:
    parts: list[Json] = [
        [part.id, part.name, part.position,
         [[sorted(one.weekdays), one.from_minute, one.until_minute] for one in part.hours]]
        for _id, part in sorted(facts.dayparts.items())
    ]  # fmt: skip
    return [parts, [_plain(rule) for rule in facts.rules], _plain(facts.site)]


def _plain(value: Rule | SiteConditions) -> Json:
    """A rule or conditions: the kind, and each field by its name."""
    fields: dict[str, Json] = {
        name: sorted(held) if isinstance(held, frozenset) else held for name, held in asdict(value).items()
    }
    return [type(value).__name__, fields]


def _eligible_json(item: EligibleItem) -> Json:
    return [
        item.id, item.group, item.title, item.duration_ms, item.order, item.is_in_rotation, item.from_ms,
        item.until_ms, item.kind, item.rating, sorted(item.tags), item.gap_ms, item.joins,
    ]  # fmt: skip


def _given(weights: Weights) -> list[Mapping[str, int]]:
    return [weights.usual, *(given for _id, given in weights.in_dayparts)]


def _concerned(facts: ProgrammeFacts) -> list[EligibleItem]:
    """The items that may come to stand in this screen's plan."""
    sharing = {group for given in _given(facts.weights) for group, weight in given.items() if weight}
    sharing |= facts.house_groups
    booked = {item for slot in facts.bookings for item in slot.items}
    return [item for item in facts.items.values() if item.group in sharing or item.id in booked]


def _item_json(inputs: Inputs, item: EligibleItem) -> Json:
    """What a manifest says of the item and the compiler is not told."""
    shown = inputs.shown(item.id) or inputs.library.showable[item.id]
    captions: list[Json] = [[one.track.language, one.track.sha256, one.track.signed] for one in shown.captions]
    coming_on: dict[str, Json] = {} if shown.transition.is_cut else {shown.transition.kind: shown.transition.ms}
    return [
        item.id, shown.item.screen_title, shown.item.screen_credits, shown.item.group_name,
        shown.sha256, shown.signed_text,
        *([captions] if captions else []), *([coming_on] if coming_on else []),
        *(["moves"] if shown.showing.is_photograph else []),
        *([[*shown.item.languages]] if shown.item.languages else []),
    ]  # fmt: skip
