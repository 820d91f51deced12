"""Hears of live orders: fetches them on a hint, when the link comes up and with every poll, and keeps them on the disk.

An order is believed for its signature, from whoever it comes; without the curator those on the disk hold to their end.
"""

import asyncio

from content.canonical import canonical_bytes
from content.files import write_whole
from content.live import LARGEST_LIVE_BYTES, LiveNews, read_news
from content.reading import BadDocument, Reader
from display_node.agent.curator import CuratorAway, CuratorRefuses, NotWelcome
from display_node.agent.layering import believed
from display_node.agent.state import State, woken
from display_node.agent.waiting import Backoff
from display_node.words import _

FAULT = "live orders"
SOONEST_S = 0.25
"""An alert is not to wait as long as a programme may."""


async def ask_live(state: State) -> None:
    """Goes on for ever."""
    backoff = Backoff(f"{state.seed} live", state.pace.first_retry_s, state.pace.longest_retry_s)
    while True:
        await state.paired.wait()
        try:
            news = await state.curator().live()
        except (CuratorAway, CuratorRefuses, NotWelcome):
            # That the curator is away is said by whoever asks it for the programme.
            await woken(state.live_wake, backoff.after_failure_s())
            continue
        except BadDocument as error:
            state.faults.say(
                FAULT, _("The live orders from the curator cannot be read: {reason}.").format(reason=error)
            )
            await woken(state.live_wake, backoff.after_failure_s())
            continue
        backoff.succeeded()
        state.answered()
        await _take(state, news)
        # However many hints come, the curator is asked at most this often.
        await asyncio.sleep(min(SOONEST_S, state.pace.soonest_poll_s))
        await woken(state.live_wake, backoff.about(state.pace.poll_s))


async def _take(state: State, news: LiveNews) -> None:
    """Believes what is to be believed, and keeps it."""
    identity = state.identity
    live, complaints = believed(news, identity.pinned, identity.screen_id, state.now())
    if identity != state.identity or not state.identity.is_paired:
        return
    if complaints:
        sentence = _("A live order is not genuine and is not obeyed: {reason}.")
        state.faults.say(FAULT, sentence.format(reason=complaints[0]))
    else:
        state.faults.clear(FAULT)
    if live == state.live:
        return
    state.live = live
    state.cues_wake.set()
    state.files_wake.set()
    state.fetch_wake.set()
    try:
        await asyncio.to_thread(write_whole, state.folder.live, canonical_bytes(live.as_json()), mode=0o600)
    except OSError as error:
        sentence = _("The live orders cannot be kept on the disk ({reason}): free some room.")
        state.faults.say(FAULT, sentence.format(reason=error))


def kept_orders(state: State) -> LiveNews:
    """The orders on the disk that are still believed; none when the file is gone or damaged. Blocks."""
    try:
        with state.folder.live.open("rb") as stream:
            body = stream.read(LARGEST_LIVE_BYTES + 1)
        news = read_news(Reader.of_bytes(body, limit_bytes=LARGEST_LIVE_BYTES))
    except FileNotFoundError:
        return LiveNews()
    except (OSError, BadDocument) as error:
        state.faults.say(FAULT, _("The live orders on the disk cannot be read: {reason}.").format(reason=error))
        return LiveNews()
    return believed(news, state.identity.pinned, state.identity.screen_id, state.now())[0]
