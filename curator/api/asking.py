"""What moderators do besides deciding, and what a group says to it: a change asked for, a decision passed on."""

from pydantic import Field

from curator import asking, escalations, library, passing_on
from curator.api.endpoint import Call, endpoint, not_found
from curator.api.items import ItemAnswer, Saying, the_item
from curator.api.items import told as item_told
from curator.api.moderation import Case, CaseAnswer, ToGroup, decided_told, the_case
from curator.api.reading import Given, Instant, Nothing, Sha256, Told
from curator.authorisation import Action
from curator.library import Item
from curator.words import N_


class ChangeAsked(Given):
    """The bytes that were looked at, and what to change."""

    sha256: Sha256
    words: ToGroup


class PassedOn(Given):
    """The bytes that were looked at, who shall decide, and what is to be decided."""

    sha256: Sha256
    to: str = Field(pattern=r"^[a-z0-9]{1,32}$", description="An account's id, or `administrators`.")
    words: ToGroup


class WhomAnswer(Told):
    """Somebody who may decide about a version."""

    account_id: str
    name: str


class PassedAnswer(Told):
    """Where a version was passed on to."""

    by: str
    to: str | None = Field(description="Somebody's name; null: the administrators.")
    words: str
    at_ms: Instant


class PassingAnswer(Told):
    """Whether a version is passed on, and to whom it can be."""

    passed_on: PassedAnswer | None
    to_whom: list[WhomAnswer]


@endpoint(
    "POST", "/api/moderation/versions/{version}/ask", N_("Ask the group for a change"), asks=Action.DECIDE,
    about=the_case, refuses=(409,),
)  # fmt: skip
def ask(call: Call, case: Case, body: ChangeAsked) -> CaseAnswer:
    """No rejection: they send a new version or answer, and it waits again."""
    _item, version = case
    asking.ask(
        call.connection, version.id, body.sha256, words=body.words, moderator=call.actor, now_ms=call.now_ms
    )  # fmt: skip
    return decided_told(call)


@endpoint(
    "POST", "/api/items/{item}/versions/{version}/answer", N_("Answer a moderator who asked for a change"),
    asks=Action.EDIT_ITEM, about=the_item,
)  # fmt: skip
def answer(call: Call, item: Item, body: Saying) -> ItemAnswer:
    """The version waits again, unchanged."""
    if item.version(call.named["version"]) is None:
        raise not_found()
    asking.answer(
        call.connection, call.named["version"], words=body.words, by=call.actor, now_ms=call.now_ms
    )  # fmt: skip
    call.hint(f"item:{item.id}", f"group:{item.group_id}", "queue")
    return item_told(call, library.item(call.connection, item.id) or item)


@endpoint(
    "GET", "/api/moderation/versions/{version}/passing-on", N_("To whom a decision can be passed on"),
    asks=Action.DECIDE, about=the_case,
)  # fmt: skip
def passing(call: Call, case: Case) -> PassingAnswer:
    """Everybody else who may decide about it."""
    item, version = case
    standing = escalations.open_about(call.connection, version.id)
    found = passing_on.to_whom(call.connection, call.actor, item, version)
    return PassingAnswer(
        passed_on=PassedAnswer(
            by=standing.name, to=standing.to_name or None, words=standing.words, at_ms=standing.created_ms
        ) if standing else None,
        to_whom=[WhomAnswer(account_id=one.account_id, name=one.name) for one in found],
    )  # fmt: skip


@endpoint(
    "POST", "/api/moderation/versions/{version}/pass-on", N_("Pass the decision on to somebody else"),
    asks=Action.DECIDE, about=the_case, refuses=(409,),
)  # fmt: skip
def pass_on(call: Call, case: Case, body: PassedOn) -> CaseAnswer:
    """It leaves the ordinary queue."""
    _item, version = case
    passing_on.pass_on(
        call.connection, version.id, body.sha256, to=body.to, words=body.words, moderator=call.actor,
        now_ms=call.now_ms,
    )  # fmt: skip
    return decided_told(call)


@endpoint(
    "POST", "/api/moderation/versions/{version}/put-back", N_("Put what was passed on back into the queue"),
    asks=Action.DECIDE, about=the_case, refuses=(409,),
)  # fmt: skip
def put_back(call: Call, case: Case, body: Nothing) -> CaseAnswer:  # noqa: ARG001
    """Who passed it on may, and who got it."""
    _item, version = case
    passing_on.take_back(call.connection, version.id, moderator=call.actor, now_ms=call.now_ms)
    return decided_told(call)
