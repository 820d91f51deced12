"""The library: items, their versions, and what state each is in. Reading, and the few changes that need no file.

An item is a title and its versions. A version is immutable: once prepared it is named by the SHA-256 of its house
rendition, and that is what is approved. `state` says what people decided, `preparation` what the machine has done.
"""

import json
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from content.media.facts import MediaFacts, Prepared, facts_record
from content.media.mend_words import mend_line
from content.media.mends import Mends, Offer, mend_record, offer_record, parse_mends, parse_offers
from content.media.reasons import Reason
from content.reading import Reader
from curator import audit, jobs, occasions
from curator.found_reasons import FoundReason, reasons_as_stored, stored_reasons
from curator.ids import new_id
from curator.statements import PEOPLE, RIGHTS
from curator.store import Connection
from curator.tables import decisions, groups, items, versions
from curator.words import N_, Told

State = Literal["draft", "submitted", "approved", "rejected", "withdrawn"]
Preparation = Literal["waiting", "running", "ready", "refused"]

LONGEST_TITLE = 120
LONGEST_CREDITS = 300
LONGEST_ALT = 1500

FILES_OF_A_VERSION = (
    "sha256", "thumbnail_sha256", "poster_sha256", "strip_sha256", "before_sha256", "after_sha256",
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
class Item:
    """A playable thing with a title. `versions` newest first; `people_shown`, `rights`: codes of curator.statements."""

    id: str
    group_id: str
    group_name: str
    group_slug: str
    group_colour: str
    title: str
    credits: str
    licence: str
    language: str
    alt_text: str
    created_by: str | None
    created_ms: int
    withdrawn_ms: int | None
    approved_version_id: str | None
    versions: tuple[Version, ...]
    people_shown: str = ""
    rights: str = ""

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


def items_where(connection: Connection, *conditions: "sa.ColumnElement[bool]", most: int = 500) -> list[Item]:
    """Items that meet all `conditions` (on `tables.items` and `tables.groups`), newest first, in two queries."""
    query = (
        sa.select(items, groups.c.name, groups.c.slug, groups.c.colour)
        .select_from(items.join(groups, items.c.group_id == groups.c.id))
        .where(*conditions)
        .order_by(items.c.created_ms.desc(), items.c.id)
        .limit(most)
    )
    rows = connection.execute(query).mappings().all()
    found: dict[str, list[Version]] = {row[items.c.id]: [] for row in rows}
    of_these = sa.select(versions).where(versions.c.item_id.in_(list(found))).order_by(versions.c.number.desc())
    for row in connection.execute(of_these).mappings():
        found[row["item_id"]].append(read_version(row))
    return [_item(row, tuple(found[row[items.c.id]])) for row in rows if found[row[items.c.id]]]


def item(connection: Connection, item_id: str) -> Item | None:
    """One item, or None."""
    return next(iter(items_where(connection, items.c.id == item_id)), None)


def items_of_group(connection: Connection, group_id: str) -> list[Item]:
    """A group's items that are not withdrawn, newest first."""
    return items_where(connection, items.c.group_id == group_id, items.c.withdrawn_ms.is_(None))


def playable_items(connection: Connection) -> list[Item]:
    """Every item with an approved version that is not withdrawn."""
    return items_where(
        connection, items.c.approved_version_id.is_not(None), items.c.withdrawn_ms.is_(None), most=100_000
    )


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
) -> str:
    """Adds the next version of an item, waiting to be prepared, and gives its id."""
    version_id = new_id()
    newest = sa.select(sa.func.coalesce(sa.func.max(versions.c.number), 0)).where(versions.c.item_id == item_id)
    number = connection.execute(newest).scalar_one() + 1
    connection.execute(
        versions.insert().values(
            id=version_id, item_id=item_id, number=number, file_name=file_name, upload_bytes=upload_bytes,
            upload_sha256=upload_sha256, preparation="waiting", state="draft", created_by=by, created_ms=now_ms,
            mends=_mends_as_stored(mends), mended_from=mended_from, ticket_id=ticket_id,
        )
    )  # fmt: skip
    action = "version.mend" if mended_from else "version.hand_in" if ticket_id else "version.upload"
    audit.record(
        connection, now_ms, by, action, f"version:{version_id}",
        item=item_id, number=number, file=file_name, sha256=upload_sha256,
        **({"mended_from": mended_from, "mends": "; ".join(map(mend_line, mends))} if mended_from else {}),
    )  # fmt: skip
    return version_id


def note_prepared(connection: Connection, version_id: str, prepared: Prepared, now_ms: int) -> None:
    """Stores what preparation made of a version: ready and submitted to the moderators, or refused.

    The files are in the store before this is called. A version withdrawn meanwhile stays withdrawn; one that was
    mended, or handed in with a ticket, is submitted when its group has looked at it.
    """
    if prepared.rendition is None:
        note_refused(
            connection, version_id, prepared.reasons, now_ms, facts=prepared.facts, offers=prepared.offers
        )  # fmt: skip
        return
    made, of_version = prepared.rendition, versions.c.id == version_id
    connection.execute(
        versions.update()
        .where(of_version)
        .values(
            preparation="ready", reasons=reasons_as_stored(prepared.reasons), facts=_facts_as_stored(prepared.facts),
            sha256=made.sha256, media_type=made.media_type, kind=made.kind, size_bytes=made.size_bytes,
            width=made.width, height=made.height, fps_num=made.fps_num, fps_den=made.fps_den, frames=made.frames,
            duration_ms=made.duration_ms, has_sound=made.has_sound, prepared_ms=now_ms,
            thumbnail_sha256=prepared.thumbnail.sha256 if prepared.thumbnail else None,
            poster_sha256=prepared.poster.sha256 if prepared.poster else None,
            strip_sha256=prepared.strip.sha256 if prepared.strip else None,
            strip_ms=json.dumps(prepared.strip_ms), likeness=json.dumps(prepared.likeness),
            before_sha256=prepared.before.sha256 if prepared.before else None,
            after_sha256=prepared.after.sha256 if prepared.after else None,
            mends=_mends_as_stored(prepared.mends), offers=_offers_as_stored(prepared.offers),
        )
    )  # fmt: skip
    is_fresh = (
        of_version, versions.c.state == "draft", versions.c.mended_from.is_(None), versions.c.ticket_id.is_(None),
    )  # fmt: skip
    submitted = connection.execute(
        versions.update().where(*is_fresh).values(state="submitted", submitted_ms=now_ms)
    )  # fmt: skip
    audit.record(connection, now_ms, None, "version.ready", f"version:{version_id}", sha256=made.sha256)
    if submitted.rowcount:
        occasions.waits(connection, version_id, now_ms=now_ms)


def note_refused(
    connection: Connection, version_id: str, reasons: tuple[Reason, ...], now_ms: int, *, facts: MediaFacts | None,
    offers: tuple[Offer, ...] = (),
) -> None:  # fmt: skip
    """Stores that preparation refused a version, why, and what could be done about it."""
    values = {
        "preparation": "refused", "reasons": reasons_as_stored(reasons), "facts": _facts_as_stored(facts),
        "offers": _offers_as_stored(offers),
    }  # fmt: skip
    connection.execute(versions.update().where(versions.c.id == version_id).values(**values, prepared_ms=now_ms))
    codes = ", ".join(reason.code for reason in reasons)
    audit.record(connection, now_ms, None, "version.refused", f"version:{version_id}", reasons=codes)
    occasions.refused(connection, version_id, now_ms=now_ms)


def note_stopped(connection: Connection, version_id: str, now_ms: int) -> None:
    """Stores that somebody stopped the preparation of a version: it is refused for that, until it is tried again."""
    values = {"preparation": "refused", "reasons": reasons_as_stored((Reason("cancelled"),)), "facts": ""}
    connection.execute(versions.update().where(versions.c.id == version_id).values(**values, prepared_ms=now_ms))


def note_waiting(connection: Connection, version_id: str) -> None:
    """Stores that a version that was refused waits to be prepared anew."""
    connection.execute(
        versions.update()
        .where(versions.c.id == version_id, versions.c.preparation == "refused")
        .values(preparation="waiting", reasons="", facts="", prepared_ms=None)
    )


def note_running(connection: Connection, version_id: str, *, is_running: bool) -> None:
    """Stores whether somebody is at work on a version that is not prepared yet."""
    connection.execute(
        versions.update()
        .where(versions.c.id == version_id, versions.c.preparation.in_(["waiting", "running"]))
        .values(preparation="running" if is_running else "waiting")
    )


def change_words(
    connection: Connection,
    item_id: str,
    *,
    title: str,
    credits_line: str,
    licence: str,
    alt_text: str,
    people_shown: str,
    rights: str,
    now_ms: int,
    by: str,
) -> None:
    """Changes an item's words and what is said of it. Raises BadItem when they are empty, too long or not known."""
    if not 1 <= len(title.strip()) <= LONGEST_TITLE:
        raise BadItem(N_("A title has 1 to %(most)s characters."), most=LONGEST_TITLE)
    if len(credits_line) > LONGEST_CREDITS or len(licence) > LONGEST_CREDITS:
        raise BadItem(N_("Credits and licence have at most %(most)s characters."), most=LONGEST_CREDITS)
    if len(alt_text) > LONGEST_ALT:
        raise BadItem(N_("The description has at most %(most)s characters."), most=LONGEST_ALT)
    if people_shown not in PEOPLE or rights not in RIGHTS:
        raise BadItem(N_("Choose one of the answers given."))
    said = {"people_shown": people_shown, "rights": rights}
    changes = {"title": title.strip(), "credits": credits_line, "licence": licence, "alt_text": alt_text}
    connection.execute(items.update().where(items.c.id == item_id).values(**changes, **said))
    audit.record(connection, now_ms, by, "item.words", f"item:{item_id}", title=title.strip(), **said)


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
        occasions.waits_no_more(connection, item_id, now_ms=now_ms)
        audit.record(connection, now_ms, by, "item.withdraw", f"item:{item_id}", why=why)


def signed_approvals(connection: Connection, hashes: list[str]) -> dict[str, str]:
    """For each rendition in `hashes` whose version is approved now: the newest signed approval, as JSON text."""
    query = (
        sa.select(decisions.c.sha256, decisions.c.signed)
        .select_from(decisions.join(versions, decisions.c.version_id == versions.c.id))
        .where(decisions.c.decision == "approved", versions.c.state == "approved", decisions.c.sha256.in_(hashes))
        .order_by(decisions.c.created_ms)
    )
    return {row.sha256: row.signed for row in connection.execute(query)}


def _facts_as_stored(facts: MediaFacts | None) -> str:
    return json.dumps(facts_record(facts)) if facts else ""


def _mends_as_stored(mends: Mends) -> str:
    return json.dumps([mend_record(mend) for mend in mends]) if mends else ""


def _offers_as_stored(offers: tuple[Offer, ...]) -> str:
    return json.dumps([offer_record(offer) for offer in offers]) if offers else ""


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
        mends=parse_mends(Reader(json.loads(row["mends"] or "[]"))),
        offers=parse_offers(Reader(json.loads(row["offers"] or "[]"))),
        strip_ms=tuple(json.loads(row["strip_ms"] or "[]")),
        likeness=tuple(json.loads(row["likeness"] or "[]")),
    )  # fmt: skip


def _item(row: sa.RowMapping, of_item: tuple[Version, ...]) -> Item:
    return Item(
        id=row[items.c.id], group_id=row[items.c.group_id], group_name=row[groups.c.name],
        group_slug=row[groups.c.slug], group_colour=row[groups.c.colour], title=row[items.c.title],
        credits=row[items.c.credits], licence=row[items.c.licence], language=row[items.c.language],
        alt_text=row[items.c.alt_text], created_by=row[items.c.created_by], created_ms=row[items.c.created_ms],
        withdrawn_ms=row[items.c.withdrawn_ms], approved_version_id=row[items.c.approved_version_id],
        versions=of_item, people_shown=row[items.c.people_shown], rights=row[items.c.rights],
    )  # fmt: skip
