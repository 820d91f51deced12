"""What pages tell of a version that was mended or could be: what was done, beside what it was, and what is offered."""

from dataclasses import dataclass

from content.media.mend_words import mend_line
from content.media.mends import Cut, Mends
from curator import mending
from curator.library import Item, Version
from curator.mend_words import told_mend, told_offer

_NOT_TO_BE_PLAYED = frozenset(
    {"flash_hazard", "red_flash_hazard", "pattern_hazard", "still_flashes", "flash_hold", "pattern_hold"}
)


@dataclass(frozen=True, slots=True)
class ToldOffer:
    """An offer as a button: its words, and the lines it sends."""

    words: str
    lines: list[str]


@dataclass(frozen=True, slots=True)
class Mended:
    """`done` is what was changed. `before` is the version it was made from, while that is kept.

    `film_before` says whether that may be played beside it: what flashes is only shown as stills.
    """

    done: list[str]
    before: Version | None
    film_before: bool
    flashes_before: bool
    is_cut: bool
    offers: list[ToldOffer]
    kept_until_ms: int | None


def mended_of(item: Item, version: Version, keep_days: int) -> Mended:
    """What is told of one version."""
    before = next((one for one in item.beside(version) if one.id == version.mended_from), None)
    flashes = before is not None and bool(_NOT_TO_BE_PLAYED & {reason.code for reason in before.reasons})
    return Mended(
        done=[told_mend(mend) for mend in version.mends],
        before=before,
        film_before=before is not None and before.sha256 is not None and before.kind == "video" and not flashes,
        flashes_before=flashes,
        is_cut=any(isinstance(mend, Cut) for mend in version.mends),
        offers=[
            ToldOffer(told_offer(offer), lines_of(mending.with_more(version, offer.mends)))
            for offer in version.offers
            if version.cleaned_ms is None and item.withdrawn_ms is None
        ],
        kept_until_ms=mending.kept_until_ms(version, keep_days),
    )


def lines_of(mends: Mends) -> list[str]:
    """The mends as a form sends them."""
    return [mend_line(mend) for mend in mends]
