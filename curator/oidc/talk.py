"""Talking with identity providers: what they publish, and a code for what it stands for. Every answer has a limit."""

import asyncio
import base64
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import aiohttp
from aiohttp import ClientSession, ClientTimeout

from content.clock import Now
from content.reading import BadDocument, Reader
from curator.oidc import tokens
from curator.oidc.providers import Provider, is_here
from curator.oidc.tokens import BadAnswer, Claims, KnownKey, UnknownKey

WHOLE_SECONDS, CONNECT_SECONDS = 8.0, 4.0
LARGEST_BYTES = 256 << 10
MOST_AT_ONCE = 8
"""Questions to providers under way; more wait their turn, as long as one may take."""
KEPT_MS = 60 * 60_000
"""What a provider publishes is asked for anew after this long."""
AGAIN_MS = 60_000
"""Keys we do not hold are looked for so often at most, and a provider that is down is left alone so long at most."""
DOWN_MS = 10_000


class ProviderDown(Exception):
    """A provider gives no answer, or none in time."""


@dataclass(frozen=True, slots=True)
class Published:
    """What a provider says of itself."""

    authorization: str
    token: str
    keys: str
    userinfo: str
    takes_basic: bool
    says_issuer: bool


@dataclass(slots=True)
class _Held:
    published: Published | None = None
    published_ms: int = 0
    keys: tuple[KnownKey, ...] = ()
    keys_ms: int = 0
    down_until_ms: int = 0


class Talk:
    """Talks with providers over one pool of connections, and remembers what they publish."""

    def __init__(self, http: ClientSession, now: Now) -> None:
        """Knows nothing yet."""
        self._http, self._now = http, now
        self._held: dict[str, _Held] = {}
        self._turns = asyncio.Semaphore(MOST_AT_ONCE)

    async def published(self, provider: Provider) -> Published:
        """What it says of itself. Raises ProviderDown and BadAnswer."""
        held = self._of(provider)
        if held.published is None or self._now() - held.published_ms >= KEPT_MS:
            address = provider.issuer.rstrip("/") + "/.well-known/openid-configuration"
            held.published = _published(_document(await self._fetch(provider, "GET", address)), provider)
            held.published_ms = self._now()
        return held.published

    async def exchange(self, provider: Provider, code: str, verifier: str, back: str, nonce: str) -> Claims:
        """Who the code of a sign-in stands for. Raises ProviderDown and BadAnswer."""
        published = await self.published(provider)
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
        headers = {}
        if published.takes_basic:
            pair = f"{quote(provider.client_id, safe='')}:{quote(provider.secret.word, safe='')}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        else:
            form |= {"client_id": provider.client_id, "client_secret": provider.secret.word}
        answer = _document(await self._fetch(provider, "POST", published.token, form=form, headers=headers))
        try:
            token = answer["id_token"].text(least=1, most=tokens.LARGEST_TOKEN)
            access = answer["access_token"].text(most=tokens.LARGEST_TOKEN) if "access_token" in answer else ""
        except (BadDocument, KeyError) as error:
            raise BadAnswer("there is no ID token in the answer") from error
        claims = await self._read(provider, token, nonce)
        if "email" not in claims and published.userinfo and access:
            claims = await self._more(provider, published.userinfo, access, claims)
        return tokens.who(claims, provider)

    async def _read(self, provider: Provider, token: str, nonce: str) -> dict[str, Reader]:
        held = self._of(provider)
        if not held.keys or self._now() - held.keys_ms >= KEPT_MS:
            await self._fetch_keys(provider)
        try:
            return tokens.read(token, held.keys, provider, nonce=nonce, now_ms=self._now())
        except UnknownKey:
            if self._now() - held.keys_ms < AGAIN_MS:
                raise
            await self._fetch_keys(provider)
            return tokens.read(token, held.keys, provider, nonce=nonce, now_ms=self._now())

    async def _fetch_keys(self, provider: Provider) -> None:
        held, published = self._of(provider), await self.published(provider)
        body = await self._fetch(provider, "GET", published.keys)
        try:
            held.keys = tuple(tokens.keys_in(Reader.of_bytes(body, limit_bytes=LARGEST_BYTES)))
        except BadDocument as error:
            raise BadAnswer("the key set cannot be read") from error
        held.keys_ms = self._now()

    async def _more(
        self, provider: Provider, address: str, access: str, claims: dict[str, Reader]
    ) -> dict[str, Reader]:
        """The claims with what the provider tells besides; those of the token, which is signed, hold."""
        headers = {"Authorization": f"Bearer {access}"} if access.isascii() and access.isprintable() else {}
        more = _document(await self._fetch(provider, "GET", address, headers=headers))
        if "sub" not in more or more["sub"].value != claims["sub"].value:
            raise BadAnswer("what is told besides is about somebody else")
        of_address = {"email_verified": more["email_verified"]} if "email_verified" in more else {}
        return more | {name: claim for name, claim in claims.items() if name != "email_verified"} | of_address

    def _of(self, provider: Provider) -> _Held:
        return self._held.setdefault(provider.id, _Held())

    async def _fetch(
        self, provider: Provider, method: str, address: str, *, form: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> bytes:  # fmt: skip
        held = self._of(provider)
        if self._now() < held.down_until_ms:
            raise ProviderDown("it did not answer a moment ago")
        try:
            async with asyncio.timeout(WHOLE_SECONDS), self._turns:
                return await self._ask(method, address, form, headers or {})
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            held.down_until_ms = self._now() + DOWN_MS
            raise ProviderDown(f"{type(error).__name__} at {urlsplit(address).path}") from error

    async def _ask(
        self, method: str, address: str, form: dict[str, str] | None, headers: dict[str, str]
    ) -> bytes:  # fmt: skip
        plain = {"Accept": "application/json", "Accept-Encoding": "identity"}
        async with self._http.request(
            method, address, data=form, headers=plain | headers, allow_redirects=False
        ) as answer:
            if answer.status >= 500:
                raise ProviderDown(f"it answered {answer.status}")
            if answer.status != 200:
                raise BadAnswer(f"it answered {answer.status}")
            body = b""
            async for part in answer.content.iter_chunked(16 << 10):
                body += part
                if len(body) > LARGEST_BYTES:
                    raise BadAnswer("its answer is too large")
            return body


def open_session() -> ClientSession:
    """The pool: no cookies, no proxies of the environment, nothing unpacked, so that a limit in bytes is one."""
    return ClientSession(
        timeout=ClientTimeout(total=WHOLE_SECONDS, connect=CONNECT_SECONDS), auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(), max_line_size=8190, max_field_size=8190,
    )  # fmt: skip


def _document(body: bytes) -> dict[str, Reader]:
    try:
        return Reader.of_bytes(body, limit_bytes=LARGEST_BYTES).members(most=tokens.MOST_WORDS)
    except BadDocument as error:
        raise BadAnswer("its answer cannot be read") from error


def _published(said: dict[str, Reader], provider: Provider) -> Published:
    """Raises BadAnswer when it is another's, or names an address that is not to be used."""
    try:
        if said["issuer"].text() != provider.issuer:
            raise BadAnswer("it calls itself otherwise than it is called here")
        methods = said.get("token_endpoint_auth_methods_supported")
        known = [one.text() for one in methods.items(most=50)] if methods else ["client_secret_basic"]
        says_issuer = said.get("authorization_response_iss_parameter_supported")
        return Published(
            authorization=_address(said["authorization_endpoint"], provider),
            token=_address(said["token_endpoint"], provider), keys=_address(said["jwks_uri"], provider),
            userinfo=_address(said["userinfo_endpoint"], provider) if "userinfo_endpoint" in said else "",
            takes_basic="client_secret_basic" in known or "client_secret_post" not in known,
            says_issuer=says_issuer.flag() if says_issuer else False,
        )  # fmt: skip
    except (BadDocument, KeyError) as error:
        raise BadAnswer("what it says of itself is not of the form it should have") from error


def _address(reader: Reader, provider: Provider) -> str:
    address = reader.text(least=8, most=2_000)
    parts = urlsplit(address)
    is_safe = parts.scheme == "https" or (is_here(provider.issuer) and is_here(address))
    if not is_safe or not parts.hostname or "@" in parts.netloc or parts.fragment or not address.isascii():
        reader.refuse("an https address is wanted")
    return address


async def close(http: ClientSession) -> None:
    """Ends its connections."""
    await http.close()
    await asyncio.sleep(0)
