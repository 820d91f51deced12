"""Requests and forms that make no sense: each is refused in words, none is a fault of the service's."""

import asyncio
import re

import pytest

from curator.web import forms
from tests.curator.conftest import Town

ODD_REQUESTS = {
    "a cookie that is not text": b"GET / HTTP/1.1\r\nCookie: commonscreen=\xff\xfe\r\n",
    "a language that is not text": b"GET / HTTP/1.1\r\nCookie: language=\xff\r\nAccept-Language: \xff;;,\r\n",
    "half a character": b"GET /files/%ed%a0%80/rendition HTTP/1.1\r\n",
    "a NUL": b"GET /screens/%00/picture.jpg HTTP/1.1\r\n",
    "a way out": b"GET /static/x/..%2f..%2fkeys%2fcurator.key HTTP/1.1\r\n",
    "a token that is not text": b"GET /api/v1/files/%ff HTTP/1.1\r\nAuthorization: Bearer \xff\r\n",
    "a range without numbers": b"GET /static/0/common.css HTTP/1.1\r\nRange: bytes=-\r\n",
    "a header as long as a book": b"GET / HTTP/1.1\r\nX: " + b"a" * 100_000 + b"\r\n",
    "a thousand headers": b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: 1\r\n" % number for number in range(20_000)),
    "another method": b"TRACE / HTTP/1.1\r\n",
    "another version": b"GET / HTTP/9.9\r\n",
}


@pytest.mark.parametrize("name", ODD_REQUESTS)
async def test_odd_requests_are_refused_without_a_fault(town: Town, name: str) -> None:
    head = await raw(town, ODD_REQUESTS[name] + b"Host: x\r\nConnection: close\r\n\r\n")
    assert re.match(rb"HTTP/1.[01] [234]", head), head[:100]
    assert b"BEGIN" not in head


ODD_FORMS = {
    "an unknown charset": ("application/x-www-form-urlencoded; charset=bogus", b"email=a"),
    "a codec that is no charset": ("application/x-www-form-urlencoded; charset=unicode_escape", b"email=\\ud800"),
    "a form in parts": ("multipart/form-data; boundary=B", b"--B\r\nContent-Disposition: form-data; name=a\r\n\r\n1"),
    "parts without a boundary": ("multipart/form-data", b"--B\r\n"),
    "half a character": ("application/x-www-form-urlencoded", b"email=%ed%a0%80&password=a&next=/"),
    "a NUL": ("application/x-www-form-urlencoded", b"email=a%00&password=a&next=/"),
    "a bell": ("application/x-www-form-urlencoded", b"email=%07&password=a&next=/"),
    "too much": ("application/x-www-form-urlencoded", b"email=" + b"a" * 300_000),
}


@pytest.mark.parametrize("name", ODD_FORMS)
async def test_odd_forms_are_refused_without_a_fault(town: Town, name: str) -> None:
    kind, body = ODD_FORMS[name]
    for address in ("/sign-in", "/library/youth-club/upload"):
        answer = await town.client("editor").post(address, data=body, headers={"Content-Type": kind})
        assert 400 <= answer.status < 500, (address, answer.status)


async def test_a_form_that_never_ends_is_given_up(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "FORM_SECONDS", 0.1)
    head = await raw(
        town,
        b"POST /sign-in HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\nConnection: close\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nemail=",
    )
    assert b" 408 " in head.split(b"\r\n")[0]


async def raw(town: Town, request: bytes) -> bytes:
    """What the service answers to these very bytes, at most 4 kB of it."""
    async with asyncio.timeout(10):
        reader, writer = await asyncio.open_connection(town.server.host, town.server.port)
        writer.write(request)
        head = await reader.read(4096)
        writer.close()
        return head
