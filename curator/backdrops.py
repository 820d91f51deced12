"""Pictures behind the words of an activity: a group's own approved stills, for as long as they may be shown.

An activity's statement names the bytes; whether those may be shown is asked each time, of the approval of the item.
"""

import itertools
import json
from dataclasses import dataclass

import sqlalchemy as sa

from content.approval import EVERYWHERE, SignedApproval, read_approval
from content.reading import BadDocument, Reader
from curator import decided, library, showing
from curator.library import Item, Version
from curator.places import covers
from curator.store import Connection
from curator.tables import items
from curator.tables_taking_part import activities
from curator.wishes import BadActivity
from curator.words import N_
from kiosks.activities.known import AHEAD_MS, LARGEST_BACKDROPS_BYTES, MOST_BACKDROPS

MOST_OFFERED = 24
"""Pictures in a form, the newest."""
LARGEST_APPROVAL_BYTES = 1 << 20
MEDIA_TYPES = ("image/jpeg", "image/png")
OVER = N_("The picture behind the words may not be shown any more. Choose another, or none.")


@dataclass(frozen=True, slots=True)
class Backdrop:
    """The picture of an activity as it was handed in: those bytes, and no later version of the item."""

    item: str
    version: str
    sha256: str

    def as_text(self) -> str:
        """As it is kept with the activity."""
        return json.dumps({"item": self.item, "version": self.version, "sha256": self.sha256})


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as a form offers it and a page shows it. `is_shown`: it may be shown now."""

    item: str
    version: str
    title: str
    alt_text: str
    is_shown: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """A picture that may be shown behind an activity's words, on its screens, with what says so."""

    activity: str
    screens: tuple[str, ...]
    approval: SignedApproval


def read_backdrop(reader: Reader) -> Backdrop:
    """One that was kept; raises BadDocument."""
    fields = reader.fields("item", "version", "sha256")
    return Backdrop(fields["item"].text(most=32), fields["version"].text(most=32), fields["sha256"].sha256())


def to_choose(connection: Connection, group_id: str, now_ms: int, chosen: str = "") -> list[Picture]:
    """What this group may put behind words, the newest first; what is `chosen` stands before them if it is one."""
    item = library.item(connection, chosen) if chosen else None
    first = None if item is None or item.group_id != group_id else _as_picture(connection, item, now_ms)
    of_group = library.playable_items(connection, items.c.group_id == group_id)
    found = (one for item in of_group if (one := _as_picture(connection, item, now_ms)) and one.item != chosen)
    return [*([first] if first else []), *itertools.islice(found, MOST_OFFERED)]


def choose(
    connection: Connection, item_id: str, *, group_id: str, screens: tuple[str, ...], now_ms: int
) -> Backdrop | None:  # fmt: skip
    """The picture of this item for a group's activity at these screens; None for none. Raises BadActivity."""
    if not item_id:
        return None
    item = library.item(connection, item_id)
    if item is None or item.group_id != group_id:
        raise BadActivity(N_("Choose a picture of the group that asks."))
    found = _approved(connection, item, now_ms)
    if found is None:
        raise BadActivity(OVER)
    version, signed = found
    _refuse_places(signed, screens)
    return Backdrop(item.id, version.id, signed.approval.sha256)


def require(connection: Connection, backdrop: Backdrop | None, screens: tuple[str, ...], now_ms: int) -> str:
    """The hash of a picture that may still be shown at these screens; "" for none. Raises BadActivity."""
    if backdrop is None:
        return ""
    signed = approval_of(connection, backdrop, now_ms)
    if signed is None:
        raise BadActivity(OVER)
    _refuse_places(signed, screens)
    return backdrop.sha256


def approval_of(connection: Connection, backdrop: Backdrop, now_ms: int) -> SignedApproval | None:
    """What allows this picture, as signed; None when it may not be shown now."""
    item = library.item(connection, backdrop.item)
    found = None if item is None else _approved(connection, item, now_ms)
    return found[1] if found is not None and found[1].approval.sha256 == backdrop.sha256 else None


def picture_of(connection: Connection, backdrop: Backdrop, now_ms: int) -> Picture | None:
    """The picture for a page on which somebody decides or looks back; None when the item is gone."""
    item = library.item(connection, backdrop.item)
    if item is None:
        return None
    is_shown = approval_of(connection, backdrop, now_ms) is not None
    return Picture(item.id, backdrop.version, item.title, item.alt_text, is_shown)


def standing(connection: Connection, now_ms: int) -> list[Standing]:
    """The pictures of all activities that are open or open soon, as far as they may be shown now."""
    query = sa.select(activities.c.id, activities.c.screens, activities.c.backdrop).where(
        activities.c.backdrop != "", activities.c.state == "approved", activities.c.closes_ms > now_ms,
        activities.c.opens_ms <= now_ms + AHEAD_MS,
    )  # fmt: skip
    found = []
    for row in connection.execute(query.order_by(activities.c.opens_ms, activities.c.id)):
        signed = approval_of(connection, read_backdrop(_reader(row.backdrop)), now_ms)
        if signed is not None:
            found.append(Standing(row.id, tuple(json.loads(row.screens)), signed))
    return found


def at_screen(connection: Connection, screen_id: str, now_ms: int) -> tuple[SignedApproval, ...]:
    """The approvals of the pictures that this screen may show behind words, now or soon."""
    found: dict[str, SignedApproval] = {}
    for one in standing(connection, now_ms):
        is_here = screen_id in one.screens or EVERYWHERE in one.screens
        if is_here and covers(one.approval.approval.places, [screen_id]):
            found[one.approval.approval.sha256] = one.approval
    told, left_bytes = [], LARGEST_BACKDROPS_BYTES
    for signed in list(found.values())[:MOST_BACKDROPS]:
        left_bytes -= len(json.dumps(signed.as_json()))
        told += [signed] if left_bytes >= 0 else []
    return tuple(told)


def needs_file(connection: Connection, screen_id: str, sha256: str, now_ms: int) -> bool:
    """Whether this screen may have the file of such a picture."""
    return any(one.approval.sha256 == sha256 for one in at_screen(connection, screen_id, now_ms))


def _as_picture(connection: Connection, item: Item, now_ms: int) -> Picture | None:
    found = _approved(connection, item, now_ms)
    return None if found is None else Picture(item.id, found[0].id, item.title, item.alt_text)


def _approved(connection: Connection, item: Item, now_ms: int) -> tuple[Version, SignedApproval] | None:
    """The version of a still that may be shown to everybody now, and its approval as signed."""
    version = item.approved
    if version is None or version.kind != "still" or version.media_type not in MEDIA_TYPES:
        return None
    if not item.may_play(version) or not _is_for_everybody_now(connection, item, now_ms):
        return None
    text = decided.signed_approvals(connection, [version.id]).get(version.id, "")
    try:
        signed = read_approval(_reader(text))
    except BadDocument:
        return None
    said = signed.approval
    is_of_it = (said.sha256, said.media_type, said.size_bytes) == (
        version.sha256, version.media_type, version.size_bytes,
    )  # fmt: skip
    return (version, signed) if is_of_it and said.not_before_ms <= now_ms < said.not_after_ms else None


def _is_for_everybody_now(connection: Connection, item: Item, now_ms: int) -> bool:
    """Whether no age is asked for, and its group wants it shown at this time."""
    wanted = showing.of(connection, item.id)
    begins_ms, ends_ms = wanted.not_before_ms, wanted.not_after_ms
    is_time = (begins_ms is None or begins_ms <= now_ms) and (ends_ms is None or now_ms < ends_ms)
    return wanted.rating == 0 and is_time


def _refuse_places(signed: SignedApproval, screens: tuple[str, ...]) -> None:
    if not covers(signed.approval.places, screens):
        raise BadActivity(N_("This picture is not approved for all of these screens."))


def _reader(text: str) -> Reader:
    return Reader.of_bytes(text.encode(), limit_bytes=LARGEST_APPROVAL_BYTES)
