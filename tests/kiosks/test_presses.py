"""The buttons of a page without a script say what a thumb on a pad says."""

import pytest

from kiosks.messages import ACT, FULL, Press, Steer
from kiosks.phone.presses import pressed
from kiosks.visits import NUMBERS, number_on_own_network


@pytest.mark.parametrize(
    ("pad", "lean", "said"),
    [
        ("up", "", Steer(7, 0, -FULL)),
        ("right", "left", Steer(7, FULL, 0)),
        ("act", "", Press(7, ACT)),
        ("", "left", Steer(7, -FULL)),
        ("", "middle", Steer(7, 0)),
        ("sideways", "upright", None),
        ("", "", None),
    ],
)
def test_each_button_is_one_press_and_another_word_is_none(pad: str, lean: str, said: Steer | Press | None) -> None:
    assert pressed(pad=pad, lean=lean, seq=7) == said


def test_nobody_on_a_screens_own_network_is_called_as_somebody_who_came_through_the_service() -> None:
    own = {number_on_own_network(number) for number in (0, 1, 2, 500, NUMBERS // 2 - 1)}
    assert len(own) == 5
    assert min(own) >= NUMBERS + NUMBERS // 2
