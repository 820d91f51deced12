"""An endpoint of the API: one plain function on the store, with the models that read what it is given and tells.

    @endpoint("PATCH", "/api/items/{item}", N_("Change an item"), asks=Action.EDIT_ITEM, about=the_item, guard=told)
    def change(call: Call, item: Item, body: ItemWords) -> ItemAnswer: ...

`about` finds what the address names and lets the reader in, before anything else of the request is looked at. The whole
runs in one transaction: what `If-Match` was compared with is what is changed, and the answer is kept with the change.
What takes longer than a transaction may is done `beforehand`, for whoever is let in; `Call.made` is what came of it.
"""

import typing
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel

from curator.authorisation import IN_GROUPS, Action, Actor, require
from curator.problem import Problem, SignInNeeded, not_found
from curator.service import Service
from curator.store import Connection
from curator.words import _

After = Callable[["Hands"], None]
Beforehand = Callable[..., AbstractAsyncContextManager[Any]]
"""Given the application, the call, what `about` found and the body; what it gives is there as long as its block."""


class Hands(typing.Protocol):
    """What may be done once a change holds: by the event loop, outside the transaction."""

    def black_out(self, screen_id: str, *, is_dark: bool, counter: int) -> None:
        """Tells a screen at once."""

    def shut_out(self, screen_id: str, node_ids: list[str]) -> None:
        """These nodes of a screen are let in no more."""

    def forget_screens(self) -> None:
        """Which screens there are has changed."""


@dataclass(slots=True)
class Call:
    """One request, for the function that answers it. `connection` writes only where the method may change something."""

    endpoint: "Endpoint"
    service: Service
    connection: Connection
    actor_or_none: Actor | None
    named: dict[str, str]
    """What stands in the address, by the names in the endpoint's path."""
    now_ms: int
    asked: bool = False
    topics: list[str] = field(default_factory=list)
    afterwards: list[After] = field(default_factory=list)
    made: Any = None

    @property
    def actor(self) -> Actor:
        """Whoever asks. Raises SignInNeeded when nobody says who."""
        if self.actor_or_none is None:
            raise SignInNeeded
        return self.actor_or_none

    @property
    def lead_ms(self) -> int:
        """How far ahead of now a change of the programme takes effect."""
        return self.service.settings.change_lead_seconds * 1000

    def let_in(self) -> None:
        """Raises unless whoever asks may begin: somebody, for whom the role alone decides where no group is concerned.

        What no scope names is for people themselves: a program that speaks for them changes nothing of it.
        """
        actor, asks = self.actor, self.endpoint.asks
        if asks is None and self.endpoint.is_change and actor.held_to is not None:
            raise Problem(403, "in_person", _("This is for you yourself: do it in your browser."))
        if asks is not None and not self.endpoint.asks_in_group:
            require(actor, asks)
            self.asked = True

    def allow(self, *, group: str | None = None, made_by: str | None = None) -> None:
        """Raises NotAllowed unless whoever asks may do what this endpoint is for, on the things of `group`."""
        if self.endpoint.asks is not None:
            require(self.actor, self.endpoint.asks, group=group, made_by=made_by)
        self.asked = True

    def hint(self, *topics: str) -> None:
        """Hints others that something changed, once it holds."""
        self.topics += topics


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A method and a path with what is known about it. `asks` None: everybody signed in, or all with `is_open`."""

    method: str
    path: str
    summary: str
    work: Callable[..., Any]
    asks: Action | None
    is_open: bool
    about: Callable[[Call], Any] | None
    guard: Callable[..., BaseModel] | None
    """Gives what `work` changes as GET tells it: `If-Match` is compared with its mark."""
    has_mark: bool
    """Whether the answer carries an ETag."""
    status: int
    refuses: tuple[int, ...]
    told_once: str
    """The field of the answer that is a secret: it is kept nowhere, and empty when the answer is told again."""
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    answer: type[BaseModel] | None
    beforehand: Beforehand | None

    @property
    def is_change(self) -> bool:
        """Whether it may change something."""
        return self.method != "GET"

    @property
    def asks_in_group(self) -> bool:
        """Whether its action is asked for together with a group."""
        return self.asks in IN_GROUPS

    @property
    def name(self) -> str:
        """As it stands in lists: method and path."""
        return f"{self.method} {self.path}"

    @property
    def statuses(self) -> tuple[int, ...]:
        """Every status it may answer with, besides those of a broken service."""
        found = {self.status, 422, 429, *self.refuses}
        if not self.is_open:
            found |= {401}
        if self.is_change or self.asks:
            found |= {403}
        if "{" in self.path:
            found |= {404}
        if self.body is not None:
            found |= {400, 413, 415}
        if self.guard is not None:
            found |= {412, 428}
        if self.has_mark and not self.is_change:
            found |= {304}
        return tuple(sorted(found))


ENDPOINTS: list[Endpoint] = []
"""Every endpoint, in the order in which they are told."""

Work = typing.TypeVar("Work", bound=Callable[..., Any])


def endpoint(
    method: str,
    path: str,
    summary: str,
    *,
    asks: Action | None = None,
    is_open: bool = False,
    about: Callable[[Call], Any] | None = None,
    guard: Callable[..., BaseModel] | None = None,
    has_mark: bool = False,
    status: int = HTTPStatus.OK,
    refuses: tuple[int, ...] = (),
    told_once: str = "",
    beforehand: Beforehand | None = None,
) -> Callable[[Work], Work]:
    """Puts a function into the API; what it reads and answers is told by its own annotations (`body`, `query`)."""

    def put(work: Work) -> Work:
        hints = typing.get_type_hints(work)
        answer = hints.get("return")
        ENDPOINTS.append(
            Endpoint(
                method, path, summary, work, asks, is_open, about, guard, has_mark or guard is not None,
                HTTPStatus.NO_CONTENT if answer is type(None) else status, refuses, told_once, hints.get("body"),
                hints.get("query"), None if answer is type(None) else answer, beforehand,
            )
        )  # fmt: skip
        return work

    return put


def conflict(sentence: str) -> Problem:
    """409: what was asked for does not fit what is there now."""
    return Problem(409, "conflict", sentence)


__all__ = ["ENDPOINTS", "Call", "Endpoint", "Hands", "Problem", "conflict", "endpoint", "not_found"]
