"""Black: because the programme says so, or because somebody pressed the panic button."""

import pygame

from display_node.player.scenes.scene import BEAT_NS, step_before


class DarkScene:
    """A black screen."""

    def change_before(self, instant_ns: int) -> int:
        """The last beat."""
        return step_before(instant_ns, BEAT_NS)

    def change_after(self, instant_ns: int) -> int:
        """The next beat."""
        return step_before(instant_ns, BEAT_NS) + BEAT_NS

    def draw(self, surface: pygame.Surface, instant_ns: int, now_ns: int) -> bool:
        """Black, always ready."""
        surface.fill((0, 0, 0))
        return True
