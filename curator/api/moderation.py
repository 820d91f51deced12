"""The moderation queue and decisions. A decision names the bytes it is about: the SHA-256 of what was looked at."""

from typing import Annotated, Literal

from pydantic import Field

from curator import decided, demands, item_words, library, moderation, places, policy, screen_words, widening
from curator.api.endpoint import Call, endpoint, not_found
from curator.api.items import ItemAnswer
from curator.api.items import told as item_told
from curator.api.paging import page_of
from curator.api.reading import Given, Instant, Line, PageAsked, Sha256, Told, Words
from curator.authorisation import Action
from curator.library import Item, Version
from curator.places import MOST_PLACES
from curator.programme.changes import LONGEST_SCOPE
from curator.queue_filter import Wanted
from curator.words import LANGUAGE, N_

MOST_WAITING = 5_000


class WaitingAnswer(Told):
    """A version that waits for a decision."""

    version: str
    item: str
    number: int
    title: str
    group: str = Field(description="The slug of its group.")
    kind: str
    duration_ms: int
    waiting_since_ms: Instant
    has_warnings: bool
    is_appeal: bool
    agreed_by: str | None = Field(description="Who agreed first, where two people must.")
    variant: str = Field(description="What the variant is called that it is of; empty: of the item itself.")


class QueuePage(Told):
    """A page of what waits, the longest waiting first."""

    waiting: list[WaitingAnswer]
    next: str | None


class QueueAsked(PageAsked):
    """Which of what waits."""

    group: str = Field(default="", max_length=64, description="Only of the group with this slug.")
    kind: Literal["", "video", "still"] = ""


class DecisionAnswer(Told):
    """What somebody decided."""

    decision: str
    reason: str
    words: str
    by: str
    at_ms: Instant


class CaseAnswer(Told):
    """A version with what a decision needs. What is to be looked at is at `/files/{version}/rendition`."""

    item: ItemAnswer
    version: str
    variant: str = Field(description="What the variant is called that it is of; empty: of the item itself.")
    sha256: str | None
    words_sha256: str = Field(description="A mark of the title, the credits and the people shown, as they are now.")
    is_waiting: bool
    may_decide: bool
    is_blurred: bool = Field(
        description="Whether the policy has it shown blurred until somebody asks to see it: approving takes `seen`."
    )
    bar: str = Field(description="Why you may not decide, in your language; empty where nothing stands in the way.")
    decision: DecisionAnswer | None


class ReasonAnswer(Told):
    """A published reason to reject, in the reader's language."""

    code: str
    name: str
    means: str
    what_to_do: str


class Reasons(Told):
    """Every reason that may be given."""

    reasons: list[ReasonAnswer]


ToGroup = Annotated[Words, Field(min_length=1, max_length=moderation.LONGEST_WORDS)]
"""What somebody who decides writes to a group, or to whoever decides instead."""

Places = Annotated[
    list[Annotated[Line, Field(max_length=LONGEST_SCOPE)]],
    Field(description="Scopes such as `screen:ID`, `screen_group:ID`, `site:ID`, `everywhere`; none: everywhere."),
]


class Approval(Given):
    """The bytes that were looked at, and the mark of the words that were read beside them."""

    sha256: Sha256
    words_sha256: Sha256 | None = Field(default=None, description="Refused when the group said something else since.")
    ask_second: bool = Field(default=False, description="Let a second person agree before it plays.")
    seen: bool = Field(
        default=False,
        description="That the picture itself was shown to whoever approves. Needed where the policy blurs it.",
    )
    places: Places = Field(default=[], max_length=MOST_PLACES)


class WordsRead(Given):
    """The mark of the new words that were read."""

    words_sha256: Sha256


class WordsRefused(WordsRead):
    """The same, with words to the group."""

    words: ToGroup


class Widening(Given):
    """The bytes that are approved, and where they shall be allowed as well."""

    sha256: Sha256
    places: Places = Field(min_length=1, max_length=MOST_PLACES)


class Rejection(Given):
    """The bytes that were looked at, a published reason, and words to the group."""

    sha256: Sha256
    reason: Annotated[str, Field(max_length=32, pattern="^[a-z_]+$")]
    words: ToGroup


Case = tuple[Item, Version]


def the_case(call: Call) -> Case:
    """The version of the address with its item."""
    version = library.version(call.connection, call.named["version"])
    item = library.item(call.connection, version.item_id) if version else None
    if version is None or item is None:
        raise not_found()
    return item, version


def _told(call: Call, case: Case) -> CaseAnswer:
    item, version = case
    bar = moderation.bar_to(call.connection, call.actor, item, version)
    said = decided.decision_about(call.connection, version.id)
    variant = item.variant(version.variant_id)
    return CaseAnswer(
        item=item_told(call, item), version=version.id, variant=variant.name if variant else "",
        sha256=version.sha256, words_sha256=item_words.mark_of(item),
        is_waiting=moderation.is_waiting(item, version), bar=bar.told() if bar else "",
        is_blurred=bool(demands.veiled(call.connection, [version.id], call.now_ms)),
        may_decide=call.actor.may(Action.DECIDE) and bar is None and moderation.is_waiting(item, version),
        decision=DecisionAnswer(
            decision=said.decision, reason=said.reason, words=said.words, by=said.name,
            at_ms=said.created_ms,
        ) if said else None,
    )  # fmt: skip


@endpoint("GET", "/api/moderation/reasons", N_("The published reasons to reject"), is_open=True)
def reasons(_call: Call) -> Reasons:
    """In the reader's language."""
    language = LANGUAGE.get()
    every = [(one.code, one.told(language)) for one in policy.reasons().values() if not one.retired]
    return Reasons(
        reasons=[
            ReasonAnswer(code=code, name=words.name, means=words.means, what_to_do=words.what_to_do)
            for code, words in every
        ]
    )


@endpoint("GET", "/api/moderation/queue", N_("What waits for a decision"), asks=Action.SEE_QUEUE)
def queue(call: Call, query: QueueAsked) -> QueuePage:
    """The longest waiting first."""
    waiting = moderation.queue(call.connection, Wanted(query.group, query.kind), most=MOST_WAITING)
    page, following = page_of(waiting, query, lambda one: (one.waiting_since_ms, one.version_id))
    return QueuePage(
        waiting=[
            WaitingAnswer(
                version=one.version_id, item=one.item_id, number=one.number, title=one.title, group=one.group_slug,
                kind=one.kind, duration_ms=one.duration_ms, waiting_since_ms=one.waiting_since_ms,
                has_warnings=one.has_warnings, is_appeal=one.is_appeal, agreed_by=one.agreed_by,
                variant=one.variant,
            )
            for one in page
        ],
        next=following,
    )  # fmt: skip


@endpoint(
    "GET", "/api/moderation/versions/{version}", N_("A version with what a decision needs"), asks=Action.SEE_QUEUE,
    about=the_case,
)  # fmt: skip
def case(call: Call, case: Case) -> CaseAnswer:
    """One version."""
    return _told(call, case)


@endpoint(
    "POST", "/api/moderation/versions/{version}/approve", N_("Approve the bytes that were looked at"),
    asks=Action.DECIDE, about=the_case, refuses=(409,),
)  # fmt: skip
def approve(call: Call, case: Case, body: Approval) -> CaseAnswer:
    """The signed approval of exactly these bytes."""
    _item, version = case
    moderation.approve(
        call.connection, version.id, body.sha256, moderator=call.actor, key=call.service.key, now_ms=call.now_ms,
        ask_second=body.ask_second, is_seen=body.seen, places=places.of_scopes(call.connection, body.places),
        words_mark=body.words_sha256,
    )  # fmt: skip
    return decided_told(call)


@endpoint(
    "POST", "/api/moderation/versions/{version}/words/allow", N_("Allow an approved item's new words on the screens"),
    asks=Action.DECIDE, about=the_case, refuses=(409,),
)  # fmt: skip
def allow_words(call: Call, case: Case, body: WordsRead) -> CaseAnswer:
    """Title and credits, as they were read."""
    screen_words.allow(call.connection, case[0].id, body.words_sha256, moderator=call.actor, now_ms=call.now_ms)
    return decided_told(call)


@endpoint(
    "POST", "/api/moderation/versions/{version}/words/back", N_("Give an approved item its old words again"),
    asks=Action.DECIDE, about=the_case, refuses=(409,),
)  # fmt: skip
def put_words_back(call: Call, case: Case, body: WordsRefused) -> CaseAnswer:
    """The group reads why."""
    screen_words.put_back(
        call.connection, case[0].id, body.words_sha256, words=body.words, moderator=call.actor, now_ms=call.now_ms
    )
    return decided_told(call)


@endpoint(
    "POST", "/api/moderation/versions/{version}/reject", N_("Reject it for a published reason"), asks=Action.DECIDE,
    about=the_case, refuses=(409,),
)  # fmt: skip
def reject(call: Call, case: Case, body: Rejection) -> CaseAnswer:
    """What was approved before plays on."""
    _item, version = case
    moderation.reject(
        call.connection, version.id, body.sha256, reason=body.reason, words=body.words, moderator=call.actor,
        now_ms=call.now_ms,
    )  # fmt: skip
    return decided_told(call)


@endpoint(
    "POST", "/api/moderation/versions/{version}/widen", N_("Allow what is approved on more screens"),
    asks=Action.DECIDE, about=the_case, refuses=(409,),
)  # fmt: skip
def widen(call: Call, case: Case, body: Widening) -> CaseAnswer:
    """Never on fewer."""
    _item, version = case
    widening.widen(
        call.connection, version.id, body.sha256, places=places.of_scopes(call.connection, body.places),
        moderator=call.actor, key=call.service.key, now_ms=call.now_ms,
    )  # fmt: skip
    return decided_told(call)


def decided_told(call: Call) -> CaseAnswer:
    """The version of the address as it is after a decision, of which others are hinted."""
    after = the_case(call)
    call.hint("queue", f"item:{after[0].id}", "programme:approved")
    return _told(call, after)
