"""What the policy asks before something is shown: how many people, who, and whether it is blurred. Pure.

The floor is not in the file: a person always sees it before the street does.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, cast

from content.media.reasons import TABLE
from content.reading import Reader
from curator.statements import PEOPLE

KINDS = ("film", "still", "captions", "mend", "external")
TRUSTS = ("new", "known", "trusted")
Decider = Literal["moderator", "administrator"]
MOST_NEEDS = 60
MOST_CHOICES = 60
MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Case:
    """What is decided about. `tags` are of the screens it would be on, `minute` is the local time of the decision."""

    trust: str
    kinds: frozenset[str]
    people: str
    tags: frozenset[str]
    findings: frozenset[str]
    minute: int


@dataclass(frozen=True, slots=True)
class Need:
    """One rule: where all that it names holds, it asks for what it says. What is empty is not asked about."""

    code: str
    trust: frozenset[str]
    kinds: frozenset[str]
    people: frozenset[str]
    screens: frozenset[str]
    findings: frozenset[str]
    hours: tuple[int, int] | None
    persons: int
    by: Decider
    is_blurred: bool

    def holds(self, case: Case) -> bool:
        """Whether it is about this case."""
        asked = (
            (self.trust, {case.trust}), (self.kinds, case.kinds), (self.people, {case.people}),
            (self.screens, case.tags), (self.findings, case.findings),
        )  # fmt: skip
        return all(not wanted or wanted & given for wanted, given in asked) and self._is_on(case.minute)

    def _is_on(self, minute: int) -> bool:
        if self.hours is None:
            return True
        begins, ends = self.hours
        return begins <= minute < ends if begins < ends else minute >= begins or minute < ends


@dataclass(frozen=True, slots=True)
class Demand:
    """What is asked in a case, by which rules."""

    persons: int
    by: Decider
    is_blurred: bool
    needs: tuple[Need, ...]

    def and_also(self, other: "Demand") -> "Demand":
        """What is asked where both cases are decided about at once: the stricter of each."""
        more = tuple(need for need in other.needs if need not in self.needs)
        return Demand(
            max(self.persons, other.persons), "administrator" if "administrator" in (self.by, other.by) else self.by,
            self.is_blurred or other.is_blurred, (*self.needs, *more),
        )  # fmt: skip


def demand(needs: Iterable[Need], case: Case) -> Demand:
    """The strictest of all rules that hold; one moderator, and nothing blurred, where none does."""
    held = tuple(need for need in needs if need.holds(case))
    return Demand(
        persons=max([1, *(need.persons for need in held)]),
        by="administrator" if any(need.by == "administrator" for need in held) else "moderator",
        is_blurred=any(need.is_blurred for need in held),
        needs=held,
    )


def read_needs(entries: Reader, *, has_zone: bool) -> tuple[Need, ...]:
    """The rules in the file's order. Raises BadDocument with the field and what to write instead."""
    found: list[Need] = []
    for entry in entries.items(most=MOST_NEEDS):
        need = _need(entry)
        if need.code in {one.code for one in found}:
            entry.refuse(f"the code '{need.code}' stands twice; give each rule a code of its own")
        if need.hours is not None and not has_zone:
            entry.refuse('hours need a time zone: write zone = "Europe/London", or yours, at the top of the file')
        found.append(need)
    return tuple(found)


def _need(entry: Reader) -> Need:
    given = entry.fields(
        "code", optional=("trust", "kinds", "people", "screens", "findings", "hours", "persons", "by", "blurred")
    )  # fmt: skip
    persons = given["persons"].integer() if "persons" in given else 1
    if persons not in {1, 2}:
        given["persons"].refuse(f"{persons} cannot be; a person always sees it before the street: write 1 or 2")
    need = Need(
        code=given["code"].text(least=1, most=32),
        trust=_words(given, "trust", TRUSTS),
        kinds=_words(given, "kinds", KINDS),
        people=_words(given, "people", tuple(PEOPLE)),
        screens=_words(given, "screens"),
        findings=_words(given, "findings", tuple(TABLE)),
        hours=_hours(given["hours"]) if "hours" in given else None,
        persons=persons,
        by=cast("Decider", given["by"].one_of("moderator", "administrator")) if "by" in given else "moderator",
        is_blurred="blurred" in given and given["blurred"].flag(),
    )
    if need.persons == 1 and need.by == "moderator" and not need.is_blurred:
        entry.refuse('it asks for nothing: write persons = 2, by = "administrator" or blurred = true')
    return need


def _words(given: dict[str, Reader], name: str, choices: tuple[str, ...] = ()) -> frozenset[str]:
    if name not in given:
        return frozenset()
    places = given[name].items(most=MOST_CHOICES)
    if not places:
        given[name].refuse("an empty list is about nothing; leave the line out to ask about everything")
    return frozenset(place.one_of(*choices) if choices else place.text(least=1, most=40).casefold() for place in places)


def _hours(place: Reader) -> tuple[int, int]:
    words = place.text(most=20)
    try:
        begins, ends = (_minute(part) for part in words.split("-"))
    except ValueError:
        place.refuse(f"'{words}' is not a time of day; write hours such as \"22:00-06:00\"")
    if begins == ends:
        place.refuse("it begins when it ends; leave the line out for the whole day")
    return begins, ends


def _minute(words: str) -> int:
    hour, minute = words.strip().split(":")
    found = int(hour) * 60 + int(minute)
    if not (len(minute) == 2 and 0 <= int(minute) < 60 and 0 <= found <= MINUTES_A_DAY):
        raise ValueError(words)
    return found % MINUTES_A_DAY
