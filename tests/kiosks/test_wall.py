"""The wall: strangers' answers one after the other, only those that were told, the same for the same events."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.canonical import canonical_bytes
from content.reading import BadDocument, Reader
from content.signing import BadSignature, SigningKey
from kiosks.activities import wall
from kiosks.activities.activity import Event, Passed, replayed
from kiosks.activities.answers import Answer, Answers, read_answer, sign_answer
from kiosks.activities.statement import Statement, read_activity, sign_activity
from kiosks.activities.wall import LOBBY_MS, PLAY_MS, RESULT_MS, TURN_MS, Prompt, Wall
from kiosks.messages import Show, Tap, read_for_screen

PROMPT = Prompt("What can you hear here?", "Youth club", "en")
BELLS, RAIN, TRAM = Answer("a1", "Bells"), Answer("a2", "Rain"), Answer("a3", "The tram")
told = st.lists(st.sampled_from([BELLS, RAIN, TRAM]), unique=True).map(lambda rows: Answers(tuple(rows)))
times = st.builds(Passed, st.integers(0, LOBBY_MS + PLAY_MS + RESULT_MS + 10), st.integers(0, 9))
events: st.SearchStrategy[list[Event]] = st.lists(told | times | st.just(Tap(1, 1, "vote", 0)), max_size=30)


def after(*said: Event) -> Wall:
    state = replayed(wall.begin(PROMPT, 7), said)
    assert isinstance(state, Wall)
    return state


@settings(max_examples=80, deadline=None)
@given(events)
def test_only_an_answer_that_stands_is_ever_large_and_the_same_events_give_the_same_wall(said: list[Event]) -> None:
    state = wall.begin(PROMPT, 7)
    for event in said:
        state = state.apply(event)
        assert state.current in {"", *(one.id for one in state.answers)}
        assert state.phase == "play" or not state.current
        assert (state.place >= 0) == bool(state.current)
    assert state == after(*said)
    assert len(canonical_bytes(state.snapshot())) < 1_000


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 9_000), max_size=30))
def test_the_wall_goes_alike_however_its_time_is_cut(steps: list[int]) -> None:
    state, at_ms = after(Answers((BELLS, RAIN, TRAM))), 0
    for step in steps:
        at_ms += step
        state = state.apply(Passed(at_ms, 1))
    assert state == after(Answers((BELLS, RAIN, TRAM)), Passed(at_ms, 1)) or not steps


def test_every_answer_is_large_once_before_any_comes_again() -> None:
    state, large = after(Answers((BELLS, RAIN, TRAM))), []
    for turn in range(6):
        state = state.apply(Passed(LOBBY_MS + turn * TURN_MS, 1))
        large.append(state.current)
    assert set(large[:3]) == set(large[3:]) == {"a1", "a2", "a3"}
    assert all(one != other for one, other in pairwise(large))


def test_what_is_new_is_large_next_and_what_was_taken_away_is_gone_at_once() -> None:
    state = after(Answers((BELLS, RAIN)), Passed(LOBBY_MS + 100, 1))
    first = state.current
    state = state.apply(Answers((TRAM, BELLS, RAIN)))
    assert state.current == first
    assert state.apply(Passed(LOBBY_MS + TURN_MS, 1)).current == "a3"
    left = tuple(one for one in state.answers if one.id != first)
    gone = state.apply(Answers(left))
    assert gone.current in {one.id for one in left}
    assert gone.apply(Answers(())).current == ""
    assert after(Passed(LOBBY_MS + 5_000, 1), Answers((BELLS,))).current == "a1"


def test_it_asks_goes_round_thanks_and_is_over() -> None:
    phases = []
    for at_ms in range(0, LOBBY_MS + PLAY_MS + RESULT_MS + 1, 500):
        state = after(Answers((BELLS,)), Passed(at_ms, 2))
        if state.phase not in phases:
            phases.append(state.phase)
    assert phases == ["lobby", "play", "result", "over"]


def test_an_answer_is_signed_for_its_activity_and_any_other_word_breaks_it() -> None:
    key = SigningKey.new()
    signed = sign_answer(Answer("a1", "Tiếng chổi tre"), "w1", "mod", 5, key)
    back = read_answer(Reader(signed.as_json()))
    assert back == signed
    back.verify({key.public.key_id: key.public})
    for forged in (replace(back, answer=RAIN), replace(back, activity="w2"), replace(back, key_id="another")):
        with pytest.raises(BadSignature):
            forged.verify({key.public.key_id: key.public})
    with pytest.raises(BadDocument):
        read_answer(Reader(sign_answer(Answer("a1", "two\nlines"), "w1", "mod", 5, key).as_json()))


def test_a_dozen_of_the_longest_answers_go_to_a_screen_and_a_wall_comes_out_of_its_signed_statement() -> None:
    key = SigningKey.new()
    rows = tuple(sign_answer(Answer(f"{n:032x}", "👩" * 120), "w" * 32, "m" * 32, 5, key).as_json() for n in range(12))
    show = Show("s1", rows)
    assert read_for_screen(Reader(show.as_json())) == show
    with pytest.raises(BadDocument):
        read_for_screen(Reader(Show("s1", (*rows, rows[0])).as_json()))
    statement = Statement("w1", "wall", PROMPT, ("square",), 0, 10_000, "group", "mod", 5)
    back = read_activity(Reader(sign_activity(statement, key).as_json()))
    assert back.statement.begin(7, ()) == wall.begin(PROMPT, 7)
    with pytest.raises(BadDocument):
        read_activity(Reader(sign_activity(replace(statement, question=None), key).as_json()))
