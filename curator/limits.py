"""How often somebody may try: counts in memory, per key, in a sliding window. Forgets; never grows past its bound."""

from collections import OrderedDict

MOST_KEYS = 10_000


class Tries:
    """At most `most` tries per key within `window_ms`. Keys are e-mail addresses or network addresses; never stored."""

    def __init__(self, most: int, window_ms: int) -> None:
        """Nobody has tried yet."""
        self._most = most
        self._window_ms = window_ms
        self._tries: OrderedDict[str, list[int]] = OrderedDict()

    def wait_ms(self, key: str, now_ms: int) -> int:
        """How long this key must wait before its next try; 0 when it need not."""
        recent = [at for at in self._tries.get(key, []) if at > now_ms - self._window_ms]
        return 0 if len(recent) < self._most else recent[-self._most] + self._window_ms - now_ms

    def note(self, key: str, now_ms: int) -> None:
        """Counts a try."""
        recent = [at for at in self._tries.pop(key, []) if at > now_ms - self._window_ms]
        self._tries[key] = [*recent[-self._most :], now_ms]
        while len(self._tries) > MOST_KEYS:
            self._tries.popitem(last=False)

    def take_back(self, key: str, now_ms: int) -> None:
        """The try noted at `now_ms` was a good one and does not count."""
        recent = self._tries.get(key, [])
        if now_ms in recent:
            recent.remove(now_ms)

    def forget(self, key: str) -> None:
        """This key has shown it is who it says."""
        self._tries.pop(key, None)
