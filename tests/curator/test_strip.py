"""The film strip: what plays next on a screen, published or under a draft, with the files that play."""

import html
import json
import re
from itertools import pairwise

from content.canonical import Json
from curator import air_time
from curator.publishing import PUBLISHER
from curator.screens import Screen
from tests.curator.conftest import AN_HOUR_MS, Client, Town
from tests.curator.programme import things


async def laid(town: Town) -> tuple[Screen, str]:
    """A screen on which the youth club's only film goes round and round, published."""
    screen = things.screen(town)
    item_id = things.approved_item(town, "Finals")
    things.run(
        town,
        lambda connection: air_time.set_weights(
            connection, screen.id, {town.group.id: 1}, now_ms=town.clock(), by=town.accounts["programmer"]
        ),
    )
    await town.server.app[PUBLISHER].publish_due()
    return screen, item_id


async def strip(client: Client, screen: Screen, query: str = "") -> list[dict[str, Json]]:
    answer = await client.get(f"/programme/{screen.slug}/strip{query}")
    page = await answer.text()
    assert answer.status == 200, page
    found = re.search(r'data-plays="([^"]*)"', page)
    return json.loads(html.unescape(found[1])) if found else []


async def test_a_strip_holds_ten_minutes_without_a_gap_each_from_where_it_would_be(town: Town) -> None:
    screen, _item = await laid(town)
    clips = await strip(town.client("moderator"), screen, f"?at={town.clock() + AN_HOUR_MS + 5_000}")
    assert clips[0]["start"] <= 0 < clips[0]["end"]  # type: ignore[operator]
    assert clips[-1]["end"] >= 600_000  # type: ignore[operator]
    assert all(one["end"] == other["start"] for one, other in pairwise(clips))
    assert {clip["title"] for clip in clips if clip["file"]} == {"Finals"}


async def test_a_strip_under_the_draft_shows_what_is_booked_in_it(town: Town) -> None:
    screen, _item = await laid(town)
    booked = things.approved_item(town, "Concert", group_id=town.other_group.id, duration_ms=60_000)
    client = town.client("programmer")
    form = {"item": booked, "screens": screen.id, "day": "2026-09-23", "time": "18:00:00", "repeat": "once"}
    assert (await client.post("/programme/calendar/book", data=form)).status == 200
    at = "?day=2026-09-23&time=18:00"
    assert (await strip(client, screen, f"{at}&draft=1"))[0]["title"] == "Concert"
    assert (await strip(client, screen, at))[0]["title"] == "Finals"
    assert (await strip(town.client("moderator"), screen, f"{at}&draft=1"))[0]["title"] == "Finals"


async def test_a_time_that_cannot_be_read_is_told_and_one_too_far_shows_nothing(town: Town) -> None:
    screen, _item = await laid(town)
    client = town.client("programmer")
    assert (await client.get(f"/programme/{screen.slug}/strip?day=soon")).status == 422
    assert (await client.get(f"/programme/{screen.slug}/strip?at={town.clock() * 3}")).status == 422
    assert await strip(client, screen, "?day=2027-09-01&time=12:00") == []
