"""What a draft moves and for whom: a page, which the draft's page fetches when it stands, and JSON. Changes nothing."""

import asyncio
from dataclasses import dataclass

from aiohttp import web

from content.canonical import Json
from curator import drafts, groups, revisions, screens
from curator.authorisation import Action
from curator.programme.whatif import MOST_SCREENS, Moves, WhatIf, moves
from curator.service import Service, service_of
from curator.store import Connection
from curator.web.doorman import allowed
from curator.web.drafts import HERE, refused_json
from curator.web.pages import render
from curator.web.trying import asked_of
from curator.words import Told


@dataclass(frozen=True, slots=True)
class Found:
    """What the draft moves on the first screens it concerns, and how many more it concerns; names by id."""

    screens: list[Moves]
    more: int
    groups: dict[str, str]
    items: dict[str, str]


async def see(request: web.Request) -> web.StreamResponse:
    """What the draft moves, screen by screen; or which change cannot be made any more."""
    actor = allowed(request, Action.PROGRAMME)
    found, refusal = None, ""
    try:
        found = await _moves(service_of(request), actor.account_id)
    except Told as refused:
        refusal = refused.told()
    return render(request, "draft_moves.html", status=422 if refusal else 200, found=found, refusal=refusal)


async def see_json(request: web.Request) -> web.StreamResponse:
    """The same as JSON; 422 when a change cannot be made any more."""
    actor = allowed(request, Action.PROGRAMME)
    try:
        found = await _moves(service_of(request), actor.account_id)
    except Told as refused:
        return refused_json(refused)
    told: list[Json] = [
        {"screen": one.screen.id, "name": one.screen.name, "change_ms": one.change_ms, **one.difference.as_json()}
        for one in found.screens
    ]
    return web.json_response({"screens": told, "more": found.more}, headers={"Cache-Control": "no-store"})


async def _moves(service: Service, account_id: str) -> Found:
    """What the draft moves. Raises ChangeRefused for a change that cannot be made any more."""

    def try_it(connection: Connection) -> tuple[WhatIf, int, dict[str, str]]:
        draft = drafts.of(connection, account_id)
        changes = draft.changes if draft else ()
        concerned = set(revisions.screens_of(connection, changes))
        known = [screen for screen in screens.every(connection) if screen.id in concerned]
        asked = asked_of(connection, service, known[:MOST_SCREENS], changes, by=account_id)
        return asked, len(known[MOST_SCREENS:]), {group.id: group.name for group in groups.every(connection)}

    asked, more, names = await service.store.run(try_it)
    titles = {item.id: item.title for facts in (*asked.then, *(one.facts for one in asked.now))
              for item in facts.items.values()}  # fmt: skip
    return Found(await asyncio.to_thread(moves, asked), more, names, titles)


routes = [
    web.get(f"{HERE}/moves", see),
    web.get(f"{HERE}/moves.json", see_json),
]
