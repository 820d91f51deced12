"""Where hands reach and how large what they press is; and what SDL says of hands, read within limits."""

import pygame
import pytest

from content.clock import monotonic_ns
from display_node.panel import Panel
from display_node.player.canvas import Canvas
from display_node.player.controls import CELL_MM, LEAST_SET_UNITS, card_of, strip_of
from display_node.player.fingers import MOST_DOWN_A_SECOND, MOST_FINGERS, SECOND_NS, Fingers
from display_node.player.pads import Gone, Pads, Pressed, Pushed, Stepped
from display_node.player.reach import BAND_MM, LEAST_TARGET_MM, Measures
from display_node.touch_messages import MOST_PADS, Offer, Offered
from kiosks.layouts import LAYOUTS

OFFER = Offer(tuple(Offered(f"a{number}", "crowd") for number in range(4)))
HANGING = [
    Measures(1920, 1080, 685, 800),
    Measures(1080, 1920, 1_430, 300),
    Measures(1080, 1920, 1_210, 60),
    Measures(3840, 2160, 1_200, 500),
    Measures(1280, 800, 135, 1_000),
]
"""Of a shop window, two upright stands, a large screen, and a small one on a counter."""


def above_floor_mm(measures: Measures, y: int) -> float:
    return measures.lower_edge_mm + (measures.height - y) / measures.px_per_mm


@pytest.mark.parametrize("measures", HANGING, ids=str)
@pytest.mark.parametrize("is_low", [False, True])
@pytest.mark.parametrize("kind", [kind for kind, layout in LAYOUTS.items() if layout.control in LEAST_SET_UNITS])
def test_everything_to_be_pressed_is_within_reach_and_as_large_as_a_finger(
    kind: str, is_low: bool, measures: Measures
) -> None:
    plan = strip_of(kind, 5, measures, is_low=is_low)
    assert plan is not None
    whole = pygame.Rect(0, 0, measures.width, measures.height)
    pressed = [*plan.buttons(), *card_of(OFFER, (5, 5), measures, is_low=is_low).buttons()]
    for button in pressed:
        assert whole.contains(button.rect), button
        least_mm = CELL_MM if button.use == "note" else LEAST_TARGET_MM
        assert min(button.rect.size) >= (least_mm - 1) * measures.px_per_mm, button
        assert min(button.rect.size) >= 44 * min(whole.size) / 1_080, button
        if measures.picture_height_mm > 500:
            middle_mm = above_floor_mm(measures, button.rect.centery)
            assert BAND_MM[0] - 1 <= middle_mm <= BAND_MM[1] + 1, button
    places = [button.rect for button in plan.buttons()]
    assert all(rect.collidelist(places[:index] + places[index + 1 :]) == -1 for index, rect in enumerate(places))
    assert not pygame.Rect(plan.scene).colliderect(plan.place)


def test_a_wide_screen_has_controls_for_several_and_a_narrow_one_for_one() -> None:
    counts = []
    for measures in (Measures(1920, 1080, 685, 800), Measures(1080, 1920, 1_210, 400), Measures(3840, 1080, 685, 800)):
        plan = strip_of("crowd", 0, measures, is_low=False)
        assert plan is not None
        counts.append(len(plan.sets))
    assert counts == [3, 1, 6]


def test_a_picture_that_nobody_measured_has_its_controls_at_its_foot() -> None:
    measures = Measures(1280, 720)
    plan = strip_of("poll", 2, measures, is_low=False)
    assert plan is not None
    assert plan.place[1] + plan.place[3] == 720
    assert plan.lower is None


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_touch_on_a_turned_panel_is_where_the_picture_is_seen(rotation: int) -> None:
    window = pygame.Surface((160, 90))
    canvas = Canvas(Panel(rotation=rotation), window)  # type: ignore[arg-type]
    canvas.surface.fill((0, 0, 0))
    canvas.surface.fill((255, 255, 255), (12, 30, 8, 8))
    canvas.deliver()
    lit = [(x, y) for x in range(160) for y in range(90) if window.get_at((x, y))[0] > 128]
    for x, y in lit:
        point = canvas.point(((x + 0.5) / 160, (y + 0.5) / 90))
        assert point is not None
        assert pygame.Rect(12, 30, 8, 8).collidepoint(point)


def finger(kind: int, number: int, x: float = 0.5) -> pygame.Event:
    return pygame.Event(kind, touch_id=1, finger_id=number, x=x, y=0.5, dx=0, dy=0, pressure=1)


def test_more_fingers_than_people_have_are_not_heard_nor_is_rain() -> None:
    fingers = Fingers()
    down = [finger(pygame.FINGERDOWN, number) for number in range(20)]
    heard = fingers.read(down, (100, 100), SECOND_NS)
    assert [move.finger for move in heard] == [(1, number) for number in range(MOST_FINGERS)]
    assert fingers.read([finger(pygame.FINGERUP, 19)], (100, 100), SECOND_NS) == []
    fingers.read([finger(pygame.FINGERUP, number) for number in range(20)], (100, 100), SECOND_NS)
    drops = [finger(kind, number) for number in range(60) for kind in (pygame.FINGERDOWN, pygame.FINGERUP)]
    heard = [move for drop in drops for move in fingers.read([drop], (100, 100), 3 * SECOND_NS)]
    assert sum(move.what == "down" for move in heard) == MOST_DOWN_A_SECOND


def test_of_a_finger_that_moved_the_newest_place_is_heard_and_a_mouse_made_of_a_finger_is_not() -> None:
    fingers = Fingers()
    events = [finger(pygame.FINGERDOWN, 1), *(finger(pygame.FINGERMOTION, 1, x / 10) for x in range(5))]
    events.append(pygame.Event(pygame.MOUSEBUTTONDOWN, pos=(5, 5), button=1, touch=True))
    assert [(move.what, move.at[0]) for move in fingers.read(events, (100, 100), 0)] == [("down", 0.5), ("moved", 0.4)]
    mouse = pygame.Event(pygame.MOUSEBUTTONDOWN, pos=(50, 25), button=1, touch=False)
    assert [move.at for move in fingers.read([mouse], (100, 100), 0)] == [(0.5, 0.25)]


def axis(value: float, number: int = 0, instance: int = 7) -> pygame.Event:
    return pygame.Event(pygame.JOYAXISMOTION, instance_id=instance, axis=number, value=value)


def test_a_stick_leans_by_steps_rests_when_it_is_hardly_pushed_and_triggers_are_not_heard() -> None:
    pads = Pads()
    assert pads.read([axis(0.1), axis(-1.0, 2), axis(-1.0, 5)]) == []
    assert pads.read([axis(0.3), axis(0.41)]) == [Pushed(0, 40, 0)]
    assert pads.read([axis(1.0)]) == [Stepped(0, 1, 0), Pushed(0, 100, 0)]
    assert pads.read([axis(0.0)]) == [Pushed(0, 0, 0)]


def test_pads_come_and_go_and_the_first_free_number_is_the_next_ones() -> None:
    pads = Pads()
    press = [pygame.Event(pygame.JOYBUTTONDOWN, instance_id=number, button=0) for number in range(12)]
    assert pads.read(press) == [Pressed(number) for number in range(MOST_PADS)]
    assert pads.read([pygame.Event(pygame.JOYDEVICEREMOVED, instance_id=2)]) == [Gone(2)]
    assert pads.read(press[11:]) == [Pressed(2)]
    # One that is gone before it could be opened is none.
    pygame.joystick.init()
    try:
        assert pads.read([pygame.Event(pygame.JOYDEVICEADDED, device_index=monotonic_ns() % 7 + 90)]) == []
    finally:
        pygame.joystick.quit()
