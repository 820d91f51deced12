"""What may be shown at all: every item whose approved version comes with an approval that this service signed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from content.approval import EVERYWHERE, SignedApproval, read_approval
from content.captions import MEDIA_TYPE
from content.manifest import ItemCaptions, NeededFile
from content.reading import BadDocument, Reader
from content.signing import BadSignature, PublicKey
from curator import captions, groups, library, running_order, showing
from curator.captions import Track
from curator.programme.facts import EligibleItem
from curator.screens import Screen
from curator.showing import Showing
from curator.store import Connection
from curator.tables import items

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
class Showable:
    """An item with the version that may be shown, its approval as signed, and its place in the running order.

    Of its captions the first are those in the language the item is in, if there are any.
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

    def eligible(self, screen: Screen) -> EligibleItem | None:
        """What the compiler is told about it; None when it is not approved for that screen, or not aimed at it."""
        approval, wanted = self.signed.approval, self.showing
        if EVERYWHERE not in approval.places and screen.id not in approval.places:
            return None
        if not wanted.is_aimed_at(screen):
            return None
        from_ms, until_ms = approval.not_before_ms, approval.not_after_ms
        return EligibleItem(
            id=self.item.id, group=self.item.group_id, title=self.item.title, duration_ms=self.version.duration_ms,
            order=self.order, is_in_rotation=self.is_in_rotation,
            from_ms=max(from_ms, from_ms if wanted.not_before_ms is None else wanted.not_before_ms),
            until_ms=min(until_ms, until_ms if wanted.not_after_ms is None else wanted.not_after_ms),
            kind="still" if self.version.kind == "still" else "video", rating=wanted.rating,
            tags=frozenset(wanted.tags), gap_ms=wanted.gap_ms, joins=wanted.joins,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LibraryFacts:
    """Everything showable by the item's id, and the groups by theirs."""

    showable: Mapping[str, Showable]
    groups: Mapping[str, groups.Group]


def gather(connection: Connection, key: PublicKey) -> LibraryFacts:
    """The library as the compiler needs it. An approval that `key` did not sign, or of other bytes, does not count."""
    playable = library.playable_items(connection)
    approved = {item.id: version for item in playable if (version := item.approved) and version.state == "approved"}
    texts = library.signed_approvals(connection, [version.sha256 for version in approved.values() if version.sha256])
    subtitled = _captions(connection, approved.values(), key)
    places = running_order.places(connection, playable)
    wishes = showing.every(connection, items.c.approved_version_id.is_not(None))
    showable = {}
    for item in playable:
        version = approved.get(item.id)
        if version is None or version.sha256 is None:
            continue
        text = texts.get(version.sha256, "")
        signed = _valid(text, version, key)
        if signed is not None:
            order, is_in_rotation = places[item.id]
            wanted = wishes.get(item.id, Showing())
            over = sorted(subtitled.get(version.id, ()), key=lambda one: one.track.language != item.language)
            showable[item.id] = Showable(
                item, version, version.sha256, signed, text, order, is_in_rotation, wanted, tuple(over)
            )
    return LibraryFacts(showable, {group.id: group for group in groups.every(connection)})


def still_approved(connection: Connection, shown: Iterable[Showable]) -> bool:
    """Whether each of these may still be shown as it was gathered: asked again in the transaction that publishes."""
    wanted = {one.item.id: one for one in shown}
    these = library.items_where(connection, items.c.id.in_(list(wanted)), most=len(wanted) + 1)
    now = {item.id: item for item in these}
    texts = library.signed_approvals(connection, [one.sha256 for one in wanted.values()])
    approved = captions.of_versions(connection, [one.version.id for one in wanted.values()], "approved")
    said = {(one.id, one.signed) for one in approved}
    if any((over.track.id, over.track.signed) not in said for one in wanted.values() for over in one.captions):
        return False
    return all(
        (item := now.get(item_id)) is not None
        and (version := item.approved) is not None
        and (version.id, version.state) == (one.version.id, "approved")
        and texts.get(one.sha256) == one.signed_text
        for item_id, one in wanted.items()
    )


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
