"""What a form sent becomes values here, once; what does not fit is told by the field's name."""

import asyncio
import unicodedata

from aiohttp import web
from multidict import MultiDictProxy, MultiMapping

from curator.web.problems import Problem
from curator.words import N_, Told, _

FORM_SECONDS = 30.0
FORM_TYPE = "application/x-www-form-urlencoded"
_UNSEEN = frozenset({"Cc", "Cs"})


class BadForm(Told):
    """A form field that cannot be taken."""


class Form:
    """A form's fields, read with limits."""

    def __init__(self, fields: "MultiDictProxy[str | bytes | bytearray | web.FileField] | MultiMapping[str]") -> None:
        """Wraps what aiohttp read: a body, or what stands behind the question mark."""
        self._fields = fields

    def text(self, name: str, *, most: int = 200, least: int = 0) -> str:
        """A trimmed text of `least` to `most` characters."""
        value = self._fields.get(name, "")
        if not isinstance(value, str):
            raise BadForm(N_("“%(field)s” is not text."), field=name)
        value = _seen(name, value)
        if not least <= len(value) <= most:
            raise BadForm(
                N_("“%(field)s” has %(count)s characters; %(least)s to %(most)s are allowed."),
                field=name, count=len(value), least=least, most=most,
            )  # fmt: skip
        return value

    def texts(self, name: str, *, most: int = 1000) -> list[str]:
        """Every value of a field that stands several times."""
        values = self._fields.getall(name, [])
        if len(values) > most:
            raise BadForm(N_("“%(field)s” stands too often."), field=name)
        return [_seen(name, value) for value in values if isinstance(value, str)]

    def integer(self, name: str, *, least: int, most: int) -> int:
        """A whole number from `least` to `most`."""
        words = self.text(name, most=20)
        try:
            value = int(words)
        except ValueError:
            raise BadForm(N_("“%(field)s” needs a whole number, not “%(words)s”."), field=name, words=words) from None
        if not least <= value <= most:
            raise BadForm(
                N_("“%(field)s” is %(value)s; it must be from %(least)s to %(most)s."),
                field=name, value=value, least=least, most=most,
            )  # fmt: skip
        return value

    def one_of(self, name: str, choices: "frozenset[str] | set[str]") -> str:
        """One of the given words."""
        word = self.text(name)
        if word not in choices:
            raise BadForm(N_("“%(field)s” is not one of the choices."), field=name)
        return word

    def flag(self, name: str) -> bool:
        """Whether a box was ticked."""
        return self.text(name, most=10) in {"1", "on", "true", "yes"}


def _seen(name: str, value: str) -> str:
    value = value.strip().replace("\r\n", "\n")
    # Control characters and halves of characters have no look; a screen, a log or a database may choke on them.
    if any(char not in "\n\t" and unicodedata.category(char) in _UNSEEN for char in value):
        raise BadForm(N_("“%(field)s” is not text."), field=name)
    return value


async def read_form(request: web.Request) -> Form:
    """The form of a request, at most `form_bytes` large (the application's limit).

    Raises Problem when it is no plain form, and when it does not arrive in time.
    """
    is_ours = request.content_type == FORM_TYPE and (request.charset or "utf-8").lower() == "utf-8"
    if request.body_exists and not (is_ours and request.headers.get("Content-Encoding", "identity") == "identity"):
        raise Problem(415, "no_form", _("This is not a form as our pages send it. Open the page here and retry."))
    try:
        async with asyncio.timeout(FORM_SECONDS):
            return Form(await request.post())
    except TimeoutError:
        raise Problem(408, "too_slow", _("The form took too long to arrive. Send it again.")) from None
    except ValueError:
        raise Problem(400, "bad_form", _("This form cannot be read. Open the page here and retry.")) from None
