"""The published policy: reasons to reject, what needs two moderators, what is made of findings; from `policy.toml`."""

import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path

from content.language import LANGUAGES
from content.media.findings import policy as findings
from content.reading import Reader
from curator.statements import PEOPLE

FILE = Path(__file__).with_name("policy.toml")
MOST_REASONS = 40


@dataclass(frozen=True, slots=True)
class ReasonWords:
    """A reason in one language: its name, what it means, and what the group can do."""

    name: str
    means: str
    what_to_do: str


@dataclass(frozen=True, slots=True)
class PolicyReason:
    """One reason. A retired one is no longer chosen; old decisions that name it are still told."""

    code: str
    retired: bool
    words: dict[str, ReasonWords]

    def told(self, language: str) -> ReasonWords:
        """The words in `language`, in English where we do not speak it."""
        return self.words.get(language) or self.words["en"]


def read_policy(body: str) -> dict[str, PolicyReason]:
    """The reasons by code, in the file's order. Raises BadDocument where one lacks a word in a language of ours."""
    entries = _parts(body)["reason"].items(most=MOST_REASONS)
    found: dict[str, PolicyReason] = {}
    for entry in entries:
        reason = _reason(entry)
        if reason.code in found:
            entry.refuse(f"the code '{reason.code}' stands twice")
        found[reason.code] = reason
    return found


@functools.cache
def reasons() -> dict[str, PolicyReason]:
    """The published reasons by code, as the file said when it was first asked for."""
    return read_policy(FILE.read_text("utf-8"))


def read_second_moderator(body: str) -> frozenset[str]:
    """What is said of an item (codes of curator.statements.PEOPLE) that needs two moderators. Raises BadDocument."""
    people = _parts(body)["second_moderator"].fields("people")["people"]
    return frozenset(code.one_of(*PEOPLE) for code in people.items(most=len(PEOPLE)))


@functools.cache
def second_moderator() -> frozenset[str]:
    """What needs two moderators, as the file said when it was first asked for."""
    return read_second_moderator(FILE.read_text("utf-8"))


def read_findings(body: str) -> findings.Policy:
    """What is made of what preparation finds. Raises BadDocument."""
    parts = _parts(body)
    return findings.read_policy(parts["findings"]) if "findings" in parts else findings.AS_IS


@functools.cache
def found_in_uploads() -> findings.Policy:
    """What is made of what preparation finds, as the file said when it was first asked for."""
    return read_findings(FILE.read_text("utf-8"))


def _parts(body: str) -> dict[str, Reader]:
    return Reader(tomllib.loads(body), "policy").fields("reason", "second_moderator", optional=("findings",))


def _reason(entry: Reader) -> PolicyReason:
    given = entry.fields("code", *LANGUAGES, optional=("retired",))
    return PolicyReason(
        code=given["code"].text(least=1, most=32),
        retired="retired" in given and given["retired"].flag(),
        words={language: _words(given[language]) for language in LANGUAGES},
    )


def _words(entry: Reader) -> ReasonWords:
    given = entry.fields("name", "means", "what_to_do")
    return ReasonWords(
        name=given["name"].text(least=1, most=80),
        means=given["means"].text(least=1, most=400),
        what_to_do=given["what_to_do"].text(least=1, most=400),
    )
