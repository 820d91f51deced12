"""What the parts of the agent know together: who we are, what is programmed, how the others are. No network, no SDL."""

import asyncio
from dataclasses import dataclass, field, replace

import aiohttp

from content.approval import SignedApproval
from content.clock import Now
from content.language import best_language
from content.live import LiveNews
from content.manifest import NeededFile
from content.programme.layers import Span
from display_node.agent.acceptance import Accepted
from display_node.agent.answers import PairingOffer
from display_node.agent.cache import Cache
from display_node.agent.curator import Curator
from display_node.agent.faults import Faults
from display_node.agent.identity import Identity, PanicState
from display_node.agent.pace import Pace
from display_node.agent.slots import succession
from display_node.agent.strikes import Strikes
from display_node.config import CLOCK_HOLDOVER_MS, CLOCK_TRUSTED_MS, DataFolder
from display_node.messages import Heartbeat
from display_node.panel import PLAIN, Panel
from display_node.words import speak

NEED_AHEAD_MS = 6 * 3_600_000


@dataclass(slots=True)
class ClockState:
    """How far our clock is from the curator's (`offset_ms` = curator - ours), measured at `measured_ms`."""

    offset_ms: int = 0
    measured_ms: int | None = None

    def word(self, now_ms: int) -> str:
        """`trusted`, `holdover` (not compared for a day, or never) or `untrusted`."""
        if self.measured_ms is None or not 0 <= now_ms - self.measured_ms < CLOCK_HOLDOVER_MS:
            return "holdover"
        return "trusted" if abs(self.offset_ms) < CLOCK_TRUSTED_MS else "untrusted"


@dataclass(slots=True)
class State:
    """The one mutable thing of the agent; only its event loop touches it."""

    folder: DataFolder
    now: Now
    pace: Pace
    session: aiohttp.ClientSession
    cache: Cache
    identity: Identity
    token: str
    panic: PanicState
    started_ms: int
    seed: str
    """This screen's own: spreads its waits away from those of others."""
    language: str = ""
    """What the operator chose for the screen's own words; \"\" follows the screen."""
    panel: Panel = PLAIN
    """What kind of panel hangs there."""
    island_wifi: str = ""
    """What the screen's own Wi-Fi is called, "" where it has none."""
    faults: Faults = field(default_factory=Faults)
    strikes: Strikes = field(default_factory=Strikes)
    clock: ClockState = field(default_factory=ClockState)
    before: Accepted | None = None
    current: Accepted | None = None
    pending: Accepted | None = None
    live: LiveNews = field(default_factory=LiveNews)
    """The live orders believed."""
    backdrops: tuple[SignedApproval, ...] = ()
    """The approvals believed of pictures behind the words of activities."""
    sessions: tuple[Span, ...] = ()
    """From when until when sessions were held here, or will have been."""
    offer: PairingOffer | None = None
    heartbeat: Heartbeat | None = None
    heartbeat_ms: int = 0
    curator_ms: int | None = None
    is_linked: bool = False
    is_player_there: bool = False
    rows_waiting: int = 0
    votes_waiting: int = 0
    is_island_there: bool = False
    """Whether visitors may come in over the screen's own network."""
    visitors_here: int = 0
    """Visitors at the screen itself, not behind the curator."""
    room_bytes: int = 0
    _count: tuple[int, Accepted | None, tuple[int, int]] = (0, None, (0, 0))
    cues_wake: asyncio.Event = field(default_factory=asyncio.Event)
    files_wake: asyncio.Event = field(default_factory=asyncio.Event)
    fetch_wake: asyncio.Event = field(default_factory=asyncio.Event)
    poll_wake: asyncio.Event = field(default_factory=asyncio.Event)
    live_wake: asyncio.Event = field(default_factory=asyncio.Event)
    health_wake: asyncio.Event = field(default_factory=asyncio.Event)
    rows_wake: asyncio.Event = field(default_factory=asyncio.Event)
    paired: asyncio.Event = field(default_factory=asyncio.Event)

    def curator(self) -> Curator:
        """The curator as we are known to it now."""
        return Curator(self.session, self.identity.curator, self.identity.node_id, self.token)

    def answered(self) -> None:
        """The curator spoke to us."""
        self.curator_ms = self.now()
        self.faults.clear("curator")

    @property
    def may_show(self) -> bool:
        """Whether this screen may show its programme at all."""
        return self.identity.is_paired and not self.identity.is_revoked and self.current is not None

    def needs(self) -> list[NeededFile]:
        """Every file of what is on, of what comes, of live orders and behind words, in no order but those last."""
        before = self._files_of(self.before) if self.is_before_on else ()
        files = (*self.live.files, *self._files_of(self.current), *before, *self._files_of(self.pending))
        files = (*files, *self.backdrop_files)
        return list({need.sha256: need for need in files}.values())

    def needs_in_order(self) -> list[NeededFile]:
        """The same, those of live orders and those needed soonest first."""
        needs = {need.sha256: need for need in self.needs()}
        if self.current is None:
            return list(needs.values())
        now_ms = self.now()
        before = None if self.before is None else self.before.programming
        soon = succession(before, self.current.programming, now_ms, now_ms + NEED_AHEAD_MS)
        hashes = [need.sha256 for need in self.live.files]
        hashes += [manifest.items[slot.item].sha256 for slot, manifest in soon if slot.item in manifest.items]
        return list({sha256: needs[sha256] for sha256 in [*hashes, *needs] if sha256 in needs}.values())

    @property
    def backdrop_files(self) -> tuple[NeededFile, ...]:
        """The pictures behind words."""
        said = (one.approval for one in self.backdrops)
        return tuple(NeededFile(one.sha256, one.size_bytes, one.media_type) for one in said)

    @property
    def is_before_on(self) -> bool:
        """Whether the manifest before the current one is still what is on."""
        return self.before is not None and self.current is not None and self.now() < self.current.manifest.effective_ms

    def keep(self) -> list[set[str]]:
        """What must not be evicted: with the manifest before, and, when that is over, without it."""
        live = {need.sha256 for need in (*self.live.files, *self.backdrop_files)}
        least = live | self._hashes(self.current) | self._hashes(self.pending)
        everything = least | self._hashes(self.before)
        return [everything] if self.is_before_on else [everything, least]

    def wanted_and_held(self) -> tuple[int, int]:
        """How many files the newest manifest needs, and how many of them are here and sound."""
        newest = self.pending or self.current
        if newest is None:
            return 0, 0
        at_ms, counted, found = self._count
        if counted is newest and 0 <= self.now() - at_ms < self.pace.status_s * 500:
            return found
        lacking = sum(1 for need in newest.manifest.files if not self.cache.holds([need]))
        self._count = self.now(), newest, (len(newest.manifest.files), len(newest.manifest.files) - lacking)
        return self._count[2]

    def speak_its_language(self) -> None:
        """The screen's own words are in the operator's language, else in the one its manifest names."""
        if self.language or self.current is not None:
            speak(self.language or best_language([self.current.manifest.screen.language] if self.current else []))

    def stop_trusting_programme(self) -> None:
        """Forgets every manifest and live order in memory: they belong to another pairing."""
        self.before = self.current = self.pending = None
        self.live, self.backdrops = LiveNews(), ()
        self.cues_wake.set()

    def rename(self, identity: Identity) -> None:
        """Keeps who we are and wakes whoever waits for a pairing."""
        self.identity = replace(identity)
        if identity.is_paired:
            self.paired.set()
        else:
            self.paired.clear()
        self.cues_wake.set()

    @staticmethod
    def _files_of(accepted: Accepted | None) -> tuple[NeededFile, ...]:
        return () if accepted is None else accepted.manifest.files

    def _hashes(self, accepted: Accepted | None) -> set[str]:
        return {need.sha256 for need in self._files_of(accepted)}


async def woken(event: asyncio.Event, within_s: float) -> None:
    """Returns when `event` is set (and clears it), or after `within_s` seconds."""
    try:
        async with asyncio.timeout(within_s):
            await event.wait()
    except TimeoutError:
        return
    event.clear()
