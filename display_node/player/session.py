"""The session layer: an activity drawn over the programme while the agent renews its lease.

Composed beside the frame loop. The cues do not change: when the lease is over, for whatever reason, they are on.
"""

import logging
from collections import deque
from collections.abc import Callable
from pathlib import Path

import pygame

from content.reading import BadDocument
from display_node.messages import Cue
from display_node.player.composing import Composing
from display_node.player.scenes.activities import make_scene
from display_node.player.scenes.activity import ActivityScene
from display_node.player.scenes.backdrop import veiled_picture
from display_node.player.text import Typesetter
from display_node.player.timeline import NS_PER_MS
from display_node.session_messages import LEASE_MS, AboutSession, SessionNow, SessionOff, SessionOn, SessionWords

log = logging.getLogger("display_node.player.session")
LEASE_NS = LEASE_MS * NS_PER_MS
MOST_TAPS = 500
"""Bundles of taps whose way to the screen is remembered."""


class SessionLayer:
    """At most one session. Only the frame loop uses it."""

    def __init__(self, typesetter: Typesetter) -> None:
        """Nobody takes part."""
        self._typesetter = typesetter
        self.told: SessionOn | None = None
        """What is on, as far as the agent told."""
        self._scene: ActivityScene | None = None
        self._composing: Composing[ActivityScene | None] | None = None
        self.news: SessionNow | None = None
        """How it stands."""
        self._words: SessionWords | None = None
        self.size = self._composing_size = (0, 0)
        """The size for which the scene that is there was composed."""
        self.room_of: Callable[[tuple[int, int]], tuple[int, int]] = lambda size: size
        """How much of the picture is left to the activity."""
        self._heard_ns = self._tapped_ms = 0
        self._took_ms: deque[int] = deque(maxlen=MOST_TAPS)
        self.is_calm = False
        self.cue: Cue | None = None
        """The session as the as-run log knows it."""

    def hear(self, message: AboutSession, size: tuple[int, int], now_ns: int) -> None:
        """Begins, goes on or ends. What is about another session than the one that is on changes nothing."""
        match message:
            case SessionOn(session=session) if self.told is not None and session == self.told.session:
                self._heard_ns, is_other, self.told = now_ns, message != self.told, message
                if is_other:
                    self._compose(message, self.room_of(size))
            case SessionOn():
                self._begin(message, size, now_ns)
            case SessionNow(session=session) if self.told is not None and session == self.told.session:
                self._heard_ns, self.news = now_ns, message
                self._tapped_ms = self._tapped_ms or message.tapped_ms
                if self._scene is not None:
                    self._scene.receive(message, now_ns)
            case SessionWords(session=session) if self.told is not None and session == self.told.session:
                # The scene that is there stays until the one with the new words is composed.
                self._words = message
                self._compose(self.told, self.room_of(size))
            case SessionOff(session=session) if self.told is not None and session == self.told.session:
                self.end()

    def scene_at(self, instant_ns: int, size: tuple[int, int]) -> ActivityScene | None:
        """What is drawn at an instant; None when the programme is on."""
        told = self.told
        if told is None or not self.is_on(instant_ns):
            return None
        # The scene that is there stays until the one of another size is composed.
        if (wanted := self.room_of(size)) != self._composing_size:
            self._compose(told, wanted)
        if self._composing is not None and not self._composing.is_running:
            self._scene, self._composing, self.size = self._composing.made, None, self._composing_size
            if self._scene is not None and self.news is not None:
                self._scene.receive(self.news, self._heard_ns)
        if self._scene is not None:
            self._scene.is_calm = self.is_calm
        return self._scene

    def is_on(self, instant_ns: int) -> bool:
        """Whether a session is on, though its scene may not be composed yet."""
        is_leased = self._heard_ns - LEASE_NS < instant_ns < self._heard_ns + LEASE_NS
        return self.told is not None and is_leased and instant_ns < self.told.until_ms * NS_PER_MS

    def presented(self, now_ns: int) -> None:
        """What was heard is on the screen."""
        if self._tapped_ms:
            self._took_ms.append(max(0, now_ns // NS_PER_MS - self._tapped_ms))
            self._tapped_ms = 0

    def taps(self) -> tuple[int, int, int]:
        """How many of the newest taps are remembered, and what they took to the screen: median and 95 of 100, in ms."""
        took = sorted(self._took_ms)
        return (len(took), took[len(took) // 2], took[len(took) * 95 // 100]) if took else (0, 0, 0)

    def end(self) -> None:
        """Back to the programme."""
        self._tapped_ms = 0
        self.told = self._scene = self._composing = self.news = self._words = self.cue = None

    def _begin(self, told: SessionOn, size: tuple[int, int], now_ns: int) -> None:
        self._words = self._scene = None
        self.told, self._heard_ns, self.news = told, now_ns, None
        self._compose(told, self.room_of(size))
        self.cue = Cue(
            told.start_ms, told.until_ms, "session", "session", told.activity, manifest_version=told.manifest_version
        )

    def _compose(self, told: SessionOn, size: tuple[int, int]) -> None:
        self._composing_size = size
        setter, words = self._typesetter.for_a_thread(), self._words
        self._composing = Composing("session", lambda: _made(told, words, size, setter))


def _picture(told: SessionOn, size: tuple[int, int]) -> pygame.Surface | None:
    """The picture behind the words; None, and plain colours, for one that is not there or cannot be decoded."""
    # Pillow is read here, in the composing thread, and only where there is a picture.
    from display_node.player.still_picture import UNDECODABLE

    try:
        return veiled_picture(Path(told.backdrop), size)
    except UNDECODABLE:
        log.warning("the picture behind the words of %s cannot be shown", told.activity, exc_info=True)
        return None


def _made(
    told: SessionOn, words: SessionWords | None, size: tuple[int, int], typesetter: Typesetter
) -> ActivityScene | None:
    try:
        return make_scene(told, words, size, typesetter, _picture(told, size) if told.backdrop else None)
    except (BadDocument, ValueError):
        # The agent checked it; a player of another version may still not know it. The programme stays.
        return None
