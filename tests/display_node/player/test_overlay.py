"""The figures over the picture: only when asked for, only where there is room, by command or key."""

from collections.abc import Iterator

import pygame
import pytest

from display_node.messages import Heartbeat
from display_node.player.overlay import StatsOverlay
from display_node.player.stage import Stage
from display_node.player.text import Typesetter

BEAT = Heartbeat(1, "programme", "i" * 32, "video", 900, 3, 2, 40, 1, 80, 1_900, -3_000, True)
GREEN = (0, 200, 0)


@pytest.fixture
def stage() -> Iterator[Stage]:
    opened = Stage("headless", (640, 360))
    yield opened
    opened.close()


def test_it_covers_a_corner_while_it_is_on_and_nothing_otherwise(stage: Stage) -> None:
    overlay = StatsOverlay(Typesetter())
    overlay.hear(BEAT)
    stage.surface.fill(GREEN)
    overlay.draw(stage.surface)
    assert stage.surface.get_at((15, 15))[:3] == GREEN
    overlay.is_on = True
    overlay.draw(stage.surface)
    assert stage.surface.get_at((15, 15))[:3] != GREEN
    assert stage.surface.get_at((600, 300))[:3] == GREEN


def test_a_stage_without_room_is_left_alone() -> None:
    overlay, facade = StatsOverlay(Typesetter()), pygame.Surface((28, 14))
    overlay.hear(BEAT)
    overlay.is_on = True
    overlay.draw(facade)
    assert facade.get_bounding_rect().size == facade.get_size()
    assert facade.get_at((1, 1))[:3] == (0, 0, 0)


def test_a_key_switches_it_and_a_second_press_in_the_same_moment_switches_it_back(stage: Stage) -> None:
    stage.happened()
    press = pygame.Event(pygame.KEYDOWN, key=pygame.K_F3, mod=0)
    pygame.event.post(press)
    assert stage.happened().overlay
    pygame.event.post(press)
    pygame.event.post(press)
    assert not stage.happened().overlay


@pytest.mark.parametrize("has_keys", [True, False])
def test_no_key_does_anything_to_a_stage_whose_keyboard_is_there_for_everybody(has_keys: bool) -> None:
    stage = Stage("headless", (640, 360), has_keys=has_keys)
    stage.happened()
    keys = (pygame.K_q, 0), (pygame.K_c, pygame.KMOD_CTRL), (pygame.K_ESCAPE, 0), (pygame.K_F11, 0), (pygame.K_F3, 0)
    for key, held in keys:
        pygame.event.post(pygame.Event(pygame.KEYDOWN, key=key, mod=held))
    happened = stage.happened(is_public=has_keys)
    assert (happened.quit, happened.resized, happened.overlay) == (False, False, False)
    assert len([event for event in happened.events if event.type == pygame.KEYDOWN]) == len(keys)  # pads hear them
    pygame.event.post(pygame.Event(pygame.KEYDOWN, key=pygame.K_q, mod=0))
    assert stage.happened().quit is has_keys
    stage.close()


def test_what_was_covered_is_shown_again_without_opening_the_files_anew(stage: Stage) -> None:
    stage.happened()
    pygame.event.post(pygame.Event(pygame.WINDOWEXPOSED))
    happened = stage.happened()
    assert happened.exposed
    assert not happened.resized
