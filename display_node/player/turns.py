"""Whose turn it is: the scene for an instant, from the cue that is on and what is ready. Draws nothing, never waits."""

from collections.abc import Callable
from dataclasses import dataclass

from display_node.messages import Cue
from display_node.player.asrun import Showing
from display_node.player.house import House
from display_node.player.scenes.scene import Scene
from display_node.player.session import SessionLayer
from display_node.player.stage import Stage
from display_node.player.timeline import NS_PER_MS, Timeline
from display_node.player.wings import Wings
from display_node.words import _

ABOVE_SESSIONS = frozenset({"alert", "takeover"})


@dataclass(frozen=True, slots=True)
class Turn:
    """What is on at an instant: a scene, the cue it stands for, what it does for that cue, and why."""

    scene: Scene
    cue: Cue | None
    showing: Showing
    layer: str


class Turns:
    """Chooses. `timeline`, `is_panic` and `is_waiting` (no cues since the agent's last standby) are the show's to set.

    A session lies over the cues while its layer has one; alerts, takeovers and darkness stay above it.
    """

    def __init__(
        self, house: House, wings: Wings, report: Callable[[Cue, str], None], session: SessionLayer, stage: Stage
    ) -> None:
        """`report` hears, again and again, why a cue's own picture is not shown."""
        self._house, self._wings, self._report = house, wings, report
        self._session, self._stage = session, stage
        self.timeline = Timeline()
        self.is_panic = False
        self.is_waiting = True

    def at(self, instant_ns: int, now_ns: int, starved: Scene | None = None) -> Turn | None:
        """What is on at `instant_ns` as far as is known at `now_ns`; None while it is not ready and still may be.

        `starved` is a video that is on and has long not given a new picture.
        """
        cue = self.timeline.at(instant_ns // NS_PER_MS)
        if self.is_panic:
            return Turn(self._house.dark, cue, "panic", "dark")
        if cue is None and self.is_waiting:
            return Turn(self._house.standby, None, "waiting", "standby")
        if cue is None:
            return Turn(self._house.card, None, "waiting", "filler")
        guest = None if cue.kind == "dark" or cue.layer in ABOVE_SESSIONS else self._guest(instant_ns)
        if guest is not None:
            return guest
        match cue.kind:
            case "card":
                return Turn(self._house.card, cue, "shown", cue.layer)
            case "dark":
                return Turn(self._house.dark, cue, "shown", cue.layer)
            case "words":
                words = self._house.words_of(cue)
                return Turn(words, cue, "shown", cue.layer) if words is not None else None
            case _:
                return self._media(cue, now_ns, starved)

    def boundary_ns(self, now_ns: int) -> int | None:
        """When the next cue takes over, or the one that is on ends."""
        cue = self.timeline.at(now_ns // NS_PER_MS)
        if cue is not None:
            return cue.end_ms * NS_PER_MS
        following = self.timeline.after(now_ns // NS_PER_MS)
        return None if following is None else following.start_ms * NS_PER_MS

    def _guest(self, instant_ns: int) -> Turn | None:
        scene = self._session.scene_at(instant_ns, self._stage.size)
        return None if scene is None else Turn(scene, self._session.cue, "shown", "session")

    def _media(self, cue: Cue, now_ns: int, starved: Scene | None) -> Turn | None:
        media = self._wings.scene(cue)
        if media is not None and media.failure is None and media.is_ready and media is not starved:
            return Turn(media, cue, "shown", cue.layer)
        if media is not None and media.failure is not None:
            self._report(cue, media.failure.sentence)
            return Turn(self._house.card, cue, media.failure.cause, "filler")
        if self._wings.is_overdue(cue, now_ns):
            self._report(cue, _("The file takes too long to decode; the card is shown until it comes."))
            return Turn(self._house.card, cue, "decoder", "filler")
        return None
