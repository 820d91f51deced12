"""Manifests and approvals: only what a trusted key signed, wholly, is ever believed."""

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.approval import EVERYWHERE, Approval, SignedApproval, sign_approval
from content.canonical import canonical_bytes
from content.manifest import (
    ListedPlay,
    Manifest,
    ManifestItem,
    NeededFile,
    ScreenFacts,
    open_sealed,
    seal,
)
from content.reading import BadDocument
from content.signing import BadSignature, SigningKey

KEY, STRANGER = SigningKey.new(), SigningKey.new()
PINNED = {KEY.public.key_id: KEY.public}
FILE = "ab" * 32


def approval(**changes: object) -> Approval:
    plain = Approval(
        sha256=FILE, media_type="video/mp4", size_bytes=10, duration_ms=1000, places=(EVERYWHERE,), not_before_ms=0,
        not_after_ms=10**13, author="a", approver="b", decided_ms=1, audit_head="0" * 64,
    )  # fmt: skip
    return dataclasses.replace(plain, **changes)  # type: ignore[arg-type]


def manifest(signed: SignedApproval) -> Manifest:
    return Manifest(
        screen=ScreenFacts("s1", "Square", 1920, 1080, "Europe/London", "en"),
        version=3, issued_ms=1, effective_ms=2, tzdata="2026b", plan={"engine": "L1"}, digests=("00",),
        running_list=(ListedPlay(2, 1002, "item", "i1", "g1"), ListedPlay(1002, 1003, "filler", None, None)),
        items={"i1": ManifestItem("i1", "Tèn", "", "g1", "Câu lạc bộ", "video", 1000, FILE, 16, 9, 30, 1, True)},
        files=(NeededFile(FILE, 10, "video/mp4"),), approvals=(signed,), keys=(KEY.public,),
    )  # fmt: skip


def sealed() -> bytes:
    return seal(manifest(sign_approval(approval(), KEY)), KEY)


def test_a_sealed_manifest_opens_to_what_was_sealed() -> None:
    assert open_sealed(sealed(), PINNED) == manifest(sign_approval(approval(), KEY))


def test_a_manifest_by_a_strangers_key_is_refused() -> None:
    with pytest.raises(BadSignature, match="not signed by a key this screen trusts"):
        open_sealed(seal(manifest(sign_approval(approval(), KEY)), STRANGER), PINNED)


def test_a_file_nobody_trusted_approved_is_refused_even_under_a_good_seal() -> None:
    for signed in (sign_approval(approval(), STRANGER), sign_approval(approval(sha256="cd" * 32), KEY)):
        with pytest.raises(BadSignature):
            open_sealed(seal(manifest(signed), KEY), PINNED)


def test_one_key_twice_is_one_signature() -> None:
    signed = sign_approval(approval(), KEY)
    twice = SignedApproval(signed.approval, signed.signatures * 2)
    with pytest.raises(BadSignature, match="1 of 2"):
        twice.verify(PINNED, needed=2)


def test_an_approval_holds_for_its_places_and_its_time() -> None:
    limited = approval(places=("s1",), not_before_ms=10, not_after_ms=20)
    assert limited.allows("s1", 10)
    assert limited.allows("s1", 19)
    assert not limited.allows("s1", 20)
    assert not limited.allows("s1", 9)
    assert not limited.allows("s2", 15)


@given(st.integers(0, 10_000), st.integers(0, 7))
def test_no_flipped_bit_passes(place: int, bit: int) -> None:
    envelope = bytearray(sealed())
    envelope[place % len(envelope)] ^= 1 << bit
    with pytest.raises((BadDocument, BadSignature)):
        open_sealed(bytes(envelope), PINNED)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("version",), 0),
        (("version",), 1.5),
        (("items", "i1", "sha256"), "cd" * 32),
        (("items", "i1", "duration_ms"), -1),
        (("files", 0, "media_type"), "text/html"),
        (("files", 0, "size_bytes"), 0),
        (("running_list", 0), [1, 2]),
        (("plan",), []),
        (("screen", "width"), 10**9),
        (("approvals", 0, "statement", "decision"), "rejected"),
    ],
)
def test_a_malformed_manifest_is_refused_with_its_place(path: tuple[str | int, ...], value: object) -> None:
    document = json.loads(sealed())
    place = document["manifest"]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    inner = document["manifest"]
    try:
        signature = KEY.sign("commonscreen manifest", canonical_bytes(inner))
    except ValueError:
        signature = ""
    document["signatures"] = [{"key_id": KEY.public.key_id, "signature": signature}]
    with pytest.raises((BadDocument, BadSignature, ValueError)):
        open_sealed(json.dumps(document).encode(), PINNED)
