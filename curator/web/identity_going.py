"""On the way to an identity provider and back: what a browser takes along, and what is made of what it brings."""

import base64
import hashlib
import hmac
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TypedDict
from urllib.parse import urlencode

from aiohttp import web

from content.signing import random_token
from curator.identities import NotLetIn
from curator.oidc import providers, talk
from curator.oidc.providers import Provider
from curator.oidc.talk import ProviderDown, Talk
from curator.oidc.tokens import BadAnswer, Claims
from curator.service import SERVICE, service_of
from curator.web.pending import Pending
from curator.web.problems import Problem
from curator.web.sign_in import PROVIDERS
from curator.words import N_, _

LONGEST_CODE = 4_096
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Going:
    """Somebody on their way to a provider and back. `link_to`: the account and session it is to be linked to."""

    provider: str
    state: str
    nonce: str
    verifier: str
    onward: str
    link_to: tuple[str, str] | None = None


TALK: web.AppKey[Talk] = web.AppKey("identity_talk", Talk)
GOING: web.AppKey[Pending[Going]] = web.AppKey("identity_going", Pending)


def attach(app: web.Application) -> None:
    """Reads the providers; raises BadProviders when their file cannot be used."""
    app[PROVIDERS] = providers.read(app[SERVICE].settings)
    app[GOING] = Pending("identity")
    app.cleanup_ctx.append(_talking)


async def _talking(app: web.Application) -> AsyncIterator[None]:
    http = talk.open_session()
    app[TALK] = Talk(http, app[SERVICE].now)
    yield
    await talk.close(http)


def new_going(provider: Provider, onward: str, link_to: tuple[str, str] | None = None) -> Going:
    """A way there and back, with its secrets."""
    return Going(provider.id, random_token(), random_token(), random_token(), onward, link_to)


async def address_of_sign_in(request: web.Request, provider: Provider, going: Going, *, again: bool = False) -> str:
    """Where the browser asks the provider. Raises ProviderDown and BadAnswer."""
    published = await request.app[TALK].published(provider)
    digest = hashlib.sha256(going.verifier.encode()).digest()
    words = {
        "response_type": "code", "client_id": provider.client_id, "redirect_uri": _back(request, provider),
        "scope": "openid email profile", "state": going.state, "nonce": going.nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="), "code_challenge_method": "S256",
        "max_age": str(service_of(request).settings.session_hours * 3_600),
    }  # fmt: skip
    if again:
        words["prompt"] = "login"
    return published.authorization + ("&" if "?" in published.authorization else "?") + urlencode(words)


def going_of(request: web.Request) -> Going | None:
    """What this browser went for, if it comes back with the state it went with."""
    going, state = request.app[GOING].look(request), request.query.get("state", "")
    is_it = going is not None and hmac.compare_digest(going.state.encode(), state.encode("utf-8", "replace"))
    return going if is_it else None


async def claims_of(request: web.Request, provider: Provider, going: Going) -> Claims:
    """Who came back, by the provider's word. Raises ProviderDown, BadAnswer and NotLetIn."""
    published, said = await request.app[TALK].published(provider), request.query
    if said.get("iss", "" if published.says_issuer else provider.issuer) != provider.issuer:
        raise BadAnswer("the answer is another provider's")
    code = said.get("code", "")
    if "error" in said or not code:
        raise NotLetIn(N_("%(name)s did not sign you in."), name=provider.name)
    if len(code) > LONGEST_CODE:
        raise BadAnswer("the code is too long")
    back = _back(request, provider)
    return await request.app[TALK].exchange(provider, code, going.verifier, back, going.nonce)


class Said(TypedDict):
    """Status and sentence of a page."""

    status: int
    problem: str


def told(provider: Provider, error: Exception) -> Said:
    """Status and sentence for somebody whom a provider could not bring in; what is wrong goes to the log."""
    if isinstance(error, NotLetIn):
        return {"status": 403, "problem": error.told()}
    _LOG.warning("identity provider %s: %s", provider.id, error)
    if isinstance(error, ProviderDown):
        sentence = _("%(name)s does not answer now. Sign in another way, or try again later.", name=provider.name)
        return {"status": 503, "problem": sentence}
    sentence = _(
        "The answer of %(name)s does not hold, so nobody was signed in. Try once more; if it stays so, tell an "
        "administrator.",
        name=provider.name,
    )
    return {"status": 502, "problem": sentence}


def provider_of(request: web.Request) -> Provider:
    """The provider an address names."""
    provider = request.app[PROVIDERS].get(request.match_info["provider"])
    if provider is None:
        raise Problem(410, "no_provider", _("This way to sign in is not there any more. Sign in another way."))
    return provider


def _back(request: web.Request, provider: Provider) -> str:
    return f"{service_of(request).settings.site}/sign-in/with/{provider.id}/return"
