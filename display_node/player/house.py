"""What the house itself shows: the slate and standby pictures, the card, words over the programme, black.

Composed once for a stage's size, on the main thread: the card early, the rest when first asked for.
"""

from content.language import translations
from display_node.messages import Cue, Standby
from display_node.player.scenes.card import Announcement, CardScene
from display_node.player.scenes.dark import DarkScene
from display_node.player.scenes.standby import SLATE, StandbyScene
from display_node.player.scenes.words import WordsScene
from display_node.player.text import Typesetter

MOST_WORDS_KEPT = 3
"""Composed pictures of words."""


class House:
    """The house's own scenes for one size of stage."""

    def __init__(self, size: tuple[int, int], typesetter: Typesetter, standby: Standby = SLATE) -> None:
        """Composes nothing yet. The card is there from `furnish` on."""
        self._size, self._typesetter = size, typesetter
        self._standby = standby
        self._standby_scene: StandbyScene | None = None
        self._words: dict[tuple[str, ...], WordsScene] = {}
        self.dark = DarkScene()

    @property
    def standby(self) -> StandbyScene:
        """What stands where there are no cues."""
        if self._standby_scene is None:
            self._standby_scene = StandbyScene(self._standby, self._size, self._typesetter)
        return self._standby_scene

    def furnish(self, size: tuple[int, int], language: str) -> None:
        """Draws everything for a stage of `size`: some 0.2 s at 1920x1080."""
        if size != self._size:
            self._size, self._standby_scene = size, None
        self._words = {}
        self.card = CardScene(size, self._typesetter, translations("display_node", language))

    def receive(self, standby: Standby) -> None:
        """Stands by with this from now on; composed only when it is to be seen, since the programme may be on."""
        self._standby, self._standby_scene = standby, None

    def announce(self, coming: Cue | None, language: str) -> None:
        """Has the card say what comes next."""
        said = Announcement(self._standby.screen_name)
        if coming is not None:
            said = Announcement(self._standby.screen_name, coming.title, coming.group_name, coming.start_ms)
        self.card.announce(said, translations("display_node", language))

    def words_of(self, cue: Cue) -> WordsScene:
        """The picture of the cue's words."""
        if cue.words not in self._words:
            while len(self._words) >= MOST_WORDS_KEPT:
                del self._words[next(iter(self._words))]
            self._words[cue.words] = WordsScene(cue.words, self._size, self._typesetter)
        return self._words[cue.words]
