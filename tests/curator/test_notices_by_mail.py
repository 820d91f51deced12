"""Notices by mail: at once or once a day, not too many, and with nothing in them that is over or not theirs."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from curator import notices, notifying
from curator.authorisation import Role
from curator.mail import delivery, outbox
from curator.notices import Kind, Way
from curator.tables_notices import notices as rows
from tests.curator.cases import approve, look, send
from tests.curator.conftest import MakeTown, Town
from tests.curator.mailing import mail_to
from tests.curator.noticing import A_DAY_MS, choose, give, mailed, page, reject, submit

HOSTILE = "</a><script>alert(1)</script>\u202e\r\nBcc: all@example.org"


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


async def test_what_is_decided_before_the_mail_goes_is_not_in_it(town: Town) -> None:
    give(town, "programmer", Role.MODERATOR)
    approve(town, submit(town, "Decided"))
    submit(town, "Still waiting")
    town.clock.turn(A_DAY_MS)
    (mail,) = await mailed(town, "programmer")
    assert "Still waiting" in mail.get_content()
    assert "Decided" not in mail.get_content()


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


async def test_notices_wait_while_the_outbox_has_no_room_for_them(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as full:
        full.setattr(notifying, "MOST_OF_OUTBOX", 0)
        approve(town, send(town, "First"))
        approve(town, send(town, "Second"))
        assert await notifying.mail_due(town.service) == 0
    (mail,) = await mailed(town, "editor")
    assert "First" in mail.get_content()
    assert "Second" in mail.get_content()


async def test_a_mail_that_nobody_takes_is_gone_after_a_week_and_does_not_come_again(make_town: MakeTown) -> None:
    town = await make_town(mail_host="127.0.0.1", mail_port=1, mail_security="none")
    approve(town, send(town))
    await notifying.mail_due(town.service)
    assert len(look(town, outbox.every)) == 1
    town.clock.turn(7 * A_DAY_MS)
    await notifying.mail_due(town.service)
    await delivery.send_due(town.service)
    assert look(town, outbox.every) == []


async def test_a_decision_on_the_web_reaches_the_group_by_mail_by_itself(town: Town) -> None:
    sent = send(town)
    client = town.client("moderator")
    await (await client.post(f"/moderation/{sent.version_id}/approve", data={"sha256": sent.sha256})).read()
    assert (await mail_to(town, "editor@example.org"))["Subject"] == "Commonscreen: something new for you"


def test_what_was_told_only_here_is_not_mailed_when_somebody_chooses_mail_later(town: Town) -> None:
    editor = town.accounts["editor"]
    run = town.service.store.run_now
    run(lambda connection: notices.choose(connection, editor, Kind.DECISION, Way.HERE))
    approve(town, send(town))
    run(lambda connection: notices.choose(connection, editor, Kind.DECISION, Way.AT_ONCE))
    ways = look(town, lambda connection: connection.execute(sa.select(rows.c.way)).scalars().all())
    assert ways == ["here"]
