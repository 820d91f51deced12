"""The parts of the queue: by group, kind, screen, age, what was noticed, language; and what an address cannot ask."""

import pytest

from curator import moderation, showing
from curator.queue_filter import Wanted
from curator.showing import Showing
from curator.tables import items
from tests.curator.cases import Sent, look, send
from tests.curator.conftest import AN_HOUR_MS, Town
from tests.curator.programme import things


@pytest.fixture
async def waiting(town: Town) -> dict[str, Sent]:
    """An old film in Vietnamese, a picture meant for one screen, and one of the choir that was noticed."""
    screen = things.screen(town, "Square")
    old = send(town, "old", kind="video")
    town.clock.turn(2 * AN_HOUR_MS)
    aimed = send(town, "aimed")
    found = send(town, "found", group_id=town.other_group.id, by=None, reasons=[{"code": "black_part", "values": {}}])
    things.run(
        town,
        lambda connection: connection.execute(
            items.update().where(items.c.id == old.item_id).values(languages='["en", "vi"]')
        ),
    )
    wish = Showing(targets=("screen:elsewhere",))
    things.run(town, lambda connection: showing.put(connection, aimed.item_id, wish, now_ms=1, by=None))
    wish = Showing(targets=(f"screen:{screen.id}", "tag:loud"))
    things.run(town, lambda connection: showing.put(connection, found.item_id, wish, now_ms=1, by=None))
    return {"old": old, "aimed": aimed, "found": found}


@pytest.mark.parametrize(
    ("wanted", "titles"),
    [
        (Wanted(), ["old", "aimed", "found"]),
        (Wanted(group="choir"), ["found"]),
        (Wanted(kind="video"), ["old"]),
        (Wanted(screen="square"), ["old", "found"]),
        (Wanted(age="hour"), ["old"]),
        (Wanted(age="day"), []),
        (Wanted(found="yes"), ["found"]),
        (Wanted(language="vi"), ["old"]),
        (Wanted(language="vi", kind="still"), []),
        (Wanted(passed="yes"), []),
    ],
    ids=lambda value: "-".join(f"{k}={v}" for k, v in value.query().items()) if isinstance(value, Wanted) else "",
)
async def test_a_part_of_the_queue_has_what_was_asked_for(
    town: Town, waiting: dict[str, Sent], wanted: Wanted, titles: list[str]
) -> None:
    found = look(town, lambda connection: moderation.queue(connection, wanted, now_ms=town.clock()))
    assert sorted(one.title for one in found) == sorted(titles)
    assert look(town, lambda c: moderation.count_waiting(c, wanted, now_ms=town.clock())) == len(titles)


async def test_the_choice_is_kept_from_one_decision_to_the_next(town: Town, waiting: dict[str, Sent]) -> None:
    client, sent = town.client("moderator"), waiting["old"]
    page = await (await client.get("/moderation?screen=square&age=nonsense")).text()
    assert f"/moderation/{sent.version_id}?screen=square" in page
    assert f"/moderation/{waiting['aimed'].version_id}" not in page
    form = {"sha256": sent.sha256, "screen": "square"}
    answer = await client.post(f"/moderation/{sent.version_id}/approve", data=form)
    assert answer.url.path == f"/moderation/{waiting['found'].version_id}"
    assert answer.url.query["screen"] == "square"
