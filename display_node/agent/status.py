"""How the screen is, for the people beside it: a small file that `commonscreen node status` and `check` read."""

import asyncio
import json
from dataclasses import asdict, dataclass, replace

from content.files import write_whole
from content.reading import BadDocument, Reader
from display_node.agent.health import HEARTBEAT_OLD_MS
from display_node.agent.state import State
from display_node.config import MOST_FAULTS, DataFolder, is_private_road
from display_node.words import _

LARGEST_STATUS_BYTES = 64 << 10
STATUS_OLD_MS = 60_000
CURATOR_AWAY_MS = 10 * 60_000
SMALL_DISK_BYTES = 512 << 20


@dataclass(frozen=True, slots=True)
class Status:
    """The agent's view at `written_ms` (UTC ms). `curator_ms` is when the curator last answered, 0 for never."""

    written_ms: int
    curator: str
    is_paired: bool
    is_revoked: bool
    screen_id: str
    screen_name: str
    pairing_code: str
    manifest_version: int
    pending_version: int
    files_wanted: int
    files_held: int
    curator_ms: int
    is_linked: bool
    player_is_there: bool
    playing_kind: str
    playing_item: str
    frames_late: int
    frames_dropped: int
    panic_is_on: bool
    clock: str
    rows_waiting: int
    votes_waiting: int
    is_island: bool
    visitors_here: int
    disk_free_bytes: int
    faults: tuple[str, ...]


def status_of(state: State) -> Status:
    """The status of this moment."""
    now_ms = state.now()
    beat = state.heartbeat if 0 <= now_ms - state.heartbeat_ms < HEARTBEAT_OLD_MS else None
    wanted, held = state.wanted_and_held()
    return Status(
        written_ms=now_ms,
        curator=state.identity.curator,
        is_paired=state.identity.is_paired,
        is_revoked=state.identity.is_revoked,
        screen_id=state.identity.screen_id,
        screen_name=state.identity.screen_name,
        pairing_code="" if state.offer is None else state.offer.user_code,
        manifest_version=0 if state.current is None else state.current.manifest.version,
        pending_version=0 if state.pending is None else state.pending.manifest.version,
        files_wanted=wanted,
        files_held=held,
        curator_ms=state.curator_ms or 0,
        is_linked=state.is_linked,
        player_is_there=state.is_player_there,
        playing_kind="" if beat is None else beat.kind,
        playing_item="" if beat is None else beat.item,
        frames_late=0 if beat is None else beat.frames_late,
        frames_dropped=0 if beat is None else beat.frames_dropped,
        panic_is_on=state.panic.on,
        clock=state.clock.word(now_ms),
        rows_waiting=state.rows_waiting,
        votes_waiting=state.votes_waiting,
        is_island=state.is_island_there,
        visitors_here=state.visitors_here,
        disk_free_bytes=state.room_bytes,
        faults=state.faults.sentences(),
    )


async def keep_status(state: State) -> None:
    """Writes the status file for ever: soon after anything worth knowing changed, and now and then."""
    written: Status | None = None
    while True:
        state.room_bytes = await asyncio.to_thread(state.cache.room_bytes)
        status = status_of(state)
        if written is None or _is_news(written, status, state.pace.status_s):
            body = json.dumps(asdict(status), ensure_ascii=False, indent=1).encode() + b"\n"
            await asyncio.to_thread(write_whole, state.folder.status, body, mode=0o600)
            written = status
        await asyncio.sleep(min(1.0, state.pace.status_s))


def _is_news(written: Status, status: Status, every_s: float) -> bool:
    if not 0 <= status.written_ms - written.written_ms < every_s * 1000:
        return True
    return _lasting(written) != _lasting(status)


def _lasting(status: Status) -> Status:
    """The status without what changes all the time and can wait a little."""
    return replace(
        status,
        written_ms=0,
        curator_ms=0,
        disk_free_bytes=0,
        rows_waiting=0,
        votes_waiting=0,
        visitors_here=0,
        playing_item="",
        playing_kind="something" if status.playing_kind else "",
        frames_late=0,
        frames_dropped=0,
    )


def read_status(folder: DataFolder) -> Status | None:
    """The last status written; None when no agent ever ran here. Raises BadDocument."""
    try:
        body = folder.status.read_bytes()
    except FileNotFoundError:
        return None
    fields = Reader.of_bytes(body, limit_bytes=LARGEST_STATUS_BYTES).fields(*Status.__dataclass_fields__, others=True)

    def number(name: str) -> int:
        return fields[name].integer(least=0)

    def words(name: str) -> str:
        return fields[name].text(most=500)

    def flag(name: str) -> bool:
        return fields[name].flag()

    return Status(
        written_ms=number("written_ms"),
        curator=words("curator"),
        is_paired=flag("is_paired"),
        is_revoked=flag("is_revoked"),
        screen_id=words("screen_id"),
        screen_name=words("screen_name"),
        pairing_code=words("pairing_code"),
        manifest_version=number("manifest_version"),
        pending_version=number("pending_version"),
        files_wanted=number("files_wanted"),
        files_held=number("files_held"),
        curator_ms=number("curator_ms"),
        is_linked=flag("is_linked"),
        player_is_there=flag("player_is_there"),
        playing_kind=words("playing_kind"),
        playing_item=words("playing_item"),
        frames_late=number("frames_late"),
        frames_dropped=number("frames_dropped"),
        panic_is_on=flag("panic_is_on"),
        clock=words("clock"),
        rows_waiting=number("rows_waiting"),
        votes_waiting=number("votes_waiting"),
        is_island=flag("is_island"),
        visitors_here=number("visitors_here"),
        disk_free_bytes=number("disk_free_bytes"),
        faults=tuple(place.text(most=500) for place in fields["faults"].items(most=MOST_FAULTS)),
    )


def problems(folder: DataFolder, now_ms: int) -> list[str]:
    """What keeps this screen from being healthy: each problem one sentence with what to do. Empty when all is well."""
    try:
        status = read_status(folder)
    except BadDocument as error:
        return [_("{file} cannot be read ({reason}): restart the screen.").format(file=folder.status, reason=error)]
    if status is None or not 0 <= now_ms - status.written_ms < STATUS_OLD_MS:
        return [_("The screen is not running: start it with 'commonscreen node run'.")]
    found = list(status.faults)
    if not status.player_is_there:
        found.append(_("The player is not running: see its messages with 'journalctl -u commonscreen-node'."))
    elif not status.playing_kind:
        found.append(_("The player presents no pictures: look whether the display is connected and switched on."))
    found += _about_curator(status, now_ms)
    if status.disk_free_bytes < SMALL_DISK_BYTES:
        room = status.disk_free_bytes >> 20
        found.append(_("Only {room} MiB are free on the disk: free some room.").format(room=room))
    if status.panic_is_on:
        found.append(_("The panic button is on: the screen is black until somebody at the curator releases it."))
    return found


def _about_curator(status: Status, now_ms: int) -> list[str]:
    found: list[str] = []
    if not status.is_paired:
        found.append(_("The screen is not paired: enter the code it shows at the curator's /pair page."))
    elif not status.manifest_version and not status.is_revoked:
        found.append(_("The screen has no programme yet: give it one at the curator."))
    if status.is_paired and now_ms - status.curator_ms > CURATOR_AWAY_MS and not status.faults:
        found.append(_("The curator has not answered for ten minutes: check the network."))
    if not is_private_road(status.curator):
        found.append(_("The curator is reached without encryption: use its https address."))
    return found
