"""Canonical JSON: one value, one sequence of bytes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.canonical import Json, canonical_bytes, canonical_sha256

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=20,
)


@given(VALUES)
def test_reading_it_back_gives_the_same_value(value: Json) -> None:
    assert json.loads(canonical_bytes(value)) == value


@given(st.dictionaries(TEXT, VALUES, max_size=6), st.randoms())
def test_the_order_in_which_an_object_was_filled_does_not_show(value: dict[str, Json], chance: object) -> None:
    shuffled = dict(sorted(value.items(), reverse=True))
    assert canonical_bytes(value) == canonical_bytes(shuffled)


def test_keys_are_sorted_by_utf_16_as_rfc_8785_shows() -> None:
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    sorted_keys = list(json.loads(canonical_bytes(dict.fromkeys(keys, 0))))
    assert sorted_keys == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


@pytest.mark.parametrize("value", [1.5, 2**53, -(2**53), float("nan"), {"a": 0.1}, b"bytes", "\ud800"])
def test_what_has_no_canonical_form_is_refused(value: Json) -> None:
    with pytest.raises(ValueError, match=r".+"):
        canonical_bytes(value)


def test_the_hash_is_of_the_canonical_bytes() -> None:
    assert canonical_sha256({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
