"""Having a version mended: a new one from the kept original, which its makers look at and hand in."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from content.media.mends import AS_NEEDED, LATEST_MS, LEAST_SIDE_BP, MOST_DB, MOST_MENDS, STRENGTHS, WHOLE_BP, Mends
from content.media.mends import parse_mends as parsed
from content.reading import BadDocument, Reader
from curator import library, mending
from curator.api.endpoint import Call, conflict, endpoint
from curator.api.items import ItemAnswer, the_item, told, version_id_of
from curator.api.reading import Given, bad_fields
from curator.authorisation import Action
from curator.library import Item
from curator.problem import Fault
from curator.receiving import JOBS_TOPIC
from curator.words import N_, _

Moment = Annotated[int, Field(ge=0, le=LATEST_MS)]
Part = Annotated[int, Field(ge=0, le=WHOLE_BP, description="Of the picture's side, in ten-thousandths.")]
Side = Annotated[int, Field(ge=LEAST_SIDE_BP, le=WHOLE_BP, description="Of the picture's side, in ten-thousandths.")]


class MendGiven(Given):
    """One change. `dim`, `cut` and `quieten` have a beginning and an end; `volume`, `crop` and `surround` come once."""

    kind: Literal["dim", "cut", "quieten", "volume", "crop", "surround"]
    start_ms: Moment | None = None
    end_ms: Moment | None = None
    strength: Annotated[int, Field(ge=AS_NEEDED, le=STRENGTHS)] | None = Field(
        default=None, description=f"dim: 1 to {STRENGTHS}; {AS_NEEDED}: as much as is needed."
    )
    by_db: Annotated[int, Field(ge=1, le=MOST_DB)] | None = Field(default=None, description="quieten, volume")
    left_bp: Part | None = None
    top_bp: Part | None = None
    width_bp: Side | None = None
    height_bp: Side | None = None
    ground: Annotated[str, Field(pattern=r"^(blur|#[0-9A-Fa-f]{6})$")] | None = Field(
        default=None, description="surround: `blur`, or a colour such as `#203040`."
    )


class Mending(Given):
    """Everything that is changed, all together."""

    mends: list[MendGiven] = Field(min_length=1, max_length=MOST_MENDS)


def _read(body: Mending) -> Mends:
    try:
        return parsed(Reader([one.model_dump(exclude_none=True) for one in body.mends], "$.mends"))
    except BadDocument as bad:
        raise bad_fields([Fault("mends", str(bad))]) from None


@asynccontextmanager
async def _kept(_app: web.Application, call: Call, item: Item, body: Mending) -> AsyncIterator[Mends]:
    version = mending.source_of(item, version_id_of(item, call))
    if not await asyncio.to_thread(mending.is_kept, call.service.settings, version):
        raise conflict(_("The original is no longer kept. Upload it again, then it can be mended."))
    yield _read(body)


@endpoint("POST", "/api/items/{item}/versions/{version}/mend", N_("Have a version mended"), asks=Action.EDIT_ITEM,
          about=the_item, status=201, refuses=(409,), beforehand=_kept)  # fmt: skip
def mend(call: Call, item: Item, body: Mending) -> ItemAnswer:  # noqa: ARG001
    """A new version is prepared from the original. It waits for its makers, who hand it in (`submit`)."""
    mending.mend(
        call.connection, item.id, version_id_of(item, call), call.made, by=call.actor.account_id, now_ms=call.now_ms
    )
    call.hint(f"item:{item.id}", f"group:{item.group_id}", JOBS_TOPIC)
    return told(call, library.item(call.connection, item.id) or item)
