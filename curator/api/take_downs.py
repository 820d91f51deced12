"""Taken off the screens: which screens had what was withdrawn, and when each took it off."""

from pydantic import Field

from curator import take_downs
from curator.api.endpoint import Call, endpoint
from curator.api.items import seen_item
from curator.api.reading import Instant, Told
from curator.authorisation import Action
from curator.library import Item
from curator.words import N_


class OnScreenAnswer(Told):
    """A screen that had the item."""

    screen: str
    name: str
    state: str = Field(description="obeyed, waiting, away (not heard of just now) or unpaired (no node)")
    told_ms: Instant | None
    obeyed_ms: Instant | None
    manifest_version: int | None
    seen_ms: Instant | None


class TakeDownAnswer(Told):
    """What became of an item that was withdrawn."""

    item: str
    at_ms: Instant | None = Field(description="When it was withdrawn; null for one that was not.")
    done_ms: Instant | None = Field(description="When the last screen had taken it off.")
    screens: list[OnScreenAnswer]


class TakeDownsLately(Told):
    """What was taken off lately, or not yet by all."""

    take_downs: list[TakeDownAnswer]


def _told(found: take_downs.TakeDown) -> TakeDownAnswer:
    return TakeDownAnswer(
        item=found.item_id, at_ms=found.at_ms, done_ms=found.done_ms,
        screens=[
            OnScreenAnswer(
                screen=one.screen_id, name=one.name, state=one.state, told_ms=one.told_ms, obeyed_ms=one.obeyed_ms,
                manifest_version=one.manifest_version, seen_ms=one.seen_ms,
            )
            for one in found.screens
        ],
    )  # fmt: skip


@endpoint("GET", "/api/items/{item}/take-down", N_("What became of an item that was withdrawn, screen by screen"),
          asks=Action.SEE_LIBRARY, about=seen_item)  # fmt: skip
def of_item(call: Call, item: Item) -> TakeDownAnswer:
    """Nothing of one that was not withdrawn."""
    found = take_downs.of_items(call.connection, [item.id], call.now_ms).get(item.id)
    return _told(found) if found else TakeDownAnswer(item=item.id, at_ms=None, done_ms=None, screens=[])


@endpoint("GET", "/api/moderation/take-downs", N_("What was taken off the screens lately"), asks=Action.SEE_QUEUE)
def lately(call: Call) -> TakeDownsLately:
    """Those not done yet first."""
    return TakeDownsLately(take_downs=[_told(one) for one in take_downs.lately(call.connection, call.now_ms)])
