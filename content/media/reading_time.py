"""How long something with words on it must stand so that a passer-by can read it. Pure arithmetic."""

from content import reading_speed

NOTICE_MS = 2_000
"""To look up and find the beginning."""
MOST_READING_MS = 30_000
"""Nobody stands before one page for longer; a page with more on it is not read to its end."""


def reading_ms(characters: int) -> int:
    """Milliseconds to notice and read `characters`, at most MOST_READING_MS; 0 where there is nothing to read."""
    if characters <= 0:
        return 0
    return min(MOST_READING_MS, NOTICE_MS + reading_speed.reading_ms(characters))
