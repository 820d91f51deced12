"""Which captions a screen shows. Pure: what there is, what the screen wants, and whether anything can be heard."""

from collections.abc import Iterable

from content.manifest import ItemCaptions
from content.screen_facts import ScreenFacts

OFF = "off"


def chosen(captions: Iterable[ItemCaptions], screen: ScreenFacts, *, is_heard: bool) -> ItemCaptions | None:
    """The captions to show; None for none.

    Those in the wanted language (the screen's own, unless its setting names one), else in another kind of it (`pt-BR`
    for `pt`), else the first there are: any are better than none for who cannot hear. A screen that wants none still
    shows them where nothing can be heard.
    """
    there = list(captions)
    if screen.captions == OFF and is_heard:
        return None
    wanted = screen.language if screen.captions in {"", OFF} else screen.captions
    by_nearness = sorted(range(len(there)), key=lambda place: (_distance(there[place].language, wanted), place))
    return there[by_nearness[0]] if by_nearness else None


def _distance(language: str, wanted: str) -> int:
    if language.lower() == wanted.lower():
        return 0
    return 1 if _main(language) == _main(wanted) else 2


def _main(language: str) -> str:
    return language.partition("-")[0].lower()
