"""On the path of a screen's processes, or the service's, this makes rounds short enough for a test, with no rest.

A player that is told so has hands: what is said to a socket is what SDL says.
"""

import os
import sys
from pathlib import Path

from content.programme import layers
from display_node.agent import granting
from kiosks.activities import bells, crowd, kites, poll, reports, wall

crowd.LOBBY_MS, crowd.PLAY_MS, crowd.RESULT_MS = 2_000, 20_000, 4_000
kites.LOBBY_MS, kites.PLAY_MS, kites.RESULT_MS = 4_000, 20_000, 4_000
poll.SHORT_LOBBY_MS, poll.PLAY_MS, poll.RESULT_MS = 1_000, 15_000, 4_000
bells.LOBBY_MS, bells.PLAY_MS, bells.RESULT_MS = 1_000, 25_000, 4_000
wall.LOBBY_MS, wall.PLAY_MS, wall.RESULT_MS = 1_000, 15_000, 4_000
reports.LOBBY_MS, reports.PLAY_MS, reports.RESULT_MS = 1_000, 15_000, 4_000
layers.COOL_DOWN_MS = 0
granting.SHORTEST_MS = 5_000

if "display_node.player" in sys.orig_argv and (path := os.environ.get("COMMONSCREEN_TEST_EVENTS")):
    sys.path.append(str(Path(__file__).parents[3]))
    from tests.display_node.player.posting import listen

    listen(path)
