"""The words on phones, in the reader's language. `N_` marks a sentence for the catalogue of this package."""

from content.language import translations


def N_(sentence: str) -> str:  # noqa: N802 - gettext's own name for a marker
    """Marks a sentence for translation and gives it back unchanged."""
    return sentence


def told(sentence: str, language: str) -> str:
    """The sentence in a language."""
    return translations("kiosks", language).gettext(sentence)


def told_count(one: str, many: str, count: int, language: str) -> str:
    """The sentence for a count, its values not yet filled in."""
    return translations("kiosks", language).ngettext(one, many, count)
