"""What flashes too much is found, and what does not is left alone: by rate, size, colour, strength and time."""

import numpy as np
import pytest

from content.media.flash import changes, rules
from content.media.flash.cells import LINEAR, cells_of_rgb
from tests.content.media.flash.screens import (
    BLACK,
    COLUMNS,
    RED,
    ROWS,
    WHITE,
    Picture,
    alternating,
    even_times,
    grey,
    plain,
    rules_of,
    shown,
    with_box,
)


@pytest.mark.parametrize("fps", [25, 30, 60])
@pytest.mark.parametrize(("hz", "is_safe"), [(2.5, True), (3, True), (4, False), (5, False)])
def test_more_than_three_flashes_a_second_are_refused_at_any_rate_of_pictures(
    fps: int, hz: float, is_safe: bool
) -> None:
    screening = alternating(hz, plain(BLACK), plain(WHITE), fps=fps)
    assert screening.policy == ("publish" if is_safe else "refuse")
    assert {screening.itu_bt1702, screening.wcag_strict, screening.trace24} == {"pass" if is_safe else "fail"}


def test_four_flashes_are_refused_where_they_are_even_if_nothing_follows() -> None:
    screening = alternating(5, plain(BLACK), plain(WHITE), seconds=3, until_s=0.8)
    found = next(found for found in screening.found if found.rule == "itu_general")
    assert (found.start_us, found.transitions) == (100_000, 8)
    assert 600_000 < found.end_us < 900_000


def test_lightning_may_be_shown() -> None:
    screening = alternating(5, plain(BLACK), plain(WHITE), seconds=3, until_s=0.4)
    assert screening.policy == "publish"


def test_one_bright_picture_may_be_shown() -> None:
    screening = shown(lambda at_us: cells_of_rgb(plain(WHITE if at_us == 500_000 else BLACK)), even_times(30, 2))
    assert screening.policy == "publish"


@pytest.mark.parametrize(("share", "policy"), [(0.008, "publish"), (0.03, "hold"), (0.24, "hold"), (0.26, "refuse")])
def test_a_quarter_of_the_screen_is_refused_and_a_quarter_of_a_window_is_held(share: float, policy: str) -> None:
    assert alternating(5, plain(BLACK), with_box(share, WHITE)).policy == policy


def test_what_flashes_near_the_edge_counts_like_the_middle() -> None:
    corner = plain(BLACK)
    corner[:150, :150] = 255
    assert alternating(5, plain(BLACK), corner).trace24 == "fail"


def test_halves_that_flash_in_turn_are_refused_though_the_mean_never_changes() -> None:
    left, right = plain(BLACK), plain(BLACK)
    left[:, : COLUMNS // 2] = 255
    right[:, COLUMNS // 2 :] = 255
    assert alternating(5, left, right).policy == "refuse"


def test_flashes_in_one_place_and_then_in_another_are_not_added_up() -> None:
    left, right = plain(BLACK), plain(BLACK)
    left[:, : COLUMNS // 2] = 255
    right[:, COLUMNS // 2 :] = 255
    lefts, rights, dark = cells_of_rgb(left), cells_of_rgb(right), cells_of_rgb(plain(BLACK))
    order = [dark, lefts, dark, lefts, dark, rights, dark, rights, dark]
    screening = shown(lambda at_us: order[min(at_us // 100_000, 8)], even_times(30, 3))
    assert screening.policy == "publish"


@pytest.mark.parametrize(
    ("low", "high", "fails"), [(0.2, 0.27, False), (0.2, 0.315, True), (0.82, 0.97, False), (0.7, 0.82, True)]
)
def test_only_a_tenth_of_white_and_a_dark_enough_side_count(low: float, high: float, fails: bool) -> None:
    screening = alternating(5, plain(grey(low)), plain(grey(high)))
    assert (screening.itu_bt1702 == "fail", screening.wcag_strict == "fail") == (fails, fails)


def test_bright_flashes_count_for_trace24_alone_and_are_held() -> None:
    screening = alternating(5, plain(grey(0.82)), plain(grey(0.97)))
    assert (screening.trace24, screening.itu_bt1702, screening.policy) == ("fail", "pass", "hold")


def test_red_that_comes_and_goes_is_refused_as_red_whatever_the_light() -> None:
    screening = alternating(5, plain((30, 126, 126)), plain(RED))
    assert {"itu_red", "wcag_red", "trace24_red"} <= rules_of(screening)
    assert "itu_general" not in rules_of(alternating(5, plain(grey(0.2126)), plain(RED)))
    assert "itu_red" in rules_of(alternating(5, plain(grey(0.2126)), plain(RED)))


def test_red_of_every_brightness_is_red() -> None:
    every = np.zeros((ROWS, COLUMNS, 3), np.uint8)
    every[:, :512, 0] = np.repeat(np.arange(256), 2)
    red = changes.saturated(cells_of_rgb(every))[0] > 0
    dimmest = int(np.argmax(red))
    assert 30 < dimmest < 45
    assert red[dimmest:256].all()
    assert not red[256:].any()


def test_red_that_hardly_changes_its_colour_may_be_shown() -> None:
    assert alternating(5, plain((250, 60, 60)), plain((255, 100, 0))).itu_bt1702 == "pass"


def test_red_three_times_a_second_may_be_shown() -> None:
    assert alternating(3, plain(BLACK), plain(RED)).policy == "publish"


def test_flashing_that_is_slow_enough_but_goes_on_is_held() -> None:
    screening = alternating(3, plain(BLACK), plain(WHITE), seconds=6)
    assert (screening.policy, rules_of(screening)) == ("hold", {"long"})


def test_flickering_that_takes_its_time_is_held() -> None:
    def at(at_us: int) -> float:
        return 0.25 + 0.07 * float(np.sin(2 * np.pi * 4 * at_us / 1_000_000))

    screening = shown(lambda at_us: cells_of_rgb(plain(grey(at(at_us)))), even_times(60, 2))
    assert (screening.policy, rules_of(screening)) == ("hold", {"gradual"})


def test_steps_in_one_direction_are_one_change() -> None:
    steps = [grey(0.05), grey(0.2), grey(0.35), grey(0.5), grey(0.05)]
    screening = shown(lambda at_us: cells_of_rgb(plain(steps[at_us // 100_000 % 5])), even_times(30, 3))
    assert screening.itu_bt1702 == "pass"


def test_cuts_between_bright_and_dark_shots_are_flashes() -> None:
    generator = np.random.default_rng(5)
    shots = [cells_of_rgb(plain(grey(0.02 + 0.6 * (number % 2) + generator.random() * 0.1))) for number in range(30)]
    quick = shown(lambda at_us: shots[at_us // 120_000 % 30], even_times(25, 2))
    slow = shown(lambda at_us: shots[at_us // 400_000 % 30], even_times(25, 2))
    assert (quick.policy, slow.policy) == ("refuse", "publish")


def test_a_film_is_screened_against_its_own_beginning() -> None:
    lights = {n: WHITE for start in (0, 6, 48, 54) for n in range(start, start + 3)}
    screening = shown(
        lambda at_us: cells_of_rgb(plain(lights.get((at_us + 1) * 30 // 1_000_000, BLACK))), even_times(30, 2)
    )
    assert (screening.policy, rules_of(screening)) == ("hold", {"loop"})


def test_uneven_times_are_taken_as_they_are() -> None:
    # Eight changes, told by their times alone: within a second, and spread over two.
    off, on = cells_of_rgb(plain(BLACK)), cells_of_rgb(plain(WHITE))
    close = [0, 90_000, 230_000, 300_000, 460_000, 555_000, 700_000, 760_000, 900_000]
    apart = [at_us * 5 // 2 for at_us in close]
    for times, policy in ((close, "refuse"), (apart, "publish")):
        assert shown(lambda at_us, times=times: on if times.index(at_us) % 2 else off, times).policy == policy  # type: ignore[misc]


def test_a_fine_chequerboard_that_turns_over_is_not_a_flash_and_a_coarse_one_is() -> None:
    rows, columns = np.mgrid[:ROWS, :COLUMNS]
    for side, verdict in ((1, "pass"), (2, "pass"), (4, "fail"), (6, "fail"), (12, "fail")):
        board = np.repeat((((rows // side + columns // side) % 2) * 255).astype(np.uint8)[:, :, None], 3, axis=2)
        screening = alternating(5, board, 255 - board)
        assert screening.itu_bt1702 == verdict, side
        assert "loop" not in rules_of(screening) or verdict == "fail", side


@pytest.mark.parametrize(("side", "verdict"), [(1, "pass"), (2, "pass"), (4, "fail"), (12, "fail")])
def test_fine_snow_is_not_a_flash_and_coarse_snow_is(side: int, verdict: str) -> None:
    generator = np.random.default_rng(3)

    def snow() -> Picture:
        flakes = generator.integers(0, 256, (ROWS // side, COLUMNS // side), np.uint8)
        return np.repeat(np.kron(flakes, np.ones((side, side), np.uint8))[:, :, None], 3, axis=2)

    pictures = [cells_of_rgb(snow()) for _ in range(7)]
    assert shown(lambda at_us: pictures[at_us * 30 // 1_000_000 % 7], even_times(30, 2)).itu_bt1702 == verdict


def test_few_red_cells_and_many_are_picked_out_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = np.random.default_rng(7).integers(0, 256, (rules.ROWS, rules.COLUMNS, 3), dtype=np.uint8)
    picture[:, :, 1:] //= np.random.default_rng(8).integers(1, 9, (rules.ROWS, rules.COLUMNS, 1), dtype=np.uint8)
    cells = cells_of_rgb(picture)
    light = LINEAR[picture].astype(np.int64)
    others, whole = light[:, :, 1] + light[:, :, 2], light.sum(axis=2)
    by_the_rule = (light[:, :, 0] >= 4 * others) & (whole > 1_000)
    assert by_the_rule.any()
    assert not by_the_rule.all()
    for few in (0, ROWS * COLUMNS):
        monkeypatch.setattr(changes, "_FEW", few)
        assert np.array_equal(changes.saturated(cells) > 0, by_the_rule)


def test_grain_is_no_flash() -> None:
    generator = np.random.default_rng(3)
    grain = [
        cells_of_rgb(np.clip(generator.normal(110, 6, (ROWS, COLUMNS, 3)), 0, 255).astype(np.uint8)) for _ in range(4)
    ]
    assert shown(lambda at_us: grain[at_us * 30 // 1_000_000 % 4], even_times(30, 2)).policy == "publish"


def test_the_same_film_gives_the_same_findings() -> None:
    def screened() -> object:
        return alternating(4, with_box(0.3, RED, grey(0.3)), with_box(0.2, WHITE))

    assert screened() == screened()
