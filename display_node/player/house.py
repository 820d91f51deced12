"""What the house itself shows: the slate and standby pictures, the card, words over the programme, black.

Composed once for a stage's size, beside the frame loop: the card early, words over the programme when they are near.
"""

import threading
from typing import TYPE_CHECKING

import pygame

from content.language import translations
from display_node.messages import Cue, Standby
from display_node.player.composing import Composing
from display_node.player.scenes.dark import DarkScene
from display_node.player.scenes.scene import BEAT_NS, Scene, step_before
from display_node.player.scenes.standby import SLATE, StandbyScene
from display_node.player.scenes.words import WordsScene
from display_node.player.text import Typesetter

if TYPE_CHECKING:
    from display_node.player.scenes.card import CardScene

MOST_WORDS_KEPT = 3
"""Composed pictures of words."""


class _Unready:
    """Stands for a scene that is still being composed: the picture before it stays."""

    def change_before(self, instant_ns: int) -> int:
        """The last beat."""
        return step_before(instant_ns, BEAT_NS)

    def change_after(self, instant_ns: int) -> int:
        """The next beat."""
        return step_before(instant_ns, BEAT_NS) + BEAT_NS

    def draw(self, surface: pygame.Surface, instant_ns: int, now_ns: int) -> bool:
        """Nothing."""
        return False


UNREADY = _Unready()


class House:
    """The house's own scenes for one size of stage."""

    def __init__(self, size: tuple[int, int], typesetter: Typesetter, standby: Standby = SLATE) -> None:
        """Composes nothing yet. The card is there from `furnish` on."""
        self._size, self._typesetter = size, typesetter
        self._standby = standby
        self._standby_scene: StandbyScene | None = None
        self._words: dict[tuple[str, ...], WordsScene] = {}
        self._card: CardScene | None = None
        self._coming: Cue | None = None
        self._language = "en"
        self._composing: tuple[tuple[str, ...], Composing[WordsScene]] | None = None
        self.is_calm = False
        """Whether the card stands still."""
        self.dark = DarkScene()

    @property
    def standby(self) -> StandbyScene:
        """What stands where there are no cues."""
        if self._standby_scene is None:
            self._standby_scene = StandbyScene(self._standby, self._size, self._typesetter)
        return self._standby_scene

    @property
    def card(self) -> Scene:
        """The card, or what is never ready while that is being composed."""
        if self._card is None:
            return UNREADY
        self._card.is_calm = self.is_calm
        return self._card

    def furnish(self, size: tuple[int, int], language: str) -> None:
        """Begins to draw everything for a stage of `size`."""
        if size != self._size:
            self._size, self._standby_scene = size, None
        self._words, self._composing, self._card, self._language = {}, None, None, language
        threading.Thread(target=self._compose, args=(size,), name="card", daemon=True).start()

    def _compose(self, size: tuple[int, int]) -> None:
        # Read here, so that the first picture of a film does not wait for it.
        from display_node.player.scenes.card import CardScene

        card = CardScene(size, self._typesetter, translations("display_node", self._language))
        if size == self._size:
            self._card = card
            self._announce(card)

    def receive(self, standby: Standby) -> None:
        """Stands by with this from now on; composed only when it is to be seen, since the programme may be on."""
        self._standby, self._standby_scene = standby, None

    def announce(self, coming: Cue | None, language: str) -> None:
        """Has the card say what comes next."""
        self._coming, self._language = coming, language
        if self._card is not None:
            self._announce(self._card)

    def _announce(self, card: "CardScene") -> None:
        from display_node.player.scenes.card import Announcement

        said, coming = Announcement(self._standby.screen_name), self._coming
        if coming is not None:
            said = Announcement(self._standby.screen_name, coming.title, coming.group_name, coming.start_ms)
        card.announce(said, translations("display_node", self._language))

    def words_of(self, cue: Cue) -> WordsScene | None:
        """The picture of the cue's words; None while a thread composes it. Asked for early, it is there in time."""
        words, size = cue.words, self._size
        if words not in self._words:
            if self._composing is None:
                setter = self._typesetter.for_a_thread()
                self._composing = (words, Composing("words", lambda: WordsScene(words, size, setter)))
            if self._composing[1].is_running:
                return None
            (wanted, composed), self._composing = self._composing, None
            while len(self._words) >= MOST_WORDS_KEPT:
                del self._words[next(iter(self._words))]
            self._words[wanted] = composed.made or WordsScene(wanted, size, self._typesetter)
        return self._words.get(words)
