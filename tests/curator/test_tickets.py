"""Upload tickets: somebody without an account hands a group so much and no more, and the group answers for it."""

import asyncio
import html
import io
import re

import aiohttp
import pytest
import segno

from curator import cleaning, groups, library, moderation, people, receiving, tickets, uploads
from curator.authorisation import Role
from curator.library import Item
from curator.own_work import is_own_work
from curator.tables import items, versions
from curator.tables import tickets as rows
from curator.tickets import Ticket
from curator.web.hand_in import MOST_TRIES
from tests.curator.cases import keep, look, somebody
from tests.curator.conftest import Client, MakeTown, Town
from tests.curator.uploading import all_items, files_below, open_uploads, picture

MB = 1_000_000


async def ticket(town: Town, who: str = "editor", group: str = "youth-club", **fields: str) -> str:
    """Where a new ticket's link leads."""
    form = {"files": "1", "most_mb": "1", "days": "7", "note": "Your picture of the summer party"} | fields
    answer = await town.client(who).post(f"/library/{group}/tickets", data=form)
    page = await answer.text()
    found = re.search(r"http[^<\"]*?(/hand-in\?ticket=[\w-]{20,})<", page)
    assert found is not None, page
    return found[1]


def form_of(*bodies: bytes, name: str = "party.png") -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)
    for body in bodies:
        form.add_field("file", io.BytesIO(body), filename=name, content_type="image/png")
    return form


async def hand_in(client: Client, link: str, *bodies: bytes, **headers: str) -> tuple[int, str]:
    answer = await client.post(link, data=form_of(*bodies), headers=headers)
    return answer.status, await answer.text()


def only(town: Town) -> Ticket:
    (found,) = look(town, lambda c: tickets.of_group(c, town.group.id))
    return found


async def until_ready(town: Town) -> None:
    with town.service.bus.listening("item:", "group:") as hints:
        async with asyncio.timeout(60):
            while all_items(town)[0].newest.preparation != "ready":
                await anext(hints)


def make_ready(town: Town, item: Item) -> None:
    """As preparation leaves it."""
    ready = versions.update().where(versions.c.id == item.newest.id).values(
        preparation="ready", sha256=keep(town, picture()), prepared_ms=town.clock()
    )  # fmt: skip
    town.service.store.run_now(lambda c: c.execute(ready))


async def test_a_stranger_hands_in_a_picture_and_a_moderator_sees_it_when_the_group_submits_it(
    make_town: MakeTown,
) -> None:
    town = await make_town(preparation_processes=1)
    link, stranger = await ticket(town), town.client()
    page = await (await stranger.get(link)).text()
    for told in ("Hand in for Youth club", "Your picture of the summer party", "1 MB", "by the published policy"):
        assert told in page
    status, page = await hand_in(stranger, link, picture())
    assert (status, "“party.png” has arrived" in page) == (200, True)
    await until_ready(town)
    (item,) = all_items(town)
    assert (item.group_id, item.title, item.newest.state, item.created_by) == (town.group.id, "party", "draft", None)
    assert look(town, moderation.count_waiting) == 0
    editor = town.client("editor")
    page = await (await editor.get(f"/items/{item.id}")).text()
    assert "handed it in with one of your tickets" in page
    await editor.post(f"/items/{item.id}/submit", data={"version": item.newest.id})
    assert look(town, moderation.count_waiting) == 1
    case = await (await town.client("moderator").get(f"/moderation/{item.newest.id}")).text()
    assert "handed in with a ticket" in case


async def test_whoever_submits_it_does_not_decide_about_it(town: Town) -> None:
    link = await ticket(town)
    await hand_in(town.client(), link, picture())
    (item,) = all_items(town)
    make_ready(town, item)
    await town.client("editor").post(f"/items/{item.id}/submit", data={"version": item.newest.id})
    found = look(town, lambda c: library.item(c, item.id))
    assert found is not None
    assert found.newest.state == "submitted"
    assert is_own_work(somebody(town, "editor"), found, found.newest)
    assert not is_own_work(somebody(town, "moderator"), found, found.newest)


async def test_a_ticket_takes_so_many_files_and_no_more(town: Town) -> None:
    link, stranger = await ticket(town, files="2"), town.client()
    status, page = await hand_in(stranger, link, picture("red"), picture("green"), picture("blue"))
    assert (status, page.count("has arrived"), page.count("takes no more files")) == (422, 2, 1)
    assert "Everything this ticket takes has been handed in." in page
    assert (len(all_items(town)), only(town).left) == (2, 0)
    assert (await stranger.get(link)).status == 410
    assert (await hand_in(stranger, link, picture("blue")))[0] == 410
    assert open_uploads(town) == []


async def test_many_at_once_get_no_more_in_than_one_after_the_other(town: Town) -> None:
    link = await ticket(town, files="3")
    colours = ("red", "green", "blue", "black", "white", "orange", "purple", "teal")
    await asyncio.gather(*(hand_in(town.client(), link, picture(colour)) for colour in colours))
    assert (len(all_items(town)), only(town).left) == (3, 0)


async def test_a_file_that_is_too_large_is_cut_while_it_comes_and_uses_nothing_up(town: Town) -> None:
    link = await ticket(town, files="2")
    assert (await hand_in(town.client(), link, b"x" * (3 * MB)))[0] == 413
    status, page = await hand_in(town.client(), link, b"x" * (MB + 70_000), picture())
    assert (status, page.count("has arrived"), page.count('role="alert"')) == (422, 1, 1)
    assert (len(all_items(town)), only(town).left) == (1, 1)
    assert open_uploads(town) == []
    assert files_below(town.service.settings.incoming) == []


async def test_what_breaks_off_uses_nothing_up(town: Town) -> None:
    link = await ticket(town)
    wanted = uploads.Wanted(town.group.id, "a.png", "", 10, source="ticket", ticket_id=only(town).id)
    begin = town.service.store.run_now
    begun = begin(lambda c: uploads.begin(c, wanted, largest_bytes=100, now_ms=town.clock(), life_ms=1_000))
    assert only(town).left == 0
    assert (await town.client().get(link)).status == 410
    town.clock.turn(1_001)
    await receiving.tidy(town.service)
    assert look(town, lambda c: uploads.get(c, begun.id)) is None
    assert only(town).left == 1


@pytest.mark.parametrize("how", ["revoked", "late", "role", "closed"])
async def test_a_ticket_ends(town: Town, how: str) -> None:
    link, by, now_ms = await ticket(town), town.accounts["administrator"], town.clock()
    editor, run = town.accounts["editor"], town.service.store.run_now
    if how == "revoked":
        page = await (await town.client("editor").get("/library/youth-club/tickets")).text()
        (address,) = re.findall(r'action="(/library/youth-club/tickets/\w+/revoke)"', page)
        await town.client("editor").post(address)
    elif how == "late":
        town.clock.turn(7 * tickets.DAY_MS)
    elif how == "role":
        role = Role.EDITOR
        run(lambda c: people.take_role(c, account_id=editor, role=role, group_id=town.group.id, now_ms=now_ms, by=by))
    else:
        run(lambda c: people.disable(c, editor, now_ms=now_ms, by=by))
    assert (await town.client().get(link)).status == 410
    assert (await hand_in(town.client(), link, picture()))[0] == 410
    assert all_items(town) == []


async def test_another_group_neither_makes_nor_ends_our_tickets(town: Town) -> None:
    link = await ticket(town)
    outsider = town.client("outsider")
    assert (await outsider.get("/library/youth-club/tickets")).status == 404
    assert (await outsider.post(f"/library/choir/tickets/{only(town).id}/revoke")).status == 200
    assert (await town.client().get(link)).status == 200


@pytest.mark.parametrize(
    "fields", [{"files": "0"}, {"files": "21"}, {"most_mb": "0"}, {"most_mb": "999999"}, {"days": "31"}, {"days": "x"},
               {"note": "x" * 301}],
)  # fmt: skip
async def test_a_ticket_that_makes_no_sense_is_not_made(town: Town, fields: dict[str, str]) -> None:
    form = {"files": "1", "most_mb": "1", "days": "7", "note": "Summer"} | fields
    answer = await town.client("editor").post("/library/youth-club/tickets", data=form)
    assert (answer.status, 'role="alert"' in await answer.text()) == (422, True)
    assert look(town, lambda c: tickets.of_group(c, town.group.id)) == []


async def test_the_code_on_the_page_is_that_of_the_link_and_is_shown_once(town: Town) -> None:
    editor = town.client("editor")
    form = {"files": "1", "most_mb": "1", "days": "7", "note": ""}
    page = await (await editor.post("/library/youth-club/tickets", data=form)).text()
    link = re.search(r"http[^<\"]*?/hand-in\?ticket=[\w-]{20,}", page)
    shown = re.search(r'<img src="(data:image/svg[^"]+)"', page)
    assert link is not None
    assert shown is not None
    drawn = segno.make(link[0], error="m", micro=False).svg_data_uri(scale=6, border=4, dark="#14213d", light="#fff")
    assert html.unescape(shown[1]) == drawn
    token = link[0].partition("ticket=")[2]
    assert token not in await (await editor.get("/library/youth-club/tickets")).text()
    assert token not in str(look(town, lambda c: c.execute(rows.select()).all()))
    log = await (await town.client("administrator").get("/audit")).text()
    assert "made an upload ticket for" in log
    assert token not in log


async def test_a_group_without_room_is_told_to_a_stranger_without_its_figures(town: Town) -> None:
    link = await ticket(town)
    town.service.store.run_now(
        lambda c: groups.change(
            c, town.group.id, name="Youth club", about="", quota_bytes=1, is_house=False, now_ms=1, by=None
        )
    )  # fmt: skip
    status, page = await hand_in(town.client(), link, picture())
    assert (status, "The group has no room left" in page, "in use" in page) == (422, True, False)
    assert only(town).left == 1


async def test_one_place_tries_so_often_and_no_more(make_town: MakeTown) -> None:
    town = await make_town(trusted_proxies=1)
    link, stranger = await ticket(town), town.client()
    here, elsewhere = {"X-Forwarded-For": "203.0.113.9"}, {"X-Forwarded-For": "203.0.113.10"}
    for number in range(MOST_TRIES):
        assert (await stranger.get(f"/hand-in?ticket=guess{number}", headers=here)).status == 410
    assert (await hand_in(stranger, link, picture(), **here))[0] == 429
    assert (await hand_in(stranger, link, picture(), **elsewhere))[0] == 200


async def test_the_page_speaks_the_visitors_language(town: Town) -> None:
    link = await ticket(town)
    page = await (await town.client().get(link, headers={"Accept-Language": "vi"})).text()
    assert '<html lang="vi">' in page
    assert "Hand in" not in page


async def test_another_site_hands_nothing_in(town: Town) -> None:
    link = await ticket(town)
    assert (await hand_in(town.client(), link, picture(), **{"Sec-Fetch-Site": "cross-site"}))[0] == 403
    assert only(town).left == 1


async def test_what_the_group_leaves_is_removed_like_everything_that_is_over(make_town: MakeTown) -> None:
    town = await make_town(keep_days=1)
    await hand_in(town.client(), await ticket(town), picture())
    (item,) = all_items(town)
    make_ready(town, item)
    town.clock.turn(tickets.DAY_MS + 1)
    await cleaning.clean(town.service)
    (item,) = all_items(town)
    assert item.newest.cleaned_ms == town.clock()
    assert look(town, lambda c: c.execute(items.select()).first()) is not None
