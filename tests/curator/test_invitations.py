"""Invitations: a link that makes one account, with one's own name and password, and nothing for anybody else."""

import re

import pytest

from curator import accounts, invitations, people
from curator.authorisation import Action, Actor, Role
from curator.tables import invitations as rows
from tests.curator.cases import look
from tests.curator.conftest import Client, MakeTown, Town
from tests.curator.mailing import laid, link_in, mail_to

ANA, PASSWORD = "ana@example.org", "four words in a row"


async def invite(town: Town, **fields: str) -> tuple[int, str]:
    form = {"email": ANA, "role": f"editor:{town.group.id}", "language": "en"} | fields
    answer = await town.client("administrator").post("/people/invitations", data=form)
    return answer.status, await answer.text()


async def join(client: Client, link: str, **fields: str) -> tuple[int, str]:
    form = {"name": "Ana", "language": "vi", "new": PASSWORD, "again": PASSWORD} | fields
    answer = await client.post(link, data=form, allow_redirects=False)
    return answer.status, await answer.text()


def who_is(town: Town, email: str) -> Actor | None:
    everyone = look(town, accounts.everybody)
    account_id = next((person.id for person in everyone if person.email == email), "")
    return look(town, lambda connection: accounts.actor(connection, account_id))


def shown_on(page: str) -> str:
    found = re.search(r'class="once wraps">http[^<]*?(/join\?token=[\w-]+)<', page)
    assert found is not None
    return found[1]


async def test_whoever_is_invited_makes_an_account_of_their_own(town: Town) -> None:
    status, page = await invite(town)
    assert status == 200
    mail = await mail_to(town, ANA)
    link = link_in(mail, "/join")
    assert link == shown_on(page)
    assert "Administrator invites you" in mail.get_content()
    assert "Group editor, Youth club" in mail.get_content()
    client = town.client()
    welcome = await (await client.get(link)).text()
    assert ANA in welcome
    assert "Youth club" in welcome
    assert (await join(client, link))[0] == 303
    assert "Youth club" in await (await client.get("/")).text()  # signed in at once
    actor = who_is(town, ANA)
    assert actor is not None
    assert (actor.name, actor.language, actor.groups) == ("Ana", "vi", {town.group.id: frozenset({Role.EDITOR})})
    form = {"email": ANA, "password": PASSWORD, "next": "/"}
    assert (await town.client().post("/sign-in", data=form, allow_redirects=False)).status == 303


async def test_an_invitation_is_good_once(town: Town) -> None:
    link = shown_on((await invite(town))[1])
    assert (await join(town.client(), link))[0] == 303
    assert (await town.client().get(link)).status == 410
    assert (await join(town.client(), link, name="Somebody else"))[0] == 410


async def test_an_invitation_is_good_for_seven_days_and_can_be_taken_back(town: Town) -> None:
    late, back = [shown_on((await invite(town, role=role))[1]) for role in ("moderator", "technician")]
    open_ones = look(town, lambda c: invitations.pending(c, town.clock()))
    technician = next(one for one in open_ones if one.role is Role.TECHNICIAN)
    administrator = town.client("administrator")
    assert ANA in await (await administrator.get("/people")).text()
    await administrator.post(f"/people/invitations/{technician.id}/revoke")
    assert (await join(town.client(), back))[0] == 410
    assert (await town.client().get(late)).status == 200
    town.clock.turn(invitations.LIFE_MS)
    assert (await join(town.client(), late))[0] == 410
    assert who_is(town, ANA) is None
    assert ANA not in await (await town.client("administrator").get("/people")).text()


async def test_somebody_who_has_an_account_is_given_the_role(town: Town) -> None:
    status, page = await invite(town, email="Technician@example.org", role="moderator")
    assert (status, "has an account already" in page) == (200, True)
    actor = who_is(town, "technician@example.org")
    assert actor is not None
    assert actor.may(Action.DECIDE)
    assert laid(town) == []


async def test_a_link_gives_the_role_it_names_and_another_waits_for_a_yes_of_its_own(town: Town) -> None:
    other = shown_on((await invite(town, role="moderator"))[1])
    link, client = shown_on((await invite(town))[1]), town.client()
    assert (await join(client, link))[0] == 303
    actor = who_is(town, ANA)
    assert actor is not None
    assert (actor.council, set(actor.groups)) == (frozenset(), {town.group.id})
    assert (await client.post(other, allow_redirects=False)).status == 303
    actor = who_is(town, ANA)
    assert actor is not None
    assert actor.council == {Role.MODERATOR}


async def test_a_link_is_not_good_when_whoever_made_it_is_no_longer_here(town: Town) -> None:
    link = shown_on((await invite(town, role="administrator"))[1])
    by = town.accounts["editor"]
    town.service.store.run_now(
        lambda c: accounts.grant(c, account_id=by, role=Role.ADMINISTRATOR, group_id=None, now_ms=1, by=None)
    )
    town.service.store.run_now(lambda c: people.disable(c, town.accounts["administrator"], now_ms=town.clock(), by=by))
    assert (await join(town.client(), link))[0] == 410
    assert who_is(town, ANA) is None


async def test_inviting_again_to_the_same_ends_the_older_link(town: Town) -> None:
    first, second = [shown_on((await invite(town))[1]) for _time in range(2)]
    assert (await town.client().get(first)).status == 410
    assert (await town.client().get(second)).status == 200


@pytest.mark.parametrize(
    "fields", [{"role": "king"}, {"role": "editor"}, {"role": "moderator:nowhere"}, {"role": "editor:nowhere"},
               {"email": "nobody"}],
)  # fmt: skip
async def test_an_invitation_that_makes_no_sense_is_not_made(town: Town, fields: dict[str, str]) -> None:
    status, page = await invite(town, **fields)
    assert (status, 'role="alert"' in page) == (422, True)
    assert look(town, lambda c: invitations.pending(c, town.clock())) == []


async def test_a_closed_account_is_not_invited_in_again(town: Town) -> None:
    by = town.accounts["administrator"]
    town.service.store.run_now(lambda c: people.disable(c, town.accounts["moderator"], now_ms=town.clock(), by=by))
    assert (await invite(town, email="moderator@example.org", role="moderator"))[0] == 422


@pytest.mark.parametrize(
    "fields", [{"name": ""}, {"language": "xx"}, {"new": "short", "again": "short"}, {"again": "otherwise, twice"}]
)
async def test_what_makes_no_account_uses_up_no_invitation(town: Town, fields: dict[str, str]) -> None:
    link = shown_on((await invite(town))[1])
    assert (await join(town.client(), link, **fields))[0] == 422
    assert who_is(town, ANA) is None
    assert (await join(town.client(), link))[0] == 303


async def test_an_account_made_in_another_way_is_not_taken_over_by_an_invitation(town: Town) -> None:
    link = shown_on((await invite(town, role="administrator"))[1])
    form = {"name": "Ana", "email": ANA, "role": "technician", "language": "en"}
    await town.client("administrator").post("/people", data=form)
    answer = await town.client().post(link, data={"name": "Eve"}, allow_redirects=False)
    assert (answer.status, answer.headers["Location"].startswith("/sign-in")) == (303, True)
    actor = who_is(town, ANA)
    assert actor is not None
    assert actor.council == {Role.TECHNICIAN}


async def test_the_mail_is_in_the_language_chosen_for_it(make_town: MakeTown) -> None:
    town = await make_town(public_url="https://town.example")
    await invite(town, language="vi")
    mail = await mail_to(town, ANA)
    assert mail["Content-Language"] == "vi"
    assert "https://town.example/join?token=" in mail.get_content()
    assert "invites you" not in mail.get_content()


async def test_who_invited_whom_is_written_down_and_no_secret_with_it(town: Town) -> None:
    link = shown_on((await invite(town))[1])
    await join(town.client(), link)
    log = await (await town.client("administrator").get("/audit")).text()
    token = link.partition("token=")[2]
    assert "accepted the invitation of" in log
    assert token not in log
    assert token not in str(look(town, lambda c: c.execute(rows.select()).all()))
    assert token not in await (await town.client("administrator").get("/people")).text()


async def test_an_address_is_not_kept_for_an_invitation_nobody_used(town: Town) -> None:
    used = shown_on((await invite(town, email="used@example.org"))[1])
    await join(town.client(), used)
    await invite(town)
    town.clock.turn(2 * invitations.LIFE_MS)
    await invite(town, email="later@example.org")
    kept = look(town, lambda c: c.execute(rows.select()).mappings().all())
    assert {row["email"] for row in kept} == {"used@example.org", "later@example.org"}
