"""What nodes ask by HTTP: only their own, only what is approved, and whatever comes, never a failure of ours."""

import asyncio
import hashlib

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from content.canonical import Json
from content.files import place_of
from curator import library, nodes
from curator.pictures import LARGEST_PICTURE_BYTES
from curator.store import Connection
from curator.tables import as_run, items, versions
from tests.curator.conftest import MakeTown, Town
from tests.curator.nodes import (
    HEALTH,
    JPEG,
    FakeNode,
    add_item,
    at_rest,
    make_screen,
    new_node,
    paired_node,
    publish,
    row,
)

BODY = bytes(range(256)) * 40
PATHS = ("manifest", "as-run", "picture", "health", "link")


@pytest.fixture
async def town(make_town: MakeTown) -> Town:
    """A town where nothing is published but by the test."""
    return await at_rest(await make_town())


@pytest.fixture
async def node(town: Town) -> FakeNode:
    return await paired_node(town, make_screen(town))


def change(town: Town, table: sa.Table, key: str, **values: Json) -> None:
    town.service.store.run_now(
        lambda connection: connection.execute(table.update().where(table.c.id == key).values(**values))
    )


def stored_rows(town: Town) -> list[tuple[str, int]]:
    query = sa.select(as_run.c.epoch, as_run.c.seq).order_by(as_run.c.epoch, as_run.c.seq)

    def read(connection: Connection) -> list[tuple[str, int]]:
        return [(found.epoch, found.seq) for found in connection.execute(query)]

    return town.service.store.read_now(read)


# --- who may ask -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic abc", "Bearer " + "x" * 300])
async def test_without_a_good_token_every_address_says_401(town: Town, node: FakeNode, header: str | None) -> None:
    sha256 = add_item(town)
    publish(town, node.screen_id, 1, sha256)
    headers = {} if header is None else {"Authorization": header}
    stranger = new_node(town).client
    methods = {"as-run": "POST", "picture": "PUT", "health": "POST"}
    for path in (*(f"{name}/{node.node_id}" for name in PATHS), f"files/{sha256}"):
        method = methods.get(path.split("/")[0], "GET")
        answer = await stranger.request(
            method, f"/api/v1/{path}", headers=headers, json={} if method != "GET" else None
        )
        assert answer.status == 401, path
        assert answer.content_type == "application/problem+json"


async def test_a_revoked_node_gets_401_everywhere_at_once(town: Town, node: FakeNode) -> None:
    sha256 = add_item(town)
    publish(town, node.screen_id, 1, sha256)
    assert (await node.get(f"files/{sha256}")).status == 200
    slug = "library-window"
    await town.client("technician").post(f"/screens/{slug}/unpair", data={"sure": "1"})
    assert (await node.get(f"manifest/{node.node_id}")).status == 401
    assert (await node.get(f"files/{sha256}")).status == 401
    assert (await node.get(f"link/{node.node_id}")).status == 401
    assert (await node.post("as-run", {"epoch": "e", "rows": [row(1)]})).status == 401
    assert (await node.post("health", HEALTH)).status == 401
    assert await node.put_picture() == 401
    assert stored_rows(town) == []


async def test_a_node_cannot_speak_for_another(town: Town, node: FakeNode) -> None:
    other = await paired_node(town, make_screen(town, "Second"))
    publish(town, other.screen_id, 1)
    assert (await node.get(f"manifest/{other.node_id}")).status == 404
    node.node_id = other.node_id
    assert (await node.post("as-run", {"epoch": "e", "rows": [row(1)]})).status == 404
    assert await node.put_picture() == 404
    assert (await node.post("health", HEALTH)).status == 404


async def test_a_person_signed_in_is_not_a_node(town: Town, node: FakeNode) -> None:
    answer = await town.client("administrator").get(f"/api/v1/manifest/{node.node_id}")
    assert answer.status == 401


async def test_what_was_read_before_a_change_does_not_outlive_it(town: Town, node: FakeNode) -> None:
    book = nodes.Book(town.service.store)
    asking = asyncio.gather(*(book.caller(node.token) for _ in range(3)))
    await asyncio.sleep(0)
    town.service.store.run_now(
        lambda connection: nodes.revoke(connection, node.screen_id, now_ms=town.clock(), by=None)
    )
    book.forget()
    await asking
    assert await book.caller(node.token) is None


# --- manifest --------------------------------------------------------------------------------------------------------


async def test_a_node_is_given_the_newest_manifest_and_304_when_it_has_it(town: Town, node: FakeNode) -> None:
    answer = await node.get(f"manifest/{node.node_id}")
    assert (answer.status, (await answer.json())["code"]) == (404, "no_manifest")
    publish(town, node.screen_id, 1)
    second = publish(town, node.screen_id, 2)
    answer = await node.get(f"manifest/{node.node_id}")
    assert answer.headers["Content-Encoding"] in {"gzip", "deflate"}
    assert await answer.read() == second
    etag = answer.headers["ETag"]
    assert etag == '"etag2"'
    answer = await node.get(f"manifest/{node.node_id}", **{"If-None-Match": etag})
    assert (answer.status, await answer.read()) == (304, b"")
    for other in ('"etag1"', "*", "rubbish", '"a", "b"'):
        assert (await node.get(f"manifest/{node.node_id}", **{"If-None-Match": other})).status == 200
    third = publish(town, node.screen_id, 3)
    answer = await node.get(f"manifest/{node.node_id}", **{"If-None-Match": etag})
    assert (answer.status, await answer.read()) == (200, third)


# --- files -----------------------------------------------------------------------------------------------------------


async def test_a_file_of_the_manifest_comes_whole_or_from_where_a_download_broke_off(
    town: Town, node: FakeNode
) -> None:
    sha256 = add_item(town, BODY)
    publish(town, node.screen_id, 1, sha256)
    answer = await node.get(f"files/{sha256}")
    body = await answer.read()
    assert (answer.status, answer.content_type, hashlib.sha256(body).hexdigest()) == (200, "video/mp4", sha256)
    answer = await node.get(f"files/{sha256}", Range="bytes=1000-")
    assert (answer.status, await answer.read()) == (206, BODY[1000:])
    assert (await node.get(f"files/{sha256}", Range=f"bytes={len(BODY)}-")).status == 416


@pytest.mark.parametrize("state", ["draft", "submitted", "rejected", "withdrawn"])
async def test_a_file_that_is_not_approved_is_never_handed_out(town: Town, node: FakeNode, state: str) -> None:
    sha256 = add_item(town, state=state)
    publish(town, node.screen_id, 1, sha256)
    assert (await node.get(f"files/{sha256}")).status == 404


async def test_a_file_that_is_withdrawn_is_not_handed_out_any_more(town: Town, node: FakeNode) -> None:
    sha256 = add_item(town)
    publish(town, node.screen_id, 1, sha256)
    assert (await node.get(f"files/{sha256}")).status == 200
    town.service.store.run_now(
        lambda connection: library.withdraw(
            connection, f"i{sha256[:12]}", now_ms=town.clock(), by=town.accounts["moderator"]
        )
    )
    assert (await node.get(f"files/{sha256}")).status == 404


async def test_neither_withdrawing_alone_nor_losing_approval_alone_lets_a_file_out(town: Town, node: FakeNode) -> None:
    sha256 = add_item(town)
    publish(town, node.screen_id, 1, sha256)
    change(town, items, f"i{sha256[:12]}", withdrawn_ms=1)
    assert (await node.get(f"files/{sha256}")).status == 404
    change(town, items, f"i{sha256[:12]}", withdrawn_ms=None)
    assert (await node.get(f"files/{sha256}")).status == 200
    change(town, versions, f"v{sha256[:12]}", state="rejected")
    assert (await node.get(f"files/{sha256}")).status == 404


async def test_a_file_of_another_screen_or_of_no_manifest_is_not_there(town: Town, node: FakeNode) -> None:
    other = make_screen(town, "Second")
    sha256, unlisted = add_item(town), add_item(town, b"other")
    publish(town, other.id, 1, sha256)
    publish(town, node.screen_id, 1)
    for name in (sha256, unlisted, "0" * 64, "x", "..%2f..%2fcommonscreen.db"):
        assert (await node.get(f"files/{name}")).status == 404


async def test_files_of_the_manifest_before_are_served_but_of_older_ones_not(town: Town, node: FakeNode) -> None:
    old, middle, new = (add_item(town, body) for body in (b"1", b"2", b"3"))
    for version, sha256 in ((1, old), (4, middle), (9, new)):
        publish(town, node.screen_id, version, sha256)
    assert [(await node.get(f"files/{sha256}")).status for sha256 in (old, middle, new)] == [404, 200, 200]


async def test_a_file_missing_from_the_store_is_told_as_our_fault(town: Town, node: FakeNode) -> None:
    sha256 = add_item(town)
    publish(town, node.screen_id, 1, sha256)
    place_of(town.service.settings.files, sha256).unlink()
    answer = await node.get(f"files/{sha256}")
    assert (answer.status, (await answer.json())["code"]) == (503, "file_missing")


# --- records ---------------------------------------------------------------------------------------------------------


async def test_rows_sent_again_are_acknowledged_again_and_stored_once(town: Town, node: FakeNode) -> None:
    for _ in range(3):
        answer = await node.post("as-run", {"epoch": "e1", "rows": [row(1), row(2)]})
        assert await answer.json() == {"acknowledged": 2}
    answer = await node.post("as-run", {"epoch": "e1", "rows": [row(2, outcome="missed"), row(7)]})
    assert await answer.json() == {"acknowledged": 7}
    answer = await node.post("as-run", {"epoch": "e2", "rows": [row(1)]})
    assert await answer.json() == {"acknowledged": 1}
    assert stored_rows(town) == [("e1", 1), ("e1", 2), ("e1", 7), ("e2", 1)]


async def test_a_batch_with_one_bad_row_is_refused_whole_and_says_which(town: Town, node: FakeNode) -> None:
    answer = await node.post("as-run", {"epoch": "e1", "rows": [row(1), row(2, outcome="lovely")]})
    assert answer.status == 422
    assert "$.rows[1][7]" in (await answer.json())["detail"]
    assert stored_rows(town) == []


async def test_five_hundred_rows_are_taken_at_once(town: Town, node: FakeNode) -> None:
    rows: list[Json] = [row(seq, item="i" * 32, sha256="a" * 64, cause="decoder") for seq in range(1, 501)]
    answer = await node.post("as-run", {"epoch": "e" * 32, "rows": rows})
    assert await answer.json() == {"acknowledged": 500}
    assert len(stored_rows(town)) == 500


async def test_a_picture_must_be_a_jpeg_of_at_most_half_a_megabyte(town: Town, node: FakeNode) -> None:
    assert await node.put_picture(JPEG + bytes(LARGEST_PICTURE_BYTES - len(JPEG))) == 204
    assert await node.put_picture(JPEG + bytes(LARGEST_PICTURE_BYTES)) == 413
    for body in (b"", b"GIF89a", b"<svg/>", b"\xff\xd8"):
        assert await node.put_picture(body) == 422


async def test_a_body_without_a_length_is_limited_too(town: Town, node: FakeNode) -> None:
    async def endless() -> object:
        for _ in range(100):
            yield JPEG + bytes(65_536)

    path = f"/api/v1/picture/{node.node_id}"
    answer = await node.client.put(path, headers=node.headers, data=endless())
    assert answer.status == 413


async def test_a_compressed_body_is_not_opened(town: Town, node: FakeNode) -> None:
    headers = node.headers | {"Content-Encoding": "gzip"}
    answer = await node.client.put(f"/api/v1/picture/{node.node_id}", headers=headers, data=JPEG)
    assert answer.status == 415


async def test_health_tells_the_time_and_whether_to_be_dark_and_is_kept(town: Town, node: FakeNode) -> None:
    answer = await node.post("health", HEALTH | {"now_ms": town.clock() + 4000})
    assert await answer.json() == {"now_ms": town.clock(), "panic": {"on": False, "counter": 0}}
    kept = town.service.store.read_now(lambda connection: nodes.of_screen(connection, node.screen_id))
    assert kept is not None
    assert kept.health is not None
    assert (kept.seen_ms, kept.clock_offset_ms, kept.health.files_held) == (town.clock(), 4000, 3)
    await town.client("moderator").post("/screens/library-window/dark", data={"state": "dark"})
    answer = await node.post("health", HEALTH)
    assert (await answer.json())["panic"] == {"on": True, "counter": town.clock()}


async def test_health_is_not_written_at_every_report_but_news_is(town: Town, node: FakeNode) -> None:
    def kept() -> tuple[int | None, int]:
        found = town.service.store.read_now(lambda connection: nodes.of_screen(connection, node.screen_id))
        assert found is not None
        assert found.health is not None
        return found.seen_ms, len(found.health.faults)

    await node.post("health", HEALTH)
    first = kept()
    town.clock.turn(5000)
    await node.post("health", HEALTH)
    assert kept() == first
    await node.post("health", HEALTH | {"faults": ["No sound."]})
    assert kept() == (town.clock(), 1)
    town.clock.turn(20_000)
    await node.post("health", HEALTH | {"faults": ["No sound."]})
    assert kept() == (town.clock(), 1)


WORDS = st.sampled_from(
    ["software", "now_ms", "playing", "faults", "epoch", "rows", "public_key", "device_code", "type"]
)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(WORDS | st.text(max_size=4), inner, max_size=6),
    max_leaves=20,
)


async def test_no_document_makes_the_service_fail(town: Town, node: FakeNode) -> None:
    """Whatever is sent, the answer is one of ours below 500."""
    paths = [f"as-run/{node.node_id}", f"health/{node.node_id}", "pairing", "pairing/token"]
    documents: list[object] = []

    @settings(max_examples=60, database=None, suppress_health_check=[HealthCheck.too_slow])
    @given(ANY_JSON | st.builds(lambda name, value: HEALTH | {name: value}, st.sampled_from([*HEALTH]), ANY_JSON))
    def gather(document: object) -> None:
        documents.append(document)

    gather()
    documents += [b"", b"{", b"\xff", b"[" * 5000, b'{"a":1,"a":2}', b"9" * 6000, b'"\\ud800"', b"NaN"]
    for document in documents:
        for path in paths:
            sent = {"data": document} if isinstance(document, bytes) else {"json": document}
            answer = await node.client.post(f"/api/v1/{path}", headers=node.headers, **sent)
            assert answer.status < 500, (path, document)
            if answer.status >= 400:
                assert answer.content_type == "application/problem+json"
