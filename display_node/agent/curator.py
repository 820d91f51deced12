"""Asking the curator over HTTP: one method a request of docs/node-protocol.md. Decides nothing, keeps nothing.

Every answer is bounded in size and time, never decompressed, never followed elsewhere.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus

import aiohttp

from content.canonical import Json
from content.live import LARGEST_LIVE_BYTES, LiveNews, read_news
from content.manifest import LARGEST_MANIFEST_BYTES
from content.reading import Reader
from display_node.agent.answers import (
    Grant,
    HealthHeard,
    PairingOffer,
    Taken,
    read_acknowledged,
    read_grant,
    read_health_answer,
    read_offer,
    read_problem,
    read_taken,
)
from display_node.agent.ballots import Ballot
from display_node.agent.journal import Batch
from display_node.config import (
    ANSWER_TIMEOUT_S,
    LARGEST_ANSWER_BYTES,
    LARGEST_LINK_MESSAGE_BYTES,
    LINK_HEARTBEAT_S,
    MANIFEST_TIMEOUT_S,
    SLOWEST_DOWNLOAD_BYTES_A_S,
    SOFTWARE,
    is_this_machine,
)
from kiosks.activities.bells import unpacked
from kiosks.activities.known import LARGEST_KNOWN_BYTES, Counted, Told, read_told


class CuratorAway(Exception):
    """No usable answer: try again later."""


class NotWelcome(Exception):
    """401 from the curator itself: it does not know this screen, or no longer."""


class CuratorRefuses(Exception):
    """A 4xx answer with the curator's word for it (`code`, may be "") and its `status`."""

    def __init__(self, status: int, code: str) -> None:
        """Keeps both."""
        super().__init__(f"{status} {code}".strip())
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Fetched:
    """A sealed manifest and its tag."""

    envelope: bytes
    etag: str


EXPECTED = (aiohttp.ClientError, TimeoutError, OSError)
"""What a network may do to a request."""


class Curator:
    """The curator at one address, as seen by one screen."""

    def __init__(self, session: aiohttp.ClientSession, address: str, node_id: str = "", token: str = "") -> None:
        """`node_id` and `token` are "" before pairing."""
        self._session = session
        self._base = f"{address}/api/v1"
        self._node = node_id
        self._headers = {"Accept-Encoding": "identity"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

    async def offer_pairing(self, public_key: str) -> PairingOffer:
        """A code for this screen's key. Raises CuratorAway, CuratorRefuses, BadDocument."""
        return read_offer(await self._post("/pairing", {"public_key": public_key, "software": SOFTWARE}))

    async def collect_token(self, device_code: str, signature: str) -> Grant:
        """The end of a pairing. Raises CuratorRefuses while it goes on (`code` says how), CuratorAway, BadDocument."""
        return read_grant(await self._post("/pairing/token", {"device_code": device_code, "signature": signature}))

    async def manifest(self, etag: str) -> Fetched | None:
        """The sealed manifest; None while it is still the one tagged `etag`.

        Raises CuratorAway, NotWelcome, CuratorRefuses.
        """
        headers = {"If-None-Match": etag} if etag else {}
        path = f"/manifest/{self._node}"
        async with self._asked("GET", path, headers=headers, total_s=MANIFEST_TIMEOUT_S) as answer:
            if answer.status == HTTPStatus.NOT_MODIFIED:
                return None
            if answer.status != HTTPStatus.OK:
                raise CuratorAway(f"status {answer.status}")
            return Fetched(await _body(answer, LARGEST_MANIFEST_BYTES), answer.headers.get("ETag", "")[:200])

    async def live(self) -> LiveNews:
        """The live orders that still matter, unverified. Raises as `manifest` does, and BadDocument."""
        async with self._asked("GET", f"/live/{self._node}") as answer:
            if answer.status != HTTPStatus.OK:
                raise CuratorAway(f"status {answer.status}")
            body = await _body(answer, LARGEST_LIVE_BYTES)
        return read_news(Reader.of_bytes(body, limit_bytes=LARGEST_LIVE_BYTES))

    async def activities(self) -> Told:
        """The activities allowed here and the pictures behind their words, unverified.

        Raises as `manifest` does, and BadDocument.
        """
        async with self._asked("GET", f"/activities/{self._node}") as answer:
            if answer.status != HTTPStatus.OK:
                raise CuratorAway(f"status {answer.status}")
            body = await _body(answer, LARGEST_KNOWN_BYTES)
        return read_told(Reader.of_bytes(body, limit_bytes=LARGEST_KNOWN_BYTES))

    @asynccontextmanager
    async def file(self, sha256: str, from_byte: int, size_bytes: int) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer for a file from `from_byte` on: status 206, or 200 for all of it. Raises as `manifest` does."""
        headers = {"Range": f"bytes={from_byte}-"} if from_byte else {}
        total_s = ANSWER_TIMEOUT_S + size_bytes / SLOWEST_DOWNLOAD_BYTES_A_S
        async with self._asked("GET", f"/files/{sha256}", headers=headers, total_s=total_s) as answer:
            if answer.status not in {HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT}:
                raise CuratorAway(f"status {answer.status}")
            yield answer

    async def send_rows(self, batch: Batch) -> int:
        """The highest row number the curator now holds. Raises as `manifest` does, and BadDocument."""
        rows: list[Json] = [list(row) for row in batch.rows]
        return read_acknowledged(await self._post(f"/as-run/{self._node}", {"epoch": batch.epoch, "rows": rows}))

    async def choice(self, activity: str) -> tuple[Counted, ...]:
        """What people here may choose from now, unverified; nothing when no turn comes. Raises as `activities` does."""
        body = await self._post(f"/choices/{self._node}", {"activity": activity})
        return read_told(Reader.of_bytes(body, limit_bytes=LARGEST_ANSWER_BYTES)).activities

    async def send_votes(self, ballots: Sequence[Ballot]) -> Taken:
        """Which of these votes the curator took and holds durably. Raises as `manifest` does, and BadDocument."""
        rows: list[Json] = [[one.activity, one.voter, one.choice, one.at_ms] for one in ballots]
        return read_taken(await self._post(f"/votes/{self._node}", {"votes": rows}))

    async def send_notes(self, ballots: Sequence[Ballot]) -> Taken:
        """The same for notes on the bells."""
        rows: list[Json] = [[one.activity, one.voter, list(unpacked(one.choice))] for one in ballots]
        return read_taken(await self._post(f"/notes/{self._node}", {"notes": rows}))

    async def send_health(self, document: Json) -> HealthHeard:
        """The curator's clock and the panic order in force. Raises as `manifest` does, and BadDocument."""
        return read_health_answer(await self._post(f"/health/{self._node}", document))

    async def send_picture(self, jpeg: bytes) -> None:
        """Shows the curator what is on the screen. Raises as `manifest` does."""
        headers = {"Content-Type": "image/jpeg"}
        async with self._asked("PUT", f"/picture/{self._node}", headers=headers, body=jpeg) as answer:
            if answer.status >= HTTPStatus.BAD_REQUEST:
                raise CuratorAway(f"status {answer.status}")

    @asynccontextmanager
    async def link(self) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """The open WebSocket. Raises CuratorAway, NotWelcome."""
        try:
            async with self._session.ws_connect(
                f"{self._base}/link/{self._node}",
                headers=self._headers,
                heartbeat=LINK_HEARTBEAT_S,
                max_msg_size=LARGEST_LINK_MESSAGE_BYTES,
                compress=0,
                timeout=aiohttp.ClientWSTimeout(ws_close=5),
            ) as socket:
                yield socket
        except aiohttp.WSServerHandshakeError as error:
            raise CuratorAway(f"status {error.status}") from error
        except EXPECTED as error:
            raise CuratorAway(_reason(error)) from error

    async def _post(self, path: str, document: Json) -> bytes:
        async with self._asked("POST", path, document=document) as answer:
            if answer.status not in {HTTPStatus.OK, HTTPStatus.CREATED}:
                raise CuratorAway(f"status {answer.status}")
            return await _body(answer, LARGEST_ANSWER_BYTES)

    @asynccontextmanager
    async def _asked(
        self,
        method: str,
        path: str,
        *,
        headers: dict[str, str] | None = None,
        document: Json = None,
        body: bytes | None = None,
        total_s: float = ANSWER_TIMEOUT_S,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        try:
            async with self._session.request(
                method,
                self._base + path,
                headers=self._headers | (headers or {}),
                json=document if body is None else None,
                data=body,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=total_s, sock_read=ANSWER_TIMEOUT_S, connect=ANSWER_TIMEOUT_S),
            ) as answer:
                await _raise_refusal(answer)
                yield answer
        except EXPECTED as error:
            raise CuratorAway(_reason(error)) from error


def new_session(address: str) -> aiohttp.ClientSession:
    """A session that decompresses nothing and keeps no cookies; a proxy named in the environment is used. Close it."""
    return aiohttp.ClientSession(
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        connector=aiohttp.TCPConnector(limit=8),
        trust_env=not is_this_machine(address),
    )


async def _raise_refusal(answer: aiohttp.ClientResponse) -> None:
    if not HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return
    # Whoever stands between us and the curator (a hotel's login page, a proxy) does not speak problem documents.
    if answer.content_type != "application/problem+json":
        raise CuratorAway(f"status {answer.status} from something that is not a curator")
    code = read_problem(await _body(answer, LARGEST_ANSWER_BYTES))
    if answer.status == HTTPStatus.UNAUTHORIZED:
        raise NotWelcome
    raise CuratorRefuses(answer.status, code)


async def _body(answer: aiohttp.ClientResponse, limit_bytes: int) -> bytes:
    parts: list[bytes] = []
    size_bytes = 0
    async for part in answer.content.iter_chunked(64 << 10):
        size_bytes += len(part)
        if size_bytes > limit_bytes:
            raise CuratorAway(f"an answer of more than {limit_bytes} bytes")
        parts.append(part)
    return b"".join(parts)


def _reason(error: BaseException) -> str:
    return str(error) or type(error).__name__
