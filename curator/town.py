"""The town: its name, where people may write, its language; as an administrator said, else as the settings say.

What was said holds at once, in every page and mail of this process; another process reads it when it starts.
"""

from dataclasses import dataclass, fields

import sqlalchemy as sa

from content.language import LANGUAGES
from curator import audit
from curator.config import Settings
from curator.store import Connection
from curator.tables import facts
from curator.words import N_, Told

LONGEST_NAME = 80
LONGEST_CONTACT = 200
TOPIC = "town"


class BadTown(Told):
    """Something a town cannot be called; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Town:
    """What was said; "" where nobody said anything, and the settings hold."""

    name: str = ""
    contact: str = ""
    language: str = ""


def said(connection: Connection) -> Town:
    """What an administrator said of the town."""
    query = sa.select(facts.c.name, facts.c.value).where(facts.c.name.in_([_fact(one.name) for one in fields(Town)]))
    found = {row.name.partition(".")[2]: row.value for row in connection.execute(query)}
    return Town(**found)


def say(connection: Connection, town: Town, *, now_ms: int, by: str) -> None:
    """Says it anew; what is "" is left to the settings. Raises BadTown."""
    town = Town(" ".join(town.name.split()), " ".join(town.contact.split()), town.language)
    if len(town.name) > LONGEST_NAME:
        raise BadTown(N_("The name is too long: at most %(most)s characters."), most=LONGEST_NAME)
    if len(town.contact) > LONGEST_CONTACT:
        raise BadTown(N_("Where people may write is too long: at most %(most)s characters."), most=LONGEST_CONTACT)
    if any(not letter.isprintable() for letter in town.name + town.contact):
        raise BadTown(N_("There are characters in it that cannot be seen. Type the words anew."))
    if town.language not in {"", *LANGUAGES}:
        raise BadTown(N_("Choose one of the languages given."))
    before = said(connection)
    changed = {one.name: new for one in fields(Town) if (new := getattr(town, one.name)) != getattr(before, one.name)}
    for name, value in changed.items():
        connection.execute(facts.delete().where(facts.c.name == _fact(name)))
        if value:
            connection.execute(facts.insert().values(name=_fact(name), value=value))
    if changed:
        audit.record(connection, now_ms, by, "town.say", "town:", changed=", ".join(changed))


def over(settings: Settings, town: Town) -> Settings:
    """The settings with what was said of the town in their place."""
    return settings.model_copy(update={one.name: value for one in fields(Town) if (value := getattr(town, one.name))})


def _fact(name: str) -> str:
    return f"town.{name}"
