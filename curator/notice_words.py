"""What notices say, in the reader's language. Whether they may still see what one is about is asked each time."""

from dataclasses import dataclass

import sqlalchemy as sa

from curator import activities, policy
from curator.activities import Kept
from curator.activity_templates import TEMPLATES
from curator.authorisation import Action, Actor, Role
from curator.dark_screens import NO_FILES, NO_PLAYER, SILENT
from curator.found_reasons import stored_reasons, told
from curator.mail.message import one_line
from curator.notices import Kind, Notice, Way
from curator.person_words import name_of
from curator.programme.hours import wall
from curator.role_words import role_name
from curator.store import Connection
from curator.tables import accounts, groups, invitations, items, screens, versions
from curator.tables_sign_in import newcomers
from curator.tables_take_downs import take_down_screens, take_downs
from curator.tables_tickers import tickers
from curator.tables_variants import variants
from curator.tables_webhooks import webhooks
from curator.webhooks import may_look_after
from curator.words import LANGUAGE, N_, _

KINDS = {
    Kind.DECISION: N_("Something of yours was approved or rejected"),
    Kind.WAITING: N_("Something waits for a decision"),
    Kind.REFUSED: N_("Something you uploaded cannot be used"),
    Kind.SCREEN_DARK: N_("A screen has gone dark, or is back"),
    Kind.PASSED_ON: N_("A decision is passed on to you, or one you passed on is taken"),
    Kind.CAPTIONS: N_("Captions or new words wait for a decision"),
    Kind.PLAYS_SOON: N_("Something of yours plays for the first time"),
    Kind.ERASURE: N_("Somebody asks for their account to be erased"),
    Kind.STILL_SHOWN: N_("A screen has not taken off what was withdrawn"),
    Kind.NEWCOMER: N_("Somebody waits to be let in"),
    Kind.WEBHOOK: N_("A webhook does not answer and is paused"),
    Kind.TICKER: N_("A line of the ticker waits, or one of yours was decided"),
    Kind.INVITED: N_("You are invited to something, or were given a role"),
    Kind.ACTIVITY: N_("Something to take part in waits, or one of yours was decided"),
    Kind.REPORT: N_("Passers-by reported something in the street"),
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


_PASSED_ON = {
    "": N_("The decision about “%(title)s” (%(group)s) was passed on to you."),
    "approved": N_("“%(title)s” (%(group)s), which you passed on, was approved."),
    "rejected": N_("“%(title)s” (%(group)s), which you passed on, was rejected."),
    "asked": N_("Its group is asked to change “%(title)s” (%(group)s), which you passed on."),
    "agreed": N_("One person agreed to “%(title)s” (%(group)s), which you passed on. It waits for a second."),
    "passed_on": N_("“%(title)s” (%(group)s), which you passed on, was passed on to somebody else."),
    "taken_back": N_("“%(title)s” (%(group)s), which you passed on, is back in the queue."),
}
_TICKERS = {
    "": N_("A line of the ticker waits for a decision: “%(text)s”"),
    "approved": N_("Your line of the ticker was approved: “%(text)s”"),
    "rejected": N_("Your line of the ticker was turned down: “%(text)s”"),
    "withdrawn": N_("Your line of the ticker was taken off: “%(text)s”"),
}
_ACTIVITIES = {
    "": N_("Something to take part in waits for a decision: “%(title)s” (%(group)s)"),
    "approved": N_("“%(title)s” (%(group)s) was approved: passers-by can take part."),
    "rejected": N_("“%(title)s” (%(group)s) was turned down."),
    "withdrawn": N_("“%(title)s” (%(group)s) was taken off the screens."),
}
_ALLOWED = {
    "approved": (
        N_("“%(title)s” was approved and may play."),
        N_("“%(title)s” was approved for these screens and may play there: %(screens)s."),
    ),
    "widened": (
        N_("“%(title)s” may now play on every screen."),
        N_("“%(title)s” may now play on more screens, on these: %(screens)s."),
    ),
}
"""Of all screens, and of some."""
_BESIDE = {
    "": (
        N_("Captions of “%(title)s” (%(group)s) wait for a decision."),
        N_("Captions of “%(title)s” (%(group)s) waited for a decision; that is over."),
    ),
    "words": (
        N_("New words for “%(title)s” (%(group)s) wait for a decision."),
        N_("New words for “%(title)s” (%(group)s) waited for a decision; that is over."),
    ),
}
"""What waits beside a film that is approved: its captions, or its title and credits."""


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
    taken_off = _taken_off(connection, [one.subject_id for one in some if one.kind is Kind.STILL_SHOWN])
    hooks = {row["id"]: row for row in connection.execute(_WEBHOOKS.where(webhooks.c.id.in_(ids))).mappings()}
    new = {row["id"]: row for row in connection.execute(_NEWCOMERS.where(newcomers.c.id.in_(ids))).mappings()}
    leaving = {row["id"]: row for row in connection.execute(_LEAVING.where(accounts.c.id.in_(ids))).mappings()}
    running = {row["id"]: row for row in connection.execute(_TICKER_LINES.where(tickers.c.id.in_(ids))).mappings()}
    asked = activities.some(connection, [one.subject_id for one in some if one.kind is Kind.ACTIVITY])
    offered = {row["id"]: row for row in connection.execute(_INVITATIONS.where(invitations.c.id.in_(ids))).mappings()}
    given = [group_id for one in some if (group_id := one.values.get("group"))]
    names = {row.id: row.name for row in connection.execute(_GROUP_NAMES.where(groups.c.id.in_(given)))}
    told_of = []
    for notice in some:
        if notice.kind is Kind.SCREEN_DARK:
            told_of.append(_of_screen(notice, actor, places.get(notice.subject_id)))
        elif notice.kind is Kind.STILL_SHOWN:
            told_of.append(_of_item(notice, actor, taken_off.get(notice.subject_id)))
        elif notice.kind is Kind.NEWCOMER:
            told_of.append(_of_newcomer(notice, actor, new.get(notice.subject_id)))
        elif notice.kind is Kind.TICKER:
            told_of.append(_of_ticker(notice, actor, running.get(notice.subject_id)))
        elif notice.kind is Kind.ACTIVITY:
            told_of.append(_of_activity(notice, actor, asked.get(notice.subject_id)))
        elif notice.kind is Kind.REPORT:
            told_of.append(_of_reports(notice, actor, places.get(notice.subject_id)))
        elif notice.kind is Kind.INVITED:
            told_of.append(_of_invitation(notice, actor, offered.get(notice.subject_id), names))
        elif notice.kind is Kind.WEBHOOK:
            told_of.append(_of_webhook(notice, actor, hooks.get(notice.subject_id)))
        elif notice.kind is Kind.ERASURE:
            told_of.append(_of_account(notice, actor, leaving.get(notice.subject_id)))
        else:
            told_of.append(_of_version(notice, actor, known.get(notice.subject_id)))
    return told_of


def _of_screen(notice: Notice, actor: Actor, screen: sa.RowMapping | None) -> Line:
    if screen is None or not actor.may(Action.PAIR):
        return _hidden(notice)
    sentence = _(_SCREENS.get(notice.values["why"], _SCREENS[SILENT]), screen=one_line(screen["name"]))
    return Line(notice, sentence, "", f"/screens/{screen['slug']}", is_over=False)


def _of_account(notice: Notice, actor: Actor, account: sa.RowMapping | None) -> Line:
    if account is None or not actor.may(Action.MANAGE_PEOPLE):
        return _hidden(notice)
    is_over = notice.settled_ms is not None or account["erasure_asked_ms"] is None
    asked = N_("%(name)s asked for their account to be erased; that is over.")
    asks = N_("%(name)s asks for their account to be erased.")
    sentence = _(asked if is_over else asks, name=one_line(name_of(account["name"])))
    path = "" if account["erased_ms"] is not None else f"/people?account={account['id']}#account-{account['id']}"
    return Line(notice, sentence, "", path, is_over)


def _of_newcomer(notice: Notice, actor: Actor, newcomer: sa.RowMapping | None) -> Line:
    if not actor.may(Action.MANAGE_PEOPLE):
        return _hidden(notice)
    if newcomer is None:
        return Line(notice, _("Somebody waited to be let in; that is over."), "", "/people", is_over=True)
    sentence = _("%(name)s waits to be let in.", name=one_line(newcomer["name"]))
    return Line(notice, sentence, "", "/people#newcomers", is_over=False)


def _of_item(notice: Notice, actor: Actor, item: sa.RowMapping | None) -> Line:
    if item is None or not actor.may(Action.SEE_LIBRARY, group=item["group_id"]):
        return _hidden(notice)
    title, path = one_line(item["title"]), f"/items/{item['id']}#screens"
    if notice.settled_ms is not None:
        return Line(notice, _("Every screen has taken off “%(title)s”.", title=title), "", path, is_over=True)
    sentence = _(
        "“%(title)s” was withdrawn, and %(obeyed)s of %(all)s screens have taken it off.",
        title=title, obeyed=str(item["obeyed"]), all=str(item["every"]),
    )  # fmt: skip
    return Line(notice, sentence, "", path, is_over=False)


def _taken_off(connection: Connection, item_ids: list[str]) -> dict[str, sa.RowMapping]:
    """Items with how many screens had them, and how many have taken them off."""
    query = (
        sa.select(
            items.c.id, items.c.title, items.c.group_id, sa.func.count().label("every"),
            sa.func.count(take_down_screens.c.obeyed_ms).label("obeyed"),
        )
        .select_from(items.join(take_downs, take_downs.c.item_id == items.c.id).join(take_down_screens))
        .where(items.c.id.in_(item_ids))
        .group_by(items.c.id)
    )  # fmt: skip
    return {row["id"]: row for row in connection.execute(query).mappings()} if item_ids else {}


def _of_ticker(notice: Notice, actor: Actor, ticker: sa.RowMapping | None) -> Line:
    if ticker is None or not (actor.may(Action.DECIDE) or actor.may(Action.PROGRAMME)):
        return _hidden(notice)
    outcome, text = notice.values.get("outcome", ""), one_line(ticker["text"])
    is_over = notice.settled_ms is not None or (not outcome and ticker["state"] != "submitted")
    if is_over:
        return Line(notice, _("A line of the ticker waited: “%(text)s”; that is over.", text=text), "", "/ticker", True)
    sentence = _(_TICKERS.get(outcome, _TICKERS[""]), text=text)
    return Line(notice, sentence, notice.values.get("words", ""), "/ticker", is_over=False)


def _of_activity(notice: Notice, actor: Actor, found: Kept | None) -> Line:
    may = found is not None and (actor.may(Action.DECIDE) or actor.may(Action.ASK, group=found.group_id))
    if found is None or not may:
        return _hidden(notice)
    title = found.asked.question if found.asked is not None else _(TEMPLATES[found.kind].name)
    outcome = notice.values.get("outcome", "")
    is_over = notice.settled_ms is not None or (not outcome and found.state != "submitted")
    waited = N_("Something to take part in waited for a decision: “%(title)s” (%(group)s); that is over.")
    told_as = waited if is_over else _ACTIVITIES.get(outcome, _ACTIVITIES[""])
    sentence = _(told_as, title=one_line(title), group=one_line(found.group_name))
    return Line(notice, sentence, notice.values.get("words", ""), "/taking-part", is_over)


def _of_reports(notice: Notice, actor: Actor, screen: sa.RowMapping | None) -> Line:
    if screen is None or not actor.may(Action.ANSWER_REPORTS):
        return _hidden(notice)
    is_over = notice.settled_ms is not None
    waited = N_("Passers-by reported something at “%(screen)s”; somebody has looked at it.")
    waits = N_("Passers-by reported something at “%(screen)s”, and nobody has looked at it.")
    sentence = _(waited if is_over else waits, screen=one_line(screen["name"]))
    return Line(notice, sentence, "", f"/street-reports?state=received&screen={screen['id']}", is_over)


def _of_invitation(
    notice: Notice, actor: Actor, offered: sa.RowMapping | None, names: dict[str, str]
) -> Line:  # fmt: skip
    if (role := notice.values.get("role", "")) in set(Role):
        told, group = role_name(Role(role)), one_line(names.get(notice.values.get("group", ""), ""))
        in_group = _("You were given a role in %(group)s: %(role)s.", group=group, role=told)
        return Line(notice, in_group if group else _("You were given a role: %(role)s.", role=told), "", "/", False)
    if notice.settled_ms is not None or offered is None or offered["email"] != actor.email:
        return Line(notice, _("You were invited to something; that is over."), "", "", is_over=True)
    told, group = role_name(Role(offered["role"])), one_line(offered["group_name"] or "")
    who = one_line(name_of(offered["inviter"]))
    in_group = _("%(who)s invites you into %(group)s: %(role)s.", who=who, group=group, role=told)
    sentence = in_group if group else _("%(who)s offers you a role: %(role)s.", who=who, role=told)
    return Line(notice, sentence, "", f"/join/{offered['id']}", is_over=False)


def _of_webhook(notice: Notice, actor: Actor, webhook: sa.RowMapping | None) -> Line:
    if webhook is None or not may_look_after(actor, webhook["group_id"]):
        return _hidden(notice)
    is_over = notice.settled_ms is not None
    sentence = _("The webhook “%(name)s” did not answer and is paused.", name=one_line(webhook["name"]))
    return Line(notice, sentence, "", f"/webhooks/{webhook['id']}", is_over)


def _of_version(notice: Notice, actor: Actor, version: sa.RowMapping | None) -> Line:
    of_queue = notice.kind in {Kind.WAITING, Kind.PASSED_ON, Kind.CAPTIONS}
    action = Action.SEE_QUEUE if of_queue else Action.SEE_LIBRARY
    if version is None or not actor.may(action, group=version["group_id"]):
        return _hidden(notice)
    named, below = (f" · {version['variant']}", "/variants") if version["variant"] else ("", "")
    title, words, is_over = one_line(version["title"] + named), "", False
    path = f"/items/{version['item_id']}{below}"
    if notice.kind is Kind.WAITING:
        is_over = notice.settled_ms is not None or version["state"] != "submitted"
        waited = N_("“%(title)s” (%(group)s) waited for a decision; that is over.")
        waits = N_("“%(title)s” (%(group)s) waits for a decision.")
        if notice.values.get("first"):
            waits = N_("“%(title)s” waits for a decision: it is the first that %(group)s sends.")
        sentence = _(waited if is_over else waits, title=title, group=one_line(version["name"]))
        path = f"/moderation/{notice.subject_id}"
    elif notice.kind is Kind.PASSED_ON:
        outcome, words = notice.values["outcome"], notice.values["words"]
        is_over = notice.settled_ms is not None
        sentence = _(_PASSED_ON.get(outcome, _PASSED_ON[""]), title=title, group=one_line(version["name"]))
        path = f"/moderation/{notice.subject_id}"
    elif notice.kind is Kind.CAPTIONS:
        is_over = notice.settled_ms is not None or version["state"] != "approved"
        waits, waited = _BESIDE.get(notice.values.get("about", ""), _BESIDE[""])
        sentence = _(waited if is_over else waits, title=title, group=one_line(version["name"]))
        path = f"/moderation/{notice.subject_id}"
    elif notice.kind is Kind.PLAYS_SOON:
        sentence, is_over = _first_play(title, notice), version["state"] != "approved"
    elif notice.kind is Kind.REFUSED:
        sentence, is_over = _refusal(title, version), version["preparation"] != "refused"
    elif notice.values["decision"] in _ALLOWED:
        everywhere, there = _ALLOWED[notice.values["decision"]]
        some = one_line(notice.values.get("places", ""))
        sentence = _(there, title=title, screens=some) if some else _(everywhere, title=title)
    elif notice.values["decision"] == "words":
        sentence = _("The new words of “%(title)s” are on the screens.", title=title)
    elif notice.values["decision"] == "words_back":
        sentence = _("“%(title)s” keeps its words: a moderator put the old ones back.", title=title)
        words = notice.values["words"]
    elif notice.values["decision"] == "asked":
        sentence, words = _("Please change “%(title)s”: a moderator asks for it.", title=title), notice.values["words"]
    else:
        sentence, words = _rejection(title, notice.values["reason"]), notice.values["words"]
    return Line(notice, sentence, words, path, is_over)


def _first_play(title: str, notice: Notice) -> str:
    # A notice tells it as it was laid out then; a later change of the programme is on the item's page.
    at = wall(notice.values["zone"], int(notice.values["at_ms"]))
    told = f"{at:%Y-%m-%d %H:%M}"
    return _(
        "“%(title)s” plays for the first time: %(when)s, %(screen)s.",
        title=title, when=told, screen=one_line(notice.values["screen"]),
    )  # fmt: skip


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
    items.c.group_id, groups.c.name, variants.c.name.label("variant"),
).select_from(
    versions.join(items, versions.c.item_id == items.c.id)
    .join(groups, items.c.group_id == groups.c.id)
    .outerjoin(variants, versions.c.variant_id == variants.c.id)
)  # fmt: skip
_LEAVING = sa.select(accounts.c.id, accounts.c.name, accounts.c.erasure_asked_ms, accounts.c.erased_ms)
_NEWCOMERS = sa.select(newcomers.c.id, newcomers.c.name)
_WEBHOOKS = sa.select(webhooks.c.id, webhooks.c.name, webhooks.c.group_id)
_TICKER_LINES = sa.select(tickers.c.id, tickers.c.text, tickers.c.state)
_GROUP_NAMES = sa.select(groups.c.id, groups.c.name)
_INVITATIONS = sa.select(
    invitations.c.id, invitations.c.email, invitations.c.role, accounts.c.name.label("inviter"),
    groups.c.name.label("group_name"),
).select_from(
    invitations.join(accounts, invitations.c.invited_by == accounts.c.id).outerjoin(
        groups, invitations.c.group_id == groups.c.id
    )
)  # fmt: skip
_SCREEN_NAMES = sa.select(screens.c.id, screens.c.slug, screens.c.name)
