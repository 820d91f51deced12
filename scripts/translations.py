"""Collects the words for people into `PACKAGE/locales/LANGUAGE/LC_MESSAGES/PACKAGE.po` and compiles them."""

import io
import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("content", "kiosks", "curator", "display_node", "commonscreen")
LANGUAGES = ("vi",)
METHODS = [
    ("**.py", "python"),
    ("**/templates/**.html", "jinja2"),
    ("**/templates/**.svg", "jinja2"),
    ("**.txt", "jinja2"),
]
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
OPTIONS = {"**/templates/**.html": {"extensions": "jinja2.ext.do", "silent": "false", "trimmed": "true"}}
HEADER = "# How to work on these words: docs/translating.md."
_NAMES = re.compile(r"%\((\w+)\)s|\{(\w+)\}")


def collected(package: str) -> Catalog:
    """Every sentence a package says to people, in the order of its files."""
    catalog = Catalog(project="commonscreen", charset="utf-8")
    rows = extract_from_dir(
        str(ROOT / package),
        METHODS,
        OPTIONS,
        keywords=KEYWORDS,
        comment_tags=("Translators:",),
        strip_comment_tags=True,
    )
    for _file, _line, message, comments, context in rows:
        catalog.add(message, None, auto_comments=comments, context=context)
    if package == "commonscreen":
        for words in command_line_words():
            catalog.add(words)
    return catalog


def command_line_words() -> list[str]:
    """The help of every command and option, found by walking the command itself."""
    from commonscreen.cli import main as root
    from commonscreen.command_words import words_of

    return words_of(root)


def place(package: str, language: str) -> Path:
    """Where a catalogue lies."""
    return ROOT / package / "locales" / language / "LC_MESSAGES" / f"{package}.po"


def existing(package: str, language: str) -> Catalog:
    """The catalogue as it is; an empty one where there is none."""
    path = place(package, language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as stream:
        return read_po(stream, locale=language)


def compiled(catalog: Catalog) -> bytes:
    """The binary form gettext reads."""
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def update(package: str, language: str) -> None:
    """Brings a catalogue up to date with the source, keeping what is translated, and compiles it."""
    catalog = existing(package, language)
    catalog.update(collected(package), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    _tidy(catalog, package)
    path = place(package, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        write_po(stream, catalog, width=120, no_location=True, omit_header=False, sort_output=True)
    path.with_suffix(".mo").write_bytes(compiled(catalog))


def _tidy(catalog: Catalog, package: str) -> None:
    """The head names nobody and keeps its first date, so that a run without new words changes no byte."""
    catalog.header_comment = HEADER
    catalog.fuzzy = False
    catalog.project, catalog.version = "commonscreen", package
    catalog.msgid_bugs_address = catalog.last_translator = catalog.language_team = ""
    catalog.revision_date = catalog.creation_date


def complaints(package: str, language: str) -> list[str]:
    """What is missing, out of date or wrong in a catalogue."""
    wanted, held = collected(package), existing(package, language)
    found = []
    for message in wanted:
        if not message.id:
            continue
        told = held.get(message.id, message.context)
        name = message.id if isinstance(message.id, str) else message.id[0]
        if told is None or not _is_told(told):
            found.append(f"{package} [{language}]: not translated: {name!r}")
        elif _names(told.id) != _names(told.string or ""):
            found.append(f"{package} [{language}]: names differ: {name!r}")
    extra = [message.id for message in held if message.id and wanted.get(message.id, message.context) is None]
    found += [f"{package} [{language}]: no longer said: {message!r}" for message in extra]
    path = place(package, language).with_suffix(".mo")
    if any(message.id for message in wanted) and (not path.exists() or path.read_bytes() != compiled(held)):
        found.append(f"{package} [{language}]: {path.name} is not what {path.stem}.po compiles to")
    return found


def _is_told(message: Message) -> bool:
    return bool(message.string) and all(message.string if isinstance(message.string, tuple) else (message.string,))


def _names(words: "str | tuple[str, ...] | list[str]") -> set[str]:
    text = words if isinstance(words, str) else " ".join(words)
    return {name for pair in _NAMES.findall(text) for name in pair if name} - {"num"}


def main() -> int:
    """Exit 0 when done, or when nothing is missing."""
    pairs = [(package, language) for package in PACKAGES for language in LANGUAGES]
    if "--check" in sys.argv[1:]:
        found = [complaint for pair in pairs for complaint in complaints(*pair)]
        print("\n".join(found) or "Every sentence is told in every language.")
        return 1 if found else 0
    for package, language in pairs:
        if any(message.id for message in collected(package)):
            update(package, language)
    return 0


if __name__ == "__main__":
    sys.exit(main())
