"""The story of an item: what became of each version, how far it is, what it plays, what was uploaded before it."""

from dataclasses import dataclass
from typing import Final

from curator import (
    appeals,
    captions,
    conversation,
    decided,
    guide,
    jobs,
    likeness,
    places,
    policy,
    preparation_words,
    records,
    steering,
    take_downs,
    two_persons,
)
from curator.appeals import Appeal
from curator.conversation import Said
from curator.decided import Decision
from curator.found_reasons import ToldReason, told
from curator.jobs import Job
from curator.library import Item, Version
from curator.likeness import Alike
from curator.policy import ReasonWords
from curator.preparation_words import Standing
from curator.records import Plays
from curator.store import Connection
from curator.take_downs import TakeDown
from curator.two_persons import Agreement
from curator.web.mended import Mended, mended_of
from curator.words import LANGUAGE, N_

STATES: Final = {
    "preparing": (N_("Being prepared"), "busy"),
    "refused": (N_("Cannot be used"), "bad"),
    "submitted": (N_("Waiting for a moderator"), "wait"),
    "asked": (N_("Please change it"), "wait"),
    "approved": (N_("Approved"), "good"),
    "rejected": (N_("Rejected"), "bad"),
    "withdrawn": (N_("Withdrawn"), ""),
    "mended": (N_("Mended: for you to look at"), "wait"),
    "handed_in": (N_("Handed in: for you to look at"), "wait"),
    "draft": (N_("Replaced"), ""),
}
"""What a version's state is called, and its badge."""


TRACK_STATES: Final = {
    "draft": (N_("Language not said"), "bad"),
    "submitted": (N_("Waiting for a moderator"), "wait"),
    "approved": (N_("Approved"), "good"),
    "rejected": (N_("Rejected"), "bad"),
}
"""What the state of captions is called, and its badge."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """One version with what became of it; `standing` is there while it is prepared."""

    version: Version
    state: str
    standing: Standing | None
    may_repeat: bool
    decision: Decision | None
    policy: ReasonWords | None
    reasons: list[ToldReason]
    appeal: Appeal | None
    first: Agreement | None
    mended: Mended
    allowed: tuple[str, ...]
    """The names of the screens it is approved for; none for all of them."""


@dataclass(frozen=True, slots=True)
class Told:
    """Captions with what became of them."""

    track: captions.Track
    policy: ReasonWords | None
    reasons: list[ToldReason]


@dataclass(frozen=True, slots=True)
class Captioned:
    """A film that can have captions, with those it has."""

    version: Version
    tracks: list[Told]


@dataclass(frozen=True, slots=True)
class Story:
    """Everything an item's page tells. `captioned` is the newest film, and the one that plays if it is another."""

    item: Item
    chapters: list[Chapter]
    plays: Plays
    next_plays: list[tuple[str, int]]
    captioned: list[Captioned]
    alike: list[Alike]
    """What the group uploaded before and shows the same."""
    said: list[Said]
    taken: TakeDown | None
    """Which screens have taken it off, once it was withdrawn."""

    @property
    def newest(self) -> Chapter:
        """What became of the version uploaded last."""
        return self.chapters[0]


def state_of(version: Version) -> str:
    """One word for where a version is; a key of STATES."""
    if version.state == "withdrawn":
        return "withdrawn"
    if version.preparation in {"waiting", "running"}:
        return "preparing"
    if version.preparation == "refused":
        return "refused"
    if version.is_unsubmitted:
        return "mended" if version.mended_from else "handed_in"
    return version.state


@dataclass(frozen=True, slots=True)
class Work:
    """The preparations of some versions, and whose turn comes when."""

    jobs: dict[str, Job]
    order: dict[str, int]
    now_ms: int

    @staticmethod
    def about(connection: Connection, of_these: list[Version], now_ms: int) -> "Work":
        found = jobs.about(connection, kind=jobs.PREPARE, subjects=[version.id for version in of_these])
        waits = any(job.state == "waiting" for job in found.values())
        order = jobs.order(connection, kind=jobs.PREPARE, now_ms=now_ms) if waits else []
        return Work(found, {job_id: place for place, job_id in enumerate(order)}, now_ms)

    def standing(self, version: Version) -> Standing | None:
        if state_of(version) != "preparing":
            return None
        job = self.jobs.get(version.id)
        return preparation_words.standing(job, self.order.get(job.id) if job else None, self.now_ms)


def story_of(connection: Connection, item: Item, now_ms: int, keep_days: int) -> Story:
    return Story(
        item=item,
        chapters=chapters_of(connection, item, list(item.versions), now_ms, keep_days),
        plays=records.plays_of_item(connection, item.id),
        next_plays=guide.next_plays(connection, item.id, now_ms) if item.approved else [],
        captioned=_captioned(connection, item),
        said=conversation.about(connection, item.id),
        taken=take_downs.of_items(connection, [item.id], now_ms).get(item.id),
        alike=[one for one in likeness.alike(connection, item.newest) if one.group_id == item.group_id],
    )


def chapters_of(
    connection: Connection, item: Item, of_these: list[Version], now_ms: int, keep_days: int
) -> list[Chapter]:
    """What became of each of these versions of the item."""
    work = Work.about(connection, of_these, now_ms)
    return [_chapter(connection, item, version, work, keep_days) for version in of_these]


def _captioned(connection: Connection, item: Item) -> list[Captioned]:
    films = {film.id: film for film in (item.newest, item.approved) if film and film.kind == "video" and film.sha256}
    if item.withdrawn_ms is not None:
        return []
    return [
        Captioned(film, [_told_track(one) for one in captions.of_version(connection, film.id)])
        for film in films.values()
    ]  # fmt: skip


def _told_track(track: captions.Track) -> Told:
    entry = policy.reasons().get(track.reason)
    return Told(track, entry.told(LANGUAGE.get()) if entry else None, told(track.reasons))


def _chapter(connection: Connection, item: Item, version: Version, work: Work, keep_days: int) -> Chapter:
    decision = decided.decision_about(connection, version.id)
    entry = policy.reasons().get(decision.reason) if decision else None
    return Chapter(
        version=version,
        state=state_of(version),
        standing=work.standing(version),
        may_repeat=steering.may_repeat(version, work.jobs.get(version.id)),
        decision=decision,
        policy=entry.told(LANGUAGE.get()) if entry else None,
        reasons=told(version.reasons),
        appeal=appeals.about(connection, version.id),
        first=two_persons.first_agreement(connection, version),
        mended=mended_of(item, version, keep_days),
        allowed=places.names(connection, decided.allowed_places(connection, version.id)),
    )
