"""Screens: made, changed, looked at by strangers and staff, blacked out."""

import pytest
import sqlalchemy as sa

from curator import screens
from curator.pictures import FRESH_MS, LARGEST_PICTURE_BYTES, MOST_BYTES, Picture, Pictures
from curator.screens import Screen
from curator.tables import audit
from tests.curator.conftest import MakeTown, Town
from tests.curator.nodes import HEALTH, JPEG, FakeNode, at_rest, make_screen, paired_node, publish, row, until

WORDS = {
    "name": "Market square", "place": "By the fountain", "zone": "Europe/London", "language": "en",
    "width": "1080", "height": "1920", "volume_percent": "40",
}  # fmt: skip
MEMBERS = ("editor", "contributor", "outsider")


@pytest.fixture
async def town(make_town: MakeTown) -> Town:
    """A town where nothing is published but by the test."""
    return await at_rest(await make_town())


def screen_now(town: Town, screen: Screen) -> Screen:
    found = town.service.store.read_now(lambda connection: screens.get(connection, screen.id))
    assert found is not None
    return found


def deeds(town: Town, screen: Screen) -> list[str]:
    query = sa.select(audit.c.action).where(audit.c.subject == f"screen:{screen.id}").order_by(audit.c.seq)
    return town.service.store.read_now(lambda connection: list(connection.execute(query).scalars()))


async def test_a_stranger_sees_the_screens_and_a_page_of_each_without_its_health(town: Town) -> None:
    screen = make_screen(town)
    stranger = town.client()
    assert "Library window" in await (await stranger.get("/screens")).text()
    page = await (await stranger.get(f"/screens/{screen.slug}")).text()
    assert "no camera" in page
    assert "1 High Street" in page
    for hidden in ("How it is", "Settings", "Black out", "really showed"):
        assert hidden not in page


async def test_a_technician_says_where_a_screen_stands_as_a_map_gives_it(town: Town) -> None:
    screen = make_screen(town)
    client, path = town.client("technician"), f"/screens/{screen.slug}/settings"
    answer = await client.post(path, data=WORDS | {"coordinates": "53.48076 -2.24263"}, allow_redirects=False)
    assert answer.status == 303
    assert screen_now(town, screen).coordinates == "53.480760,-2.242630"
    assert 'value="53.480760, -2.242630"' in await (await client.get(f"/screens/{screen.slug}")).text()
    bad = await client.post(path, data=WORDS | {"coordinates": "by the fountain"}, allow_redirects=False)
    assert (bad.status, "as maps give them" in await bad.text()) == (422, True)
    assert screen_now(town, screen).coordinates == "53.480760,-2.242630"


async def test_staff_see_how_a_screen_is_and_what_it_showed_today(town: Town) -> None:
    screen = make_screen(town)
    node = await paired_node(town, screen)
    await node.post("health", HEALTH | {"faults": ["The disk is nearly full."]})
    await node.post("as-run", {"epoch": "e", "rows": [row(1, outcome="missed", cause="power")]})
    town.clock.turn(1000)
    page = await (await town.client("technician").get(f"/screens/{screen.slug}")).text()
    for told in ("The disk is nearly full.", "3 of 4 held", "missed", "the power was off", "Running, with faults"):
        assert told in page
    town.clock.turn(10 * 60_000)
    assert "Not heard from" in await (await town.client("technician").get(f"/screens/{screen.slug}")).text()


async def test_words_of_people_and_nodes_are_shown_as_words(town: Town) -> None:
    evil = "<script>alert(1)</script>"
    screen = make_screen(town, f"Nice {evil}", place=evil)
    node = await paired_node(town, screen)
    await node.post("health", HEALTH | {"faults": [evil], "software": evil})
    for address in ("/screens", f"/screens/{screen.slug}", f"/screens/{screen.slug}/dark"):
        page = await (await town.client("technician").get(address)).text()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


@pytest.mark.parametrize("who", ["technician", "programmer", "administrator"])
async def test_those_who_manage_screens_make_and_change_them(town: Town, who: str) -> None:
    client = town.client(who)
    made = await client.post("/screens/new", data=WORDS)
    assert made.url.path == "/screens/market-square"
    answer = await client.post("/screens/market-square/settings", data=WORDS | {"name": "Fountain"})
    assert answer.status == 200
    screen = town.service.store.read_now(lambda connection: screens.by_slug(connection, "market-square"))
    assert screen is not None
    assert (screen.name, screen.width, screen.height, screen.volume_percent) == ("Fountain", 1080, 1920, 40)
    assert deeds(town, screen) == ["screen.create", "screen.change"]


async def test_how_high_the_picture_is_and_from_how_far_people_look_reaches_the_programme(town: Town) -> None:
    client, screen = town.client("technician"), make_screen(town)
    seen = WORDS | {"name": screen.name, "picture_height_cm": "210", "distance_cm": "1200"}
    page = await (await client.post(f"/screens/{screen.slug}/settings", data=seen)).text()
    assert 'value="210"' in page
    changed = screen_now(town, screen)
    assert (changed.picture_height_mm, changed.distance_mm) == (2_100, 12_000)
    for beyond in ({"picture_height_cm": "5001"}, {"distance_cm": "19"}, {"distance_cm": "far"}):
        assert (await client.post(f"/screens/{screen.slug}/settings", data=seen | beyond)).status == 422
    assert screen_now(town, screen) == changed


async def test_what_people_may_play_with_at_the_screen_is_off_until_a_technician_says_so(town: Town) -> None:
    client, screen = town.client("technician"), make_screen(town)
    assert not screen.has_touch
    assert not screen.has_pads
    said = WORDS | {"name": screen.name, "has_touch": "1", "has_pads": "1", "lower_edge_cm": "80"}
    page = await (await client.post(f"/screens/{screen.slug}/settings", data=said)).text()
    assert 'name="has_touch" value="1" checked' in page
    changed = screen_now(town, screen)
    assert (changed.has_touch, changed.has_pads, changed.lower_edge_mm) == (True, True, 800)
    assert (await client.post(f"/screens/{screen.slug}/settings", data=said | {"lower_edge_cm": "2001"})).status == 422
    await client.post(f"/screens/{screen.slug}/settings", data=WORDS | {"name": screen.name})
    assert not screen_now(town, screen).has_touch


async def test_nobody_else_makes_changes_blacks_out_or_unpairs(town: Town) -> None:
    screen = make_screen(town)
    address = f"/screens/{screen.slug}"
    attempts = [
        ("/screens/new", WORDS, (*MEMBERS, "moderator")),
        (f"{address}/settings", WORDS, (*MEMBERS, "moderator")),
        (f"{address}/dark", {"state": "dark"}, MEMBERS),
        (f"{address}/unpair", {"sure": "1"}, (*MEMBERS, "moderator", "programmer")),
        (f"{address}/retire", {"sure": "1"}, (*MEMBERS, "moderator", "programmer")),
    ]
    for path, form, wrong in attempts:
        for who in wrong:
            assert (await town.client(who).post(path, data=form)).status == 403, (path, who)
        answer = await town.client().post(path, data=form, allow_redirects=False)
        assert answer.headers["Location"].startswith("/sign-in"), path
    assert screen_now(town, screen) == screen


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "), ("name", "!!!"), ("zone", "Mars/Olympus"), ("zone", "../../etc/passwd"), ("language", "xx"),
        ("width", "8"), ("height", "99999"), ("volume_percent", "101"), ("volume_percent", "loud"),
    ],
)  # fmt: skip
async def test_a_screen_that_cannot_be_is_refused_with_a_sentence(town: Town, field: str, value: str) -> None:
    answer = await town.client("technician").post("/screens/new", data=WORDS | {field: value})
    assert answer.status == 422
    assert town.service.store.read_now(screens.every) == []


async def test_two_screens_of_one_name_have_addresses_of_their_own(town: Town) -> None:
    assert [make_screen(town, name).slug for name in ("Hall", "Hall", "New")] == ["hall", "hall-2", "new-2"]


async def test_one_press_blacks_a_screen_out_and_it_stays_so_until_somebody_says_back(town: Town) -> None:
    screen = make_screen(town)
    porter = town.client("moderator")
    page = await (await porter.post(f"/screens/{screen.slug}/dark", data={"state": "dark"})).text()
    dark = screen_now(town, screen)
    assert dark.is_dark
    assert "cannot be reached" in page
    assert 'value="back"' not in page
    assert 'value="back"' in await (await porter.get(f"/screens/{screen.slug}/dark?back=1")).text()
    await porter.post(f"/screens/{screen.slug}/dark", data={"state": "dark"})
    assert screen_now(town, screen) == dark
    await porter.post(f"/screens/{screen.slug}/dark", data={"state": "back"})
    assert not screen_now(town, screen).is_dark
    assert screen_now(town, screen).dark_counter > dark.dark_counter
    assert deeds(town, screen) == ["screen.create", "screen.dark", "screen.back"]


async def test_a_black_out_outranks_every_one_from_before_a_restore(town: Town) -> None:
    screen = make_screen(town)
    await town.client("moderator").post(f"/screens/{screen.slug}/dark", data={"state": "dark"})
    assert screen_now(town, screen).dark_counter >= town.clock()


async def test_a_live_picture_is_shown_to_anybody_for_fifteen_seconds(town: Town) -> None:
    screen = make_screen(town)
    node = await paired_node(town, screen)
    assert await node.put_picture() == 204
    address = f"/screens/{screen.slug}/picture.jpg"
    answer = await town.client().get(address)
    assert (answer.content_type, await answer.read()) == ("image/jpeg", JPEG)
    assert answer.headers["Cache-Control"] == "no-store"
    town.clock.turn(15_001)
    answer = await town.client().get(address)
    assert answer.content_type == "image/svg+xml"
    assert "No picture from this screen" in await answer.text()


async def test_what_was_on_before_a_black_out_is_not_to_be_seen_after_it(town: Town) -> None:
    screen = make_screen(town)
    node = await paired_node(town, screen)
    await node.put_picture()
    await town.client("moderator").post(f"/screens/{screen.slug}/dark", data={"state": "dark"})
    answer = await town.client().get(f"/screens/{screen.slug}/picture.jpg")
    assert answer.content_type == "image/svg+xml"


async def test_there_is_no_picture_of_a_screen_that_is_not_there(town: Town) -> None:
    assert (await town.client().get("/screens/nowhere/picture.jpg")).status == 404
    assert (await town.client().get("/screens/nowhere")).status == 404


async def test_unpairing_needs_a_sure_hand_and_shuts_the_node_out(town: Town) -> None:
    screen = make_screen(town)
    node: FakeNode = await paired_node(town, screen)
    publish(town, screen.id, 1)
    technician = town.client("technician")
    await technician.post(f"/screens/{screen.slug}/unpair", data={})
    assert (await node.get(f"manifest/{node.node_id}")).status == 200
    link = await node.link()
    await technician.post(f"/screens/{screen.slug}/unpair", data={"sure": "1"})
    assert (await node.get(f"manifest/{node.node_id}")).status == 401
    while not link.closed:
        await link.receive(timeout=5)
    await until(lambda: link.close_code == 1001)


async def test_a_screen_taken_down_is_gone_for_everybody_and_shuts_its_node_out(town: Town) -> None:
    screen = make_screen(town)
    node = await paired_node(town, screen)
    await node.put_picture()
    publish(town, screen.id, 1)
    technician = town.client("technician")
    await technician.post(f"/screens/{screen.slug}/retire", data={})
    assert (await node.get(f"manifest/{node.node_id}")).status == 200
    answer = await technician.post(f"/screens/{screen.slug}/retire", data={"sure": "1"})
    assert "There is no screen yet." in await answer.text()
    assert (await node.get(f"manifest/{node.node_id}")).status == 401
    for path in ("", "/picture.jpg", "/dark"):
        assert (await technician.get(f"/screens/{screen.slug}{path}")).status == 404
    assert make_screen(town).slug == "library-window-2"
    assert deeds(town, screen)[-2:] == ["screen.retire", "node.revoke"]


def test_pictures_are_held_within_a_bound_and_not_after_their_time() -> None:
    held = Pictures()
    large = JPEG + bytes(LARGEST_PICTURE_BYTES - len(JPEG))
    count = MOST_BYTES // LARGEST_PICTURE_BYTES + 1
    for number in range(count):
        held.put(f"s{number}", Picture(large, 1000))
    assert [held.fresh(f"s{number}", 1000) is None for number in (0, 1, count - 1)] == [True, False, False]
    held.put("late", Picture(JPEG, 1001 + FRESH_MS))
    assert held._held_bytes == len(JPEG)
