"""Everyone at one screen: codes, passes, limits, and what goes to the screen."""

import itertools
import random

from hypothesis import given
from hypothesis import strategies as st

from kiosks import presence, rooms, visits
from kiosks.messages import ACT, FULL, MOST_ROWS, START, Name, Press, Steer, Vote
from kiosks.presence import WINDOW_MS, Codes, tidy
from kiosks.rooms import Room
from kiosks.visits import LONGEST_VISIT_MS, PASS_KEPT_MS, SEAT_KEPT_MS, Visit, Visits

NOW = 1_790_000_000_000


def a_room(seed: int = 1, joins_an_hour: int = 3_600) -> Room:
    chance, numbers = random.Random(seed), itertools.count()  # noqa: S311
    return Room(Visits(chance.choice, lambda *_: f"token-{next(numbers)}"), joins_an_hour)


def joined(room: Room, now_ms: int = NOW, address: str = "192.0.2.1") -> Visit:
    visit = room.open(address, now_ms)
    assert isinstance(visit, Visit)
    came = room.visits.came(visit.token, now_ms)
    assert came is not None
    return came


# --- the code --------------------------------------------------------------------------------------------------------


def test_a_code_is_good_while_it_is_on_the_screen_and_for_one_window_more_and_then_it_is_an_old_one() -> None:
    codes = Codes(random.Random(1).choice)  # noqa: S311
    first = codes.of("square", NOW)
    assert codes.of("square", NOW + WINDOW_MS - 1) == first
    second = codes.of("square", NOW + WINDOW_MS)
    assert second.text != first.text
    for said, at_ms, kind in [
        (first.text, NOW, "good"), (first.text.lower(), NOW + 2 * WINDOW_MS - 1, "good"),
        (first.text, NOW + 2 * WINDOW_MS, "old"), (second.text, NOW + 2 * WINDOW_MS, "good"),
        (first.text, NOW + WINDOW_MS + presence.REMEMBERED_MS, "unknown"), ("", NOW, "unknown"),
    ]:  # fmt: skip
        assert codes.look(said, at_ms).kind == kind, (said, at_ms)


def test_no_two_screens_have_one_code_and_no_code_holds_a_look_alike() -> None:
    codes = Codes(random.Random(1).choice)  # noqa: S311
    found = {codes.of(f"screen-{number}", NOW).text for number in range(500)}
    assert len(found) == 500
    assert not set("".join(found)) & set("0O1IL5S2Z8AEU")


@given(st.text(max_size=20))
def test_whatever_is_typed_for_a_code_is_one_or_nothing(said: str) -> None:
    code = tidy(said)
    assert code == "" or (len(code) == presence.LENGTH and set(code) <= set(presence.ALPHABET))


# --- the pass --------------------------------------------------------------------------------------------------------


def test_a_phone_that_was_away_for_less_than_fifteen_seconds_has_its_place_and_name_again() -> None:
    room = a_room()
    visit = joined(room)
    room.visits.left(visit.token, NOW + 1_000)
    assert room.visits.seated(NOW + 1_000 + SEAT_KEPT_MS - 1)
    again = room.visits.came(visit.token, NOW + 1_000 + SEAT_KEPT_MS - 1)
    assert again is not None
    assert (again.number, again.colour, again.animal) == (visit.number, visit.colour, visit.animal)


def test_a_place_is_free_after_fifteen_seconds_and_the_pass_over_after_a_quarter_of_an_hour() -> None:
    room = a_room()
    visit = joined(room)
    room.visits.left(visit.token, NOW)
    assert not room.visits.seated(NOW + SEAT_KEPT_MS)
    assert room.visits.of(visit.token, NOW + PASS_KEPT_MS - 1) is not None
    assert room.visits.of(visit.token, NOW + PASS_KEPT_MS) is None
    assert room.visits.came(visit.token, NOW + PASS_KEPT_MS) is None


def test_a_pass_nobody_presses_anything_on_is_over_though_its_phone_stays_connected() -> None:
    room = a_room()
    still, pressed = joined(room), joined(room)
    assert room.visits.seen(pressed.token, NOW + PASS_KEPT_MS - 1)
    assert room.visits.seated(NOW + PASS_KEPT_MS) == [room.visits.of(pressed.token, NOW + PASS_KEPT_MS)]
    assert room.visits.of(still.token, NOW + PASS_KEPT_MS) is None
    assert room.visits.seen(still.token, NOW + PASS_KEPT_MS) is None


def test_a_pass_is_over_after_an_hour_however_often_something_is_pressed() -> None:
    room = a_room()
    visit = joined(room)
    for at_ms in range(NOW, NOW + LONGEST_VISIT_MS, PASS_KEPT_MS // 2):
        assert room.visits.seen(visit.token, at_ms)
    assert room.visits.of(visit.token, NOW + LONGEST_VISIT_MS - 1)
    assert room.visits.came(visit.token, NOW + LONGEST_VISIT_MS) is None


def test_beyond_the_bound_a_phone_that_is_gone_gives_way_before_a_silent_one_that_is_here() -> None:
    room = a_room()
    here = joined(room)
    gone, later = room.visits.open(NOW + 1), room.visits.open(NOW + 2)
    for number in range(visits.MOST_PASSES - 2):
        room.visits.open(NOW + 3 + number)
    at_ms = NOW + visits.MOST_PASSES
    assert [room.visits.of(one.token, at_ms) is not None for one in (here, gone, later)] == [True, False, True]


def test_names_are_of_our_own_making_and_differ_while_there_are_any() -> None:
    room = a_room()
    found = [joined(room, address=str(number)) for number in range(100)]
    assert len({(visit.colour, visit.animal) for visit in found}) > 95
    assert {visit.colour for visit in found} <= set(visits.COLOURS)


def test_passes_do_not_grow_without_bound() -> None:
    room = a_room()
    for number in range(visits.MOST_PASSES + 50):
        opened = room.visits.open(NOW)
        room.visits.left(opened.token, NOW + number)
    assert len(room.visits) == visits.MOST_PASSES


# --- limits ----------------------------------------------------------------------------------------------------------


def test_a_room_has_so_many_places_and_an_address_so_many_joins_a_minute() -> None:
    room = a_room()
    for number in range(rooms.MOST_SEATED):
        joined(room, address=f"10.0.{number}")
    assert room.open("10.1.1.1", NOW) == "full"
    other = a_room()
    for _ in range(rooms.JOINS_A_MINUTE):
        other.open("192.0.2.7", NOW)
    assert other.open("192.0.2.7", NOW + 59_999) == "too_many"
    assert isinstance(other.open("192.0.2.8", NOW), Visit)
    assert isinstance(other.open("192.0.2.7", NOW + 60_000), Visit)


def test_an_address_that_comes_again_every_minute_has_no_more_passes_than_an_hour_gives() -> None:
    room = a_room(joins_an_hour=300)
    opened = [room.open("192.0.2.7", NOW + number * 1_000) for number in range(3_600)]
    assert sum(isinstance(one, Visit) for one in opened) == 300
    assert isinstance(room.open("192.0.2.8", NOW + 3_599_000), Visit)
    assert isinstance(room.open("192.0.2.7", NOW + 3_600_000), Visit)


def test_ten_thousand_joins_a_minute_from_one_address_give_as_many_passes_as_it_may_have() -> None:
    room = a_room()
    opened = [room.open("192.0.2.7", NOW + number * 6) for number in range(10_000)]
    assert sum(isinstance(one, Visit) for one in opened) == rooms.JOINS_A_MINUTE
    assert isinstance(room.open("192.0.2.8", NOW + 60_000), Visit)


def test_ten_thousand_joins_a_minute_from_many_addresses_fill_no_memory_and_drive_nobody_out() -> None:
    room = a_room()
    here = [joined(room, address=f"10.0.0.{number}") for number in range(50)]
    for number in range(10_000):
        at_ms = NOW + number * 6
        room.open(f"10.1.{number}", at_ms)
        assert number % 100 or len(room.visits.seated(at_ms)) <= rooms.MOST_SEATED
    assert len(room.visits) <= visits.MOST_PASSES
    assert all(room.visits.of(visit.token, NOW + 60_000) is not None for visit in here)


def test_a_visitor_who_taps_too_often_is_heard_twenty_times_a_second() -> None:
    room = a_room()
    visit = joined(room)
    heard = sum(room.may_say(visit, NOW + at_ms) for at_ms in range(0, 10_000, 5))
    assert heard <= rooms.TAPS_AT_ONCE + 10 * rooms.TAPS_A_SECOND
    assert heard >= 10 * rooms.TAPS_A_SECOND


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 50), st.integers(-FULL, FULL)), max_size=200))
def test_of_what_a_visitor_said_the_newest_goes_out_and_nothing_queues(said: list[tuple[int, int, int]]) -> None:
    room = a_room()
    passes = [joined(room, address=str(number)) for number in range(10)]
    newest: dict[int, tuple[int, int]] = {}
    for who, seq, x in said:
        room.put(passes[who], Steer(seq, x))
        number = passes[who].number
        if number not in newest or newest[number][0] <= seq:
            newest[number] = (seq, x)
    sent = room.bundle()
    assert {tap.visitor: (tap.seq, tap.value) for tap in sent} == newest
    assert room.bundle() == ()


def test_a_crowd_goes_out_in_bundles_of_a_bounded_size_and_nobody_is_left_out() -> None:
    room = a_room()
    passes = [joined(room, address=str(number)) for number in range(rooms.MOST_SEATED)]
    for visit in passes:
        room.put(visit, Vote(1, 0))
        room.put(visit, Steer(1, 5))
    first, second, third = room.bundle(), room.bundle(), room.bundle()
    assert len(first) == len(second) == MOST_ROWS
    assert len(first) + len(second) + len(third) == 2 * rooms.MOST_SEATED


def test_what_one_visitor_goes_on_saying_does_not_keep_others_waiting() -> None:
    room = a_room()
    one, other = joined(room), joined(room, address="b")
    room.put(one, Steer(1, 1))
    room.put(other, Steer(1, 2))
    room.put(one, Steer(2, 3))
    assert [(tap.visitor, tap.value) for tap in room.bundle()] == [(one.number, 3), (other.number, 2)]


def test_a_name_goes_out_once_in_a_session_with_the_first_that_its_visitor_said() -> None:
    room = a_room()
    one, other = joined(room), joined(room, address="b")
    room.put(one, Steer(1, 1))
    assert room.names(room.bundle()) == (Name(one.number, one.colour, one.animal),)
    room.put(one, Steer(2, 1))
    room.put(other, Press(1, START))
    assert [name.visitor for name in room.names(room.bundle())] == [other.number]
    room.drop()
    room.put(one, Steer(3, 1))
    assert [name.visitor for name in room.names(room.bundle())] == [one.number]


def test_a_button_replaces_no_other_button() -> None:
    room = a_room()
    visit = joined(room)
    for seq, button in ((1, START), (2, ACT), (3, ACT)):
        room.put(visit, Press(seq, button))
    assert [(tap.seq, tap.value) for tap in room.bundle()] == [(1, START), (3, ACT)]
