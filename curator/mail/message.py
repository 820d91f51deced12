"""A mail as bytes (RFC 5322): plain text, heads whose values are checked, the same id however often it is sent."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from typing import Literal
from urllib.parse import urlsplit

from curator.config import Settings
from curator.mail.addresses import mailable
from curator.mail.outbox import Mail

Encoding = Literal["8bit", "quoted-printable"]


def sender_of(settings: Settings) -> str:
    """The address mails come from: as set, else the mail server's user, else one at the service's own name."""
    host = urlsplit(settings.public_url).hostname or "localhost"
    for said in (settings.mail_sender, settings.mail_user):
        address = mailable(said)
        if address:
            return address
    return mailable(f"commonscreen@{host}") or "commonscreen@localhost"


def message_of(mail: Mail, settings: Settings, encoding: Encoding) -> EmailMessage:
    """The mail. Raises ValueError when a head would hold more than its value (a line's end, a comma, a bracket)."""
    sender = sender_of(settings)
    recipient = mailable(mail.recipient)
    if recipient is None:
        raise ValueError("no mail can be sent to an address of that form")
    made = EmailMessage(policy=SMTP)
    made["From"] = Address(one_line(settings.name), addr_spec=sender)
    made["To"] = Address(addr_spec=recipient)
    made["Subject"] = mail.subject
    made["Date"] = formatdate(mail.created_ms / 1000)
    made["Message-ID"] = f"<{mail.id}@{sender.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(mail.body, charset="utf-8", cte=encoding)
    made["Content-Language"] = mail.language
    return made


def one_line(words: str) -> str:
    """Somebody's words as one line of what can be seen."""
    return " ".join("".join(char if char.isprintable() else " " for char in words).split())
