"""Languages by name, as the reader calls them, for whoever adds captions or sets up a screen."""

from babel import Locale, UnknownLocaleError

from content.captions import UNKNOWN
from curator.spoken import NO_WORDS
from curator.web.pages import locale
from curator.words import _

_OFFERED = """
ar bg bn bs ca cs da de el en es et eu fa fi fr ga he hi hr hu id it ja ka km ko ku lo lt lv mk ms my nb ne nl pa pl ps
pt pt-BR ro ru si sk sl so sq sr sv sw ta te th ti tl tr uk ur vi zh-Hans zh-Hant
"""
OFFERED = tuple(_OFFERED.split())
"""Languages to choose from; any other can be written as a tag."""


def language_name(tag: str) -> str:
    """What a language is called in the reader's own; the tag itself where nobody has named it."""
    if tag == UNKNOWN:
        return _("language not said")
    if tag == NO_WORDS:
        return _("no words")
    try:
        return Locale.parse(tag, sep="-").get_display_name(locale()) or tag
    except (UnknownLocaleError, ValueError):
        return tag


def caption_languages() -> list[tuple[str, str]]:
    """Tag and name of every language offered, by name."""
    return sorted(((tag, language_name(tag)) for tag in OFFERED), key=lambda pair: pair[1].casefold())
