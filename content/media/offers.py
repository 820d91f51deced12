"""Which mends answer which reasons. To offer a mend for another reason, add its code to OFFERS.

An offer is made in the times of the upload, so that it can be added to the mends a version already has.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from content.media.cuts import cuts_of
from content.media.facts import MediaFacts
from content.media.findings.clock import read_spans_ms
from content.media.flash.rules import Rule
from content.media.flash.screening import Screening
from content.media.job import Job
from content.media.mends import (
    BLUR,
    LEAST_SIDE_BP,
    MOST_MENDS,
    MOST_OFFERS,
    WHOLE_BP,
    Crop,
    Cut,
    Dim,
    Mend,
    Mends,
    Offer,
    Span,
    Surround,
    crop_of,
    joined,
    surround_of,
)  # fmt: skip
from content.media.reasons import Reason
from content.media.surrounds import leaves_much_empty

_MOST_PARTS = 8
"""More places than this are offered as fewer, longer ones."""
_LEAST_LEFT_MS = 2_000
_STRIPES: tuple[Rule, ...] = ("pattern", "pattern_strong")
_LOOP: tuple[Rule, ...] = ("loop", "loop_red")
_SCREEN = 16, 9


@dataclass(frozen=True, slots=True)
class Case:
    """What an offer is made from. `facts` are those of the upload, times those of the film as it was made now."""

    reason: Reason
    facts: MediaFacts
    screening: Screening | None
    mends: Mends

    def parts(self, *, stripes: bool) -> list[Span]:
        """Where it flashes, or is striped, in milliseconds; what only happens at the film's seam cannot be dimmed."""
        found = self.screening.found if self.screening else ()
        # In whole seconds, as the reason's sentence names them.
        spans = [
            (one.start_us // 1_000_000 * 1_000, -(-one.end_us // 1_000_000) * 1_000)
            for one in found
            if (one.rule in _STRIPES) == stripes and one.rule not in _LOOP
        ]
        return fewer(joined(spans))


def offers_for(
    reasons: Iterable[Reason], facts: MediaFacts, screening: Screening | None, job: Job
) -> tuple[Offer, ...]:
    """What can be offered to whoever made the upload; nothing twice, nothing that was done already."""
    cuts = cuts_of(job.mends, job.profile)
    found: list[Offer] = []
    for reason in reasons:
        offering = OFFERS.get(reason.code)
        choices = offering(Case(reason, facts, screening, job.mends)) if offering else ()
        for choice in choices:
            mends = tuple(_in_upload(mend, cuts.original_ms) for mend in choice)
            is_new = mends and not set(mends) <= set(job.mends) and all(mends != offer.mends for offer in found)
            if is_new and len(job.mends) + len(mends) <= MOST_MENDS:
                found.append(Offer(reason.code, mends))
    return tuple(found[:MOST_OFFERS])


def _flashes(case: Case) -> Iterable[Mends]:
    return _dim_or_cut(case, case.parts(stripes=False))


def _stripes(case: Case) -> Iterable[Mends]:
    return _dim_or_cut(case, case.parts(stripes=True)) if case.facts.kind == "video" else ()


def _all_hazards(case: Case) -> Iterable[Mends]:
    """Dimming did not help: what is left is to cut."""
    return (_cut_out(case, joined(case.parts(stripes=False) + case.parts(stripes=True))),)


def _named_parts(case: Case) -> Iterable[Mends]:
    """The parts the reason itself names, cut out."""
    return (_cut_out(case, read_spans_ms(str(case.reason.values["spans_ms"]))),)


def _dim_or_cut(case: Case, parts: list[Span]) -> Iterable[Mends]:
    return tuple(Dim(*part) for part in parts), _cut_out(case, parts)


def _cut_out(case: Case, parts: list[Span]) -> Mends:
    """The parts cut out; nothing where too little of the film would be left."""
    length_ms = case.facts.duration_ms
    left_ms = length_ms - sum(min(end, length_ms) - start for start, end in parts if start < length_ms)
    return () if left_ms < _LEAST_LEFT_MS else tuple(Cut(*part) for part in parts)


def _too_wide(case: Case) -> Iterable[Mends]:
    """The middle of a picture that is very wide or very tall, in the shape of a screen."""
    width, height = case.facts.shown_width, case.facts.shown_height
    if crop_of(case.mends) is not None:
        return ()
    across, down = _SCREEN if width >= height else _SCREEN[::-1]
    width_bp = min(WHOLE_BP, WHOLE_BP * height * across // (down * width))
    height_bp = min(WHOLE_BP, WHOLE_BP * width * down // (across * height))
    if min(width_bp, height_bp) < LEAST_SIDE_BP:
        return ()
    return ((Crop((WHOLE_BP - width_bp) // 2, (WHOLE_BP - height_bp) // 2, width_bp, height_bp),),)


def _filled(case: Case) -> Iterable[Mends]:
    """The picture itself, blurred, around it."""
    is_wanted = surround_of(case.mends) is None and leaves_much_empty(case.facts, case.mends)
    return ((Surround(BLUR),),) if is_wanted else ()


def _cropped_or_filled(case: Case) -> Iterable[Mends]:
    return (*_too_wide(case), *_filled(case))


def _black_bars(case: Case) -> Iterable[Mends]:
    """What is within the bars."""
    left, top, right, bottom = (int(case.reason.values[side]) for side in ("left", "top", "right", "bottom"))
    if crop_of(case.mends) is not None:
        return ()
    return ((Crop(left, top, WHOLE_BP - left - right, WHOLE_BP - top - bottom),),)


OFFERS: Mapping[str, Callable[[Case], Iterable[Mends]]] = MappingProxyType(
    {
        "red_flash_hazard": _flashes,
        "flash_hazard": _flashes,
        "flash_hold": _flashes,
        "animation_stilled": _flashes,
        "pattern_hazard": _stripes,
        "pattern_hold": _stripes,
        "still_flashes": _all_hazards,
        "black_part": _named_parts,
        "hidden_picture": _named_parts,
        "black_bars": _black_bars,
        "extreme_shape": _cropped_or_filled,
        "panorama": _cropped_or_filled,
        "narrow_shape": _filled,
    }
)
"""For the code of a reason: the choices there are, each of one or more mends that belong together."""


def fewer(parts: list[Span]) -> list[Span]:
    """The same parts, at most _MOST_PARTS: those with the least between them become one."""
    parts = list(parts)
    while len(parts) > _MOST_PARTS:
        place = min(range(len(parts) - 1), key=lambda at: parts[at + 1][0] - parts[at][1])
        parts[place : place + 2] = [(parts[place][0], parts[place + 1][1])]
    return parts


def _in_upload(mend: Mend, original_ms: Callable[[int], int]) -> Mend:
    match mend:
        case Dim(start_ms, end_ms, strength):
            return Dim(original_ms(start_ms), original_ms(end_ms), strength)
        case Cut(start_ms, end_ms):
            return Cut(original_ms(start_ms), original_ms(end_ms))
        case _:
            return mend
