"""The ticker: told in its time and to its end, at the speed at which people read, over nothing that matters more."""

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.clock import now_ms
from content.reading_speed import CHARACTERS_A_SECOND
from display_node.manner_messages import Manner, Ticker, TickerLine
from display_node.messages import Cue
from display_node.player.foreground import Foreground
from display_node.player.scenes.credits import Credits
from display_node.player.scenes.ticker import SAFE_PERCENT, Telling, TickerScene
from display_node.player.scenes.ticker_rounds import PAUSE_MS
from display_node.player.text import INK, Typesetter
from display_node.player.timeline import NS_PER_MS
from tests.display_node.player.stand import cues, make_still, player, still_cue

SIZE = (640, 360)
START_MS = 1_000_000
WORDS = "Tối nay 19 giờ: họp ở hội trường. The bridge is closed until Friday."
HOUR_MS = 3_600_000


@pytest.fixture(scope="module")
def typesetter() -> Iterator[Typesetter]:
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    pygame.display.init()
    pygame.display.set_mode((8, 8))
    yield Typesetter()
    pygame.display.quit()


def line(text: str = WORDS, from_ms: int = START_MS, until_ms: int = START_MS + HOUR_MS) -> TickerLine:
    return TickerLine(from_ms, until_ms, text)


def scene(
    typesetter: Typesetter, *lines: TickerLine, is_calm: bool = False, size: tuple[int, int] = SIZE
) -> TickerScene:  # fmt: skip
    return TickerScene(lines or (line(),), size, typesetter, is_calm=is_calm)


def drawn(ticker: TickerScene, ms: float, taken: tuple[pygame.Rect, ...] = ()) -> pygame.Rect | None:
    """Where letters are in a picture; None while there is no band."""
    surface = pygame.Surface(SIZE)
    surface.fill((128, 128, 128))
    ticker.draw(surface, int(ms * NS_PER_MS), taken)
    pixels = pygame.surfarray.array3d(surface)
    if (pixels == 128).all():
        return None
    letters = np.argwhere((pixels > 200).all(axis=2))
    if not len(letters):
        return pygame.Rect(0, 0, 0, 0)
    (left, top), (right, bottom) = letters.min(axis=0), letters.max(axis=0)
    return pygame.Rect(int(left), int(top), int(right - left + 1), int(bottom - top + 1))


def told_ms(ticker: TickerScene) -> int:
    """How long the first line is told, once."""
    told = ticker.telling(START_MS)
    assert isinstance(told, Telling)
    return told.composed.told_ms


def test_it_begins_on_its_instant_pauses_and_ends_with_its_last_letter(typesetter: Typesetter) -> None:
    ticker = scene(typesetter)
    length_ms = told_ms(ticker)
    begins = [START_MS, START_MS + length_ms + PAUSE_MS]
    for begin_ms in begins:
        assert drawn(ticker, begin_ms - 1) is None
        assert drawn(ticker, begin_ms) is not None
        assert drawn(ticker, begin_ms + length_ms - 1) is not None
        assert drawn(ticker, begin_ms + length_ms) is None
    assert ticker.change_after((START_MS - 5_000) * NS_PER_MS) == START_MS * NS_PER_MS
    assert ticker.change_after((START_MS + length_ms + 10) * NS_PER_MS) == begins[1] * NS_PER_MS


def test_what_cannot_be_told_to_its_end_is_not_begun(typesetter: Typesetter) -> None:
    length_ms = told_ms(scene(typesetter))
    whole = scene(typesetter, line(until_ms=START_MS + length_ms))
    short = scene(typesetter, line(until_ms=START_MS + length_ms - 1))
    assert isinstance(whole.telling(START_MS + length_ms - 1), Telling)
    assert not any(isinstance(short.telling(START_MS + ms), Telling) for ms in range(0, length_ms, 50))


def test_letters_pass_at_the_speed_at_which_they_are_read(typesetter: Typesetter) -> None:
    ticker = scene(typesetter, line("m" * 60))
    told = ticker.telling(START_MS)
    assert isinstance(told, Telling)
    letter_px = told.composed.parts[0].get_width() / 60
    one, other = drawn(ticker, START_MS + 500), drawn(ticker, START_MS + 1_500)
    assert one is not None
    assert other is not None
    assert (one.left - other.left) / letter_px == pytest.approx(CHARACTERS_A_SECOND, abs=0.3)


def test_words_that_are_read_from_the_right_run_from_the_left(typesetter: Typesetter) -> None:
    ticker = scene(typesetter, line("الجسر مغلق حتى يوم الجمعة وسيفتح بعد ذلك"))
    one, other = drawn(ticker, START_MS + 1_000), drawn(ticker, START_MS + 1_500)
    assert one is not None
    assert other is not None
    assert other.right > one.right


@pytest.mark.parametrize("is_calm", [False, True])
def test_words_stay_inside_what_a_panel_may_hide_and_off_what_stands_at_the_foot(
    typesetter: Typesetter, is_calm: bool
) -> None:
    ticker, margin = scene(typesetter, is_calm=is_calm), SIZE[1] * SAFE_PERCENT // 100
    safe = pygame.Rect((0, 0), SIZE).inflate(-2 * margin, -2 * margin)
    invitation = pygame.Rect(400, 150, 220, 200)
    for taken in ((), (invitation,)):
        for ms in range(0, told_ms(ticker), 700):
            letters = drawn(ticker, START_MS + ms, taken)
            assert letters is not None
            assert not letters.width or safe.contains(letters)
            assert letters.collidelist(list(taken)) < 0


def test_on_a_calm_screen_a_line_stands_part_by_part_until_it_is_read(typesetter: Typesetter) -> None:
    ticker = scene(typesetter, line(WORDS * 3), is_calm=True)
    told = ticker.telling(START_MS)
    assert isinstance(told, Telling)
    assert len(told.composed.parts) > 1
    assert told.composed.told_ms >= len(WORDS) * 3 * 1_000 // CHARACTERS_A_SECOND
    assert drawn(ticker, START_MS) == drawn(ticker, told.end_ms - 1)
    assert ticker.change_after(START_MS * NS_PER_MS) == told.end_ms * NS_PER_MS
    following = ticker.telling(told.end_ms)
    assert isinstance(following, Telling)
    assert following.part == 1


def test_a_line_that_is_told_when_another_comes_is_told_to_its_end_first(typesetter: Typesetter) -> None:
    length_ms = told_ms(scene(typesetter))
    second = line("The pool is open again.", START_MS + length_ms // 2)
    ticker = scene(typesetter, line(), second)
    for ms in range(0, length_ms, 50):
        told = ticker.telling(START_MS + ms)
        assert isinstance(told, Telling)
        assert told.composed.line.text == WORDS
    assert drawn(ticker, START_MS + length_ms) is None
    later = [ticker.telling(START_MS + ms) for ms in range(length_ms, 4 * (length_ms + PAUSE_MS), 500)]
    assert {told.composed.line.text for told in later if isinstance(told, Telling)} == {WORDS, second.text}


def test_a_line_that_is_told_when_another_is_written_or_taken_off_is_told_to_its_end_first(
    typesetter: Typesetter,
) -> None:
    first, second = line(), line("The pool is open again.", START_MS - 10_000)
    front, alone = Foreground(typesetter), scene(typesetter, first)

    def is_told(ms: float) -> bool | None:
        """Whether the picture is that of the first line at that instant; None when nothing is told."""
        for _twice in range(2):
            front.change_after(SIZE, "programme", int(ms * NS_PER_MS))
            for thread in threading.enumerate():
                if thread.name == "ticker":
                    thread.join()
        seen, wanted = pygame.Surface(SIZE), pygame.Surface(SIZE)
        front.lay(seen, "programme", int(ms * NS_PER_MS), 0)
        alone.draw(wanted, int(ms * NS_PER_MS))
        if not pygame.surfarray.array3d(seen).any():
            return None
        return bool((pygame.surfarray.array3d(seen) == pygame.surfarray.array3d(wanted)).all())

    front.tell(Ticker((first,)))
    assert is_told(START_MS + 5_000)
    end_ms = START_MS + told_ms(alone)
    front.tell(Ticker((second, first)))
    assert is_told(START_MS + 5_100)
    assert is_told(end_ms - 1)
    # The picture is whole for as long as after any line.
    assert all(is_told(end_ms + ms) is None for ms in range(0, PAUSE_MS, 1_000))
    assert any(is_told(end_ms + ms) is False for ms in range(PAUSE_MS, 90_000, 1_000))
    front.tell(Ticker((first,)))
    front.tell(Ticker((second,)))
    assert not is_told(end_ms + PAUSE_MS + 5_000)


@given(
    st.lists(st.tuples(st.integers(0, 90_000), st.integers(1, 120_000)), min_size=1, max_size=4), st.booleans(),
    st.integers(0, 200_000),
)  # fmt: skip
def test_nothing_is_told_outside_its_time_and_every_change_is_announced(
    typesetter: Typesetter, spans: list[tuple[int, int]], is_calm: bool, ms: int
) -> None:
    lines = [
        line(f"{n} {WORDS}", START_MS + start, START_MS + start + length) for n, (start, length) in enumerate(spans)
    ]
    ticker = scene(typesetter, *lines, is_calm=is_calm, size=(320, 180))
    at_ms = START_MS + ms

    def state(instant_ms: float) -> tuple[str, int] | None:
        told = ticker.telling(instant_ms)
        return (told.composed.line.text, told.part) if isinstance(told, Telling) else None

    told = ticker.telling(at_ms)
    if isinstance(told, Telling):
        assert told.composed.line.from_ms <= at_ms < told.composed.line.until_ms
        assert at_ms < told.end_ms <= told.composed.line.until_ms
    elif told is None:
        assert all(state(at_ms + later) is None for later in range(0, 200_000, 5_000))
    else:
        assert told > at_ms
        assert all(state(at_ms + (told - at_ms) * share / 8) is None for share in range(8))


def test_the_makers_are_named_above_it(typesetter: Typesetter) -> None:
    ticker = scene(typesetter)
    band = ticker.place_at(START_MS * NS_PER_MS)
    assert band is not None
    named = Credits(Cue(START_MS - 1_000, START_MS + 60_000, "programme", "still", title="Boats"), SIZE, typesetter)
    place = named.place_at(START_MS * NS_PER_MS, (band,))
    assert place is not None
    assert not place.colliderect(band)
    assert pygame.Rect((0, 0), SIZE).contains(place)


def test_a_player_tells_it_over_the_programme_and_never_over_an_alert(tmp_path: Path) -> None:
    still = make_still(tmp_path / "s.jpg", SIZE)
    start_ms = now_ms() + 500
    shown = replace(still_cue(still, start_ms, start_ms + 60_000), title="")
    alert = Cue(start_ms, start_ms + 60_000, "alert", "words", words=("Storm", "Stay inside."))
    with player(tmp_path, "--headless", "640x360") as stand, stand.agent() as agent:

        def has_band() -> bool:
            foot = np.asarray(agent.picture(tmp_path / "seen.jpg")[0].convert("RGB"))[352:358].astype(int)
            return bool((abs(foot - INK).max(axis=2) < 24).mean() > 0.95)

        ticker = Ticker((line(WORDS, start_ms, start_ms + HOUR_MS),))
        agent.say(Manner(is_calm=True), cues(shown), ticker)
        agent.wait(has_band, "the ticker")
        agent.say(cues(alert))
        agent.wait(lambda: not has_band(), "the alert without it")
        agent.say(cues(shown))
        agent.wait(has_band, "the ticker again")
        agent.say(Ticker())
        agent.wait(lambda: not has_band(), "the picture without it")
