"""Whatever comes over the network is believed only when it is exactly what it should be, and never breaks anything."""

import contextlib
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.reading import BadDocument
from content.signing import SigningKey
from display_node.agent.acceptance import Refused, judge
from display_node.agent.answers import (
    read_acknowledged,
    read_grant,
    read_health_answer,
    read_hint,
    read_offer,
    read_problem,
)
from display_node.agent.identity import Floor, Identity
from display_node.agent.manifests import ALWAYS
from tests.display_node.agent.making import SCREEN, sealed
from tests.fakes.curator import NODE

KEY = SigningKey.new()
IDENTITY = Identity("http://127.0.0.1", NODE, SCREEN, "", (KEY.public,))
ENVELOPE = sealed(KEY, ("a", "b"), version=3)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)
GRANT: dict[str, object] = {
    "node_id": "n", "token": "t", "screen": {"id": "s", "name": "S"},
    "keys": [{"key_id": KEY.public.key_id, "public_key": KEY.public.text}],
}  # fmt: skip
OFFER: dict[str, object] = {
    "device_code": "d", "user_code": "BCDF-GHJK", "verification_uri": "https://x.example/pair",
    "expires_in_s": 900, "interval_s": 2,
}  # fmt: skip
HINTS: list[dict[str, object]] = [
    {"type": "manifest", "version": 1},
    {"type": "picture", "every_ms": 500, "for_ms": 500},
    {"type": "panic", "on": True, "counter": 1},
]
READERS: list[tuple[Callable[[bytes], object], dict[str, object]]] = [
    (read_grant, GRANT),
    (read_offer, OFFER),
    *((read_hint, hint) for hint in HINTS),
    (read_acknowledged, {"acknowledged": 5}),
    (read_health_answer, {"now_ms": 5, "panic": {"on": True, "counter": 5}}),
]


@pytest.mark.parametrize(("read", "good"), READERS)
@given(body=st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))
def test_anything_at_all_is_read_or_refused(read: Callable[[bytes], object], good: object, body: bytes) -> None:
    with contextlib.suppress(BadDocument):
        read(body)
    assert isinstance(read_problem(body), str)


@pytest.mark.parametrize(("read", "good"), READERS)
@given(data=st.data())
def test_a_good_answer_with_one_field_changed_is_read_or_refused(
    read: Callable[[bytes], object], good: dict[str, object], data: st.DataObject
) -> None:
    assert read(json.dumps(good).encode()) is not None
    changed = good | {data.draw(st.sampled_from(sorted(good))): data.draw(json_values)}
    with contextlib.suppress(BadDocument):
        read(json.dumps(changed).encode())


@pytest.mark.parametrize(
    "changed",
    [
        {"token": "two words"},
        {"token": "line\r\nX-Evil: 1"},
        {"node_id": "../../admin"},
        {"node_id": "a/b"},
        {"keys": []},
        {"keys": [{"key_id": "0" * 16, "public_key": KEY.public.text}]},
    ],
)
def test_a_grant_cannot_smuggle(changed: dict[str, object]) -> None:
    with pytest.raises(BadDocument):
        read_grant(json.dumps(GRANT | changed).encode())


@given(st.integers(0, len(ENVELOPE) - 1), st.integers(1, 255))
def test_a_manifest_with_any_byte_changed_is_refused(place: int, change: int) -> None:
    body = bytearray(ENVELOPE)
    body[place] ^= change
    with pytest.raises(Refused):
        judge(bytes(body), IDENTITY, Floor(), ALWAYS)


@given(st.binary(max_size=300) | json_values.map(lambda value: json.dumps(value).encode()))
def test_no_other_bytes_are_a_manifest(body: bytes) -> None:
    with pytest.raises(Refused):
        judge(body, IDENTITY, Floor(), ALWAYS)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[" * 100_000,
        b'{"manifest": ' + b"9" * 5_000 + b', "signatures": []}',
        b'{"manifest": 1e999, "signatures": []}',
        b'{"manifest": {"a": "\\ud800"}, "signatures": []}',
        b'{"manifest": {}, "manifest": {}, "signatures": []}',
    ],
)
def test_bytes_made_to_break_readers_are_refused(body: bytes) -> None:
    with pytest.raises(Refused):
        judge(body, IDENTITY, Floor(), ALWAYS)


def test_the_floor_lets_the_same_and_newer_pass_and_nothing_older() -> None:
    assert judge(ENVELOPE, IDENTITY, Floor(0, 3), ALWAYS).manifest.version == 3
    for floor in (Floor(0, 4), Floor(1, 0)):
        with pytest.raises(Refused, match="older"):
            judge(ENVELOPE, IDENTITY, floor, ALWAYS)
