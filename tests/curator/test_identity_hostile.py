"""An identity provider that lies, falls ill or is somebody else: nobody is signed in, and pages and passwords go on."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from curator import accounts
from curator.config import Settings
from curator.oidc import providers, talk
from curator.oidc.providers import BadProviders
from curator.oidc.tokens import BadAnswer
from tests.curator.conftest import MakeTown, Town
from tests.curator.signing_in import (
    ANA,
    SITE,
    Process,
    ask,
    entry,
    forget_published,
    is_in,
    leave,
    link,
    running,
    there_and_back,
    town_with,
    write_file,
)
from tests.fakes.identity_provider import SECRET


@pytest.fixture(scope="module")
def process() -> Iterator[Process]:
    with running() as process:
        yield process


@pytest.fixture
async def here(make_town: MakeTown, tmp_path: Path, process: Process) -> Town:
    town = await town_with(make_town, tmp_path, process)
    link(town, process, "refuse")
    return town


def lies(now: int) -> dict[str, dict[str, Any]]:
    """What the provider does otherwise, by what that is."""
    claims: dict[str, dict[str, Any]] = {
        "a wrong nonce": {"nonce": "guessed"},
        "no nonce": {"nonce": None},
        "for another": {"aud": "somebody-else"},
        "for others as well, asked for by nobody": {"aud": ["commonscreen", "somebody-else"]},
        "asked for by another": {"azp": "somebody-else"},
        "for nobody": {"aud": []},
        "another issuer": {"iss": "https://evil.example"},
        "over": {"exp": now - 61},
        "without an end": {"exp": None},
        "an end that is no number": {"exp": "tomorrow"},
        "old": {"iat": now - 601},
        "of the future": {"iat": now + 120},
        "not good yet": {"nbf": now + 120},
        "about nobody": {"sub": None},
        "about nobody, and to be asked for more": {"sub": None, "email": None},
        "about a number": {"sub": 7},
        "an endless subject": {"sub": "x" * 256},
        "an address that is a list": {"email": ["editor@example.org"]},
        "an endless address": {"email": "x" * 300},
        "too much": {"more": "x" * 70_000},
    }
    told: dict[str, dict[str, Any]] = {name: {"claims": changed} for name, changed in claims.items()}
    return told | {
        "not signed": {"algorithm": "none"},
        "signed with what both know": {"algorithm": "HS256", "signs_with": "secret"},
        "signed with the public half": {"algorithm": "HS256"},
        "a stranger's key by a known name": {"signs_with": "stranger"},
        "a key nobody publishes": {"header": {"kid": "unknown"}},
        "a key of another family": {"header": {"kid": "ec"}},
        "a secret that is published": {"algorithm": "HS256", "signs_with": "secret", "header": {"kid": "shared"}},
        "more than we know": {"header": {"crit": ["b64"], "b64": True}},
        "its own key in its head": {
            "signs_with": "stranger",
            "header": {"jwk": {"kty": "RSA"}, "jku": "http://evil.example"},
        },
    }


async def test_a_token_that_is_not_right_in_every_part_signs_nobody_in(here: Town, process: Process) -> None:
    now, client = here.clock() // 1000, here.client()
    for name, lie in lies(now).items():
        await process.told(reset=True, now=now, person=ANA, **lie)
        assert (await there_and_back(client, "refuse")).status == 502, name
        assert not await is_in(client), name
    await process.told(reset=True, now=now, person=ANA)
    assert (await there_and_back(client, "refuse")).status == 303


async def test_every_kind_of_key_that_is_allowed_signs_in(here: Town, process: Process) -> None:
    for algorithm in ("RS256", "PS256", "ES256", "Ed25519"):
        await process.told(algorithm=algorithm)
        assert (await there_and_back(here.client(), "refuse")).status == 303, algorithm
    await process.told(algorithm="RS256", header={"kid": None})  # it has one key that fits
    assert (await there_and_back(here.client(), "refuse")).status == 303


SICK = {
    "token": {"broken": 503, "elsewhere": 502, "large": 502, "garbage": 502, "deep": 502, "cut": 503},
    "keys": {"broken": 503, "elsewhere": 502, "large": 502, "garbage": 502, "deep": 502},
    "openid-configuration": {"broken": 503, "elsewhere": 502, "large": 502, "garbage": 502, "deep": 502},
}


async def test_answers_that_are_ill_too_large_or_elsewhere_become_a_page(here: Town, process: Process) -> None:
    for place, answers in SICK.items():
        for how, status in answers.items():
            client = here.client()
            forget_published(here)
            await process.told(answers={})
            left = await leave(client, "refuse")
            if place != "token":
                forget_published(here)
            await process.told(answers={place: how})
            back = await ask(left.headers["Location"])
            answer = await client.get(back, allow_redirects=False)
            assert answer.status == status, (place, how)
            assert 'name="password"' in await answer.text()
            assert not await is_in(client)


async def test_a_provider_that_never_answers_is_given_up(
    here: Town, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    client = here.client()
    back = await ask((await leave(client, "refuse")).headers["Location"])
    await process.told(answers={"token": "hang"})
    monkeypatch.setattr(talk, "WHOLE_SECONDS", 0.05)
    assert (await client.get(back)).status == 503
    assert (await leave(here.client(), "refuse")).status == 303  # what it publishes is known, so the way there is open


async def test_while_a_provider_is_down_a_page_says_so_and_passwords_go_on(
    here: Town, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(accounts, "password_matches", lambda _known, _typed: True)
    client = here.client()
    answer = await leave(client, "down")
    assert answer.status == 503
    assert "Council down does not answer now." in await answer.text()
    form = {"email": "editor@example.org", "password": "correct horse", "next": "/"}
    assert (await client.post("/sign-in", data=form, allow_redirects=False)).status == 303


@pytest.mark.parametrize(
    "said",
    [
        {"issuer": "https://evil.example"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": "http://evil.example/token"},
        {"token_endpoint": "file:///etc/passwd"},
        {"jwks_uri": "https://user:word@evil.example/"},
        {"jwks_uri": None},
    ],
)
def test_what_a_provider_publishes_leads_nowhere_it_must_not(said: dict[str, Any], tmp_path: Path) -> None:
    at = "https://id.example"
    honest = {"issuer": at, "authorization_endpoint": f"{at}/a", "token_endpoint": f"{at}/t", "jwks_uri": f"{at}/k"}
    file = write_file(tmp_path, entry("one", 1).replace("http://127.0.0.1:1/one", at))
    provider = providers.read(Settings.model_validate({"public_url": SITE, "identity_providers": file}))["one"]
    document = talk._document(json.dumps(honest).encode())
    assert talk._published(document, provider).takes_basic
    with pytest.raises(BadAnswer):
        talk._published(talk._document(json.dumps(honest | said).encode()), provider)


async def test_keys_that_turn_are_fetched_again_and_not_for_every_stranger(here: Town, process: Process) -> None:
    async def fetched() -> int:
        return len([one for one in await process.told() if one["path"] == "/refuse/keys"])

    assert (await there_and_back(here.client(), "refuse")).status == 303
    await process.told(keys=2)
    assert (await there_and_back(here.client(), "refuse")).status == 502
    assert await fetched() == 1
    here.clock.turn(talk.AGAIN_MS)
    await process.told(now=here.clock() // 1000)
    assert (await there_and_back(here.client(), "refuse")).status == 303
    assert (await there_and_back(here.client(), "refuse")).status == 303
    assert await fetched() == 2
    await process.told(header={"kid": "unknown"})
    for _number in range(3):
        assert (await there_and_back(here.client(), "refuse")).status == 502
    assert await fetched() == 2


async def test_a_provider_that_says_who_it_is_has_to_say_so(here: Town, process: Process) -> None:
    await process.told(published={"authorization_response_iss_parameter_supported": True})
    client = here.client()
    back = await ask((await leave(client, "refuse")).headers["Location"])
    assert (await client.get(back, allow_redirects=False)).status == 502
    back = await ask((await leave(client, "refuse")).headers["Location"])
    issuer = f"http://127.0.0.1:{process.port}/refuse"
    assert (await client.get(f"{back}&iss={issuer}", allow_redirects=False)).status == 303


async def test_what_is_told_besides_the_token_is_taken_only_about_the_same_person(here: Town, process: Process) -> None:
    link(here, process, "bymail")
    await process.told(claims={"email": None}, userinfo={"email": "ana@example.org"})
    assert (await there_and_back(here.client(), "bymail")).status == 403  # the token's word is not about this address
    await process.told(userinfo={"email": "ana@example.org", "email_verified": True})
    assert (await there_and_back(here.client(), "bymail")).status == 303
    await process.told(userinfo={"sub": "ben", "email": "ana@example.org", "email_verified": True})
    assert (await there_and_back(here.client(), "bymail")).status == 502


async def test_no_log_holds_the_secret_the_code_or_the_token(
    here: Town, process: Process, caplog: pytest.LogCaptureFixture
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    await process.told(claims={"nonce": "guessed"})
    client = here.client()
    back = await ask((await leave(client, "refuse")).headers["Location"])
    await client.get(back)
    assert "identity provider refuse: the ID token answers another sign-in" in caplog.text
    told = "".join(record.getMessage() for record in caplog.records if record.name.startswith("curator"))
    assert SECRET not in told
    assert "code=" not in told
    assert "eyJ" not in told


# --- the file --------------------------------------------------------------------------------------------------------

WRONG = {
    "not encrypted": ('issuer = "http://127.0.0.1:1/one"', 'issuer = "http://id.example"'),
    "an id for no address": ('id = "one"', 'id = "One/two"'),
    "an unknown word": ('id = "one"', 'id = "one"\nunknown = "welcome"'),
    "an unknown field": ('id = "one"', 'id = "one"\nclient_secret = "in the file"'),
    "no domains to link by": ('id = "one"', 'id = "one"\nlinks_by_mail = true'),
    "an administrator": ('id = "one"', 'id = "one"\nroles = { claim = "g", given = { a = "administrator" } }'),
    "a group role without a group": ('id = "one"', 'id = "one"\nroles = { claim = "g", given = { a = "editor" } }'),
    "no secret": ('client_secret_file = "secret"', 'client_secret_file = "gone"'),
    "no TOML": ("[[provider]]", "[[provider"),
    "nothing": ("[[provider]]", "[[other]]"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_file_that_cannot_be_used_is_refused_with_the_place_and_without_secrets(wrong: str, tmp_path: Path) -> None:
    file = write_file(tmp_path, entry("one", 1).replace(*WRONG[wrong]))
    with pytest.raises(BadProviders) as refused:
        providers.read(Settings.model_validate({"public_url": SITE, "identity_providers": file}))
    assert str(file.parent) in str(refused.value)
    assert SECRET not in str(refused.value)


def test_a_file_that_is_right_tells_nobody_the_secret_and_needs_a_public_address(tmp_path: Path) -> None:
    file = write_file(tmp_path, entry("one", 1))
    found = providers.read(Settings.model_validate({"public_url": SITE, "identity_providers": file}))
    assert found["one"].secret.word == SECRET
    assert SECRET not in repr(found)
    for address in ("", "http://town.example"):
        with pytest.raises(BadProviders, match="public address"):
            providers.read(Settings.model_validate({"public_url": address, "identity_providers": file}))
    write_file(tmp_path, entry("one", 1) * 2)
    with pytest.raises(BadProviders, match="two providers"):
        providers.read(Settings.model_validate({"public_url": SITE, "identity_providers": file}))
