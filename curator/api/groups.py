"""Groups, their members, their running order and their upload tickets."""

from typing import Annotated, Literal

from pydantic import Field

from content.transition import LONGEST_MS
from curator import accounts, groups, people, running_order, tickets, transitions, trust
from curator.api.endpoint import Call, endpoint, not_found
from curator.api.paging import page_of
from curator.api.reading import Given, Id, Instant, Line, PageAsked, Told, Words
from curator.authorisation import Action, Role
from curator.groups import Group
from curator.tickets import Ticket
from curator.words import N_

LARGEST_QUOTA_BYTES = 1 << 50
MOST_ORDERED = 5_000
MOST_MEMBERS = 10_000


class GroupAnswer(Told):
    """A community group or council department."""

    id: str
    slug: str = Field(description="Its name in addresses; it stays when the group is renamed.")
    name: str
    about: str
    colour: str
    is_house: bool = Field(description="Whether its items fill the time nobody else uses.")
    quota_bytes: int
    created_ms: Instant


class GroupsPage(Told):
    """A page of groups, by name."""

    groups: list[GroupAnswer]
    next: str | None = Field(description="`after` of the next page; null on the last one.")


class GroupWords(Given):
    """What is said of a group."""

    name: Annotated[Line, Field(min_length=1, max_length=120)]
    about: Annotated[Words, Field(max_length=2000)] = ""
    quota_bytes: int = Field(ge=0, le=LARGEST_QUOTA_BYTES)
    is_house: bool = False


class TrustGiven(Given):
    """How far a group is trusted; empty: as its record says."""

    trust: Literal["", "new", "known", "trusted"]


class TrustAnswer(Told):
    """What a moderator said of a group, and how far it is trusted by that."""

    said: str
    trust: str


class Member(Told):
    """Somebody with a role in a group."""

    account_id: str
    name: str
    role: Role


class Members(Told):
    """Everybody with a role in a group."""

    members: list[Member]


class OrderedItem(Told):
    """An approved item in its place."""

    id: str
    title: str
    duration_ms: int
    is_left_out: bool


class OrderAnswer(Told):
    """A group's approved items as they play; those left out come last."""

    items: list[OrderedItem]


class OrderGiven(Given):
    """The approved items as they shall play, and those to be left out. What is in neither list comes after them."""

    items: list[Id] = Field(max_length=MOST_ORDERED)
    left_out: list[Id] = Field(default=[], max_length=MOST_ORDERED)


class TransitionAnswer(Told):
    """How a group's items come on."""

    kind: str = Field(description="cut, crossfade, slide or wipe")
    ms: int = Field(description="How long it takes; 0 for a cut.")


class TransitionGiven(Given):
    """How a group's items shall come on; for a cut, `ms` is passed over."""

    kind: Literal["cut", "crossfade", "slide", "wipe"]
    ms: int = Field(default=0, ge=0, le=LONGEST_MS)


class TicketAnswer(Told):
    """An upload ticket. Its secret is told once, when it is made."""

    id: str
    note: str
    maker: str
    files: int
    left: int
    most_bytes: int
    created_ms: Instant
    expires_ms: Instant
    is_open: bool


class Tickets(Told):
    """A group's tickets, newest first."""

    tickets: list[TicketAnswer]


class TicketWanted(Given):
    """What may be handed in with a ticket, and until when."""

    files: int = Field(ge=1, le=tickets.MOST_FILES)
    most_bytes: int = Field(ge=1, le=1 << 40)
    days: int = Field(ge=1, le=tickets.MOST_DAYS)
    note: Annotated[Line, Field(max_length=tickets.LONGEST_NOTE)] = ""


class TicketMade(Told):
    """A new ticket with the path of its link, which is told this once."""

    ticket: TicketAnswer
    link: str = Field(description="Empty when the answer is told again for the same Idempotency-Key.")


def the_group(call: Call) -> Group:
    """The group of the address (its slug), if the reader may see its library and do what the endpoint is for."""
    group = groups.by_slug(call.connection, call.named["group"])
    if group is None or not call.actor.may(Action.SEE_LIBRARY, group=group.id):
        raise not_found()
    call.allow(group=group.id)
    return group


def told(_call: Call, group: Group) -> GroupAnswer:
    """A group as it is told."""
    return GroupAnswer.model_validate(group, from_attributes=True)


@endpoint("GET", "/api/groups", N_("The groups whose library you may see"))
def every(call: Call, query: PageAsked) -> GroupsPage:
    """Those the reader may look into."""
    seen = [one for one in groups.every(call.connection) if call.actor.may(Action.SEE_LIBRARY, group=one.id)]
    page, following = page_of(seen, query, lambda one: (one.name.casefold(), one.id))
    return GroupsPage(groups=[told(call, one) for one in page], next=following)


@endpoint("POST", "/api/groups", N_("Add a group"), asks=Action.MANAGE_GROUPS, status=201, has_mark=True)
def make(call: Call, body: GroupWords) -> GroupAnswer:
    """A new group."""
    made = groups.create(
        call.connection, name=body.name, about=body.about, quota_bytes=body.quota_bytes, is_house=body.is_house,
        now_ms=call.now_ms, by=call.actor.account_id,
    )  # fmt: skip
    call.hint(f"group:{made.id}")
    return told(call, made)


@endpoint("GET", "/api/groups/{group}", N_("A group"), asks=Action.SEE_LIBRARY, about=the_group, has_mark=True)
def get(call: Call, group: Group) -> GroupAnswer:
    """One group."""
    return told(call, group)


def _any_group(call: Call) -> Group:
    group = groups.by_slug(call.connection, call.named["group"])
    if group is None:
        raise not_found()
    return group


@endpoint("PUT", "/api/groups/{group}", N_("Change a group"), asks=Action.MANAGE_GROUPS, about=_any_group, guard=told)
def change(call: Call, group: Group, body: GroupWords) -> GroupAnswer:
    """Other words, quota or house."""
    groups.change(
        call.connection, group.id, name=body.name, about=body.about, quota_bytes=body.quota_bytes,
        is_house=body.is_house, now_ms=call.now_ms, by=call.actor.account_id,
    )  # fmt: skip
    call.hint(f"group:{group.id}")
    changed = groups.get(call.connection, group.id)
    return told(call, changed or group)


@endpoint("PUT", "/api/groups/{group}/trust", N_("Say how far a group is trusted"), asks=Action.DECIDE,
          about=_any_group)  # fmt: skip
def say_trust(call: Call, group: Group, body: TrustGiven) -> TrustAnswer:
    """Not for members of that group."""
    trust.say(call.connection, group.id, body.trust, by=call.actor, now_ms=call.now_ms)
    call.hint(f"group:{group.id}")
    return TrustAnswer(said=body.trust, trust=trust.of_group(call.connection, group.id))


@endpoint(
    "GET", "/api/groups/{group}/members", N_("Who holds which role in a group"), asks=Action.MANAGE_PEOPLE,
    about=_any_group,
)  # fmt: skip
def members(call: Call, group: Group) -> Members:
    """Everybody with a role in the group."""
    found = [
        Member(account_id=person.account.id, name=person.account.name, role=held.role)
        for person in people.everybody(call.connection)
        for held in person.roles
        if held.group_id == group.id
    ]
    return Members(members=found)


def _grant(call: Call) -> tuple[Group, str, Role]:
    group, account_id, words = _any_group(call), call.named["account"], call.named["role"]
    if words not in set(Role) or not people.exists(call.connection, account_id):
        raise not_found()
    return group, account_id, Role(words)


@endpoint(
    "PUT", "/api/groups/{group}/members/{account}/{role}", N_("Give somebody a role in a group"),
    asks=Action.MANAGE_PEOPLE, about=_grant,
)  # fmt: skip
def give_role(call: Call, grant: tuple[Group, str, Role]) -> None:
    """Harmless when they hold it."""
    group, account_id, role = grant
    accounts.grant(
        call.connection, account_id=account_id, role=role, group_id=group.id, now_ms=call.now_ms,
        by=call.actor.account_id,
    )  # fmt: skip


@endpoint(
    "DELETE", "/api/groups/{group}/members/{account}/{role}", N_("Take a role in a group from somebody"),
    asks=Action.MANAGE_PEOPLE, about=_grant,
)  # fmt: skip
def take_role(call: Call, grant: tuple[Group, str, Role]) -> None:
    """Harmless when they do not hold it."""
    group, account_id, role = grant
    people.take_role(
        call.connection, account_id=account_id, role=role, group_id=group.id, now_ms=call.now_ms,
        by=call.actor.account_id,
    )  # fmt: skip


def _order(call: Call, group: Group) -> OrderAnswer:
    return OrderAnswer(
        items=[
            OrderedItem(
                id=one.item.id, title=one.item.title, duration_ms=one.version.duration_ms,
                is_left_out=one.is_left_out,
            )
            for one in running_order.order_of(call.connection, group.id)
        ]
    )  # fmt: skip


@endpoint(
    "GET", "/api/groups/{group}/order", N_("A group's running order"), asks=Action.ARRANGE, about=the_group,
    has_mark=True,
)  # fmt: skip
def order(call: Call, group: Group) -> OrderAnswer:
    """As it plays."""
    return _order(call, group)


@endpoint(
    "PUT", "/api/groups/{group}/order", N_("Change a group's running order"), asks=Action.ARRANGE, about=the_group,
    guard=_order,
)  # fmt: skip
def arrange(call: Call, group: Group, body: OrderGiven) -> OrderAnswer:
    """The items of both lists change places and rotation in one go."""
    by = call.actor.account_id
    was_out = {one.item.id: one.is_left_out for one in running_order.order_of(call.connection, group.id)}
    for item_id in (*body.items, *body.left_out):
        is_out = item_id in body.left_out
        if was_out.get(item_id) != is_out:
            running_order.leave_out(call.connection, group.id, item_id, is_out=is_out, now_ms=call.now_ms, by=by)
    running_order.arrange(call.connection, group.id, body.items, now_ms=call.now_ms, by=by)
    call.hint(f"group:{group.id}")
    return _order(call, group)


def _transition(call: Call, group: Group) -> TransitionAnswer:
    chosen = transitions.of_group(call.connection, group.id)
    return TransitionAnswer(kind=chosen.kind, ms=chosen.ms)


@endpoint("GET", "/api/groups/{group}/transition", N_("How a group's items come on"), asks=Action.ARRANGE,
          about=the_group, has_mark=True)  # fmt: skip
def transition(call: Call, group: Group) -> TransitionAnswer:
    """A cut unless somebody chose otherwise."""
    return _transition(call, group)


@endpoint("PUT", "/api/groups/{group}/transition", N_("Choose how a group's items come on"), asks=Action.ARRANGE,
          about=the_group, guard=_transition)  # fmt: skip
def choose_transition(call: Call, group: Group, body: TransitionGiven) -> TransitionAnswer:
    """From the next manifest on."""
    transitions.choose(
        call.connection, group.id, body.kind, body.ms, now_ms=call.now_ms, by=call.actor.account_id
    )  # fmt: skip
    call.hint(f"group:{group.id}")
    return _transition(call, group)


def _ticket(ticket: Ticket, now_ms: int) -> TicketAnswer:
    return TicketAnswer(
        id=ticket.id, note=ticket.note, maker=ticket.maker, files=ticket.files, left=ticket.left,
        most_bytes=ticket.most_bytes, created_ms=ticket.created_ms, expires_ms=ticket.expires_ms,
        is_open=ticket.is_open(now_ms),
    )  # fmt: skip


@endpoint("GET", "/api/groups/{group}/tickets", N_("A group's upload tickets"), asks=Action.HAND_OUT, about=the_group)
def tickets_of(call: Call, group: Group) -> Tickets:
    """Open ones and those that are over."""
    return Tickets(tickets=[_ticket(one, call.now_ms) for one in tickets.of_group(call.connection, group.id)])


@endpoint(
    "POST", "/api/groups/{group}/tickets", N_("Make an upload ticket"), asks=Action.HAND_OUT, about=the_group,
    status=201, told_once="link",
)  # fmt: skip
def make_ticket(call: Call, group: Group, body: TicketWanted) -> TicketMade:
    """Its link is in the answer and is kept nowhere else."""
    most_bytes = min(body.most_bytes, call.service.settings.largest_upload_bytes)
    made, secret = tickets.make(
        call.connection, group_id=group.id, files=body.files, most_bytes=most_bytes, days=body.days, note=body.note,
        now_ms=call.now_ms, by=call.actor.account_id,
    )  # fmt: skip
    return TicketMade(ticket=_ticket(made, call.now_ms), link=f"/hand-in?ticket={secret}")


@endpoint(
    "DELETE", "/api/groups/{group}/tickets/{ticket}", N_("Revoke an upload ticket"), asks=Action.HAND_OUT,
    about=the_group,
)  # fmt: skip
def revoke_ticket(call: Call, group: Group) -> None:
    """What was handed in with it stays. Harmless when it is over."""
    tickets.revoke(call.connection, group.id, call.named["ticket"], now_ms=call.now_ms, by=call.actor.account_id)
