"""How a node says it is: the health document of docs/node-protocol.md, read once with limits and kept as JSON."""

import json
from dataclasses import dataclass

from content.canonical import Json, canonical_bytes
from content.reading import Reader
from curator.words import N_
from kiosks.activities.known import MOST_BACKDROPS

LARGEST_HEALTH_BYTES = 32 << 10
MOST_FAULTS = 20
LONGEST_FAULT = 500
STORE_EVERY_MS = 20_000
STORE_CHANGE_AFTER_MS = 2_000
MOST_NODES_REMEMBERED = 20_000

CLOCKS = {
    "trusted": N_("right"),
    "holdover": N_("kept from before, not checked lately"),
    "untrusted": N_("not to be trusted"),
}
"""What a node says of its clock, in words for people."""


@dataclass(frozen=True, slots=True)
class Health:
    """A node at `now_ms` of its own clock. `playing_item` is "" when nothing of the programme is on."""

    software: str
    manifest_version: int
    now_ms: int
    playing_item: str
    playing_kind: str
    playing_layer: str
    frames_shown: int
    frames_late: int
    frames_dropped: int
    files_wanted: int
    files_held: int
    disk_free_bytes: int
    uptime_s: int
    clock: str
    faults: tuple[str, ...]
    taps: int = 0
    """Of people taking part, the newest, whose way from here to the screen is known: how many, and what it took."""
    tap_median_ms: int = 0
    tap_worst_ms: int = 0
    """95 of 100 were on the screen within this."""
    backdrops: tuple[str, ...] = ()
    """The pictures that it may show behind words, by their hashes."""

    def as_json(self) -> dict[str, Json]:
        """The document as a node sends it."""
        return {
            "software": self.software, "manifest_version": self.manifest_version, "now_ms": self.now_ms,
            "playing": {"item": self.playing_item, "kind": self.playing_kind, "layer": self.playing_layer},
            "frames": {"shown": self.frames_shown, "late": self.frames_late, "dropped": self.frames_dropped},
            "files": {"wanted": self.files_wanted, "held": self.files_held},
            "disk_free_bytes": self.disk_free_bytes, "uptime_s": self.uptime_s, "clock": self.clock,
            "faults": list(self.faults),
            "taps": {"seen": self.taps, "median_ms": self.tap_median_ms, "worst_ms": self.tap_worst_ms},
            "backdrops": list(self.backdrops),
        }  # fmt: skip

    @property
    def essence(self) -> tuple[object, ...]:
        """What a person would want to see change at once."""
        return (
            self.manifest_version,
            self.playing_kind == "dark",
            self.files_held,
            self.clock,
            self.faults,
            self.backdrops,
        )


def read_health(reader: Reader) -> Health:
    """The document at this place; fields we do not know yet are let pass. Raises BadDocument."""
    fields = reader.fields(
        "software", "manifest_version", "now_ms", "playing", "frames", "files", "disk_free_bytes", "uptime_s",
        "clock", "faults", others=True,
    )  # fmt: skip
    playing = fields["playing"].fields("item", "kind", "layer", others=True)
    frames = fields["frames"].fields("shown", "late", "dropped", others=True)
    files = fields["files"].fields("wanted", "held", others=True)
    # Older software does not tell of taps.
    taps = fields["taps"].fields("seen", "median_ms", "worst_ms", others=True) if "taps" in fields else None
    return Health(
        software=fields["software"].text(most=40),
        manifest_version=fields["manifest_version"].integer(least=0),
        now_ms=fields["now_ms"].integer(least=0),
        playing_item=playing["item"].text(most=100),
        playing_kind=playing["kind"].text(most=20),
        playing_layer=playing["layer"].text(most=20),
        frames_shown=frames["shown"].integer(least=0),
        frames_late=frames["late"].integer(least=0),
        frames_dropped=frames["dropped"].integer(least=0),
        files_wanted=files["wanted"].integer(least=0),
        files_held=files["held"].integer(least=0),
        disk_free_bytes=fields["disk_free_bytes"].integer(least=0),
        uptime_s=fields["uptime_s"].integer(least=0),
        clock=fields["clock"].one_of(*CLOCKS),
        faults=tuple(place.text(most=LONGEST_FAULT) for place in fields["faults"].items(most=MOST_FAULTS)),
        taps=0 if taps is None else taps["seen"].integer(least=0),
        tap_median_ms=0 if taps is None else taps["median_ms"].integer(least=0),
        tap_worst_ms=0 if taps is None else taps["worst_ms"].integer(least=0),
        backdrops=tuple(
            place.sha256()
            for place in (fields["backdrops"].items(most=MOST_BACKDROPS) if "backdrops" in fields else [])
        ),
    )


def health_text(health: Health) -> str:
    """The form in which it is stored."""
    return canonical_bytes(health.as_json()).decode()


def stored_health(text: str) -> Health | None:
    """What `health_text` wrote; None for a node that has not reported yet."""
    if not text:
        return None
    # Our own words out of our own database, for hundreds of screens at a time: what came in was read strictly.
    told = json.loads(text)
    playing, frames, files = told["playing"], told["frames"], told["files"]
    taps = told.get("taps", {"seen": 0, "median_ms": 0, "worst_ms": 0})  # rows from before screens told of them
    return Health(
        software=told["software"], manifest_version=told["manifest_version"], now_ms=told["now_ms"],
        playing_item=playing["item"], playing_kind=playing["kind"], playing_layer=playing["layer"],
        frames_shown=frames["shown"], frames_late=frames["late"], frames_dropped=frames["dropped"],
        files_wanted=files["wanted"], files_held=files["held"], disk_free_bytes=told["disk_free_bytes"],
        uptime_s=told["uptime_s"], clock=told["clock"], faults=tuple(told["faults"]),
        taps=taps["seen"], tap_median_ms=taps["median_ms"], tap_worst_ms=taps["worst_ms"],
        backdrops=tuple(told.get("backdrops", ())),
    )  # fmt: skip


class Throttle:
    """Which reports are worth a write: one every 20 s, sooner when something changed that people watch for."""

    def __init__(self) -> None:
        """Nothing is stored yet."""
        self._stored: dict[str, tuple[int, tuple[object, ...]]] = {}

    def is_due(self, node_id: str, health: Health, now_ms: int) -> bool:
        """Whether to store this report; if so, remembers that it was."""
        stored_ms, essence = self._stored.get(node_id, (None, ()))
        age_ms = None if stored_ms is None else now_ms - stored_ms
        least_ms = STORE_EVERY_MS if essence == health.essence else STORE_CHANGE_AFTER_MS
        if age_ms is not None and 0 <= age_ms < least_ms:
            return False
        self._stored.pop(node_id, None)
        self._stored[node_id] = (now_ms, health.essence)
        while len(self._stored) > MOST_NODES_REMEMBERED:
            del self._stored[next(iter(self._stored))]
        return True
