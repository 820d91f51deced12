"""Items and their versions: reading, words, where they may play, withdrawing, handing in to the moderators."""

from typing import Annotated, Literal

import sqlalchemy as sa
from pydantic import Field

from curator import appeals, guide, item_words, library, mending, ratings, records, showing
from curator.api.endpoint import Call, endpoint, not_found
from curator.api.groups import the_group
from curator.api.paging import cut, place_after
from curator.api.reading import Given, Instant, Line, PageAsked, Told, Words
from curator.authorisation import Action
from curator.found_reasons import FoundReason
from curator.found_reasons import told as told_reasons
from curator.groups import Group
from curator.library import Item, Preparation, State, Version
from curator.showing import Showing
from curator.spoken import MOST_LANGUAGES
from curator.statements import PEOPLE, RIGHTS
from curator.tables import items as rows
from curator.words import N_

LONGEST_WHY = 300
MOST_PLAYS = 20


class Found(Told):
    """Something preparation found, in the reader's language."""

    code: str
    level: str = Field(description="block, warn or tell")
    sentence: str
    what_to_do: str
    at_ms: int | None = Field(description="When in the film, where it is at one time.")


class VersionAnswer(Told):
    """Bytes of an item. `sha256` names what is shown, and is there once it is prepared and as long as it is kept."""

    id: str
    number: int
    state: State
    preparation: Preparation
    waits_for_its_group: bool = Field(description="Mended or handed in: it is submitted by `submit`.")
    file_name: str
    kind: str
    media_type: str
    sha256: str | None
    size_bytes: int
    width: int
    height: int
    duration_ms: int
    has_sound: bool
    created_by: str | None
    created_ms: Instant
    submitted_ms: Instant | None
    found: list[Found]


class ItemAnswer(Told):
    """A playable thing with its versions, newest first."""

    id: str
    group: str = Field(description="The slug of its group.")
    title: str
    credits: str
    licence: str
    alt_text: str
    people_shown: str
    rights: str
    languages: list[str] = Field(description="Tags (BCP 47) of those spoken or written in it; `zxx`: no words.")
    created_by: str | None
    created_ms: Instant
    withdrawn_ms: Instant | None
    approved_version: str | None = Field(description="The version that may play.")
    versions: list[VersionAnswer]


class ItemsPage(Told):
    """A page of items, newest first."""

    items: list[ItemAnswer]
    next: str | None


class ItemsAsked(PageAsked):
    """Which of a group's items."""

    withdrawn: Literal["no", "yes"] = Field(default="no", description="Whether withdrawn ones are listed too.")


class ItemWords(Given):
    """What is to be other than it is; what is not named stays."""

    title: Annotated[Line, Field(min_length=1, max_length=library.LONGEST_TITLE)] | None = None
    credits: Annotated[Words, Field(max_length=library.LONGEST_CREDITS)] | None = None
    licence: Annotated[Words, Field(max_length=library.LONGEST_CREDITS)] | None = None
    alt_text: Annotated[Words, Field(max_length=library.LONGEST_ALT)] | None = None
    people_shown: Literal["", "none", "adults", "minors", "public"] | None = None
    rights: Literal["", "own", "allowed", "free"] | None = None
    languages: Annotated[list[Annotated[Line, Field(max_length=35)]], Field(max_length=MOST_LANGUAGES)] | None = None


assert set(PEOPLE) == {"", "none", "adults", "minors", "public"}  # noqa: S101 - the documentation names them
assert set(RIGHTS) == {"", "own", "allowed", "free"}  # noqa: S101


class Why(Given):
    """Why, for the record."""

    why: Annotated[Words, Field(max_length=LONGEST_WHY)] = ""


class Saying(Given):
    """Words of the group."""

    words: Annotated[Words, Field(min_length=1, max_length=appeals.LONGEST_WORDS)]


class ShowingAnswer(Told):
    """Where and when an item may play, within what was approved."""

    rating: int
    tags: list[str]
    targets: list[str]
    not_before_ms: Instant | None
    not_after_ms: Instant | None
    gap_ms: int
    joins: str
    is_photograph: bool = Field(description="Whether it is a picture without words that screens may slowly move over.")


class ShowingGiven(Given):
    """`targets` such as `screen:ID`, `screen_group:ID`, `site:ID`, `tag:words`; none is everywhere."""

    rating: int = Field(ge=0, le=showing.OLDEST, description="The least age.")
    tags: list[Annotated[Line, Field(min_length=1, max_length=showing.LONGEST_TAG)]] = Field(
        max_length=showing.MOST_TAGS
    )
    targets: list[Annotated[Line, Field(min_length=1, max_length=80)]] = Field(max_length=showing.MOST_TARGETS)
    not_before_ms: Instant | None
    not_after_ms: Instant | None
    gap_ms: int = Field(ge=0, le=showing.LONGEST_GAP_MS)
    joins: Literal["any", "start"]
    is_photograph: bool = False


class PlaysOn(Told):
    """How often on one screen."""

    screen: str
    times: int
    last_ms: Instant


class NextPlay(Told):
    """A play to come; `screen` is the screen's name."""

    screen: str
    start_ms: Instant


class PlaysAnswer(Told):
    """When an item was really shown, as screens reported, and when it comes next within two days."""

    times: int
    complete: int
    last_ms: Instant | None
    screens: list[PlaysOn]
    next: list[NextPlay]


def the_item(call: Call) -> Item:
    """The item of the address, if the reader may see it and do with it what the endpoint is for."""
    item = seen_item(call)
    call.allow(group=item.group_id)
    return item


def seen_item(call: Call) -> Item:
    """The item of the address, if the reader may see it; otherwise it is not there."""
    item, actor = library.item(call.connection, call.named["item"]), call.actor
    if item is None or not (actor.may(Action.SEE_LIBRARY, group=item.group_id) or actor.may(Action.SEE_QUEUE)):
        raise not_found()
    call.asked = call.endpoint.asks in {None, Action.SEE_LIBRARY}
    return item


def version_told(version: Version) -> VersionAnswer:
    """A version as it is told."""
    return VersionAnswer(
        id=version.id, number=version.number, state=version.state, preparation=version.preparation,
        waits_for_its_group=version.is_unsubmitted, file_name=version.file_name, kind=version.kind,
        media_type=version.media_type, sha256=version.sha256, size_bytes=version.size_bytes, width=version.width,
        height=version.height, duration_ms=version.duration_ms, has_sound=version.has_sound,
        created_by=version.created_by, created_ms=version.created_ms, submitted_ms=version.submitted_ms,
        found=[found_told(one) for one in version.reasons],
    )  # fmt: skip


def told(_call: Call, item: Item) -> ItemAnswer:
    """An item as it is told."""
    return ItemAnswer(
        id=item.id, group=item.group_slug, title=item.title, credits=item.credits, licence=item.licence,
        alt_text=item.alt_text, people_shown=item.people_shown, rights=item.rights, languages=list(item.languages),
        created_by=item.created_by,
        created_ms=item.created_ms, withdrawn_ms=item.withdrawn_ms, approved_version=item.approved_version_id,
        versions=[version_told(one) for one in item.versions],
    )  # fmt: skip


@endpoint(
    "GET", "/api/groups/{group}/items", N_("A group's items, newest first"), asks=Action.SEE_LIBRARY, about=the_group
)
def of_group(call: Call, group: Group, query: ItemsAsked) -> ItemsPage:
    """The items that are not withdrawn, or all."""
    wanted = [rows.c.group_id == group.id]
    if query.withdrawn == "no":
        wanted.append(rows.c.withdrawn_ms.is_(None))
    after = place_after(query, int, str)
    if after is not None:
        created_ms, item_id = after
        same = (rows.c.created_ms == created_ms) & (rows.c.id > item_id)
        wanted.append(sa.or_(rows.c.created_ms < created_ms, same))
    found = library.items_where(call.connection, *wanted, most=query.limit + 1)
    page, following = cut(found, query, lambda one: (one.created_ms, one.id))
    return ItemsPage(items=[told(call, one) for one in page], next=following)


@endpoint("GET", "/api/items/{item}", N_("An item with its versions"), asks=Action.SEE_LIBRARY, about=seen_item,
          has_mark=True)  # fmt: skip
def get(call: Call, item: Item) -> ItemAnswer:
    """One item."""
    return told(call, item)


@endpoint("PATCH", "/api/items/{item}", N_("Change an item's words"), asks=Action.EDIT_ITEM, about=the_item, guard=told)
def change(call: Call, item: Item, body: ItemWords) -> ItemAnswer:
    """The words that are named."""
    wanted = {
        "title": item.title, "credits_line": item.credits, "licence": item.licence, "alt_text": item.alt_text,
        "people_shown": item.people_shown, "rights": item.rights, "languages": item.languages,
    }  # fmt: skip
    given = body.model_dump(exclude_none=True)
    if "credits" in given:
        given["credits_line"] = given.pop("credits")
    item_words.change_words(
        call.connection, item.id, **(wanted | given), now_ms=call.now_ms, by=call.actor.account_id
    )  # fmt: skip
    call.hint(f"item:{item.id}", f"group:{item.group_id}")
    return told(call, library.item(call.connection, item.id) or item)


@endpoint(
    "POST", "/api/items/{item}/withdraw", N_("Take an item off every screen for good"), asks=Action.WITHDRAW_ITEM,
    about=the_item,
)  # fmt: skip
def withdraw(call: Call, item: Item, body: Why) -> ItemAnswer:
    """Harmless when done twice."""
    library.withdraw(call.connection, item.id, now_ms=call.now_ms, by=call.actor.account_id, why=body.why)
    call.hint(f"item:{item.id}", f"group:{item.group_id}", "queue", "programme")
    return told(call, library.item(call.connection, item.id) or item)


@endpoint(
    "POST", "/api/items/{item}/versions/{version}/submit", N_("Hand a version in to the moderators"),
    asks=Action.EDIT_ITEM, about=the_item,
)  # fmt: skip
def submit(call: Call, item: Item) -> ItemAnswer:
    """One that was mended or handed in with a ticket; all others are handed in as soon as they are prepared."""
    version_id = version_id_of(item, call)
    mending.submit(call.connection, item.id, version_id, by=call.actor.account_id, now_ms=call.now_ms)
    call.hint(f"item:{item.id}", f"group:{item.group_id}", "queue")
    return told(call, library.item(call.connection, item.id) or item)


@endpoint(
    "POST", "/api/items/{item}/versions/{version}/appeal", N_("Appeal against a rejection, once"),
    asks=Action.EDIT_ITEM, about=the_item,
)  # fmt: skip
def appeal(call: Call, item: Item, body: Saying) -> ItemAnswer:
    """Another moderator hears it."""
    appeals.make(
        call.connection, version_id_of(item, call), words=body.words, by=call.actor, now_ms=call.now_ms
    )  # fmt: skip
    call.hint(f"item:{item.id}", f"group:{item.group_id}", "queue")
    return told(call, library.item(call.connection, item.id) or item)


def _showing(call: Call, item: Item) -> ShowingAnswer:
    return ShowingAnswer.model_validate(showing.of(call.connection, item.id), from_attributes=True)


@endpoint("GET", "/api/items/{item}/showing", N_("Where and when an item may play"), asks=Action.SEE_LIBRARY,
          about=seen_item, has_mark=True)  # fmt: skip
def get_showing(call: Call, item: Item) -> ShowingAnswer:
    """Its group's wishes, rating and tags."""
    return _showing(call, item)


@endpoint("PUT", "/api/items/{item}/showing", N_("Say where and when an item may play"), asks=Action.EDIT_ITEM,
          about=the_item, guard=_showing)  # fmt: skip
def change_showing(call: Call, item: Item, body: ShowingGiven) -> ShowingAnswer:
    """All of it anew. Once approved or set by a moderator, the rating only rises for its group, and tags only come."""
    wanted = Showing(
        rating=body.rating, tags=tuple(sorted(set(body.tags))), targets=tuple(sorted(set(body.targets))),
        not_before_ms=body.not_before_ms, not_after_ms=body.not_after_ms, gap_ms=body.gap_ms, joins=body.joins,
        is_photograph=body.is_photograph,
    )  # fmt: skip
    ratings.put(call.connection, item, wanted, by=call.actor, now_ms=call.now_ms)
    call.hint(f"item:{item.id}", f"group:{item.group_id}")
    return _showing(call, item)


@endpoint("GET", "/api/items/{item}/plays", N_("When an item was shown, and when it comes next"),
          asks=Action.SEE_LIBRARY, about=seen_item)  # fmt: skip
def plays(call: Call, item: Item) -> PlaysAnswer:
    """As screens reported it, and as their programmes have it."""
    shown = records.plays_of_item(call.connection, item.id)
    coming = guide.next_plays(call.connection, item.id, call.now_ms, MOST_PLAYS)
    return PlaysAnswer(
        times=shown.times, complete=shown.complete, last_ms=shown.last_ms,
        screens=[PlaysOn(screen=one.screen_slug, times=one.times, last_ms=one.last_ms) for one in shown.screens],
        next=[NextPlay(screen=name, start_ms=start_ms) for name, start_ms in coming],
    )  # fmt: skip


def version_id_of(item: Item, call: Call) -> str:
    """The id of the version of the address, which is one of the item's."""
    found = item.version(call.named["version"])
    if found is None:
        raise not_found()
    return found.id


def found_told(reason: FoundReason) -> Found:
    """A finding as it is told."""
    (one,) = told_reasons([reason])
    return Found(
        code=reason.code, level=one.level, sentence=one.sentence, what_to_do=one.what_to_do, at_ms=one.at_ms
    )  # fmt: skip
