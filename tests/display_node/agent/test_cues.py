"""From slots to cues, and how little must be said to keep a player up to date."""

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from content.signing import SigningKey
from content.transition import Transition
from display_node.agent.cues import Shelf, difference, in_lines, resolve
from display_node.agent.slots import Slot
from display_node.messages import LONGEST_LINE_BYTES, MOST_CUES_A_MESSAGE, Cue, encode
from tests.display_node.agent.making import HOUR_MS, manifest_of, rotation, sha_of

KEY = SigningKey.new()
MANIFEST = manifest_of(KEY, rotation(0, HOUR_MS, ("a", "b")), ("a", "b"), until_ms=HOUR_MS)
PLACE = Path("/cache/file")


def one(slot: Slot, place: Path | Shelf = PLACE) -> Cue:
    (cue,) = resolve([(slot, MANIFEST)], lambda _sha256: place, most=10).cues
    return cue


def test_each_kind_of_slot_has_its_picture() -> None:
    item = one(Slot(0, 10_000, "item", "a", 2_000))
    assert (item.layer, item.kind, item.path, item.offset_ms) == ("programme", "video", str(PLACE), 2_000)
    house = one(Slot(0, 10_000, "filler", "b"))
    assert (house.layer, house.kind) == ("filler", "video")
    assert (one(Slot(0, 1, "filler")).layer, one(Slot(0, 1, "filler")).kind) == ("filler", "card")
    assert (one(Slot(0, 1, "off")).layer, one(Slot(0, 1, "off")).kind) == ("filler", "card")
    assert (one(Slot(0, 1, "dark")).layer, one(Slot(0, 1, "dark")).kind) == ("dark", "dark")


def test_an_item_comes_on_as_its_group_chose_but_goes_on_in_its_middle_with_a_cut() -> None:
    chosen = {name: replace(item, transition=Transition("wipe", 900)) for name, item in MANIFEST.items.items()}
    manifest = replace(MANIFEST, items=chosen)
    slots = [(Slot(0, 10_000, "item", "a"), manifest), (Slot(10_000, 12_000, "item", "b", 8_000), manifest)]
    first, second = resolve(slots, lambda _sha256: PLACE, most=10).cues
    assert (first.transition, first.transition_ms) == ("wipe", 900)
    assert (second.transition, second.transition_ms) == ("cut", 0)


def test_an_item_still_downloading_is_not_shown() -> None:
    cue = one(Slot(0, 10_000, "item", "a"), Shelf.MISSING)
    assert (cue.start_ms, cue.end_ms, cue.kind, cue.path, cue.sha256) == (0, 10_000, "card", "", "")
    assert (cue.layer, cue.item) == ("programme", "a")


def test_an_item_nobody_knows_is_a_card() -> None:
    assert one(Slot(0, 10_000, "item", "zz")).kind == "card"


def test_an_approval_must_hold_until_the_end_of_the_slot() -> None:
    assert one(Slot(HOUR_MS - 10_000, HOUR_MS, "item", "a")).kind == "video"
    assert one(Slot(HOUR_MS - 9_999, HOUR_MS + 1, "item", "a")).kind == "card"
    assert one(Slot(-1, 10_000, "item", "a")).kind == "card"


def test_an_approval_for_another_place_does_not_count() -> None:
    elsewhere = tuple(
        replace(signed, approval=replace(signed.approval, places=("screen-2",))) for signed in MANIFEST.approvals
    )
    manifest = replace(MANIFEST, approvals=elsewhere)
    (cue,) = resolve([(Slot(0, 10_000, "item", "a"), manifest)], lambda _sha256: PLACE, most=10).cues
    assert cue.kind == "card"


def test_cues_stop_before_the_first_file_nobody_has_checked() -> None:
    slots = [(Slot(0, 1_000, "item", "a"), MANIFEST), (Slot(1_000, 2_000, "item", "b"), MANIFEST)]
    found = resolve(slots, lambda sha256: PLACE if sha256 == sha_of("a") else Shelf.UNCHECKED, most=10)
    assert [cue.item for cue in found.cues] == ["a"]
    assert found.waits_for == sha_of("b")


cue_rows = st.lists(st.tuples(st.integers(1, 20), st.sampled_from("abc")), min_size=1, max_size=8)


def cues_of(rows: list[tuple[int, str]], version: int, begin_ms: int = 0) -> tuple[Cue, ...]:
    cues: list[Cue] = []
    for length, item in rows:
        cues.append(
            Cue(begin_ms, begin_ms + length, "programme", "video", item, path=f"/{item}", manifest_version=version)
        )
        begin_ms += length
    return tuple(cues)


def told_as_a_player(told: list[Cue], replace_from_ms: int, cues: tuple[Cue, ...]) -> list[Cue]:
    return [cue for cue in told if cue.start_ms < replace_from_ms] + list(cues)


def plain(cues: list[Cue] | tuple[Cue, ...], now_ms: int) -> list[tuple[int, str]]:
    return [(cue.end_ms, cue.item) for cue in cues if cue.end_ms > now_ms]


@given(cue_rows, cue_rows, st.integers(0, 60))
def test_after_the_difference_a_player_has_what_is_wanted(
    old: list[tuple[int, str]], new: list[tuple[int, str]], now_ms: int
) -> None:
    told, wanted = list(cues_of(old, 1)), cues_of(new, 2)
    change = difference(told, wanted, now_ms)
    after = told if change is None else told_as_a_player(told, *change)
    assert plain(after, now_ms) == plain(wanted, now_ms)


@given(cue_rows, st.integers(0, 60))
def test_nothing_is_said_when_nothing_changed(rows: list[tuple[int, str]], now_ms: int) -> None:
    assert difference(list(cues_of(rows, 1)), cues_of(rows, 2), now_ms) is None


def test_what_is_on_now_is_left_alone_when_only_later_things_change() -> None:
    old, new = cues_of([(10, "a"), (10, "b")], 1), cues_of([(10, "a"), (10, "c")], 2)
    assert difference(list(old), new, 5) == (10, (new[1],))


def test_the_same_stretch_of_an_item_counted_from_another_start_is_left_alone() -> None:
    running = Cue(0, 100, "programme", "video", "a", path="/a", offset_ms=0)
    rejoined = replace(running, start_ms=40, offset_ms=40, manifest_version=2)
    assert difference([running], (rejoined,), 50) is None
    assert difference([running], (replace(rejoined, offset_ms=41),), 50) is not None


@given(st.lists(st.tuples(st.integers(1, 9), st.sampled_from("abc")), max_size=90), st.integers(1, 500))
def test_every_message_fits_a_line(rows: list[tuple[int, str]], title_characters: int) -> None:
    cues = tuple(
        replace(cue, credits="ữ" * title_characters, path="/" + "p" * 4_000, title="ữ" * 200)
        for cue in cues_of(rows, 1)
    )
    messages = in_lines(0, cues)
    assert tuple(cue for message in messages for cue in message.cues) == cues
    assert messages[0].replace_from_ms == 0
    assert all(len(encode(message)) <= LONGEST_LINE_BYTES for message in messages)
    assert all(len(message.cues) <= MOST_CUES_A_MESSAGE for message in messages)
