"""Files over HTTP: who may see which, parts of a film, and what is vendored."""

import hashlib
import json
from pathlib import Path

import pytest

from content.files import place_of
from curator import library
from curator.intake import Worker
from curator.library import Version
from curator.store import Connection
from curator.tables import items, versions
from tests.curator.conftest import Town
from tests.curator.uploading import all_items, picture, upload

WHATS = ("rendition", "thumbnail", "poster", "strip")
VENDOR = Path(__file__).resolve().parents[2] / "curator" / "static" / "vendor"


@pytest.fixture
async def version(town: Town) -> Version:
    """A prepared version of the youth club that waits for a moderator."""
    await upload(town.client("editor"), picture(size=(640, 360)))
    assert await Worker(town.service).do_one()
    return all_items(town)[0].newest


def approve(connection: Connection, version: Version) -> None:
    connection.execute(items.update().values(approved_version_id=version.id))
    connection.execute(versions.update().values(state="approved"))


async def test_its_group_and_the_moderators_see_a_version_and_nobody_else_does(town: Town, version: Version) -> None:
    for what in WHATS:
        address = f"/files/{version.id}/{what}"
        for who in ("editor", "contributor", "moderator", "programmer", "administrator"):
            answer = await town.client(who).get(address)
            assert answer.status == 200, (what, who)
            assert answer.headers["Cache-Control"].startswith("private")
        for stranger in ("outsider", "technician", None):
            assert (await town.client(stranger).get(address)).status == 404, (what, stranger)


async def test_everybody_sees_the_approved_version_but_not_the_contact_strip(town: Town, version: Version) -> None:
    town.service.store.run_now(lambda connection: approve(connection, version))
    for what in ("rendition", "thumbnail", "poster"):
        answer = await town.client().get(f"/files/{version.id}/{what}")
        assert answer.status == 200
        assert answer.headers["Cache-Control"].startswith("public")
    assert (await town.client().get(f"/files/{version.id}/strip")).status == 404


async def test_a_withdrawn_version_is_not_there_for_strangers(town: Town, version: Version) -> None:
    town.service.store.run_now(lambda connection: approve(connection, version))
    town.service.store.run_now(
        lambda connection: library.withdraw(
            connection, version.item_id, now_ms=town.clock(), by=town.accounts["editor"]
        )
    )
    assert (await town.client().get(f"/files/{version.id}/rendition")).status == 404
    assert (await town.client("editor").get(f"/files/{version.id}/rendition")).status == 200


async def test_a_file_is_named_by_its_hash_and_comes_in_parts(town: Town, version: Version) -> None:
    client, address = town.client("editor"), f"/files/{version.id}/rendition"
    whole = await client.get(address)
    body = await whole.read()
    assert hashlib.sha256(body).hexdigest() == version.sha256
    assert whole.headers["ETag"] == f'"{version.sha256}"'
    assert whole.headers["Content-Type"] == version.media_type
    assert whole.headers["Content-Disposition"].startswith("inline; filename=")
    part = await client.get(address, headers={"Range": "bytes=2-5"})
    assert (part.status, await part.read(), part.headers["ETag"]) == (206, body[2:6], whole.headers["ETag"])
    assert (await client.get(address, headers={"If-None-Match": whole.headers["ETag"]})).status == 304
    assert (await client.get(address, headers={"Range": "bytes=999999999-"})).status == 416


async def test_the_original_is_never_served(town: Town, version: Version) -> None:
    client = town.client("administrator")
    for address in (
        f"/files/{version.id}/original", f"/files/{version.upload_sha256}/rendition",
        f"/files/{version.id}/../../originals", f"/files/{version.id}/", "/files/..%2f..%2foriginals/rendition",
        "/files/x/rendition",
    ):  # fmt: skip
        assert (await client.get(address)).status == 404, address


async def test_a_file_that_is_gone_from_the_disk_is_not_there(town: Town, version: Version) -> None:
    place_of(town.service.settings.files, version.sha256 or "").unlink()
    assert (await town.client("editor").get(f"/files/{version.id}/rendition")).status == 404


def test_vendored_files_are_the_ones_recorded_with_their_licence() -> None:
    record = json.loads((VENDOR / "VENDORED.json").read_text())
    kept = {path.name for path in VENDOR.iterdir()} - {"VENDORED.json"}
    assert kept == set(record) | {entry["licence_file"] for entry in record.values()}
    for name, entry in record.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == entry["sha256"]
        licence = (VENDOR / entry["licence_file"]).read_bytes()
        assert hashlib.sha256(licence).hexdigest() == entry["licence_sha256"]
        assert entry["version"]
