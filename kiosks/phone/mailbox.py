"""What waits for one phone: never more than the newest message of each kind, however slowly it reads."""

import asyncio
from dataclasses import dataclass, field


@dataclass(slots=True)
class Mailbox:
    """What one phone is yet to be told: the newest of each kind."""

    heard_ms: int
    waiting: dict[str, str] = field(default_factory=dict)
    something: asyncio.Event = field(default_factory=asyncio.Event)
    is_ended: bool = False
    is_over: bool = False
    """Whether the pass is over, so that the phone need not come again with it."""

    def put(self, kind: str, text: str) -> None:
        """Tells the phone; an older message of the kind that was not sent yet is forgotten."""
        self.waiting[kind] = text
        self.something.set()

    def end(self, *, is_over: bool = False) -> None:
        """Another phone came with this pass, this one has long said nothing, or the pass is over."""
        self.is_ended, self.is_over = True, is_over
        self.something.set()
