"""Taking part: polls and games that groups ask for at screens, what moderators say to them, what came of them."""

from typing import Annotated

from pydantic import Field

from curator import activities, activity_drafts, backdrops, groups
from curator.activities import Kept
from curator.api.endpoint import Call, endpoint, not_found
from curator.api.groups import the_group
from curator.api.reading import Given, Id, Instant, Line, Nothing, Told, Words
from curator.authorisation import Action
from curator.groups import Group
from curator.wishes import Wish
from curator.words import N_
from kiosks.activities.hours import DAY_MINUTES
from kiosks.activities.poll import LONGEST_REPLY
from kiosks.activities.statement import Kind
from kiosks.activities.wording import LONGEST_OPTION, LONGEST_QUESTION
from kiosks.messages import MOST_OPTIONS
from kiosks.themes import PAPER, THEMES

TOPIC = "activities:"
MOST_SCREENS = 500


Question = Annotated[Line, Field(max_length=LONGEST_QUESTION)]
Options = Annotated[list[Annotated[Line, Field(max_length=LONGEST_OPTION)]], Field(max_length=MOST_OPTIONS)]
Language = Annotated[
    str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$", description="A tag such as en, vi or pt-BR.")
]


class OptionAnswer(Told):
    """An answer people can choose, and how many did."""

    words: str
    votes: int


class AlsoAnswer(Told):
    """The words in a second language."""

    language: str
    question: str
    options: list[str]


class HoursAnswer(Told):
    """When it may be offered: days (0 is Monday) and minutes of the day; `zone` once it was handed in."""

    zone: str
    weekdays: list[int]
    from_minute: int
    until_minute: int


class BeforeAnswer(Told):
    """The group's poll before, which stands on the screen first: its result, and what the group said to it."""

    question: str
    options: list[OptionAnswer]
    reply: str


class ActivityAnswer(Told):
    """A poll or a game at some screens."""

    id: str
    kind: Kind
    group: str = Field(description="The slug of the group that asks.")
    screens: list[str] = Field(description="Their ids.")
    question: str
    language: str
    options: list[OptionAnswer]
    asker: str = Field(description="Who asks, as screens say it; empty for a draft and a game.")
    before: BeforeAnswer | None = Field(description="What stands on the screen before it is asked.")
    also: AlsoAnswer | None = Field(description="The same in a second language.")
    theme: str
    backdrop: str | None = Field(description="The item whose picture stands behind the words.")
    is_backdrop_shown: bool = Field(description="Whether that picture may be shown now; otherwise the colours are.")
    hours: HoursAnswer | None
    opens_ms: Instant
    closes_ms: Instant
    state: str = Field(description="draft, submitted, approved, rejected or withdrawn")
    is_open: bool
    wants_reply: bool = Field(description="It is over, and its group has not said yet what comes of it.")
    reason: str = Field(description="Why it was turned down.")
    reply: str
    created_by: str | None
    created_ms: Instant
    mark: str = Field(description="Of all that is signed of it, as it is now.")


class Activities(Told):
    """The newest activities you may see."""

    activities: list[ActivityAnswer]


class AlsoGiven(Given):
    """The same words in a second language; the screen shows both, a phone its reader's."""

    language: Language
    question: Question
    options: Options = Field(default=[])


class HoursGiven(Given):
    """When it may be offered, by the clock where its screens stand."""

    weekdays: list[Annotated[int, Field(ge=0, le=6)]] = Field(
        default=[], max_length=7, description="0 is Monday; empty: every day."
    )
    from_minute: int = Field(default=0, ge=0, lt=DAY_MINUTES, description="Minutes since midnight.")
    until_minute: int = Field(default=DAY_MINUTES, gt=0, le=DAY_MINUTES)


class ActivityGiven(Given):
    """An activity of a kind, with the words that the kind has. A draft may be unfinished."""

    kind: Kind = "poll"
    question: Question = ""
    options: Options = Field(default=[])
    language: Language = "en"
    also: AlsoGiven | None = None
    theme: str = Field(
        default=PAPER, pattern=f"^({'|'.join(THEMES)})$", description="Colours, where the kind has them."
    )
    backdrop: Id | None = Field(
        default=None, description="An item of the group with an approved still, to stand behind the words; null: none."
    )
    hours: HoursGiven | None = Field(default=None, description="null: always.")
    screens: list[Id] = Field(default=[], max_length=MOST_SCREENS)
    opens_ms: Instant = Field(default=0, description="0: now.")
    days: int = Field(ge=1, le=activity_drafts.LONGEST_DAYS)
    draft: bool = Field(default=False, description="Kept as a draft; otherwise handed in, to wait for a moderator.")

    def wish(self, group_id: str) -> Wish:
        """As a value."""
        also, hours = self.also, self.hours
        return Wish(
            self.kind, group_id, tuple(self.screens), self.question, tuple(self.options), self.language,
            also.language if also else "", also.question if also else "", tuple(also.options) if also else (),
            self.theme, self.opens_ms, self.days, tuple(sorted(set(hours.weekdays))) if hours else (),
            hours.from_minute if hours else None, hours.until_minute if hours else None, self.backdrop or "",
        )  # fmt: skip


class Approval(Given):
    """What was read."""

    mark: str | None = Field(
        default=None, pattern="^[0-9a-f]{64}$", description="That of the activity as it was read; refused for another."
    )


class TurnedDown(Given):
    """Words for the group."""

    reason: Annotated[Words, Field(min_length=1, max_length=activities.LONGEST_REASON)]


class Reply(Given):
    """What comes of the result."""

    reply: Annotated[Line, Field(min_length=1, max_length=LONGEST_REPLY)]


def _told(call: Call, kept: Kept) -> ActivityAnswer:
    group = groups.get(call.connection, kept.group_id)
    wish = activity_drafts.wish_of(kept)
    counts = kept.counts or (0,) * len(wish.options)
    also = wish.also_language and AlsoAnswer(
        language=wish.also_language, question=wish.also_question, options=list(wish.also_options)
    )
    return ActivityAnswer(
        id=kept.id, kind=kept.kind, group=group.slug if group else "", screens=list(wish.screens),
        question=wish.question, language=wish.language, also=also or None, theme=wish.theme, hours=_hours(kept, wish),
        backdrop=wish.backdrop or None, is_backdrop_shown=_is_backdrop_shown(call, kept),
        asker=kept.asked.asker if kept.asked else "", before=_before(kept), mark=kept.mark,
        options=[OptionAnswer(words=words, votes=votes) for words, votes in zip(wish.options, counts, strict=True)],
        opens_ms=kept.opens_ms or wish.opens_ms, closes_ms=kept.closes_ms, state=kept.state,
        is_open=kept.is_open(call.now_ms), wants_reply=kept.wants_reply(call.now_ms), reason=kept.reason,
        reply=kept.reply, created_by=kept.created_by, created_ms=kept.created_ms,
    )  # fmt: skip


def _is_backdrop_shown(call: Call, kept: Kept) -> bool:
    backdrop = kept.backdrop
    return backdrop is not None and backdrops.approval_of(call.connection, backdrop, call.now_ms) is not None


def _before(kept: Kept) -> BeforeAnswer | None:
    before = kept.question.before if kept.question else None
    if before is None:
        return None
    counted = zip(before.options, before.counts, strict=False)
    options = [OptionAnswer(words=words, votes=votes) for words, votes in counted]
    return BeforeAnswer(question=before.question, options=options, reply=before.reply)


def _hours(kept: Kept, wish: Wish) -> HoursAnswer | None:
    if kept.hours is not None:
        hours = kept.hours
        return HoursAnswer(
            zone=hours.zone, weekdays=list(hours.days), from_minute=hours.from_minute, until_minute=hours.until_minute
        )
    if not wish.weekdays and wish.from_minute is None and wish.until_minute is None:
        return None
    until_minute = DAY_MINUTES if wish.until_minute is None else wish.until_minute
    return HoursAnswer(
        zone="", weekdays=list(wish.weekdays), from_minute=wish.from_minute or 0, until_minute=until_minute
    )


Asked = tuple[Group, Kept]


def _of_group(call: Call) -> Asked:
    """The activity of the address with its group, if the reader may ask for that group."""
    group = the_group(call)
    return group, _known(call, group)


def _known(call: Call, group: Group | None = None) -> Kept:
    found = activities.get(call.connection, call.named["activity"])
    if found is None or (group is not None and found.group_id != group.id):
        raise not_found()
    return found


def _anybodys(call: Call) -> Kept:
    return _known(call)


def _changed(call: Call) -> ActivityAnswer:
    found = _known(call)
    call.hint(f"{TOPIC}{found.id}")
    return _told(call, found)


@endpoint("GET", "/api/groups/{group}/activities", N_("What a group asks at screens"), asks=Action.ASK,
          about=the_group)  # fmt: skip
def of_group(call: Call, group: Group) -> Activities:
    """The drafts, and what was handed in, with what was counted; the newest first."""
    own = frozenset({group.id})
    drafts = activity_drafts.listed(call.connection, own)
    found = activities.listed(call.connection, group_ids=own)
    return Activities(activities=[_told(call, one) for one in (*drafts, *found)])


@endpoint("POST", "/api/groups/{group}/activities", N_("Ask something at screens, or begin a draft of it"),
          asks=Action.ASK, about=the_group, status=201)  # fmt: skip
def make(call: Call, group: Group, body: ActivityGiven) -> ActivityAnswer:
    """A draft, or an activity that waits for a moderator."""
    makes = activity_drafts.save if body.draft else activity_drafts.make
    made = makes(call.connection, body.wish(group.id), now_ms=call.now_ms, by=call.actor)
    call.hint(f"{TOPIC}{made}")
    return _told(call, activities.get(call.connection, made) or _known(call))


@endpoint("GET", "/api/groups/{group}/activities/{activity}", N_("One thing that a group asks at screens"),
          asks=Action.ASK, about=_of_group)  # fmt: skip
def one(call: Call, asked: Asked) -> ActivityAnswer:
    """As it stands."""
    return _told(call, asked[1])


@endpoint("PUT", "/api/groups/{group}/activities/{activity}", N_("Change a draft of what a group asks"),
          asks=Action.ASK, about=_of_group)  # fmt: skip
def change(call: Call, asked: Asked, body: ActivityGiven) -> ActivityAnswer:
    """All of it but its kind; unless `draft` is true it is handed in."""
    group, found = asked
    activity_drafts.change(call.connection, found.id, body.wish(group.id), now_ms=call.now_ms, by=call.actor)
    if not body.draft:
        activity_drafts.hand_in(call.connection, found.id, now_ms=call.now_ms, by=call.actor)
    return _changed(call)


@endpoint("POST", "/api/groups/{group}/activities/{activity}/hand-in", N_("Hand in a draft"), asks=Action.ASK,
          about=_of_group)  # fmt: skip
def hand_in(call: Call, asked: Asked, body: Nothing) -> ActivityAnswer:  # noqa: ARG001
    """It waits for a moderator, and does not change any more."""
    activity_drafts.hand_in(call.connection, asked[1].id, now_ms=call.now_ms, by=call.actor)
    return _changed(call)


@endpoint("DELETE", "/api/groups/{group}/activities/{activity}", N_("Throw a draft away"), asks=Action.ASK,
          about=_of_group)  # fmt: skip
def discard(call: Call, asked: Asked) -> None:
    """What was handed in is taken off instead."""
    activity_drafts.discard(call.connection, asked[1].id, now_ms=call.now_ms, by=call.actor)


@endpoint("POST", "/api/groups/{group}/activities/{activity}/withdraw", N_("Take what your group asks off the screens"),
          asks=Action.ASK, about=_of_group)  # fmt: skip
def withdraw(call: Call, asked: Asked, body: Nothing) -> ActivityAnswer:  # noqa: ARG001
    """What was counted stays, and wants its reply."""
    _group, found = asked
    activities.withdraw(call.connection, found.id, now_ms=call.now_ms, by=call.actor)
    return _changed(call)


@endpoint("POST", "/api/groups/{group}/activities/{activity}/reply", N_("Say what comes of a poll's result"),
          asks=Action.ASK, about=_of_group)  # fmt: skip
def reply(call: Call, asked: Asked, body: Reply) -> ActivityAnswer:
    """It stands on the screen before the group's next poll."""
    _group, found = asked
    activities.answer(call.connection, found.id, reply=body.reply, now_ms=call.now_ms, by=call.actor)
    return _changed(call)


@endpoint("GET", "/api/moderation/activities", N_("The newest polls and games"), asks=Action.SEE_QUEUE)
def every(call: Call) -> Activities:
    """Of all groups, those that wait for a decision too."""
    return Activities(activities=[_told(call, one) for one in activities.listed(call.connection)])


@endpoint("POST", "/api/moderation/activities/{activity}/approve", N_("Allow a poll or a game"), asks=Action.DECIDE,
          about=_anybodys, refuses=(409,))  # fmt: skip
def approve(call: Call, found: Kept, body: Approval) -> ActivityAnswer:
    """Signed: from then on its screens may run it."""
    activities.approve(
        call.connection, found.id, key=call.service.key, now_ms=call.now_ms, by=call.actor, mark=body.mark
    )  # fmt: skip
    return _changed(call)


@endpoint("POST", "/api/moderation/activities/{activity}/reject", N_("Turn a poll or a game down"),
          asks=Action.DECIDE, about=_anybodys, refuses=(409,))  # fmt: skip
def reject(call: Call, found: Kept, body: TurnedDown) -> ActivityAnswer:
    """With words for the group."""
    activities.reject(call.connection, found.id, reason=body.reason, now_ms=call.now_ms, by=call.actor)
    return _changed(call)


@endpoint("POST", "/api/moderation/activities/{activity}/withdraw", N_("Take a poll or a game off the screens"),
          asks=Action.DECIDE, about=_anybodys)  # fmt: skip
def take_off(call: Call, found: Kept, body: Nothing) -> ActivityAnswer:  # noqa: ARG001
    """Whoever asked."""
    activities.withdraw(call.connection, found.id, now_ms=call.now_ms, by=call.actor)
    return _changed(call)
