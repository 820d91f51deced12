"""Where hands reach on this screen, and how large what they press must be. Pure: lengths in, pixels out."""

from dataclasses import dataclass

BAND_MM = (380, 1_220)
"""From the floor: what somebody in a wheelchair, somebody small and somebody tall all reach."""
STANDING_MM = 800
"""Controls stand no lower than this by themselves; the button *Lower* brings them down."""
LEAST_TARGET_MM = 20
TARGET_SHARE = 0.08
"""Of the picture's shorter side: what is pressed is at least so large where nobody said how large the picture is."""
WORTH_LOWERING = 0.04
"""Of the picture's height: less than this is no lower."""
SLIVER_SHARE = 0.12
"""Of the picture's height: no room is left below the controls that is less."""
ARMS_MM = 400
"""Across: people who play side by side have at least so much room each."""


@dataclass(frozen=True, slots=True)
class Measures:
    """A picture of `width` x `height` pixels; how high it is and how high it hangs, in mm, 0 where nobody said."""

    width: int
    height: int
    picture_height_mm: int = 0
    lower_edge_mm: int = 0

    @property
    def unit(self) -> float:
        """A hundredth of the shorter side."""
        return min(self.width, self.height) / 100

    @property
    def px_per_mm(self) -> float:
        """0 where it is not known."""
        return self.height / self.picture_height_mm if self.picture_height_mm else 0.0

    @property
    def hangs_known(self) -> bool:
        """Whether heights above the floor can be told."""
        return self.picture_height_mm > 0 and self.lower_edge_mm > 0

    def target_px(self, share: float = TARGET_SHARE, least_mm: int = LEAST_TARGET_MM) -> int:
        """The least side of what is pressed."""
        return max(int(share * min(self.width, self.height)), round(least_mm * self.px_per_mm), 1)

    def band_px(self) -> tuple[int, int]:
        """The rows within reach, from the top one to below the last; all where it is not known."""
        if not self.hangs_known:
            return 0, self.height
        top, bottom = self._row(BAND_MM[1]), self._row(BAND_MM[0])
        # A picture that hangs too high is touched at its foot, one that stands too low at its head.
        return min(max(0, top), self.height), max(min(self.height, bottom), 0)

    def top_of(self, height_px: int, *, is_low: bool) -> int:
        """Where something `height_px` high begins: as low as may be, or where people who stand reach it well."""
        lowest = self.height - height_px
        if not self.hangs_known:
            return max(0, lowest)
        wanted_mm = BAND_MM[0]
        if not is_low:
            wanted_mm = max(BAND_MM[0], min(STANDING_MM, round(BAND_MM[1] - height_px / self.px_per_mm)))
        top = max(0, min(lowest, self._row(wanted_mm) - height_px))
        is_sliver = lowest - top < SLIVER_SHARE * self.height
        return lowest if is_sliver and self.lower_edge_mm >= BAND_MM[0] else top

    def can_lower(self, height_px: int) -> bool:
        """Whether something so high can come lower than it stands by itself."""
        by = self.top_of(height_px, is_low=True) - self.top_of(height_px, is_low=False)
        return by >= WORTH_LOWERING * self.height

    def most_beside(self, least_px: int, most: int) -> int:
        """How many may stand side by side, each at least `least_px` wide and with room for its arms."""
        each = max(least_px, round(ARMS_MM * self.px_per_mm))
        return max(1, min(most, self.width // max(1, each)))

    def _row(self, above_floor_mm: float) -> int:
        return round(self.height - (above_floor_mm - self.lower_edge_mm) * self.px_per_mm)
