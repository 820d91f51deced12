"""Looks after the files: checks those on the disk before they are needed, fetches what lacks, switches manifests."""

import asyncio

from content.manifest import NeededFile
from display_node.agent.cache import DiskTrouble
from display_node.agent.cues import Shelf
from display_node.agent.curator import CuratorAway, CuratorRefuses, NotWelcome
from display_node.agent.downloads import WrongBytes, fetch
from display_node.agent.manifests import keep
from display_node.agent.state import State, woken
from display_node.agent.waiting import Backoff
from display_node.words import _


async def check_files(state: State) -> None:
    """Hashes files for ever: those needed soonest first, each at start, after any change, and once a day."""
    while True:
        if state.cache.unchecked(need.sha256 for need in state.needs()) is None:
            await woken(state.files_wake, state.pace.recheck_s)
            continue
        sha256 = state.cache.unchecked(need.sha256 for need in state.needs_in_order())
        if sha256 is None:
            continue
        if await asyncio.to_thread(state.cache.check, sha256):
            state.faults.clear(f"file {sha256}")
        else:
            sentence = _("A file on this screen's disk was damaged ({file}); it is fetched again.")
            state.faults.say(f"file {sha256}", sentence.format(file=sha256[:12]))
        state.fetch_wake.set()
        state.cues_wake.set()


async def fetch_files(state: State) -> None:
    """Fetches files for ever, those on air first, and switches to the next manifest when all of its files are here."""
    backoff = Backoff(f"{state.seed} files", state.pace.first_retry_s, state.pace.longest_retry_s)
    while True:
        await state.paired.wait()
        need = _next_need(state)
        if need is not None and need in state.backdrop_files:
            # A programme does not wait for a picture behind words: those come last, when all of its files are here.
            await _switch_if_ready(state)
        if need is None:
            backoff.succeeded()
            state.faults.clear("fetch")
            await _switch_if_ready(state)
            await woken(state.fetch_wake, state.pace.recheck_s)
            continue
        if await _fetched(state, need):
            backoff.succeeded()
        else:
            await woken(state.fetch_wake, backoff.after_failure_s())


async def _fetched(state: State, need: NeededFile) -> bool:
    about = f"file {need.sha256}"
    try:
        await fetch(need, state.curator(), state.cache, state.keep())
    except WrongBytes:
        sentence = _("The curator sent wrong bytes for the file {file}; asking again.")
        state.faults.say(about, sentence.format(file=need.sha256[:12]))
    except DiskTrouble as error:
        sentence = _("The disk is full or broken ({reason}): free some room. The old programme plays on.")
        state.faults.say("disk", sentence.format(reason=error))
    except CuratorRefuses as error:
        sentence = _("The curator does not give the file {file} ({reason}).")
        state.faults.say(about, sentence.format(file=need.sha256[:12], reason=error))
        state.poll_wake.set()
    except (CuratorAway, NotWelcome) as error:
        sentence = _("A file of the programme does not come through ({reason}); it is asked for again and again.")
        state.faults.say("fetch", sentence.format(reason=str(error) or type(error).__name__))
        state.poll_wake.set()
    else:
        state.answered()
        state.faults.clear(about)
        state.faults.clear("fetch")
        state.faults.clear("disk")
        state.cues_wake.set()
        return True
    return False


def _next_need(state: State) -> NeededFile | None:
    if not state.cache.lacking(state.needs()):
        return None
    return next(iter(state.cache.lacking(state.needs_in_order())), None)


async def _switch_if_ready(state: State) -> None:
    new = state.pending
    if new is None:
        return
    if not state.cache.holds(new.manifest.files):
        if any(state.cache.find(need.sha256) is Shelf.UNCHECKED for need in new.manifest.files):
            state.files_wake.set()
        return
    before = state.before if state.is_before_on else state.current
    try:
        await asyncio.to_thread(keep, state.folder, new, before)
    except OSError as error:
        sentence = _("The new programme cannot be kept on the disk ({reason}): free some room. The old one plays on.")
        state.faults.say("disk", sentence.format(reason=error))
        return
    if state.pending is not new:
        return
    state.before, state.current, state.pending = before, new, None
    state.faults.clear("disk")
    state.faults.clear("stored")
    state.speak_its_language()
    state.rename(state.identity.trusting(new.manifest.keys))
    if new.concern:
        state.faults.say("engine", new.concern)
    else:
        state.faults.clear("engine")
    state.cues_wake.set()
    state.health_wake.set()
    await asyncio.to_thread(state.cache.evict, state.keep()[0])
