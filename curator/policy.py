"""The published policy in `policy.toml`: reasons to reject, what needs whom, what is made of findings."""

import functools
import tomllib
import zoneinfo
from dataclasses import dataclass
from pathlib import Path

from content.language import LANGUAGES
from content.media.findings import policy as findings
from content.reading import BadDocument, Reader
from curator.policy_needs import Need, read_needs

FILE = Path(__file__).with_name("policy.toml")
LARGEST_BYTES = 256 << 10
MOST_REASONS = 40
USUAL_KNOWN_AFTER = 5
MOST_KNOWN_AFTER = 1000


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


@dataclass(frozen=True, slots=True)
class Policy:
    """All that the file says. `zone` is "" where none is named.

    A group is known after `known_after` approvals, unless a moderator said what it is.
    """

    reasons: dict[str, PolicyReason]
    needs: tuple[Need, ...]
    known_after: int
    zone: str
    findings: findings.Policy


def read_policy(body: str, name: str = FILE.name) -> Policy:
    """The policy in a file's text. Raises BadDocument that names the file, the field and what is wanted there."""
    if len(body.encode()) > LARGEST_BYTES:
        raise BadDocument(name, f"the file is too large; at most {LARGEST_BYTES} bytes are read")
    try:
        document = tomllib.loads(body)
    except tomllib.TOMLDecodeError as error:
        raise BadDocument(name, f"not TOML: {error}") from error
    parts = Reader(document, name).fields("reason", optional=("needs", "trust", "zone", "findings"))
    zone = _zone(parts["zone"]) if "zone" in parts else ""
    return Policy(
        reasons=_reasons(parts["reason"]),
        needs=read_needs(parts["needs"], has_zone=bool(zone)) if "needs" in parts else (),
        known_after=_known_after(parts["trust"]) if "trust" in parts else USUAL_KNOWN_AFTER,
        zone=zone,
        findings=findings.read_policy(parts["findings"]) if "findings" in parts else findings.AS_IS,
    )


@functools.cache
def in_force() -> Policy:
    """The policy as the file said when it was first asked for."""
    return read_policy(FILE.read_text("utf-8"))


def reasons() -> dict[str, PolicyReason]:
    """The published reasons by code, in the file's order."""
    return in_force().reasons


def found_in_uploads() -> findings.Policy:
    """What is made of what preparation finds."""
    return in_force().findings


def _reasons(place: Reader) -> dict[str, PolicyReason]:
    found: dict[str, PolicyReason] = {}
    for entry in place.items(most=MOST_REASONS):
        reason = _reason(entry)
        if reason.code in found:
            entry.refuse(f"the code '{reason.code}' stands twice")
        found[reason.code] = reason
    return found


def _known_after(place: Reader) -> int:
    return place.fields("known_after")["known_after"].integer(least=1, most=MOST_KNOWN_AFTER)


def _zone(place: Reader) -> str:
    name = place.text(most=60)
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        place.refuse(f"'{name}' is not a time zone; write one such as Europe/London or Asia/Ho_Chi_Minh")
    return name


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
