"""The identity providers people may sign in with, as whoever runs the service wrote them into a file."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from content.reading import BadDocument, Reader
from curator.authorisation import GROUP_ROLES, Role
from curator.config import Settings

LARGEST_FILE_BYTES = 64 << 10
LARGEST_SECRET_BYTES = 1 << 10
MOST = 8
MOST_DOMAINS = 50
MOST_ROLES = 100
UNKNOWN = ("refuse", "wait", "create")
"""What becomes of somebody nobody here knows: turned away; kept for an administrator; let in, with no role."""
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_DOMAIN = re.compile(r"[a-z0-9.-]{1,253}")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class BadProviders(ValueError):
    """The file cannot be used; the sentence says where and why, and holds no secret."""


@dataclass(frozen=True, slots=True)
class Provider:
    """One of them. `id` stands in addresses, `name` on buttons; `secret` in no log."""

    id: str
    name: str
    issuer: str
    client_id: str
    secret: "Secret"
    mail_domains: frozenset[str]
    is_mail_vouched: bool
    links_by_mail: bool
    unknown: str
    counts_as_both: bool
    role_claim: str
    roles: "dict[str, GivenRole]"

    def takes_mail(self, email: str) -> bool:
        """Whether an address is of a domain that may come in; any is when none is named."""
        return not self.mail_domains or email.rpartition("@")[2].lower() in self.mail_domains


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A word that is shown to its provider and to nobody else."""

    word: str

    def __repr__(self) -> str:
        """Tells nothing."""
        return "Secret(…)"


@dataclass(frozen=True, slots=True)
class GivenRole:
    """A role a provider's word stands for; `group` is the slug of the group it is held in, "" for the council's."""

    role: Role
    group: str


def read(settings: Settings) -> dict[str, Provider]:
    """The providers by id, in the order of the file; {} when none is set. Raises BadProviders."""
    file = settings.identity_providers
    if file is None:
        return {}
    if not _is_safe(settings.public_url):
        raise BadProviders("identity providers need a public address with https (COMMONSCREEN_PUBLIC_URL)")
    try:
        body = _read(file, LARGEST_FILE_BYTES)
        entries = Reader(tomllib.loads(body), "providers").fields("provider")["provider"].items(most=MOST)
        made = [_provider(entry, file.parent) for entry in entries]
    except (BadDocument, tomllib.TOMLDecodeError, BadProviders) as error:
        raise BadProviders(f"{file}: {error}") from error
    if len({one.id for one in made}) != len(made) or len({one.issuer for one in made}) != len(made):
        raise BadProviders(f"{file}: two providers have one id, or one issuer")
    return {one.id: one for one in made}


def is_here(address: str) -> bool:
    """Whether an address is on this machine, where http will do: for trying, and for tests."""
    parts = urlsplit(address)
    return parts.scheme == "http" and parts.hostname in _LOOPBACK


def _is_safe(address: str) -> bool:
    return address.startswith("https://") or is_here(address)


def _provider(entry: Reader, folder: Path) -> Provider:
    given = entry.fields(
        "id", "name", "issuer", "client_id", "client_secret_file",
        optional=("mail_domains", "vouches_for_mail", "links_by_mail", "unknown", "counts_as_both", "roles"),
    )  # fmt: skip
    provider_id = given["id"].text(least=1, most=32)
    if not _ID.fullmatch(provider_id):
        given["id"].refuse("small letters, digits and hyphens only")
    named = given["mail_domains"].items(most=MOST_DOMAINS) if "mail_domains" in given else []
    domains = frozenset(_domain(one) for one in named)
    links_by_mail = _flag(given, "links_by_mail")
    if links_by_mail and not domains:
        given["links_by_mail"].refuse("say in mail_domains whose addresses this provider may speak for")
    claim, roles = _roles(given["roles"]) if "roles" in given else ("", {})
    return Provider(
        id=provider_id, name=given["name"].text(least=1, most=60), issuer=_issuer(given["issuer"]),
        client_id=given["client_id"].text(least=1, most=200),
        secret=_secret(folder / given["client_secret_file"].text(least=1, most=1000)),
        mail_domains=domains, is_mail_vouched=_flag(given, "vouches_for_mail"), links_by_mail=links_by_mail,
        unknown=given["unknown"].one_of(*UNKNOWN) if "unknown" in given else "refuse",
        counts_as_both=_flag(given, "counts_as_both"), role_claim=claim, roles=roles,
    )  # fmt: skip


def _flag(given: dict[str, Reader], name: str) -> bool:
    return name in given and given[name].flag()


def _issuer(reader: Reader) -> str:
    issuer = reader.text(least=8, most=500)
    parts = urlsplit(issuer)
    if not _is_safe(issuer) or not parts.hostname or parts.query or parts.fragment or "@" in parts.netloc:
        reader.refuse("an https address without ? and # is wanted, exactly as the provider gives it")
    return issuer


def _domain(reader: Reader) -> str:
    domain = reader.text(least=1, most=253).lower()
    if not _DOMAIN.fullmatch(domain):
        reader.refuse("a domain such as town.example is wanted")
    return domain


def _secret(file: Path) -> Secret:
    word = _read(file, LARGEST_SECRET_BYTES).strip()
    if not word.isprintable() or not word:
        raise BadProviders(f"{file} holds no secret in one line")
    return Secret(word)


def _roles(reader: Reader) -> tuple[str, dict[str, GivenRole]]:
    given = reader.fields("claim", "given")
    words = given["given"].members(most=MOST_ROLES)
    return given["claim"].text(least=1, most=100), {word: _role(one) for word, one in words.items()}


def _role(reader: Reader) -> GivenRole:
    role, _colon, group = reader.text(least=1, most=100).partition(":")
    if role == Role.ADMINISTRATOR:
        reader.refuse("administrators are made by administrators, not by a provider")
    if role not in set(Role) or (Role(role) in GROUP_ROLES) != bool(group):
        reader.refuse("a role such as moderator, or editor:GROUP with the group's short name, is wanted")
    return GivenRole(Role(role), group)


def _read(file: Path, most: int) -> str:
    try:
        with file.open("rb") as opened:
            body = opened.read(most + 1)
        if len(body) > most:
            raise BadProviders(f"{file} is larger than {most} bytes")
        return body.decode()
    except (OSError, UnicodeDecodeError) as error:
        raise BadProviders(f"{file} cannot be read: {error}") from error
