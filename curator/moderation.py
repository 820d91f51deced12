"""Moderation: what waits, and a person's decision about it. A decision is about bytes: the rendition's SHA-256.

An approval is a signed statement that the nodes check for themselves. Nobody decides about their own upload. A version
that a newer approved one replaces goes back to `draft`: it was allowed once, but it is no longer what may play.
"""

import json
from dataclasses import dataclass

import sqlalchemy as sa

from content.approval import EVERYWHERE, Approval, sign_approval
from content.signing import SigningKey
from curator import appeals, audit, library, occasions, policy, two_persons
from curator.authorisation import Action, Actor, require
from curator.ids import new_id
from curator.library import Item, Version
from curator.person_words import name_of
from curator.store import Connection
from curator.tables import accounts, decisions, groups, items, versions
from curator.tables import appeals as appealed
from curator.two_persons import AGREED
from curator.words import N_, Told

APPROVAL_LIFE_MS = 5 * 365 * 86_400_000
"""How long an approval holds: five years."""

LONGEST_WORDS = 1000
LONGEST_QUEUE_PAGE = 100
FROM_INBOX = "inbox"
"""Who made a version nobody signed in for: it came through the group's folder."""


class NotDecided(Told):
    """A decision that was not taken; the sentence says what stands in the way. Nothing has changed."""


class OwnWork(NotDecided):
    """Somebody tried to decide about their own upload."""


class Changed(NotDecided):
    """What the moderator looked at is not what is there now: decided by another, withdrawn, or other bytes."""


class BadReason(NotDecided):
    """A rejection without a published reason or without words for the group."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One version in the queue."""

    version_id: str
    item_id: str
    number: int
    title: str
    group_name: str
    group_slug: str
    group_colour: str
    kind: str
    duration_ms: int
    waiting_since_ms: int
    created_by: str | None
    has_warnings: bool
    agreed_by: str | None
    """Who agreed first, where two people must."""
    is_appeal: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about a version. `reason` is a code of the policy, "" for an approval."""

    version_id: str
    sha256: str
    decision: str
    reason: str
    words: str
    account_id: str
    name: str
    created_ms: int


@dataclass(frozen=True, slots=True)
class History:
    """How a group's versions have been decided so far."""

    approved: int
    rejected: int


_WAITS = (
    versions.c.state == "submitted",
    versions.c.preparation == "ready",
    items.c.withdrawn_ms.is_(None),
)
_IS_FINAL = decisions.c.decision != AGREED
_SINCE = sa.func.coalesce(versions.c.submitted_ms, versions.c.prepared_ms, versions.c.created_ms)
_FROM = versions.join(items, versions.c.item_id == items.c.id).join(groups, items.c.group_id == groups.c.id)


def queue(connection: Connection, *, group: str = "", kind: str = "", most: int = LONGEST_QUEUE_PAGE) -> list[Waiting]:
    """What waits, oldest first; only of the group with slug `group` and of `kind` (`video`, `still`) where given.

    Of an item only the newest submitted version waits: an older one was replaced by its own makers.
    """
    query = (
        sa.select(
            versions.c.id, versions.c.item_id, versions.c.number, items.c.title, groups.c.name, groups.c.slug,
            groups.c.colour, versions.c.kind, versions.c.duration_ms, _SINCE.label("since"), versions.c.created_by,
            versions.c.reasons, _agreed_by().label("agreed_by"), _appealed().label("is_appeal"),
        )
        .select_from(_FROM)
        .where(*_WAITS, *_filter(group, kind), ~_has_newer())
        .order_by(_SINCE, versions.c.id)
        .limit(most)
    )  # fmt: skip
    return [
        Waiting(
            version_id=row.id, item_id=row.item_id, number=row.number, title=row.title, group_name=row.name,
            group_slug=row.slug, group_colour=row.colour, kind=row.kind, duration_ms=row.duration_ms,
            waiting_since_ms=row.since, created_by=row.created_by, has_warnings=row.reasons not in {"", "[]"},
            agreed_by=row.agreed_by, is_appeal=bool(row.is_appeal),
        )
        for row in connection.execute(query)
    ]  # fmt: skip


def count_waiting(connection: Connection, *, group: str = "", kind: str = "") -> int:
    """How many versions wait."""
    query = sa.select(sa.func.count()).select_from(_FROM).where(*_WAITS, *_filter(group, kind), ~_has_newer())
    return int(connection.execute(query).scalar_one())


def waiting_by_group(connection: Connection) -> list[tuple[str, str, int]]:
    """Slug, name and number waiting of each group that has something waiting, by name."""
    query = (
        sa.select(groups.c.slug, groups.c.name, sa.func.count())
        .select_from(_FROM)
        .where(*_WAITS, ~_has_newer())
        .group_by(groups.c.slug, groups.c.name)
        .order_by(groups.c.name)
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]


def decision_about(connection: Connection, version_id: str) -> Decision | None:
    """The newest decision about a version; None when nobody has decided (the first of two has not)."""
    return next(iter(_decisions(connection, decisions.c.version_id == version_id, _IS_FINAL, most=1)), None)


def newest_word_about(connection: Connection, version_id: str) -> Decision | None:
    """As `decision_about`, and the agreement of the first of two people counts."""
    return next(iter(_decisions(connection, decisions.c.version_id == version_id, most=1)), None)


def decisions_about_group(connection: Connection, group_id: str, *, most: int = 5) -> list[Decision]:
    """A group's newest decisions, newest first."""
    of_group = sa.select(versions.c.id).join(items, versions.c.item_id == items.c.id)
    chosen = decisions.c.version_id.in_(of_group.where(items.c.group_id == group_id))
    return _decisions(connection, chosen, _IS_FINAL, most=most)


def history(connection: Connection, group_id: str) -> History:
    """How many of a group's versions were approved and rejected."""
    query = (
        sa.select(decisions.c.decision, sa.func.count())
        .select_from(
            decisions.join(versions, decisions.c.version_id == versions.c.id).join(
                items, versions.c.item_id == items.c.id
            )
        )
        .where(items.c.group_id == group_id)
        .group_by(decisions.c.decision)
    )
    counts = {row[0]: row[1] for row in connection.execute(query)}
    return History(counts.get("approved", 0), counts.get("rejected", 0))


def is_own_work(moderator: Actor, item: Item, version: Version) -> bool:
    """Whether this person uploaded the version or made the item: then somebody else decides, whatever their role."""
    return moderator.account_id in {version.created_by, item.created_by}


def bar_to(connection: Connection, moderator: Actor, item: Item, version: Version) -> NotDecided | None:
    """Why this person may not decide about a version, whatever their role; None where nothing stands in the way."""
    if is_own_work(moderator, item, version):
        return OwnWork(N_("You uploaded this yourself, so somebody else decides about it."))
    if appeals.about(connection, version.id) is not None:
        rejected = decision_about(connection, version.id)
        if rejected is not None and rejected.account_id == moderator.account_id:
            return OwnWork(N_("You rejected this, so somebody else hears the appeal."))
    return None


def is_waiting(item: Item, version: Version) -> bool:
    """Whether the version waits for a decision."""
    return item.withdrawn_ms is None and _waits(version)


def approve(
    connection: Connection, version_id: str, sha256: str, *, moderator: Actor, key: SigningKey, now_ms: int,
    ask_second: bool = False,
) -> None:  # fmt: skip
    """Allows the bytes `sha256` of a version onto the screens, with a signed statement, in this one transaction.

    From then on it is the version that may play; the one approved before goes back to `draft`. Where two people must
    agree (the policy, or `ask_second`) the first only agrees: nothing is signed yet. Raises NotAllowed, OwnWork,
    Changed when the version is no longer what the moderator saw, or NotDecided for a second yes of the first person.
    """
    item, version = _to_decide(connection, version_id, sha256, moderator)
    first = two_persons.first_agreement(connection, version)
    if first is not None and first.account_id == moderator.account_id:
        raise NotDecided(N_("You have agreed already. It plays when somebody else agrees as well."))
    if first is None and (ask_second or two_persons.policy_asks(item)):
        audit.record(
            connection, now_ms, moderator.account_id, "version.agree", f"version:{version_id}",
            item=item.id, sha256=sha256,
        )  # fmt: skip
        _store(connection, version, moderator, AGREED, "", "", "", now_ms)
        return
    audit_head = audit.record(
        connection, now_ms, moderator.account_id, "version.approve", f"version:{version_id}",
        item=item.id, sha256=sha256,
    )  # fmt: skip
    approval = Approval(
        sha256=sha256,
        media_type=version.media_type,
        size_bytes=version.size_bytes,
        duration_ms=version.duration_ms,
        places=(EVERYWHERE,),
        not_before_ms=now_ms,
        not_after_ms=now_ms + APPROVAL_LIFE_MS,
        author=version.created_by or FROM_INBOX,
        approver=moderator.account_id,
        decided_ms=now_ms,
        audit_head=audit_head,
    )
    signed = json.dumps(sign_approval(approval, key).as_json(), ensure_ascii=False)
    _store(connection, version, moderator, "approved", "", "", signed, now_ms)
    _replace_older(connection, version, states=("submitted", "approved"))
    connection.execute(versions.update().where(versions.c.id == version_id).values(state="approved"))
    connection.execute(items.update().where(items.c.id == item.id).values(approved_version_id=version_id))
    occasions.decided(connection, version_id, decision="approved", by=moderator.account_id, now_ms=now_ms)


def reject(
    connection: Connection, version_id: str, sha256: str, *, reason: str, words: str, moderator: Actor, now_ms: int
) -> None:
    """Refuses a version for a published reason, with words to the group. What was approved before plays on.

    Raises NotAllowed, OwnWork, Changed, or BadReason when the reason is not in the policy or the words are missing.
    """
    item, version = _to_decide(connection, version_id, sha256, moderator)
    published = policy.reasons().get(reason)
    if published is None or published.retired:
        raise BadReason(N_("Choose one of the published reasons."))
    if not 1 <= len(words.strip()) <= LONGEST_WORDS:
        raise BadReason(N_("Write to the group what the matter is, in 1 to %(most)s characters."), most=LONGEST_WORDS)
    audit.record(
        connection, now_ms, moderator.account_id, "version.reject", f"version:{version_id}",
        item=item.id, sha256=sha256, reason=reason,
    )  # fmt: skip
    _store(connection, version, moderator, "rejected", reason, words.strip(), "", now_ms)
    _replace_older(connection, version, states=("submitted",))
    connection.execute(versions.update().where(versions.c.id == version_id).values(state="rejected"))
    occasions.decided(
        connection, version_id, decision="rejected", reason=reason, words=words.strip(), by=moderator.account_id,
        now_ms=now_ms,
    )  # fmt: skip


def _to_decide(connection: Connection, version_id: str, sha256: str, moderator: Actor) -> tuple[Item, Version]:
    require(moderator, Action.DECIDE)
    version = library.version(connection, version_id)
    item = library.item(connection, version.item_id) if version else None
    if version is None or item is None:
        raise Changed(N_("This version is no longer there."))
    if bar := bar_to(connection, moderator, item, version):
        raise bar
    if item.withdrawn_ms is not None:
        raise Changed(N_("It was withdrawn in the meantime. There is nothing left to decide."))
    if version.state != "submitted" or version.preparation != "ready":
        _refuse_decided(connection, version)
    if version.sha256 is None or version.sha256 != sha256:
        raise Changed(N_("The file is not the one you looked at. Look at it again, then decide."))
    if any(_waits(other) and other.number > version.number for other in item.versions):
        raise Changed(N_("The group has sent a newer version in the meantime. Decide about that one."))
    return item, version


def _refuse_decided(connection: Connection, version: Version) -> None:
    decided = decision_about(connection, version.id)
    if decided is None or version.state not in {"approved", "rejected"}:
        raise Changed(N_("It does not wait for a decision (any more)."))
    if decided.decision == "approved":
        raise Changed(N_("%(name)s approved it a moment before. Your decision was not needed."), name=decided.name)
    raise Changed(N_("%(name)s rejected it a moment before. Your decision was not needed."), name=decided.name)


def _waits(version: Version) -> bool:
    return version.state == "submitted" and version.preparation == "ready"


def _store(
    connection: Connection, version: Version, moderator: Actor, decision: str, reason: str, words: str, signed: str,
    now_ms: int,
) -> None:  # fmt: skip
    connection.execute(
        decisions.insert().values(
            id=new_id(), version_id=version.id, sha256=version.sha256, account_id=moderator.account_id,
            decision=decision, reason=reason, words=words, signed=signed, created_ms=now_ms,
            waited_ms=None if decision == AGREED else max(0, now_ms - _since_ms(version)),
        )
    )  # fmt: skip


def _since_ms(version: Version) -> int:
    return version.submitted_ms or version.prepared_ms or version.created_ms


def _replace_older(connection: Connection, version: Version, *, states: tuple[str, ...]) -> None:
    """Older versions in one of `states` are replaced: they neither wait nor play any more."""
    connection.execute(
        versions.update()
        .where(versions.c.item_id == version.item_id, versions.c.id != version.id, versions.c.state.in_(states))
        .where(sa.or_(versions.c.number < version.number, versions.c.state == "approved"))
        .values(state="draft")
    )


def _has_newer() -> "sa.ColumnElement[bool]":
    newer = versions.alias("newer")
    return (
        sa.select(newer.c.id)
        .where(
            newer.c.item_id == versions.c.item_id, newer.c.number > versions.c.number, newer.c.state == "submitted",
            newer.c.preparation == "ready",
        )
        .exists()
    )  # fmt: skip


def _agreed_by() -> "sa.ScalarSelect[str]":
    return (
        sa.select(decisions.c.account_id)
        .where(
            decisions.c.version_id == versions.c.id, decisions.c.sha256 == versions.c.sha256,
            decisions.c.decision == AGREED, decisions.c.created_ms >= _SINCE,
        )
        .limit(1)
        .correlate(versions)
        .scalar_subquery()
    )  # fmt: skip


def _appealed() -> "sa.ColumnElement[bool]":
    return sa.select(appealed.c.version_id).where(appealed.c.version_id == versions.c.id).correlate(versions).exists()


def _filter(group: str, kind: str) -> "list[sa.ColumnElement[bool]]":
    conditions: list[sa.ColumnElement[bool]] = []
    if group:
        conditions.append(groups.c.slug == group)
    if kind:
        conditions.append(versions.c.kind == kind)
    return conditions


def _decisions(connection: Connection, *conditions: "sa.ColumnElement[bool]", most: int) -> list[Decision]:
    query = (
        sa.select(decisions, accounts.c.name)
        .select_from(decisions.join(accounts, decisions.c.account_id == accounts.c.id))
        .where(*conditions)
        .order_by(decisions.c.created_ms.desc(), decisions.c.id)
        .limit(most)
    )
    return [
        Decision(
            version_id=row["version_id"], sha256=row["sha256"], decision=row["decision"], reason=row["reason"],
            words=row["words"], account_id=row["account_id"], name=name_of(row["name"]), created_ms=row["created_ms"],
        )
        for row in connection.execute(query).mappings()
    ]  # fmt: skip
