"""Moderation: what waits, and a person's decision about it. A decision is about bytes: the rendition's SHA-256.

An approval is a signed statement that the nodes check for themselves. Nobody decides about their own upload. A version
that a newer approved one replaces goes back to `draft`: it was allowed once, but it is no longer what may play.
"""

import json
from dataclasses import dataclass

import sqlalchemy as sa

from content.approval import Approval, sign_approval
from content.canonical import Json
from content.signing import SigningKey
from curator import accounts, appeals, audit, demands, escalations, library, occasions, policy, screens, two_persons
from curator.authorisation import Action, Actor, require
from curator.decided import FINAL, decision_about, newest_word_about, rejections_of
from curator.ids import new_id
from curator.item_words import mark_of, settle
from curator.library import Item, Version
from curator.not_decided import BadReason, Changed, NotDecided, OwnWork, Unseen
from curator.own_work import is_own_work, uploader_of
from curator.places import ALL, covers
from curator.places import names as place_names
from curator.policy_needs import Demand
from curator.queue_filter import EVERYTHING, Wanted, conditions
from curator.store import Connection
from curator.tables import decisions, groups, items, versions
from curator.tables_moderation import answers
from curator.tables_moderation import appeals as appealed
from curator.tables_variants import variants
from curator.two_persons import AGREED
from curator.variants import UNDER_WAY_MS
from curator.words import N_

APPROVAL_LIFE_MS = 5 * 365 * 86_400_000
"""How long an approval holds: five years."""
LONGEST_WORDS = 1000
LONGEST_QUEUE_PAGE = 60
"""A moderator works from the oldest on; the others come up as these are decided."""

FROM_INBOX = "inbox"
"""Who made a version nobody signed in for: it came through the group's folder."""


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
    is_answer: bool
    """Whether a change was asked for and the group answered."""
    has_veil: bool
    """Whether there is a picture of it in which nothing can be made out."""
    variant: str
    """What the variant it is of is called; "" where it is of the item itself."""


_WAITS = (
    versions.c.state == "submitted",
    versions.c.preparation == "ready",
    items.c.withdrawn_ms.is_(None),
)
_SINCE = sa.func.coalesce(versions.c.submitted_ms, versions.c.prepared_ms, versions.c.created_ms)
_FROM = versions.join(items, versions.c.item_id == items.c.id).join(groups, items.c.group_id == groups.c.id)


def queue(
    connection: Connection, wanted: Wanted = EVERYTHING, *, now_ms: int = 0, most: int = LONGEST_QUEUE_PAGE
) -> list[Waiting]:
    """What waits, oldest first, of the part that is `wanted`; `now_ms` is for how long it has waited.

    Of an item, and of each variant, only the newest submitted version waits: its own makers replaced an older one.
    """
    query = (
        sa.select(
            versions.c.id, versions.c.item_id, versions.c.number, items.c.title, groups.c.name, groups.c.slug,
            groups.c.colour, versions.c.kind, versions.c.duration_ms, _SINCE.label("since"), versions.c.created_by,
            versions.c.reasons, versions.c.veil_sha256, _agreed_by().label("agreed_by"),
            _stands_in(appealed).label("is_appeal"), _stands_in(answers).label("is_answer"),
            variants.c.name.label("variant"),
        )
        .select_from(_FROM.outerjoin(variants, versions.c.variant_id == variants.c.id))
        .where(*_chosen(connection, wanted, now_ms))
        .order_by(_SINCE, versions.c.id)
        .limit(most)
    )  # fmt: skip
    return [
        Waiting(
            version_id=row.id, item_id=row.item_id, number=row.number, title=row.title, group_name=row.name,
            group_slug=row.slug, group_colour=row.colour, kind=row.kind, duration_ms=row.duration_ms,
            waiting_since_ms=row.since, created_by=row.created_by, has_warnings=row.reasons not in {"", "[]"},
            agreed_by=row.agreed_by, is_appeal=bool(row.is_appeal), is_answer=bool(row.is_answer),
            has_veil=row.veil_sha256 is not None, variant=row.variant or "",
        )
        for row in connection.execute(query)
    ]  # fmt: skip


def count_waiting(
    connection: Connection, wanted: Wanted = EVERYTHING, *, now_ms: int = 0, before_ms: int | None = None
) -> int:  # fmt: skip
    """How many versions wait, of the part that is `wanted`; with `before_ms` only those that have since before then."""
    query = sa.select(sa.func.count()).select_from(_FROM).where(*_chosen(connection, wanted, now_ms))
    if before_ms is not None:
        query = query.where(before_ms > _SINCE)
    return int(connection.execute(query).scalar_one())


def waiting_by_group(connection: Connection) -> list[tuple[str, str, int]]:
    """Slug, name and number waiting of each group that has something waiting, by name."""
    query = (
        sa.select(groups.c.slug, groups.c.name, sa.func.count())
        .select_from(_FROM)
        .where(*_chosen(connection, EVERYTHING, 0))
        .group_by(groups.c.slug, groups.c.name)
        .order_by(groups.c.name)
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]


def languages_waiting(connection: Connection) -> list[str]:
    """The languages that are said of what waits."""
    said = sa.func.json_each(items.c.languages).table_valued("value")
    query = sa.select(said.c.value).distinct().select_from(_FROM.join(said, sa.true())).where(*_WAITS)
    return sorted(connection.execute(query).scalars())


def _chosen(connection: Connection, wanted: Wanted, now_ms: int) -> "list[sa.ColumnElement[bool]]":
    screen = screens.by_slug(connection, wanted.screen) if wanted.screen else None
    return [*_WAITS, ~_has_newer(), *conditions(wanted, screen, _SINCE, now_ms)]


def bar_to(connection: Connection, moderator: Actor, item: Item, version: Version) -> NotDecided | None:
    """Why this person may not decide about a version, whatever their role; None where nothing stands in the way."""
    if own := own_bar_to(connection, moderator, item, version):
        return own
    passed = escalations.open_about(connection, version.id)
    if passed is None or passed.is_for(moderator):
        return None
    if passed.to_account is None:
        return NotDecided(N_("This was passed on to the administrators, who decide about it."))
    return NotDecided(N_("This was passed on to %(name)s, who decides about it."), name=passed.to_name)


def own_bar_to(connection: Connection, moderator: Actor, item: Item, version: Version) -> NotDecided | None:
    """Why this person could not decide about it, also if it were passed on to them."""
    if is_own_work(moderator, item, version):
        return OwnWork(N_("You uploaded this yourself, so somebody else decides about it."))
    rejected = (one.account_id for one in rejections_of(connection, version.id))
    if moderator.account_id in rejected and appeals.about(connection, version.id) is not None:
        return OwnWork(N_("You rejected this, so somebody else hears the appeal."))
    return None


def is_waiting(item: Item, version: Version) -> bool:
    """Whether the version waits for a decision."""
    return item.withdrawn_ms is None and _waits(version)


def approve(
    connection: Connection, version_id: str, sha256: str, *, moderator: Actor, key: SigningKey, now_ms: int,
    ask_second: bool = False, places: tuple[str, ...] = ALL, words_mark: str | None = None, is_seen: bool = False,
    by_link: bool = False,
) -> None:  # fmt: skip
    """Allows the bytes `sha256` of a version onto the screens in `places`, with a signed statement.

    From then on it is the version that may play, with the title and credits it has now; the one approved before goes
    back to `draft`. Where two people must agree (the policy, or `ask_second`) the first only agrees: nothing is signed
    until somebody else agrees to places that the first agreed to. `words_mark` is `item_words.mark_of` what was read
    beside the picture; None: it was read just now. `is_seen`: the moderator asked to see what is blurred at first.
    `by_link`: without signing in. Raises NotAllowed, OwnWork, Changed when the version or its words are no longer what
    the moderator saw, Unseen for what the policy has blurred and nobody looked at, NotDecided for a second yes of one.
    """
    item, version = to_decide(connection, version_id, sha256, moderator)
    if words_mark is not None:
        refuse_other_words(item, words_mark)
    if not is_seen and demands.veiled(connection, [version_id], now_ms):
        raise Unseen(N_("Look at it first: press “Show the picture”."))
    asked = demands.about(connection, item, version, now_ms, places=places)
    if not agreed_enough(connection, version, moderator, places, now_ms, asked=asked, ask_second=ask_second):
        return
    audit_head = audit.record(
        connection, now_ms, moderator.account_id, "version.approve", f"version:{version_id}",
        item=item.id, sha256=sha256, **_told_places(places), **_told_way(by_link=by_link),
    )  # fmt: skip
    signed = signed_statement(item, version, places, audit_head, moderator=moderator, key=key, now_ms=now_ms)
    note_decision(connection, version, moderator, "approved", now_ms=now_ms, signed=signed, places=places)
    escalations.close(connection, version_id, "approved", by=moderator.account_id, now_ms=now_ms)
    _replace_older(connection, version, states=("submitted", "asked", "approved"))
    connection.execute(versions.update().where(versions.c.id == version_id).values(state="approved"))
    if version.variant_id is None:
        connection.execute(items.update().where(items.c.id == item.id).values(approved_version_id=version_id))
        settle(connection, item)
    else:
        of_it = variants.c.id == version.variant_id
        connection.execute(variants.update().where(of_it).values(approved_version_id=version_id))
    occasions.decided(
        connection, version_id, decision="approved", by=moderator.account_id, now_ms=now_ms,
        places=", ".join(place_names(connection, places)),
    )  # fmt: skip


def agreed_enough(
    connection: Connection, version: Version, moderator: Actor, places: tuple[str, ...], now_ms: int, *,
    asked: Demand, ask_second: bool = False,
) -> bool:  # fmt: skip
    """Whether this yes decides. Where two are asked for and nobody else agreed to these places, it is noted as the
    first; raises NotDecided when it was already, or when the policy asks for an administrator.
    """
    agreed = two_persons.agreements(connection, version)
    others = [one for one in agreed if one.account_id != moderator.account_id and covers(one.places, places)]
    deciders = [moderator, *(actor for one in others if (actor := accounts.actor(connection, one.account_id)))]
    is_for_two = ask_second or asked.persons == 2 or bool(agreed)
    if (others or not is_for_two) and demands.suffices(asked, deciders):
        return True
    if not is_for_two:
        raise NotDecided(N_("By the policy an administrator decides about this. Pass it on."))
    if any(one.account_id == moderator.account_id and covers(one.places, places) for one in agreed):
        raise NotDecided(N_("You have agreed already. It plays when somebody else agrees as well."))
    audit.record(
        connection, now_ms, moderator.account_id, "version.agree", f"version:{version.id}",
        item=version.item_id, sha256=version.sha256, **_told_places(places),
    )  # fmt: skip
    note_decision(connection, version, moderator, AGREED, now_ms=now_ms, places=places)
    escalations.close(connection, version.id, AGREED, by=moderator.account_id, now_ms=now_ms)
    return False


def signed_statement(
    item: Item, version: Version, places: tuple[str, ...], audit_head: str, *, moderator: Actor, key: SigningKey,
    now_ms: int,
) -> str:  # fmt: skip
    """The approval of a version's bytes on these screens from now on, signed, as JSON text.

    Its author is who uploaded them, also where somebody else had them mended.
    """
    begins_ms = now_ms - (UNDER_WAY_MS if version.variant_id else 0)
    approval = Approval(
        sha256=version.sha256 or "", media_type=version.media_type, size_bytes=version.size_bytes, places=places,
        duration_ms=version.duration_ms, not_before_ms=begins_ms, not_after_ms=now_ms + APPROVAL_LIFE_MS,
        author=uploader_of(item, version) or FROM_INBOX, approver=moderator.account_id, decided_ms=now_ms,
        audit_head=audit_head,
    )  # fmt: skip
    return json.dumps(sign_approval(approval, key).as_json(), ensure_ascii=False)


def reject(
    connection: Connection, version_id: str, sha256: str, *, reason: str, words: str, moderator: Actor, now_ms: int,
    by_link: bool = False,
) -> None:  # fmt: skip
    """Refuses a version for a published reason, with words to the group. What was approved before plays on.

    Raises NotAllowed, OwnWork, Changed, or BadReason when the reason is not in the policy or the words are missing.
    """
    item, version = to_decide(connection, version_id, sha256, moderator)
    published = policy.reasons().get(reason)
    if published is None or published.retired:
        raise BadReason(N_("Choose one of the published reasons."))
    if not 1 <= len(words.strip()) <= LONGEST_WORDS:
        raise BadReason(N_("Write to the group what the matter is, in 1 to %(most)s characters."), most=LONGEST_WORDS)
    audit.record(
        connection, now_ms, moderator.account_id, "version.reject", f"version:{version_id}",
        item=item.id, sha256=sha256, reason=reason, **_told_way(by_link=by_link),
    )  # fmt: skip
    note_decision(connection, version, moderator, "rejected", now_ms=now_ms, reason=reason, words=words.strip())
    escalations.close(connection, version_id, "rejected", by=moderator.account_id, now_ms=now_ms)
    _replace_older(connection, version, states=("submitted", "asked"))
    connection.execute(versions.update().where(versions.c.id == version_id).values(state="rejected"))
    occasions.decided(
        connection, version_id, decision="rejected", reason=reason, words=words.strip(), by=moderator.account_id,
        now_ms=now_ms,
    )  # fmt: skip


def to_decide(connection: Connection, version_id: str, sha256: str, moderator: Actor) -> tuple[Item, Version]:
    """The item and the version if this person may decide about these bytes now. Raises NotAllowed, OwnWork, Changed."""
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
    if any(_waits(other) and other.number > version.number for other in item.beside(version)):
        raise Changed(N_("The group has sent a newer version in the meantime. Decide about that one."))
    return item, version


def refuse_other_words(item: Item, words_mark: str) -> None:
    """Raises Changed when the item says something else of itself than what the moderator read."""
    if words_mark != mark_of(item):
        raise Changed(N_("The group has changed its words in the meantime. Read them again, then decide."))


def _refuse_decided(connection: Connection, version: Version) -> None:
    decided = (
        newest_word_about(connection, version.id)
        if version.state == "asked"
        else decision_about(connection, version.id)
    )
    if decided is None or version.state not in {"approved", "rejected", "asked"}:
        raise Changed(N_("It does not wait for a decision (any more)."))
    if decided.decision == "approved":
        raise Changed(N_("%(name)s approved it a moment before. Your decision was not needed."), name=decided.name)
    if decided.decision == "asked":
        raise Changed(N_("%(name)s asked the group to change it a moment before."), name=decided.name)
    raise Changed(N_("%(name)s rejected it a moment before. Your decision was not needed."), name=decided.name)


def _waits(version: Version) -> bool:
    return version.state == "submitted" and version.preparation == "ready"


def note_decision(
    connection: Connection, version: Version, moderator: Actor, decision: str, *, now_ms: int, reason: str = "",
    words: str = "", signed: str = "", places: tuple[str, ...] = ALL,
) -> None:  # fmt: skip
    """Stores what somebody said about a version; whether they may, and who is told, is the caller's business."""
    connection.execute(
        decisions.insert().values(
            id=new_id(), version_id=version.id, sha256=version.sha256, account_id=moderator.account_id,
            decision=decision, reason=reason, words=words, signed=signed, created_ms=now_ms,
            places=json.dumps(places),
            waited_ms=max(0, now_ms - _since_ms(version)) if decision in (*FINAL, "asked") else None,
        )
    )  # fmt: skip


def _told_places(places: tuple[str, ...]) -> dict[str, Json]:
    return {} if places == ALL else {"screens": list(places)}


def _told_way(*, by_link: bool) -> dict[str, Json]:
    return {"way": "link"} if by_link else {}


def _since_ms(version: Version) -> int:
    return version.submitted_ms or version.prepared_ms or version.created_ms


def _replace_older(connection: Connection, version: Version, *, states: tuple[str, ...]) -> None:
    """Older versions in one of `states` are replaced: they neither wait nor play any more."""
    connection.execute(
        versions.update()
        .where(versions.c.item_id == version.item_id, versions.c.id != version.id, versions.c.state.in_(states))
        .where(versions.c.variant_id.is_not_distinct_from(version.variant_id))
        .where(sa.or_(versions.c.number < version.number, versions.c.state == "approved"))
        .values(state="draft")
    )


def _has_newer() -> "sa.ColumnElement[bool]":
    newer = versions.alias("newer")
    return (
        sa.select(newer.c.id)
        .where(
            newer.c.item_id == versions.c.item_id, newer.c.number > versions.c.number, newer.c.state == "submitted",
            newer.c.preparation == "ready", newer.c.variant_id.is_not_distinct_from(versions.c.variant_id),
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


def _stands_in(rows: sa.Table) -> "sa.ColumnElement[bool]":
    return sa.select(rows.c.version_id).where(rows.c.version_id == versions.c.id).correlate(versions).exists()
