"""Which captions a screen shows, and that a cue carries only what was approved for this film and is here, sound."""

from dataclasses import replace
from pathlib import Path

import pytest

from content.approval import Approval, SignedApproval, sign_approval
from content.manifest import ItemCaptions, Manifest
from content.screen_facts import ScreenFacts
from content.signing import SigningKey
from display_node.agent.captioning import chosen
from display_node.agent.cues import Resolved, Shelf, difference, resolve
from display_node.agent.slots import Slot
from tests.display_node.agent.making import HOUR_MS, manifest_of, rotation, sha_of

KEY = SigningKey.new()
VI, EN, PT = (ItemCaptions(language, sha_of(language)) for language in ("vi", "en", "pt-BR"))
SCREEN = ScreenFacts("screen-1", "Library", 1920, 1080, "Asia/Saigon", "vi")


@pytest.mark.parametrize(
    ("there", "screen", "is_heard", "shown"),
    [
        ((EN, VI), SCREEN, True, VI),
        ((EN, PT), SCREEN, True, EN),
        ((EN, PT), replace(SCREEN, captions="pt"), True, PT),
        ((EN, PT), replace(SCREEN, captions="PT-br"), True, PT),
        ((EN, VI), replace(SCREEN, captions="off"), True, None),
        ((EN, VI), replace(SCREEN, captions="off"), False, VI),
        ((), SCREEN, False, None),
    ],
)
def test_the_wanted_language_then_any_and_none_only_where_the_screen_wants_none_and_is_heard(
    there: tuple[ItemCaptions, ...], screen: ScreenFacts, is_heard: bool, shown: ItemCaptions | None
) -> None:
    assert chosen(there, screen, is_heard=is_heard) == shown


def captioned(*signed: SignedApproval, has_sound: bool = False, **screen: object) -> Manifest:
    """An hour of one film with captions in Vietnamese."""
    plain = manifest_of(KEY, rotation(0, HOUR_MS, ("a",)), ("a",))
    item = replace(plain.items["a"], captions=(VI,), has_sound=has_sound)
    return replace(
        plain, items={"a": item}, approvals=(*plain.approvals, *signed),
        screen=replace(plain.screen, **screen),  # type: ignore[arg-type]
    )  # fmt: skip


def allowed(**changes: object) -> SignedApproval:
    approval = Approval(
        VI.sha256,
        "text/vtt",
        90,
        10_000,
        ("*",),
        0,
        HOUR_MS,
        "ann",
        "ben",
        1,
        "",
        film_sha256=sha_of("a"),
        language="vi",
    )
    return sign_approval(replace(approval, **changes), KEY)  # type: ignore[arg-type]


def found(manifest: Manifest, slot: Slot | None = None, **shelves: Path | Shelf) -> Resolved:
    places = {sha_of(name): place for name, place in ({"a": Path("/film"), "vi": Path("/words")} | shelves).items()}
    return resolve([(slot or Slot(0, 10_000, "item", "a"), manifest)], places.__getitem__, most=10)


def test_a_cue_carries_the_captions_that_were_approved_for_its_film() -> None:
    (cue,) = found(captioned(allowed())).cues
    assert (cue.path, cue.captions, cue.captions_sha256) == ("/film", "/words", VI.sha256)


@pytest.mark.parametrize(
    "changes",
    [{"film_sha256": sha_of("b")}, {"language": "en"}, {"places": ("elsewhere",)}, {"not_after_ms": 9_999}],
    ids=["another film", "another language", "another place", "over too soon"],
)
def test_captions_without_an_approval_for_all_of_this_are_not_cued_and_the_film_plays(
    changes: dict[str, object],
) -> None:
    (cue,) = found(captioned(allowed(**changes))).cues
    assert (cue.path, cue.captions) == ("/film", "")


def test_captions_are_checked_before_they_are_cued_and_a_missing_file_does_not_stop_the_film() -> None:
    assert found(captioned(allowed()), vi=Shelf.UNCHECKED) == Resolved((), VI.sha256)
    (cue,) = found(captioned(allowed()), vi=Shelf.MISSING).cues
    assert (cue.path, cue.captions) == ("/film", "")


def test_a_screen_that_wants_none_shows_them_where_nothing_is_heard() -> None:
    loud = captioned(allowed(), has_sound=True, captions="off")
    muted = Slot(0, 10_000, "item", "a", muted=True)
    quiet = replace(loud, screen=replace(loud.screen, volume_percent=0))
    assert [found(loud).cues[0].captions, found(loud, muted).cues[0].captions, found(quiet).cues[0].captions] == [
        "", "/words", "/words",
    ]  # fmt: skip


def test_captions_that_come_or_go_while_a_film_is_on_are_told_to_the_player() -> None:
    (cue,) = found(captioned(allowed())).cues
    bare = replace(cue, captions="", captions_sha256="")
    assert difference([bare], (cue,), 5_000) == (0, (cue,))
    assert difference([cue], (bare,), 5_000) == (0, (bare,))
    assert difference([cue], (cue,), 5_000) is None
