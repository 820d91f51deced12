"""Keys and signatures."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.signing import APPROVAL, MANIFEST, BadSignature, PublicKey, SigningKey, unwrap, wrap

KEY = SigningKey.new()


@given(st.binary(max_size=100))
def test_what_was_signed_verifies(body: bytes) -> None:
    KEY.public.verify(MANIFEST, body, KEY.sign(MANIFEST, body))


@given(st.binary(min_size=1, max_size=50), st.integers(0, 10_000))
def test_a_flipped_bit_anywhere_fails(body: bytes, place: int) -> None:
    signature = bytearray(unwrap(KEY.sign(MANIFEST, body)))
    signature[place % 64] ^= 1 << place % 8
    with pytest.raises(BadSignature):
        KEY.public.verify(MANIFEST, body, wrap(bytes(signature)))
    other = bytearray(body)
    other[place % len(body)] ^= 1
    with pytest.raises(BadSignature):
        KEY.public.verify(MANIFEST, bytes(other), KEY.sign(MANIFEST, body))


def test_a_signature_for_one_purpose_is_none_for_another() -> None:
    with pytest.raises(BadSignature):
        KEY.public.verify(APPROVAL, b"x", KEY.sign(MANIFEST, b"x"))


@pytest.mark.parametrize(
    "text",
    [
        "", "A", "====", "a b", "é", "A" * 44,
        pytest.param(KEY.public.text + "=", id="padded"), pytest.param(KEY.public.text[:-1] + "_", id="spare bits"),
    ],
)  # fmt: skip
def test_a_key_has_one_spelling(text: str) -> None:
    with pytest.raises(BadSignature):
        PublicKey.of_text(text)


def test_a_key_on_disk_is_for_its_owner_alone_and_the_same_next_time(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "a.key"
    first = SigningKey.load_or_make(path)
    assert SigningKey.load_or_make(path).public == first.public
    assert path.stat().st_mode & 0o777 == 0o600
    assert first.public.text not in repr(first)


def test_a_damaged_key_is_said_to_be_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    path.write_bytes(b"short")
    with pytest.raises(ValueError, match="restore it from the backup"):
        SigningKey.load_or_make(path)
