"""The library's pages: who sees what, an item's story as it goes on, words, withdrawing, the plain form."""

import os

import aiohttp
import pytest

from curator.intake import Worker
from curator.library import Item
from curator.store import Connection
from curator.tables import items, versions
from tests.curator.conftest import Client, MakeTown, Town
from tests.curator.uploading import all_items, files_below, open_uploads, picture, upload

EVERYBODY = ("administrator", "programmer", "moderator", "technician", "editor", "contributor", "outsider")


async def text(client: Client, address: str) -> str:
    answer = await client.get(address)
    assert answer.status == 200, address
    return await answer.text()


async def an_item(town: Town, *, prepared: bool = True, title: str = "The sea") -> Item:
    await upload(town.client("contributor"), picture(size=(640, 360)), title=title)
    if prepared:
        assert await Worker(town.service).do_one()
    return all_items(town)[0]


async def test_a_member_lands_in_their_own_group_and_the_council_sees_all(town: Town) -> None:
    assert "Youth club" in await text(town.client("editor"), "/library")
    page = await text(town.client("moderator"), "/library")
    assert "Youth club" in page
    assert "Choir" in page


async def test_who_is_in_no_group_is_told_what_to_do(town: Town) -> None:
    assert "invite you" in await text(town.client("technician"), "/library")


async def test_a_groups_page_and_items_are_not_there_for_others(town: Town) -> None:
    item = await an_item(town)
    for address in ("/library/youth-club", f"/items/{item.id}"):
        for who in EVERYBODY:
            status = (await town.client(who).get(address)).status
            assert status == (404 if who in {"outsider", "technician"} else 200), (who, address)
        answer = await town.client().get(address, allow_redirects=False)
        assert answer.status == 303
        assert answer.headers["Location"].startswith("/sign-in")


async def test_a_page_shows_items_by_state(town: Town) -> None:
    await an_item(town, title="Ready one")
    await upload(town.client("editor"), picture("blue"), title="Fresh one")
    client = town.client("contributor")
    whole = await text(client, "/library/youth-club")
    assert "Ready one" in whole
    assert "Fresh one" in whole
    some = await text(client, "/library/youth-club?state=submitted")
    assert "Ready one" in some
    assert "Fresh one" not in some
    assert "Ready one" in await text(client, "/library/youth-club?state=nonsense")


async def test_an_empty_library_says_what_to_do(town: Town) -> None:
    assert "Upload the first one" in await text(town.client("editor"), "/library/youth-club")


async def test_an_items_page_tells_how_far_it_is(town: Town) -> None:
    item = await an_item(town, prepared=False)
    client, address = town.client("contributor"), f"/items/{item.id}"
    assert "Being prepared" in await text(client, address)
    assert await Worker(town.service).do_one()
    page = await text(client, address)
    assert "You need do nothing" in page
    assert f"/files/{item.newest.id}/rendition" in page
    town.service.store.run_now(lambda connection: approve(connection, item))
    assert "It plays" in await text(client, address)


def approve(connection: Connection, item: Item) -> None:
    connection.execute(items.update().values(approved_version_id=item.newest.id))
    connection.execute(versions.update().values(state="approved"))


async def test_a_refusal_is_told_with_what_to_do_and_a_way_on(town: Town) -> None:
    await upload(town.client("contributor"), b"{\\rtf1 programme", filename="programme.rtf")
    assert await Worker(town.service).do_one()
    item = all_items(town)[0]
    page = await text(town.client("contributor"), f"/items/{item.id}")
    assert "office document" in page
    assert f"/library/youth-club/upload?item={item.id}" in page


async def test_a_newer_version_waits_while_the_approved_one_plays(town: Town) -> None:
    item = await an_item(town)
    town.service.store.run_now(lambda connection: approve(connection, item))
    await upload(town.client("editor"), picture("green"), group="", item=item.id)
    assert await Worker(town.service).do_one()
    page = await text(town.client("editor"), f"/items/{item.id}")
    assert "Version 1 keeps playing" in page
    changed = all_items(town)[0]
    assert changed.approved is not None
    assert (changed.approved.number, changed.newest.state) == (1, "submitted")


async def test_words_that_cannot_be_kept_stay_in_the_form(town: Town) -> None:
    item = await an_item(town)
    form = {"title": " ", "credits": "Ours", "licence": "CC0", "alt_text": "A long description nobody types twice"}
    answer = await town.client("editor").post(f"/items/{item.id}", data=form)
    assert answer.status == 422
    page = await answer.text()
    for words in ("Ours", "CC0", "A long description nobody types twice"):
        assert words in page


async def test_letters_that_screens_cannot_draw_are_told_to_who_writes_them(town: Town) -> None:
    item = await an_item(town, prepared=False, title="Tết và الربيع")
    assert "letters of the title" not in await text(town.client("editor"), f"/items/{item.id}")
    form = {"title": "春节 𓀀", "credits": "", "licence": "", "alt_text": ""}
    page = await (await town.client("editor").post(f"/items/{item.id}", data=form)).text()
    assert "fonts-noto-cjk: 春节" in page
    assert "in their place: 𓀀" in page


async def test_words_are_changed_by_the_group_and_nobody_else(town: Town) -> None:
    item = await an_item(town)
    form = {"title": "<b>Sea</b>", "credits": "Us", "licence": "CC0", "alt_text": "Waves\r\nand wind"}
    for who in ("outsider", "technician"):
        assert (await town.client(who).post(f"/items/{item.id}", data=form)).status == 404
    for who in ("moderator", "programmer"):
        assert (await town.client(who).post(f"/items/{item.id}", data=form)).status == 403
    page = await (await town.client("editor").post(f"/items/{item.id}", data=form)).text()
    assert "&lt;b&gt;Sea&lt;/b&gt;" in page
    assert "<b>Sea" not in page
    changed = all_items(town)[0]
    assert (changed.title, changed.credits, changed.licence) == ("<b>Sea</b>", "Us", "CC0")


async def test_words_that_do_not_fit_are_told_and_nothing_changes(town: Town) -> None:
    item = await an_item(town)
    form = {"title": " ", "credits": "", "licence": "", "alt_text": ""}
    answer = await town.client("editor").post(f"/items/{item.id}", data=form)
    assert answer.status == 422
    assert "title has 1 to" in await answer.text()
    assert all_items(town)[0].title == "The sea"


async def test_withdrawing_is_asked_about_and_then_done(town: Town) -> None:
    item = await an_item(town)
    address = f"/items/{item.id}/withdraw"
    for who, status in (("outsider", 404), ("technician", 404), (None, 303)):
        for method in ("GET", "POST"):
            answer = await town.client(who).request(method, address, allow_redirects=False)
            assert answer.status == status, (who, method)
    client = town.client("contributor")
    assert "does not come back" in await text(client, address)
    assert all_items(town)[0].withdrawn_ms is None
    assert "Withdrawn" in await (await client.post(address, data={"why": "wrong date"})).text()
    gone = all_items(town)[0]
    assert (gone.withdrawn_ms, gone.approved, gone.newest.state) == (town.clock(), None, "withdrawn")
    assert "The sea" not in await text(client, "/library/youth-club")
    assert "The sea" in await text(client, "/library/youth-club?state=withdrawn")
    assert "does not play again" in await text(client, f"/items/{item.id}")


async def test_what_was_withdrawn_may_be_uploaded_again(town: Town) -> None:
    item = await an_item(town)
    await town.client("contributor").post(f"/items/{item.id}/withdraw", data={})
    again = await upload(town.client("contributor"), picture(size=(640, 360)))
    assert again.headers["Commonscreen-Outcome"] == "made"


async def test_the_upload_page_is_for_those_who_may_upload(town: Town) -> None:
    for who in EVERYBODY:
        wanted = {"outsider": 404, "technician": 404, "moderator": 403, "programmer": 403}.get(who, 200)
        assert (await town.client(who).get("/library/youth-club/upload")).status == wanted, who
        sent = await town.client(who).post("/library/youth-club/upload", data=form_of(b""))
        assert sent.status == {200: 422}.get(wanted, wanted), who
    assert all_items(town) == []


def form_of(*bodies: bytes, name: str = "sea.png") -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)
    for body in bodies:
        form.add_field("file", body, filename=name, content_type="image/png")
    return form


async def test_without_scripts_the_form_brings_a_file_to_its_page(town: Town) -> None:
    answer = await town.client("editor").post("/library/youth-club/upload", data=form_of(picture()))
    (item,) = all_items(town)
    assert str(answer.url).endswith(f"/items/{item.id}")
    assert (item.title, item.newest.upload_bytes) == ("sea", len(picture()))
    assert (files_below(town.service.settings.incoming), open_uploads(town)) == ([], [])


async def test_the_form_takes_several_files_and_tells_of_each(town: Town) -> None:
    client = town.client("editor")
    answer = await client.post("/library/youth-club/upload", data=form_of(picture("red"), picture("red"), b""))
    page = await answer.text()
    assert answer.status == 422
    assert "has arrived" in page
    assert "already in your library" in page
    assert "The file is empty" in page
    assert len(all_items(town)) == 1
    assert open_uploads(town) == []


async def test_a_form_that_is_too_large_is_refused_and_leaves_nothing(make_town: MakeTown) -> None:
    town = await make_town(largest_upload_bytes=100_000)
    answer = await town.client("editor").post("/library/youth-club/upload", data=form_of(os.urandom(300_000)))
    assert answer.status == 422
    assert "at most" in await answer.text()
    assert (all_items(town), files_below(town.service.settings.incoming), open_uploads(town)) == ([], [], [])


@pytest.mark.parametrize("address", ["/library/nowhere", "/items/nothing", "/library/youth-club/upload?item=nothing"])
async def test_what_is_not_there_is_not_there(town: Town, address: str) -> None:
    assert (await town.client("editor").get(address)).status == 404


async def test_a_new_version_by_the_form_joins_its_item(town: Town) -> None:
    item = await an_item(town)
    client = town.client("editor")
    await client.post(f"/library/youth-club/upload?item={item.id}", data=form_of(picture("green")))
    assert [version.number for version in all_items(town)[0].versions] == [2, 1]
    other = await town.client("outsider").post(f"/library/choir/upload?item={item.id}", data=form_of(picture("blue")))
    assert other.status == 404
