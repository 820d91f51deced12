"""Pages: Jinja templates in the reader's language, with everything a page's frame needs."""

import hashlib
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import babel.dates
import babel.numbers
import jinja2
from aiohttp import web
from babel import Locale

from content.language import LANGUAGES
from content.screen_letters import CJK_PACKAGE, undrawn
from curator.authorisation import Action, Actor, Role
from curator.service import service_of
from curator.words import LANGUAGE, _, told_count
from kiosks import phone

HERE = Path(__file__).resolve().parent.parent
_FORMS = {"en": ("d MMM y, HH:mm", "EEE d MMM"), "vi": ("HH:mm, dd/MM/y", "EEEE, dd/MM")}
ACTOR: web.RequestKey[Actor | None] = web.RequestKey("actor", Actor)
UNREAD: web.RequestKey[int] = web.RequestKey("unread", int)
"""How many notices of whoever is signed in are unread."""

COME_BACK: web.RequestKey[str] = web.RequestKey("come_back", str)
"""Where to come back to, for an address that is good once."""


@cache
def environment() -> jinja2.Environment:
    """The templates. Everything is escaped; an undefined name is an error, not an empty place."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader([HERE / "templates", phone.TEMPLATES]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_callables(_, told_count, newstyle=True)  # type: ignore[attr-defined]
    made.filters.update(
        instant=instant,
        day=day,
        date=date_words,
        time=clock_time,
        length=length,
        size=size,
        number=number,
        percent=percent,
        colour=colour,
    )
    # They write names as the reader does, by `locale` below.
    from curator.web.caption_words import caption_languages, language_name

    made.filters["language_name"] = language_name
    made.globals.update(
        static=static, LANGUAGES=LANGUAGES, Action=Action, Role=Role, language_name=language_name,
        caption_languages=caption_languages, undrawn=undrawn, CJK_PACKAGE=CJK_PACKAGE,
    )  # fmt: skip
    return made


def render(request: web.Request, template: str, *, status: int = 200, **words: object) -> web.Response:
    """A page. The template knows `actor` (or None), `unread`, `language`, `path`, `network` and what is passed here."""
    body = render_text(request, template, **words)
    return web.Response(status=status, text=body, content_type="text/html", headers={"Cache-Control": "no-store"})


def render_text(request: web.Request, template: str, **words: object) -> str:
    """The HTML of a page or of a part of one."""
    service = service_of(request)
    return (
        environment()
        .get_template(template)
        .render(
            actor=request.get(ACTOR),
            unread=request.get(UNREAD, 0),
            language=LANGUAGE.get(),
            path=request.path,
            here=_here(request),
            network=service.settings.name,
            now_ms=service.now(),
            **words,
        )
    )


def _here(request: web.Request) -> str:
    """Where to come back to after a side step such as another language: this page, or the one whose form it answers."""
    if COME_BACK in request:
        return request[COME_BACK]
    if request.method in {"GET", "HEAD"}:
        return request.path_qs
    host, _slash, rest = request.headers.get("Referer", "").partition("://")[2].partition("/")
    return f"/{rest}" if host == request.host else "/"


@cache
def static(name: str) -> str:
    """The address of a file under `static/`, with a mark of its content so that it may be cached for ever."""
    found = next(folder / name for folder in (HERE / "static", phone.STATIC) if (folder / name).is_file())
    digest = hashlib.sha256(found.read_bytes()).hexdigest()[:12]
    return f"/static/{digest}/{name}"


def locale() -> Locale:
    """How the reader writes dates and numbers."""
    return Locale.parse({"en": "en_GB"}.get(LANGUAGE.get(), LANGUAGE.get()))


def moment(at_ms: int, zone: str) -> datetime:
    """An instant on the wall clock of `zone`."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(zone))


def instant(at_ms: int, zone: str = "UTC") -> str:
    """Day and time to the minute, as the reader writes them."""
    return babel.dates.format_datetime(moment(at_ms, zone), _FORMS[LANGUAGE.get()][0], locale=locale())


def day(at_ms: int, zone: str = "UTC") -> str:
    """Weekday and date."""
    return date_words(moment(at_ms, zone).date())


def date_words(on: date) -> str:
    """Weekday and date of a calendar day."""
    return babel.dates.format_date(on, _FORMS[LANGUAGE.get()][1], locale=locale())


def clock_time(at_ms: int, zone: str = "UTC") -> str:
    """Time of day to the second."""
    return babel.dates.format_time(moment(at_ms, zone).time(), "HH:mm:ss", locale=locale())


def length(duration_ms: int) -> str:
    """How long something takes: `0:12.5`, `3:04`."""
    minutes, rest_ms = divmod(duration_ms, 60_000)
    seconds, milliseconds = divmod(rest_ms, 1000)
    hours, minutes = divmod(minutes, 60)
    fraction = babel.numbers.get_decimal_symbol(locale()) + str(milliseconds // 100) if milliseconds >= 100 else ""
    return (f"{hours}:{minutes:02}" if hours else f"{minutes}") + f":{seconds:02}{fraction}"


def size(size_bytes: int) -> str:
    """Bytes in the unit a person would use."""
    value, unit = float(size_bytes), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{babel.numbers.format_decimal(round(value, 1 if value < 10 else 0), locale=locale())} {unit}"


def number(value: float) -> str:
    """A number with the reader's separators."""
    return babel.numbers.format_decimal(value, locale=locale())


def percent(share: float) -> str:
    """A share of 1 as a percentage."""
    return babel.numbers.format_percent(share, locale=locale(), format="#,##0.#%")


def colour(channels: tuple[int, int, int]) -> str:
    """A colour as CSS and SVG write it."""
    return "#{:02x}{:02x}{:02x}".format(*channels)
