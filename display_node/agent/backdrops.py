"""Pictures behind the words of activities at this screen: which may be shown now, and where the verified file lies.

Three have to agree: the signed activity names the bytes, a signed approval of them holds here and now, and the file in
the cache was hashed. Without one of them the activity stands in its plain colours.
"""

from collections.abc import Iterable
from pathlib import Path

from content.approval import SignedApproval
from content.signing import BadSignature, PublicKey
from display_node.agent.cues import Shelf
from display_node.agent.state import State
from display_node.words import _
from kiosks.activities.statement import Statement

FAULT = "picture behind words"
LARGEST_PICTURE_BYTES = 64 << 20
MEDIA_TYPES = ("image/jpeg", "image/png")


def believed(told: Iterable[SignedApproval], keys: dict[str, PublicKey]) -> tuple[SignedApproval, ...]:
    """Those that are of pictures and that a trusted key signed."""
    found = []
    for one in told:
        is_picture = one.approval.media_type in MEDIA_TYPES and one.approval.size_bytes <= LARGEST_PICTURE_BYTES
        try:
            one.verify(keys)
        except BadSignature:
            continue
        found += [one] if is_picture else []
    return tuple(found)


def picture_of(state: State, statement: Statement) -> Path | None:
    """The verified file of the picture behind an activity's words; None without one that may be shown now."""
    if not statement.backdrop:
        return None
    screen, now_ms = state.identity.screen_id, state.now()
    allowed = (one.approval for one in state.backdrops if one.approval.sha256 == statement.backdrop)
    if not any(one.allows(screen, now_ms) for one in allowed):
        return None
    found = state.cache.find(statement.backdrop)
    if found is Shelf.UNCHECKED:
        state.files_wake.set()
    return found if isinstance(found, Path) else None


def path_for(state: State, statement: Statement) -> str:
    """The picture that a session begins with, "" for none; says what is missing to whoever looks after the screen."""
    found = picture_of(state, statement)
    if statement.backdrop and found is None:
        sentence = _("The picture behind an activity's words may not be shown or is not here: it has plain colours.")
        state.faults.say(FAULT, sentence)
    else:
        state.faults.clear(FAULT)
    return "" if found is None else str(found)


def is_gone(state: State, statement: Statement, path: str) -> bool:
    """Whether the picture that a session began with may be shown no more. None comes in the middle of a session."""
    return path != "" and picture_of(state, statement) is None
