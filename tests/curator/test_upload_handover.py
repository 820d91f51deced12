"""An upload goes on at once though the connection it came by never said goodbye."""

import asyncio
import hashlib
import os

from curator.web.pouring import POURS
from tests.curator.conftest import Town
from tests.curator.test_uploads import MEGABYTE, go_on, start_sending
from tests.curator.uploading import all_items, begin


async def test_a_connection_left_behind_gives_way_to_the_one_that_comes_again(town: Town) -> None:
    body, client = os.urandom(MEGABYTE), town.client("editor")
    address = (await begin(client, len(body))).headers["Location"]
    cookie = client.session.cookie_jar.filter_cookies(client.make_url("/"))["commonscreen"].value
    _reader, left_behind = await start_sending(town, address, cookie, body, 300_000)
    try:
        await until_it_pours(town, address)
        offset = await go_on(client, address, body)
    finally:
        left_behind.close()
    assert offset == 300_000
    assert all_items(town)[0].newest.upload_sha256 == hashlib.sha256(body).hexdigest()


async def until_it_pours(town: Town, address: str) -> None:
    """Waits until somebody's bytes come. Asking over HTTP would hold the upload for a moment, and be in the way."""
    pours = town.server.app[POURS]
    async with asyncio.timeout(20):
        while address.rpartition("/")[2] not in pours:  # noqa: ASYNC110 - a fact of the service, which tells nobody
            await asyncio.sleep(0.01)
