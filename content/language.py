"""Words in the reader's language (gettext). Each package keeps its own catalogues under `locales/`."""

import gettext
import os
from functools import lru_cache
from pathlib import Path

LANGUAGES = {"en": "English", "vi": "Tiếng Việt"}
"""What we speak: the code, and the language's name in itself. English is the language of the source."""

_ROOT = Path(__file__).resolve().parent.parent


@lru_cache(maxsize=64)
def translations(package: str, language: str) -> gettext.NullTranslations:
    """The catalogue of `package` ("curator", "display_node", …) in `language`; English for a language we lack."""
    folder = _ROOT / package / "locales"
    return gettext.translation(package, folder, languages=[language], fallback=True)


def language_of_the_shell() -> str:
    """What `COMMONSCREEN_LANGUAGE` says, else the shell's own setting (POSIX order), else English."""
    names = ("COMMONSCREEN_LANGUAGE", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    said = next((os.environ[name] for name in names if os.environ.get(name)), "en")
    return best_language(said.replace(":", " ").split())


def best_language(wanted: list[str]) -> str:
    """The first of `wanted` (codes, best first, region ignored) that we speak; else English."""
    for code in wanted:
        short = code.split("-")[0].split("_")[0].lower()
        if short in LANGUAGES:
            return short
    return "en"
