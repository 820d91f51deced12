"""The words of this process in its one language: set once at the start, English until then."""

from content.language import translations

_language = "en"


def speak(language: str) -> None:
    """From here on `_` answers in `language` (a code such as "vi")."""
    global _language  # noqa: PLW0603 - a process speaks one language
    _language = language


def language() -> str:
    """The code of the language this process speaks."""
    return _language


def N_(sentence: str) -> str:  # noqa: N802 - gettext's own name for a marker
    """Marks a sentence for translation and gives it back unchanged."""
    return sentence


def _(sentence: str) -> str:
    """The English `sentence` in this process's language."""
    return translations("display_node", _language).gettext(sentence)
