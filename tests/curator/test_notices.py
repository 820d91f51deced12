"""Notices: who is told of what, once, on a page, and what nobody is told any more."""

import pytest

from curator import accounts, appeals, cleaning, library, mending, moderation, people
from curator.authorisation import Role
from curator.notices import Kind
from curator.store import Connection
from curator.tables import versions
from tests.curator.cases import approve, look, send, somebody
from tests.curator.conftest import MakeTown, Town
from tests.curator.nodes import until
from tests.curator.noticing import A_DAY_MS, choose, give, mailed, page, refuse, reject, submit, told
from tests.curator.uploading import picture, upload


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


async def test_what_preparation_made_of_an_upload_is_told_to_whom_it_concerns(make_town: MakeTown) -> None:
    town = await make_town(preparation_processes=1)
    await upload(town.client("contributor"), picture(), title="Sea")
    await upload(town.client("contributor"), b"no picture at all", title="Notes")
    await until(lambda: bool(told(town, "moderator") and told(town, "contributor")), deadline_s=60)
    assert "“Sea” waits for a decision: it is the first that Youth club sends." in await page(town, "moderator")
    assert "“Notes” cannot be used as it is." in await page(town, "contributor")
    assert [len(told(town, who)) for who in ("moderator", "contributor", "editor")] == [1, 1, 0]


def test_a_mended_version_is_told_to_moderators_when_its_makers_submit_it(town: Town) -> None:
    sent, by = send(town), town.accounts["contributor"]
    draft = versions.update().values(state="draft", submitted_ms=None, mended_from="another")
    town.service.store.run_now(lambda connection: connection.execute(draft))
    give(town, "contributor", Role.MODERATOR)
    for _twice in range(2):
        town.service.store.run_now(
            lambda connection: mending.submit(connection, sent.item_id, sent.version_id, by=by, now_ms=town.clock())
        )
    assert len(told(town, "moderator")) == 1
    assert told(town, "contributor") == []


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


async def test_what_is_taken_back_waits_for_nobody(town: Town) -> None:
    sent, by = submit(town), town.accounts["editor"]
    town.service.store.run_now(
        lambda connection: library.withdraw(connection, sent.item_id, now_ms=town.clock(), by=by)
    )
    assert told(town, "moderator")[0].settled_ms is not None


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


async def test_old_notices_go_with_the_other_cleaning(make_town: MakeTown) -> None:
    town = await make_town(keep_days=30)
    approve(town, send(town))
    town.clock.turn(30 * A_DAY_MS)
    await cleaning.clean(town.service)
    assert len(told(town, "editor")) == 1
    town.clock.turn(1)
    await cleaning.clean(town.service)
    assert told(town, "editor") == []


def test_only_what_preparation_submits_is_told_to_moderators(town: Town) -> None:
    sent = send(town)
    town.service.store.run_now(
        lambda connection: connection.execute(versions.update().values(state="withdrawn", preparation="running"))
    )
    refuse(town, sent)
    assert told(town, "moderator") == []
