"""What preparation made of a version, as the library stores it: ready, refused, waiting, being worked at."""

import json

from content.media.facts import MediaFacts, Prepared, facts_record
from content.media.mends import Offer, offer_record
from content.media.reasons import Reason
from curator import audit, occasions
from curator.found_reasons import reasons_as_stored
from curator.library import mends_as_stored
from curator.store import Connection
from curator.tables import versions


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
            veil_sha256=prepared.veil.sha256 if prepared.veil else None,
            strip_ms=json.dumps(prepared.strip_ms), likeness=json.dumps(prepared.likeness),
            before_sha256=prepared.before.sha256 if prepared.before else None,
            after_sha256=prepared.after.sha256 if prepared.after else None,
            mends=mends_as_stored(prepared.mends), offers=_offers_as_stored(prepared.offers),
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


def _facts_as_stored(facts: MediaFacts | None) -> str:
    return json.dumps(facts_record(facts)) if facts else ""


def _offers_as_stored(offers: tuple[Offer, ...]) -> str:
    return json.dumps([offer_record(offer) for offer in offers]) if offers else ""
