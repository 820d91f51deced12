"""Notices: who is told of what, once, on a page and by mail, and what nobody is told any more."""

import asyncio
from datetime import UTC, datetime
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from content.media.reasons import Reason
from curator import accounts, appeals, cleaning, library, moderation, notices, notifying, occasions, people
from curator.authorisation import Role
from curator.mail import outbox
from curator.notices import Kind, Notice, Way
from curator.store import Connection
from curator.tables import notices as rows
from curator.tables import versions
from tests.curator.cases import Sent, approve, look, send, somebody
from tests.curator.conftest import MakeTown, Town
from tests.curator.mailing import laid, mail_to
from tests.curator.nodes import until

AN_HOUR_MS = 3_600_000
A_DAY_MS = 24 * AN_HOUR_MS
HOSTILE = "</a><script>alert(1)</script>\u202e\r\nBcc: all@example.org"


def reject(town: Town, sent: Sent, words: str = "Whose song is it?", who: str = "moderator") -> None:
    town.service.store.run_now(
        lambda connection: moderation.reject(
            connection, sent.version_id, sent.sha256, reason="rights", words=words, moderator=somebody(town, who),
            now_ms=town.clock(),
        )
    )  # fmt: skip


def refuse(town: Town, sent: Sent) -> None:
    town.service.store.run_now(
        lambda connection: library.note_refused(
            connection, sent.version_id, (Reason("unreadable"),), town.clock(), facts=None
        )
    )


def submit(town: Town, title: str = "Skate day", by: str | None = "editor") -> Sent:
    """Something that begins to wait, as preparation submits it."""
    sent = send(town, title, by=by)
    town.service.store.run_now(lambda connection: _waits(connection, town, sent))
    return sent


def _waits(connection: Connection, town: Town, sent: Sent) -> None:
    occasions.waits(connection, sent.version_id, now_ms=town.clock())


def told(town: Town, who: str, kind: Kind | None = None) -> list[Notice]:
    found = look(town, lambda connection: notices.of(connection, town.accounts[who]))
    return [notice for notice in found if kind in {None, notice.kind}]


def give(town: Town, who: str, role: Role, group_id: str | None = None) -> None:
    town.service.store.run_now(
        lambda connection: accounts.grant(
            connection, account_id=town.accounts[who], role=role, group_id=group_id, now_ms=town.clock(), by=None
        )
    )


async def choose(town: Town, who: str, **ways: str) -> None:
    usual = {
        kind.value: way.value for kind, way in look(town, lambda c: notices.choices(c, town.accounts[who])).items()
    }
    answer = await town.client(who).post("/account/notices", data=usual | ways)
    assert (answer.status, "Saved" in await answer.text()) == (200, True)


async def page(town: Town, who: str, path: str = "/notices") -> str:
    answer = await town.client(who).get(path)
    assert answer.status == 200
    return await answer.text()


async def mailed(town: Town, who: str) -> list[EmailMessage]:
    """The mails somebody has, once every mail that is due has been sent."""
    await notifying.mail_due(town.service)
    await until(lambda: not look(town, outbox.every))
    return [mail for mail in await asyncio.to_thread(laid, town) if mail["To"] == f"{who}@example.org"]


async def test_a_rejection_is_told_to_uploader_and_editors_with_reason_words_and_a_way_there(town: Town) -> None:
    sent = send(town, by="contributor")
    reject(town, sent)
    for who in ("contributor", "editor"):
        shown = await page(town, who)
        assert "“Skate day” was rejected: " in shown
        assert "<blockquote>Whose song is it?</blockquote>" in shown
        assert f'href="/items/{sent.item_id}"' in shown
        (mail,) = await mailed(town, who)
        assert "Whose song is it?" in mail.get_content()
        assert f"/items/{sent.item_id}" in mail.get_content()
    assert [told(town, who) for who in ("outsider", "moderator", "programmer")] == [[], [], []]


async def test_nobody_is_told_of_what_they_decided_themselves(town: Town) -> None:
    give(town, "moderator", Role.EDITOR, town.group.id)
    approve(town, send(town))
    assert len(told(town, "editor")) == 1
    assert told(town, "moderator") == []


async def test_a_closed_account_is_not_told_and_gets_no_mail_of_before(town: Town) -> None:
    await choose(town, "contributor", decision="daily")
    reject(town, send(town, by="contributor"))
    by = town.accounts["administrator"]
    town.service.store.run_now(
        lambda connection: people.disable(connection, town.accounts["contributor"], now_ms=town.clock(), by=by)
    )
    reject(town, send(town, by="contributor"))
    assert len(told(town, "contributor")) == 1
    town.clock.turn(A_DAY_MS)
    assert await mailed(town, "contributor") == []


async def test_who_left_the_group_sees_no_title_of_it_and_is_mailed_none(town: Town) -> None:
    await choose(town, "contributor", decision="daily")
    reject(town, send(town, "Secret plan", by="contributor"))
    town.service.store.run_now(
        lambda connection: people.take_role(
            connection, account_id=town.accounts["contributor"], role=Role.CONTRIBUTOR, group_id=town.group.id,
            now_ms=town.clock(), by=town.accounts["administrator"],
        )
    )  # fmt: skip
    shown = await page(town, "contributor")
    assert "no longer see" in shown
    assert "Secret plan" not in shown
    assert "Whose song" not in shown
    town.clock.turn(A_DAY_MS)
    assert await mailed(town, "contributor") == []
    reject(town, send(town, by="contributor"))
    assert len(told(town, "contributor")) == 1


async def test_what_waits_is_told_to_those_who_may_decide_and_not_to_its_maker(town: Town) -> None:
    give(town, "editor", Role.MODERATOR)
    sent = submit(town)
    (notice,) = told(town, "moderator")
    assert notice.subject == f"version:{sent.version_id}"
    assert told(town, "editor") == told(town, "administrator") == told(town, "outsider") == []
    approve(town, sent)
    assert told(town, "moderator")[0].settled_ms == town.clock()
    assert "unread" not in await page(town, "moderator", "/account")
    assert "waited for a decision" in await page(town, "moderator")


async def test_where_no_moderator_may_decide_administrators_are_told(town: Town) -> None:
    submit(town, by="moderator")
    assert told(town, "moderator") == []
    assert len(told(town, "administrator")) == 1


async def test_an_appeal_is_told_to_another_moderator_than_who_rejected(town: Town) -> None:
    give(town, "programmer", Role.MODERATOR)
    sent = send(town)
    reject(town, sent)
    editor = look(town, lambda connection: accounts.actor(connection, town.accounts["editor"]))
    assert editor is not None
    town.clock.turn(1)
    town.service.store.run_now(
        lambda connection: appeals.make(connection, sent.version_id, words="Ours.", by=editor, now_ms=town.clock())
    )
    assert [len(told(town, who, Kind.WAITING)) for who in ("programmer", "moderator", "editor")] == [1, 0, 0]


async def test_a_refused_upload_is_told_to_its_uploader_with_what_is_in_the_way(town: Town) -> None:
    refuse(town, send(town, by="contributor"))
    assert "“Skate day” cannot be used as it is." in await page(town, "contributor")
    assert told(town, "editor") == []
    refuse(town, send(town, "From the folder", by=None))
    assert len(told(town, "editor")) == 1


def test_nobody_is_told_twice_of_the_same(town: Town) -> None:
    sent = send(town, by="contributor")
    refuse(town, sent)
    refuse(town, sent)
    assert len(told(town, "contributor")) == 1


def test_a_decision_that_is_not_taken_is_not_told(town: Town) -> None:
    sent = send(town, by="contributor")

    def decide(connection: Connection) -> None:
        moderation.approve(
            connection, sent.version_id, sent.sha256, moderator=somebody(town, "moderator"), key=town.service.key,
            now_ms=town.clock(),
        )  # fmt: skip
        raise LookupError

    with pytest.raises(LookupError):
        town.service.store.run_now(decide)
    assert told(town, "contributor") == []


async def test_each_kind_goes_the_way_its_reader_chose(town: Town) -> None:
    await choose(town, "editor", decision="off", refused="here")
    approve(town, send(town))
    refuse(town, send(town))
    assert [notice.kind for notice in told(town, "editor")] == [Kind.REFUSED]
    town.clock.turn(2 * A_DAY_MS)
    assert await mailed(town, "editor") == []
    shown = await page(town, "editor", "/account")
    assert '<option value="off" selected>' in shown
    assert 'name="waiting"' not in shown
    answer = await town.client("editor").post("/account/notices", data={"decision": "by pigeon", "refused": "off"})
    await answer.read()
    assert answer.status == 422


async def test_the_daily_mail_comes_once_after_eight_and_tells_only_what_is_unread(town: Town) -> None:
    submit(town, "First")
    submit(town, "Second")
    town.clock.now_ms = ms("2026-09-22 07:59:59", "Europe/London")
    assert await mailed(town, "moderator") == []
    town.clock.turn(1_000)
    (mail,) = await mailed(town, "moderator")
    assert "2 new things" in mail["Subject"]
    assert "First" in mail.get_content()
    assert "Second" in mail.get_content()
    submit(town, "Third")
    await page(town, "moderator", "/moderation")
    town.clock.turn(A_DAY_MS)
    assert len(await mailed(town, "moderator")) == 1


def ms(words: str, zone: str) -> int:
    return int(datetime.fromisoformat(words).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).timestamp()) * 1000


@pytest.mark.parametrize(
    ("now", "last"),
    [
        ("2026-10-25 07:59", "2026-10-24 08:00"),
        ("2026-10-25 08:00", "2026-10-25 08:00"),
        ("2026-03-29 23:00", "2026-03-29 08:00"),
        ("2026-03-30 01:00", "2026-03-29 08:00"),
    ],
)
def test_eight_is_eight_on_the_wall_also_when_clocks_change(now: str, last: str) -> None:
    assert notifying.newest_daily_ms(ms(now, "Europe/London"), "Europe/London") == ms(last, "Europe/London")


async def test_who_wants_to_know_at_once_what_waits_gets_one_mail_an_hour_until_they_look(town: Town) -> None:
    await choose(town, "moderator", waiting="at_once")
    counts = []
    for minutes in (0, 10, 49, 1):
        town.clock.turn(minutes * 60_000)
        submit(town, f"After {minutes}")
        counts.append(len(await mailed(town, "moderator")))
    assert counts == [1, 1, 1, 2]
    last = (await mailed(town, "moderator"))[-1].get_content()
    assert [f"After {minutes}" in last for minutes in (0, 10, 49, 1)] == [False, True, True, True]
    await page(town, "moderator", "/moderation")
    submit(town, "Once more")
    assert len(await mailed(town, "moderator")) == 3


async def test_that_another_decides_quickly_brings_no_mail_for_each_upload(town: Town) -> None:
    give(town, "programmer", Role.MODERATOR)
    await choose(town, "programmer", waiting="at_once")
    for count in range(3):
        sent = submit(town, f"Number {count}")
        assert len(await mailed(town, "programmer")) == 1
        approve(town, sent)
    await page(town, "programmer", "/moderation")
    submit(town, "After a look")
    assert len(await mailed(town, "programmer")) == 2


async def test_what_is_taken_back_waits_for_nobody(town: Town) -> None:
    sent, by = submit(town), town.accounts["editor"]
    town.service.store.run_now(
        lambda connection: library.withdraw(connection, sent.item_id, now_ms=town.clock(), by=by)
    )
    assert told(town, "moderator")[0].settled_ms is not None


async def test_what_is_decided_before_the_mail_goes_is_not_in_it(town: Town) -> None:
    give(town, "programmer", Role.MODERATOR)
    approve(town, submit(town, "Decided"))
    submit(town, "Still waiting")
    town.clock.turn(A_DAY_MS)
    (mail,) = await mailed(town, "programmer")
    assert "Still waiting" in mail.get_content()
    assert "Decided" not in mail.get_content()


async def test_the_number_of_unread_notices_is_on_every_page_until_they_are_read(town: Town) -> None:
    sent = send(town)
    approve(town, sent)
    refuse(town, send(town, "Other"))
    assert '<span class="visually-hidden"> 2 unread</span>' in await page(town, "editor", "/account")
    assert "> 1 unread<" in await page(town, "editor", f"/items/{sent.item_id}")
    shown = await page(town, "editor")
    assert shown.count('class="badge busy"') == 1
    town.clock.turn(1)
    refuse(town, send(town, "Later"))
    answer = await town.client("editor").post("/notices/read", data={"until": town.clock() - 1})
    assert "> 1 unread<" in await answer.text()
    await (await town.client("editor").post("/notices/read", data={"until": town.clock()})).read()
    assert "unread" not in await page(town, "editor", "/account")


async def test_a_page_that_renews_itself_is_looked_at_by_nobody(town: Town) -> None:
    submit(town)
    client = town.client("moderator")
    await (await client.get("/moderation", headers={"Sec-Fetch-Dest": "empty"})).read()
    assert told(town, "moderator")[0].read_ms is None
    await (await client.get("/moderation", headers={"Sec-Fetch-Dest": "document"})).read()
    assert told(town, "moderator")[0].read_ms is not None


async def test_strangers_words_are_words_on_the_page_and_one_line_in_the_mail(town: Town) -> None:
    reject(town, send(town, HOSTILE), words=HOSTILE)
    assert "<script>" not in await page(town, "editor")
    (mail,) = await mailed(town, "editor")
    assert mail["Bcc"] is None
    line = next(line for line in mail.get_content().splitlines() if "was rejected" in line)
    assert line.count("Bcc: all@example.org") == 2
    assert "\u202e" not in mail.get_content()


async def test_a_mail_speaks_its_readers_language_and_links_to_the_public_address(make_town: MakeTown) -> None:
    town = await make_town(public_url="https://town.example/")
    await (await town.client("editor").post("/language", data={"language": "vi", "next": "/"})).read()
    sent = send(town)
    reject(town, sent)
    (mail,) = await mailed(town, "editor")
    assert mail["Content-Language"] == "vi"
    assert f"https://town.example/items/{sent.item_id}" in mail.get_content()
    assert "was rejected" not in mail.get_content()


async def test_a_town_whose_outbox_is_full_tells_later(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    approve(town, send(town))
    with monkeypatch.context() as full:
        full.setattr(outbox, "MOST_KEPT", 0)
        assert await notifying.mail_due(town.service) == 0
    assert len(await mailed(town, "editor")) == 1


async def test_a_decision_on_the_web_reaches_the_group_by_mail_by_itself(town: Town) -> None:
    sent = send(town)
    client = town.client("moderator")
    await (await client.post(f"/moderation/{sent.version_id}/approve", data={"sha256": sent.sha256})).read()
    assert (await mail_to(town, "editor@example.org"))["Subject"] == "Commonscreen: something new for you"


async def test_old_notices_go_with_the_other_cleaning(make_town: MakeTown) -> None:
    town = await make_town(keep_days=30)
    approve(town, send(town))
    town.clock.turn(30 * A_DAY_MS)
    await cleaning.clean(town.service)
    assert len(told(town, "editor")) == 1
    town.clock.turn(1)
    await cleaning.clean(town.service)
    assert told(town, "editor") == []


def test_what_was_told_only_here_is_not_mailed_when_somebody_chooses_mail_later(town: Town) -> None:
    editor = town.accounts["editor"]
    run = town.service.store.run_now
    run(lambda connection: notices.choose(connection, editor, Kind.DECISION, Way.HERE))
    approve(town, send(town))
    run(lambda connection: notices.choose(connection, editor, Kind.DECISION, Way.AT_ONCE))
    ways = look(town, lambda connection: connection.execute(sa.select(rows.c.way)).scalars().all())
    assert ways == ["here"]


def test_only_what_preparation_submits_is_told_to_moderators(town: Town) -> None:
    sent = send(town)
    town.service.store.run_now(
        lambda connection: connection.execute(versions.update().values(state="withdrawn", preparation="running"))
    )
    refuse(town, sent)
    assert told(town, "moderator") == []
