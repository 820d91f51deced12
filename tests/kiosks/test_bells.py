"""The bells: strangers' notes in one round, the same for the same events, and never anything but a star."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.canonical import canonical_bytes
from content.reading import BadDocument, Reader
from content.signing import SigningKey
from kiosks.activities import bells
from kiosks.activities.activity import Event, Passed, replayed
from kiosks.activities.bells import (
    BEAT_MS,
    LOBBY_MS,
    MOST_NOTES,
    PITCHES,
    PLAY_MS,
    RESULT_MS,
    beat_of,
    mask_of,
    pitch_of,
)
from kiosks.activities.statement import Statement, read_activity, sign_activity
from kiosks.messages import BEATS, CELLS, Pattern, read_for_screen

patterns = st.lists(st.integers(-3, CELLS + 3), max_size=60).map(lambda notes: Pattern("s1", tuple(notes)))
events: st.SearchStrategy[list[Event]] = st.lists(
    patterns | st.builds(Passed, st.integers(0, 100_000), st.integers(0, 9)), max_size=20
)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**CELLS - 1), events)
def test_the_same_events_give_the_same_round_of_notes_that_there_are(mask: int, said: list[Event]) -> None:
    state = replayed(bells.begin(mask), said)
    assert isinstance(state, bells.Bells)
    assert state == replayed(bells.begin(mask), said)
    assert len(state.notes) <= MOST_NOTES
    assert all(0 <= beat_of(note) < BEATS and 0 <= pitch_of(note) < PITCHES for note in state.notes)
    assert state.newest in (-1, *state.notes)
    assert bells.begin(mask_of(state.notes)).notes == state.notes
    assert len(canonical_bytes(state.snapshot())) < 500


def test_what_strangers_set_before_is_there_and_what_comes_is_counted() -> None:
    state = bells.begin(mask_of([3, 17])).apply(Pattern("s1", (17, 3, 30)))
    assert (state.notes, state.newest, state.added) == ((3, 17, 30), 30, 1)
    assert state.apply(Pattern("s1", (3,))).newest == -1


def test_it_gathers_sounds_shows_what_came_and_is_over_and_no_light_comes_more_than_three_times_a_second() -> None:
    ends = [0, LOBBY_MS, LOBBY_MS + PLAY_MS, LOBBY_MS + PLAY_MS + RESULT_MS]
    assert [bells.begin(0).apply(Passed(at_ms, 1)).phase for at_ms in ends] == ["lobby", "play", "result", "over"]
    assert 1000 / BEAT_MS <= 3


def test_a_pattern_is_read_and_signed_bells_ask_nothing() -> None:
    pattern = Pattern("s1", (39, 0, 7))
    assert read_for_screen(Reader(pattern.as_json())) == pattern
    with pytest.raises(BadDocument):
        read_for_screen(Reader(Pattern("s1", (40,)).as_json()))
    signed = sign_activity(Statement("b1", "bells", None, ("square",), 0, 10, "g", "m", 5), SigningKey.new())
    assert read_activity(Reader(signed.as_json())).statement.begin(7, (mask_of([3]),)) == bells.begin(8)
