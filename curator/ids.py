"""Ids: 16 characters nobody can guess, safe in a URL and a file name, easy to read aloud."""

import secrets

_ALPHABET = "abcdefghjkmnpqrstvwxyz23456789"


def new_id() -> str:
    """A fresh id (78 bits)."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(16))
