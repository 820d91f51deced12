"""Asks the curator: to be taken in (pairing), and then, again and again, for the manifest."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace

from content.reading import BadDocument
from content.signing import PAIRING, SigningKey
from display_node.agent import manifests
from display_node.agent.acceptance import Refused
from display_node.agent.answers import Grant, PairingOffer
from display_node.agent.curator import CuratorAway, CuratorRefuses, Fetched, NotWelcome
from display_node.agent.identity import (
    Identity,
    PanicState,
    forget_pairing,
    forget_programme,
    write_identity,
    write_token,
)
from display_node.agent.state import State
from display_node.agent.waiting import Backoff
from display_node.config import REFUSALS_BEFORE_REVOKED
from display_node.words import _


class Asker:
    """The one part that changes who we are."""

    def __init__(self, state: State, key: SigningKey, begin_anew: Callable[[], Awaitable[None]]) -> None:
        """`key` is this screen's own; `begin_anew` forgets the records of the screen this was before."""
        self._begin_anew = begin_anew
        self._state = state
        self._key = key
        self._etag = ""
        self._refusals = 0
        self._was_away = False
        self._backoff = Backoff(key.public.key_id, state.pace.first_retry_s, state.pace.longest_retry_s)

    async def ask(self) -> None:
        """Goes on for ever."""
        while True:
            await self._obey_pair_again()
            if self._state.identity.is_paired:
                seconds = await self._poll()
                # However many hints come, the curator is asked at most this often.
                await asyncio.sleep(min(self._state.pace.soonest_poll_s, seconds))
                await self._nap(seconds)
            else:
                await self._nap(await self._pair())

    async def _nap(self, seconds: float) -> None:
        """Waits, but not once somebody wants the screen paired again."""
        step_s = self._state.pace.glance_s
        while seconds > 0 and not self._state.folder.pair_again.exists():
            await woken_early(self._state, min(step_s, seconds))
            seconds = 0 if self._state.poll_wake.is_set() else seconds - step_s
        self._state.poll_wake.clear()

    async def _obey_pair_again(self) -> None:
        folder = self._state.folder
        if not folder.pair_again.exists():
            return
        self._state.rename(await asyncio.to_thread(forget_pairing, folder, self._state.identity))
        self._state.token, self._state.offer, self._etag, self._refusals = "", None, "", 0
        self._state.stop_trusting_programme()
        self._state.faults.clear("revoked")
        with contextlib.suppress(FileNotFoundError):
            await asyncio.to_thread(folder.pair_again.unlink)

    # --- pairing ---------------------------------------------------------------------------------------------------

    async def _pair(self) -> float:
        """One attempt, until it is granted, refused or expired; returns the seconds to wait before the next."""
        state = self._state
        try:
            offer = await state.curator().offer_pairing(self._key.public.text)
        except (CuratorAway, CuratorRefuses, NotWelcome, BadDocument) as error:
            self._cannot_reach(error)
            return self._backoff.after_failure_s()
        state.answered()
        state.offer = offer
        state.cues_wake.set()
        try:
            return await self._collect(offer)
        finally:
            state.offer = None
            state.cues_wake.set()

    async def _collect(self, offer: PairingOffer) -> float:
        signature = self._key.sign(PAIRING, offer.device_code.encode())
        interval_s = float(offer.interval_s)
        clock = asyncio.get_running_loop().time
        ends_s = clock() + offer.expires_in_s
        while clock() < ends_s:
            await self._nap(interval_s)
            if self._state.folder.pair_again.exists():
                return 0
            try:
                await self._taken_in(await self._state.curator().collect_token(offer.device_code, signature))
            except CuratorRefuses as error:
                match error.code:
                    case "authorization_pending":
                        self._state.answered()
                    case "slow_down":
                        interval_s += 5
                    case _:
                        return self._backoff.after_failure_s() if error.code == "access_denied" else 0.1
            except (CuratorAway, NotWelcome, BadDocument) as error:
                self._cannot_reach(error)
                interval_s = max(interval_s, self._backoff.after_failure_s())
            else:
                return 0
        return 0

    async def _taken_in(self, grant: Grant) -> None:
        state = self._state
        identity = Identity(state.identity.curator, grant.node_id, grant.screen_id, grant.screen_name, grant.keys)
        await asyncio.to_thread(write_token, state.folder, grant.token)
        await asyncio.to_thread(write_identity, state.folder, identity)
        current, before, _complaints = await asyncio.to_thread(manifests.load, state.folder, identity, state.now())
        if current is None:
            await asyncio.to_thread(forget_programme, state.folder)
            await self._begin_anew()
            state.panic = PanicState()
        self._backoff.succeeded()
        state.token, state.current, state.before = grant.token, current, before
        state.speak_its_language()
        state.answered()
        state.rename(identity)

    # --- the manifest ----------------------------------------------------------------------------------------------

    async def _poll(self) -> float:
        """Asks once; returns the seconds to wait before the next time."""
        state = self._state
        try:
            fetched = await state.curator().manifest(self._etag)
        except NotWelcome:
            return await self._not_welcome()
        except CuratorRefuses as error:
            if error.code == "no_manifest":
                await self._welcome()
                return self._backoff.about(state.pace.poll_s)
            self._cannot_reach(error)
            return self._backoff.after_failure_s()
        except CuratorAway as error:
            self._cannot_reach(error)
            return self._backoff.after_failure_s()
        await self._welcome()
        if fetched is not None:
            await self._consider(fetched)
        return self._backoff.about(state.pace.poll_s)

    async def _consider(self, fetched: Fetched) -> None:
        state = self._state
        if state.current is not None and fetched.envelope == state.current.envelope:
            self._etag, state.pending = fetched.etag, None
            return
        try:
            accepted = await asyncio.to_thread(
                manifests.judge_new, fetched.envelope, state.folder, state.identity, state.current
            )
        except Refused as error:
            self._etag = fetched.etag
            state.faults.say("manifest", str(error))
            state.health_wake.set()
            return
        self._etag = fetched.etag
        state.faults.clear("manifest")
        state.pending = accepted
        state.files_wake.set()
        state.fetch_wake.set()
        state.cues_wake.set()

    async def _welcome(self) -> None:
        self._backoff.succeeded()
        self._refusals = 0
        self._state.answered()
        if self._was_away:
            # Files that waited for the curator need not wait for their own turn to try.
            self._was_away = False
            self._state.fetch_wake.set()
        if self._state.identity.is_revoked:
            await self._keep(replace(self._state.identity, is_revoked=False))
            self._state.faults.clear("revoked")

    async def _not_welcome(self) -> float:
        """One 401 may be a curator in the middle of a restore; several in a row are meant."""
        self._refusals += 1
        if self._refusals < REFUSALS_BEFORE_REVOKED and not self._state.identity.is_revoked:
            return self._state.pace.first_retry_s * 2
        if not self._state.identity.is_revoked:
            await self._keep(replace(self._state.identity, is_revoked=True))
        self._state.faults.say(
            "revoked",
            _("The curator ended this screen's pairing: it is dark to the town until it is paired again."),
        )
        return self._state.pace.revoked_poll_s

    async def _keep(self, identity: Identity) -> None:
        await asyncio.to_thread(write_identity, self._state.folder, identity)
        self._state.rename(identity)

    def _cannot_reach(self, error: Exception) -> None:
        self._was_away = True
        sentence = _("The curator at {address} cannot be reached ({reason}).")
        self._state.faults.say("curator", sentence.format(address=self._state.identity.curator, reason=error))


async def woken_early(state: State, within_s: float) -> None:
    """Returns when a poll is wanted at once (leaving that on record), or after `within_s` seconds."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            await state.poll_wake.wait()
