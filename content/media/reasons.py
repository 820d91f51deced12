"""Why an upload was refused, or what its maker should know: a code and numbers, told in the reader's language.

The words are for people who do not know what a codec is: what we found, then what to do.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from content.language import translations
from content.media.reason_form import LEVELS, Level, Words
from content.media.refusal_words import REFUSALS
from content.media.warning_words import WARNINGS
from content.reading import Reader

MOST_VALUES = 10
LONGEST_VALUE = 300
_CODE = re.compile(r"[a-z_]{1,40}")

TABLE: Mapping[str, Words] = MappingProxyType({**REFUSALS, **WARNINGS})
"""Every code there is, in the order of docs/preparation.md."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: `code`, the numbers its sentence needs, and where in the video (`at_ms`), if it is at a place."""

    code: str
    values: Mapping[str, str | int] = field(default_factory=lambda: MappingProxyType({}))
    at_ms: int | None = None
    judged: Level | None = None
    """What a policy makes of it (`content.media.findings.policy`); None: what the table says."""

    @property
    def level(self) -> Level:
        """Whether it refuses the upload, warns its makers, or is only told."""
        return self.judged or TABLE[self.code].level

    @property
    def refuses(self) -> bool:
        """Whether it refuses the upload."""
        return self.level == "block"

    @property
    def sentence(self) -> str:
        """What we found, in English."""
        return reason_text(self, "en")[0]

    @property
    def what_to_do(self) -> str:
        """What the uploader can do, in English."""
        return reason_text(self, "en")[1]


class Refused(Exception):
    """An upload is refused, for `reason`."""

    def __init__(self, code: str, /, at_ms: int | None = None, **values: str | int) -> None:
        """`values` fill the sentence of `code`."""
        super().__init__(code)
        self.reason = Reason(code, values, at_ms)


def reason_text(reason: Reason, language: str) -> tuple[str, str]:
    """The sentence and what to do about it, in `language` (a code of content.language.LANGUAGES)."""
    words = TABLE[reason.code]
    catalogue = translations("content", language)
    sentence, what_to_do = catalogue.gettext(words.sentence), catalogue.gettext(words.what_to_do)
    return _fill(sentence, reason.values), _fill(what_to_do, reason.values)


def reason_record(reason: Reason, *, with_words: bool = False) -> dict[str, object]:
    """`reason` as members of a JSON object; `with_words` adds the English sentences."""
    record: dict[str, object] = {"code": reason.code, "values": dict(reason.values), "at_ms": reason.at_ms}
    if reason.judged is not None:
        record["judged"] = reason.judged
    if with_words:
        record |= {
            "level": reason.level,
            "refuses": reason.refuses,
            "sentence": reason.sentence,
            "what_to_do": reason.what_to_do,
        }
    return record


def parse_reason(reader: Reader) -> Reason:
    """The reason in a JSON object that `reason_record` wrote (without words). Raises BadDocument."""
    given = reader.fields("code", "values", "at_ms", optional=("judged",))
    code = given["code"].text(most=40)
    if code not in TABLE:
        given["code"].refuse("not a code of ours")
    values: dict[str, str | int] = {}
    for name, value in given["values"].members(most=MOST_VALUES).items():
        if not _CODE.fullmatch(name):
            value.refuse("not a name of a value")
        values[name] = value.text(most=LONGEST_VALUE) if isinstance(value.value, str) else value.integer()
    at_ms = None if given["at_ms"].value is None else given["at_ms"].integer(least=0)
    judged = (
        next((level for level in LEVELS if level == given["judged"].one_of(*LEVELS)), None)
        if "judged" in given
        else None
    )
    return Reason(code, values, at_ms, judged)


def _fill(sentence: str, values: Mapping[str, str | int]) -> str:
    """Puts the values into the sentence; a value that is missing shows as a question mark rather than failing."""
    return re.sub(r"\{([a-z_]+)\}", lambda place: str(values.get(place.group(1), "?")), sentence)
