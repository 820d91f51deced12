"""Uploads: whole, cut and resumed, too large, hostile, without room, twice the same."""

import asyncio
import hashlib
import os
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest

from content.files import place_of
from curator import receiving, uploads
from curator.blobs import Growing
from curator.store import Connection
from curator.tables import groups
from tests.curator.conftest import Client, MakeTown, Town
from tests.curator.uploading import (
    BODY,
    TUS,
    all_items,
    begin,
    files_below,
    metadata,
    open_uploads,
    picture,
    send,
    upload,
)

MEGABYTE = 1 << 20


async def test_an_upload_becomes_an_item_that_waits_to_be_prepared(town: Town) -> None:
    body = picture()
    answer = await upload(town.client("contributor"), body, title="The sea")
    assert answer.status == 204
    (item,) = all_items(town)
    assert answer.headers["Commonscreen-Item"] == item.id
    assert answer.headers["Commonscreen-Outcome"] == "made"
    assert (item.title, item.group_id, item.created_by) == ("The sea", town.group.id, town.accounts["contributor"])
    assert (item.newest.preparation, item.newest.state, item.newest.upload_bytes) == ("waiting", "draft", len(body))
    kept = place_of(town.service.settings.originals, hashlib.sha256(body).hexdigest())
    assert kept.read_bytes() == body
    assert files_below(town.service.settings.incoming) == []


async def test_an_upload_in_pieces_is_the_same_file(town: Town) -> None:
    body, client = os.urandom(3 * MEGABYTE + 17), town.client("editor")
    address = (await begin(client, len(body))).headers["Location"]
    offset = 0
    for length in (1, 70_000, 2 * MEGABYTE, len(body)):
        answer = await send(client, address, offset, body[offset : offset + length])
        assert answer.status == 204
        offset = int(answer.headers["Upload-Offset"])
    assert all_items(town)[0].newest.upload_sha256 == hashlib.sha256(body).hexdigest()


async def cut_in_the_middle(town: Town, address: str, cookie: str, body: bytes, sent: int) -> None:
    """A browser whose connection dies after `sent` bytes of a request that announced all of `body`."""
    _reader, writer = await start_sending(town, address, cookie, body, sent)
    if sent % 2:
        writer.transport.abort()
    else:
        writer.close()


async def start_sending(
    town: Town, address: str, cookie: str, body: bytes, sent: int
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A browser that sent `sent` bytes of a request that announced all of `body`."""
    reader, writer = await asyncio.open_connection("127.0.0.1", town.server.port)
    head = [
        f"PATCH {address} HTTP/1.1", "Host: here", f"Cookie: commonscreen={cookie}", "Sec-Fetch-Site: same-origin",
        "Tus-Resumable: 1.0.0", "Upload-Offset: 0", f"Content-Type: {BODY['Content-Type']}",
        f"Content-Length: {len(body)}", "", "",
    ]  # fmt: skip
    writer.write("\r\n".join(head).encode() + body[:sent])
    await writer.drain()
    return reader, writer


async def go_on(client: Client, address: str, body: bytes) -> int:
    """Asks where the upload is and sends the rest, as often as it takes; gives the first offset that was told."""
    async with asyncio.timeout(20):
        while True:
            asked = await client.head(address, headers=TUS)
            if asked.status == 200:
                offset = int(asked.headers["Upload-Offset"])
                answer = await send(client, address, offset, body[offset:])
                if answer.status == 204:
                    return offset
                assert answer.status in {409, 423}
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("sent", [0, 1, 65_536, MEGABYTE + 5, 2 * MEGABYTE])
async def test_an_upload_that_was_cut_goes_on_where_it_stopped(town: Town, sent: int) -> None:
    body, client = os.urandom(2 * MEGABYTE + 9), town.client("editor")
    address = (await begin(client, len(body))).headers["Location"]
    cookie = client.session.cookie_jar.filter_cookies(client.make_url("/"))["commonscreen"].value
    await cut_in_the_middle(town, address, cookie, body, sent)
    assert await go_on(client, address, body) <= sent
    assert all_items(town)[0].newest.upload_sha256 == hashlib.sha256(body).hexdigest()


async def test_a_wrong_offset_is_told_and_changes_nothing(town: Town) -> None:
    body, client = os.urandom(1000), town.client("editor")
    address = (await begin(client, len(body))).headers["Location"]
    assert (await send(client, address, 0, body[:400])).status == 204
    for wrong in (0, 399, 401, 999_999):
        answer = await send(client, address, wrong, body[400:])
        assert answer.status == 409
        assert (await answer.json())["code"] == "wrong_offset"
        assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert (await client.head(address, headers=TUS)).headers["Upload-Offset"] == "400"


async def test_more_bytes_than_announced_are_not_taken(town: Town) -> None:
    client = town.client("editor")
    address = (await begin(client, 100)).headers["Location"]
    assert (await send(client, address, 0, b"x" * 101)).status == 413

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b"x" * 10

    answer = await client.patch(address, headers=BODY | {"Upload-Offset": "0"}, data=endless())
    assert answer.status == 413
    assert all_items(town) == []


async def test_only_one_connection_at_a_time_may_send_an_upload(town: Town) -> None:
    client = town.client("editor")
    address = (await begin(client, 100)).headers["Location"]
    path = receiving.incoming_path(town.service.settings, address.rpartition("/")[2])
    with await asyncio.to_thread(Growing, path):
        assert (await send(client, address, 0, b"x" * 100)).status == 423
        assert (await client.head(address, headers=TUS)).status == 423
        assert (await client.delete(address, headers=TUS)).status == 423
    assert (await send(client, address, 0, b"x" * 100)).status == 204


async def test_nobody_else_can_see_or_touch_an_upload(town: Town) -> None:
    address = (await begin(town.client("contributor"), 100)).headers["Location"]
    for who in ("editor", "outsider", "moderator", "programmer", "technician", "administrator"):
        client = town.client(who)
        assert (await client.head(address, headers=TUS)).status == 404, who
        assert (await send(client, address, 0, b"x" * 100)).status == 404, who
        assert (await client.delete(address, headers=TUS)).status == 404, who
    assert (await town.client().head(address, headers=TUS)).status == 401


async def test_who_may_not_upload_for_a_group_is_refused(town: Town) -> None:
    for who, status in (("outsider", 404), ("technician", 404), ("moderator", 403), ("programmer", 403), (None, 401)):
        assert (await begin(town.client(who), 100)).status == status, who
    assert (await begin(town.client("editor"), 100, group="no-such-group")).status == 404
    assert open_uploads(town) == []


async def test_an_empty_file_and_one_too_large_are_refused_in_words(make_town: MakeTown) -> None:
    town = await make_town(largest_upload_bytes=1_000_000)
    client = town.client("editor")
    empty, large = await begin(client, 0), await begin(client, 1_000_001)
    assert (empty.status, large.status) == (422, 413)
    assert "empty" in (await empty.json())["detail"]
    assert "at most 1 MB" in (await large.json())["detail"]
    assert files_below(town.service.settings.incoming) == []


async def test_a_groups_room_counts_what_is_stored_and_what_is_coming(town: Town) -> None:
    await asyncio.to_thread(town.service.store.run_now, lambda connection: set_quota(connection, town, 3000))
    client = town.client("editor")
    assert (await upload(client, os.urandom(1500))).status == 204
    coming = await begin(client, 1000)
    assert coming.status == 201
    refused = await begin(client, 600)
    assert (refused.status, (await refused.json())["code"]) == (413, "over_quota")
    assert (await client.delete(coming.headers["Location"], headers=TUS)).status == 204
    assert (await begin(client, 600)).status == 201


async def test_room_lost_meanwhile_refuses_a_whole_upload_and_leaves_nothing(town: Town) -> None:
    client = town.client("editor")
    address = (await begin(client, 1000)).headers["Location"]
    await asyncio.to_thread(town.service.store.run_now, lambda connection: set_quota(connection, town, 500))
    assert (await send(client, address, 0, os.urandom(1000))).status == 413
    assert (all_items(town), files_below(town.service.settings.incoming)) == ([], [])
    assert files_below(town.service.settings.originals) == []


def set_quota(connection: Connection, town: Town, quota_bytes: int) -> None:
    connection.execute(groups.update().where(groups.c.id == town.group.id).values(quota_bytes=quota_bytes))


async def test_a_nearly_full_disk_refuses_new_uploads_in_words(make_town: MakeTown) -> None:
    town = await make_town(spare_disk_bytes=1 << 60)
    answer = await begin(town.client("editor"), 1000)
    assert (answer.status, (await answer.json())["code"]) == (507, "disk_full")
    assert open_uploads(town) == []


@contextmanager
def files_at_most(size_bytes: int) -> Iterator[None]:
    """No file of this process may grow beyond `size_bytes`: the disk's way of being full, for a while."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_disk_that_fills_up_in_the_middle_loses_nothing(town: Town) -> None:
    body, client = os.urandom(6 * MEGABYTE), town.client("editor")
    address = (await begin(client, len(body))).headers["Location"]
    with files_at_most(5 * MEGABYTE):
        answer = await send(client, address, 0, body)
    assert (answer.status, (await answer.json())["code"]) == (507, "disk_full")
    asked = await client.head(address, headers=TUS)
    offset = int(asked.headers["Upload-Offset"])
    assert 0 < offset <= 5 * MEGABYTE
    assert (await send(client, address, offset, body[offset:])).status == 204
    assert all_items(town)[0].newest.upload_sha256 == hashlib.sha256(body).hexdigest()


async def test_the_same_bytes_twice_are_one_item_and_that_is_told(town: Town) -> None:
    body = picture()
    first = await upload(town.client("editor"), body, title="One")
    second = await upload(town.client("contributor"), body, title="Two", filename="other.png")
    assert second.status == 204
    assert second.headers["Commonscreen-Outcome"] == "held"
    assert second.headers["Commonscreen-Item"] == first.headers["Commonscreen-Item"]
    assert [item.title for item in all_items(town)] == ["One"]
    assert files_below(town.service.settings.incoming) == []


async def test_another_group_may_have_the_same_bytes(town: Town) -> None:
    body = picture()
    await upload(town.client("editor"), body)
    other = await upload(town.client("outsider"), body, group="choir")
    assert other.headers["Commonscreen-Outcome"] == "made"
    assert len(all_items(town)) == 2
    assert len(files_below(town.service.settings.originals)) == 1


async def test_two_that_arrive_at_the_same_moment_are_one_item(town: Town) -> None:
    body, client = picture(), town.client("editor")
    answers = await asyncio.gather(*(upload(client, body) for _ in range(5)))
    assert sorted(answer.headers["Commonscreen-Outcome"] for answer in answers) == ["held"] * 4 + ["made"]
    assert len(all_items(town)) == 1


async def test_a_new_version_joins_its_item(town: Town) -> None:
    client = town.client("editor")
    item_id = (await upload(client, picture("red"))).headers["Commonscreen-Item"]
    again = await upload(client, picture("blue"), group="", item=item_id)
    assert again.headers["Commonscreen-Item"] == item_id
    (item,) = all_items(town)
    assert [version.number for version in item.versions] == [2, 1]
    for who, group in (("outsider", ""), ("outsider", "choir")):
        refused = await begin(town.client(who), 100, group=group, item=item_id)
        assert refused.status == 404


async def test_creation_may_bring_the_first_bytes(town: Town) -> None:
    body, client = picture(), town.client("editor")
    headers = BODY | {
        "Upload-Length": str(len(body)), "Upload-Metadata": metadata(filename="a.png", group="youth-club"),
    }  # fmt: skip
    answer = await client.post("/uploads", headers=headers, data=body)
    assert (answer.status, answer.headers["Upload-Offset"]) == (201, str(len(body)))
    assert len(all_items(town)) == 1
    asked = await client.head(answer.headers["Location"], headers=TUS)
    assert asked.headers["Commonscreen-Item"] == all_items(town)[0].id


async def test_the_server_says_what_it_can_do(town: Town) -> None:
    answer = await town.client("editor").options("/uploads")
    assert answer.status == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert set(answer.headers["Tus-Extension"].split(",")) >= {"creation", "termination", "expiration"}
    other = await town.client("editor").post("/uploads", headers={"Tus-Resumable": "0.2.2"})
    assert (other.status, other.headers["Tus-Version"]) == (412, "1.0.0")


async def test_an_upload_nobody_comes_back_to_is_dropped(town: Town) -> None:
    client = town.client("editor")
    address = (await begin(client, 100)).headers["Location"]
    assert (await send(client, address, 0, b"x" * 50)).status == 204
    town.clock.turn(47 * 3_600_000)
    await receiving.tidy(town.service)
    assert len(open_uploads(town)) == 1
    town.clock.turn(2 * 3_600_000)
    late = town.client("editor")  # the old sign-in has run out meanwhile
    assert (await late.head(address, headers=TUS)).status == 410
    await receiving.tidy(town.service)
    assert (open_uploads(town), files_below(town.service.settings.incoming)) == ([], [])
    assert (await late.head(address, headers=TUS)).status == 404


@pytest.mark.parametrize(
    "header",
    ["filename", "filename !!!", "filename w6Q=,filename w6Q=", "filename /w==", "x" * 5000, "ü w6Q=", "a b c"],
)
async def test_metadata_that_cannot_be_read_is_refused(town: Town, header: str) -> None:
    headers = TUS | {"Upload-Length": "100", "Upload-Metadata": header}
    assert (await town.client("editor").post("/uploads", headers=headers)).status in {400, 404}
    assert open_uploads(town) == []


@pytest.mark.parametrize("length", ["", "-1", "1e3", "٣", "9" * 30, "0x10", "1.0"])
async def test_a_length_that_is_no_number_is_refused(town: Town, length: str) -> None:
    headers = TUS | {"Upload-Length": length, "Upload-Metadata": metadata(filename="a", group="youth-club")}
    assert (await town.client("editor").post("/uploads", headers=headers)).status == 400


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\fakepath\\sea.png", "sea.png"),
        ("a\x00b\n.png", "ab.png"),
        ("\u202egnp.exe", "gnp.exe"),
        ("<script>.png", "<script>.png"),
        ("", "file"),
        ("...", "file"),
        ("n" * 900, "n" * 200),
        ("mùa hè.png", "mùa hè.png"),
    ],
)
async def test_a_strange_file_name_is_only_ever_words(town: Town, sent: str, shown: str) -> None:
    await upload(town.client("editor"), picture(), filename=sent)
    (item,) = all_items(town)
    assert item.newest.file_name == shown
    below = files_below(town.service.settings.originals)
    assert [path.name for path in below] == [hashlib.sha256(picture()).hexdigest()]
    page = await (await town.client("editor").get(f"/items/{item.id}")).text()
    assert "<script>.png" not in page


def test_a_title_comes_from_the_file_name() -> None:
    assert uploads.title_of("summer_party  2026.final.mp4") == "summer party 2026.final"
    assert uploads.title_of(".mp4") == ".mp4"


async def test_a_crash_before_the_end_is_healed_by_asking_or_by_itself(town: Town) -> None:
    body, client = picture(), town.client("editor")
    for healed_by in ("asking", "itself"):
        address = (await begin(client, len(body) + 1)).headers["Location"]
        await send(client, address, 0, body)
        path = receiving.incoming_path(town.service.settings, address.rpartition("/")[2])
        with await asyncio.to_thread(Growing, path) as growing:
            growing.append(healed_by[:1].encode())  # the last byte reached the disk; then the power went
        if healed_by == "asking":
            answer = await client.head(address, headers=TUS)
            assert answer.headers["Commonscreen-Outcome"] == "made"
        else:
            await receiving.tidy(town.service)
    assert len(all_items(town)) == 2
    assert open_uploads(town) == []


async def test_a_crash_between_keeping_the_file_and_telling_the_library_is_healed(town: Town) -> None:
    body, client = picture(), town.client("editor")
    address = (await begin(client, len(body))).headers["Location"]
    upload_id, sha256 = address.rpartition("/")[2], hashlib.sha256(body).hexdigest()
    path, store = receiving.incoming_path(town.service.settings, upload_id), town.service.store
    path.write_bytes(body)
    store.run_now(
        lambda connection: uploads.note_whole(
            connection, upload_id, sha256=sha256, size_bytes=len(body), now_ms=town.clock()
        )
    )
    kept = place_of(town.service.settings.originals, sha256)
    kept.parent.mkdir(parents=True)
    path.rename(kept)
    await receiving.tidy(town.service)
    await receiving.tidy(town.service)
    assert [item.newest.upload_sha256 for item in all_items(town)] == [sha256]


async def test_bytes_that_belong_to_no_upload_are_removed(town: Town) -> None:
    stray = town.service.settings.incoming / "zzzz"
    stray.write_bytes(b"left by a crash")
    await receiving.tidy(town.service)
    assert not stray.exists()
