"""What a draft moves and for whom: a page, which the draft's page fetches when it stands, and JSON. Changes nothing.

Both say how far it is while it is worked out; the page asks again by itself, or by a link where there is no script.
"""

from aiohttp import web

from content.canonical import Json
from curator.authorisation import Action
from curator.service import service_of
from curator.web.doorman import allowed
from curator.web.draft_trials import TRIALS
from curator.web.drafts import HERE, refused_json
from curator.web.pages import render

AGAIN_S = 2
"""How long a page waits before it asks again."""


async def see(request: web.Request) -> web.StreamResponse:
    """What the draft moves, screen by screen; or which change cannot be made any more."""
    actor = allowed(request, Action.PROGRAMME)
    trial = await request.app[TRIALS].of_draft(actor.account_id)
    refusal = trial.refusal.told() if trial.refusal else ""
    return render(
        request, "draft_moves.html", status=422 if refusal else 200, trial=trial, found=trial.found, refusal=refusal,
        again_s=AGAIN_S, zone=service_of(request).settings.zone,
    )  # fmt: skip


async def see_json(request: web.Request) -> web.StreamResponse:
    """The same as JSON; 202 while it is worked out, 422 when a change cannot be made any more."""
    actor = allowed(request, Action.PROGRAMME)
    trial = await request.app[TRIALS].of_draft(actor.account_id)
    if trial.refusal is not None:
        return refused_json(trial.refusal)
    found, told = trial.found, list[Json]()
    if found is not None:
        told += [
            {"screen": one.screen.id, "name": one.screen.name, "change_ms": one.change_ms, **one.difference.as_json()}
            for one in found.screens
        ]
    headers = {"Cache-Control": "no-store"} | ({} if trial.is_over else {"Retry-After": str(AGAIN_S)})
    whole = {
        "screens": told, "more": found.more if found else 0, "as_of_ms": trial.at_ms, "done": trial.done,
        "of": trial.of, "is_over": trial.is_over,
    }  # fmt: skip
    return web.json_response(whole, status=200 if trial.is_over else 202, headers=headers)


routes = [
    web.get(f"{HERE}/moves", see),
    web.get(f"{HERE}/moves.json", see_json),
]
