"""A small OpenID provider, as a process of its own on a real socket: honest as the standard has it, hostile on request.

`python -m tests.fakes.identity_provider` prints its port. `POST /control` merges JSON into `Told` (or starts anew with
{"reset": true}), `GET /control` tells what was asked. Every first part of a path is an issuer of its own.
"""

import asyncio
import base64
import hashlib
import hmac
import html
import json
import secrets
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import unquote, urlencode

from aiohttp import BasicAuth, web
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

CLIENT, SECRET = "commonscreen", "a secret:with/signs"
LARGE = 2 << 20


@dataclass
class Told:
    """How it behaves. `claims` replace those of the token (null leaves one out); `answers` are by end of address."""

    now: int = 0
    person: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    published: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    algorithm: str = "RS256"
    signs_with: str = "own"
    keys: int = 1
    is_asking: bool = False


class Provider:
    """Its keys, its codes, and what it was asked."""

    def __init__(self) -> None:
        self.told = Told()
        self.codes: dict[str, dict[str, str]] = {}
        self.seen: list[dict[str, str]] = []
        self.rsa = [RSAKey.generate_key(2048, {"kid": f"rsa-{number}", "use": "sig"}) for number in range(2)]
        self.others: list[ECKey | OKPKey] = [
            ECKey.generate_key("P-256", {"kid": "ec", "use": "sig"}), OKPKey.generate_key("Ed25519", {"kid": "ed"}),
        ]  # fmt: skip
        self.stranger = RSAKey.generate_key(2048, {"kid": "rsa-0"})

    def current(self) -> RSAKey:
        return self.rsa[-1] if self.told.keys > 1 else self.rsa[0]

    async def control(self, request: web.Request) -> web.Response:
        if request.method == "POST":
            words = await request.json()
            if words.pop("reset", False):
                self.told, self.codes, self.seen = Told(), {}, []
            self.told = Told(**(asdict(self.told) | words))
        return web.json_response(self.seen)

    def _note(self, request: web.Request, **more: str) -> None:
        self.seen.append({"path": request.path, **more})

    async def metadata(self, request: web.Request) -> web.StreamResponse:
        self._note(request)
        at = issuer_of(request)
        said = {
            "issuer": at, "authorization_endpoint": f"{at}/authorize", "token_endpoint": f"{at}/token",
            "jwks_uri": f"{at}/keys", "userinfo_endpoint": f"{at}/userinfo",
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "id_token_signing_alg_values_supported": ["RS256"], "response_types_supported": ["code"],
        }  # fmt: skip
        return await self.answer(request, said | self.told.published)

    async def keys(self, request: web.Request) -> web.StreamResponse:
        self._note(request)
        shown: list[dict[str, Any]] = [dict(self.current().as_dict(private=False))]
        shown += [dict(key.as_dict(private=False)) for key in self.others]
        shown += [{"kty": "oct", "k": "c2VjcmV0", "kid": "shared"}, {"kty": "new", "kid": "later"}]
        return await self.answer(request, {"keys": shown})

    async def authorize(self, request: web.Request) -> web.StreamResponse:
        asked = dict(request.query)
        self._note(request, **asked)
        code = secrets.token_urlsafe(24)
        self.codes[code] = asked
        back = asked["redirect_uri"] + "?" + urlencode({"code": code, "state": asked["state"]})
        if not self.told.is_asking:
            raise web.HTTPFound(back)
        head = "<!doctype html><title>Council</title><link rel=icon href=data:,><h1>Council</h1>"
        page = f'{head}<a href="{html.escape(back)}">I am Ana</a>'
        return web.Response(text=page, content_type="text/html")

    async def token(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self._note(request, **form)
        basic = BasicAuth.decode(request.headers.get("Authorization", "Basic Og=="))
        if (unquote(basic.login), unquote(basic.password)) != (CLIENT, SECRET):
            return web.json_response({"error": "invalid_client"}, status=401)
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = text_of(digest)
        if asked is None or (asked["code_challenge"], asked["redirect_uri"]) != (challenge, form["redirect_uri"]):
            return web.json_response({"error": "invalid_grant"}, status=400)
        token = self.id_token(issuer_of(request), asked["nonce"])
        return await self.answer(
            request, {"id_token": token, "access_token": "an-access-token", "token_type": "Bearer"}
        )

    def id_token(self, issuer: str, nonce: str) -> str:
        now, told = self.told.now, self.told
        claims = {
            "iss": issuer, "aud": CLIENT, "sub": "ana", "exp": now + 300, "iat": now, "nonce": nonce, "auth_time": now,
        }  # fmt: skip
        claims = {name: value for name, value in (claims | told.person | told.claims).items() if value is not None}
        keys = {"RS": self.current(), "PS": self.current(), "ES": self.others[0], "Ed": self.others[1]}
        key: Any = keys.get(told.algorithm[:2])
        if told.signs_with == "stranger":
            key = self.stranger
        header = {"alg": told.algorithm, "kid": getattr(key, "kid", None) or "rsa-0"} | told.header
        header = {name: value for name, value in header.items() if value is not None}
        if told.algorithm in {"none", "HS256"}:
            body = ".".join(text_of(json.dumps(part).encode()) for part in (header, claims))
            known = SECRET.encode() if told.signs_with == "secret" else self.current().as_pem(private=False)
            signature = hmac.digest(known, body.encode(), "sha256") if told.algorithm == "HS256" else b""
            return f"{body}.{text_of(signature)}"
        registry = JWSRegistry(algorithms=[told.algorithm], strict_check_header=False)
        return jws.serialize_compact(header, json.dumps(claims), key, registry=registry)

    async def userinfo(self, request: web.Request) -> web.StreamResponse:
        self._note(request, authorization=request.headers.get("Authorization", ""))
        return await self.answer(request, {"sub": "ana"} | self.told.userinfo)

    async def answer(self, request: web.Request, document: dict[str, Any]) -> web.StreamResponse:
        """The document, or what stands in its place for this address."""
        match self.told.answers.get(request.path.rpartition("/")[2], ""):
            case "hang":
                await asyncio.Event().wait()
            case "large":
                return web.Response(body=json.dumps(document | {"more": "x" * LARGE}).encode())
            case "garbage":
                return web.Response(body=b"\xff<html>")
            case "deep":
                return web.Response(body=b"[" * 100_000)
            case "elsewhere":
                raise web.HTTPFound("http://127.0.0.1:1/")
            case "broken":
                return web.Response(status=500)
            case "cut":
                response = web.StreamResponse(headers={"Content-Length": "1000"})
                await response.prepare(request)
                await response.write(b"{")
                assert request.transport is not None
                request.transport.close()
                return response
        return web.json_response(document)


def text_of(body: bytes) -> str:
    return base64.urlsafe_b64encode(body).decode().rstrip("=")


def issuer_of(request: web.Request) -> str:
    return f"http://{request.host}/{request.match_info['issuer']}"


async def main() -> None:
    provider, app = Provider(), web.Application()
    app.add_routes(
        [
            web.get("/control", provider.control), web.post("/control", provider.control),
            web.get("/{issuer}/.well-known/openid-configuration", provider.metadata),
            web.get("/{issuer}/keys", provider.keys), web.get("/{issuer}/authorize", provider.authorize),
            web.post("/{issuer}/token", provider.token), web.get("/{issuer}/userinfo", provider.userinfo),
        ]
    )  # fmt: skip
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
