"""Two screens, one item: a screen that lies and one that stands show different pictures of it, at the same instants."""

import copy
import io
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from statistics import median

import pytest
from PIL import Image

from content.clock import now_ms
from curator import accounts, air_time, screens, tables
from curator.library import Item, Version
from curator.store import Connection
from tests.flows.line import COLOURS, Line, wait_for, write_film

SECONDS = 2


@dataclass(frozen=True)
class Town:
    """The screen that lies and the one that stands, with one service."""

    lies: Line
    stands: Line

    @property
    def both(self) -> tuple[Line, Line]:
        return self.lies, self.stands


def another_screen(line: Line) -> Line:
    """The same service with an upright screen of its own, and that one's computer."""

    def make(connection: Connection) -> screens.Screen:
        person = accounts.everybody(connection)[0]
        words = screens.ScreenWords("Doorway", "", "Europe/London", "en", 360, 640, 50)
        made = screens.create(connection, words, now_ms=now_ms(), by=person.id)
        connection.execute(tables.screens.update().values(freeze_minutes=0))
        given = air_time.facts_weights(connection, line.screen, ()).usual
        air_time.set_weights(connection, made.id, dict(given), now_ms=now_ms(), by=person.id)
        return made

    claimed = tables.pairings.select().where(tables.pairings.c.claimed_ms.is_not(None))
    wait_for(lambda: line.store.read_now(lambda connection: connection.execute(claimed).first()), 30)
    other = copy.copy(line)
    other.screen = line.store.run_now(make)
    other.node_data, other.frames_path = line.folder / "doorway", line.folder / "doorway.jsonl"
    other.start_node(look=("--headless", "360x640"))
    other.pair()
    return other


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    line = Line(tmp_path_factory.mktemp("line"))
    line.start_node()
    line.pair()
    other = another_screen(line)
    line.upload("blue", SECONDS, "Blue")
    line.prepared("Blue")
    yield Town(line, other)
    if other.node is not None:
        other.node.end()
    line.end()


def colour(line: Line) -> str:
    """Of which film a corner of what the screen shows is; "" before it has sent a picture, or of none."""
    address = f"{line.address}/screens/{line.screen.slug}/picture.jpg"
    with urllib.request.urlopen(address, timeout=5) as answer:
        if answer.headers.get_content_type() != "image/jpeg":
            return ""
        shown = Image.open(io.BytesIO(answer.read())).convert("RGB")
    corner = shown.getpixel((shown.width // 2, shown.height * 2 // 5))
    assert isinstance(corner, tuple)
    near = (
        name for name, wanted in COLOURS.items() if all(abs(a - b) < 40 for a, b in zip(corner, wanted, strict=True))
    )
    return next(near, "")


def shows(line: Line, wanted: str) -> bool:
    return colour(line) == wanted


def item(town: Town) -> Item:
    found = town.lies.item("Blue")
    assert found is not None
    return found


def send(town: Town) -> Version:
    """The contributor uploads an upright film for the variant; what it is when it is prepared."""
    path = town.lies.folder / "upright.mp4"
    write_film(path, "green", SECONDS, (180, 320))
    town.lies.send(path, "", item=item(town).id, variant=item(town).variants[0].id)

    def ready() -> Version | None:
        known = item(town).variants[0].versions
        return known[0] if known and known[0].preparation in {"ready", "refused"} else None

    return wait_for(ready, 60)


def starts(line: Line, item_id: str, since_ms: int) -> list[float]:
    """When each play of the item began by this screen's frames: every frame says it again."""
    found: dict[int, list[float]] = {}
    for row in line.frames(since_ms):
        if row.item == item_id:
            start = row.wall_ms - row.late_ms - row.media_ms
            found.setdefault(round(start / 1_000), []).append(start)
    return [median(some) for some in found.values()]


def test_each_screen_shows_its_own_picture_of_one_item_and_in_step(town: Town) -> None:
    town.lies.press("contributor", f"/items/{item(town).id}/variants", name="Upright", target="shape:upright")
    made = send(town)
    assert made.preparation == "ready"
    town.lies.approve("Blue")
    for line in town.both:
        wait_for(partial(shows, line, "blue"), 60)
    town.lies.press("moderator", f"/moderation/{made.id}/approve", sha256=str(made.sha256))
    wait_for(partial(shows, town.stands, "green"), 60)
    since_ms = now_ms()
    seen: tuple[set[str], set[str]] = (set(), set())

    def watched() -> bool:
        for line, colours in zip(town.both, seen, strict=True):
            colours.add(colour(line))
        is_long = all(line.frames(since_ms + 3 * SECONDS * 1_000) for line in town.both)
        return is_long and "blue" in seen[0] and "green" in seen[1]

    wait_for(watched, 60)
    assert (seen[0] - {""}, seen[1] - {""}) == ({"blue"}, {"green"})
    plays = [starts(line, item(town).id, since_ms) for line in town.both]
    # The same plays, each counted from the same instant: what one screen shows at a time, the other shows of it too.
    near = [min(abs(one - other) for other in plays[1]) for one in plays[0]]
    assert [gap for gap in near if gap <= 2], plays
