"""Variants: another picture of an item for some screens, just as long, so that the programme need not know of it.

Its files are versions like any other: prepared, screened, decided about and signed one by one. On a screen the item
shows the variant that fits it best, if one is approved there and as long as the item; else the item's own file.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from content.media.facts import Prepared, Rendition
from content.media.limits import Profile
from content.media.mends import Cut, Offer
from content.media.reasons import Reason
from curator import audit, jobs, library, occasions
from curator.ids import new_id
from curator.library import Item, Variant, Version
from curator.screens import Screen
from curator.store import Connection
from curator.tables import versions
from curator.tables_variants import variants
from curator.words import N_, Told

MOST_VARIANTS = 12
LONGEST_NAME = 60
MOST_TARGETS = 100
UNDER_WAY_MS = 3_600_000
"""A variant may take over in a play that began so long before it was approved: the item itself was allowed by then."""
LOW_PIXELS = 240
"""A screen whose shorter side has fewer pixels than this is one of few points."""
SQUARE_TO = 5, 4
"""A screen no longer in one direction than this, against the other, is square."""
SHAPES: Final = {
    "shape:landscape": N_("Screens that lie"),
    "shape:upright": N_("Upright screens"),
    "shape:square": N_("Square screens"),
    "shape:low": N_("Screens of few points, such as facades"),
}
"""The kinds of screens there are, and what they are called."""
_RANKS: Final = {"screen": 6, "screen_group": 5, "site": 4, "tag": 3, "shape": 1}
_LOW_RANK = 2


NO_SUCH_PLACE = N_("There is no such place any more. Choose another.")


class BadVariant(Told):
    """A variant that cannot be made or changed as asked; the sentence says why."""


def shapes_of(screen: Screen) -> frozenset[str]:
    """The keys of SHAPES that hold for a screen: its shape, and whether it has few points."""
    shorter, longer = sorted((screen.width, screen.height))
    across, down = SQUARE_TO
    is_square = longer * down <= shorter * across
    shape = "square" if is_square else "upright" if screen.height > screen.width else "landscape"
    return frozenset({f"shape:{shape}", *({"shape:low"} if shorter < LOW_PIXELS else ())})


def fit(variant: Variant, screen: Screen) -> int:
    """How well a variant fits a screen: 0 not at all, else the more the closer it names it."""
    known = {
        f"screen:{screen.id}", f"screen_group:{screen.screen_group_id}", f"site:{screen.site_id}",
        *(f"tag:{tag}" for tag in screen.tags), *shapes_of(screen),
    }  # fmt: skip
    return max((_rank(target) for target in known.intersection(variant.targets)), default=0)


def by_fit(known: Iterable[Variant], screen: Screen) -> list[Variant]:
    """The variants that fit a screen, the best first; of two that fit as well, the older."""
    fitting = [(fit(one, screen), one) for one in known]
    return [one for rank, one in sorted(fitting, key=lambda pair: -pair[0]) if rank]


def create(
    connection: Connection, item_id: str, *, name: str, targets: Iterable[str], now_ms: int, by: str
) -> str:  # fmt: skip
    """Makes a variant without a file and gives its id. Raises BadVariant."""
    item = _known(library.item(connection, item_id))
    if len(item.variants) >= MOST_VARIANTS:
        raise BadVariant(N_("An item has at most %(most)s variants."), most=MOST_VARIANTS)
    if wanted_length_ms(item) is None:
        raise BadVariant(N_("A variant can be added when the item itself is prepared. Wait a little, then try again."))
    values = _checked(item, None, name, targets)
    variant_id = new_id()
    connection.execute(variants.insert().values(id=variant_id, item_id=item_id, created_ms=now_ms, **values))
    audit.record(connection, now_ms, by, "variant.create", f"item:{item_id}", variant=variant_id, **values)
    return variant_id


def change(
    connection: Connection, item_id: str, variant_id: str, *, name: str, targets: Iterable[str], now_ms: int, by: str
) -> None:
    """Changes what a variant is called and which screens it is for. Raises BadVariant."""
    item = _known(library.item(connection, item_id))
    values = _checked(item, _of(item, variant_id), name, targets)
    connection.execute(variants.update().where(variants.c.id == variant_id).values(**values))
    audit.record(connection, now_ms, by, "variant.change", f"item:{item_id}", variant=variant_id, **values)


def remove(connection: Connection, item_id: str, variant_id: str, *, now_ms: int, by: str) -> None:
    """Takes a variant off its screens for good; they show the item's own file. Raises BadVariant."""
    variant = _of(_known(library.item(connection, item_id)), variant_id)
    for version in variant.versions:
        jobs.cancel(connection, kind=jobs.PREPARE, subject=version.id, now_ms=now_ms)
    connection.execute(versions.update().where(versions.c.variant_id == variant_id).values(state="withdrawn"))
    gone = {"removed_ms": now_ms, "approved_version_id": None}
    connection.execute(variants.update().where(variants.c.id == variant_id).values(**gone))
    occasions.waits_no_more(connection, item_id, now_ms=now_ms)
    audit.record(connection, now_ms, by, "variant.remove", f"item:{item_id}", variant=variant_id, name=variant.name)


def wanted_length_ms(item: Item) -> int | None:
    """How long a variant has to be: as the version that may play, else the newest that is prepared; None: not known."""
    ready = (one for one in item.versions if one.preparation == "ready" and one.sha256)
    model = item.approved or next(ready, None)
    return model.duration_ms if model else None


def fitted(connection: Connection, version: Version, prepared: Prepared, profile: Profile) -> Prepared:
    """What was prepared, as it counts for this version: a variant has the length of its item.

    A picture stands as long as the item does; a film that is not as long to the millisecond is refused. Where it can
    be cut to that length, that is offered.
    """
    made = prepared.rendition
    if version.variant_id is None or made is None:
        return prepared
    item = library.item(connection, version.item_id)
    if item is None or item.variant(version.variant_id) is None:  # removed while its file was on its way
        return Prepared("refused", (Reason("cancelled"),), prepared.facts)
    wanted_ms = wanted_length_ms(item)
    if wanted_ms is None or made.duration_ms == wanted_ms:
        return prepared
    if made.kind == "still":
        return replace(prepared, rendition=replace(made, duration_ms=wanted_ms))
    other = Reason("other_length", {"duration_ms": made.duration_ms, "wanted_ms": wanted_ms})
    return Prepared("refused", (other,), prepared.facts, offers=_cut_to(wanted_ms, made, version, profile))


def _cut_to(wanted_ms: int, made: Rendition, version: Version, profile: Profile) -> tuple[Offer, ...]:
    """To take the end off, as far as that can be done in whole steps of a cut (`content.media.cuts`)."""
    more_ms, step_ms = made.duration_ms - wanted_ms, profile.frames_step * 1_000 // profile.fps
    if more_ms <= 0 or more_ms % step_ms or any(isinstance(mend, Cut) for mend in version.mends):
        return ()
    start_ms = wanted_ms // step_ms * step_ms
    return (Offer("other_length", (Cut(start_ms, start_ms + more_ms),)),)


def _rank(target: str) -> int:
    return _LOW_RANK if target == "shape:low" else _RANKS[target.partition(":")[0]]


def _checked(item: Item, changed: Variant | None, name: str, targets: Iterable[str]) -> dict[str, str]:
    """What is stored of a name and targets. Raises BadVariant."""
    words, wanted = " ".join(name.split()), sorted(set(targets))
    if not 1 <= len(words) <= LONGEST_NAME:
        raise BadVariant(N_("A variant's name has 1 to %(most)s characters."), most=LONGEST_NAME)
    if not 1 <= len(wanted) <= MOST_TARGETS:
        raise BadVariant(N_("Choose the screens that the variant is for."))
    for target in wanted:
        kind, _colon, which = target.partition(":")
        if kind not in _RANKS or not which or (kind == "shape" and target not in SHAPES):
            raise BadVariant(NO_SUCH_PLACE)
    for other in item.variants:
        if (changed is None or other.id != changed.id) and not set(other.targets).isdisjoint(wanted):
            raise BadVariant(N_("Some of these screens have the variant “%(name)s” already."), name=other.name)
    return {"name": words, "targets": json.dumps(wanted, ensure_ascii=False)}


def _known(item: Item | None) -> Item:
    if item is None or item.withdrawn_ms is not None:
        raise BadVariant(N_("It was withdrawn in the meantime."))
    return item


def _of(item: Item, variant_id: str) -> Variant:
    variant = item.variant(variant_id)
    if variant is None:
        raise BadVariant(N_("This variant is no longer there."))
    return variant
