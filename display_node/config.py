"""Where a screen keeps its things, and the limits it holds itself to."""

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from display_node.words import _

SOFTWARE = "0.1.0"

# Talking to the curator
POLL_MS = 30_000
POLL_JITTER = 0.2
LONGEST_BACKOFF_S = 300.0
SOONEST_POLL_S = 1.0
REVOKED_POLL_S = 60.0
REFUSALS_BEFORE_REVOKED = 3
ANSWER_TIMEOUT_S = 30.0
MANIFEST_TIMEOUT_S = 180.0
LARGEST_ANSWER_BYTES = 64 << 10
LARGEST_LINK_MESSAGE_BYTES = 32 << 10
LINK_HEARTBEAT_S = 20.0
LARGEST_PICTURE_BYTES = 512 << 10
MOST_ROWS_A_BATCH = 500
HEALTH_MS = 30_000
SLOWEST_DOWNLOAD_BYTES_A_S = 4 << 10

# On the disk
MOST_ROWS_KEPT = 200_000
MOST_ROWS_IN_MEMORY = 1_000
DISK_RESERVE_BYTES = 64 << 20
RECHECK_MS = 24 * 3_600_000
STATUS_EVERY_S = 10.0

# The screen's own network
LONGEST_ISLAND_ADDRESS = 80
LONGEST_WIFI_NAME = 32

# Figures for Prometheus
HIGHEST_PORT = 65_535
LARGEST_SCRAPE_BYTES = 4 << 10

# The player
CUES_AHEAD_MS = 2 * 3_600_000
MOST_CUES_AHEAD = 1_500
MOST_MESSAGES_WAITING = 1_000
LONGEST_SOCKET_PATH_BYTES = 107
"""Linux has room for 108, the last of them a zero: unix(7)."""

DECODERS = ("auto", "software")
"""Whether the player tries the decoders that a machine has in hardware."""

MOST_FAULTS = 20
CLOCK_TRUSTED_MS = 1_000
CLOCK_HOLDOVER_MS = 24 * 3_600_000


class BadSetting(ValueError):
    """Something the person who starts the screen must change; says what."""


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Everything one screen keeps, below `root`. The fields of this class are the whole list of its files."""

    root: Path

    @property
    def identity(self) -> Path:
        """Who this screen is and whom it trusts."""
        return self.root / "node.json"

    @property
    def key(self) -> Path:
        """The screen's private key, mode 0600."""
        return self.root / "key"

    @property
    def token(self) -> Path:
        """The bearer token, mode 0600."""
        return self.root / "token"

    @property
    def manifest(self) -> Path:
        """The last good sealed manifest."""
        return self.root / "manifest.json"

    @property
    def previous(self) -> Path:
        """The sealed manifest before it."""
        return self.root / "previous.json"

    @property
    def floor(self) -> Path:
        """The highest manifest version ever accepted."""
        return self.root / "floor.json"

    @property
    def panic(self) -> Path:
        """The panic button's last state."""
        return self.root / "panic.json"

    @property
    def live(self) -> Path:
        """The live orders last heard of, as the curator signed them."""
        return self.root / "live.json"

    @property
    def activities(self) -> Path:
        """The activities allowed here, as the curator signed them."""
        return self.root / "activities.json"

    @property
    def pair_again(self) -> Path:
        """Exists while somebody wants this screen paired anew."""
        return self.root / "pair-again"

    @property
    def panel(self) -> Path:
        """What kind of panel hangs there, if whoever mounted it wrote it down."""
        return self.root / "panel.toml"

    @property
    def overlay(self) -> Path:
        """Exists while the player shows how well it keeps time."""
        return self.root / "overlay"

    @property
    def files(self) -> Path:
        """The cache: files named by their SHA-256."""
        return self.root / "files"

    @property
    def partial(self) -> Path:
        """Downloads under way."""
        return self.root / "partial"

    @property
    def journal(self) -> Path:
        """As-run rows the curator has not acknowledged."""
        return self.root / "as-run.db"

    @property
    def ballots(self) -> Path:
        """Votes of visitors at the screen itself."""
        return self.root / "votes.db"

    @property
    def notes(self) -> Path:
        """Notes on the bells of visitors at the screen itself."""
        return self.root / "notes.db"

    @property
    def run(self) -> Path:
        """What need not survive a restart; may be a RAM disk."""
        return self.root / "run"

    @property
    def socket(self) -> Path:
        """Where the player listens."""
        return self.run / "player.sock"

    @property
    def island_socket(self) -> Path:
        """Where the agent listens for the island's process."""
        return self.run / "island.sock"

    @property
    def picture(self) -> Path:
        """The newest picture of the screen."""
        return self.run / "picture.jpg"

    @property
    def status(self) -> Path:
        """How the screen is, for `commonscreen node status`."""
        return self.run / "status.json"

    @property
    def agent_lock(self) -> Path:
        """Held by the one agent of this folder."""
        return self.run / "agent.lock"

    @property
    def supervisor_lock(self) -> Path:
        """Held by the one supervisor of this folder."""
        return self.run / "supervisor.lock"

    def prepare(self) -> None:
        """Makes the folders. Raises BadSetting when they cannot be made or the path is too long for a socket."""
        if len(os.fsencode(self.socket.absolute())) > LONGEST_SOCKET_PATH_BYTES:
            raise BadSetting(
                _("The path of the data folder {folder} is too long for a local socket: choose a shorter one.").format(
                    folder=self.root
                )
            )
        try:
            for folder in (self.root, self.files, self.partial, self.run):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise BadSetting(
                _("The data folder {folder} cannot be made ({reason}): choose one you may write to.").format(
                    folder=self.root, reason=error.strerror
                )
            ) from error


def curator_address(text: str) -> str:
    """The curator's address without a trailing slash. Raises BadSetting when it is not an http or https address."""
    address = text.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.query and not parts.fragment
        valid = valid and (parts.port is None or parts.port > 0)
    except ValueError:
        valid = False
    if not valid or len(address) > 500:
        raise BadSetting(
            _("'{text}' is not the address of a curator: it looks like https://screens.example.org").format(text=text)
        )
    return address


def listening_place(text: str) -> tuple[str, int]:
    """The address and port of `[ADDRESS:]PORT`, by default this machine's own; raises BadSetting."""
    host, _colon, port = text.strip().rpartition(":")
    if not port.isascii() or not port.isdigit() or not 1 <= int(port) <= HIGHEST_PORT:
        raise BadSetting(_("'{text}' is not a place to listen at: it looks like 127.0.0.1:9464").format(text=text))
    return host.strip("[]") or "127.0.0.1", int(port)


def island_address(text: str) -> str:
    """The plain address at which phones of the screen's own network reach it. Raises BadSetting."""
    address = text.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        valid = parts.scheme == "http" and bool(parts.hostname) and parts.netloc == address.removeprefix("http://")
        valid = valid and "@" not in parts.netloc and (parts.port is None or parts.port > 0)
    except ValueError:
        valid = False
    if not valid or not address.isascii() or len(address) > LONGEST_ISLAND_ADDRESS:
        raise BadSetting(
            _("'{text}' is not an address for phones nearby: it looks like http://192.168.4.1:8080").format(text=text)
        )
    return address


@dataclass(frozen=True, slots=True)
class IslandPlace:
    """Where a screen serves phones by itself: where it listens, what phones reach that at, and the Wi-Fi's name."""

    listen: str
    address: str
    wifi: str


def island_at(listen: str, address: str, wifi: str) -> IslandPlace:
    """The place a technician chose. Raises BadSetting."""
    host, port = listening_place(listen)
    if not address and (host in {"0.0.0.0", "::"} or ":" not in listen):  # noqa: S104 - refused here
        raise BadSetting(_("Say at which address phones reach the screen: --island-address http://192.168.4.1:8080"))
    at = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    if len(wifi) > LONGEST_WIFI_NAME or not wifi.isprintable():
        raise BadSetting(_("The name of a Wi-Fi has at most 32 characters."))
    return IslandPlace(at, island_address(address or f"http://{at}"), wifi)


def is_private_road(address: str) -> bool:
    """Whether nobody on the way can listen or change words: HTTPS, or the curator is on this very machine."""
    return urlsplit(address).scheme == "https" or is_this_machine(address)


def is_this_machine(address: str) -> bool:
    """Whether the curator is on this very machine."""
    return urlsplit(address).hostname in {"localhost", "127.0.0.1", "::1"}
