"""The library: items, their versions, and what state each is in. Reading, and the few changes that need no file.

An item is a title and its versions. A version is immutable: once prepared it is named by the SHA-256 of its house
rendition, and that is what is approved. `state` says what people decided, `preparation` what the machine has done.
"""

import json
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from content.media.mend_words import mend_line
from content.media.mends import Mends, Offer, mend_record, parse_mends, parse_offers
from content.reading import Reader
from curator import audit, jobs, occasions, spoken, take_downs, webhook_events
from curator.found_reasons import FoundReason, stored_reasons
from curator.ids import new_id
from curator.store import Connection
from curator.tables import groups, items, versions
from curator.tables_variants import variants
from curator.words import Told

State = Literal["draft", "submitted", "asked", "approved", "rejected", "withdrawn"]
Preparation = Literal["waiting", "running", "ready", "refused"]

LONGEST_TITLE = 120
LONGEST_CREDITS = 300
LONGEST_ALT = 1500

FILES_OF_A_VERSION = (
    "sha256", "thumbnail_sha256", "poster_sha256", "strip_sha256", "veil_sha256", "before_sha256", "after_sha256",
)  # fmt: skip
"""The columns that name what was made of an upload."""


class BadItem(Told):
    """Words or a change an item cannot take."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an item. The fields from `sha256` on are empty until preparation is ready.

    One that is `mended_from` another is made of the same upload; one with a `ticket_id` was handed in by somebody
    without an account. Its group looks at either before it is submitted.

    Once its files are no longer kept (`cleaned_ms`) it has no hashes any more: there is nothing to see or decide on.
    """

    id: str
    item_id: str
    number: int
    file_name: str
    upload_bytes: int
    upload_sha256: str
    preparation: Preparation
    state: State
    reasons: tuple[FoundReason, ...]
    mends: Mends
    offers: tuple[Offer, ...]
    mended_from: str | None
    ticket_id: str | None
    variant_id: str | None
    """The variant it is of; None: of the item itself."""
    sha256: str | None
    media_type: str
    kind: str
    size_bytes: int
    width: int
    height: int
    fps_num: int
    fps_den: int
    frames: int
    duration_ms: int
    has_sound: bool
    thumbnail_sha256: str | None
    poster_sha256: str | None
    strip_sha256: str | None
    veil_sha256: str | None
    strip_ms: tuple[int, ...]
    likeness: tuple[str, ...]
    before_sha256: str | None
    after_sha256: str | None
    created_by: str | None
    created_ms: int
    prepared_ms: int | None
    submitted_ms: int | None
    cleaned_ms: int | None

    @property
    def is_unsubmitted(self) -> bool:
        """Whether it was mended or handed in with a ticket and its group has not submitted it (yet)."""
        is_draft = self.state == "draft" and self.preparation == "ready"
        return is_draft and (self.mended_from or self.ticket_id) is not None and self.submitted_ms is None


@dataclass(frozen=True, slots=True)
class Variant:
    """Another picture of an item, just as long, for the screens in `targets` (`curator.variants`). `versions` newest

    first; none until something was uploaded.
    """

    id: str
    item_id: str
    name: str
    targets: tuple[str, ...]
    approved_version_id: str | None
    created_ms: int
    versions: tuple[Version, ...] = ()

    @property
    def approved(self) -> Version | None:
        """The version that may play on those screens; None when none may."""
        return next((version for version in self.versions if version.id == self.approved_version_id), None)


@dataclass(frozen=True, slots=True)
class Item:
    """A playable thing with a title. `versions` newest first; `people_shown`, `rights`: codes of curator.statements.

    `versions` are those of the item itself; each of its `variants` has its own.
    """

    id: str
    group_id: str
    group_name: str
    group_slug: str
    group_colour: str
    title: str
    credits: str
    licence: str
    languages: tuple[str, ...]
    alt_text: str
    created_by: str | None
    created_ms: int
    withdrawn_ms: int | None
    approved_version_id: str | None
    versions: tuple[Version, ...]
    people_shown: str = ""
    rights: str = ""
    screen_title: str = ""
    screen_credits: str = ""
    """Title and credits as screens show them: as a moderator has read them (`curator.screen_words`)."""
    variants: tuple[Variant, ...] = ()

    @property
    def newest(self) -> Version:
        """The version uploaded last."""
        return self.versions[0]

    @property
    def approved(self) -> Version | None:
        """The version that may play; None when none may."""
        if self.withdrawn_ms is not None:
            return None
        return next((version for version in self.versions if version.id == self.approved_version_id), None)

    @property
    def every_version(self) -> tuple[Version, ...]:
        """Its own versions and those of its variants."""
        return (*self.versions, *(version for variant in self.variants for version in variant.versions))

    def version(self, version_id: str) -> Version | None:
        """One of all its versions, or None."""
        return next((one for one in self.every_version if one.id == version_id), None)

    def variant(self, variant_id: str | None) -> Variant | None:
        """One of its variants, or None."""
        return next((one for one in self.variants if one.id == variant_id), None)

    def beside(self, version: Version) -> tuple[Version, ...]:
        """All versions of the same picture, newest first: the item's own, or those of one variant."""
        return tuple(one for one in self.every_version if one.variant_id == version.variant_id)

    def may_play(self, version: Version) -> bool:
        """Whether this version is the one of its picture that people approved, of an item that stands."""
        variant = self.variant(version.variant_id)
        chosen = variant.approved_version_id if variant else self.approved_version_id
        is_known = version.variant_id is None or variant is not None
        return is_known and self.withdrawn_ms is None and chosen == version.id and version.state == "approved"


def items_where(connection: Connection, *conditions: "sa.ColumnElement[bool]", most: int = 500) -> list[Item]:
    """Items that meet all `conditions` (on `tables.items` and `tables.groups`), newest first, in three queries."""
    query = (
        sa.select(items, groups.c.name, groups.c.slug, groups.c.colour)
        .select_from(items.join(groups, items.c.group_id == groups.c.id))
        .where(*conditions)
        .order_by(items.c.created_ms.desc(), items.c.id)
        .limit(most)
    )
    rows = connection.execute(query).mappings().all()
    found: dict[str, list[Version]] = {row[items.c.id]: [] for row in rows}
    of_variants: dict[str, list[Version]] = {}
    of_these = sa.select(versions).where(versions.c.item_id.in_(list(found))).order_by(versions.c.number.desc())
    for row in connection.execute(of_these).mappings():
        one = read_version(row)
        (of_variants.setdefault(one.variant_id, []) if one.variant_id else found[one.item_id]).append(one)
    known = _variants(connection, list(found), of_variants)
    return [
        _item(row, tuple(found[row[items.c.id]]), tuple(known.get(row[items.c.id], ())))
        for row in rows
        if found[row[items.c.id]]
    ]


def item(connection: Connection, item_id: str) -> Item | None:
    """One item, or None."""
    return next(iter(items_where(connection, items.c.id == item_id)), None)


def items_of_group(connection: Connection, group_id: str) -> list[Item]:
    """A group's items that are not withdrawn, newest first."""
    return items_where(connection, items.c.group_id == group_id, items.c.withdrawn_ms.is_(None))


def playable_items(connection: Connection, *conditions: "sa.ColumnElement[bool]") -> list[Item]:
    """Every item with an approved version that is not withdrawn, as far as it meets the conditions."""
    standing = items.c.approved_version_id.is_not(None), items.c.withdrawn_ms.is_(None)
    return items_where(connection, *standing, *conditions, most=100_000)


def version(connection: Connection, version_id: str) -> Version | None:
    """One version, or None."""
    row = connection.execute(sa.select(versions).where(versions.c.id == version_id)).mappings().first()
    return read_version(row) if row else None


def add_item(connection: Connection, *, group_id: str, title: str, now_ms: int, by: str | None) -> str:
    """Makes an item without versions and gives its id; the caller adds the first version in the same transaction."""
    item_id = new_id()
    connection.execute(
        items.insert().values(id=item_id, group_id=group_id, title=title, created_by=by, created_ms=now_ms)
    )
    audit.record(connection, now_ms, by, "item.create", f"item:{item_id}", title=title, group=group_id)
    return item_id


def add_version(
    connection: Connection,
    item_id: str,
    *,
    file_name: str,
    upload_bytes: int,
    upload_sha256: str,
    now_ms: int,
    by: str | None,
    mends: Mends = (),
    mended_from: str | None = None,
    ticket_id: str | None = None,
    variant_id: str | None = None,
) -> str:
    """Adds the next version of an item, or of a variant of it, waiting to be prepared, and gives its id."""
    version_id = new_id()
    newest = sa.select(sa.func.coalesce(sa.func.max(versions.c.number), 0)).where(versions.c.item_id == item_id)
    number = connection.execute(newest).scalar_one() + 1
    connection.execute(
        versions.insert().values(
            id=version_id, item_id=item_id, number=number, file_name=file_name, upload_bytes=upload_bytes,
            upload_sha256=upload_sha256, preparation="waiting", state="draft", created_by=by, created_ms=now_ms,
            mends=mends_as_stored(mends), mended_from=mended_from, ticket_id=ticket_id, variant_id=variant_id,
        )
    )  # fmt: skip
    action = "version.mend" if mended_from else "version.hand_in" if ticket_id else "version.upload"
    audit.record(
        connection, now_ms, by, action, f"version:{version_id}",
        item=item_id, number=number, file=file_name, sha256=upload_sha256,
        **({"mended_from": mended_from, "mends": "; ".join(map(mend_line, mends))} if mended_from else {}),
        **({"variant": variant_id} if variant_id else {}),
    )  # fmt: skip
    return version_id


def withdraw(connection: Connection, item_id: str, *, now_ms: int, by: str, why: str = "") -> None:
    """Takes an item off every screen for good: none of its versions may play again. Harmless when done twice."""
    changed = connection.execute(
        items.update()
        .where(items.c.id == item_id, items.c.withdrawn_ms.is_(None))
        .values(withdrawn_ms=now_ms, approved_version_id=None)
    )
    if changed.rowcount:
        for row in connection.execute(sa.select(versions.c.id).where(versions.c.item_id == item_id)).all():
            jobs.cancel(connection, kind=jobs.PREPARE, subject=row.id, now_ms=now_ms)
        connection.execute(versions.update().where(versions.c.item_id == item_id).values(state="withdrawn"))
        connection.execute(variants.update().where(variants.c.item_id == item_id).values(approved_version_id=None))
        occasions.waits_no_more(connection, item_id, now_ms=now_ms)
        audit.record(connection, now_ms, by, "item.withdraw", f"item:{item_id}", why=why)
        take_downs.begin(connection, item_id, now_ms=now_ms)
        webhook_events.withdrawn(connection, item_id, now_ms=now_ms)


def mends_as_stored(mends: Mends) -> str:
    """Mends as `versions.mends` holds them."""
    return json.dumps([mend_record(mend) for mend in mends]) if mends else ""


def read_version(row: sa.RowMapping) -> Version:
    """A row of `versions` as a value."""
    names = {
        name: row[name]
        for name in Version.__slots__
        if name not in {"reasons", "mends", "offers", "strip_ms", "likeness"}
    }
    if row["cleaned_ms"] is not None:
        names |= dict.fromkeys(FILES_OF_A_VERSION)
    return Version(
        **names, reasons=stored_reasons(row["reasons"]),
        mends=parse_mends(Reader(json.loads(row["mends"]))) if row["mends"] else (),
        offers=parse_offers(Reader(json.loads(row["offers"]))) if row["offers"] else (),
        strip_ms=tuple(json.loads(row["strip_ms"] or "[]")),
        likeness=tuple(json.loads(row["likeness"] or "[]")),
    )  # fmt: skip


def _variants(
    connection: Connection, item_ids: list[str], of_variants: dict[str, list[Version]]
) -> dict[str, list[Variant]]:  # fmt: skip
    """The variants of these items that were not removed, by the item's id, the oldest first."""
    standing = variants.c.item_id.in_(item_ids), variants.c.removed_ms.is_(None)
    found: dict[str, list[Variant]] = {}
    query = sa.select(variants).where(*standing).order_by(variants.c.created_ms, variants.c.id)
    for row in connection.execute(query):
        found.setdefault(row.item_id, []).append(
            Variant(
                row.id, row.item_id, row.name, tuple(json.loads(row.targets)), row.approved_version_id,
                row.created_ms, tuple(of_variants.get(row.id, ())),
            )
        )  # fmt: skip
    return found


def _item(row: sa.RowMapping, of_item: tuple[Version, ...], of_it: tuple[Variant, ...]) -> Item:
    return Item(
        id=row[items.c.id], group_id=row[items.c.group_id], group_name=row[groups.c.name],
        group_slug=row[groups.c.slug], group_colour=row[groups.c.colour], title=row[items.c.title],
        credits=row[items.c.credits], licence=row[items.c.licence],
        languages=spoken.stored(row[items.c.languages]),
        alt_text=row[items.c.alt_text], created_by=row[items.c.created_by], created_ms=row[items.c.created_ms],
        withdrawn_ms=row[items.c.withdrawn_ms], approved_version_id=row[items.c.approved_version_id],
        versions=of_item, people_shown=row[items.c.people_shown], rights=row[items.c.rights],
        screen_title=row[items.c.screen_title], screen_credits=row[items.c.screen_credits], variants=of_it,
    )  # fmt: skip
