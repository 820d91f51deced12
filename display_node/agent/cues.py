"""Slots become cues for the player. Pure but for one question: where the file of a hash lies, if it is sound."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from content.approval import SignedApproval
from content.manifest import ItemCaptions, Manifest, ManifestItem, approved_captions
from content.transition import CUT
from display_node.agent.captioning import chosen
from display_node.agent.slots import Live, Slot
from display_node.messages import LONGEST_LINE_BYTES, MOST_CUES_A_MESSAGE, Cue, Cues, encode


class Shelf(Enum):
    """Why a file has no path."""

    UNCHECKED = "unchecked"
    """It lies on the disk and its bytes have not been checked yet."""

    MISSING = "missing"


Find = Callable[[str], Path | Shelf]
"""Answers where the sound file with a SHA-256 lies."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """Cues, and the first hash whose check they wait for ("" when they wait for none)."""

    cues: tuple[Cue, ...]
    waits_for: str = ""


def resolve(slots: list[tuple[Slot, Manifest]], find: Find, *, most: int) -> Resolved:
    """One cue a slot, up to the first file still unchecked or until there are `most`.

    An item without a sound file or without an approval for the whole of its slot becomes a card for just that slot.
    """
    cues: list[Cue] = []
    for slot, manifest in slots[:most]:
        found = _cue_of(slot, manifest, find)
        if isinstance(found, str):
            return Resolved(tuple(cues), found)
        cues.append(found)
    return Resolved(tuple(cues))


def _cue_of(slot: Slot, manifest: Manifest, find: Find) -> Cue | str:
    plain = Cue(slot.start_ms, slot.end_ms, "filler", "card", manifest_version=manifest.version)
    if slot.live is not None:
        return _live(replace(plain, layer=slot.live.order.layer), slot, slot.live, manifest, find)
    if slot.kind == "dark":
        return replace(plain, layer="dark", kind="dark")
    if slot.kind == "off" or slot.item is None:
        return plain
    if slot.kind == "item":
        plain = replace(plain, layer="programme", item=slot.item)
    item = manifest.items.get(slot.item)
    if item is None or not _is_allowed(manifest.approval_of(item.sha256), manifest, slot):
        return plain
    return _found(plain, slot, item, find, _captions(item, manifest.approved_captions(item), manifest, slot))


def _live(plain: Cue, slot: Slot, live: Live, manifest: Manifest, find: Find) -> Cue | str:
    words, item = live.order.words, live.order.item
    if words is not None:
        return replace(plain, kind="words", words=(words.heading, *words.lines))
    if item is None or not _is_allowed(live.approval, manifest, slot):
        return plain
    signed = approved_captions(item, live.captions)
    return _found(replace(plain, item=item.id), slot, item, find, _captions(item, signed, manifest, slot))


def _captions(
    item: ManifestItem, signed: dict[ItemCaptions, SignedApproval], manifest: Manifest, slot: Slot
) -> ItemCaptions | None:  # fmt: skip
    """The captions to show over an item: approved for this film, this place and the whole slot."""
    allowed = [one for one in item.captions if _is_allowed(signed.get(one), manifest, slot)]
    is_heard = item.has_sound and not slot.muted and manifest.screen.volume_percent > 0
    return chosen(allowed, manifest.screen, is_heard=is_heard)


def _found(plain: Cue, slot: Slot, item: ManifestItem, find: Find, captions: ItemCaptions | None) -> Cue | str:
    place = find(item.sha256)
    match place:
        case Shelf.UNCHECKED:
            return item.sha256
        case Shelf.MISSING:
            return plain
        case path:
            return _captioned(_playing(plain, slot, item, path), captions, find)


def _captioned(cue: Cue, captions: ItemCaptions | None, find: Find) -> Cue | str:
    """The cue with its captions; without them while their file is not here: the film is not kept waiting."""
    if captions is None:
        return cue
    match find(captions.sha256):
        case Shelf.UNCHECKED:
            return captions.sha256
        case Shelf.MISSING:
            return cue
        case path:
            return replace(cue, captions=str(path), captions_sha256=captions.sha256)


def _is_allowed(signed: SignedApproval | None, manifest: Manifest, slot: Slot) -> bool:
    return signed is not None and all(
        signed.approval.allows(manifest.screen.id, instant_ms) for instant_ms in (slot.start_ms, slot.end_ms - 1)
    )


def _playing(plain: Cue, slot: Slot, item: ManifestItem, path: Path) -> Cue:
    """The item's cue. A live order comes at once, and what goes on in its middle goes on: both are cuts."""
    transition = item.transition if slot.live is None and slot.offset_ms == 0 else CUT
    return replace(
        plain,
        kind=item.kind,
        item=item.id,
        sha256=item.sha256,
        path=str(path),
        offset_ms=slot.offset_ms,
        duration_ms=item.duration_ms,
        width=item.width,
        height=item.height,
        fps_num=item.fps_num,
        fps_den=item.fps_den,
        has_sound=item.has_sound and not slot.muted,
        title=item.title,
        credits=item.credits,
        group_name=item.group_name,
        transition=transition.kind,
        transition_ms=transition.ms,
        moves=item.moves,
    )


def difference(told: list[Cue], wanted: tuple[Cue, ...], now_ms: int) -> tuple[int, tuple[Cue, ...]] | None:
    """What a player that was `told` some cues must hear to have those `wanted`: from when to forget, what to add.

    None when it has them already. What is on now is left alone when it is the same in both.
    """
    old = [cue for cue in told if cue.end_ms > now_ms]
    new = [cue for cue in wanted if cue.end_ms > now_ms]
    same = 0
    while same < min(len(old), len(new)) and _is_same(old[same], new[same], now_ms):
        same += 1
    if same == len(old) == len(new):
        return None
    starts = [cues[same].start_ms for cues in (old, new) if same < len(cues)]
    return min(starts), tuple(new[same:])


def _is_same(one: Cue, other: Cue, now_ms: int) -> bool:
    if replace(one, manifest_version=0) == replace(other, manifest_version=0):
        return True
    is_on_now = one.start_ms <= now_ms and other.start_ms <= now_ms
    return is_on_now and _stretch(one) == _stretch(other)


def _stretch(cue: Cue) -> tuple[object, ...]:
    zero_ms = cue.start_ms - cue.offset_ms if cue.path else 0
    return cue.end_ms, cue.layer, cue.kind, cue.item, cue.path, zero_ms, cue.has_sound, cue.words, cue.captions


def in_lines(replace_from_ms: int, cues: tuple[Cue, ...]) -> list[Cues]:
    """The cues as messages that each fit a line; the first one also forgets what is out of date."""
    messages: list[Cues] = []
    batch: list[Cue] = []
    size_bytes = 0
    for cue in cues:
        # A cue alone in a message is longer than its share of a message of many.
        cue_bytes = len(encode(Cues(replace_from_ms, (cue,))))
        if batch and (len(batch) == MOST_CUES_A_MESSAGE or size_bytes + cue_bytes > LONGEST_LINE_BYTES):
            messages.append(Cues(replace_from_ms, tuple(batch)))
            replace_from_ms, batch, size_bytes = cue.start_ms, [], 0
        batch.append(cue)
        size_bytes += cue_bytes
    return [*messages, Cues(replace_from_ms, tuple(batch))]
