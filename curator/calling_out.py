"""One call to another machine: looked up and looked at before, pinned, no redirections, so many seconds and bytes.

Webhooks and the council's own Open311 endpoint are called by this, and nothing else calls out for people.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import ClientError, ClientResponseError, ClientSession, ClientTimeout, TCPConnector
from yarl import URL

from curator.webhook_addresses import Forbidden, Pinned, Reach, Unreachable, look_up

CALL_S = 15.0
"""The longest a call may take, from looking up the name to the end of what is read."""
LARGEST_HEAD_BYTES = 8_190
"""Of a line of an answer's head."""
ERRORS = ("status", "name", "forbidden", "tls", "connection", "slow", "answer")
"""Why a try failed: what answered, was not found, may not be called, could not be trusted, reached, awaited, read."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a call. `status` is None where nothing answered; `error` is "" when it went well."""

    status: int | None
    error: str
    body: bytes = b""


async def call_out(
    method: str, address: str, reach: Reach, *, headers: Mapping[str, str], body: bytes | None = None,
    most_bytes: int = 0,
) -> Answered:  # fmt: skip
    """One try; never raises for what the other side does. Of the answer no more than `most_bytes` are read."""
    try:
        async with asyncio.timeout(CALL_S):
            return await _call(method, URL(address), reach, headers, body, most_bytes)
    except Unreachable:
        return Answered(None, "name")
    except Forbidden:
        return Answered(None, "forbidden")
    except TimeoutError:
        return Answered(None, "slow")
    except ClientResponseError:
        return Answered(None, "answer")
    except (ClientError, OSError, ValueError) as failed:
        return Answered(None, "tls" if "ssl" in type(failed).__name__.lower() else "connection")


async def _call(
    method: str, url: URL, reach: Reach, headers: Mapping[str, str], body: bytes | None, most_bytes: int
) -> Answered:
    host, port = url.raw_host or "", url.port or 443
    if url.scheme != "https" and not reach.http:
        raise Forbidden(host)  # the settings became stricter
    numbers = await look_up(host, port, reach)
    connector = TCPConnector(resolver=Pinned(host, numbers), use_dns_cache=False, force_close=True)
    async with (
        ClientSession(
            connector=connector, timeout=ClientTimeout(total=CALL_S), auto_decompress=False, trust_env=False,
            max_line_size=LARGEST_HEAD_BYTES, max_field_size=LARGEST_HEAD_BYTES,
        ) as http,
        http.request(method, url, data=body, headers=dict(headers), allow_redirects=False) as answer,
    ):  # fmt: skip
        error = "" if 200 <= answer.status < 300 else "status"
        if not most_bytes:
            return Answered(answer.status, error)
        told = bytearray()
        async for chunk in answer.content.iter_chunked(16_384):
            told += chunk
            if len(told) > most_bytes:
                return Answered(answer.status, "answer")
        return Answered(answer.status, error, bytes(told))
