"""The pages on phones where no service makes them: templates, style and script of this package, in one language."""

import hashlib
from functools import cache, partial
from pathlib import Path

import jinja2

from content.language import LANGUAGES
from kiosks.layouts import LAYOUTS
from kiosks.phone import STATIC, TEMPLATES
from kiosks.phone.words import told, told_count

TYPES = {".css": "text/css", ".js": "text/javascript"}


def static(name: str) -> str:
    """The address of a file of ours, with a mark of its content so that it may be cached for ever."""
    return f"/static/{_marks()[name]}/{name}"


def static_file(mark: str, name: str) -> Path | None:
    """The file at such an address; None for every other."""
    return STATIC / name if _marks().get(name) == mark else None


def read_all() -> None:
    """Reads every template, word and mark, so that no page has to wait for a disk. Blocks."""
    for language in LANGUAGES:
        made = environment(language)
        for name in made.list_templates():
            made.get_template(name)
        told("", language)
    _marks()


@cache
def _marks() -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for path in sorted(STATIC.iterdir())
        if path.suffix in TYPES
    }


@cache
def environment(language: str) -> jinja2.Environment:
    """The templates in a language. Everything is escaped; an undefined name is an error, not an empty place."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]
        partial(told, language=language), partial(told_count, language=language), newstyle=True
    )
    made.globals.update(static=static, language=language, LAYOUTS=LAYOUTS)
    return made
