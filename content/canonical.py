"""Canonical JSON (RFC 8785) for documents that are hashed and signed: one value, one sequence of bytes.

Our documents hold objects, arrays, strings, whole numbers, true, false and null. Floats are refused rather than
formatted: no instant, duration or weight of ours is one.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring

from content.reading import SAFE_INTEGER

Json = Mapping[str, "Json"] | Sequence["Json"] | str | int | bool | None


def canonical_bytes(value: Json) -> bytes:
    """The one UTF-8 serialisation of `value`. Raises ValueError for floats, unsafe integers and lone surrogates."""
    return _text(value).encode("utf-8")


def canonical_sha256(value: Json) -> str:
    """SHA-256 of the canonical bytes, in hexadecimal."""
    return hashlib.sha256(canonical_bytes(value)).hexdigest()


def _text(value: Json) -> str:
    if isinstance(value, str):
        return encode_basestring(value)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int):
        if abs(value) > SAFE_INTEGER:
            raise ValueError(f"{value} is beyond the whole numbers every JSON reader agrees on")
        return str(value)
    if isinstance(value, Mapping):
        members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be"))
        return "{" + ",".join(f"{encode_basestring(key)}:{_text(inner)}" for key, inner in members) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(_text(inner) for inner in value) + "]"
    raise ValueError(f"{type(value).__name__} has no place in canonical JSON")
