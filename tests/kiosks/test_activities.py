"""The activities: seeded, replayable, the same for one visitor and three hundred."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.canonical import canonical_bytes
from content.reading import BadDocument, Reader
from content.signing import BadSignature, SigningKey
from kiosks.activities import crowd, poll
from kiosks.activities.activity import Activity, Event, Passed, replayed
from kiosks.activities.poll import Before, Question
from kiosks.activities.statement import Statement, read_activity, sign_activity
from kiosks.messages import FULL, Tap

BENCHES = Question(
    "Where shall the new bench stand?", ("By the river", "At the school", "On the square"), "Council", "en"
)
taps = st.builds(
    Tap, st.integers(1, 6), st.integers(0, 30), st.sampled_from(["vote", "steer"]), st.integers(-FULL, FULL)
)
events = st.lists(taps | st.builds(Passed, st.integers(0, 9_000), st.integers(0, 9)), max_size=40)


def begun() -> list[Activity]:
    return [poll.begin(BENCHES, (4, 0, 1)), crowd.begin(7)]


@settings(max_examples=30)
@given(events)
def test_the_same_events_give_the_same_state_and_a_snapshot_that_can_be_sent(said: list[Event]) -> None:
    for activity in begun():
        once, again = replayed(activity, said), replayed(activity, said)
        assert once == again
        assert len(canonical_bytes(once.snapshot())) < 1_000


@settings(max_examples=30)
@given(events)
def test_every_vote_counts_once_for_its_newest_and_none_is_lost_or_made(said: list[Event]) -> None:
    ended = replayed(poll.begin(BENCHES, (4, 0, 1)), said)
    assert isinstance(ended, poll.Poll)
    assert sum(ended.counts) == 5 + len(ended.votes)
    assert len(ended.votes) <= 6


def test_a_poll_shows_what_was_before_takes_votes_shows_the_result_and_is_over() -> None:
    before = Before("A tree?", ("Yes", "No"), (12, 3), "We planted two.")
    state = poll.begin(replace(BENCHES, before=before))
    phases = []
    for at_ms in range(0, poll.LOBBY_MS + poll.PLAY_MS + poll.RESULT_MS + 1, 500):
        state = state.apply(Passed(at_ms, 1))
        if state.phase not in phases:
            phases.append(state.phase)
    assert phases == ["lobby", "play", "result", "over"]


def test_a_vote_may_be_changed_and_an_older_one_that_comes_late_changes_nothing() -> None:
    state = poll.begin(BENCHES)
    for tap in (Tap(1, 1, "vote", 0), Tap(2, 1, "vote", 0), Tap(1, 5, "vote", 2), Tap(1, 3, "vote", 1)):
        state = state.apply(tap)
    assert state.counts == (1, 0, 1)


def test_a_vote_for_what_is_not_there_or_after_the_end_changes_nothing() -> None:
    state = poll.begin(BENCHES).apply(Tap(1, 1, "vote", 3))
    late = state.apply(Passed(poll.SHORT_LOBBY_MS + poll.PLAY_MS, 1)).apply(Tap(1, 2, "vote", 0))
    assert late.counts == (0, 0, 0)


@pytest.mark.parametrize("options", [("One",), ("a", "a"), ("a", "b", "c", "d", "e", "f"), ("a", "x" * 41), ("a", "")])
def test_a_question_has_two_to_five_different_short_options(options: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="option"):
        replace(BENCHES, options=options)


def played(leans: dict[int, list[int]]) -> crowd.Crowd:
    """A game in which each visitor leans as listed, one lean a second."""
    state = crowd.begin(7)
    for second in range((crowd.LOBBY_MS + crowd.PLAY_MS) // 1000):
        for visitor, list_of_leans in leans.items():
            state = state.apply(Tap(visitor, second + 1, "steer", list_of_leans[second % len(list_of_leans)]))
        state = state.apply(Passed((second + 1) * 1000, len(leans)))
    return state


def test_the_lantern_goes_where_most_lean_and_the_glow_grows_only_when_they_lean_together() -> None:
    together = played({visitor: [FULL, FULL, -FULL, -FULL] for visitor in range(30)})
    against = played({visitor: [FULL if visitor % 2 else -FULL] for visitor in range(30)})
    assert together.glow == 1000
    assert against.glow == 0
    assert against.x == crowd.ACROSS // 2
    assert against.together == 0
    assert together.together > 0


def test_the_game_goes_alike_however_its_time_is_cut() -> None:
    whole = crowd.begin(3).apply(Tap(1, 1, "steer", 60)).apply(Passed(20_000, 1))
    steps = crowd.begin(3).apply(Tap(1, 1, "steer", 60))
    for at_ms in range(0, 20_001, 16):
        steps = steps.apply(Passed(at_ms, 1))
    assert (whole.x, whole.glow, whole.gathered) == (steps.x, steps.glow, steps.gathered)


def test_who_has_said_nothing_for_long_does_not_steer_any_more() -> None:
    state = crowd.begin(3).apply(Tap(1, 1, "steer", FULL)).apply(Passed(crowd.SILENT_MS + 100, 1))
    assert state.lean == 0
    assert not state.leaning


def statement(question: Question | None = BENCHES) -> Statement:
    kind = "crowd" if question is None else "poll"
    return Statement("a1", kind, question, ("square",), 0, 10_000, "group", "mod", 5)  # type: ignore[arg-type]


def test_a_signed_activity_holds_for_its_screens_and_its_time_and_for_no_other_words() -> None:
    key, other = SigningKey.new(), SigningKey.new()
    signed = sign_activity(statement(), key)
    back = read_activity(Reader(signed.as_json()))
    assert back == signed
    back.verify({key.public.key_id: key.public})
    assert back.statement.allows("square", 9_999)
    assert not back.statement.allows("square", 10_000)
    assert not back.statement.allows("harbour", 5)
    with pytest.raises(BadSignature):
        back.verify({other.public.key_id: other.public})
    forged = replace(signed, statement=replace(signed.statement, question=replace(BENCHES, question="Who pays?")))
    with pytest.raises(BadSignature):
        forged.verify({key.public.key_id: key.public})


def test_a_poll_without_a_question_is_no_activity() -> None:
    key = SigningKey.new()
    document = sign_activity(replace(statement(None), kind="poll"), key).as_json()
    with pytest.raises(BadDocument):
        read_activity(Reader(document))
    assert read_activity(Reader(sign_activity(statement(None), key).as_json())).statement.kind == "crowd"
