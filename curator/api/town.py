"""The town: its name, where people may write, its language."""

from typing import Annotated, Literal

from pydantic import Field

from curator import town
from curator.api.endpoint import Call, endpoint
from curator.api.reading import Given, Line, Told
from curator.authorisation import Action
from curator.town import LONGEST_CONTACT, LONGEST_NAME, Town
from curator.words import N_

Language = Literal["", "en", "vi"]


class TownAnswer(Told):
    """What an administrator said of the town; empty where the service's settings hold."""

    name: str
    contact: str
    language: str


class TownGiven(Given):
    """What is said of the town; what is empty is left to the service's settings."""

    name: Annotated[Line, Field(max_length=LONGEST_NAME)] = ""
    contact: Annotated[Line, Field(max_length=LONGEST_CONTACT)] = ""
    language: Language = ""


def _told(call: Call, _town: object = None) -> TownAnswer:
    return TownAnswer.model_validate(town.said(call.connection), from_attributes=True)


def _the_town(call: Call) -> Town:
    return town.said(call.connection)


@endpoint("GET", "/api/town", N_("What was said of the town"), asks=Action.MANAGE_PEOPLE, about=_the_town,
          has_mark=True)  # fmt: skip
def get(call: Call, _said: Town) -> TownAnswer:
    """Its name, where people may write, its language."""
    return _told(call)


@endpoint("PUT", "/api/town", N_("Say what the town is called"), asks=Action.MANAGE_PEOPLE, about=_the_town,
          guard=_told)  # fmt: skip
def say(call: Call, _said: Town, body: TownGiven) -> TownAnswer:
    """It holds at once, on every page and in every mail."""
    wanted = Town(body.name, body.contact, body.language)
    town.say(call.connection, wanted, now_ms=call.now_ms, by=call.actor.account_id)
    now = town.said(call.connection)
    call.afterwards.append(lambda _hands: call.service.call(now))
    call.hint(town.TOPIC)
    return _told(call)
