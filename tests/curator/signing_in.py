"""What tests of identity providers share: their process, a town that knows them, the way there and back."""

import asyncio
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from yarl import URL

from curator import audit
from curator.tables_sign_in import identities
from curator.web.identity_going import TALK
from tests.curator.cases import look
from tests.curator.conftest import Client, MakeTown, Town
from tests.fakes.identity_provider import CLIENT, SECRET

ROOT = Path(__file__).resolve().parents[2]
SITE = "http://localhost:8099"
ANA = {"sub": "ana", "email": "editor@example.org", "email_verified": True, "name": "Ana Example"}
KINDS = {
    "refuse": "",
    "wait": 'unknown = "wait"',
    "create": 'unknown = "create"',
    "bymail": 'links_by_mail = true\nmail_domains = ["example.org"]',
    "both": "counts_as_both = true",
    "vouched": 'vouches_for_mail = true\nunknown = "create"\nmail_domains = ["example.org"]',
    "roles": """
roles.claim = "groups"
roles.given = { desk = "moderator", youth = "editor:youth-club", x = "editor:gone" }""",
}
"""Providers of a town by id, each with what is special about it. They are issuers of one process."""


@dataclass(frozen=True)
class Process:
    """The provider's process."""

    port: int

    def tell(self, **words: Any) -> list[dict[str, str]]:
        """Changes how it behaves; gives what it was asked so far."""
        body = json.dumps(words).encode() if words else None
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/control", body) as answer:
            return list(json.load(answer))

    async def told(self, **words: Any) -> list[dict[str, str]]:
        return await asyncio.to_thread(lambda: self.tell(**words))


@contextmanager
def running() -> Iterator[Process]:
    command = [sys.executable, "-m", "tests.fakes.identity_provider"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Process(int(process.stdout.readline()))
        finally:
            process.kill()


def entry(kind: str, port: int, more: str = "") -> str:
    """One provider of the file."""
    lines = [
        "[[provider]]", f'id = "{kind}"', f'name = "Council {kind}"', f'issuer = "http://127.0.0.1:{port}/{kind}"',
        f'client_id = "{CLIENT}"', 'client_secret_file = "secret"', more,
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def write_file(folder: Path, body: str) -> Path:
    (folder / "secret").write_text(SECRET + "\n")
    file = folder / "providers.toml"
    file.write_text(body)
    return file


async def town_with(make_town: MakeTown, folder: Path, process: Process) -> Town:
    """A town whose editor is linked to nothing yet, with every kind of provider and one that is down."""
    body = "".join(entry(kind, process.port, more) for kind, more in KINDS.items()) + entry("down", 1)
    town = await make_town(public_url=SITE, identity_providers=write_file(folder, body))
    await process.told(reset=True, now=town.clock() // 1000, person=ANA)
    return town


async def leave(client: Client, kind: str, onward: str = "/library", **words: str) -> aiohttp.ClientResponse:
    return await client.get(f"/sign-in/with/{kind}", params={"next": onward, **words}, allow_redirects=False)


async def ask(address: str) -> str:
    """What the browser does at the provider: gives the way back, as path and query."""
    async with aiohttp.ClientSession() as browser, browser.get(address, allow_redirects=False) as answer:
        return URL(answer.headers["Location"]).path_qs


async def there_and_back(client: Client, kind: str, onward: str = "/library") -> aiohttp.ClientResponse:
    left = await leave(client, kind, onward)
    return await client.get(await ask(left.headers["Location"]), allow_redirects=False)


async def is_in(client: Client) -> bool:
    return (await client.get("/account", allow_redirects=False)).status == 200


def link(town: Town, process: Process, kind: str, who: str = "editor", subject: str = "ana") -> None:
    """Links an account as its owner would."""
    values = {
        "id": f"{kind}-{who}", "account_id": town.accounts[who], "issuer": f"http://127.0.0.1:{process.port}/{kind}",
        "subject": subject, "email": "", "created_ms": town.clock(),
    }  # fmt: skip
    town.service.store.run_now(lambda connection: connection.execute(identities.insert().values(**values)))


def forget_published(town: Town) -> None:
    """As if it had just started: the provider is asked anew."""
    town.server.app[TALK]._held.clear()


def newest(town: Town, most: int = 1) -> list[tuple[str, str]]:
    return [(row.action, row.detail) for row in look(town, lambda connection: audit.rows(connection, most=most))]
