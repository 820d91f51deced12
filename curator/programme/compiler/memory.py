"""Which last starts a plan's accounts remember: those that may still make a difference. Pure.

Without this a plan would carry the last start of every item that its groups ever had.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from content.programme.plan import Carry, Rotation, Segment
from curator.programme.compiler.lists import gap_ms
from curator.programme.facts import ProgrammeFacts
from curator.programme.hours import DAY_MS

REMEMBERED_MS = DAY_MS
"""A start is remembered for a day at least, in case somebody asks for a gap that was not asked for before."""


def remembered(facts: ProgrammeFacts, carries: Mapping[str, Carry], segments: Sequence[Segment]) -> dict[str, Carry]:
    """The accounts at the start of the segments, without the starts of items that are in no list and may not be shown.

    Nor those that were longer ago than a day and than any gap between two starts of the item here.
    """
    gaps_ms = {item.id: gap_ms(item, facts.rules) for item in facts.items.values()}
    for listed, kept_ms in _listed(segments).items():
        gaps_ms[listed] = max(kept_ms, gaps_ms.get(listed, 0))
    from_ms = segments[0].start_ms
    return {
        group: replace(
            carry,
            last_starts_ms={
                item: start_ms
                for item, start_ms in carry.last_starts_ms.items()
                if item in gaps_ms and start_ms + max(gaps_ms[item], REMEMBERED_MS) > from_ms
            },
        )
        for group, carry in carries.items()
    }


def _listed(segments: Sequence[Segment]) -> dict[str, int]:
    """The items in any list and their longest gap there: promised segments have lists by what was decided before."""
    found: dict[str, int] = {}
    # A group's list is usually one object for many segments.
    listings = {
        id(listing): listing
        for segment in segments
        if isinstance(segment, Rotation)
        for listing in segment.groups.values()
    }
    for listing in listings.values():
        for entry in listing.items:
            found[entry.item] = max(found.get(entry.item, 0), entry.gap_ms)
    return found
