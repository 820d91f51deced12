"""A compiled plan becomes a sealed manifest: words, files and approvals of exactly what the plan names. Pure."""

import hashlib
from dataclasses import dataclass

from content.manifest import LARGEST_MANIFEST_BYTES, Kind, ListedPlay, Manifest, ManifestItem, NeededFile, seal
from content.programme.digest import segment_digests
from content.programme.engine import Programme
from content.programme.plan import Fixed, Plan, Rotation, read_plan
from content.reading import Reader
from content.signing import SigningKey
from curator.programme.compiler import Compiled
from curator.programme.hours import HOUR_MS, tzdata_version
from curator.programme.inputs import Inputs
from curator.programme.library_facts import Showable


class TooLarge(ValueError):
    """More items in more hours than a manifest can hold."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A manifest ready to be stored."""

    manifest: Manifest
    envelope: bytes
    etag: str
    shown: tuple[Showable, ...]


def make_manifest(
    inputs: Inputs, compiled: Compiled, key: SigningKey, *, version: int, epoch: int, now_ms: int, list_hours: int
) -> Sealed:
    """The sealed manifest. Its plan is read back as a node will read it; raises BadDocument if it could not be.

    Raises TooLarge for a manifest that no node would take.
    """
    plan = compiled.plan.as_json()
    programme = Programme(read_plan(Reader(plan, "$.plan")))
    shown = inputs.showable(items_of(programme.plan))
    files = {one.sha256: NeededFile(one.sha256, one.version.size_bytes, one.version.media_type) for one in shown}
    approvals = {one.sha256: one.signed for one in shown}
    manifest = Manifest(
        screen=inputs.screen_facts(),
        version=version,
        issued_ms=now_ms,
        effective_ms=compiled.effective_ms,
        tzdata=tzdata_version(),
        plan=plan,
        digests=segment_digests(programme),
        running_list=_running_list(programme, compiled.effective_ms, list_hours),
        items={one.item.id: _item(one) for one in shown},
        files=tuple(files[sha256] for sha256 in sorted(files)),
        approvals=tuple(approvals[sha256] for sha256 in sorted(approvals)),
        keys=(key.public,),
        epoch=epoch,
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


def _running_list(programme: Programme, from_ms: int, hours: int) -> tuple[ListedPlay, ...]:
    events = programme.events(from_ms, min(from_ms + hours * HOUR_MS, programme.span[1]))
    return tuple(ListedPlay(event.start_ms, event.end_ms, event.kind, event.item, event.group) for event in events)


def _item(shown: Showable) -> ManifestItem:
    item, version = shown.item, shown.version
    kind: Kind = "video" if version.kind == "video" else "still"
    return ManifestItem(
        id=item.id, title=item.title, credits=item.credits, group=item.group_id, group_name=item.group_name,
        kind=kind, duration_ms=version.duration_ms, sha256=shown.sha256, width=version.width, height=version.height,
        fps_num=version.fps_num, fps_den=version.fps_den or 1, has_sound=version.has_sound,
    )  # fmt: skip
