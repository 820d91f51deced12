"""What somebody is called wherever a name is told: also after their account was erased."""

from curator.words import _


def name_of(name: str) -> str:
    """The name of an account, in the reader's language where it is no longer kept."""
    return name or _("Somebody who was here")
