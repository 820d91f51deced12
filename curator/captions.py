"""Captions of a film: which there are in which language, and a person's decision about each. Rows only, no bytes.

Captions are bytes on the street: they are bound to one version, immutable, and wait for an approval of their own. What
was approved before in the same language stays until then. Captions in no stated language are drafts until somebody
says it.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import sqlalchemy as sa

from content.approval import EVERYWHERE, Approval, sign_approval
from content.captions import MEDIA_TYPE, UNKNOWN, BadCaptions, Captions, language_tag, webvtt
from content.files import sha256_of
from content.manifest import MOST_CAPTIONS
from content.media.facts import CaptionFile
from content.media.reasons import Reason
from content.signing import SigningKey
from curator import accounts, audit, decided, demands, library, moderation, occasions, policy
from curator.authorisation import Action, Actor, require
from curator.found_reasons import FoundReason, reasons_as_stored, stored_reasons
from curator.ids import new_id
from curator.library import Item, Version
from curator.not_decided import BadReason, Changed, NotDecided, OwnWork
from curator.own_work import is_own_work
from curator.places import ALL
from curator.store import Connection
from curator.tables import captions, groups, items, versions
from curator.words import N_, Told

State = Literal["draft", "submitted", "approved", "rejected", "removed"]
STANDING = ("draft", "submitted", "approved", "rejected")
MOST_WAITING_SHOWN = 100
EMBEDDED = ""
"""The file name of captions that came inside the film."""


class BadTrack(Told):
    """Captions that cannot be added or changed as asked; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Track:
    """Captions of a version in one language. `form` is what they were read from; `file_name` "" if inside the film."""

    id: str
    version_id: str
    language: str
    state: State
    form: str
    file_name: str
    sha256: str
    size_bytes: int
    cues: int
    reasons: tuple[FoundReason, ...]
    created_by: str | None
    created_ms: int
    agreed_by: str | None
    """Who agreed first, where two people must."""
    decided_by: str | None
    decided_ms: int | None
    reason: str
    words: str
    signed: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """Captions that wait for a decision although their film is approved already."""

    track: Track
    title: str
    group_name: str
    group_colour: str


def of_version(connection: Connection, version_id: str) -> list[Track]:
    """The captions of a version that were not removed, by language, the newest of each first."""
    return of_versions(connection, [version_id])


def of_versions(connection: Connection, version_ids: list[str], *states: State) -> list[Track]:
    """The same for several versions, in the given states only."""
    query = (
        sa.select(captions)
        .where(captions.c.version_id.in_(version_ids), captions.c.state.in_(states or STANDING))
        .order_by(captions.c.language, captions.c.created_ms.desc(), captions.c.id)
    )
    return [_track(row) for row in connection.execute(query).mappings()]


def track(connection: Connection, track_id: str) -> Track | None:
    """One set of captions that was not removed, or None."""
    query = sa.select(captions).where(captions.c.id == track_id, captions.c.state.in_(STANDING))
    row = connection.execute(query).mappings().first()
    return _track(row) if row else None


def note_found(connection: Connection, version_id: str, found: tuple[CaptionFile, ...], now_ms: int) -> None:
    """Stores the captions that were found inside a film; their files are in the store before this is called."""
    version = library.version(connection, version_id)
    if version is not None:
        for one in found[:MOST_CAPTIONS]:
            _insert(connection, version, one, EMBEDDED, (), now_ms=now_ms, by=version.created_by)


def add(
    connection: Connection, version_id: str, made: CaptionFile, *, file_name: str, reasons: tuple[Reason, ...],
    now_ms: int, by: str,
) -> str:  # fmt: skip
    """Stores captions somebody added to a version, waiting for a moderator; gives their id. Raises BadTrack.

    Those in the same language that wait or were rejected make room; approved ones stay until these are approved.
    """
    version, _item = _to_change(connection, version_id)
    if made.language == UNKNOWN:
        raise BadTrack(N_("Say in which language the captions are."))
    others = {one.language for one in of_version(connection, version_id)}
    if made.language not in others and len(others) >= MOST_CAPTIONS:
        raise BadTrack(N_("A film has captions in at most %(most)s languages."), most=MOST_CAPTIONS)
    _make_room(connection, version_id, made.language, ("draft", "submitted", "rejected"))
    track_id = _insert(connection, version, made, file_name, reasons, now_ms=now_ms, by=by)
    if version.state == "approved":  # until then they wait together with their film
        occasions.captions_wait(connection, version_id, track_id, by=by, now_ms=now_ms)
    return track_id


def refuse_bad_target(connection: Connection, version_id: str) -> None:
    """Raises BadTrack when a version cannot have captions (yet): asked before a file is read for nothing."""
    _to_change(connection, version_id)


def _insert(
    connection: Connection, version: Version, made: CaptionFile, file_name: str, reasons: tuple[Reason, ...], *,
    now_ms: int, by: str | None,
) -> str:  # fmt: skip
    track_id = new_id()
    connection.execute(
        captions.insert().values(
            id=track_id, version_id=version.id, language=made.language, form=made.form, file_name=file_name,
            state="draft" if made.language == UNKNOWN else "submitted", sha256=made.sha256,
            size_bytes=made.size_bytes, cues=made.cues, reasons=reasons_as_stored(reasons),
            created_by=by, created_ms=now_ms,
        )
    )  # fmt: skip
    audit.record(
        connection, now_ms, by, "captions.add", f"version:{version.id}",
        item=version.item_id, language=made.language, file=file_name, sha256=made.sha256,
    )  # fmt: skip
    return track_id


def remove(connection: Connection, track_id: str, *, now_ms: int, by: str) -> None:
    """Takes captions away, off the screens too; the film plays on. Harmless when done twice."""
    found = track(connection, track_id)
    if found is not None:
        connection.execute(captions.update().where(captions.c.id == track_id).values(state="removed"))
        audit.record(
            connection, now_ms, by, "captions.remove", f"version:{found.version_id}",
            language=found.language, sha256=found.sha256,
        )  # fmt: skip
        occasions.captions_wait_no_more(connection, found.version_id, now_ms=now_ms)


def approve(
    connection: Connection, track_id: str, sha256: str, *, moderator: Actor, key: SigningKey, now_ms: int,
    with_film: bool = False,
) -> None:  # fmt: skip
    """Allows these captions over their film, with a signed statement, in this one transaction.

    The film is approved: before, or just now in the same transaction. Captions approved before in the same language
    give way. Where the policy wants two people for the film, the first only agrees; `with_film` says that the film was
    decided about with them: where it has a first agreement only, so have they. Raises NotAllowed, OwnWork, Changed
    when they are no longer what the moderator saw, or NotDecided for a second yes of the first person.
    """
    found, version, item = _to_decide(connection, track_id, sha256, moderator)
    allowed = decided.allowed_places(connection, version.id) or ALL
    asked = demands.about(connection, item, version, now_ms, places=allowed, kinds=demands.CAPTIONS)
    first = accounts.actor(connection, found.agreed_by) if found.agreed_by else None
    if asked.persons == 2 and found.agreed_by is None:
        _agree(connection, found, version, moderator, now_ms)
        return
    if found.agreed_by == moderator.account_id:
        raise NotDecided(N_("You have agreed already. It plays when somebody else agrees as well."))
    if not demands.suffices(asked, [moderator, *([first] if first else [])]):
        raise NotDecided(N_("By the policy an administrator decides about this. Pass it on."))
    if with_film and version.state != "approved" and found.agreed_by is None:
        _agree(connection, found, version, moderator, now_ms)
        return
    if version.state != "approved" or version.sha256 is None:
        raise Changed(N_("Its film is not approved. Decide about the film first."))
    head = audit.record(
        connection, now_ms, moderator.account_id, "captions.approve", f"version:{version.id}",
        language=found.language, sha256=sha256, film_sha256=version.sha256,
    )  # fmt: skip
    approval = Approval(
        sha256=sha256, media_type=MEDIA_TYPE, size_bytes=found.size_bytes, duration_ms=version.duration_ms,
        places=(EVERYWHERE,), not_before_ms=now_ms, not_after_ms=now_ms + moderation.APPROVAL_LIFE_MS,
        author=found.created_by or moderation.FROM_INBOX, approver=moderator.account_id, decided_ms=now_ms,
        audit_head=head, film_sha256=version.sha256, language=found.language,
    )  # fmt: skip
    _make_room(connection, version.id, found.language, ("approved",))
    signed = json.dumps(sign_approval(approval, key).as_json(), ensure_ascii=False)
    _decide(connection, found, moderator, now_ms, state="approved", signed=signed)


def _agree(connection: Connection, found: Track, version: Version, moderator: Actor, now_ms: int) -> None:
    audit.record(
        connection, now_ms, moderator.account_id, "captions.agree", f"version:{version.id}",
        language=found.language, sha256=found.sha256,
    )  # fmt: skip
    connection.execute(captions.update().where(captions.c.id == found.id).values(agreed_by=moderator.account_id))


def reject(
    connection: Connection, track_id: str, sha256: str, *, reason: str, words: str, moderator: Actor, now_ms: int
) -> None:
    """Refuses captions for a published reason, with words to the group. What was approved before stays.

    Raises NotAllowed, OwnWork, Changed, or BadReason when the reason is not in the policy or the words are missing.
    """
    found, version, _item = _to_decide(connection, track_id, sha256, moderator)
    published = policy.reasons().get(reason)
    if published is None or published.retired:
        raise BadReason(N_("Choose one of the published reasons."))
    if not 1 <= len(words.strip()) <= moderation.LONGEST_WORDS:
        raise BadReason(
            N_("Write to the group what the matter is, in 1 to %(most)s characters."), most=moderation.LONGEST_WORDS
        )
    audit.record(
        connection, now_ms, moderator.account_id, "captions.reject", f"version:{version.id}",
        language=found.language, sha256=sha256, reason=reason,
    )  # fmt: skip
    _decide(connection, found, moderator, now_ms, state="rejected", reason=reason, words=words.strip())


def may_decide(moderator: Actor, item: Item, version: Version, found: Track) -> bool:
    """Whether this person may decide about these captions: not who made them, the version or the item."""
    return (
        moderator.may(Action.DECIDE)
        and found.created_by != moderator.account_id
        and not is_own_work(moderator, item, version)
    )


def waiting(connection: Connection) -> list[Waiting]:
    """Captions that wait though their film is approved, oldest first; others wait together with their film."""
    query = (
        sa.select(captions, items.c.title, groups.c.name, groups.c.colour)
        .select_from(
            captions.join(versions, captions.c.version_id == versions.c.id)
            .join(items, versions.c.item_id == items.c.id)
            .join(groups, items.c.group_id == groups.c.id)
        )
        .where(captions.c.state == "submitted", versions.c.state == "approved", items.c.withdrawn_ms.is_(None))
        .order_by(captions.c.created_ms, captions.c.id)
        .limit(MOST_WAITING_SHOWN)
    )
    return [
        Waiting(_track(row), row[items.c.title], row[groups.c.name], row[groups.c.colour])
        for row in connection.execute(query).mappings()
    ]


def _to_change(connection: Connection, version_id: str) -> tuple[Version, Item]:
    version = library.version(connection, version_id)
    item = library.item(connection, version.item_id) if version else None
    if version is None or item is None or item.withdrawn_ms is not None or version.state == "withdrawn":
        raise BadTrack(N_("This version is no longer there."))
    if version.preparation != "ready" or version.sha256 is None:
        raise BadTrack(N_("Captions can be added when the film is prepared. Wait a little, then try again."))
    if version.kind != "video":
        raise BadTrack(N_("Captions belong to a film; this is a picture."))
    return version, item


def _to_decide(
    connection: Connection, track_id: str, sha256: str, moderator: Actor
) -> tuple[Track, Version, Item]:  # fmt: skip
    require(moderator, Action.DECIDE)
    found = track(connection, track_id)
    version = library.version(connection, found.version_id) if found else None
    item = library.item(connection, version.item_id) if version else None
    if found is None or version is None or item is None or item.withdrawn_ms is not None:
        raise Changed(N_("These captions were taken away in the meantime. There is nothing to decide."))
    if not may_decide(moderator, item, version, found):
        raise OwnWork(N_("You added these captions or uploaded the film, so somebody else decides."))
    if found.state != "submitted":
        raise Changed(N_("These captions do not wait for a decision (any more)."))
    if found.sha256 != sha256:
        raise Changed(N_("The captions are not those you looked at. Look at them again, then decide."))
    return found, version, item


def _make_room(connection: Connection, version_id: str, language: str, states: tuple[State, ...]) -> None:
    connection.execute(
        captions.update()
        .where(
            captions.c.version_id == version_id, captions.c.language == language, captions.c.state.in_(states)
        )
        .values(state="removed")
    )  # fmt: skip


def _decide(connection: Connection, found: Track, moderator: Actor, now_ms: int, **values: str) -> None:
    connection.execute(
        captions.update()
        .where(captions.c.id == found.id)
        .values(decided_by=moderator.account_id, decided_ms=now_ms, **values)
    )
    occasions.captions_wait_no_more(connection, found.version_id, now_ms=now_ms)


def written(path: Path, text: Captions, form: str) -> CaptionFile:
    """The captions as a file of ours, read from a file of that `form`. For threads. Raises OSError."""
    path.write_bytes(webvtt(text))
    path.chmod(0o644)
    return CaptionFile(
        path=path, sha256=sha256_of(path), size_bytes=path.stat().st_size, language=text.language, form=form,
        cues=len(text.cues), first_ms=text.cues[0].start_ms, last_ms=max(cue.end_ms for cue in text.cues),
    )  # fmt: skip


def check_language(words: str) -> str:
    """The language somebody chose, as we write it. Raises BadTrack."""
    try:
        return language_tag(words)
    except BadCaptions:
        raise BadTrack(
            N_("“%(words)s” is not a language. Choose one, or write a language tag such as pt-BR."), words=words[:40]
        ) from None


def _track(row: sa.RowMapping) -> Track:
    names = {name: row[captions.c[name]] for name in Track.__slots__ if name != "reasons"}
    return Track(**names, reasons=stored_reasons(row[captions.c.reasons]))
