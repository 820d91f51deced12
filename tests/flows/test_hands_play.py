"""Hands at the screen itself, with real parts: what is pressed is kept by the service and changes the picture."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from content.clock import now_ms
from curator import activities, bells, tables, votes
from curator.votes_from_screens import known_at
from display_node.player.controls import Card, Place, Strip, card_of, strip_of
from display_node.player.reach import Measures
from display_node.player.text import INK, PAPER
from display_node.touch_messages import Offer, Offered
from kiosks.activities.statement import Statement
from kiosks.messages import BEATS
from tests.display_node.player.hands import Hands
from tests.display_node.player.posting import VARIABLE
from tests.flows.line import Line, Shown, wait_for
from tests.flows.phones import SHORT_ROUNDS
from tests.flows.visiting import back_on_programme, offer, picture_of, session_frames

FILMS = {"Red": "red", "Blue": "blue", "Green": "green"}
SIZE = (640, 360)
HEIGHT_MM, EDGE_MM = 1_300, 300
MEASURES = Measures(*SIZE, HEIGHT_MM, EDGE_MM)
FEW = 25
"""Pixels: a star without a note has fewer bright ones, and one with a note many more."""
MIDDLE = (SIZE[0] // 2, SIZE[1] // 2)


@pytest.fixture(scope="module")
def events() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as short:
        yield Path(short) / "events.sock"


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory, events: Path) -> Iterator[Line]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(SHORT_ROUNDS))
        patch.setenv(VARIABLE, str(events))
        made = Line(tmp_path_factory.mktemp("line"))
        hung = {"has_touch": True, "has_pads": True, "picture_height_mm": HEIGHT_MM, "lower_edge_mm": EDGE_MM}
        made.store.run_now(lambda connection: connection.execute(tables.screens.update().values(hung)))
        made.start_node()
    made.pair()
    for title, colour in FILMS.items():
        made.upload(colour, 5, title)
    found = [made.approve(title) for title in FILMS]
    made.shows(found[0].id, wait_s=90)
    yield made
    made.end()


@pytest.fixture
def hands(line: Line, events: Path) -> Iterator[Hands]:
    found = Hands(events, SIZE)
    yield found
    found.leave()


def pixels_in(line: Line, place: Place, colour: tuple[int, ...], *, is_other: bool = False) -> int:
    """How many pixels of a place on the screen have a colour, or one that is far from it."""
    left, top, width, height = place
    pixels = picture_of(line)
    if pixels is None:
        return 0
    part = pixels[top : top + height, left : left + width].astype(int)
    distance = np.abs(part - np.array(colour[::-1])).max(axis=2)
    return int((distance > 100).sum() if is_other else (distance < 24).sum())


def offered(line: Line, hands: Hands, *rows: Offered) -> Card:
    """The offer of these, where a finger touched the programme."""
    plan = card_of(Offer(rows), MIDDLE, MEASURES, is_low=False)

    def stands() -> bool:
        return pixels_in(line, plan.place, PAPER) > plan.place[2] * plan.place[3] // 3

    def is_answered() -> bool:
        # Once: where the offer stands already another touch would press what is there.
        hands.tap(*MIDDLE)
        with suppress(AssertionError):
            return wait_for(stands, 5)
        return False

    wait_for(is_answered, 60)
    return plan


def begun(line: Line, hands: Hands, activity: str) -> Shown:
    """The first picture of a session that is begun by pressing its row of an offer.

    What stands where a finger touched can be a notice that there is nothing yet, or have gone when it is pressed.
    """
    since_ms = now_ms()

    def is_begun() -> list[Shown]:
        rows = [Offered(one.activity, one.kind) for one in allowed(line)]
        # A choice that was asked for stands in the place of what asks for it, before all others.
        place = next((place for place, row in enumerate(rows) if row.activity == activity), 0)
        hands.press(offered(line, hands, *rows).rows[place])
        with suppress(AssertionError):
            return wait_for(lambda: session_frames(line, since_ms), 10)
        return []

    return wait_for(is_begun, 150)[0]


def controls(kind: str, options: int = 0) -> Strip:
    """The controls of a session."""
    plan = strip_of(kind, options, MEASURES, is_low=False)
    assert plan is not None
    return plan


def allowed(line: Line) -> list[Statement]:
    """What a node that asks is told of."""
    found = line.store.read_now(lambda connection: known_at(connection, line.screen.id, now_ms()))
    return [one.signed.statement for one in found]


def test_bells_begun_by_touch_shine_with_the_note_that_is_set_and_the_service_keeps_it(
    line: Line, hands: Hands
) -> None:
    round_of_bells = asyncio.run(offer(line, "bells"))
    assert [one.activity for one in allowed(line)] == [round_of_bells.id]
    assert begun(line, hands, round_of_bells.id).item == round_of_bells.id
    plan = controls("bells")
    note = BEATS + 2
    ground = (0, plan.place[1], SIZE[0], plan.place[3])
    wait_for(lambda: pixels_in(line, ground, INK) > 1_000, 20)

    left, top, width, height = plan.scene
    middle = left + width // 4, top, width // 2, height  # there is the star, and no word

    def lights() -> int:
        return pixels_in(line, middle, INK, is_other=True)

    wait_for(lambda: lights() < FEW, 20)
    place = next(one for one in plan.buttons() if (one.use, one.value, one.station) == ("note", note, 1))
    hands.press(place)
    wait_for(lambda: lights() > 2 * FEW, 20)
    kept = line.store.read_now
    wait_for(lambda: kept(lambda connection: bells.pattern(connection, round_of_bells.id)) == (note,), 20)
    back_on_programme(line, wait_for(lambda: _over_ms(line), 60))
    assert kept(lambda connection: bells.pattern(connection, round_of_bells.id)) == (note,)


def counts(line: Line, ballot: str) -> tuple[int, ...]:
    """The votes on a choice that the service holds."""
    return line.store.read_now(lambda connection: votes.counts(connection, ballot, len(FILMS)))


def test_two_people_choose_by_touch_what_plays_next_and_it_is_on_when_its_turn_comes(line: Line, hands: Hands) -> None:
    asked = asyncio.run(offer(line, "next"))
    ballot = begun(line, hands, asked.id).item
    kept = line.store.read_now(lambda connection: activities.get(connection, ballot))
    assert kept is not None
    assert kept.question is not None
    assert set(kept.question.options) == set(FILMS)
    plan = controls("poll", len(FILMS))
    wait_for(lambda: pixels_in(line, (0, plan.place[1], SIZE[0], plan.place[3]), INK) > 1_000, 20)

    def press(use: str, value: int, station: int) -> None:
        hands.press(next(one for one in plan.buttons() if (one.use, one.value, one.station) == (use, value, station)))

    press("choose", 0, 0)
    wait_for(lambda: counts(line, ballot) == (1, 0, 0), 20)
    # A change of mind is the same vote; another person's is another.
    press("choose", 2, 0)
    wait_for(lambda: counts(line, ballot) == (0, 0, 1), 20)
    press("choose", 2, 1)
    wait_for(lambda: counts(line, ballot) == (0, 0, 2), 20)
    back_on_programme(line, wait_for(lambda: _over_ms(line), 60))
    found = line.item(kept.question.options[2])
    assert found is not None
    shown = wait_for(lambda: [row for row in line.frames(kept.closes_ms) if row.layer == "choice"], 120)
    assert {row.item for row in shown} == {found.id}


def _over_ms(line: Line) -> int:
    """When the session was over; 0 while it is on."""
    newest = line.frames(now_ms() - 2_000)
    return newest[-1].wall_ms if newest and newest[-1].layer != "session" else 0
