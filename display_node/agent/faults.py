"""What is wrong with this screen right now, in sentences, at most MOST_FAULTS of them. No files, no clock."""

from display_node.config import MOST_FAULTS

LONGEST_SENTENCE = 500


class Faults:
    """Sentences by what they are about: a new one replaces the old about the same thing, `clear` takes it away."""

    def __init__(self) -> None:
        """Nothing is wrong yet."""
        self._about: dict[str, str] = {}

    def say(self, about: str, sentence: str) -> None:
        """Something is wrong; the oldest fault makes room when there are too many."""
        self._about.pop(about, None)
        self._about[about] = sentence[:LONGEST_SENTENCE]
        while len(self._about) > MOST_FAULTS:
            del self._about[next(iter(self._about))]

    def clear(self, about: str) -> None:
        """It is well again."""
        self._about.pop(about, None)

    def sentences(self) -> tuple[str, ...]:
        """What is wrong, newest last."""
        return tuple(self._about.values())
