"""Manifests and approvals: only what a trusted key signed, wholly, is ever believed."""

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.approval import EVERYWHERE, Approval, SignedApproval, sign_approval
from content.canonical import canonical_bytes
from content.manifest import (
    ItemCaptions,
    ListedPlay,
    Manifest,
    ManifestItem,
    NeededFile,
    item_json,
    open_sealed,
    read_item,
    read_manifest,
    seal,
)
from content.reading import BadDocument, Reader
from content.screen_facts import ScreenFacts
from content.signing import BadSignature, SigningKey
from content.transition import Transition

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


def test_how_an_item_comes_on_travels_and_a_kind_of_a_later_version_is_a_cut() -> None:
    item = dataclasses.replace(
        manifest(sign_approval(approval(), KEY)).items["i1"], transition=Transition("crossfade", 600)
    )
    told = item_json(item)
    assert read_item("i1", Reader(told)) == item
    later = {**told, "transition": {"kind": "page_curl", "ms": 900}}
    assert read_item("i1", Reader(later)).transition.is_cut
    for bad in ({"kind": "wipe", "ms": 5}, {"kind": "wipe", "ms": 9_000}, {"kind": "wipe"}, "wipe"):
        with pytest.raises(BadDocument):
            read_item("i1", Reader({**told, "transition": bad}))


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


def test_how_an_item_is_joined_travels_only_where_it_is_not_the_usual_way() -> None:
    plain = manifest(sign_approval(approval(), KEY))
    whole = dataclasses.replace(plain, items={"i1": dataclasses.replace(plain.items["i1"], joins="start")})
    assert "joins" not in plain.as_json()["items"]["i1"]  # type: ignore[index, operator, call-overload]
    opened = open_sealed(seal(whole, KEY), PINNED)
    assert opened == whole
    assert opened.from_start_only() == {"i1"}
    assert open_sealed(seal(plain, KEY), PINNED).from_start_only() == frozenset()


def test_no_other_way_of_joining_is_believed() -> None:
    plain = manifest(sign_approval(approval(), KEY))
    odd = dataclasses.replace(plain.items["i1"], joins="end")  # type: ignore[arg-type]
    with pytest.raises(BadDocument, match="joins"):
        open_sealed(seal(dataclasses.replace(plain, items={"i1": odd}), KEY), PINNED)


def test_how_bright_the_screen_is_travels_and_is_asked_by_instant() -> None:
    bright = dataclasses.replace(manifest(sign_approval(approval(), KEY)), brightness=((100, 60), (200, 25)))
    again = open_sealed(seal(bright, KEY), PINNED)
    assert again == bright
    assert [again.brightness_at(at_ms) for at_ms in (0, 99, 100, 199, 200, 10**12)] == [100, 100, 60, 60, 25, 25]


@pytest.mark.parametrize("rows", [[[200, 50], [100, 60]], [[0, 0]], [[0, 101]], [[5]], "dim"])
def test_a_brightness_that_cannot_be_is_refused_with_its_place(rows: object) -> None:
    document = {**manifest(sign_approval(approval(), KEY)).as_json(), "brightness": rows}
    with pytest.raises(BadDocument, match="brightness"):
        read_manifest(Reader(document))


WORDS = "ef" * 32


def captioned(
    *signed: SignedApproval, language: str = "vi", files: tuple[NeededFile, ...] | None = None
) -> Manifest:  # fmt: skip
    plain = manifest(sign_approval(approval(), KEY))
    item = dataclasses.replace(plain.items["i1"], captions=(ItemCaptions(language, WORDS),))
    return dataclasses.replace(
        plain, items={"i1": item}, approvals=(*plain.approvals, *signed),
        files=(*plain.files, NeededFile(WORDS, 10, "text/vtt")) if files is None else files,
        screen=dataclasses.replace(plain.screen, captions="off"),
    )  # fmt: skip


def of_captions(**changes: object) -> Approval:
    bond = {"sha256": WORDS, "media_type": "text/vtt", "film_sha256": FILE, "language": "vi"}
    return approval(**(bond | changes))


def test_captions_travel_with_their_own_approval() -> None:
    whole = captioned(sign_approval(of_captions(), KEY))
    opened = open_sealed(seal(whole, KEY), PINNED)
    assert opened == whole
    assert [one.language for one in opened.approved_captions(opened.items["i1"])] == ["vi"]


def test_a_manifest_without_captions_has_the_bytes_it_always_had() -> None:
    assert b"captions" not in sealed()
    assert b"film_sha256" not in sealed()


@pytest.mark.parametrize(
    "changes",
    [{"film_sha256": "cd" * 32}, {"language": "en"}, {"sha256": "cd" * 32}, {"media_type": "video/mp4"}],
    ids=["for another film", "in another language", "of other words", "of a film"],
)
def test_captions_need_an_approval_for_this_film_and_language(changes: dict[str, object]) -> None:
    with pytest.raises((BadSignature, BadDocument)):
        open_sealed(seal(captioned(sign_approval(of_captions(**changes), KEY)), KEY), PINNED)


def test_captions_that_a_stranger_approved_or_nobody_are_refused_under_a_good_seal() -> None:
    for signed in ((), (sign_approval(of_captions(), STRANGER),)):
        with pytest.raises(BadSignature):
            open_sealed(seal(captioned(*signed), KEY), PINNED)


def test_an_approval_of_captions_never_passes_for_one_of_a_film() -> None:
    plain = manifest(sign_approval(of_captions(sha256=FILE, film_sha256=WORDS), KEY))
    with pytest.raises(BadSignature, match="without an approval"):
        open_sealed(seal(plain, KEY), PINNED)
    text = dataclasses.replace(plain, files=(NeededFile(FILE, 10, "text/vtt"),))
    with pytest.raises(BadDocument):
        open_sealed(seal(text, KEY), PINNED)


def test_captions_whose_file_is_not_named_or_is_too_large_are_refused() -> None:
    signed = sign_approval(of_captions(), KEY)
    film = NeededFile(FILE, 10, "video/mp4")
    for files in ((film,), (film, NeededFile(WORDS, 10, "video/mp4")), (film, NeededFile(WORDS, 1 << 20, "text/vtt"))):
        with pytest.raises(BadDocument):
            open_sealed(seal(captioned(signed, files=files), KEY), PINNED)


def test_a_bond_is_for_captions_only_and_captions_never_without() -> None:
    whole = json.loads(seal(captioned(sign_approval(of_captions(), KEY)), KEY))["manifest"]
    film, text = (signed["statement"] for signed in whole["approvals"])
    for statement, change in ((film, {"language": "vi"}), (text, {"language": "VI"}), (text, {"film_sha256": ""})):
        was = dict(statement)
        statement.update(change)
        with pytest.raises(BadDocument):
            read_manifest(Reader(whole))
        statement.clear()
        statement.update(was)
    del text["film_sha256"]
    with pytest.raises(BadDocument, match="bound to a film"):
        read_manifest(Reader(whole))
