"""All that stands on the page of one version: what a moderator needs to decide about it."""

from dataclasses import dataclass

from curator import (
    accounts,
    appeals,
    captions,
    conversation,
    decided,
    demands,
    escalations,
    library,
    likeness,
    moderation,
    passing_on,
    places,
    policy,
    policy_words,
    screen_words,
    take_downs,
    trust,
    two_persons,
    widening,
)  # fmt: skip
from curator.appeals import Appeal
from curator.authorisation import Actor
from curator.conversation import Said
from curator.decided import Decision, History
from curator.escalations import Escalation
from curator.library import Item, Variant, Version
from curator.likeness import Alike
from curator.moderation import Waiting
from curator.not_decided import NotDecided
from curator.passing_on import Whom
from curator.policy_needs import Demand
from curator.store import Connection
from curator.take_downs import TakeDown
from curator.two_persons import Agreement
from curator.web.item_story import state_of
from curator.web.scopes import Choice, choices
from curator.web.variants import all_targets
from curator.words import _


@dataclass(frozen=True, slots=True)
class Places:
    """The screens there are to choose from, and the names of those it is approved for (none: all of them)."""

    choices: list[Choice]
    allowed: tuple[str, ...]
    may_widen: bool
    names: dict[str, tuple[str, ...]]
    """The names of the screens of each agreement so far, by who agreed."""


@dataclass(frozen=True, slots=True)
class Case:
    """All a moderator needs to decide about one version."""

    item: Item
    version: Version
    uploader: str
    decision: Decision | None
    agreed: list[Agreement]
    """Who agreed so far, where two people must."""
    where: Places
    asked: Demand
    """What the policy asks for, where it would be on every screen."""
    rules: list[str]
    """Its rules that hold, in sentences."""
    trust: str
    said_trust: str
    may_say_trust: bool
    appeal: Appeal | None
    bar: NotDecided | None
    """Why the reader may not decide."""
    history: History
    earlier: list[Decision]
    queue: list[Waiting]
    waiting: int
    tracks: list[captions.Track]
    said: list[Said]
    """What the group and moderators said to each other about the item."""
    passed: list[Escalation]
    whom: list[Whom]
    """To whom it can be passed on."""
    taken: TakeDown | None
    """Which screens have taken it off, where it was withdrawn."""
    alike: list[Alike]
    """What was uploaded before and shows the same."""
    may_decide_words: bool
    """Whether the reader may decide about the item's new words."""
    variant: Variant | None
    """The variant that the version is of."""
    variant_places: list[str]
    """The screens it is for, in words."""
    pictures: list[tuple[str, Version, str]]
    """The item's own file and that of each variant: what it is called, the version that counts, its state."""


def case_of(
    connection: Connection, version_id: str, actor: Actor, queue: list[Waiting], waiting: int, now_ms: int
) -> Case | None:
    """The version as this person sees it beside the queue they work through; None when it is not there."""
    version = library.version(connection, version_id)
    item = library.item(connection, version.item_id) if version else None
    if version is None or item is None:
        return None
    uploader = accounts.actor(connection, version.created_by) if version.created_by else None
    asked = demands.about(connection, item, version, now_ms)
    words = {choice.scope: choice.name for choice in all_targets(connection)}
    return Case(
        said=conversation.about(connection, item.id),
        passed=escalations.of_version(connection, version_id),
        whom=passing_on.to_whom(connection, actor, item, version),
        item=item,
        version=version,
        uploader=uploader.name if uploader else "",
        decision=decided.decision_about(connection, version_id),
        agreed=two_persons.agreements(connection, version),
        where=_places(connection, version, actor, item),
        asked=asked,
        rules=[policy_words.told(need, policy.in_force().zone) for need in asked.needs],
        trust=trust.of_group(connection, item.group_id),
        said_trust=trust.said_of(connection, item.group_id),
        may_say_trust=trust.may_say(actor, item.group_id),
        appeal=appeals.about(connection, version_id),
        bar=moderation.bar_to(connection, actor, item, version),
        history=decided.history(connection, item.group_id),
        earlier=decided.decisions_about_group(connection, item.group_id),
        queue=queue,
        waiting=waiting,
        taken=take_downs.of_items(connection, [item.id], now_ms).get(item.id),
        alike=likeness.alike(connection, version),
        may_decide_words=screen_words.may_decide(connection, actor, item),
        tracks=captions.of_versions(connection, [version_id], "submitted", "approved"),
        variant=(variant := item.variant(version.variant_id)),
        variant_places=[words.get(target, "") for target in variant.targets] if variant else [],
        pictures=_pictures(item, version),
    )


def _pictures(item: Item, version: Version) -> list[tuple[str, Version, str]]:
    """The picture in question as it is, and of each other what plays or, where nothing does, what is newest."""
    known = [(_("The item itself"), item.versions, item.approved)]
    known += [(one.name, one.versions, one.approved) for one in item.variants]
    found = []
    for name, versions, approved in known:
        ready = [one for one in versions if one.sha256]
        shown = version if version in versions else approved or next(iter(ready), None)
        if shown is not None:
            found.append((name, shown, state_of(shown)))
    return found


def _places(connection: Connection, version: Version, actor: Actor, item: Item) -> Places:
    return Places(
        choices=choices(connection, with_sites=True)[1:],
        allowed=places.names(connection, decided.allowed_places(connection, version.id)),
        may_widen=widening.may_widen(connection, actor, item, version),
        names={
            one.account_id: places.names(connection, one.places)
            for one in two_persons.agreements(connection, version)
        },
    )  # fmt: skip
