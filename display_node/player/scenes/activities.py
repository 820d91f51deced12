"""Which scene draws which activity."""

import pygame

from content.reading import Reader
from display_node.player.scenes.activity import ActivityScene
from display_node.player.scenes.bells import BellsScene
from display_node.player.scenes.crowd import CrowdScene
from display_node.player.scenes.kites import KitesScene
from display_node.player.scenes.poll import PollScene
from display_node.player.scenes.reports import ReportsScene
from display_node.player.scenes.wall import WallScene
from display_node.player.text import Typesetter
from display_node.session_messages import LONGEST_QUESTION_JSON, SessionOn, SessionWords
from kiosks.activities.poll import read_question
from kiosks.activities.wall import read_prompt
from kiosks.themes import THEMES


def make_scene(
    told: SessionOn, words: SessionWords | None, size: tuple[int, int], typesetter: Typesetter,
    picture: pygame.Surface | None = None,
) -> ActivityScene:  # fmt: skip
    """The scene of a session, over a veiled picture of its size where there is one.

    Raises BadDocument or ValueError for a kind or a question this player does not know.
    """
    if told.kind == "poll":
        reader = Reader.of_bytes(told.question.encode(), limit_bytes=4 * LONGEST_QUESTION_JSON)
        return PollScene(read_question(reader), size, typesetter, THEMES[told.theme], picture)
    if told.kind == "crowd":
        return CrowdScene(told.seed, size, typesetter)
    if told.kind == "bells":
        return BellsScene(size, typesetter)
    if told.kind == "kites":
        return KitesScene(size, typesetter)
    if told.kind in ("wall", "report"):
        reader = Reader.of_bytes(told.question.encode(), limit_bytes=4 * LONGEST_QUESTION_JSON)
        if told.kind == "report":
            return ReportsScene(read_prompt(reader), words, size, typesetter)
        return WallScene(read_prompt(reader), words, size, typesetter, THEMES[told.theme], picture)
    raise ValueError(f"this player does not know the activity '{told.kind}'")
