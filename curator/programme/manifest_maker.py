"""A compiled plan becomes a sealed manifest: words, files and approvals of exactly what the plan names. Pure."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from content.approval import SignedApproval
from content.manifest import LARGEST_MANIFEST_BYTES, Kind, Manifest, ManifestItem, NeededFile, seal
from content.programme.plan import Fixed, Plan, Rotation
from content.signing import SigningKey
from curator.programme.brightness import brightness
from curator.programme.hours import tzdata_version
from curator.programme.inputs import Inputs
from curator.programme.library_facts import Showable
from curator.programme.streams import Stream


class TooLarge(ValueError):
    """More items in more hours than a manifest can hold."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A manifest ready to be stored."""

    manifest: Manifest
    envelope: bytes
    etag: str
    shown: tuple[Showable, ...]


def make_manifest(inputs: Inputs, stream: Stream, key: SigningKey, *, version: int, epoch: int, now_ms: int) -> Sealed:
    """The sealed manifest of a screen with this stream. Raises TooLarge for one that no node would take."""
    # What was promised may name an item that may no longer be shown: it is in no list here, and nodes show the card.
    shown = inputs.showable(items_of(stream.programme.plan) & inputs.facts.items.keys())
    manifest = Manifest(
        screen=inputs.screen_facts(),
        version=version,
        issued_ms=now_ms,
        effective_ms=stream.compiled.effective_ms,
        tzdata=tzdata_version(),
        plan=stream.plan,
        digests=stream.digests,
        running_list=stream.running_list,
        items={one.item.id: manifest_item(one) for one in shown},
        files=files_of(shown),
        approvals=approvals_of(shown),
        keys=(key.public,),
        epoch=epoch,
        brightness=brightness(inputs.facts, *stream.programme.span),
    )
    envelope = seal(manifest, key)
    if len(envelope) > LARGEST_MANIFEST_BYTES:
        raise TooLarge(
            f"the manifest would have {len(envelope)} bytes, and nodes take at most {LARGEST_MANIFEST_BYTES}: "
            "lay out fewer days (plan_days), or give fewer groups air time on this screen"
        )
    return Sealed(manifest, envelope, hashlib.sha256(envelope).hexdigest(), tuple(shown))


def items_of(plan: Plan) -> set[str]:
    """The ids of every item the plan could show."""
    found = {entry.item for entry in plan.house}
    for segment in plan.segments:
        if isinstance(segment, Fixed):
            found.update(booked.item for booked in segment.items)
        elif isinstance(segment, Rotation):
            found.update(listed.item for listing in segment.groups.values() for listed in listing.items)
    return found


def files_of(shown: Iterable[Showable]) -> tuple[NeededFile, ...]:
    """The files of these items and of their captions, each once, by hash."""
    files: dict[str, NeededFile] = {}
    for one in shown:
        files[one.sha256] = NeededFile(one.sha256, one.version.size_bytes, one.version.media_type)
        files.update({captions.track.sha256: captions.file for captions in one.captions})
    return tuple(files[sha256] for sha256 in sorted(files))


def approvals_of(shown: Iterable[Showable]) -> tuple[SignedApproval, ...]:
    """The approvals of these items and of their captions, each once, by hash and film."""
    signed = [signed for one in shown for signed in (one.signed, *(captions.signed for captions in one.captions))]
    by_what = {(one.approval.sha256, one.approval.film_sha256): one for one in signed}
    return tuple(by_what[what] for what in sorted(by_what))


def manifest_item(shown: Showable) -> ManifestItem:
    """What a manifest says of an item."""
    item, version = shown.item, shown.version
    kind: Kind = "video" if version.kind == "video" else "still"
    return ManifestItem(
        id=item.id, title=item.screen_title, credits=item.screen_credits, group=item.group_id,
        group_name=item.group_name, kind=kind, duration_ms=version.duration_ms, sha256=shown.sha256,
        width=version.width, height=version.height,
        fps_num=version.fps_num, fps_den=version.fps_den or 1, has_sound=version.has_sound,
        joins=shown.showing.joins, captions=tuple(captions.named for captions in shown.captions),
        transition=shown.transition, moves=shown.moves,
        languages=item.languages,
    )  # fmt: skip
