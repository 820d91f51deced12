"""Whether an ID token is a provider's word, for us, about this sign-in, and still good. Pure: no network, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey, import_key

from content.reading import BadDocument, Reader
from curator.oidc.providers import Provider

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519")
"""By a key pair only: "none", and secrets that both sides know, are no proof."""
LARGEST_TOKEN = 64 << 10
CLOCKS_APART_MS = 60_000
OLDEST_MS = 10 * 60_000
"""A token is fetched a moment after it was made."""
MOST_WORDS = 500
_FAMILIES = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
SMALLEST_RSA_BITS, LARGEST_RSA_BITS = 2048, 8192
Key = RSAKey | ECKey | OKPKey


class BadAnswer(ValueError):
    """A provider's answer that is not to be trusted; the sentence says what is wrong with it, and quotes nothing."""


class UnknownKey(BadAnswer):
    """A token by a key that is not among those we hold."""


class _Registry(jws.JWSRegistry):
    max_header_length = 8 << 10
    max_payload_length = LARGEST_TOKEN


@dataclass(frozen=True, slots=True)
class Claims:
    """Who somebody is, by a provider's word. `email` is "" when none is told or it is none."""

    subject: str
    email: str
    is_verified: bool
    name: str
    words: frozenset[str]
    shown_ms: int

    @property
    def verified_email(self) -> str:
        """The address if the provider answers for it; "" otherwise."""
        return self.email if self.is_verified else ""


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A public key of a provider; `id` is "" when it has none."""

    id: str
    family: str
    key: Key


def keys_in(document: Reader, *, most: int = 50) -> list[KnownKey]:
    """The keys for signatures in a key set; those we cannot use are left out. Raises BadDocument."""
    found = []
    for entry in document.fields("keys", others=True)["keys"].items(most=most):
        key = _key(entry.members(most=50))
        if key is not None:
            found.append(key)
    return found


def _key(given: dict[str, Reader]) -> KnownKey | None:
    family = given["kty"].value if "kty" in given else None
    if (
        not isinstance(family, str)
        or family not in {"RSA", "EC", "OKP"}
        or ("use" in given and given["use"].value != "sig")
    ):
        return None
    if family == "OKP" and ("crv" not in given or given["crv"].value != "Ed25519"):
        return None
    names = ("kty", "n", "e", "crv", "x", "y")  # the public half alone, whatever else stands there
    public: dict[str, Any] = {name: given[name].text(most=4_000) for name in names if name in given}
    try:
        key = import_key(public)
        size = key.raw_value.key_size if isinstance(key, RSAKey) else SMALLEST_RSA_BITS
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    if isinstance(key, OctKey) or not SMALLEST_RSA_BITS <= size <= LARGEST_RSA_BITS:
        return None
    return KnownKey(given["kid"].text(most=500) if "kid" in given else "", family, key)


def read(token: str, keys: Iterable[KnownKey], provider: Provider, *, nonce: str, now_ms: int) -> dict[str, Reader]:
    """The claims of a token that is good. Raises BadAnswer, and UnknownKey when newer keys may help."""
    if len(token) > LARGEST_TOKEN:
        raise BadAnswer("the ID token is too large")
    try:
        header = Reader(jws.extract_compact(token.encode(), registry=_Registry()).protected).members(most=50)
        algorithm = header["alg"].one_of(*ALGORITHMS)
        if "crit" in header:
            raise BadAnswer("the ID token asks for what we do not know")
        key = _the_key(header, _FAMILIES[algorithm[:2]], keys)
        registry = _Registry(algorithms=[algorithm], strict_check_header=False)
        signed = jws.deserialize_compact(token.encode(), key, algorithms=[algorithm], registry=registry)
        claims = Reader.of_bytes(signed.payload, limit_bytes=LARGEST_TOKEN).members(most=MOST_WORDS)
        _check(claims, provider, nonce, now_ms)
    except (JoseError, BadDocument, KeyError, UnicodeEncodeError, RecursionError) as error:
        raise BadAnswer(f"the ID token does not hold: {type(error).__name__}") from error
    return claims


def _the_key(header: dict[str, Reader], family: str, keys: Iterable[KnownKey]) -> Key:
    """The one key it can be by: never tried one after another."""
    named = header["kid"].text(most=500) if "kid" in header else None
    fitting = [one.key for one in keys if one.family == family and (named is None or one.id == named)]
    if not fitting:
        raise UnknownKey("the ID token is by a key the provider does not publish")
    if len(fitting) > 1:
        raise BadAnswer("the ID token does not say by which key it is")
    return fitting[0]


def _check(claims: dict[str, Reader], provider: Provider, nonce: str, now_ms: int) -> None:
    def wanted(is_right: bool, what: str) -> None:
        if not is_right:
            raise BadAnswer(f"the ID token {what}")

    wanted(claims["iss"].text() == provider.issuer, "is another issuer's")
    said = claims["aud"].value
    audience = [claims["aud"].text()] if isinstance(said, str) else [one.text() for one in claims["aud"].items(most=20)]
    party = claims["azp"].text() if "azp" in claims else None
    wanted(provider.client_id in audience, "is for somebody else")
    wanted(party == provider.client_id or (party is None and len(audience) == 1), "was asked for by somebody else")
    wanted(claims["exp"].integer() * 1000 > now_ms - CLOCKS_APART_MS, "is over")
    made_ms = claims["iat"].integer() * 1000
    wanted(now_ms - OLDEST_MS <= made_ms <= now_ms + CLOCKS_APART_MS, "was not made just now")
    if "nbf" in claims:
        wanted(claims["nbf"].integer() * 1000 <= now_ms + CLOCKS_APART_MS, "is not good yet")
    claims["sub"].text(least=1, most=255)
    wanted(claims["nonce"].text(most=200) == nonce, "answers another sign-in")


def who(claims: dict[str, Reader], provider: Provider) -> Claims:
    """Who the claims speak of. Raises BadAnswer when they are not of a form that can be taken."""
    try:
        email = claims["email"].text(most=254) if "email" in claims else ""
        said = claims["email_verified"].value if "email_verified" in claims else None
        return Claims(
            subject=claims["sub"].text(least=1, most=255), email=email.strip().lower(),
            is_verified=said is True or (provider.is_mail_vouched and said is None),
            name=_in_one_line(claims["name"].text(most=500)) if "name" in claims else "",
            words=_words(claims, provider.role_claim),
            shown_ms=claims["auth_time"].integer() * 1000 if "auth_time" in claims else 0,
        )  # fmt: skip
    except (BadDocument, KeyError) as error:
        raise BadAnswer("the claims are not of the form they should have") from error


def _in_one_line(words: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in words).split())[:120]


def _words(claims: dict[str, Reader], claim: str) -> frozenset[str]:
    if not claim or claim not in claims:
        return frozenset()
    if isinstance(claims[claim].value, str):
        return frozenset({claims[claim].text()})
    return frozenset(one.text() for one in claims[claim].items(most=MOST_WORDS))
