"""What pages about one's own ways to sign in share: the password asked for again, this session, whom a mail tells."""

from aiohttp import web

from curator import accounts
from curator.accounts import token_hash
from curator.authorisation import Actor
from curator.mail.sentences import Reader
from curator.web.account import check_password
from curator.web.doorman import session_cookie
from curator.web.forms import Form
from curator.words import _


async def asked_again(request: web.Request, actor: Actor, form: Form) -> tuple[int, str]:
    """Whether the form holds the present password: status and sentence of the refusal, which is "" when it does."""
    return await check_password(request, actor, form.text("current", most=accounts.LONGEST_PASSWORD))


def session_mark(request: web.Request) -> str:
    """Which session a request is of, without its secret."""
    return token_hash(request.cookies.get(session_cookie(request), ""))


def reader_of(person: Actor) -> Reader:
    """Whom a mail about somebody's account goes to."""
    return Reader(person.email, person.name, person.language)


def too_late() -> str:
    """What was begun is not known any more."""
    return _("That took too long, or was begun in another window. Try once more.")
