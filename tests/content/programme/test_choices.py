"""What passers-by chose, over the programme: it gives way to what is protected, and to everything else that is live."""

from hypothesis import given, settings
from hypothesis import strategies as st

from content.programme.layers import fold, protected_spans, stretches
from tests.content.programme.plans import HOUR
from tests.content.programme.test_layers import BOOKED, TOWN, start


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 60_000), st.integers(1, 60_000))
def test_a_choice_never_lies_over_a_protected_booking(at_ms: int, length_ms: int) -> None:
    choice = start("c", "choice", at_ms, at_ms + length_ms)
    held = stretches([choice], protected_spans(BOOKED))
    assert all(one.end_ms <= 10_000 or one.start_ms >= 30_000 for one in held)
    assert bool(held) == (not 10_000 <= at_ms < 30_000)
    for instant_ms in (10_000, 20_000, 29_999):
        assert fold([choice], BOOKED, instant_ms).item == "b"


def test_a_choice_is_on_from_its_turn_on_below_everything_else_that_is_live_and_the_programme_follows() -> None:
    turn = TOWN.at(HOUR // 2).event
    choice = start("c", "choice", turn.start_ms, turn.end_ms - 5_000)
    assert fold([choice], TOWN, turn.start_ms).layer == "choice"
    assert fold([choice], TOWN, turn.end_ms - 1).item == turn.item
    assert fold([choice], TOWN, turn.end_ms).item == TOWN.at(turn.end_ms).event.item
    for layer in ("session", "takeover", "alert"):
        above = start("x", layer, turn.start_ms, turn.end_ms)
        assert fold([choice, above], TOWN, turn.start_ms + 1).layer == layer
