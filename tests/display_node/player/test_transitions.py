"""Seams that take a moment: nothing black, nothing lost, nothing repeated, and a cut where the computer is too slow."""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pygame
import pytest
from numpy.typing import NDArray

from content.reading import BadDocument
from content.transition import LONGEST_MS, SHORTEST_MS, Transition, TransitionKind
from display_node.messages import Cue, Cues, decode_for_player, encode
from display_node.player.frames_log import FramesLog
from display_node.player.painting import PlainPainter
from display_node.player.show import RETRY_NS, Show
from display_node.player.sound import Part, Sound, mixed
from display_node.player.stage import Stage
from display_node.player.text import Typesetter
from display_node.player.timeline import NS_PER_MS
from display_node.player.track import RATE_HZ, Samples, Track
from display_node.player.transitions import LATE_NS, MOST_GIVEN_UP, MOST_LATE, STEP_NS, Transitions, cut_short
from display_node.player.waiting import Alarm
from display_node.player.wings import Wings
from tests.display_node.player.stand import FPS, PATIENCE_S, cues, make_clip, make_still, still_cue, video_cue

SIZE = (320, 180)
START_MS = 10_000
LENGTH_MS = 600
BEFORE, AFTER = (200, 40, 40), (40, 40, 200)
KINDS: tuple[TransitionKind, ...] = ("crossfade", "slide", "wipe")


@pytest.fixture(scope="module", autouse=True)
def screen() -> Iterator[None]:
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    os.environ.setdefault("SDL_AUDIODRIVER", "dummy")
    pygame.display.init()
    pygame.display.set_mode((8, 8))
    yield
    pygame.display.quit()


def cue(kind: TransitionKind, ms: int = LENGTH_MS) -> Cue:
    return Cue(START_MS, START_MS + 5_000, "programme", "still", title="Next", transition=kind, transition_ms=ms)


def plain(colour: tuple[int, int, int]) -> pygame.Surface:
    surface = pygame.Surface(SIZE)
    surface.fill(colour)
    return surface


def at(transitions: Transitions, ms: int) -> NDArray[np.uint8]:
    surface = plain(AFTER)
    transitions.lay(surface, (START_MS + ms) * NS_PER_MS)
    pixels: NDArray[np.uint8] = pygame.surfarray.array3d(surface)
    return pixels


def begun(kind: TransitionKind, late_ms: int = 0) -> Transitions:
    transitions = Transitions()
    transitions.begin(plain(BEFORE), cue(kind), (START_MS + late_ms) * NS_PER_MS)
    return transitions


@pytest.mark.parametrize("kind", KINDS)
def test_it_begins_with_the_last_picture_and_ends_with_the_new_one_alone(kind: TransitionKind) -> None:
    transitions = begun(kind)
    assert (at(transitions, 0) == BEFORE).all()
    shares = [float((at(transitions, ms)[..., 2]).mean()) for ms in range(0, LENGTH_MS, 33)]
    assert shares == sorted(shares)
    assert shares[1] < 70
    assert shares[-1] > 180
    assert (at(transitions, LENGTH_MS) == AFTER).all()


@pytest.mark.parametrize("kind", KINDS)
def test_no_pixel_is_ever_darker_than_the_two_pictures(kind: TransitionKind) -> None:
    transitions = begun(kind)
    for ms in range(0, LENGTH_MS, 50):
        assert int(at(transitions, ms).sum(axis=2).min()) >= sum(BEFORE) - 6


def test_who_joins_in_the_middle_of_it_sees_its_rest_and_afterwards_nothing() -> None:
    assert (at(begun("wipe", late_ms=300), 300) != AFTER).any()
    assert (at(begun("wipe", late_ms=LENGTH_MS), 0) == AFTER).all()


def test_a_cut_and_a_seam_to_nothing_lay_nothing() -> None:
    transitions = begun("crossfade")
    transitions.begin(plain(BEFORE), None, START_MS * NS_PER_MS)
    assert (at(transitions, 0) == AFTER).all()
    transitions.begin(plain(BEFORE), cue("cut", 0), START_MS * NS_PER_MS)
    assert (at(transitions, 0) == AFTER).all()


def test_over_a_still_it_goes_on_thirty_times_a_second_and_ends_on_its_instant() -> None:
    transitions = begun("crossfade")
    instants = [START_MS * NS_PER_MS]
    while (following := transitions.change_after(instants[-1])) is not None:
        instants.append(following)
    assert instants[-1] == (START_MS + LENGTH_MS) * NS_PER_MS
    assert all(0 < later - sooner <= STEP_NS for sooner, later in pairwise(instants))


def test_a_computer_that_is_too_slow_cuts_and_says_so_and_soon_does_not_try_again() -> None:
    transitions = Transitions()
    for _ in range(MOST_GIVEN_UP):
        transitions.begin(plain(BEFORE), cue("crossfade"), START_MS * NS_PER_MS)
        told = [transitions.presented(LATE_NS) for _ in range(MOST_LATE)]
        assert told == [None] * (MOST_LATE - 1) + [cue("crossfade")]
        assert (at(transitions, 10) == AFTER).all()
    assert "“Next”" in cut_short(cue("crossfade"))
    transitions.begin(plain(BEFORE), cue("crossfade"), START_MS * NS_PER_MS)
    assert (at(transitions, 10) == AFTER).all()


@pytest.mark.parametrize(("kind", "ms"), [("cut", 5), ("wipe", SHORTEST_MS - 1), ("slide", LONGEST_MS + 1)])
def test_lengths_out_of_bounds_are_refused(kind: TransitionKind, ms: int) -> None:
    with pytest.raises(ValueError, match=r"cut takes no time|transition takes"):
        Transition(kind, ms)
    with pytest.raises(BadDocument):
        decode_for_player(encode(Cues(0, (replace(cue("cut", 0), transition=kind, transition_ms=ms),))))


class Even(Track):
    """A track that is everywhere equally loud."""

    def __init__(self) -> None:
        """Decodes nothing."""

    def read(self, start: int, count: int) -> Samples:
        """The same sample again and again."""
        return np.full((count, 2), 10_000, np.int16)


def test_sounds_that_cross_keep_their_power_to_the_sample_and_never_click() -> None:
    seam, fade = 1_000 * NS_PER_MS, LENGTH_MS * NS_PER_MS
    going = Part(Even(), 0, seam + fade, 0, fall_ns=fade)
    coming = Part(Even(), seam, 10 * seam, seam, rise_ns=fade)
    count = RATE_HZ * LENGTH_MS // 1_000
    one, other = (np.asarray(mixed((part,), seam, count), np.float64)[:, 0] for part in (going, coming))
    power = one**2 + other**2
    assert np.allclose(power, 1e8, rtol=1e-3)
    whole = np.asarray(mixed((going, coming), seam - 9_600 * 1_000_000 // 48, count + 19_200), np.float64)[:, 0]
    assert np.abs(np.diff(whole)).max() < 10_000 * np.pi / 2 / count * 2


class Turned(Alarm):
    """A clock that stands still while something is waited for and goes on with every picture; and its alarm."""

    def __init__(self, start_ms: int) -> None:
        """Shows `start_ms`."""
        super().__init__(self.now_ns)
        self.ns = start_ms * NS_PER_MS
        self._patience = time.monotonic() + PATIENCE_S

    def now_ns(self) -> int:
        """What it shows."""
        return self.ns

    def ring(self) -> None:
        """Nobody waits for long."""

    def wait_until(self, instant_ns: int) -> bool:
        """Goes on to the instant, unless that is the moment after which a decoder is asked again."""
        assert time.monotonic() < self._patience, "a picture never came"
        if instant_ns - self.ns == RETRY_NS:
            os.sched_yield()
            return False
        self.ns = max(self.ns, instant_ns)
        return True


class Seen(Stage):
    """A stage that keeps the colour of each picture's upper edge, by the instant at which it was presented."""

    def __init__(self, clock: Turned) -> None:
        """Without a screen."""
        super().__init__("headless", SIZE)
        self._clock = clock
        self.tints: dict[int, int] = {}

    def present(self) -> None:
        """Notes what is shown."""
        super().present()
        self.tints[self._clock.ns] = self.surface.get_at((SIZE[0] // 2, SIZE[1] // 10)).r


def shown(folder: Path, *these: Cue) -> tuple[dict[int, int], list[tuple[str, int]]]:
    """What a show of these cues presents, from a second before the first until the last ends.

    The tint by the instant in ms after the first cue's start, and the frames log: item and media time.
    """
    clock = Turned(these[0].start_ms - 1_000)
    stage, typesetter = Seen(clock), Typesetter()
    log = FramesLog(folder / "frames.jsonl")
    show = Show(
        stage, typesetter, Wings(PlainPainter(), typesetter), Sound(clock.now_ns), clock.now_ns, clock, frames_log=log
    )
    show.tell(cues(*these))
    show.run(these[-1].end_ms)
    rows = [json.loads(line) for line in (folder / "frames.jsonl").read_text().splitlines()]
    tints = {instant_ns // NS_PER_MS - these[0].start_ms: tint for instant_ns, tint in stage.tints.items()}
    return tints, [(row["item"], row["media_ms"]) for row in rows]


def test_a_film_fades_into_a_film_with_every_frame_of_both_and_no_black(tmp_path: Path) -> None:
    one, other = make_clip(tmp_path / "a.mp4", 1, tint=200), make_clip(tmp_path / "b.mp4", 1, tint=60)
    first = replace(video_cue(one, START_MS, START_MS + 1_000, "a"), title="")
    second = replace(
        video_cue(other, START_MS + 1_000, START_MS + 2_000, "b"), title="", transition="crossfade", transition_ms=600
    )
    tints, rows = shown(tmp_path, first, second)
    for item in ("a", "b"):
        frames = [round(media_ms * FPS / 1_000) for name, media_ms in rows if name == item]
        assert sorted(set(frames)) == list(range(FPS))
    fading = [tint for ms, tint in sorted(tints.items()) if 1_000 <= ms <= 1_600]
    assert len(fading) >= FPS * 6 // 10
    assert fading == sorted(fading, reverse=True)
    assert fading[0] > 190
    assert 50 < fading[-1] < 75
    assert len(set(fading)) > 12


def test_a_still_comes_on_over_a_film_in_small_steps(tmp_path: Path) -> None:
    clip, still = make_clip(tmp_path / "a.mp4", 1, tint=200), make_still(tmp_path / "s.jpg", SIZE, tint=60)
    film = replace(video_cue(clip, START_MS, START_MS + 1_000), title="")
    picture = replace(
        still_cue(still, START_MS + 1_000, START_MS + 3_000), title="", transition="crossfade", transition_ms=1_000
    )
    tints, _ = shown(tmp_path, film, picture)
    fading = [tint for ms, tint in sorted(tints.items()) if 1_000 <= ms <= 2_000]
    assert len(fading) >= 29
    assert fading == sorted(fading, reverse=True)
    assert max(sooner - later for sooner, later in pairwise(fading)) <= 8
    assert all(tint < 65 for ms, tint in tints.items() if 2_000 <= ms < 3_000)
