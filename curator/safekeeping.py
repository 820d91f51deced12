"""Backup, restore and a look whether everything is whole."""


class BackupRefused(RuntimeError):
    """A backup that cannot be written or read; the sentence says why and what to do."""
