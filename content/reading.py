"""Outside JSON becomes our values at the door, once; each complaint names the place in the document (its JSON path).

reader = Reader.of_bytes(body, limit_bytes=65_536)
fields = reader.fields("id", "title", optional=("credits",))
title = fields["title"].text(most=120)
"""

import json
import re
from dataclasses import dataclass
from typing import NoReturn

SAFE_INTEGER = 2**53 - 1
"""The largest whole number every JSON reader agrees on (RFC 8785 §3.2.2.3)."""

DEEPEST = 32
_SHA256 = re.compile(r"[0-9a-f]{64}")


class BadDocument(ValueError):
    """A document says something it must not; `path` says where, `sentence` what."""

    def __init__(self, path: str, sentence: str) -> None:
        """`path` is a JSON path such as `$.segments[3].end_ms`."""
        super().__init__(f"{path}: {sentence}")
        self.path = path
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Reader:
    """One place in a parsed JSON document: asks for a kind of value and gives it back checked."""

    value: object
    path: str = "$"

    @staticmethod
    def of_bytes(body: bytes, *, limit_bytes: int) -> "Reader":
        """The whole document, parsed strictly: UTF-8, no duplicate keys, no NaN, no floats hiding as integers.

        Raises BadDocument when it is larger than `limit_bytes`, nested too deep or not JSON.
        """
        if len(body) > limit_bytes:
            raise BadDocument("$", f"the document has {len(body)} bytes; at most {limit_bytes} are read")
        try:
            value = _DECODER.decode(body.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise BadDocument("$", f"not UTF-8 text (byte {error.start})") from error
        except json.JSONDecodeError as error:
            raise BadDocument("$", f"not JSON: {error.msg} in line {error.lineno}, column {error.colno}") from error
        except RecursionError as error:
            raise BadDocument("$", "nested too deep") from error
        except BadDocument:
            raise
        except ValueError as error:  # what Python says to a number of thousands of digits
            raise BadDocument("$", "a number has too many digits") from error
        reader = Reader(value)
        reader._refuse_depth()
        return reader

    def _refuse_depth(self) -> None:
        level: list[object] = [self.value]
        for _ in range(DEEPEST):
            level = [inner for outer in level for inner in _children(outer)]
            if not level:
                return
        raise BadDocument("$", f"nested deeper than {DEEPEST} levels")

    def refuse(self, sentence: str) -> NoReturn:
        """Raises BadDocument for this place."""
        raise BadDocument(self.path, sentence)

    def fields(self, *required: str, optional: tuple[str, ...] = (), others: bool = False) -> dict[str, "Reader"]:
        """The members of an object: all of `required`, any of `optional`; unknown ones refused unless `others`."""
        members = self.members()
        for name in required:
            if name not in members:
                self.refuse(f"'{name}' is missing")
        if not others:
            for name in members:
                if name not in required and name not in optional:
                    self.refuse(f"'{name}' is not a field of this object")
        return members

    def members(self, *, most: int = 100_000) -> dict[str, "Reader"]:
        """The members of an object whose keys are data (ids), at most `most` of them."""
        if not isinstance(self.value, dict):
            self.refuse(f"an object is wanted, not {_kind(self.value)}")
        if len(self.value) > most:
            self.refuse(f"{len(self.value)} members; at most {most} are read")
        return {key: Reader(inner, f"{self.path}.{key}") for key, inner in self.value.items()}

    def items(self, *, most: int = 1_000_000) -> list["Reader"]:
        """The items of an array, at most `most` of them."""
        if not isinstance(self.value, list):
            self.refuse(f"an array is wanted, not {_kind(self.value)}")
        if len(self.value) > most:
            self.refuse(f"{len(self.value)} items; at most {most} are read")
        return [Reader(inner, f"{self.path}[{index}]") for index, inner in enumerate(self.value)]

    def integer(self, *, least: int = -SAFE_INTEGER, most: int = SAFE_INTEGER) -> int:
        """A whole number from `least` to `most`."""
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            self.refuse(f"a whole number is wanted, not {_kind(self.value)}")
        if not least <= self.value <= most:
            self.refuse(f"{self.value} is not between {least} and {most}")
        return self.value

    def text(self, *, most: int = 1_000, least: int = 0) -> str:
        """A string of `least` to `most` characters without lone surrogates or NUL."""
        if not isinstance(self.value, str):
            self.refuse(f"text is wanted, not {_kind(self.value)}")
        if not least <= len(self.value) <= most:
            self.refuse(f"{len(self.value)} characters; {least} to {most} are allowed")
        if "\x00" in self.value or any("\ud800" <= char <= "\udfff" for char in self.value):
            self.refuse("the text holds a character that is not allowed")
        return self.value

    def identifier(self) -> str:
        """An id: 1 to 100 characters."""
        return self.text(least=1, most=100)

    def sha256(self) -> str:
        """A SHA-256 as 64 lower-case hexadecimal digits."""
        text = self.text(most=64)
        if not _SHA256.fullmatch(text):
            self.refuse("a SHA-256 in 64 lower-case hexadecimal digits is wanted")
        return text

    def one_of(self, *choices: str) -> str:
        """One of the given words."""
        text = self.text(most=100)
        if text not in choices:
            self.refuse(f"'{text}' is not one of {', '.join(choices)}")
        return text

    def flag(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            self.refuse(f"true or false is wanted, not {_kind(self.value)}")
        return self.value


def _children(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _kind(value: object) -> str:
    names = {dict: "an object", list: "an array", str: "text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise BadDocument("$", f"the key '{key}' stands twice in one object")
            seen.add(key)
    return members


def _no_constant(word: str) -> NoReturn:
    raise BadDocument("$", f"{word} is not a number of ours")


_DECODER = json.JSONDecoder(object_pairs_hook=_without_duplicates, parse_constant=_no_constant)
