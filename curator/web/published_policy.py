"""The published policy: reasons to reject, what needs whom, how fast decisions are, since when it is so. Public."""

import itertools
from dataclasses import dataclass

from aiohttp import web

from curator import policy, policy_editions, policy_words, promptness
from curator.policy_editions import Edition
from curator.promptness import Promptness
from curator.service import service_of
from curator.store import Connection
from curator.web.moderation import told_reasons, wait_in_words
from curator.web.pages import render


@dataclass(frozen=True, slots=True)
class Change:
    """What changed on one day; `is_unreadable` where this release cannot read one of the two any more."""

    at_ms: int
    came: list[str]
    went: list[str]
    is_unreadable: bool = False


async def page(request: web.Request) -> web.StreamResponse:
    """The policy, as it is and as it was."""
    service = service_of(request)
    now_ms = service.now()

    def look(connection: Connection) -> tuple[Promptness | None, list[Edition]]:
        return promptness.of_decisions(connection, now_ms), policy_editions.every(connection)

    prompt, editions = await service.store.read(look)
    chosen = policy.in_force()
    return render(
        request, "moderation_policy.html", reasons=told_reasons(), prompt=prompt, wait=wait_in_words,
        rules=policy_words.sentences(chosen), findings=chosen.findings, zone=service.settings.zone,
        since_ms=editions[0].at_ms if editions else None, changes=_changes(editions),
    )  # fmt: skip


def _changes(editions: list[Edition]) -> list[Change]:
    found = []
    for newer, older in itertools.pairwise(editions):
        if newer.policy is None or older.policy is None:
            found.append(Change(newer.at_ms, [], [], is_unreadable=True))
        else:
            found.append(Change(newer.at_ms, *policy_words.changes(older.policy, newer.policy)))
    return found


routes = [web.get("/policy", page)]
