"""Activities on their way to a moderator: drafts are saved, changed, copied and thrown away, and then handed in.

Only whoever may ask for the group sees a draft. What was handed in does not change any more: a copy of it is a draft.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from content.captions import BadCaptions, language_tag
from content.reading import BadDocument, Reader
from curator import activities, audit, backdrops, free_text, groups, screens
from curator.activities import Kept
from curator.activity_templates import TEMPLATES
from curator.authorisation import Action, Actor, require
from curator.backdrops import Backdrop
from curator.ids import new_id
from curator.store import Connection
from curator.tables_taking_part import activities as rows_of_activities
from curator.wishes import BadActivity, Wish, read_wish
from curator.words import N_
from kiosks.activities.hours import DAY_MINUTES, EVERY_DAY, Hours
from kiosks.activities.poll import LEAST_OPTIONS, Question
from kiosks.activities.statement import Asked, read_asked
from kiosks.activities.wall import Prompt
from kiosks.activities.wording import LONGEST_OPTION, LONGEST_QUESTION, Wording
from kiosks.messages import MOST_OPTIONS
from kiosks.themes import PAPER, THEMES

LONGEST_DAYS = 60
FURTHEST_MS = 90 * 86_400_000
"""How far ahead an activity may begin."""
MOST_DRAFTS = 50
"""Of one group."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A wish that can be shown on screens: what is asked, how it looks, where and when."""

    asked: Asked | None
    theme: str
    hours: Hours | None
    screens: tuple[str, ...]
    opens_ms: int
    closes_ms: int
    backdrop: Backdrop | None = None


def make(connection: Connection, wish: Wish, *, now_ms: int, by: Actor) -> str:
    """A new activity, which waits for a moderator; gives its id. Raises NotAllowed, BadActivity or NoFreeText."""
    checked = check(connection, wish, now_ms=now_ms, by=by)
    activity_id = new_id()
    connection.execute(
        rows_of_activities.insert().values(
            id=activity_id, kind=wish.kind, group_id=wish.group_id, created_by=by.account_id, created_ms=now_ms,
            **_handed_in(checked),
        )
    )  # fmt: skip
    audit.record(
        connection, now_ms, by.account_id, "activity.make", f"activity:{activity_id}",
        kind=wish.kind, group=wish.group_id, question=_question_of(checked),
    )  # fmt: skip
    activities.tell_waits(connection, activity_id, now_ms=now_ms)
    return activity_id


def save(connection: Connection, wish: Wish, *, now_ms: int, by: Actor, copied: str = "") -> str:
    """A new draft, as far as it has come; gives its id. Raises NotAllowed or BadActivity."""
    _refuse_strange(connection, wish, by)
    if copied:
        _known(connection, copied, by)
    count = sa.select(sa.func.count()).select_from(rows_of_activities)
    count = count.where(rows_of_activities.c.group_id == wish.group_id, rows_of_activities.c.state == "draft")
    if connection.execute(count).scalar_one() >= MOST_DRAFTS:
        raise BadActivity(
            N_("Your group has %(most)s drafts. Hand one in, or throw one away; then you can save another."),
            most=MOST_DRAFTS,
        )
    activity_id = new_id()
    connection.execute(
        rows_of_activities.insert().values(
            id=activity_id, kind=wish.kind, group_id=wish.group_id, created_by=by.account_id, created_ms=now_ms,
            state="draft", opens_ms=0, closes_ms=0, draft=wish.as_text(),
        )
    )  # fmt: skip
    audit.record(
        connection, now_ms, by.account_id, "activity.draft", f"activity:{activity_id}",
        kind=wish.kind, group=wish.group_id, copied=copied,
    )  # fmt: skip
    return activity_id


def change(connection: Connection, activity_id: str, wish: Wish, *, now_ms: int, by: Actor) -> None:
    """Saves a draft anew. Raises NotAllowed or BadActivity, also for what is a draft no more."""
    found = the_draft(connection, activity_id, by)
    _refuse_strange(connection, replace(wish, kind=found.kind), by)
    connection.execute(
        rows_of_activities.update().where(rows_of_activities.c.id == activity_id).values(
            group_id=wish.group_id, draft=wish.as_text()
        )
    )  # fmt: skip
    audit.record(connection, now_ms, by.account_id, "activity.change", f"activity:{activity_id}")


def hand_in(connection: Connection, activity_id: str, *, now_ms: int, by: Actor) -> None:
    """From here on it waits for a moderator, and does not change. Raises NotAllowed, BadActivity or NoFreeText."""
    found = the_draft(connection, activity_id, by)
    checked = check(connection, wish_of(found), now_ms=now_ms, by=by)
    connection.execute(
        rows_of_activities.update().where(rows_of_activities.c.id == activity_id).values(
            created_by=by.account_id, created_ms=now_ms, draft="", **_handed_in(checked)
        )
    )  # fmt: skip
    audit.record(
        connection, now_ms, by.account_id, "activity.hand_in", f"activity:{activity_id}",
        kind=found.kind, group=found.group_id, question=_question_of(checked),
    )  # fmt: skip
    activities.tell_waits(connection, activity_id, now_ms=now_ms)


def discard(connection: Connection, activity_id: str, *, now_ms: int, by: Actor) -> None:
    """Throws a draft away. Raises NotAllowed or BadActivity."""
    the_draft(connection, activity_id, by)
    connection.execute(rows_of_activities.delete().where(rows_of_activities.c.id == activity_id))
    audit.record(connection, now_ms, by.account_id, "activity.discard", f"activity:{activity_id}")


def listed(connection: Connection, group_ids: frozenset[str] | None = None) -> list[Kept]:
    """The drafts of these groups, or of all, the newest first."""
    return activities.listed(connection, group_ids=group_ids, drafts=True)


def the_draft(connection: Connection, activity_id: str, by: Actor) -> Kept:
    """A draft that `by` may change. Raises NotAllowed or BadActivity."""
    found = _known(connection, activity_id, by)
    if found.state != "draft":
        raise BadActivity(N_("This was handed in, so it does not change any more. Make a copy of it and change that."))
    return found


def wish_of(kept: Kept) -> Wish:
    """What was wished for: of a draft as it stands; of another, what a copy of it begins with."""
    if kept.draft:
        return read_wish(kept.kind, kept.group_id, kept.draft)
    asked, hours = kept.asked, kept.hours
    also = None if asked is None else asked.also
    return Wish(
        kept.kind, kept.group_id, kept.screens,
        question="" if asked is None else asked.question,
        options=asked.options if isinstance(asked, Question) else (),
        language="en" if asked is None else asked.language,
        also_language="" if also is None else also.language,
        also_question="" if also is None else also.question,
        also_options=() if also is None else also.options,
        theme=kept.theme,
        weekdays=() if hours is None or hours.days == EVERY_DAY else hours.days,
        from_minute=None if hours is None else hours.from_minute,
        until_minute=None if hours is None else hours.until_minute,
        backdrop="" if kept.backdrop is None else kept.backdrop.item,
    )  # fmt: skip


def check(connection: Connection, wish: Wish, *, now_ms: int, by: Actor) -> Checked:
    """The wish, if it may be handed in as it is. Raises NotAllowed, BadActivity or NoFreeText."""
    group = groups.get(connection, wish.group_id)
    if group is None:
        raise BadActivity(N_("Choose the group that asks."))
    require(by, Action.ASK, group=None if TEMPLATES[wish.kind].is_councils else wish.group_id)
    asked = asked_of(connection, wish, group.name)
    if wish.kind == "poll" and activities.unanswered(connection, wish.group_id, now_ms) is not None:
        raise BadActivity(
            N_("Your last poll is not answered yet. Say what comes of its result; then you can ask the next.")
        )
    known = {screen.id: screen.zone for screen in screens.every(connection)}
    chosen = sorted(set(wish.screens) & set(known))
    if not chosen:
        raise BadActivity(N_("Choose at least one screen."))
    if not 1 <= wish.days <= LONGEST_DAYS:
        raise BadActivity(N_("Say for how many days: from 1 to %(most)s."), most=LONGEST_DAYS)
    opens_ms = max(wish.opens_ms, now_ms)
    if opens_ms > now_ms + FURTHEST_MS:
        raise BadActivity(N_("It begins within %(days)s days."), days=FURTHEST_MS // 86_400_000)
    if TEMPLATES[wish.kind].is_written:
        free_text.require_allowed(connection, chosen)
    hours = _hours(wish, sorted({known[screen] for screen in chosen}))
    closes_ms = opens_ms + wish.days * 86_400_000
    theme = theme_of(wish)
    backdrop = backdrop_of(connection, wish, tuple(chosen), now_ms)
    sha256 = "" if backdrop is None else backdrop.sha256
    activities.refuse_too_large(wish.kind, asked, tuple(chosen), theme, hours, sha256)
    return Checked(asked, theme, hours, tuple(chosen), opens_ms, closes_ms, backdrop)


def asked_of(connection: Connection, wish: Wish, asker: str) -> Asked | None:
    """The words of a wish, as far as its kind has any. Raises BadActivity when they cannot stand on a screen."""
    fields = TEMPLATES[wish.kind].fields
    if "question" not in fields:
        return None
    has_options = "options" in fields
    question = _one_line(wish.question)
    options = _options(wish.options) if has_options else ()
    language = _language(wish.language)
    try:
        also = _also(wish, language, options)
        asked: Asked
        if has_options:
            before = activities.before(connection, wish.group_id)
            asked = Question(question, options, asker, language, before, also)
        else:
            asked = Prompt(question, asker, language, also)
        # What could not be read again would stop every page that shows it.
        read_asked(wish.kind, Reader(asked.as_json()))
    except (BadDocument, ValueError) as bad:
        raise BadActivity(N_("A question and its options are written in ordinary characters.")) from bad
    return asked


def theme_of(wish: Wish) -> str:
    """The colours of a wish: the usual ones for a kind that has its own picture. Raises BadActivity."""
    if "theme" not in TEMPLATES[wish.kind].fields:
        return PAPER
    if wish.theme not in THEMES:
        raise BadActivity(N_("Choose one of the colours."))
    return wish.theme


def backdrop_of(connection: Connection, wish: Wish, screens: tuple[str, ...], now_ms: int) -> Backdrop | None:
    """The picture of a wish, for a kind that can have one. Raises BadActivity."""
    if "backdrop" not in TEMPLATES[wish.kind].fields:
        return None
    return backdrops.choose(connection, wish.backdrop, group_id=wish.group_id, screens=screens, now_ms=now_ms)


def _also(wish: Wish, language: str, options: Sequence[str]) -> Wording | None:
    if not wish.also_language:
        return None
    second = _language(wish.also_language)
    if second == language:
        raise BadActivity(N_("The second language is another one than the first."))
    words = tuple(" ".join(option.split()) for option in wish.also_options)[: len(options)] if options else ()
    if len([word for word in words if word]) < len(options):
        raise BadActivity(N_("Write every option in the second language too, in the same order."))
    if any(len(word) > LONGEST_OPTION for word in words) or len(set(words)) < len(words):
        _options(words)
    return Wording(second, _one_line(wish.also_question), words)


def _hours(wish: Wish, zones: Sequence[str]) -> Hours | None:
    if not wish.weekdays and wish.from_minute is None and wish.until_minute is None:
        return None
    if len(zones) > 1:
        raise BadActivity(N_("These screens are in different time zones. Make one activity for each, with its hours."))
    from_minute = 0 if wish.from_minute is None else wish.from_minute
    until_minute = DAY_MINUTES if wish.until_minute is None else wish.until_minute or DAY_MINUTES
    try:
        return Hours(zones[0], tuple(sorted(set(wish.weekdays))) or EVERY_DAY, from_minute, until_minute)
    except ValueError as bad:
        raise BadActivity(N_("It has to end at another hour than it begins.")) from bad


def _refuse_strange(connection: Connection, wish: Wish, by: Actor) -> None:
    """A draft may be unfinished, but not without a group, and not larger than what is ever read again."""
    if groups.get(connection, wish.group_id) is None:
        raise BadActivity(N_("Choose the group that asks."))
    require(by, Action.ASK, group=wish.group_id)
    try:
        read_wish(wish.kind, wish.group_id, wish.as_text())
    except BadDocument as bad:
        raise BadActivity(
            N_("This cannot be saved: a field is too long, or has characters that have no look.")
        ) from bad


def _known(connection: Connection, activity_id: str, by: Actor) -> Kept:
    found = activities.get(connection, activity_id)
    if found is None:
        raise BadActivity(N_("There is no such activity."))
    require(by, Action.ASK, group=found.group_id)
    return found


def _handed_in(checked: Checked) -> dict[str, object]:
    asked = checked.asked
    return {
        "screens": json.dumps(checked.screens), "theme": checked.theme, "state": "submitted",
        "document": "" if asked is None else json.dumps(asked.as_json(), ensure_ascii=False),
        "hours": "" if checked.hours is None else json.dumps(checked.hours.as_json()),
        "opens_ms": checked.opens_ms, "closes_ms": checked.closes_ms,
        "backdrop": "" if checked.backdrop is None else checked.backdrop.as_text(),
    }  # fmt: skip


def _question_of(checked: Checked) -> str:
    return "" if checked.asked is None else checked.asked.question


def _one_line(question: str) -> str:
    question = " ".join(question.split())
    if not 1 <= len(question) <= LONGEST_QUESTION:
        raise BadActivity(N_("A question has 1 to %(most)s characters."), most=LONGEST_QUESTION)
    return question


def _options(options: Sequence[str]) -> tuple[str, ...]:
    kept = tuple(words for words in (" ".join(option.split()) for option in options) if words)
    if not LEAST_OPTIONS <= len(kept) <= MOST_OPTIONS or any(len(option) > LONGEST_OPTION for option in kept):
        raise BadActivity(
            N_("A poll has %(least)s to %(most)s options of at most %(long)s characters."),
            least=LEAST_OPTIONS, most=MOST_OPTIONS, long=LONGEST_OPTION,
        )  # fmt: skip
    if len(set(kept)) < len(kept):
        raise BadActivity(N_("Two options are the same."))
    return kept


def _language(words: str) -> str:
    try:
        return language_tag(words)
    except BadCaptions:
        raise BadActivity(N_("“%(words)s” is not a language."), words=words[:40]) from None
