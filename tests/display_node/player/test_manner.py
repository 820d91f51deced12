"""How things are shown at a place: calm where that is wished, and with or without the lines that name the makers."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pygame
import pytest
from numpy.typing import NDArray

from content.clock import now_ms
from content.language import translations
from content.screen_facts import Fit
from display_node.manner_messages import Manner
from display_node.messages import Cue
from display_node.player.painting import PlainPainter
from display_node.player.scenes.activity import ActivityScene
from display_node.player.scenes.card import CardScene
from display_node.player.scenes.credits import LONGEST_MS, SHORTEST_MS, SHOWN_FROM_MS, Credits
from display_node.player.scenes.crowd import CrowdScene
from display_node.player.scenes.poll import PollScene
from display_node.player.scenes.scene import Scene
from display_node.player.text import Typesetter
from display_node.player.timeline import NS_PER_MS
from display_node.player.transitions import Transitions
from display_node.player.wings import Wings
from display_node.session_messages import SessionNow
from kiosks.activities.poll import Question
from tests.display_node.player.stand import cues, make_still, player, still_cue

SIZE = (320, 180)
SECOND_NS = 1_000 * NS_PER_MS


@pytest.fixture(scope="module")
def typesetter() -> Iterator[Typesetter]:
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    pygame.display.init()
    pygame.display.set_mode((8, 8))
    yield Typesetter()
    pygame.display.quit()


def drawn(scene: Scene, at_ns: int) -> NDArray[np.uint8]:
    surface = pygame.Surface(SIZE)
    assert scene.draw(surface, at_ns, at_ns)
    pixels: NDArray[np.uint8] = pygame.surfarray.array3d(surface)
    return pixels


def test_the_card_of_a_calm_screen_stands_still(typesetter: Typesetter) -> None:
    card = CardScene(SIZE, typesetter, translations("display_node", "en"))
    assert (drawn(card, 0) != drawn(card, 9 * SECOND_NS)).any()
    card.is_calm = True
    assert (drawn(card, 0) == drawn(card, 9 * SECOND_NS)).all()
    assert card.change_after(SECOND_NS // 2) == SECOND_NS


@pytest.mark.parametrize("kind", ["poll", "crowd"])
def test_on_a_calm_screen_an_activity_moves_only_with_what_people_do(kind: str, typesetter: Typesetter) -> None:
    question = Question("A bench?", ("Yes", "No"), "Council", "en")
    scene: ActivityScene = (
        PollScene(question, SIZE, typesetter) if kind == "poll" else CrowdScene(7, SIZE, typesetter)
    )  # fmt: skip
    first = (1, 3) if kind == "poll" else (100, 0, 0, 9, 3, 0)
    then = (3, 1) if kind == "poll" else (900, 0, 0, 9, 3, 100)
    phase = "ask" if kind == "poll" else "lobby"

    def is_moving() -> bool:
        """Whether the picture changes between two frames though nobody does anything."""
        scene.receive(SessionNow("s", 1, phase, 60_000, 1, first), SECOND_NS)
        scene.receive(SessionNow("s", 2, phase, 60_000, 1, then), 2 * SECOND_NS)
        early, late = 2_020 * NS_PER_MS, 2_200 * NS_PER_MS
        if kind == "crowd":  # the lantern itself has arrived
            early, late = 2_100 * NS_PER_MS, 2_400 * NS_PER_MS
        return bool((drawn(scene, early) != drawn(scene, late)).any())

    assert is_moving()
    scene.is_calm = True
    assert not is_moving()


def test_what_becomes_of_another_shape_is_as_the_panel_says_then_as_its_site_says_then_whole() -> None:
    cases: list[tuple[Fit | None, Fit | None, Fit]] = [
        (None, None, "contain"), (None, "cover", "cover"), (None, "letterbox", "letterbox"),
        ("contain", "cover", "contain"),
    ]  # fmt: skip
    for of_panel, of_site, wanted in cases:
        wings = Wings(PlainPainter(), cast("Typesetter", None), of_panel)
        wings.manner = Manner(fit=of_site)
        assert wings._fit == wanted


def test_on_a_calm_screen_what_would_slide_fades(typesetter: Typesetter) -> None:
    def laid(*, is_calm: bool) -> NDArray[np.uint8]:
        transitions = Transitions()
        transitions.is_calm = is_calm
        before, after = pygame.Surface(SIZE), pygame.Surface(SIZE)
        before.fill((200, 40, 40))
        cue = Cue(0, 5_000, "programme", "still", transition="slide", transition_ms=600)
        transitions.begin(before, cue, 0)
        transitions.lay(after, 300 * NS_PER_MS)
        pixels: NDArray[np.uint8] = pygame.surfarray.array3d(after)
        return pixels

    assert len(np.unique(laid(is_calm=False)[..., 0])) == 2
    assert len(np.unique(laid(is_calm=True)[..., 0])) == 1


def test_title_group_and_makers_are_named_for_as_long_as_they_take_to_read(typesetter: Typesetter) -> None:
    cue = Cue(0, 60_000, "programme", "still", title="Boats", group_name="Youth club")

    def places(cue: Cue) -> tuple[int, int]:
        """How high the lines stand, and until when in ms."""
        line, height, ms = Credits(cue, (1280, 720), typesetter), 0, SHOWN_FROM_MS + 10
        while (place := line.place_at(ms * NS_PER_MS)) is not None:
            height, ms = place.height, ms + 10
        return height, ms

    plain, long = replace(cue, credits="youth club"), replace(cue, credits="Film: Lan, Minh. Âm thanh: " + "Hoa, " * 40)
    assert places(plain) == places(cue)
    assert abs(places(cue)[1] - SHOWN_FROM_MS - SHORTEST_MS) <= 20
    assert places(long)[0] > places(replace(cue, credits="Lan"))[0] > places(cue)[0]
    assert abs(places(long)[1] - SHOWN_FROM_MS - LONGEST_MS) <= 20
    assert Credits(cue, (1280, 720), typesetter, is_hidden=True).place_at(SECOND_NS) is None


def test_a_player_leaves_the_makers_away_and_stands_still_from_when_it_is_told(tmp_path: Path) -> None:
    still = make_still(tmp_path / "s.jpg", (640, 360))
    start_ms = now_ms() + 500
    cue = replace(still_cue(still, start_ms, start_ms + 60_000), moves=True, duration_ms=60_000)
    with player(tmp_path, "--headless", "640x360") as stand, stand.agent() as agent:

        def foot() -> float:
            """How dark the place of the lines is."""
            return float(np.asarray(agent.picture(tmp_path / "seen.jpg")[0].convert("L"))[300:335, 25:150].mean())

        agent.say(cues(cue))
        agent.wait_until(start_ms + 1_000)
        named = foot()
        agent.say(Manner(is_calm=True, hides_credits=True))
        agent.wait(lambda: foot() > named + 20, "the lines to be gone")
        one = np.asarray(agent.picture(tmp_path / "one.jpg")[0])
        agent.wait_until(now_ms() + 300)
        assert (np.asarray(agent.picture(tmp_path / "two.jpg")[0]) == one).all()
