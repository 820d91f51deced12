"""The kites: eight fly, the others wait in a line and make the wind; the same for the same events."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.canonical import canonical_bytes
from content.signing import SigningKey
from kiosks.activities import kites
from kiosks.activities.activity import STEP_MS, Event, Passed
from kiosks.activities.kite_figures import seen
from kiosks.activities.kites import (
    LOBBY_MS,
    MOST_ROUNDS,
    MOST_WAITING,
    PLAY_MS,
    RESULT_MS,
    SEATS,
    SILENT_MS,
    STAR_WORTH,
    TAIL,
    Kites,
)
from kiosks.activities.seating import Seating
from kiosks.activities.sky import FOOT, LEFT, RIGHT, TOP, light
from kiosks.activities.statement import Statement, sign_activity
from kiosks.messages import ACT, BACK, FULL, START, Name, Tap

ROUND_MS = PLAY_MS + RESULT_MS
visitors = st.integers(1, 14)
steers = st.builds(
    Tap, visitors, st.integers(0, 60), st.just("steer"), st.integers(-FULL, FULL), st.integers(-FULL, FULL)
)
presses = st.builds(Tap, visitors, st.integers(0, 60), st.just("press"), st.sampled_from([ACT, START, START, BACK]))
votes = st.builds(Tap, visitors, st.integers(0, 60), st.just("vote"), st.integers(0, 4))
events: st.SearchStrategy[list[Event]] = st.lists(
    steers | presses | votes | st.builds(Passed, st.integers(0, 24_000), st.integers(0, 20)), max_size=50
)


def start(*who: int) -> list[Event]:
    """These want to fly."""
    return [Tap(visitor, 1, "press", START) for visitor in who]


def passed(game: Kites, until_ms: int, staying: Iterable[int] = ()) -> Kites:
    """Time goes on until then; the phones of who is `staying` say so, and their hands move."""
    staying = list(staying)
    for at_ms in range(game.at_ms, until_ms + 1, 4_000):
        seq = 10 + at_ms // 4_000
        game = game.take([Tap(one, seq, "steer", seq % 2, 0) for one in staying]).apply(Passed(at_ms, len(staying)))
    return game.apply(Passed(until_ms, len(staying)))


def in_play(*who: int) -> Kites:
    """Their first round has just begun."""
    return passed(kites.begin(7).take(start(*who)), LOBBY_MS + STEP_MS, who)


# --- the same for the same events ------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(events)
def test_whatever_people_do_the_same_events_give_the_same_sky_and_all_of_it_can_be_sent(said: list[Event]) -> None:
    game, again = kites.begin(7), kites.begin(7)
    for event in said:
        game, again = game.apply(event), again.apply(event)
    assert game == again
    assert list(game.kites) == list(game.seating.playing)
    for kite in game.kites.values():
        assert LEFT <= kite.x <= RIGHT
        assert TOP <= kite.y <= FOOT
        assert 0 <= kite.tail <= TAIL
    assert not game.seating.waiting or len(game.kites) == SEATS
    assert len(canonical_bytes(game.snapshot())) < 2_000
    sky = seen(game.figures)
    assert sky is not None
    assert [(kite.visitor, kite.x, kite.y, kite.tail, kite.home) for kite in sky.kites] == [
        (visitor, kite.x, kite.y, kite.tail, kite.home) for visitor, kite in game.kites.items()
    ]
    assert len(sky.lights) == len(game.lights)
    assert (sky.lit, sky.needed, sky.waiting) == (game.lit, game.needed, len(game.seating.waiting))


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from(["join", "leave", "turned"]), visitors), max_size=60))
def test_nobody_has_two_places_nobody_waits_beside_a_free_one_and_the_line_keeps_its_order(
    done: list[tuple[str, int]],
) -> None:
    seating = Seating(3, 5)
    for what, visitor in done:
        line = seating.waiting
        seating = seating.turned() if what == "turned" else getattr(seating, what)(visitor)
        everybody = (*seating.playing, *seating.waiting)
        assert len(set(everybody)) == len(everybody)
        assert len(seating.playing) <= 3
        assert not seating.waiting or len(seating.playing) == 3
        kept = [one for one in line if one in seating.waiting]
        assert list(seating.waiting[: len(kept)]) == kept


def test_the_most_that_can_be_in_the_sky_fits_what_phones_and_the_player_are_told() -> None:
    everybody = [2**30 + number for number in range(SEATS + MOST_WAITING + 5)]
    game = in_play(*everybody)
    full = replace(game, lights=tuple(light(7, number, 10**6) for number in range(kites.MOST_LIGHTS)))
    full = replace(full, star=light(7, 99, 10**6))
    assert len(full.kites) == SEATS
    assert len(full.seating.waiting) == MOST_WAITING
    assert len(canonical_bytes(full.snapshot())) < 2_000
    assert len(full.figures) <= 160
    assert all(type(figure) is int for figure in full.figures)


def test_the_game_goes_alike_however_its_time_is_cut() -> None:
    said = [*start(1, 2), Tap(1, 2, "press", ACT), Tap(2, 2, "steer", 60, -30)]
    whole = kites.begin(3).take(said).apply(Passed(14_000, 2))
    steps = kites.begin(3).take(said)
    for at_ms in range(0, 14_001, 16):
        steps = steps.apply(Passed(at_ms, 2))
    assert whole == steps


# --- flying ----------------------------------------------------------------------------------------------------------


def test_a_light_that_is_reached_hangs_on_the_tail_and_lights_a_window_when_it_is_brought_home() -> None:
    game = in_play(1)
    kite = game.kites[1]
    near = replace(light(7, 50, 10**6), x=kite.x, y=kite.y, drift_x=0, drift_y=0)
    game = replace(game, lights=(near,)).apply(Passed(game.at_ms + STEP_MS, 1))
    assert (game.kites[1].tail, game.lit) == (1, 0)
    game = game.apply(Tap(1, 100, "steer", 0, FULL)).apply(Passed(game.at_ms + 2_000, 1))
    assert (game.kites[1].home, game.lit) == (game.lit, game.lit)
    assert game.lit >= 1


def test_one_button_is_enough_the_kite_flies_by_itself_turns_back_at_the_rim_and_brings_lights_home() -> None:
    game = in_play(1)
    for second in range(PLAY_MS // 1_000 - 1):
        taps = [Tap(1, 100 + second, "press", ACT)] if second % 3 == 0 else [Tap(1, 100 + second, "steer", 0, 0)]
        game = game.take(taps).apply(Passed(game.at_ms + 1_000, 1))
    assert game.lit > 3
    assert game.kites[1].flies_itself


def test_a_star_wants_two_kites_beside_it_for_a_second_or_the_only_one() -> None:
    for who, is_lit in (((1,), True), ((1, 2), False)):
        game = in_play(*who)
        kite = game.kites[1]
        star = replace(light(7, 99, 10**6), x=kite.x, y=kite.y, drift_x=0, drift_y=0)
        far = {visitor: kite if visitor == 1 else replace(kite, x=RIGHT, y=TOP) for visitor in who}
        game = replace(game, star=star, kites=far, lights=(), next_light_ms=10**6)
        game = game.apply(Passed(game.at_ms + 1_500, len(who)))
        assert (game.lit == STAR_WORTH) == is_lit


def test_an_older_steer_that_comes_late_changes_nothing() -> None:
    game = in_play(1).take([Tap(1, 60, "steer", FULL, 0), Tap(1, 50, "steer", -FULL, 0)])
    assert game.kites[1].course == (FULL, 0)


# --- the line --------------------------------------------------------------------------------------------------------


def test_the_ninth_waits_sees_their_place_and_has_a_kite_in_the_next_round_from_whoever_flew_longest() -> None:
    game = in_play(*range(1, 11))
    assert game.seating.waiting == (9, 10)
    assert game.snapshot()["queue"] == [9, 10]
    assert game.next_round_ms <= ROUND_MS
    game = passed(game, LOBBY_MS + ROUND_MS + 2 * STEP_MS, range(1, 11))
    assert (game.phase, game.round) == ("play", 2)
    assert game.seating.playing == (3, 4, 5, 6, 7, 8, 9, 10)
    assert game.lit == 0


def test_a_free_kite_goes_to_whoever_waits_longest_at_once() -> None:
    game = in_play(*range(1, 11)).apply(Tap(4, 100, "press", BACK))
    assert game.seating.playing == (1, 2, 3, 5, 6, 7, 8, 9)
    assert game.seating.waiting == (10,)


def test_whose_phone_is_gone_keeps_the_kite_for_fifteen_seconds_and_no_longer() -> None:
    game = in_play(1, 2).apply(Tap(2, 100, "steer", 5, 0))
    since_ms = game.at_ms
    assert 2 in passed(game, since_ms + SILENT_MS - 3_000, [1]).kites
    assert 2 not in passed(game, since_ms + SILENT_MS + 2_000, [1]).kites


def test_whose_hand_is_still_makes_room_only_while_somebody_waits() -> None:
    def still(game: Kites) -> Kites:
        """Everybody's page says that it is there; nobody's hand moves but the first's."""
        for second in range(20):
            taps = [Tap(one, 200 + second, "steer", second % 2 if one == 1 else 0, 0) for one in range(1, 10)]
            game = game.take(taps).apply(Passed(game.at_ms + 1_000, 9))
        return game

    assert len(still(in_play(*range(1, 9))).kites) == SEATS
    waited = still(in_play(*range(1, 10)))
    assert 9 in waited.kites
    assert len(waited.kites) == SEATS


# --- those who watch -------------------------------------------------------------------------------------------------


def test_the_wind_blows_where_those_who_watch_steer_on_the_average_and_three_hundred_are_as_good_as_one() -> None:
    alone = in_play(1).apply(Tap(2, 1, "steer", FULL, 0))
    many = in_play(1).take([Tap(one, 1, "steer", FULL, 0) for one in range(2, 302)])
    against = in_play(1).take([Tap(one, 1, "steer", FULL if one % 2 else -FULL, 0) for one in range(2, 302)])
    winds = [game.apply(Passed(game.at_ms + 3_000, 1)).wind for game in (alone, many, against)]
    assert winds == [(FULL, 0), (FULL, 0), (0, 0)]
    # Who flies does not blow as well.
    assert in_play(1).apply(Tap(1, 100, "steer", FULL, 0)).blow == (0, 0)


@pytest.mark.parametrize("watching", [1, 300])
def test_when_all_who_watch_cheered_once_a_light_is_thrown_to_whoever_brought_least(watching: int) -> None:
    game = in_play(1)
    there = [Tap(one, 1, "steer", 1, 0) for one in range(2, 2 + watching)]
    game = replace(game.take(there), lights=(), next_light_ms=10**6)
    cheers = [Tap(one, 2, "press", ACT) for one in range(2, 2 + watching)]
    game = game.take(cheers).take([replace(cheer, seq=3) for cheer in cheers])
    game = game.apply(Passed(game.at_ms + STEP_MS, watching))
    (thrown,) = game.lights
    assert abs(thrown.x - game.kites[1].x) < 400


# --- the session -----------------------------------------------------------------------------------------------------


def test_a_session_has_one_round_more_only_while_somebody_wants_it_and_three_at_most() -> None:
    alone = passed(in_play(1), LOBBY_MS + ROUND_MS + STEP_MS, [1])
    assert alone.phase == "over"
    nobody = kites.begin(7).apply(Passed(LOBBY_MS + STEP_MS, 3))
    assert nobody.phase == "over"
    game = in_play(1)
    for number in range(1, MOST_ROUNDS + 2):
        game = passed(game, LOBBY_MS + (number - 1) * ROUND_MS + PLAY_MS + 500, [1])
        if game.phase == "over":
            break
        assert (game.phase, game.round) == ("result", number)
        game = passed(game.apply(Tap(1, 1_000 + number, "press", START)), LOBBY_MS + number * ROUND_MS + 200, [1])
    assert game.round == MOST_ROUNDS
    assert game.at_ms <= game.length_ms + STEP_MS


def test_whoever_waited_when_the_last_session_was_over_comes_first_in_the_next_and_is_called_as_before() -> None:
    game = kites.begin(7, (21, 22)).take(start(1)).apply(Name(21, "teal", "heron"))
    assert game.seating.playing == (21, 22, 1)
    sky = seen(game.figures)
    assert sky is not None
    assert (sky.kites[0].colour, sky.kites[0].animal) == (4, 11)


def test_signed_kites_ask_nothing_and_begin_with_who_waited() -> None:
    signed = sign_activity(Statement("k1", "kites", None, ("square",), 0, 10, "g", "m", 5), SigningKey.new())
    begun = signed.statement.begin(7, (5,))
    assert isinstance(begun, Kites)
    assert begun == kites.begin(7, (5,))
