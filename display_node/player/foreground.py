"""What stands in front of the programme: invitation and ticker. They never cover an alert, and nothing in the dark.

Composed in a thread of its own when it is told; laying it over a picture is one blit.
"""

from functools import partial

import pygame

from display_node.manner_messages import Ticker
from display_node.messages import Invitation
from display_node.player.composing import Composing
from display_node.player.scenes.invitation import InvitationScene
from display_node.player.scenes.scene import NS_PER_MS
from display_node.player.scenes.ticker import TickerScene
from display_node.player.scenes.ticker_rounds import PAUSE_MS
from display_node.player.text import Typesetter

LEASE_NS = 5_000_000_000
"""An agent that has not spoken of its invitation for so long is gone, and the code would lead nowhere."""
INVITING_LAYERS = frozenset({"programme", "filler", "session", "choice"})
TICKER_LAYERS = frozenset({"programme", "filler"})
Wanted = tuple[Invitation, tuple[int, int]]
TickerWanted = tuple[Ticker, tuple[int, int], bool]


class Foreground:
    """Laid over whatever scene is on."""

    def __init__(self, typesetter: Typesetter) -> None:
        """Empty."""
        self._typesetter = typesetter
        self._invitation: Invitation | None = None
        self._composing: tuple[Wanted, Composing[InvitationScene]] | None = None
        self._scene: tuple[Wanted, InvitationScene] | None = None
        self._told_ns = 0
        self._ticker = Ticker()
        self._ticker_composing: tuple[TickerWanted, Composing[TickerScene]] | None = None
        self._ticker_scene: tuple[TickerWanted, TickerScene] | None = None
        self._ticker_following: tuple[TickerWanted, TickerScene] | None = None
        self._ticker_free_ms = 0
        self.is_calm = False

    def tell(self, ticker: Ticker) -> None:
        """Tells these lines once they are composed, and the one that is being told, if it still stands, is over."""
        self._ticker = ticker

    def invite(self, invitation: Invitation, now_ns: int) -> None:
        """Stands there once it is composed, while it is told again; one without a payload takes it away at once."""
        self._invitation, self._told_ns = invitation if invitation.payload else None, now_ns

    def prepare(self, size: tuple[int, int]) -> bool:
        """Gets ready what is to stand before pictures of `size`; whether that is done."""
        if self._invitation is None:
            self._scene = None
            return True
        wanted = (self._invitation, size)
        if self._composing is not None and not self._composing[1].is_running:
            (was_wanted, composed), self._composing = self._composing, None
            if composed.made is None:
                self._invitation = None  # it cannot be composed: not tried again with every picture
                return True
            self._scene = (was_wanted, composed.made)
        if self._scene is not None and self._scene[0] == wanted:
            return True
        if self._composing is None:
            setter = self._typesetter.for_a_thread()
            self._composing = (wanted, Composing("invitation", lambda: InvitationScene(*wanted, setter)))
        return False

    def places(self, size: tuple[int, int], layer: str, now_ns: int) -> tuple[pygame.Rect, ...]:
        """What of a picture of `layer` is covered by what `lay` would lay over it now."""
        scene, ticker = self._inviting(size, layer, now_ns), self._telling(size, layer, now_ns)
        taken = () if scene is None else (scene.place,)
        band = None if ticker is None else ticker.place_at(now_ns, taken)
        return taken if band is None else (*taken, band)

    def change_after(self, size: tuple[int, int], layer: str, instant_ns: int) -> int | None:
        """When the ticker next looks different over a picture of `layer`; None while nothing of it is to come."""
        ticker = self._telling(size, layer, instant_ns)
        return None if ticker is None else ticker.change_after(instant_ns)

    def lay(self, surface: pygame.Surface, layer: str, instant_ns: int, now_ns: int) -> None:
        """Lays over `surface`, the picture of `layer` at an instant, what belongs there."""
        size = surface.get_size()
        scene, ticker = self._inviting(size, layer, now_ns), self._telling(size, layer, instant_ns)
        if ticker is not None:
            ticker.draw(surface, instant_ns, () if scene is None else (scene.place,))
        if scene is not None:
            scene.draw(surface)

    def _telling(self, size: tuple[int, int], layer: str, instant_ns: int) -> TickerScene | None:
        """The ticker, where it is to be seen and composed."""
        if not self._ticker.lines:
            self._ticker_scene = None
        if not self._ticker.lines or layer not in TICKER_LAYERS:
            return None
        wanted = (self._ticker, size, self.is_calm)
        if self._ticker_scene is not None and self._ticker_scene[0] == wanted:
            return self._ticker_scene[1]
        following, before = self._composed(wanted), self._finishing(wanted, instant_ns)
        if before is not None or following is None:
            return before
        if self._ticker_scene is not None and self._ticker_scene[0][0] != self._ticker:
            # What would be in its middle by now is told in the next round.
            following.begin_after(max(self._ticker_free_ms, instant_ns // NS_PER_MS))
        self._ticker_scene, self._ticker_following = (wanted, following), None
        return following

    def _composed(self, wanted: TickerWanted) -> TickerScene | None:
        """What is wanted, once it is composed."""
        if self._ticker_composing is not None and not self._ticker_composing[1].is_running:
            (was_wanted, composed), self._ticker_composing = self._ticker_composing, None
            if composed.made is None:
                self._ticker = Ticker()  # it cannot be composed: not tried again with every picture
                return None
            self._ticker_following = (was_wanted, composed.made)
        if self._ticker_following is not None and self._ticker_following[0] == wanted:
            return self._ticker_following[1]
        if self._ticker_composing is None:
            ticker, size, is_calm = wanted
            make = partial(TickerScene, ticker.lines, size, self._typesetter.for_a_thread(), is_calm=is_calm)
            self._ticker_composing = (wanted, Composing("ticker", make))
        return None

    def _finishing(self, wanted: TickerWanted, instant_ns: int) -> TickerScene | None:
        """What was told before, as long as it is in the middle of a line that still stands."""
        if self._ticker_scene is None or self._ticker_scene[0][1:] != wanted[1:]:
            return None
        running = self._ticker_scene[1].running(instant_ns)
        if running is None or running[0] not in wanted[0].lines:
            return None
        self._ticker_free_ms = running[1] + PAUSE_MS
        return self._ticker_scene[1]

    def _inviting(self, size: tuple[int, int], layer: str, now_ns: int) -> InvitationScene | None:
        """The invitation, where it is to be seen."""
        self.prepare(size)
        if self._scene is None or self._scene[0][1] != size or layer not in INVITING_LAYERS:
            return None
        return self._scene[1] if abs(now_ns - self._told_ns) <= LEASE_NS else None
