"""API tokens: what a program may do in somebody's name, for how long, and where."""

import re

import pytest
from aiohttp.test_utils import TestClient

from curator import accounts, erasure, people, tokens
from curator.api.endpoint import ENDPOINTS
from curator.authorisation import Action, Actor, Role
from curator.store import Connection
from curator.tables_tokens import api_tokens
from curator.tokens import ALLOWS, DAY_MS, OF_API, Scope
from tests.curator.access import documented_endpoints
from tests.curator.cases import look, send
from tests.curator.conftest import Client, MakeTown, Town
from tests.curator.uploading import TUS, metadata

PASSWORD = "a long enough password"


def token(town: Town, who: str, scope: Scope = Scope.READ, days: int = 1) -> str:
    """The secret of a new token of somebody's."""

    def make(connection: Connection) -> str:
        actor = accounts.actor(connection, town.accounts[who])
        assert actor is not None
        return tokens.make(connection, actor, name="Script", scope=scope, days=days, now_ms=town.clock())[1]

    return town.service.store.run_now(make)


def program(town: Town, secret: str) -> Client:
    """A program that shows this token, and no cookie."""
    client: Client = TestClient(town.server, headers={"Authorization": f"Bearer {secret}"})
    town._clients.append(client)
    return client


def with_password(town: Town, who: str) -> Client:
    def write(connection: Connection) -> None:
        accounts.set_password(
            connection, town.accounts[who], accounts.hash_password(PASSWORD), now_ms=town.clock(), by=None
        )

    town.service.store.run_now(write)
    return town.client(who)


async def test_somebody_makes_a_token_sees_it_once_and_revokes_it(town: Town) -> None:
    client = with_password(town, "editor")
    form = {"name": "Poster  script", "scope": "contribute", "days": "7", "current": "not that"}
    assert (await client.post("/account/tokens", data=form)).status == 422
    page = await (await client.post("/account/tokens", data=form | {"current": PASSWORD})).text()
    (secret,) = set(re.findall(r"cstoken_[A-Za-z0-9_-]+", page))
    stored = look(town, lambda connection: connection.execute(api_tokens.select()).mappings().one())
    assert secret not in str(dict(stored))
    script = program(town, secret)
    me = await (await script.get("/api/me")).json()
    assert (me["name"], me["scope"]) == ("Editor", "contribute")
    listed = await (await client.get("/account/tokens")).text()
    assert "Poster script" in listed
    assert "cstoken_" not in listed
    assert "last used" in listed
    outsider = town.client("outsider")
    await outsider.post(f"/account/tokens/{stored['id']}/revoke")
    assert (await script.get("/api/me")).status == 200
    await client.post(f"/account/tokens/{stored['id']}/revoke")
    answer = await script.get("/api/me")
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, 'Bearer error="invalid_token"')
    log = await (await town.client("administrator").get("/audit")).text()
    assert "made an API token for" in log
    assert "revoked an API token of" in log


async def test_a_page_offers_only_scopes_that_the_role_reaches(town: Town) -> None:
    client = with_password(town, "contributor")
    page = await (await client.get("/account/tokens")).text()
    assert 'value="contribute"' in page
    assert 'value="moderate"' not in page
    form = {"name": "Script", "scope": "moderate", "days": "7", "current": PASSWORD}
    answer = await client.post("/account/tokens", data=form)
    assert answer.status == 422
    assert "Your role does not reach that far" in await answer.text()


@pytest.mark.parametrize("role", list(Role))
def test_a_scope_never_reaches_further_than_the_role_nor_to_people(role: Role) -> None:
    for scope in Scope:
        is_council = role in {Role.ADMINISTRATOR, Role.PROGRAMMER, Role.MODERATOR, Role.TECHNICIAN}
        held = {"council": frozenset({role})} if is_council else {"groups": {"ours": frozenset({role})}}
        whole = Actor("a", "A", "a@example.org", "en", **held)
        part = Actor("a", "A", "a@example.org", "en", **held, held_to=ALLOWS[scope])
        for action in Action:
            allowed = whole.may(action, group="ours") and action in ALLOWS[scope]
            assert part.may(action, group="ours") == allowed
            assert part.groups_where(action) <= whole.groups_where(action)
        assert not part.may(Action.MANAGE_PEOPLE)


def test_the_document_names_the_needs_and_scopes_of_every_endpoint() -> None:
    told = documented_endpoints()
    assert set(told) == {one.name for one in ENDPOINTS}
    for one in ENDPOINTS:
        needs = "open to all" if one.is_open else one.asks.value if one.asks else "an account"
        scopes = [scope.value for scope, allowed in ALLOWS.items() if one.asks in allowed]
        is_any = one.is_open or (one.asks is None and not one.is_change) or len(scopes) == len(OF_API)
        assert told[one.name] == (needs, "any" if is_any else ", ".join(scopes) or "none"), one.name


async def test_a_token_reads_and_changes_what_its_scope_names_and_nothing_else(town: Town) -> None:
    sent = send(town)
    reader = program(town, token(town, "administrator"))
    writer = program(town, token(town, "administrator", Scope.CONTRIBUTE))
    address, star = f"/api/items/{sent.item_id}", {"If-Match": "*"}
    assert (await reader.get("/api/audit")).status == 200
    assert (await reader.patch(address, json={"title": "New"}, headers=star)).status == 403
    assert (await writer.patch(address, json={"title": "New"}, headers=star)).status == 200
    for asked in ("/api/bookings", "/api/live-orders/alert", f"/api/moderation/versions/{sent.version_id}/approve"):
        assert (await writer.post(asked, json={})).status == 403, asked
    assert (await writer.get("/api/groups/youth-club/members")).status == 403
    answer = await writer.post("/api/notices/read", json={"until_ms": 1})
    assert (answer.status, (await answer.json())["code"]) == (403, "in_person")


async def test_a_token_opens_no_page_and_hides_the_cookie_beside_it(town: Town) -> None:
    secret = token(town, "administrator", Scope.PROGRAMME)
    script = program(town, secret)
    for page in ("/account/tokens", "/people", "/audit", "/library"):
        answer = await script.get(page, allow_redirects=False)
        assert answer.status in {303, 401}, page
    both = town.client("administrator")
    answer = await both.get("/api/me", headers={"Authorization": f"Bearer {token(town, 'editor')}"})
    assert (await answer.json())["name"] == "Editor"
    answer = await both.get("/api/me", headers={"Authorization": "Bearer cstoken_none"})
    assert answer.status == 401
    assert (await both.get("/api/me", headers={"Authorization": "Basic eDp5"})).status == 401
    assert (await script.get("/api/v1/manifest/none")).status == 401


async def test_a_program_uploads_and_looks_at_files_with_a_token(town: Town) -> None:
    sent = send(town)
    writer = program(town, token(town, "editor", Scope.CONTRIBUTE))
    reader = program(town, token(town, "editor"))
    headers = TUS | {"Upload-Length": "10", "Upload-Metadata": metadata(filename="a.png", group="youth-club")}
    assert (await writer.post("/uploads", headers=headers)).status == 201
    assert (await reader.post("/uploads", headers=headers)).status == 403
    assert (await reader.get(f"/files/{sent.version_id}/rendition")).status == 200
    stranger = program(town, token(town, "outsider"))
    assert (await stranger.get(f"/files/{sent.version_id}/rendition")).status == 404
    assert (await stranger.get(f"/api/items/{sent.item_id}")).status == 404


async def test_a_token_ends_with_its_day_the_password_the_role_and_the_account(town: Town) -> None:
    run, now_ms = town.service.store.run_now, town.clock()
    by, script = town.accounts["administrator"], program(town, token(town, "moderator", Scope.MODERATE, days=1))
    assert (await script.get("/api/moderation/queue")).status == 200
    moderator = town.accounts["moderator"]
    run(lambda c: people.take_role(c, account_id=moderator, role=Role.MODERATOR, group_id=None, now_ms=now_ms, by=by))
    assert (await script.get("/api/moderation/queue")).status == 403
    town.clock.turn(DAY_MS)
    assert (await script.get("/api/me")).status == 401
    changed = program(town, token(town, "programmer"))
    with_password(town, "programmer")
    assert (await changed.get("/api/me")).status == 401
    closed = program(town, token(town, "technician"))
    run(lambda c: people.disable(c, town.accounts["technician"], now_ms=now_ms, by=by))
    assert (await closed.get("/api/me")).status == 401
    editor = token(town, "editor")
    run(lambda c: erasure.erase(c, town.accounts["editor"], typed="editor@example.org", now_ms=now_ms, by=by))
    assert (await program(town, editor).get("/api/me")).status == 401


async def test_guessing_tokens_is_slowed_down_for_the_guesser_alone(make_town: MakeTown) -> None:
    town = await make_town(api_calls_a_minute=3)
    guesser = program(town, "cstoken_guess")
    assert [(await guesser.get("/api/me")).status for _ in range(4)] == [401, 401, 401, 429]
    assert (await town.client("editor").get("/api/me")).status == 200
