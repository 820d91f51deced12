"""What notices say, in the reader's language. Whether they may still see what one is about is asked each time."""

from dataclasses import dataclass

import sqlalchemy as sa

from curator import policy
from curator.authorisation import Action, Actor
from curator.dark_screens import NO_FILES, NO_PLAYER, SILENT
from curator.found_reasons import stored_reasons, told
from curator.mail.message import one_line
from curator.notices import Kind, Notice, Way
from curator.store import Connection
from curator.tables import groups, items, screens, versions
from curator.words import LANGUAGE, N_, _

KINDS = {
    Kind.DECISION: N_("Something of yours was approved or rejected"),
    Kind.WAITING: N_("Something waits for a decision"),
    Kind.REFUSED: N_("Something you uploaded cannot be used"),
    Kind.SCREEN_DARK: N_("A screen has gone dark, or is back"),
}
WAYS = {
    Way.AT_ONCE: N_("at once by mail"),
    Way.DAILY: N_("once a day by mail"),
    Way.HERE: N_("only here"),
    Way.OFF: N_("not at all"),
}
_SCREENS = {
    SILENT: N_("“%(screen)s” has not been heard from for a quarter of an hour."),
    NO_PLAYER: N_("“%(screen)s” says that its player gives no sign of life."),
    NO_FILES: N_("“%(screen)s” lacks files of its programme and shows its own card."),
    "over": N_("“%(screen)s” shows its programme again."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A notice in words. `path` is where it leads, "" when its reader may not see what it is about (any more)."""

    notice: Notice
    sentence: str
    words: str
    path: str
    is_over: bool

    @property
    def in_one(self) -> str:
        """The sentence with the words somebody wrote, in one line."""
        return f"{self.sentence} “{one_line(self.words)}”" if self.words else self.sentence


def lines(connection: Connection, actor: Actor, some: list[Notice]) -> list[Line]:
    """These notices as their reader may see them now."""
    ids = [notice.subject_id for notice in some]
    known = {row["id"]: row for row in connection.execute(_VERSIONS.where(versions.c.id.in_(ids))).mappings()}
    places = {row["id"]: row for row in connection.execute(_SCREEN_NAMES.where(screens.c.id.in_(ids))).mappings()}
    told_of = []
    for notice in some:
        if notice.kind is Kind.SCREEN_DARK:
            told_of.append(_of_screen(notice, actor, places.get(notice.subject_id)))
        else:
            told_of.append(_of_version(notice, actor, known.get(notice.subject_id)))
    return told_of


def _of_screen(notice: Notice, actor: Actor, screen: sa.RowMapping | None) -> Line:
    if screen is None or not actor.may(Action.PAIR):
        return _hidden(notice)
    sentence = _(_SCREENS.get(notice.values["why"], _SCREENS[SILENT]), screen=one_line(screen["name"]))
    return Line(notice, sentence, "", f"/screens/{screen['slug']}", is_over=False)


def _of_version(notice: Notice, actor: Actor, version: sa.RowMapping | None) -> Line:
    action = Action.SEE_QUEUE if notice.kind is Kind.WAITING else Action.SEE_LIBRARY
    if version is None or not actor.may(action, group=version["group_id"]):
        return _hidden(notice)
    title, words, path, is_over = one_line(version["title"]), "", f"/items/{version['item_id']}", False
    if notice.kind is Kind.WAITING:
        is_over = notice.settled_ms is not None or version["state"] != "submitted"
        waited = N_("“%(title)s” (%(group)s) waited for a decision; that is over.")
        waits = N_("“%(title)s” (%(group)s) waits for a decision.")
        sentence = _(waited if is_over else waits, title=title, group=one_line(version["name"]))
        path = f"/moderation/{notice.subject_id}"
    elif notice.kind is Kind.REFUSED:
        sentence, is_over = _refusal(title, version), version["preparation"] != "refused"
    elif notice.values["decision"] == "approved":
        sentence = _("“%(title)s” was approved and may play.", title=title)
    else:
        sentence, words = _rejection(title, notice.values["reason"]), notice.values["words"]
    return Line(notice, sentence, words, path, is_over)


def _refusal(title: str, version: sa.RowMapping) -> str:
    found = [one for one in told(stored_reasons(version["reasons"])) if one.refuses]
    why = f"{found[0].sentence} {found[0].what_to_do}" if found else _("Its page says why, and what to do.")
    return _("“%(title)s” cannot be used as it is. %(why)s", title=title, why=one_line(why))


def _rejection(title: str, code: str) -> str:
    reason = policy.reasons().get(code)
    name = reason.told(LANGUAGE.get()).name if reason else code
    return _("“%(title)s” was rejected: %(reason)s.", title=title, reason=name)


def _hidden(notice: Notice) -> Line:
    return Line(notice, _("This was about something that you can no longer see."), "", "", is_over=True)


_VERSIONS = sa.select(
    versions.c.id, versions.c.item_id, versions.c.state, versions.c.preparation, versions.c.reasons, items.c.title,
    items.c.group_id, groups.c.name,
).select_from(
    versions.join(items, versions.c.item_id == items.c.id).join(groups, items.c.group_id == groups.c.id)
)  # fmt: skip
_SCREEN_NAMES = sa.select(screens.c.id, screens.c.slug, screens.c.name)
