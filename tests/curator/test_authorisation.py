"""Who may do what: the table, the document that tells it, and every page for every role."""

import re
from pathlib import Path

import pytest
from aiohttp.web import AbstractResource

from curator.authorisation import ANY_MEMBER, GROUP_ROLES, OWN, Action, Actor, Role, table
from curator.ids import new_id
from curator.store import Connection
from curator.tables import screens
from tests.curator.cases import Sent, approve, send
from tests.curator.conftest import Town

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "roles.md"

PUBLIC = {
    "/",
    "/sign-in",
    "/forgot",
    "/j",
    "/J",
    "/policy",
    "/privacy",
    "/static/{mark}/{name}",
    "/screens",
    "/screens/{slug}",
    "/screens/{screen}/guide",
    "/r",
    "/r/{number}",
    "/programme/{screen}/calendar.ics",
    "/programme/group/{group}/calendar.ics",
    "/screens/{slug}/picture.jpg",
    "/api",
    "/api/",
    "/api/openapi.json",
    "/api/moderation/reasons",
    "/api/screens",
    "/api/screens/{screen}",
    "/api/screens/{screen}/guide",
    "/files/{version_id}/{what}",  # of what is approved and not withdrawn
}
"""Every page that answers somebody who is not signed in."""

WITH_A_LINK = {
    "/join",
    "/reset",
    "/hand-in",
    "/decide",
    "/decide/{what}",
    "/p/{token}",
    "/p/{token}/street-report/{activity}",
    *(f"/sign-in/with/{{provider}}{end}" for end in ("", "/return")),
}
"""Pages for whoever has a link that was mailed or handed over, or knows a provider; without one they are gone."""

NO_PAGE = {"/live"}
"""A stream without an end: it is asked for with a topic in tests of its own."""


def documented() -> dict[str, dict[Role, str]]:
    rows = [line.strip("|").split("|") for line in DOCUMENT.read_text("utf-8").splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in row] for row in rows]
    roles = [Role(name) for name in cells[0][1:]]
    return {row[0]: dict(zip(roles, row[1:], strict=True)) for row in cells[2:]}


def test_the_document_and_the_table_say_the_same() -> None:
    told = documented()
    assert list(told) == [action.value for action, _ in table()]
    for action, roles in table():
        for role in Role:
            in_group = role in GROUP_ROLES and action not in ANY_MEMBER
            own = "own uploads" if role in OWN.get(action, frozenset()) else "own group"
            expected = "" if role not in roles else own if in_group else "yes"
            assert told[action.value][role] == expected, (action, role)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("action", list(Action))
def test_may_answers_as_the_table_says(role: Role, action: Action) -> None:
    held = frozenset({role})
    actor = (
        Actor("a", "A", "a@example.org", "en", groups={"ours": held})
        if role in GROUP_ROLES
        else Actor("a", "A", "a@example.org", "en", council=held)
    )
    allowed = role in dict(table())[action]
    only_own = role in OWN.get(action, frozenset())
    assert actor.may(action, group="ours", made_by="a") == allowed
    assert actor.may(action, group="ours", made_by="b") == (allowed and not only_own)
    assert actor.may(action, group="ours") == (allowed and not only_own)
    if role in GROUP_ROLES:
        assert actor.may(action, group="theirs", made_by="a") == (action in ANY_MEMBER)
        everywhere = allowed and not only_own and action not in ANY_MEMBER
        assert actor.groups_where(action) == (frozenset({"ours"}) if everywhere else set())


def test_somebody_without_a_role_may_only_look() -> None:
    nobody = Actor("a", "A", "a@example.org", "en")
    assert {action for action in Action if nobody.may(action, group="ours")} == ANY_MEMBER


def put_up_screen(town: Town) -> str:
    slug = "library-window"

    def store(connection: Connection) -> None:
        connection.execute(
            screens.insert().values(
                id=new_id(), slug=slug, name="Library window", place="Market square", zone="Europe/London",
                language="en", width=1920, height=1080, created_ms=town.clock(),
            )
        )  # fmt: skip

    town.service.store.run_now(store)
    return slug


def addresses(town: Town, shown: Sent, slug: str) -> list[tuple[str, str]]:
    """Every GET route as (pattern, address), its gaps filled with what there is, and with what there is not."""
    known = {
        "version_id": shown.version_id, "item_id": shown.item_id, "what": "thumbnail", "mark": "0",
        "name": "common.css", "account_id": town.accounts["editor"], "node_id": "nobody", "sha256": shown.sha256,
    }  # fmt: skip
    found = []
    for resource in town.server.app.router.resources():
        assert isinstance(resource, AbstractResource)
        pattern = re.sub(r":[^}]+}", "}", resource.canonical)
        if any(route.method == "GET" for route in resource) and pattern not in NO_PAGE:
            found += [(pattern, fill_in(pattern, known, slug)), (pattern, re.sub(r"{\w+}", "nothing", pattern))]
    return found


def fill_in(pattern: str, known: dict[str, str], slug: str) -> str:
    """A group's slug where a group is meant, a screen's where a screen is."""
    of_group = pattern.startswith(("/library", "/programme/order", "/groups"))
    own = known | {"id": known["item_id"] if pattern.startswith("/items") else known["account_id"]}
    default = "youth-club" if of_group else slug
    return re.sub(r"{(\w+)}", lambda gap: own.get(gap[1], default), pattern)


WHO = [None, "outsider", "contributor", "editor", "technician", "moderator", "programmer", "administrator"]


@pytest.mark.parametrize("who", WHO)
async def test_no_page_breaks_for_anybody_and_strangers_see_only_what_is_public(town: Town, who: str | None) -> None:
    shown = send(town, "Skate day", colour="red")
    approve(town, shown)
    slug = put_up_screen(town)
    client = town.client(who)
    opened = set()
    for pattern, address in addresses(town, shown, slug):
        answer = await client.get(address, allow_redirects=False)
        assert answer.status < 500, (address, answer.status)
        if answer.status == 200:
            opened.add(pattern)
        elif who is None and answer.status == 303:
            assert answer.headers["Location"].startswith("/sign-in?next=/"), address
        elif who is None:
            refused = {410} if pattern in WITH_A_LINK else {401, 403, 404}
            assert answer.status in refused, (address, answer.status)
        answer.close()
    if who is None:
        assert opened <= PUBLIC
        assert {"/", "/sign-in", "/policy", "/static/{mark}/{name}"} <= opened
    else:
        assert "/account" in opened


async def test_what_is_not_approved_is_no_strangers_to_see_by_any_address(town: Town) -> None:
    waiting = send(town, "Secret until decided", colour="blue")
    slug, client = put_up_screen(town), town.client()
    for pattern, address in addresses(town, waiting, slug):
        answer = await client.get(address, allow_redirects=False)
        if answer.content_type.startswith("text/"):
            assert "Secret until decided" not in await answer.text(), address
        if pattern.startswith("/files/"):
            assert answer.status == 404
        answer.close()
