"""What stands in the way of one wanted slot, and when else it could be. Pure; quick enough to ask while dragging."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from curator.programme.compiler.slots import RANKS, called, shows_anything
from curator.programme.facts import Booked, EligibleItem, ProgrammeFacts
from curator.programme.holding import joined
from curator.programme.hours import DAY_MS, wall
from curator.programme.permits import CURFEW, conditioned, forbidding
from curator.programme.rules import QuietRule
from curator.programme.stretches import Stretch, Stretches
from curator.words import N_, _

REACH_MS = 7 * DAY_MS
"""How far from the wanted time another one is looked for."""

SENTENCES = {
    "overlap": N_("“%(booking)s” has this time until %(until)s."),
    "dark": N_("The screen is dark from %(from)s until %(until)s, by the rule “%(rule)s”."),
    "curfew": N_("The screen is dark from %(from)s until %(until)s, as was agreed for its place."),
    "rule": N_("The rule “%(rule)s” forbids “%(title)s” until %(until)s."),
    "not_here": N_("An item of this booking is not approved for this screen, or not meant for it."),
    "embargo": N_("“%(title)s” may not be shown before %(from)s."),
    "expired": N_("“%(title)s” may not be shown after %(until)s."),
    "site": N_("“%(title)s” is nothing for this place: no moving pictures, or nothing so short, were agreed."),
    "short": N_("“%(title)s” takes %(seconds)s seconds, and the slot is shorter."),
}


DECIDED = frozenset({"dark", "curfew", "rule", "site"})
"""What people decided about a place. An item's own approval and wishes may change before its time comes."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """One thing in the way: `code` is one of `SENTENCES`, `instants` are UTC ms, `names` what things are called.

    `free_ms` are the nearest starts at which a slot as long has none of the conflicts: one before, one after, if any.
    """

    code: str
    instants: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    free_ms: tuple[int, ...] = ()


def conflicts(facts: ProgrammeFacts, booked: Booked) -> list[Conflict]:
    """All that is in the way of the wanted slot, overlaps first; one with the same id and number is itself."""
    fit = conditioned(facts)[0]
    stretches = Stretches(fit, booked.start_ms, booked.end_ms)
    found = [*_overlaps(fit, booked), *_of_items(facts, fit, stretches, booked)]
    if not found:
        return []
    length_ms = booked.end_ms - booked.start_ms
    wanted = tuple(fit.items[item] for item in booked.playing if item in fit.items)
    free_ms = nearest(fit, length_ms, booked.start_ms, wanted, but=(booked.id, booked.number))
    return [Conflict(one.code, one.instants, one.names, free_ms) for one in found]


@dataclass(frozen=True, slots=True)
class Hindered:
    """A slot with what is in its way, other bookings apart; `is_shut_out` where by rules and site nothing is shown."""

    slot: Booked
    conflicts: tuple[Conflict, ...]
    is_shut_out: bool


def hindered(facts: ProgrammeFacts, slots: Iterable[Booked]) -> Iterator[Hindered]:
    """Those of the slots that have rules, dark hours, the site or their items' own time against them, in order."""
    wanted = tuple(slots)
    if not wanted:
        return
    fit = conditioned(facts)[0]
    stretches = Stretches(fit, min(slot.start_ms for slot in wanted), max(slot.end_ms for slot in wanted))
    for slot in wanted:
        found = tuple(_of_items(facts, fit, stretches, slot))
        if found:
            yield Hindered(slot, found, _is_shut_out(fit, stretches, slot, found))


def nearest(
    facts: ProgrammeFacts, length_ms: int, around_ms: int, items: tuple[EligibleItem, ...] = (),
    but: tuple[str, int] = ("", 0),
) -> tuple[int, ...]:  # fmt: skip
    """The nearest starts, within a week, of a lit and free slot of that length in which all of `items` may be shown.

    The last one at or before `around_ms` and the first one after it; fewer where there are none.
    """
    from_ms, to_ms = around_ms - REACH_MS, around_ms + length_ms + REACH_MS
    shut = [(slot.start_ms, slot.end_ms) for slot in facts.bookings if slot.state in RANKS and _key(slot) != but]
    shut += [
        (stretch.start_ms, stretch.end_ms)
        for stretch in Stretches(facts, from_ms, to_ms).between(from_ms, to_ms)
        if stretch.is_dark or any(forbidding(stretch.rules, item) is not None for item in items)
    ]
    for item in items:
        shut += [(from_ms, item.from_ms)] if item.from_ms > from_ms else []
        shut += [(item.until_ms, to_ms)] if item.until_ms < to_ms else []
    before: tuple[int, ...] = ()
    free_ms = from_ms
    for start_ms, end_ms in [*joined(span for span in shut if span[1] > from_ms), (to_ms, to_ms)]:
        last_ms = min(start_ms, to_ms) - length_ms
        if free_ms <= last_ms:
            if free_ms > around_ms:
                return (*before, free_ms)
            before = (min(last_ms, around_ms),)
            if around_ms < last_ms:
                return before
        free_ms = max(free_ms, end_ms)
    return before


def tell(conflict: Conflict, zone: str) -> str:
    """The conflict in the reader's language, with times on the clocks of `zone`."""
    times = {
        name.removesuffix("_ms"): f"{wall(zone, at_ms):%Y-%m-%d %H:%M}" for name, at_ms in conflict.instants.items()
    }
    return _(SENTENCES[conflict.code], **times, **conflict.names)


def _overlaps(facts: ProgrammeFacts, booked: Booked) -> Iterator[Conflict]:
    over = [
        slot
        for slot in facts.bookings
        if slot.state in RANKS
        and slot.start_ms < booked.end_ms
        and booked.start_ms < slot.end_ms
        and _key(slot) != _key(booked)
    ]
    for slot in sorted(over, key=lambda slot: (slot.start_ms, slot.id, slot.number)):
        yield Conflict("overlap", {"until_ms": slot.end_ms}, {"booking": called(slot, facts)})


def _is_shut_out(facts: ProgrammeFacts, stretches: Stretches, slot: Booked, found: tuple[Conflict, ...]) -> bool:
    if not any(conflict.code in DECIDED for conflict in found):
        return False
    return not shows_anything(facts, stretches, slot)


def _of_items(given: ProgrammeFacts, facts: ProgrammeFacts, stretches: Stretches, booked: Booked) -> Iterator[Conflict]:
    for stretch in _ruled(stretches, booked):
        for rule in stretch.rules:
            if isinstance(rule, QuietRule) and rule.mode == "dark":
                code = "curfew" if rule.id == CURFEW else "dark"
                yield Conflict(code, {"from_ms": stretch.start_ms, "until_ms": stretch.end_ms}, {"rule": rule.name})
    for name in sorted(set(booked.playing)):
        if name not in given.items:
            yield Conflict("not_here")
        elif name not in facts.items:
            yield Conflict("site", {}, {"title": given.items[name].title})
        else:
            yield from _of_item(facts.items[name], stretches, booked)


def _ruled(stretches: Stretches, booked: Booked) -> Iterable[Stretch]:
    return stretches.between(booked.start_ms, booked.end_ms) if stretches.have_rules else ()


def _of_item(item: EligibleItem, stretches: Stretches, booked: Booked) -> Iterator[Conflict]:
    title = {"title": item.title}
    if item.from_ms > booked.start_ms:
        yield Conflict("embargo", {"from_ms": item.from_ms}, title)
    if item.until_ms < booked.end_ms:
        yield Conflict("expired", {"until_ms": item.until_ms}, title)
    if item.duration_ms > booked.end_ms - booked.start_ms:
        yield Conflict("short", {}, {**title, "seconds": str(-(-item.duration_ms // 1000))})
    for stretch in _ruled(stretches, booked):
        lit = (rule for rule in stretch.rules if not isinstance(rule, QuietRule))
        rule = forbidding(lit, item)
        if rule is not None:
            yield Conflict("rule", {"until_ms": stretch.end_ms}, {**title, "rule": rule.name})


def _key(slot: Booked) -> tuple[str, int]:
    return slot.id, slot.number
