"""Who may do what: one function, one table. Everything that reads or changes something asks `may` first."""

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What somebody is. Council side first, then the roles held in one group."""

    ADMINISTRATOR = "administrator"
    PROGRAMMER = "programmer"
    MODERATOR = "moderator"
    TECHNICIAN = "technician"
    EDITOR = "editor"
    CONTRIBUTOR = "contributor"


GROUP_ROLES = frozenset({Role.EDITOR, Role.CONTRIBUTOR})
COUNCIL_ROLES = frozenset(Role) - GROUP_ROLES


class Action(StrEnum):
    """What can be done, by name. An action on a group's things is asked for together with that group."""

    SEE_LIBRARY = "see a group's library"
    UPLOAD = "upload for a group"
    HAND_OUT = "let somebody without an account hand in files"
    INVITE = "invite people into a group"
    EDIT_ITEM = "change an item's words, send a new version"
    WITHDRAW_ITEM = "withdraw an item"
    STEER_PREPARATION = "stop an upload's preparation, have it tried again"
    PREPARE_FIRST = "have an upload prepared before others"
    ARRANGE = "change a group's running order"
    ASK = "ask passers-by something, put a game on screens"
    ANSWER_REPORTS = "read and answer what passers-by report"
    FILE_REPORTS = "hand in reports from another program"
    CALL_OUT = "have other programs told of a group's items"
    CALL_OUT_OF_ALL = "have other programs told of everything"
    SEE_QUEUE = "see the moderation queue"
    DECIDE = "approve or reject"
    SEE_PROGRAMME = "see the programme and the bookings"
    PROGRAMME = "book, share air time, publish"
    SEE_SCREENS = "see screens and their health"
    MANAGE_SCREENS = "add and change screens"
    PAIR = "pair a node with a screen"
    BLACK_OUT = "black a screen out, and back"
    TAKE_OVER = "put an approved item over the programme"
    ALERT = "show an alert over everything"
    MANAGE_PEOPLE = "invite people and give roles"
    MANAGE_GROUPS = "add and change groups"
    SEE_AUDIT = "read the audit log"


_COUNCIL: dict[Action, frozenset[Role]] = {
    Action.SEE_LIBRARY: frozenset({Role.PROGRAMMER, Role.MODERATOR}),
    Action.UPLOAD: frozenset(),
    Action.HAND_OUT: frozenset(),
    Action.INVITE: frozenset(),
    Action.EDIT_ITEM: frozenset(),
    Action.WITHDRAW_ITEM: frozenset({Role.MODERATOR, Role.PROGRAMMER}),
    Action.STEER_PREPARATION: frozenset({Role.MODERATOR}),
    Action.PREPARE_FIRST: frozenset({Role.MODERATOR, Role.PROGRAMMER}),
    Action.ARRANGE: frozenset({Role.PROGRAMMER}),
    Action.ASK: frozenset({Role.PROGRAMMER}),
    Action.ANSWER_REPORTS: frozenset({Role.PROGRAMMER, Role.MODERATOR}),
    Action.FILE_REPORTS: frozenset({Role.PROGRAMMER}),
    Action.CALL_OUT: frozenset(),
    Action.CALL_OUT_OF_ALL: frozenset(),
    Action.SEE_QUEUE: frozenset({Role.MODERATOR}),
    Action.DECIDE: frozenset({Role.MODERATOR}),
    Action.SEE_PROGRAMME: frozenset({Role.PROGRAMMER, Role.MODERATOR, Role.TECHNICIAN}),
    Action.PROGRAMME: frozenset({Role.PROGRAMMER}),
    Action.SEE_SCREENS: frozenset({Role.PROGRAMMER, Role.TECHNICIAN, Role.MODERATOR}),
    Action.MANAGE_SCREENS: frozenset({Role.TECHNICIAN, Role.PROGRAMMER}),
    Action.PAIR: frozenset({Role.TECHNICIAN}),
    Action.BLACK_OUT: frozenset({Role.TECHNICIAN, Role.PROGRAMMER, Role.MODERATOR}),
    Action.TAKE_OVER: frozenset({Role.PROGRAMMER}),
    Action.ALERT: frozenset({Role.TECHNICIAN, Role.PROGRAMMER, Role.MODERATOR}),
    Action.MANAGE_PEOPLE: frozenset(),
    Action.MANAGE_GROUPS: frozenset({Role.PROGRAMMER}),
    Action.SEE_AUDIT: frozenset(),
}
"""Which council roles may, anywhere. Administrators may do everything but decide on what they made themselves."""

_IN_GROUP: dict[Action, frozenset[Role]] = {
    Action.SEE_LIBRARY: frozenset({Role.EDITOR, Role.CONTRIBUTOR}),
    Action.UPLOAD: frozenset({Role.EDITOR, Role.CONTRIBUTOR}),
    Action.HAND_OUT: frozenset({Role.EDITOR}),
    Action.INVITE: frozenset({Role.EDITOR}),
    Action.EDIT_ITEM: frozenset({Role.EDITOR, Role.CONTRIBUTOR}),
    Action.WITHDRAW_ITEM: frozenset({Role.EDITOR, Role.CONTRIBUTOR}),
    Action.STEER_PREPARATION: frozenset({Role.EDITOR}),
    Action.ARRANGE: frozenset({Role.EDITOR}),
    Action.ASK: frozenset({Role.EDITOR}),
    Action.CALL_OUT: frozenset({Role.EDITOR}),
}
"""Which roles in a group may, on that group's things."""

OWN: dict[Action, frozenset[Role]] = {Action.STEER_PREPARATION: frozenset({Role.CONTRIBUTOR})}
"""Which roles in a group may, on what they themselves brought to that group."""

IN_GROUPS = frozenset(_IN_GROUP)
"""The actions that are asked for together with a group."""

ANY_MEMBER = frozenset({Action.SEE_PROGRAMME, Action.SEE_SCREENS})
"""What everybody with an account may look at."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody signed in: who they are and the roles they hold now. `groups` maps a group's id to the roles in it.

    `held_to`: a program speaks for them, and may do no more than these actions.
    """

    account_id: str
    name: str
    email: str
    language: str
    council: frozenset[Role] = frozenset()
    groups: dict[str, frozenset[Role]] = field(default_factory=dict)
    held_to: frozenset[Action] | None = None

    def may(self, action: Action, *, group: str | None = None, made_by: str | None = None) -> bool:
        """Whether this actor may do `action`, on the things of `group` where it concerns one, `made_by` somebody."""
        if self.held_to is not None and action not in self.held_to:
            return False
        if Role.ADMINISTRATOR in self.council or self.council & _COUNCIL[action] or action in ANY_MEMBER:
            return True
        allowed = _IN_GROUP.get(action, frozenset())
        if made_by == self.account_id:
            allowed |= OWN.get(action, frozenset())
        return group is not None and bool(self.groups.get(group, frozenset()) & allowed)

    def groups_where(self, action: Action) -> frozenset[str]:
        """The ids of the groups in which a role of this actor allows `action` (not those a council role opens)."""
        if self.held_to is not None and action not in self.held_to:
            return frozenset()
        allowed = _IN_GROUP.get(action, frozenset())
        return frozenset(group for group, roles in self.groups.items() if roles & allowed)


class NotAllowed(Exception):
    """The actor may not do this."""

    def __init__(self, action: Action) -> None:
        """`action` is what was tried."""
        super().__init__(action.value)
        self.action = action


def require(actor: Actor, action: Action, *, group: str | None = None, made_by: str | None = None) -> None:
    """Returns if `actor` may do `action`; raises NotAllowed otherwise."""
    if not actor.may(action, group=group, made_by=made_by):
        raise NotAllowed(action)


def table() -> list[tuple[Action, frozenset[Role]]]:
    """Every action with every role that allows it, for the documentation and the tests."""
    everyone = frozenset(Role)
    return [
        (
            action,
            everyone
            if action in ANY_MEMBER
            else _COUNCIL[action]
            | _IN_GROUP.get(action, frozenset())
            | OWN.get(action, frozenset())
            | {Role.ADMINISTRATOR},
        )
        for action in Action
    ]
