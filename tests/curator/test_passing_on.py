"""Passing a decision on: out of the queue, seen with its age, decided by whom it went to, told to who passed it on."""

import pytest

from curator import accounts, audit, escalations, moderation, passing_on
from curator.authorisation import Role
from curator.not_decided import BadReason, NotDecided
from curator.queue_filter import Wanted
from curator.store import Connection
from curator.tables import grants
from tests.curator.cases import Sent, approve, look, send, somebody, version_of
from tests.curator.conftest import Town
from tests.curator.programme import things

PASSED = Wanted(passed="yes")


def second_moderator(town: Town, name: str = "second") -> str:
    """Somebody else who moderates."""

    def make(connection: Connection) -> str:
        account_id = accounts.create(
            connection, email=f"{name}@example.org", name=name.title(), password_hash="", language="en",
            now_ms=town.clock(), by=None,
        )  # fmt: skip
        accounts.grant(
            connection, account_id=account_id, role=Role.MODERATOR, group_id=None, now_ms=town.clock(), by=None
        )
        return account_id

    town.accounts[name] = things.run(town, make)
    return town.accounts[name]


def pass_on(town: Town, sent: Sent, to: str, words: str = "I know them.", who: str = "moderator") -> None:
    things.run(
        town,
        lambda connection: passing_on.pass_on(
            connection, sent.version_id, sent.sha256, to=to, words=words, moderator=somebody(town, who),
            now_ms=town.clock(),
        ),
    )  # fmt: skip


def say_yes(town: Town, sent: Sent, who: str, role: Role = Role.MODERATOR) -> None:
    things.run(
        town,
        lambda connection: moderation.approve(
            connection, sent.version_id, sent.sha256, moderator=somebody(town, who, role), key=town.service.key,
            now_ms=town.clock(), is_seen=True,
        ),
    )  # fmt: skip


async def test_what_is_passed_on_leaves_the_queue_and_is_seen_with_its_age(town: Town) -> None:
    sent = send(town)
    pass_on(town, sent, passing_on.ADMINISTRATORS)
    town.clock.turn(3 * 3_600_000)
    assert look(town, moderation.queue) == []
    (waiting,) = look(town, lambda connection: moderation.queue(connection, PASSED))
    assert waiting.version_id == sent.version_id
    page = await (await town.client("moderator").get("/moderation?passed=yes")).text()
    assert "passed on to the administrators: 3 hours" in page


async def test_only_whom_it_went_to_decides_and_the_one_who_passed_it_on_is_told(town: Town) -> None:
    sent = send(town)
    second = second_moderator(town)
    pass_on(town, sent, second)
    with pytest.raises(NotDecided, match="passed on to Second"):
        approve(town, sent)
    assert "passed on to you" in await (await town.client("second").get("/notices")).text()
    say_yes(town, sent, "second")
    assert version_of(town, sent).state == "approved"
    page = await (await town.client("moderator").get("/notices")).text()
    assert "which you passed on, was approved" in page
    assert look(town, lambda connection: escalations.open_about(connection, sent.version_id)) is None
    actions = [row.action for row in look(town, lambda c: audit.rows(c, subject=f"version:{sent.version_id}"))]
    assert actions[:2] == ["version.approve", "version.pass_on"]
    assert look(town, audit.first_broken_row) is None


async def test_an_administrator_may_always_decide_and_a_moderator_not_about_theirs(town: Town) -> None:
    sent = send(town)
    pass_on(town, sent, passing_on.ADMINISTRATORS)
    with pytest.raises(NotDecided, match="to the administrators"):
        approve(town, sent)
    say_yes(town, sent, "administrator", Role.ADMINISTRATOR)
    assert version_of(town, sent).state == "approved"


@pytest.mark.parametrize("to", ["editor", "programmer", "moderator", "nobody"])
async def test_it_goes_to_nobody_who_could_not_decide(town: Town, to: str) -> None:
    sent = send(town)
    with pytest.raises(NotDecided, match="Choose somebody else"):
        pass_on(town, sent, town.accounts.get(to, to))
    assert len(look(town, moderation.queue)) == 1


async def test_it_needs_words_and_goes_not_to_its_own_maker(town: Town) -> None:
    second_moderator(town)
    own = send(town, by="second")
    with pytest.raises(NotDecided):
        pass_on(town, own, town.accounts["second"])
    with pytest.raises(BadReason, match="what is to be decided"):
        pass_on(town, own, passing_on.ADMINISTRATORS, words=" ")


async def test_who_passed_it_on_puts_it_back_and_nobody_else(town: Town) -> None:
    sent = send(town)
    second = second_moderator(town)
    second_moderator(town, "third")
    pass_on(town, sent, second)
    assert "Put it back" not in await (await town.client("third").get(f"/moderation/{sent.version_id}")).text()
    address = f"/moderation/{sent.version_id}/put-back"
    assert (await town.client("third").post(address, data={})).status == 409
    assert (await town.client("moderator").post(address, data={})).status == 200
    assert len(look(town, moderation.queue)) == 1


async def test_an_agreement_of_the_first_of_two_brings_it_back_for_a_second(town: Town) -> None:
    sent = send(town, people_shown="minors")
    second = second_moderator(town)
    pass_on(town, sent, second)
    say_yes(town, sent, "second")
    assert len(look(town, moderation.queue)) == 1
    assert "waits for a second" in await (await town.client("moderator").get("/notices")).text()


async def test_a_person_who_lost_the_role_decides_nothing_that_was_passed_on_to_them(town: Town) -> None:
    sent = send(town)
    second = second_moderator(town)
    pass_on(town, sent, second)
    things.run(town, lambda connection: connection.execute(grants.delete().where(grants.c.account_id == second)))
    answer = await town.client("second").post(f"/moderation/{sent.version_id}/approve", data={"sha256": sent.sha256})
    assert answer.status == 403
    assert version_of(town, sent).state == "submitted"


async def test_the_pages_pass_it_on_and_tell_the_group_nothing(town: Town) -> None:
    sent = send(town)
    form = {"sha256": sent.sha256, "to": passing_on.ADMINISTRATORS, "passed_words": "Too near to me."}
    await town.client("moderator").post(f"/moderation/{sent.version_id}/pass-on", data=form)
    administrator = await (await town.client("administrator").get(f"/moderation/{sent.version_id}")).text()
    assert "Too near to me." in administrator
    assert "Too near to me." not in await (await town.client("editor").get(f"/items/{sent.item_id}")).text()
