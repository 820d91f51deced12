"""What the findings amount to: a verdict for each rule set and what is to be done; as JSON, and as reasons."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from content.media.findings.clock import clock, places
from content.media.flash.findings import MOST_INTERVALS, Found
from content.media.flash.rules import RULES, Rule
from content.media.reasons import Reason
from content.reading import Reader

Verdict = Literal["pass", "fail"]
Policy = Literal["publish", "hold", "refuse"]

_REFUSED: dict[Rule, str] = {
    "itu_red": "red_flash_hazard",
    "itu_general": "flash_hazard",
    "pattern_strong": "pattern_hazard",
}
"""Rules that refuse, the gravest first, and the reasons' codes."""
_MOST_US = 1 << 50


@dataclass(frozen=True, slots=True)
class Screening:
    """The verdict of each rule set, the policy, and where in the film which rule is broken, in order of time."""

    itu_bt1702: Verdict
    wcag_strict: Verdict
    trace24: Verdict
    pattern: Verdict
    policy: Policy
    found: tuple[Found, ...]


def screening_of(found: Iterable[Found]) -> Screening:
    """What the findings amount to."""
    ordered = tuple(sorted(found, key=lambda one: (one.start_us, one.end_us, RULES.index(one.rule))))
    rules = {one.rule for one in ordered}

    def verdict(*broken: Rule) -> Verdict:
        return "fail" if rules & set(broken) else "pass"

    return Screening(
        itu_bt1702=verdict("itu_general", "itu_red"),
        wcag_strict=verdict("wcag_general", "wcag_red"),
        trace24=verdict("trace24_general", "trace24_red"),
        pattern=verdict("pattern", "pattern_strong"),
        policy="refuse" if rules & _REFUSED.keys() else "hold" if rules else "publish",
        found=ordered,
    )


def screening_reasons(screening: Screening) -> tuple[Reason, ...]:
    """Why the film is refused, or what the moderator should know; nothing when it may be published."""
    for rule, code in _REFUSED.items():
        broken = [one for one in screening.found if one.rule == rule]
        if broken:
            return (_reason(code, broken),)
    flashes = [one for one in screening.found if one.rule != "pattern"]
    stripes = [one for one in screening.found if one.rule == "pattern"]
    held = (("flash_hold", flashes), ("pattern_hold", stripes))
    return tuple(_reason(code, broken) for code, broken in held if broken)


def refused_parts(screening: Screening) -> list[Found]:
    """What the film is refused for."""
    return [one for one in screening.found if one.rule in _REFUSED]


def _reason(code: str, broken: list[Found]) -> Reason:
    worst = max(broken, key=lambda one: (one.transitions, -one.start_us))
    values: dict[str, str | int] = {
        "at": clock(worst.start_us),
        "places": places((one.start_us, one.end_us) for one in broken),
    }
    if worst.transitions:
        values["times"] = (worst.transitions + 1) // 2
    return Reason(code, values, worst.start_us // 1_000)


def screening_record(screening: Screening) -> dict[str, object]:
    """`screening` as members of a JSON object; times in milliseconds from the first picture on."""
    return {
        "itu_bt1702": screening.itu_bt1702,
        "wcag_strict": screening.wcag_strict,
        "trace24": screening.trace24,
        "pattern": screening.pattern,
        "policy": screening.policy,
        "intervals": [
            {
                "start_ms": one.start_us // 1_000,
                "end_ms": -(-one.end_us // 1_000),
                "rule": one.rule,
                "transitions": one.transitions,
            }
            for one in screening.found
        ],
    }


def parse_screening(reader: Reader) -> Screening:
    """The screening in a JSON object that `screening_record` wrote. Raises BadDocument."""
    given = reader.fields("itu_bt1702", "wcag_strict", "trace24", "pattern", "policy", "intervals")
    found = tuple(_parse_found(item) for item in given["intervals"].items(most=2 * MOST_INTERVALS))
    screening = screening_of(found)
    for name in ("itu_bt1702", "wcag_strict", "trace24", "pattern", "policy"):
        if given[name].text(most=10) != getattr(screening, name):
            given[name].refuse("not what the intervals amount to")
    return screening


def _parse_found(reader: Reader) -> Found:
    given = reader.fields("start_ms", "end_ms", "rule", "transitions")
    name = given["rule"].one_of(*RULES)
    return Found(
        rule=next(rule for rule in RULES if rule == name),
        start_us=given["start_ms"].integer(least=0, most=_MOST_US // 1_000) * 1_000,
        end_us=given["end_ms"].integer(least=0, most=_MOST_US // 1_000) * 1_000,
        transitions=given["transitions"].integer(least=0, most=1_000),
    )
