"""What a plan comes to, in a few bytes: by these a screen knows that its engine shows what the curator's showed."""

import hashlib
import json

from content.programme.engine import Event, Programme
from content.programme.plan import ENGINE

DIGEST_BYTES = 16


def segment_digests(programme: Programme) -> tuple[str, ...]:
    """For each segment 32 hexadecimal digits that stand for what is on screen in it, whatever came before."""
    return tuple(segment_digest(programme, index) for index in range(len(programme.plan.segments)))


def segment_digest(programme: Programme, index: int) -> str:
    """The digest of one segment: of the engine's name and the segment's events."""
    return _digest([ENGINE, [_row(event) for event in programme.segment_events(index)]])


def plan_digest(programme: Programme) -> str:
    """32 hexadecimal digits that stand for the whole: the plan with its carry, and every segment's digest.

    It is of the plan spelt out, so however the plan was written it is the same.
    """
    return _digest([programme.plan.spelt_out(), list(segment_digests(programme))])


def _row(event: Event) -> list[object]:
    row: list[object] = [event.start_ms, event.end_ms, event.kind, event.item, event.group, event.media_offset_ms]
    return [*row, "muted"] if event.muted else row


def _digest(value: object) -> str:
    # Keys are sorted by code points, which the library does ten times faster than `canonical` sorts by UTF-16.
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.blake2b(body.encode("utf-8"), digest_size=DIGEST_BYTES).hexdigest()
