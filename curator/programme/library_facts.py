"""What may be shown at all: every item whose approved version comes with an approval that this service signed."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import sqlalchemy as sa

from content.approval import SignedApproval, read_approval
from content.captions import MEDIA_TYPE
from content.manifest import ItemCaptions, NeededFile
from content.reading import BadDocument, Reader
from content.signing import BadSignature, PublicKey
from content.transition import CUT, Transition
from curator import captions, decided, groups, library, running_order, showing, transitions
from curator.captions import Track
from curator.places import covers
from curator.programme.facts import EligibleItem
from curator.screens import Screen
from curator.showing import Showing
from curator.store import Connection
from curator.tables import items
from curator.variants import by_fit

LARGEST_APPROVAL_BYTES = 1 << 20
APPROVALS_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class ShownCaptions:
    """Captions that may be shown over a film, with their own approval as signed."""

    track: Track
    signed: SignedApproval

    @property
    def named(self) -> ItemCaptions:
        """How a manifest names them."""
        return ItemCaptions(self.track.language, self.track.sha256)

    @property
    def file(self) -> NeededFile:
        """Their file."""
        return NeededFile(self.track.sha256, self.track.size_bytes, MEDIA_TYPE)


@dataclass(frozen=True, slots=True)
class ShownVariant:
    """A variant of an item that is as long as it, with the version that may be shown and its approval as signed."""

    variant: library.Variant
    version: library.Version
    signed: SignedApproval
    signed_text: str
    captions: tuple[ShownCaptions, ...] = ()


@dataclass(frozen=True, slots=True)
class Showable:
    """An item with the version that may be shown, its approval as signed, and its place in the running order.

    Of its captions the first are those in the language the item is in, if there are any. What `on` a screen is shown
    may be one of its `variants`.
    """

    item: library.Item
    version: library.Version
    sha256: str
    signed: SignedApproval
    signed_text: str
    order: int
    is_in_rotation: bool
    showing: Showing
    captions: tuple[ShownCaptions, ...] = ()
    transition: Transition = CUT
    variants: tuple[ShownVariant, ...] = ()

    def on(self, screen: Screen, *, static_only: bool = False) -> "Showable | None":
        """The item with the file that this screen shows of it: the variant that fits it best and is approved there.

        Else its own; None when no file is approved there. Where nothing may move (`static_only`) only variants that are
        pictures count.
        """
        allowed = {
            one.variant.id: one
            for one in self.variants
            if covers(one.signed.approval.places, [screen.id]) and not (static_only and one.version.kind != "still")
        }
        best = next(iter(by_fit([one.variant for one in allowed.values()], screen)), None)
        if best is None:
            return self if covers(self.signed.approval.places, [screen.id]) else None
        chosen = allowed[best.id]
        return replace(
            self, version=chosen.version, sha256=chosen.version.sha256 or "", signed=chosen.signed,
            signed_text=chosen.signed_text, captions=chosen.captions, variants=(),
        )  # fmt: skip

    @property
    def moves(self) -> bool:
        """Whether it is a photograph that may slowly be moved over; a variant is shown as it is."""
        return self.showing.is_photograph and self.version.kind == "still" and self.version.variant_id is None

    def eligible(self, screen: Screen, *, static_only: bool = False) -> EligibleItem | None:
        """What the compiler is told about it; None when it is not approved for that screen, or not aimed at it.

        It is the same for every screen the item itself is approved for, whichever file they show, so that they share a
        programme; only where nothing may move (`static_only`) does it count that a variant is a picture.
        """
        shown, wanted = self.on(screen, static_only=static_only), self.showing
        if shown is None or not wanted.is_aimed_at(screen):
            return None
        of_item = covers(self.signed.approval.places, [screen.id])
        approval = (self if of_item else shown).signed.approval
        version = shown.version if static_only or not of_item else self.version
        from_ms = approval.not_before_ms
        until_ms = min(approval.not_after_ms, shown.signed.approval.not_after_ms)
        return EligibleItem(
            id=self.item.id, group=self.item.group_id, title=self.item.title, duration_ms=version.duration_ms,
            order=self.order, is_in_rotation=self.is_in_rotation,
            from_ms=max(from_ms, from_ms if wanted.not_before_ms is None else wanted.not_before_ms),
            until_ms=min(until_ms, until_ms if wanted.not_after_ms is None else wanted.not_after_ms),
            kind="still" if version.kind == "still" else "video", rating=wanted.rating,
            tags=frozenset(wanted.tags), gap_ms=wanted.gap_ms, joins=wanted.joins,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LibraryFacts:
    """Everything showable by the item's id, and the groups by theirs."""

    showable: Mapping[str, Showable]
    groups: Mapping[str, groups.Group]


def gather(connection: Connection, key: PublicKey, of_groups: Collection[str] | None = None) -> LibraryFacts:
    """The library as the compiler needs it. An approval that `key` did not sign, or of other bytes, does not count.

    With `of_groups` it has the items of these groups only: what it says of each of them is the same.
    """
    of_these = () if of_groups is None else (items.c.group_id.in_(sorted(of_groups)),)
    playable = library.playable_items(connection, *of_these)
    approved = {item.id: version for item in playable if (version := item.approved) and version.state == "approved"}
    of_variants = [one for item in playable for variant in item.variants if (one := variant.approved) is not None]
    shown = [*approved.values(), *of_variants]
    texts = decided.signed_approvals(connection, [version.id for version in shown])
    subtitled = _captions(connection, shown, key)
    places = running_order.places(connection, playable)
    coming_on = transitions.every(connection)
    wishes = showing.every(connection, items.c.approved_version_id.is_not(None), *of_these)
    showable = {}
    for item in playable:
        version = approved.get(item.id)
        if version is None or version.sha256 is None:
            continue
        text = texts.get(version.id, "")
        signed = _valid(text, version, key)
        if signed is not None:
            order, is_in_rotation = places[item.id]
            wanted = wishes.get(item.id, Showing())
            over = _in_order(item, subtitled.get(version.id, []))
            of_it = tuple(_variants(item, version, texts, subtitled, key))
            showable[item.id] = Showable(
                item, version, version.sha256, signed, text, order, is_in_rotation, wanted, over,
                coming_on.get(item.group_id, CUT), of_it,
            )  # fmt: skip
    return LibraryFacts(showable, {group.id: group for group in groups.every(connection)})


def of_items(connection: Connection, key: PublicKey, item_ids: Collection[str]) -> dict[str, Showable]:
    """These items by their ids, as far as they may be shown at all."""
    shown = gather(connection, key, groups_of(connection, item_ids)).showable
    return {item_id: shown[item_id] for item_id in item_ids if item_id in shown}


def groups_of(connection: Connection, item_ids: Collection[str]) -> set[str]:
    """The ids of the groups whose items these are."""
    query = sa.select(items.c.group_id).where(items.c.id.in_(sorted(item_ids))).distinct()
    return set(connection.execute(query).scalars())


def still_approved(connection: Connection, shown: Iterable[Showable]) -> bool:
    """Whether each of these may still be shown as it was gathered: asked again in the transaction that publishes."""
    wanted = {one.item.id: one for one in shown}
    these = library.items_where(connection, items.c.id.in_(list(wanted)), most=len(wanted) + 1)
    now = {item.id: item for item in these}
    texts = decided.signed_approvals(connection, [one.version.id for one in wanted.values()])
    approved = captions.of_versions(connection, [one.version.id for one in wanted.values()], "approved")
    said = {(one.id, one.signed) for one in approved}
    if any((over.track.id, over.track.signed) not in said for one in wanted.values() for over in one.captions):
        return False
    return all(
        (item := now.get(item_id)) is not None
        and item.approved is not None
        and item.may_play(one.version)
        and texts.get(one.version.id) == one.signed_text
        for item_id, one in wanted.items()
    )


def _variants(
    item: library.Item,
    itself: library.Version,
    texts: Mapping[str, str],
    subtitled: Mapping[str, list[ShownCaptions]],
    key: PublicKey,
) -> Iterator[ShownVariant]:
    """The variants that may be shown in the item's place: approved, and exactly as long."""
    for variant in item.variants:
        version = variant.approved
        if version is None or not item.may_play(version) or version.duration_ms != itself.duration_ms:
            continue
        text = texts.get(version.id, "")
        signed = _valid(text, version, key)
        if signed is not None:
            over = _in_order(item, subtitled.get(version.id, []))
            yield ShownVariant(variant, version, signed, text, over)


def _in_order(item: library.Item, over: list[ShownCaptions]) -> tuple[ShownCaptions, ...]:
    return tuple(sorted(over, key=lambda one: one.track.language not in item.languages))


def _captions(
    connection: Connection, films: Iterable[library.Version], key: PublicKey
) -> dict[str, list[ShownCaptions]]:  # fmt: skip
    """The captions of these versions by the version's id: only what `key` allowed over those very bytes."""
    by_id = {version.id: version for version in films}
    found: dict[str, list[ShownCaptions]] = {}
    for track in captions.of_versions(connection, list(by_id), "approved"):
        signed = _verified(track.signed, key) if track.signed else None
        if signed is not None and _is_bond(signed, track, by_id[track.version_id]):
            found.setdefault(track.version_id, []).append(ShownCaptions(track, signed))
    return found


def _is_bond(signed: SignedApproval, track: Track, film: library.Version) -> bool:
    approval = signed.approval
    told = (approval.sha256, approval.media_type, approval.size_bytes, approval.language, approval.film_sha256)
    return told == (track.sha256, MEDIA_TYPE, track.size_bytes, track.language, film.sha256)


def _valid(text: str, version: library.Version, key: PublicKey) -> SignedApproval | None:
    signed = _verified(text, key) if text else None
    if signed is None:
        return None
    approval = signed.approval
    told = (approval.sha256, approval.media_type, approval.size_bytes, approval.duration_ms)
    return signed if told == (version.sha256, version.media_type, version.size_bytes, version.duration_ms) else None


@lru_cache(maxsize=APPROVALS_REMEMBERED)
def _verified(text: str, key: PublicKey) -> SignedApproval | None:
    """The approval in `text` if it is one and `key` signed it."""
    try:
        signed = read_approval(Reader.of_bytes(text.encode(), limit_bytes=LARGEST_APPROVAL_BYTES))
        signed.verify({key.key_id: key})
    except (BadDocument, BadSignature):
        return None
    return signed
