"""What roles are called and what they mean, in a few words."""

from curator.authorisation import Role
from curator.words import N_, _

ROLE_NAMES = {
    Role.ADMINISTRATOR: N_("Administrator"),
    Role.PROGRAMMER: N_("Programmer"),
    Role.MODERATOR: N_("Moderator"),
    Role.TECHNICIAN: N_("Technician"),
    Role.EDITOR: N_("Group editor"),
    Role.CONTRIBUTOR: N_("Contributor"),
}
ROLE_MEANINGS = {
    Role.ADMINISTRATOR: N_("everything, people and roles too"),
    Role.PROGRAMMER: N_("books, shares air time, publishes"),
    Role.MODERATOR: N_("approves and rejects what groups send"),
    Role.TECHNICIAN: N_("puts up screens and keeps them well"),
    Role.EDITOR: N_("uploads for a group and arranges its running order"),
    Role.CONTRIBUTOR: N_("uploads for a group"),
}


def role_name(role: Role) -> str:
    """What a role is called, in the reader's language."""
    return _(ROLE_NAMES[role])


def role_meaning(role: Role) -> str:
    """What somebody with the role does, in a few words in the reader's language."""
    return _(ROLE_MEANINGS[role])
