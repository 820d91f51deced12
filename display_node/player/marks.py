"""What each station did, as the screen shows it."""

from dataclasses import dataclass, field

from display_node.player.timeline import NS_PER_MS
from display_node.touch_messages import Kept, Rung
from kiosks.activities.bells import turned
from kiosks.activities.crowd import SILENT_MS

LEANS_NS = SILENT_MS * NS_PER_MS
REFUSED_NS = 8_000 * NS_PER_MS
"""How long it says that a choice was not kept."""


@dataclass(slots=True)
class Marks:
    """What each station pressed, leans to (and since when), or set; and what became of what it chose."""

    of: dict[tuple[int, str], list[int]] = field(default_factory=dict)
    leant_ns: dict[int, int] = field(default_factory=dict)
    kept: dict[int, int] = field(default_factory=dict)
    """The choice of each station that is on the disk."""
    rung: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """The notes of each station that are."""
    refused_ns: dict[int, int] = field(default_factory=dict)
    """Stations of which the newest choice or note is not, and since when that is known."""
    late: set[int] = field(default_factory=set)
    """Those of them that chose when it was over."""

    def forget(self, station: int) -> None:
        """Nothing of this station."""
        self.of = {key: values for key, values in self.of.items() if key[0] != station}
        self.kept.pop(station, None)
        self.rung.pop(station, None)
        self.refused_ns.pop(station, None)
        self.late.discard(station)

    def choose(self, station: int, option: int) -> None:
        """Somebody pressed this, and it is yet to be kept."""
        self.of[station, "choose"] = [option]
        self.refused_ns.pop(station, None)

    def turn(self, station: int, note: int) -> None:
        """Somebody set this note or took it away, and that is yet to be kept."""
        self.of[station, "note"] = list(turned(tuple(self.of.get((station, "note"), ())), note))
        self.refused_ns.pop(station, None)

    def hear(self, told: Kept | Rung, now_ns: int) -> None:
        """What became of a choice or of notes."""
        if isinstance(told, Rung):
            self.late.discard(told.station)
            self.rung[told.station], self.of[told.station, "note"] = told.notes, list(told.notes)
            if not told.is_kept:
                self.refused_ns[told.station] = now_ns
            return
        if told.is_kept:
            self.kept[told.station] = told.option
            return
        self.refused_ns[told.station] = now_ns
        self.late.discard(told.station)
        if told.is_late:
            self.late.add(told.station)
            if self.kept.get(told.station) == told.option:
                del self.kept[told.station]  # it was on the disk, and not at the service in time
        before = self.kept.get(told.station)
        self.of[told.station, "choose"] = [] if before is None else [before]

    def shown(self) -> dict[tuple[int, str], list[int]]:
        """What is ticked: of choices and notes only what is kept."""
        ticked = {key: values for key, values in self.of.items() if key[1] not in ("choose", "note")}
        ticked |= {(station, "note"): list(notes) for station, notes in self.rung.items()}
        return ticked | {(station, "choose"): [option] for station, option in self.kept.items()}

    def fade(self, now_ns: int) -> bool:
        """Forgets what was so long ago that it does not count any more; whether anything was."""
        told = [station for station, since_ns in self.refused_ns.items() if now_ns - since_ns > REFUSED_NS]
        for station in told:
            del self.refused_ns[station]
        over = [station for station, since_ns in self.leant_ns.items() if now_ns - since_ns > LEANS_NS]
        for station in over:
            del self.leant_ns[station]
            self.of.pop((station, "lean"), None)
        return bool(over or told)
