"""Links in mails by which a moderator decides without signing in: for one person, one file, once."""

import re

import pytest

from curator import accounts, audit, decision_links, erasure, moderation, notifying, people, second_factor, sessions
from curator.authorisation import Role
from curator.decision_links import LIFE_MS, MOST_IN_A_MAIL
from curator.store import Connection
from curator.tables import items
from curator.tables_sign_in import decision_links as rows
from tests.curator.cases import Sent, item_of, look, send_version, somebody, version_of
from tests.curator.conftest import MakeTown, Town
from tests.curator.noticing import choose, give, mailed, submit
from tests.curator.test_tokens import PASSWORD

LINK = re.compile(r"/decide\?link=([A-Za-z0-9_-]+)")


async def a_link(town: Town, title: str = "Skate day", **words: str) -> tuple[Sent, str]:
    """Something that waits, and the link about it in the mail to the moderator."""
    await choose(town, "moderator", waiting="at_once")
    sent = submit(town, title)
    (mail, *_others) = reversed(await mailed(town, "moderator"))
    return sent, LINK.findall(mail.get_content())[-1]


def made(town: Town, sent: Sent, who: str = "moderator") -> str | None:
    def make(connection: Connection) -> str | None:
        actor = accounts.actor(connection, town.accounts[who])
        assert actor is not None
        return decision_links.make(connection, actor, sent.version_id, now_ms=town.clock())

    return town.service.store.run_now(make)


def good(town: Town, sent: Sent) -> str:
    token = made(town, sent)
    assert token is not None
    return token


async def post(town: Town, token: str, decision: str = "approve", **more: str) -> tuple[int, str]:
    answer = await town.client().post("/decide", data={"link": token, "decision": decision, **more})
    return answer.status, await answer.text()


async def test_a_moderator_approves_from_a_mail_and_the_log_says_it_was_by_link(town: Town) -> None:
    sent, token = await a_link(town)
    assert token not in str(look(town, lambda connection: connection.execute(rows.select()).all()))
    stranger = town.client()
    page = await (await stranger.get(f"/decide?link={token}")).text()
    assert "You decide as Moderator." in page
    assert "Skate day" in page
    assert (await stranger.get(f"/decide/rendition?link={token}")).status == 200
    for _time in range(3):  # a program that looks at mails opens every link, as often as it likes
        await stranger.get(f"/decide?link={token}&decision=approve")
    assert version_of(town, sent).state == "submitted"
    status, text = await post(town, token)
    assert (status, "You approved it." in text) == (200, True)
    approved = item_of(town, sent).approved
    assert approved is not None
    row = look(town, lambda connection: audit.rows(connection, subject=f"version:{sent.version_id}", most=1))[0]
    assert (row.action, row.account_id) == ("version.approve", town.accounts["moderator"])
    assert audit.read_detail(row.detail)["way"] == "link"
    for address in (f"/decide?link={token}", f"/decide/rendition?link={token}"):
        answer = await stranger.get(address)
        assert (answer.status, "used already" in await answer.text()) == (410, True)
    assert (await post(town, token, "reject", reason="rights", words="No"))[0] == 410


async def test_a_rejection_takes_a_reason_and_words(town: Town) -> None:
    sent, token = await a_link(town)
    status, text = await post(town, token, "reject", reason="rights", words=" ")
    assert (status, "Write to the group" in text) == (422, True)
    assert (await post(town, token, "laugh"))[0] == 422
    status, text = await post(town, token, "reject", reason="rights", words="Whose song is it?")
    assert (status, "You rejected it." in text) == (200, True)
    assert version_of(town, sent).state == "rejected"


async def test_another_sites_page_decides_nothing(town: Town) -> None:
    sent, token = await a_link(town)
    client = town.client()
    answer = await client.post(
        "/decide", data={"link": token, "decision": "approve"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert (answer.status, version_of(town, sent).state) == (403, "submitted")


async def test_what_somebody_else_decided_is_told(town: Town) -> None:
    sent, token = await a_link(town)
    give(town, "technician", Role.MODERATOR)
    town.service.store.run_now(
        lambda connection: moderation.approve(
            connection, sent.version_id, sent.sha256, moderator=somebody(town, "technician"), key=town.service.key,
            now_ms=town.clock(),
        )
    )  # fmt: skip
    answer = await town.client().get(f"/decide?link={token}")
    assert (answer.status, "Technician approved it a moment before." in await answer.text()) == (410, True)


async def test_a_link_is_about_the_bytes_it_was_sent_for(town: Town) -> None:
    sent, token = await a_link(town)
    newer = send_version(town, sent.item_id, colour="orange")
    status, text = await post(town, token)
    assert (status, "newer version" in text) == (410, True)
    assert version_of(town, newer).state == "submitted"


async def test_words_that_changed_meanwhile_are_read_again(town: Town) -> None:
    sent, token = await a_link(town)
    page = await (await town.client().get(f"/decide?link={token}")).text()
    (said,) = re.findall(r'name="said" value="(\w+)"', page)
    form = {"title": "Another title", "people_shown": "", "rights": ""}
    assert (await town.client("editor").post(f"/items/{sent.item_id}", data=form)).status == 200
    status, text = await post(town, token, said=said)
    assert (status, "changed its words in the meantime" in text, "Another title" in text) == (422, True, True)
    assert version_of(town, sent).state == "submitted"


async def test_a_link_ends_after_its_days(town: Town) -> None:
    _sent, token = await a_link(town)
    town.clock.turn(LIFE_MS)
    status, text = await post(town, token)
    assert (status, "three days" in text) == (410, True)


@pytest.mark.parametrize("how", ["signed out", "role", "closed", "password", "second step", "choice", "erased"])
async def test_a_link_dies_with_what_it_stands_on(town: Town, how: str) -> None:
    sent, token = await a_link(town)
    account_id, by, now_ms = town.accounts["moderator"], town.accounts["administrator"], town.clock()

    def happen(connection: Connection) -> None:
        if how == "signed out":
            sessions.end_all(connection, account_id, now_ms=now_ms)
        elif how == "role":
            people.take_role(
                connection, account_id=account_id, role=Role.MODERATOR, group_id=None, now_ms=now_ms, by=by
            )
        elif how == "closed":
            people.disable(connection, account_id, now_ms=now_ms, by=by)
        elif how == "password":
            accounts.set_password(connection, account_id, "x", now_ms=now_ms, by=None)
        elif how == "second step":
            secret = second_factor.begin(connection, account_id, now_ms)
            second_factor.confirm(connection, account_id, second_factor.code_at(secret, now_ms), now_ms)
        elif how == "choice":
            decision_links.choose(connection, account_id, wanted=False)
        else:
            erasure.erase(connection, account_id, typed="moderator@example.org", now_ms=now_ms, by=by)

    town.service.store.run_now(happen)
    assert (await post(town, token))[0] == 410
    assert version_of(town, sent).state == "submitted"


async def test_none_is_made_where_one_moderators_word_is_not_enough(town: Town) -> None:
    children = submit(town, "Children")
    town.service.store.run_now(lambda connection: _shows_children(connection, children))
    assert made(town, children) is None
    waiting = submit(town)
    assert made(town, waiting, "editor") is None
    own = submit(town, "My own", by="moderator")
    assert made(town, own) is None
    later = good(town, waiting)
    town.service.store.run_now(lambda connection: _shows_children(connection, waiting))
    status, text = await post(town, later, seen="yes")
    assert (status, "More than one moderator" in text) == (410, True)


def _shows_children(connection: Connection, sent: Sent) -> None:
    connection.execute(items.update().where(items.c.id == sent.item_id).values(people_shown="minors"))


async def test_what_is_blurred_is_looked_at_first(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = submit(town)
    token = good(town, sent)
    monkeypatch.setattr("curator.demands.veiled", lambda *_given: frozenset({sent.version_id}))
    page = await (await town.client().get(f"/decide?link={token}")).text()
    assert "Show the picture" in page
    assert "/decide/rendition" not in page
    assert 'value="approve"' not in page
    status, text = await post(town, token)
    assert (status, "Look at it first" in text) == (422, True)
    shown = await (await town.client().get(f"/decide?link={token}&show=yes")).text()
    assert "/decide/rendition" in shown
    assert (await post(town, token, seen="yes"))[0] == 200


async def test_people_and_the_council_may_do_without_links(make_town: MakeTown) -> None:
    town = await make_town()
    await choose(town, "moderator", waiting="at_once", links="no")
    submit(town)
    (mail,) = await mailed(town, "moderator")
    assert "/decide" not in mail.get_content()
    assert "Links in mails that decide" in await (await town.client("moderator").get("/account")).text()
    assert "Links in mails that decide" not in await (await town.client("editor").get("/account")).text()


async def test_where_the_council_wants_none_there_are_none(make_town: MakeTown) -> None:
    town = await make_town(decision_links=False)
    await choose(town, "moderator", waiting="at_once")
    sent = submit(town)
    (mail,) = await mailed(town, "moderator")
    assert "/decide" not in mail.get_content()
    assert (await post(town, good(town, sent)))[0] == 410
    assert "Links in mails that decide" not in await (await town.client("moderator").get("/account")).text()


async def test_a_mail_about_much_holds_so_many_links_and_no_more(town: Town) -> None:
    await choose(town, "moderator", waiting="at_once")
    for number in range(MOST_IN_A_MAIL + 2):
        submit(town, f"Item {number}")
    await notifying.mail_due(town.service)
    (mail, *_rest) = await mailed(town, "moderator")
    assert len(LINK.findall(mail.get_content())) == MOST_IN_A_MAIL
    assert PASSWORD not in mail.get_content()
