"""What preparation found in an upload: how it is kept, and how it is told in the language of the request under way."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from content.media.reason_form import LEVELS, Level
from content.media.reasons import TABLE, Reason, reason_record, reason_text
from curator.words import LANGUAGE, _


@dataclass(frozen=True, slots=True)
class FoundReason:
    """Something preparation found, as stored: a stable code, the values of its sentence, what the policy made of it."""

    code: str
    values: dict[str, str | int]
    at_ms: int | None
    judged: Level | None = None


@dataclass(frozen=True, slots=True)
class ToldReason:
    """A reason in the reader's words: what we found, what to do, and whether it refuses, warns or is only told."""

    sentence: str
    what_to_do: str
    level: Level
    at_ms: int | None

    @property
    def refuses(self) -> bool:
        """Whether it is why the file was not taken."""
        return self.level == "block"


def reasons_as_stored(reasons: Iterable[Reason]) -> str:
    """The reasons as text for the database; nothing for none."""
    records = [reason_record(reason) for reason in reasons]
    return json.dumps(records) if records else ""


def stored_reasons(words: str) -> tuple[FoundReason, ...]:
    """What `reasons_as_stored` wrote, also of another release."""
    return tuple(
        FoundReason(
            one["code"], one.get("values", {}), cast("int | None", one.get("at_ms")),
            next((level for level in LEVELS if level == one.get("judged")), None),
        )
        for one in (json.loads(words) if words else [])
    )  # fmt: skip


def told(reasons: Iterable[FoundReason | Reason]) -> list[ToldReason]:
    """These reasons in the language of the request under way: what refuses first, then what warns."""
    return sorted((_told(reason) for reason in reasons), key=lambda one: LEVELS.index(one.level))


def _told(found: FoundReason | Reason) -> ToldReason:
    if found.code not in TABLE:  # written by another release
        return ToldReason(_("We could not prepare this file."), _("Upload it once more."), "block", found.at_ms)
    reason = Reason(found.code, found.values, found.at_ms, found.judged)
    return ToldReason(*reason_text(reason, LANGUAGE.get()), reason.level, found.at_ms)
