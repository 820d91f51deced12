"""Variants: the other pictures of an item, for some screens. Their files come by tus, with `variant` beside `item`."""

from typing import Annotated

from pydantic import Field

from curator import library, variants
from curator.api.endpoint import Call, endpoint, not_found
from curator.api.items import VersionAnswer, seen_item, the_item, version_told
from curator.api.reading import Given, Line, Told
from curator.authorisation import Action
from curator.library import Item, Variant
from curator.words import N_

TARGETS = (
    "Such as `shape:upright`, `shape:landscape`, `shape:square`, `shape:low` (few points), `screen:ID`, `tag:words`."
)


class VariantAnswer(Told):
    """Another picture of an item, with its versions, newest first."""

    id: str
    name: str
    targets: list[str] = Field(description=TARGETS)
    approved_version: str | None = Field(description="The version that may play on these screens.")
    is_as_long: bool = Field(description="Whether that is as long as the item is now; else its screens show the item.")
    versions: list[VersionAnswer]


class VariantsOf(Told):
    """The variants of an item, the oldest first, and how long the file of one has to be."""

    length_ms: int | None = Field(description="Null while the item itself is not prepared.")
    variants: list[VariantAnswer]


class VariantGiven(Given):
    """What it is called, and which screens it is for."""

    name: Annotated[Line, Field(min_length=1, max_length=variants.LONGEST_NAME)]
    targets: list[Annotated[Line, Field(min_length=1, max_length=80)]] = Field(
        min_length=1, max_length=variants.MOST_TARGETS, description=TARGETS
    )


def _told(call: Call, item: Item) -> VariantsOf:
    fresh = library.item(call.connection, item.id) or item
    length_ms = variants.wanted_length_ms(fresh)
    return VariantsOf(length_ms=length_ms, variants=[_one(one, length_ms) for one in fresh.variants])


def _one(variant: Variant, length_ms: int | None) -> VariantAnswer:
    approved = variant.approved
    return VariantAnswer(
        id=variant.id, name=variant.name, targets=list(variant.targets), approved_version=variant.approved_version_id,
        is_as_long=approved is None or approved.duration_ms == length_ms,
        versions=[version_told(one) for one in variant.versions],
    )  # fmt: skip


def _own(call: Call) -> tuple[Item, Variant]:
    """The variant of the address, if the reader may change its item."""
    item = the_item(call)
    variant = item.variant(call.named["variant"])
    if variant is None:
        raise not_found()
    return item, variant


def _hint(call: Call, item: Item) -> None:
    call.hint(f"item:{item.id}", f"group:{item.group_id}", "queue", "programme")


@endpoint("GET", "/api/items/{item}/variants", N_("The variants of an item"), asks=Action.SEE_LIBRARY, about=seen_item)
def of_item(call: Call, item: Item) -> VariantsOf:
    """Each is decided about by itself."""
    return _told(call, item)


@endpoint("POST", "/api/items/{item}/variants", N_("Add a variant to an item"), asks=Action.EDIT_ITEM, about=the_item,
          status=201)  # fmt: skip
def add(call: Call, item: Item, body: VariantGiven) -> VariantsOf:
    """Its file is uploaded next."""
    variants.create(
        call.connection, item.id, name=body.name, targets=body.targets, now_ms=call.now_ms, by=call.actor.account_id
    )
    _hint(call, item)
    return _told(call, item)


@endpoint("PUT", "/api/items/{item}/variants/{variant}", N_("Say what a variant is called and which screens it is for"),
          asks=Action.EDIT_ITEM, about=_own)  # fmt: skip
def change(call: Call, own: tuple[Item, Variant], body: VariantGiven) -> VariantsOf:
    """Within what was approved."""
    item, variant = own
    variants.change(
        call.connection, item.id, variant.id, name=body.name, targets=body.targets, now_ms=call.now_ms,
        by=call.actor.account_id,
    )  # fmt: skip
    _hint(call, item)
    return _told(call, item)


@endpoint("DELETE", "/api/items/{item}/variants/{variant}", N_("Remove a variant"), asks=Action.EDIT_ITEM, about=_own)
def remove(call: Call, own: tuple[Item, Variant]) -> None:
    """Its screens show the item itself."""
    item, variant = own
    variants.remove(call.connection, item.id, variant.id, now_ms=call.now_ms, by=call.actor.account_id)
    _hint(call, item)
