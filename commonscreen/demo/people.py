"""The demo's people at work: they upload, approve and pair through the service's own addresses, as anybody does."""

import asyncio
import base64
from pathlib import Path
from typing import Self

import aiohttp

CHUNK_BYTES = 4 << 20
ANSWER_S = 30.0
TUS = {"Tus-Resumable": "1.0.0"}


class NotDone(RuntimeError):
    """The service would not do what a person of the demo asked; the sentence is the service's own."""


class Person:
    """Somebody signed in. Use as a context manager."""

    def __init__(self, address: str, token: str) -> None:
        """`address` is the service's; `token` an open session's."""
        self._session = aiohttp.ClientSession(
            address,
            cookies={"commonscreen": token},
            headers={"Sec-Fetch-Site": "same-origin", "Accept": "application/json"},
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            timeout=aiohttp.ClientTimeout(total=ANSWER_S),
        )

    async def __aenter__(self) -> Self:
        """Ready to work."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Goes home."""
        await self._session.close()

    async def upload(self, file: Path, *, group: str, title: str, item: str = "", variant: str = "") -> None:
        """Uploads a file for a group (tus), where it says so for a variant of an item. Raises NotDone when refused."""
        said = {"filename": file.name, "title": title, "group": group}
        said |= {"item": item, "variant": variant} if item else {}
        metadata = ",".join(f"{name} {base64.b64encode(words.encode()).decode()}" for name, words in said.items())
        size_bytes = (await asyncio.to_thread(file.stat)).st_size
        headers = TUS | {"Upload-Length": str(size_bytes), "Upload-Metadata": metadata}
        async with self._session.post("/uploads", headers=headers) as answer:
            await _expect(answer, 201)
            place = answer.headers["Location"]
        body = await asyncio.to_thread(file.read_bytes)
        for start in range(0, size_bytes, CHUNK_BYTES):
            headers = TUS | {"Upload-Offset": str(start), "Content-Type": "application/offset+octet-stream"}
            async with self._session.patch(place, headers=headers, data=body[start : start + CHUNK_BYTES]) as answer:
                await _expect(answer, 200, 204)

    async def add_captions(self, body: bytes, *, item: str, version: str, language: str) -> None:
        """Adds a captions file to a version of an item. Raises NotDone when it is refused."""
        form = aiohttp.FormData()
        form.add_field("version", version)
        form.add_field("language", language)
        form.add_field("file", body, filename=f"{language}.srt")
        async with self._session.post(f"/items/{item}/captions", data=form, allow_redirects=False) as answer:
            await _expect(answer, 303)

    async def press(self, path: str, **fields: str) -> None:
        """Sends a form, as pressing its button does. Raises NotDone when it is refused."""
        async with self._session.post(path, data=fields, allow_redirects=False) as answer:
            await _expect(answer, 200, 303)


async def _expect(answer: aiohttp.ClientResponse, *statuses: int) -> None:
    if answer.status not in statuses:
        words = (await answer.text())[:500]
        raise NotDone(f"{answer.method} {answer.url.path} answered {answer.status}: {words}")
