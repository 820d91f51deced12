"""The folder `mail/`: where mails go while no mail server is set. One file each, whole, for its owner's eyes alone."""

from datetime import UTC, datetime
from pathlib import Path

from content import files
from curator.config import Settings
from curator.mail.message import message_of
from curator.mail.outbox import Mail, Tried


def lay_down(settings: Settings, mails: list[Mail]) -> list[Tried]:
    """Writes each mail as a file; doing it twice is harmless. For threads."""
    return [_lay(settings, mail) for mail in mails]


def clear(settings: Settings, before_ms: int) -> None:
    """Removes mails that have lain there since before. For threads."""
    for path in settings.mail.glob("*.eml"):
        if path.stat().st_mtime * 1000 < before_ms:
            path.unlink(missing_ok=True)


def name_of(mail: Mail) -> str:
    """The name of a mail's file: they sort as they were written."""
    return f"{datetime.fromtimestamp(mail.created_ms / 1000, UTC):%Y%m%dT%H%M%S}-{mail.id}.eml"


def _lay(settings: Settings, mail: Mail) -> Tried:
    path: Path = settings.mail / name_of(mail)
    try:
        files.write_whole(path, message_of(mail, settings, "8bit").as_bytes(), mode=0o600)
    except ValueError as error:
        return Tried(mail.id, str(error), is_final=True)
    except OSError as error:
        return Tried(mail.id, error.strerror or type(error).__name__)
    return Tried(mail.id)
