"""What mails say: plain text, in the language of whoever gets them."""

from dataclasses import dataclass

from curator.authorisation import Role
from curator.config import Settings
from curator.mail import outbox
from curator.role_words import role_meaning, role_name
from curator.store import Connection
from curator.words import _, in_language, ngettext

NEWS_LIFE_MS = 7 * 86_400_000
"""A mail about what is new is of no use a week later; nor does one to a mailbox that is gone stay for ever."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who gets a mail: their address, the name they are greeted by, the language they read."""

    email: str
    name: str
    language: str


def password_changed(connection: Connection, settings: Settings, reader: Reader, now_ms: int) -> bool:
    """Tells somebody that the password of their account was changed; see `outbox.put` for what comes back."""
    with in_language(reader.language):
        paragraphs = [
            _("The password of your account was changed, and everywhere you were signed in you are signed out."),
            _(
                "If it was not you: ask for a new password at %(link)s, and tell the people who run this.",
                link=f"{settings.site}/forgot",
            ),
        ]
        subject = _("%(network)s: your password was changed", network=settings.name)
        return _put(connection, settings, reader, subject, paragraphs, now_ms)


def second_step_changed(
    connection: Connection, settings: Settings, reader: Reader, now_ms: int, *, is_on: bool
) -> bool:
    """Tells somebody that signing in now takes a second step, or takes none any more."""
    with in_language(reader.language):
        paragraphs = [
            _("Signing in to your account now takes a code from your phone as well.")
            if is_on
            else _("Signing in to your account takes no code from your phone any more, only your password."),
            _("If it was not you, tell the people who run this at once, and change your password."),
        ]
        subject = _("%(network)s: the second step when you sign in", network=settings.name)
        return _put(connection, settings, reader, subject, paragraphs, now_ms)


def sign_in_changed(
    connection: Connection, settings: Settings, reader: Reader, now_ms: int, what: str, **values: object
) -> bool:
    """Tells somebody `what` (a marked sentence with its values) has changed in how one signs in to their account."""
    with in_language(reader.language):
        paragraphs = [
            _(what, **values),
            _("If it was not you, tell the people who run this at once, and change your password."),
        ]
        subject = _("%(network)s: how you sign in", network=settings.name)
        return _put(connection, settings, reader, subject, paragraphs, now_ms)


def password_reset(
    connection: Connection, settings: Settings, reader: Reader, link: str, *, now_ms: int, until_ms: int
) -> bool:
    """Sends somebody the link to a new password."""
    with in_language(reader.language):
        paragraphs = [
            _("Somebody, most likely you, asked for a new password for your account. Choose one here within an hour:"),
            link,
            _("If it was not you, do nothing: your password stays as it is. Show this link to nobody."),
        ]
        subject = _("%(network)s: a new password", network=settings.name)
        return _put(connection, settings, reader, subject, paragraphs, now_ms, until_ms)


def invitation(
    connection: Connection, settings: Settings, reader: Reader, link: str, *, inviter: str, role: Role, group: str,
    now_ms: int, until_ms: int,
) -> bool:  # fmt: skip
    """Sends somebody the link to make an account of their own, or to say yes with the one they have."""
    with in_language(reader.language):
        what = f"{role_name(role)}, {group}" if group else role_name(role)
        who = " ".join(inviter.split())
        paragraphs = [
            _("%(who)s invites you to %(network)s.", who=who, network=settings.name),
            f"{what}: {role_meaning(role)}.",
            _("Say yes here within seven days. Whoever has no account yet makes one there:"),
            link,
            _("If you do not know what this is about, do nothing. Show this link to nobody."),
        ]
        subject = _("%(network)s: an invitation", network=settings.name)
        return _put(connection, settings, reader, subject, paragraphs, now_ms, until_ms)


def notices(
    connection: Connection, settings: Settings, reader: Reader, told: list[tuple[str, str]], now_ms: int, *, more: int
) -> bool:
    """Tells somebody what is new: sentences of one line with where they lead (a path), and how many more there are."""
    with in_language(reader.language):
        paragraphs = [f"{sentence}\n{settings.site}{path}" for sentence, path in told]
        if more:
            paragraphs.append(ngettext("And %(num)s more.", "And %(num)s more.", more))
        paragraphs.append(
            _(
                "All of it: %(all)s\nWhich mails you get is yours to choose: %(choices)s",
                all=f"{settings.site}/notices", choices=f"{settings.site}/account#notices",
            )
        )  # fmt: skip
        what = ngettext("something new for you", "%(num)s new things for you", len(told) + more)
        subject = _("%(network)s: %(what)s", network=settings.name, what=what)
        return _put(connection, settings, reader, subject, paragraphs, now_ms, now_ms + NEWS_LIFE_MS)


def trial(connection: Connection, settings: Settings, reader: Reader, now_ms: int) -> bool:
    """A mail that shows that mails arrive."""
    with in_language(reader.language):
        paragraphs = [_("This mail was asked for on the page about mail. It has arrived, so mails arrive.")]
        subject = _("%(network)s: a trial", network=settings.name)
        return _put(connection, settings, reader, subject, paragraphs, now_ms)


def _put(
    connection: Connection, settings: Settings, reader: Reader, subject: str, paragraphs: list[str], now_ms: int,
    good_until_ms: int | None = None,
) -> bool:  # fmt: skip
    greeting = _("Hello %(name)s,", name=reader.name) if reader.name else _("Hello,")
    signature = f"-- \n{settings.name}\n{settings.site}"
    if settings.contact:
        signature += "\n" + _("Questions: %(contact)s", contact=settings.contact)
    return outbox.put(
        connection, recipient=reader.email, language=reader.language, subject=subject,
        body="\n\n".join([greeting, *paragraphs, signature]) + "\n", now_ms=now_ms, good_until_ms=good_until_ms,
    )  # fmt: skip
