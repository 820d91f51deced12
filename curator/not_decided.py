"""Why a decision was not taken, in sentences for whoever tried. Nothing has changed then."""

from curator.words import Told


class NotDecided(Told):
    """A decision that was not taken; the sentence says what stands in the way. Nothing has changed."""


class OwnWork(NotDecided):
    """Somebody tried to decide about their own upload."""


class Changed(NotDecided):
    """What the moderator looked at is not what is there now: decided by another, withdrawn, or other bytes."""


class Unseen(NotDecided):
    """A yes to what the policy has blurred and nobody asked to see."""


class BadReason(NotDecided):
    """A rejection without a published reason or without words for the group."""
