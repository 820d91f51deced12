"""What may be shown: which rule keeps an item off, and what a site's conditions do to the items. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import assert_never

from curator.programme.facts import EligibleItem, Note, ProgrammeFacts
from curator.programme.rules import ApartRule, ElectionRule, PaceRule, QuietRule, RatingRule, Rule, TagRule, When

CURFEW = "curfew"
"""The id of the rule that a site's curfew is; no stored rule has it."""


def rules_of(facts: ProgrammeFacts) -> tuple[Rule, ...]:
    """Every rule that touches the screen, by id, the site's curfew among them."""
    curfew = facts.site.curfew
    dark = () if curfew is None else (QuietRule(CURFEW, facts.dayparts[curfew].name, When(curfew), "dark"),)
    return tuple(sorted((*facts.rules, *dark), key=lambda rule: (rule.id, repr(rule))))


def forbids(rule: Rule, item: EligibleItem) -> bool:
    """Whether the item must not be on while the rule holds."""
    match rule:
        case RatingRule():
            return item.rating > rule.most
        case QuietRule():
            return rule.mode == "dark"
        case TagRule():
            return bool(item.tags & rule.never) or bool(rule.only and not item.tags & rule.only)
        case ElectionRule():
            return bool(item.tags & rule.frozen)
        case PaceRule() | ApartRule():
            return False
        case _ as never:
            assert_never(never)


def forbidding(rules: Iterable[Rule], item: EligibleItem) -> Rule | None:
    """The first of the rules that keeps the item off; None when none does."""
    return next((rule for rule in rules if forbids(rule, item)), None)


def site_refuses(facts: ProgrammeFacts, item: EligibleItem) -> str:
    """Why the site never shows the item: `static_only`, `too_brief` for a film, or "" when it may."""
    if item.kind == "video" and facts.site.static_only:
        return "static_only"
    if item.kind == "video" and item.duration_ms < facts.site.least_dwell_ms:
        return "too_brief"
    return ""


def conditioned(facts: ProgrammeFacts) -> tuple[ProgrammeFacts, list[Note]]:
    """The facts under the site's conditions: what it refuses is gone, stills are held for its least dwell."""
    notes: list[Note] = []
    kept = {item.id: item for item in _held(facts, notes)}
    return (replace(facts, items=kept) if kept != facts.items else facts), notes


def _held(facts: ProgrammeFacts, notes: list[Note]) -> Iterator[EligibleItem]:
    least_ms = facts.site.least_dwell_ms
    for item in sorted(facts.items.values(), key=lambda item: item.id):
        refused = site_refuses(facts, item)
        if refused:
            notes.append(Note(refused, {"title": item.title}))
        elif item.duration_ms < least_ms:
            notes.append(Note("held_longer", {"title": item.title, "seconds": str(-(-least_ms // 1000))}))
            yield replace(item, duration_ms=least_ms)
        else:
            yield item
