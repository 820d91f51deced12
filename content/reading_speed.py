"""How fast words on a screen are read by people who pass by."""

CHARACTERS_A_SECOND = 12
"""Somewhat slower than the captions of television, which nobody reads while walking: the BBC's guidelines for subtitles
recommend 160 to 180 words a minute, which with six characters a word is 16 to 18 characters a second."""


def reading_ms(characters: int) -> int:
    """Milliseconds to read so many characters, once they have been noticed."""
    return -(-characters * 1_000 // CHARACTERS_A_SECOND)
