"""Why isn't this item on? Exactly one reason, with its numbers, for an item, a screen and an instant. Pure.

Whether it was approved at all is for the caller to say first; what the engine knows comes last.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from content.programme.engine import Programme
from content.programme.explain import Explanation, explain
from curator.programme.compiler.lists import weights_at
from curator.programme.compiler.slots import RANKS, called, premieres
from curator.programme.facts import EligibleItem, ProgrammeFacts
from curator.programme.holding import holds
from curator.programme.hours import DAY_MS, wall
from curator.programme.permits import CURFEW, forbids, site_refuses
from curator.programme.rules import QuietRule, Rule
from curator.programme.stretches import Stretches
from curator.words import N_, _

FURTHEST_MS = 8 * DAY_MS
"""How far ahead the end of a rule, or of a daypart without weight, is looked for."""

SENTENCES = {
    "playing": N_("It is on, since %(start)s and until %(end)s."),
    "not_here": N_("It is not approved for this screen, or not meant for it."),
    "embargo": N_("It may not be shown before %(from)s."),
    "expired": N_("It may not be shown after %(until)s."),
    "static_only": N_("No moving pictures were agreed for this place."),
    "too_brief": N_("It is too short for this place, where nothing is shown for less than %(least)s seconds."),
    "rule": N_("The rule “%(rule)s” forbids it until %(until)s."),
    "dark": N_("The screen is dark until %(until)s, by the rule “%(rule)s”."),
    "curfew": N_("The screen is dark until %(until)s, as was agreed for its place."),
    "booked": N_("The time until %(until)s is booked: “%(booking)s”."),
    "premiere": N_("It is kept for its premiere."),
    "left_out": N_("Its group has left it out of its running order."),
    "no_weight": N_("Its group has no air time here until %(until)s."),
    "no_weight_at_all": N_("Its group has no air time on this screen."),
    "outside_plan": N_("The programme is laid out from %(plan_start)s until %(plan_end)s only."),
    "house": N_("It belongs to the house and is shown when nobody else's item can be."),
    "not_listed": N_("The programme that is published does not have it then; the next one that is made may."),
    "too_long": N_("It takes %(duration)s seconds, but this part of the programme has only %(length)s."),
    "no_share": N_("Its group's share comes to nothing until %(until)s."),
    "repetition": N_("It was on at %(last_start)s and may come again at %(earliest)s at the earliest."),
    "not_due": N_("Its group is owed %(owed)s seconds and needs %(needed)s; it is due at %(due)s."),
    "does_not_fit": N_("It takes %(duration)s seconds and no longer fits in before %(until)s."),
    "queued": N_("It is due since %(due)s; what is on now ends at %(free_from)s, and the most urgent goes first."),
    "another_first": N_("Another item of its group comes first."),
}
_LENGTHS = frozenset({"duration_ms", "length_ms", "owed_ms", "needed_ms", "gap_ms", "offset_ms", "least_ms"})
_SAME = {"unknown_item": "not_listed"}


@dataclass(frozen=True, slots=True)
class Reason:
    """`code` is one of `SENTENCES`; `numbers` are instants and lengths in ms, `names` those of rules and bookings.

    `rule` is the id of the rule that it is about, or "". `next_start_ms` is the next planned play, None without one.
    """

    code: str
    numbers: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    rule: str = ""
    next_start_ms: int | None = None


def why(facts: ProgrammeFacts, programme: Programme, item: str, instant_ms: int) -> Reason:
    """Why `item` is or is not on at that instant: `playing` if and only if the published programme shows it."""
    told = explain(programme, item, instant_ms)
    engine = _of_engine(told)
    if told.reason in ("playing", "outside_plan"):
        return engine
    found = _decided(facts, programme, facts.items.get(item), instant_ms) or engine
    return Reason(found.code, found.numbers, found.names, found.rule, told.next_start_ms)


def tell(reason: Reason, zone: str) -> str:
    """The reason in the reader's language, with times on the clocks of `zone`."""
    values: dict[str, object] = dict(reason.names)
    for name, number in reason.numbers.items():
        is_length = name in _LENGTHS
        short = name.removesuffix("_ms")
        values[short] = f"{number / 1000:.1f}".removesuffix(".0") if is_length else _clock(zone, number)
    return _(SENTENCES[reason.code], **values)


def _clock(zone: str, at_ms: int) -> str:
    return f"{wall(zone, at_ms):%Y-%m-%d %H:%M:%S}"


def _of_engine(told: Explanation) -> Reason:
    return Reason(_SAME.get(told.reason, told.reason), told.numbers, next_start_ms=told.next_start_ms)


def _decided(facts: ProgrammeFacts, programme: Programme, item: EligibleItem | None, instant_ms: int) -> Reason | None:
    """What people decided; None when it is only a matter of whose turn it is."""
    if item is None:
        return Reason("not_here")
    if instant_ms < item.from_ms:
        return Reason("embargo", {"from_ms": item.from_ms})
    if instant_ms >= item.until_ms:
        return Reason("expired", {"until_ms": item.until_ms})
    refused = site_refuses(facts, item)
    if refused:
        return Reason(refused, {"least_ms": facts.site.least_dwell_ms})
    return (
        _by_rule(facts, item, instant_ms)
        or _by_booking(facts, programme, instant_ms)
        or _by_group(facts, item, instant_ms)
    )


def _by_rule(facts: ProgrammeFacts, item: EligibleItem, instant_ms: int) -> Reason | None:
    lit = Stretches(facts, instant_ms, instant_ms + 1).at(instant_ms)
    against = [rule for rule in lit.rules if forbids(rule, item)]
    # A rule about the item says more than that the screen is dark just now.
    for rule in sorted(against, key=lambda rule: (isinstance(rule, QuietRule), rule.id)):
        until = {"until_ms": _until_ms(facts, rule, instant_ms)}
        code = "curfew" if rule.id == CURFEW else "dark" if isinstance(rule, QuietRule) else "rule"
        return Reason(code, until, {"rule": rule.name}, rule.id)
    return None


def _until_ms(facts: ProgrammeFacts, rule: Rule, instant_ms: int) -> int:
    found = holds(rule.when, facts.dayparts, facts.zone, instant_ms, instant_ms + FURTHEST_MS)
    return found[0][1]


def _by_booking(facts: ProgrammeFacts, programme: Programme, instant_ms: int) -> Reason | None:
    if programme.at(instant_ms).event.layer != "booking":
        return None
    on = [slot for slot in facts.bookings if slot.start_ms <= instant_ms < slot.end_ms and slot.state in RANKS]
    for slot in sorted(on, key=lambda slot: (RANKS[slot.state], slot.start_ms, slot.id)):
        return Reason("booked", {"until_ms": slot.end_ms}, {"booking": called(slot, facts)})
    return None


def _by_group(facts: ProgrammeFacts, item: EligibleItem, instant_ms: int) -> Reason | None:
    if item.group in facts.house_groups:
        return None
    if not item.is_in_rotation:
        return Reason("left_out")
    if premieres(facts).get(item.id, 0) > instant_ms:
        return Reason("premiere")
    ahead = Stretches(facts, instant_ms, instant_ms + FURTHEST_MS)
    for number, stretch in enumerate(ahead.between(instant_ms, instant_ms + FURTHEST_MS)):
        if weights_at(facts.weights, facts, stretch.dayparts).get(item.group, 0) > 0:
            return Reason("no_weight", {"until_ms": stretch.start_ms}) if number else None
    return Reason("no_weight_at_all")
