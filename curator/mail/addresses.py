"""Which addresses mail can be sent to. Stricter than what one may sign in with: nothing here needs quoting."""

import re

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
LONGEST_ADDRESS = 254


def mailable(address: str) -> str | None:
    """The address as it stands in a mail's head, its domain in ASCII; None when no mail can be sent there."""
    local, _at, domain = address.strip().rpartition("@")
    try:
        plain = domain.encode("idna").decode() if not domain.isascii() else domain
    except UnicodeError:
        return None
    whole = f"{local}@{plain}"
    fits = len(local) <= 64 and len(whole) <= LONGEST_ADDRESS
    return whole if fits and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(plain) else None
