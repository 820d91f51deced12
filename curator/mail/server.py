"""Handing mails to a mail server by SMTP. Every step has a time limit; a password is never sent unencrypted."""

import smtplib
import ssl
import threading

from curator.config import Settings
from curator.mail.message import message_of, sender_of
from curator.mail.outbox import Mail, Tried

TIMEOUT_S = 15.0
"""For each answer of the server."""


def hand_over(settings: Settings, mails: list[Mail], stopping: threading.Event) -> list[Tried]:
    """Sends the mails over one connection and says what became of each that was tried. For threads."""
    tried: list[Tried] = []
    try:
        with _connected(settings) as server:
            for mail in mails:
                if stopping.is_set():
                    break
                tried.append(_send(server, settings, mail))
    except (smtplib.SMTPException, OSError) as error:
        done = {one.mail_id for one in tried}
        tried += [Tried(mail.id, _told(error)) for mail in mails if mail.id not in done]
    return tried


def _connected(settings: Settings) -> smtplib.SMTP:
    """A server that has let us in. Raises SMTPException or OSError."""
    host, port = settings.mail_host, settings.mail_port
    trust = ssl.create_default_context()
    if settings.mail_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=trust)
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT_S)
    try:
        if settings.mail_security == "starttls":
            server.starttls(context=trust)
        if settings.mail_user and settings.mail_security != "none":
            server.login(settings.mail_user, settings.password_for_mail())
    except BaseException:
        server.close()
        raise
    return server


def _send(server: smtplib.SMTP, settings: Settings, mail: Mail) -> Tried:
    """One mail. Raises SMTPServerDisconnected and OSError: then the others cannot be sent either."""
    try:
        message = message_of(mail, settings, "quoted-printable")
        server.send_message(message, from_addr=sender_of(settings), to_addrs=[mail.recipient])
    except smtplib.SMTPServerDisconnected:
        raise
    except smtplib.SMTPRecipientsRefused as refused:
        code, answer = next(iter(refused.recipients.values()))
        return Tried(mail.id, _answer(code, answer), is_final=code >= 500)
    except smtplib.SMTPResponseException as refused:
        return Tried(mail.id, _answer(refused.smtp_code, refused.smtp_error), is_final=refused.smtp_code >= 500)
    except (smtplib.SMTPException, ValueError) as error:
        return Tried(mail.id, str(error), is_final=True)
    return Tried(mail.id)


def _told(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _answer(error.smtp_code, error.smtp_error)
    return str(error) or type(error).__name__


def _answer(code: int, words: bytes | str) -> str:
    return f"{code} {words.decode('utf-8', 'replace') if isinstance(words, bytes) else words}"
