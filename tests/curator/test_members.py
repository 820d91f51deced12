"""Editors invite people into their own group, and learn nothing by it of who has an account."""

import re

from curator import accounts, invitations, members, people
from curator.authorisation import Role
from curator.tables import accounts as rows
from tests.curator.cases import look
from tests.curator.conftest import Town
from tests.curator.mailing import link_in, mail_to
from tests.curator.programme import things

PATH = "/library/youth-club/members"


async def invite(town: Town, email: str, who: str = "editor", role: str = "contributor") -> tuple[int, str]:
    answer = await town.client(who).post(PATH, data={"email": email, "role": role, "language": "en"})
    return answer.status, await answer.text()


def pending_id(town: Town) -> str:
    return look(town, lambda connection: invitations.pending(connection, town.clock()))[0].id


def names(town: Town) -> list[str]:
    found = look(town, lambda connection: members.of_groups(connection, [town.group.id]))
    return [member.name for member in found[town.group.id]]


def opened(town: Town) -> list[str]:
    found = look(town, lambda connection: invitations.pending(connection, town.clock(), group_id=town.group.id))
    return [one.email for one in found]


async def test_every_invited_address_gets_a_mail_and_stands_in_the_open_invitations_account_or_not(town: Town) -> None:
    things.run(town, lambda c: c.execute(rows.update().values(disabled_ms=1).where(
        rows.c.id == town.accounts["technician"]
    )))  # fmt: skip
    pages = []
    for email in ("new@example.org", "moderator@example.org", "technician@example.org"):
        status, page = await invite(town, email)
        assert (status, f"{email} is invited" in page, email in opened(town)) == (200, True, True)
        assert "/join?token=" in (await mail_to(town, email)).get_content()
        await town.client("editor").post(f"{PATH}/invitations/{pending_id(town)}/revoke")
        pages.append(re.sub(r"/invitations/\w+/", "/invitations/ID/", page).replace(email, "X"))
    assert pages[0] == pages[1] == pages[2]
    assert "/join" not in pages[0]
    assert set(names(town)) == {"Editor", "Contributor"}


async def test_whoever_has_an_account_is_in_the_group_when_they_say_yes_signed_in(town: Town) -> None:
    await invite(town, "moderator@example.org")
    link = link_in(await mail_to(town, "moderator@example.org"), "/join")
    answer = await town.client().get(link, allow_redirects=False)
    assert (answer.status, answer.headers["Location"].startswith("/sign-in?next=/join")) == (303, True)
    for method in ("get", "post"):
        assert (await getattr(town.client("outsider"), method)(link)).status == 403
    assert (await town.client().post(link, allow_redirects=False)).status == 303
    moderator = town.client("moderator")
    assert "You are signed in as Moderator." in await (await moderator.get(link)).text()
    assert "Moderator" not in names(town)
    assert (await moderator.post(link, allow_redirects=False)).status == 303
    assert "Moderator" in names(town)
    assert (await moderator.post(link)).status == 410
    assert opened(town) == []


async def test_an_editors_invitation_ends_with_their_right_to_invite(town: Town) -> None:
    await invite(town, "new@example.org", role="editor")
    link = link_in(await mail_to(town, "new@example.org"), "/join")
    assert (await town.client().get(link)).status == 200
    things.run(town, lambda c: people.take_role(
        c, account_id=town.accounts["editor"], role=Role.EDITOR, group_id=town.group.id, now_ms=1,
        by=town.accounts["administrator"],
    ))  # fmt: skip
    assert (await town.client().get(link)).status == 410
    form = {"name": "Ana", "language": "en", "new": "four words in a row", "again": "four words in a row"}
    assert (await town.client().post(link, data=form)).status == 410


async def test_no_other_role_and_no_more_than_twenty_can_be_given(town: Town) -> None:
    assert (await invite(town, "new@example.org", role="administrator"))[0] == 422
    for number in range(invitations.MOST_OF_A_GROUP):
        assert (await invite(town, f"n{number}@example.org"))[0] == 200
    assert (await invite(town, "more@example.org"))[0] == 422


async def test_editors_take_contributors_out_and_no_editor(town: Town) -> None:
    for who in ("contributor", "editor"):
        await town.client("editor").post(f"{PATH}/{town.accounts[who]}/remove")
    assert names(town) == ["Editor"]
    things.run(
        town,
        lambda c: accounts.grant(
            c, account_id=town.accounts["moderator"], role=Role.CONTRIBUTOR, group_id=town.other_group.id,
            now_ms=1, by=None,
        ),
    )  # fmt: skip
    await town.client("editor").post(f"{PATH}/{town.accounts['moderator']}/remove")
    others = look(town, lambda connection: members.of_groups(connection, [town.other_group.id]))
    assert "Moderator" in [member.name for member in others[town.other_group.id]]
