"""The agent: its parts, each with a name and an owner, and how they meet. A part that fails starts again alone."""

import asyncio
import fcntl
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from content.clock import Now, now_ms
from content.reading import BadDocument
from content.signing import SigningKey
from display_node.agent import manifests
from display_node.agent.asking import Asker
from display_node.agent.ballots import BallotBox, open_box
from display_node.agent.cache import Cache, free_bytes
from display_node.agent.curator import new_session
from display_node.agent.delivering import NOTES, VOTES, deliver
from display_node.agent.feeding import Feeder, glance
from display_node.agent.health import health, report
from display_node.agent.identity import Identity, PanicState, read_identity, read_panic, read_token, write_identity
from display_node.agent.islanding import Island
from display_node.agent.journal import Journal, open_journal
from display_node.agent.keeping import check_files, fetch_files
from display_node.agent.known_activities import KnownActivities
from display_node.agent.linking import Link
from display_node.agent.live import ask_live, kept_orders
from display_node.agent.local import Local
from display_node.agent.metrics import serve_metrics
from display_node.agent.notes import MOST_NOTES_WAITING
from display_node.agent.pace import STREET, Pace
from display_node.agent.player import Player
from display_node.agent.power import keep_power
from display_node.agent.recording import Recorder
from display_node.agent.sessions import Sessions
from display_node.agent.state import State
from display_node.agent.status import keep_status
from display_node.agent.touching import Touching
from display_node.agent.waiting import Backoff, pause
from display_node.agent.witness import Witness
from display_node.config import BadSetting, DataFolder, curator_address
from display_node.messages import Fault, Heartbeat, PictureTaken, Played, ToAgent
from display_node.panel import Panel, read_panel
from display_node.pulse import Pulse
from display_node.words import _

log = logging.getLogger("display_node.agent")

LONGEST_PART_PAUSE_S = 30.0


@dataclass(frozen=True, slots=True)
class Settings:
    """What an agent is started with; tests turn the clock, the disk's room and the pace."""

    folder: DataFolder
    curator: str = ""
    language: str = ""
    pace: Pace = STREET
    now: Now = now_ms
    free: Callable[[Path], int] = free_bytes
    pulse: Pulse = field(default_factory=lambda: Pulse({}))
    island_address: str = ""
    """Where phones reach the screen itself, as a technician said who lets visitors take part here without the curator;
    "" elsewhere."""
    island_wifi: str = ""
    """What the Wi-Fi is called on which they do."""
    meet: Callable[[Local], None] = lambda _local: None
    """Is given everybody at the screen itself, when the agent begins."""
    metrics: tuple[str, int] | None = None
    """Where to serve figures: an address and a port."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What an agent found in its folder, with the lock that makes it the only one there."""

    lock: IO[str]
    identity: Identity
    token: str
    key: SigningKey
    panic: PanicState
    journal: Journal
    box: BallotBox
    notes: BallotBox
    was_damaged: bool
    were_votes_damaged: bool
    were_notes_damaged: bool
    panel: Panel

    def close(self) -> None:
        """Leaves the folder to the next agent."""
        self.journal.close()
        self.box.close()
        self.notes.close()
        self.lock.close()


async def run(settings: Settings) -> None:
    """Runs until cancelled. Raises BadSetting when the folder, the address or the identity cannot be used."""
    opened = await asyncio.to_thread(_open, settings)
    try:
        await _run(settings, opened)
    finally:
        opened.close()


def _open(settings: Settings) -> Opened:
    folder = settings.folder
    folder.prepare()
    lock = folder.agent_lock.open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        identity = identity_of(folder, settings.curator)
        panel = read_panel(folder.panel)
        journal, was_damaged = open_journal(folder.journal)
        box, were_votes_damaged = open_box(folder.ballots)
        notes, were_notes_damaged = open_box(folder.notes, most=MOST_NOTES_WAITING)
        key = SigningKey.load_or_make(folder.key)
    except BlockingIOError as error:
        lock.close()
        raise BadSetting(
            _("Another agent already runs in {folder}: stop it first.").format(folder=folder.root)
        ) from error
    except (sqlite3.Error, OSError, ValueError) as error:
        lock.close()
        raise BadSetting(str(error)) from error
    damaged = was_damaged, were_votes_damaged, were_notes_damaged
    return Opened(lock, identity, read_token(folder), key, _panic_of(folder), journal, box, notes, *damaged, panel)


def identity_of(folder: DataFolder, curator: str) -> Identity:
    """Who this screen is, with `curator` as its address if one is given. Raises BadSetting."""
    try:
        known = read_identity(folder)
    except BadDocument as error:
        raise BadSetting(
            _("{file} is damaged ({reason}): delete it and pair the screen again.").format(
                file=folder.identity, reason=error
            )
        ) from error
    if known is None and not curator:
        raise BadSetting(_("This screen does not know its curator yet: start it with --curator https://…"))
    address = curator_address(curator) if curator else ""
    identity = known or Identity(address)
    if address and address != identity.curator:
        identity = Identity(
            address, identity.node_id, identity.screen_id, identity.screen_name, identity.keys, identity.is_revoked
        )
    if identity != known:
        write_identity(folder, identity)
    return identity


async def _run(settings: Settings, opened: Opened) -> None:
    async with new_session(opened.identity.curator) as session:
        state = State(
            folder=settings.folder,
            now=settings.now,
            pace=settings.pace,
            session=session,
            cache=Cache(settings.folder, settings.now, settings.free),
            identity=opened.identity,
            token=opened.token,
            panic=opened.panic,
            started_ms=settings.now(),
            seed=opened.key.public.key_id,
            language=settings.language,
            panel=opened.panel,
            island_wifi=settings.island_wifi,
        )
        if opened.was_damaged:
            state.faults.say("journal", _("The record of what was shown was damaged; as-run.db.damaged keeps it."))
        if opened.were_votes_damaged:
            state.faults.say("votes", _("The votes kept here were damaged; votes.db.damaged keeps them."))
        if opened.were_notes_damaged:
            state.faults.say("notes", _("The notes kept here were damaged; notes.db.damaged keeps them."))
        known = KnownActivities(state, is_island=settings.island_address != "")
        await _load_programme(state, known)
        state.speak_its_language()
        await _all_parts(state, opened, known, settings)


async def _load_programme(state: State, known: KnownActivities) -> None:
    if not state.identity.is_paired:
        return
    current, before, complaints = await asyncio.to_thread(manifests.load, state.folder, state.identity, state.now())
    state.current, state.before = current, before
    if complaints:
        state.faults.say("stored", " ".join(complaints))
    if current is not None and current.concern:
        state.faults.say("engine", current.concern)
    if current is not None:
        state.identity = state.identity.trusting(current.manifest.keys)
    state.live = await asyncio.to_thread(kept_orders, state)
    await asyncio.to_thread(known.load)
    state.paired.set()


async def _all_parts(state: State, opened: Opened, known: KnownActivities, settings: Settings) -> None:
    box, recorder = opened.box, Recorder(state, opened.journal)
    witness = Witness()

    def heard(message: ToAgent) -> None:
        match message:
            case Played():
                if message.outcome == "complete":
                    state.faults.clear(f"player {message.sha256}")
                    state.strikes.cleared(message.sha256)
                witness.told(message)
                recorder.heard(message)
            case Heartbeat():
                state.heartbeat, state.heartbeat_ms = message, state.now()
                unsaid = witness.heard(message, feeder.item_cue_at(message.wall_ms, message.item))
                if unsaid is not None:
                    recorder.heard(unsaid)
            case Fault(sha256, sentence):
                state.faults.say(f"player {sha256}", sentence)
            case PictureTaken():
                link.picture_taken(message)
            case _:
                touching.heard(message)

    def feeder_met() -> None:
        feeder.met()
        sessions.met()
        touching.met()

    def feeder_lost() -> None:
        feeder.lost()

    player = Player(state.folder.socket, heard, feeder_met, feeder_lost)
    feeder = Feeder(state, player)
    sessions = Sessions(state, player, feeder.cue_at, feeder.say_what_changed)
    known.allowed = sessions.allowed
    local = Local(state, sessions, known, box)
    touching = Touching(state, player, sessions, local, known, opened.notes)
    settings.meet(local)
    link = Link(state, player, sessions, known, lambda: health(state))

    async def begin_anew() -> None:
        await recorder.begin_anew()
        await asyncio.to_thread(box.begin_anew)
        await asyncio.to_thread(opened.notes.begin_anew)
        known.told, state.backdrops = (), ()

    parts: dict[str, Callable[[], Awaitable[None]]] = {
        "player": player.stay,
        "cues": feeder.feed,
        "glance": lambda: glance(state),
        "files check": lambda: check_files(state),
        "files fetch": lambda: fetch_files(state),
        "curator": Asker(state, opened.key, begin_anew).ask,
        "live orders": lambda: ask_live(state),
        "sessions": sessions.run,
        "invitation": sessions.invitations.keep_saying,
        "activities": known.ask,
        "touch": touching.run,
        "votes at the screen": touching.keep_votes,
        "notes at the screen": touching.notes.keep,
        "choices at the screen": touching.choices.run,
        "votes": lambda: deliver(VOTES, state, box, known, local.votes_wake, touching.came_late),
        "notes": lambda: deliver(NOTES, state, opened.notes, known, touching.notes.wake),
        "link": link.stay,
        "pictures": link.send_pictures,
        "rows write": recorder.write,
        "rows send": recorder.send,
        "health": lambda: report(state, link.obey),
        "status": lambda: keep_status(state),
        "pulse": settings.pulse.keep_beating,
    }
    parts |= _parts_asked_for(
        state, feeder, Island(state, local, sessions.invitations, settings.island_address), settings
    )
    async with asyncio.TaskGroup() as group:
        for name, part in parts.items():
            group.create_task(_keep_going(name, part, state), name=name)


def _parts_asked_for(
    state: State, feeder: Feeder, island: Island, settings: Settings
) -> dict[str, Callable[[], Awaitable[None]]]:
    """What only some screens have."""
    parts: dict[str, Callable[[], Awaitable[None]]] = {}
    if (power := state.panel.power) is not None:
        parts["power"] = lambda: keep_power(state, power, feeder.dark_until_ms)
    if settings.island_address:
        parts["island"] = island.stay
    if (place := settings.metrics) is not None:
        parts["metrics"] = lambda: serve_metrics(state, *place)
    return parts


async def _keep_going(name: str, part: Callable[[], Awaitable[None]], state: State) -> None:
    backoff = Backoff(name, 1.0, LONGEST_PART_PAUSE_S)
    while True:
        try:
            await part()
        except Exception as error:
            # One part in trouble must not take the others along: the screen goes on, and says what is wrong.
            log.exception("the part '%s' failed and starts again", name)
            state.faults.say(f"part {name}", _("The part '{name}' failed: {reason}.").format(name=name, reason=error))
        await pause(backoff.after_failure_s())


def _panic_of(folder: DataFolder) -> PanicState:
    try:
        return read_panic(folder)
    except BadDocument:
        # Nobody can tell what the button said: the curator's next order has a higher count than this.
        return PanicState()
