"""A large town: lists come in pages, what is chosen from many is found by words, and no answer differs for it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from aiohttp.test_utils import make_mocked_request

from curator import choosing, groups, people
from curator.programme import inputs, library_facts
from curator.programme.hours import DAY_MS
from curator.store import Connection, fold
from curator.tables import accounts, items, screen_groups, versions
from curator.tables import groups as group_rows
from curator.tables import screens as screen_rows
from curator.web.paging import page_of
from curator.web.why import SCREENS_ON_A_PAGE
from tests.curator.conftest import Town
from tests.curator.programme import things

SCREENS = 60


@contextmanager
def reading(town: Town) -> Iterator[Connection]:
    """A connection that reads, apart from the service's own threads."""
    with town.service.store._reader_engine.connect() as connection:
        yield connection


def many_screens(town: Town) -> None:
    """Sixty screens, half of them in a group of screens."""

    def store(connection: Connection) -> None:
        connection.execute(
            screen_groups.insert().values(id="east", slug="east", name="Eastern quarter", created_ms=town.clock())
        )
        connection.execute(
            screen_rows.insert(),
            [
                {
                    "id": f"sc{number:02}", "slug": f"window-{number:02}", "name": f"Window {number:02}",
                    "place": "Ngõ Phát Lộc" if number == 7 else "Market", "zone": "Europe/London", "language": "en",
                    "width": 1920, "height": 1080, "created_ms": town.clock(),
                    "screen_group_id": "east" if number % 2 else None,
                }
                for number in range(SCREENS)
            ],
        )  # fmt: skip

    things.run(town, store)


def many_items(town: Town, count: int) -> None:
    """Approved items, as rows alone."""

    def store(connection: Connection) -> None:
        connection.execute(
            items.insert(),
            [
                {
                    "id": f"i{number}", "group_id": town.group.id, "title": f"Film {number:03}", "credits": "",
                    "licence": "", "language": "en", "alt_text": "", "created_ms": town.clock(),
                    "approved_version_id": f"v{number}",
                }
                for number in range(count)
            ],
        )  # fmt: skip
        connection.execute(
            versions.insert(),
            [
                {
                    "id": f"v{number}", "item_id": f"i{number}", "number": 1, "file_name": "a.mp4", "upload_bytes": 1,
                    "upload_sha256": f"{number:064x}", "preparation": "ready", "state": "approved", "reasons": "",
                    "sha256": f"{number:064x}", "duration_ms": 8_000, "created_ms": town.clock(),
                }
                for number in range(count)
            ],
        )  # fmt: skip
        connection.execute(items.update().where(items.c.id == "i3").values(title="Phở đêm ở Bến Thành"))

    things.run(town, store)


@pytest.mark.parametrize(
    ("words", "found"), [("Trẻ em", "tre em"), ("ĐỒNG HỒ", "dong ho"), ("Straße", "strasse"), ("plain", "plain")]
)
def test_words_are_compared_without_case_and_marks(words: str, found: str) -> None:
    assert fold(words) == found


async def test_items_are_found_by_the_words_of_title_and_group(town: Town) -> None:
    many_items(town, 8)
    with reading(town) as connection:
        few = choosing.items_to_choose(connection, "pho ben thanh youth", most=5)
        assert ([one.id for one in few.found], few.total, few.is_long) == (["i3"], 1, True)
        first = choosing.items_to_choose(connection, also=["i7"], most=5)
        assert [one.id for one in first.found] == ["i7", "i0", "i1", "i2", "i4", "i5"]
        assert (first.total, first.more) == (8, 2)
        nothing = choosing.items_to_choose(connection, "100%", most=5)
        assert (nothing.found, nothing.total) == ([], 0)


async def test_a_booking_keeps_what_was_typed_while_its_item_is_looked_for(town: Town) -> None:
    screen = things.screen(town)
    many_items(town, choosing.MOST_ITEMS + 1)
    client = town.client("programmer")
    page = await (await client.get(f"/programme/{screen.slug}/book")).text()
    assert len(set(re.findall(r'<option value="(i\d+)"', page))) == choosing.MOST_ITEMS
    typed = f"find=pho+dem&item=i9&time=18:30:00&day=2026-12-24&screens={screen.id}&title=Supper"
    page = await (await client.get(f"/programme/{screen.slug}/book?{typed}")).text()
    assert set(re.findall(r'<option value="(i\d+)"', page)) == {"i9", "i3"}
    assert '<option value="i9" selected>' in page
    assert 'value="Supper"' in page
    assert 'value="18:30:00"' in page
    found = await (await client.get("/programme/items.json?find=pho")).json()
    assert found == {"items": [{"id": "i3", "words": "Phở đêm ở Bến Thành · Youth club · 0:08"}], "total": 1, "more": 0}


async def test_screens_stand_by_their_groups_where_there_are_many(town: Town) -> None:
    things.screen(town)
    with reading(town) as connection:
        assert [(place.name, len(place.screens)) for place in choosing.screens_by_place(connection)] == [("", 1)]
    many_screens(town)
    with reading(town) as connection:
        places = choosing.screens_by_place(connection)
    assert [(place.name, len(place.screens)) for place in places] == [
        ("Eastern quarter", SCREENS // 2), ("In no screen group", SCREENS // 2 + 1),
    ]  # fmt: skip


async def test_the_lists_of_screens_come_in_pages_and_are_searched(town: Town) -> None:
    many_screens(town)
    for address in ("/screens", "/programme"):
        client = town.client("programmer")
        first, rest = [await (await client.get(f"{address}?page={page}")).text() for page in (1, 2)]
        assert ("Window 00" in first, "Window 59" in first, "Window 59" in rest) == (True, False, True)
        assert "page=2" in first
        found = await (await client.get(f"{address}?find=phat+loc")).text()
        assert ("Window 07" in found, "Window 08" in found) == (True, False)


async def test_why_tells_of_some_screens_at_a_time_and_of_any_that_is_asked_for(town: Town) -> None:
    many_screens(town)
    item_id = things.approved_item(town, "Goal")
    client = town.client("editor")
    page = await (await client.get(f"/items/{item_id}/why")).text()
    assert page.count("This screen has no programme yet.") == SCREENS_ON_A_PAGE
    assert "page=2" in page
    page = await (await client.get(f"/items/{item_id}/why?screen=window-59")).text()
    assert page.count("This screen has no programme yet.") == 1


async def test_people_come_in_pages_and_a_link_to_somebody_leads_to_theirs(town: Town) -> None:
    def store(connection: Connection) -> None:
        connection.execute(
            accounts.insert(),
            [
                {
                    "id": f"p{number}", "email": f"p{number}@example.org", "name": f"Person {number:02}",
                    "password_hash": "", "language": "en", "created_ms": town.clock(),
                }
                for number in range(60)
            ],
        )  # fmt: skip

    things.run(town, store)
    client = town.client("administrator")
    assert "account-p59" not in await (await client.get("/people")).text()
    assert "account-p59" in await (await client.get("/people?account=p59")).text()
    found = await (await client.get("/people?find=person+59")).text()
    assert re.findall(r'id="account-(\w+)"', found) == ["p59"]
    with reading(town) as connection:
        everybody = people.everybody(connection)
        assert [people.place_of(connection, one.account.id) for one in everybody] == list(range(len(everybody)))


async def test_of_many_groups_one_is_named_for_a_role(town: Town) -> None:
    def store(connection: Connection) -> None:
        connection.execute(
            group_rows.insert(),
            [
                {
                    "id": f"g{number}", "slug": f"band-{number}", "name": f"Band {number}", "about": "",
                    "quota_bytes": 1, "is_house": False, "colour": "sky", "created_ms": town.clock(),
                }
                for number in range(40)
            ],
        )  # fmt: skip

    things.run(town, store)
    client, account = town.client("administrator"), town.accounts["contributor"]
    page = await (await client.get("/people")).text()
    assert '<datalist id="groups">' in page
    given = await client.post(f"/people/{account}/give", data={"role": "editor", "group": "band 31"})
    assert given.status == 200
    with reading(town) as connection:
        mine = next(one for one in people.everybody(connection) if one.account.id == account)
    assert ("editor", "g31") in [(held.role.value, held.group_id) for held in mine.roles]
    refused = await client.post(f"/people/{account}/give", data={"role": "editor", "group": "nobody's"})
    assert (refused.status, "That group is not there." in await refused.text()) == (422, True)


async def test_of_the_library_a_plan_needs_only_the_groups_it_concerns(town: Town) -> None:
    screen, key = things.screen(town), town.service.key.public
    things.approved_item(town, "Goal")
    booked = things.approved_item(town, "Song", group_id=town.other_group.id)
    things.approved_item(town, "Filler", group_id=things.house(town).id)
    things.share(town, screen, group=1)
    apart = things.run(town, lambda connection: groups.create(
        connection, name="Nobody here", about="", quota_bytes=1, is_house=False, now_ms=town.clock(), by=None,
    ))  # fmt: skip
    elsewhere = things.approved_item(town, "Elsewhere", group_id=apart.id)
    span = town.clock(), town.clock() + 3 * DAY_MS
    things.book(town, screen, booked, town.clock() + DAY_MS // 24 * 5)
    with reading(town) as connection:
        concerned = inputs.groups_concerned(connection, screen, *span)
        whole, part = library_facts.gather(connection, key), library_facts.gather(connection, key, concerned)
        assert whole.showable.keys() - part.showable.keys() == {elsewhere}
        facts, narrow = (inputs.gather(connection, known, screen, *span).facts for known in (whole, part))
        shown = library_facts.of_items(connection, key, [booked, "not-there"])
    assert shown == {booked: whole.showable[booked]}
    kept = {name: item for name, item in facts.items.items() if name != elsewhere}
    assert narrow.items == kept


def test_a_page_is_told_by_its_first_and_last_entry() -> None:
    numbers = list(range(1, 121))
    first = page_of(make_mocked_request("GET", "/list?find=a"), numbers)
    assert (first.first, first.last, first.total, first.before) == (1, 50, 120, "")
    assert first.after == "/list?find=a&page=2"
    last = page_of(make_mocked_request("GET", "/list?page=3"), numbers)
    assert (last.entries[0], last.last, last.after) == (101, 120, "")
    assert page_of(make_mocked_request("GET", "/list?page=99"), numbers).entries == first.entries
    assert page_of(make_mocked_request("GET", "/list"), numbers, at=60).first == 51


async def test_what_groups_store_is_summed_for_several_at_once(town: Town) -> None:
    many_items(town, 3)
    with reading(town) as connection:
        stored = groups.stored_bytes_of(connection, [town.group.id, town.other_group.id])
        assert stored[town.group.id] == groups.stored_bytes(connection, town.group.id) == 3
        assert stored[town.other_group.id] == 0
