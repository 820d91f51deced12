"""Which activities people allowed at this screen, and the pictures behind their words: signed, on the disk.

They are there without the curator, and fetched on a hint, when the link comes up and with every poll. An activity is
believed for its signature, from whoever it comes, and for no longer than that says.
"""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from content.canonical import Json, canonical_bytes
from content.files import write_whole
from content.reading import BadDocument, Reader
from content.signing import BadSignature
from display_node.agent import backdrops
from display_node.agent.curator import CuratorAway, CuratorRefuses, NotWelcome
from display_node.agent.state import State, woken
from display_node.agent.waiting import Backoff
from display_node.words import _
from kiosks.activities.known import LARGEST_KNOWN_BYTES, MOST_KNOWN, Counted, Told, read_told
from kiosks.activities.statement import Statement

FAULT = "activities"
LONGEST_ALONE_MS = 24 * 3_600_000
"""Longer without the curator nothing is begun, unless a technician made this screen an island: what was taken back
meanwhile is not known here."""
KEPT_AGAIN_MS = 3_600_000
"""That the curator was heard is written down so often: a memory card wears out."""
SOONEST_S = 0.25


@dataclass(frozen=True, slots=True)
class Known:
    """An activity that is allowed here, and what the curator holds: the votes for each option, or the notes."""

    statement: Statement
    counts: tuple[int, ...]
    notes: tuple[int, ...] = ()


@dataclass(slots=True)
class KnownActivities:
    """What was told last. Only the agent's event loop touches it."""

    state: State
    is_island: bool = False
    """Whether a technician said that this screen goes on alone."""
    told: tuple[Counted, ...] = ()
    heard_ms: int = 0
    """When the curator told them (UTC ms of this screen)."""
    allowed: Callable[[Collection[str]], None] = lambda _activities: None
    """Is told each time which activities the curator allows here."""
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    _kept_ms: int = 0
    _met: int = 0

    def now(self) -> tuple[Known, ...]:
        """Those that visitors may take part in at this moment."""
        state = self.state
        now_ms = state.now()
        is_alone = abs(now_ms - self.heard_ms) > LONGEST_ALONE_MS
        if not state.may_show or (is_alone and not self.is_island):
            return ()
        found = (Known(one.signed.statement, one.counts, one.notes) for one in self.told)
        return tuple(one for one in found if one.statement.allows(state.identity.screen_id, now_ms))

    def find(self, activity: str) -> Known | None:
        """One of those."""
        return next((one for one in self.now() if one.statement.activity == activity), None)

    def meet(self, one: Counted) -> str:
        """Takes up what the curator allowed just now, before it tells all again; its id, "" if it is not genuine."""
        if not _believed(self.state, (one,)):
            self.state.faults.say(FAULT, _("An activity is not genuine and is not offered."))
            return ""
        activity = one.signed.statement.activity
        others = (known for known in self.told if known.signed.statement.activity != activity)
        self.told, self._met = (one, *others)[:MOST_KNOWN], self._met + 1
        self.wake.set()
        return activity

    async def ask(self) -> None:
        """Goes on for ever."""
        state = self.state
        backoff = Backoff(f"{state.seed} activities", state.pace.first_retry_s, state.pace.longest_retry_s)
        while True:
            await state.paired.wait()
            identity, met = state.identity, self._met
            try:
                told = await state.curator().activities()
            except (CuratorAway, CuratorRefuses, NotWelcome, BadDocument):
                # That the curator is away is said by whoever asks it for the programme; an older one knows no answer.
                await woken(self.wake, backoff.after_failure_s())
                continue
            backoff.succeeded()
            # What was asked for before somebody met a new one does not hold that, and is asked for again.
            if identity == state.identity and met == self._met:
                await self._take(told)
            await asyncio.sleep(min(SOONEST_S, state.pace.soonest_poll_s))
            await woken(self.wake, backoff.about(state.pace.poll_s))

    async def _take(self, told: Told) -> None:
        """Believes what is to be believed, and keeps it."""
        believed = _believed(self.state, told.activities)
        if len(believed) < len(told.activities):
            self.state.faults.say(FAULT, _("An activity is not genuine and is not offered."))
        else:
            self.state.faults.clear(FAULT)
        now_ms = self.state.now()
        is_other_picture = self._take_pictures(told)
        is_new, self.told, self.heard_ms = is_other_picture or believed != self.told, believed, now_ms
        self.allowed({one.signed.statement.activity for one in believed})
        if not is_new and now_ms - self._kept_ms < KEPT_AGAIN_MS:
            return
        self._kept_ms = now_ms
        document: dict[str, Json] = {"heard_ms": now_ms, **Told(believed, self.state.backdrops).as_json()}
        try:
            await asyncio.to_thread(write_whole, self.state.folder.activities, canonical_bytes(document), mode=0o600)
        except OSError as error:
            sentence = _("The activities cannot be kept on the disk ({reason}): free some room.")
            self.state.faults.say(FAULT, sentence.format(reason=error))

    def _take_pictures(self, told: Told) -> bool:
        """From now on these may stand behind words, and no others; whether they are others than before."""
        state, before = self.state, self.state.backdrops
        state.backdrops = backdrops.believed(told.backdrops, state.identity.pinned)
        if state.backdrops == before:
            return False
        state.files_wake.set()
        state.fetch_wake.set()
        state.health_wake.set()
        return True

    def load(self) -> None:
        """Takes up those on the disk that are still believed; none when the file is gone or damaged. Blocks."""
        try:
            with self.state.folder.activities.open("rb") as stream:
                body = stream.read(LARGEST_KNOWN_BYTES + 1)
            document = Reader.of_bytes(body, limit_bytes=LARGEST_KNOWN_BYTES)
            told, heard_ms = read_told(document), document.fields("heard_ms", others=True)["heard_ms"].integer(least=0)
            self.told, self.heard_ms = _believed(self.state, told.activities), heard_ms
            self._take_pictures(told)
        except FileNotFoundError:
            return
        except (OSError, BadDocument) as error:
            self.state.faults.say(FAULT, _("The activities on the disk cannot be read: {reason}.").format(reason=error))


def _believed(state: State, told: tuple[Counted, ...]) -> tuple[Counted, ...]:
    pinned, believed = state.identity.pinned, []
    for one in told:
        try:
            one.signed.verify(pinned)
        except BadSignature:
            continue
        believed.append(one)
    return tuple(believed)
