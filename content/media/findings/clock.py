"""Times of a film as people read them: 0:41, 1:02:07."""

from collections.abc import Iterable

MOST_PLACES = 4
MOST_SPANS = 8

Span = tuple[int, int]
"""From when until when, in microseconds from the film's beginning on."""


def clock(at_us: int) -> str:
    """Minutes and whole seconds."""
    seconds = at_us // 1_000_000
    return f"{seconds // 60}:{seconds % 60:02}"


def places(spans: Iterable[Span]) -> str:
    """The seconds to look at, such as "0:41-0:44, 1:10-1:12"; those that touch are one, the first few are named."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start // 1_000_000 <= -(-joined[-1][1] // 1_000_000):
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    named = [f"{clock(start)}-{clock(end + 999_999)}" for start, end in joined[:MOST_PLACES]]
    return ", ".join([*named, "…"] if len(joined) > MOST_PLACES else named)


def spans_ms(spans: Iterable[Span]) -> str:
    """The spans to the millisecond, for programs: "41000-44000 70000-72000"; the first MOST_SPANS."""
    return " ".join(f"{start // 1_000}-{-(-end // 1_000)}" for start, end in sorted(spans)[:MOST_SPANS])


def read_spans_ms(words: str) -> list[Span]:
    """What `spans_ms` wrote, in milliseconds."""
    pairs = (one.split("-") for one in words.split())
    return [(int(start), int(end)) for start, end in pairs]
