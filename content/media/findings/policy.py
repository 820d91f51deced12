"""What a house makes of what is found: refuse the upload, warn its makers, tell whoever looks, or say nothing.

A policy is data. It cannot make the street less safe: what may trigger seizures stays refused or warned about, and what
a moderator could not see otherwise stays told.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Literal

from content.media.reason_form import Level
from content.media.reasons import TABLE, Reason
from content.reading import BadDocument, Reader

Choice = Literal["block", "warn", "tell", "off"]
CHOICES: tuple[Choice, ...] = ("block", "warn", "tell", "off")
Policy = Mapping[str, Choice]
"""For the code of a reason: what is made of it. Codes that are not named keep what the table of reasons says."""

LEAST: Mapping[str, Choice] = MappingProxyType(
    {
        "flash_hold": "warn", "pattern_hold": "warn", "animation_stilled": "tell", "hidden_picture": "tell",
        "qr_code": "tell", "qr_code_at": "tell", "made_by_ai": "tell",
    }
)  # fmt: skip
"""The least a policy may make of these."""
AS_IS: Policy = MappingProxyType({})


def policy_in(words: str) -> Policy:
    """The policy in the table [findings] of a TOML document. Raises BadDocument; what else stands there is let be."""
    try:
        document = Reader(tomllib.loads(words), "policy")
    except tomllib.TOMLDecodeError as error:
        raise BadDocument("policy", f"not TOML: {error}") from error
    members = document.members()
    return read_policy(members["findings"]) if "findings" in members else AS_IS


def judged(reasons: Iterable[Reason], policy: Policy) -> tuple[Reason, ...]:
    """The reasons with what `policy` makes of them; without those it says nothing of. Refusals stay refusals."""
    return tuple(told for reason in reasons if (told := _judged(reason, policy)) is not None)


def read_policy(reader: Reader) -> Policy:
    """The policy in an object such as {"black_part": "block", "quiet_sound": "off"}. Raises BadDocument."""
    chosen: dict[str, Choice] = {}
    for code, given in reader.members(most=len(TABLE)).items():
        if code not in TABLE or TABLE[code].level == "block":
            given.refuse("not the code of something a policy decides about")
        words = given.one_of(*CHOICES)
        choice = next(choice for choice in CHOICES if choice == words)
        least = LEAST.get(code, "off")
        if CHOICES.index(choice) > CHOICES.index(least):
            given.refuse(f"at least '{least}' is wanted here, for the safety of whoever passes by")
        chosen[code] = choice
    return chosen


def _judged(reason: Reason, policy: Policy) -> Reason | None:
    choice = policy.get(reason.code)
    if choice is None or reason.refuses:
        return reason
    level: Level | None = None if choice == "off" else choice
    return None if level is None else replace(reason, judged=level)
