"""Two persons for what the policy names, one appeal to another person, and how long all of it took."""

import re

import pytest

from curator import accounts, appeals, decided, moderation, policy, promptness
from curator.authorisation import NotAllowed, Role
from curator.not_decided import NotDecided, OwnWork
from tests.curator.cases import Sent, approve, item_of, look, send, send_version, somebody, version_of
from tests.curator.conftest import Town

DAY_MS = 86_400_000


def say_yes(town: Town, sent: Sent, who: str, *, role: Role = Role.MODERATOR, ask_second: bool = False) -> None:
    town.service.store.run_now(
        lambda connection: moderation.approve(
            connection, sent.version_id, sent.sha256, moderator=somebody(town, who, role), key=town.service.key,
            now_ms=town.clock(), is_seen=True, ask_second=ask_second,
        )
    )  # fmt: skip


def reject(town: Town, sent: Sent, who: str = "moderator") -> None:
    town.service.store.run_now(
        lambda connection: moderation.reject(
            connection, sent.version_id, sent.sha256, reason="rights", words="Whose song is it?",
            moderator=somebody(town, who), now_ms=town.clock(),
        )
    )  # fmt: skip


def appeal(town: Town, sent: Sent, words: str = "It is ours.", who: str = "editor") -> None:
    actor = look(town, lambda connection: accounts.actor(connection, town.accounts[who]))
    assert actor is not None
    town.service.store.run_now(
        lambda connection: appeals.make(connection, sent.version_id, words=words, by=actor, now_ms=town.clock())
    )


def approvals(town: Town, sent: Sent) -> dict[str, str]:
    return look(town, lambda connection: decided.signed_approvals(connection, [sent.version_id]))


async def test_what_shows_children_plays_when_two_people_agreed(town: Town) -> None:
    sent = send(town, people_shown="minors")
    say_yes(town, sent, "moderator")
    assert (version_of(town, sent).state, item_of(town, sent).approved, approvals(town, sent)) == (
        "submitted",
        None,
        {},
    )
    say_yes(town, sent, "programmer")
    assert version_of(town, sent).state == "approved"
    assert sent.version_id in approvals(town, sent)


async def test_the_first_cannot_be_the_second_too(town: Town) -> None:
    sent = send(town, people_shown="minors")
    say_yes(town, sent, "moderator")
    with pytest.raises(NotDecided, match="agreed already"):
        say_yes(town, sent, "moderator")
    assert approvals(town, sent) == {}


async def test_a_moderator_in_doubt_may_ask_for_a_second_person(town: Town) -> None:
    sent = send(town)
    say_yes(town, sent, "moderator", ask_second=True)
    assert version_of(town, sent).state == "submitted"
    (waiting,) = look(town, moderation.queue)
    assert waiting.agreed_by == town.accounts["moderator"]
    say_yes(town, sent, "programmer", ask_second=True)
    assert version_of(town, sent).state == "approved"


async def test_an_agreement_is_about_bytes_and_not_about_the_item(town: Town) -> None:
    sent = send(town, people_shown="minors")
    say_yes(town, sent, "moderator")
    newer = send_version(town, sent.item_id)
    say_yes(town, newer, "programmer")
    assert version_of(town, newer).state == "submitted"


async def test_the_first_may_still_reject(town: Town) -> None:
    sent = send(town, people_shown="minors")
    say_yes(town, sent, "moderator")
    reject(town, sent)
    assert version_of(town, sent).state == "rejected"


async def test_an_appeal_is_heard_by_another_person_and_once(town: Town) -> None:
    sent = send(town)
    reject(town, sent)
    appeal(town, sent)
    (waiting,) = look(town, moderation.queue)
    assert (waiting.version_id, waiting.is_appeal) == (sent.version_id, True)
    with pytest.raises(OwnWork, match="somebody else hears the appeal"):
        say_yes(town, sent, "moderator")
    with pytest.raises(OwnWork):
        reject(town, sent)
    reject(town, sent, "programmer")
    with pytest.raises(appeals.NotAppealed):
        appeal(town, sent, "Once more.")
    assert approvals(town, sent) == {}


async def test_an_appeal_that_is_granted_plays(town: Town) -> None:
    sent = send(town)
    reject(town, sent)
    appeal(town, sent)
    say_yes(town, sent, "programmer")
    assert version_of(town, sent).state == "approved"


async def test_an_agreement_from_before_an_appeal_does_not_count(town: Town) -> None:
    sent = send(town, people_shown="minors")
    say_yes(town, sent, "programmer")
    reject(town, sent)
    town.clock.turn(1_000)
    appeal(town, sent)
    say_yes(town, sent, "administrator")
    assert (version_of(town, sent).state, approvals(town, sent)) == ("submitted", {})


async def test_only_a_rejection_of_the_newest_version_can_be_appealed_against_by_its_group(town: Town) -> None:
    waiting = send(town, "Waits")
    with pytest.raises(appeals.NotAppealed):
        appeal(town, waiting)
    approve(town, waiting)
    with pytest.raises(appeals.NotAppealed):
        appeal(town, waiting)
    older = send(town, "Older")
    reject(town, older)
    with pytest.raises(NotAllowed):
        appeal(town, older, who="outsider")
    with pytest.raises(appeals.NotAppealed, match="1 to 1000"):
        appeal(town, older, words="  ")
    send_version(town, older.item_id)
    with pytest.raises(appeals.NotAppealed):
        appeal(town, older)


async def test_an_appeal_goes_its_whole_way_through_the_pages(town: Town) -> None:
    sent = send(town)
    reject(town, sent)
    editor, moderator = town.client("editor"), town.client("moderator")
    page = await (await editor.get(f"/items/{sent.item_id}")).text()
    assert "Appeal to another person" in page
    answer = await editor.post(f"/items/{sent.item_id}/appeal", data={"version": sent.version_id, "words": ""})
    assert (answer.status, "Say why it should be shown" in await answer.text()) == (422, True)
    words = "<b>It is ours</b>"
    await editor.post(f"/items/{sent.item_id}/appeal", data={"version": sent.version_id, "words": words})
    page = await (await moderator.get(f"/moderation/{sent.version_id}")).text()
    assert "&lt;b&gt;It is ours&lt;/b&gt;" in page
    assert "somebody else hears the appeal" in page
    assert 'id="approve"' not in page
    administrator = town.client("administrator")
    await administrator.post(f"/moderation/{sent.version_id}/approve", data={"sha256": sent.sha256})
    assert version_of(town, sent).state == "approved"


async def test_what_a_group_says_of_its_item_is_kept_and_told_to_the_moderator(town: Town) -> None:
    sent = send(town)
    form = {"title": "Skate day", "people_shown": "minors", "rights": "own"}
    answer = await town.client("editor").post(f"/items/{sent.item_id}", data=form)
    assert answer.status == 200
    assert (item_of(town, sent).people_shown, item_of(town, sent).rights) == ("minors", "own")
    page = await (await town.client("moderator").get(f"/moderation/{sent.version_id}?show=yes")).text()
    assert "children, and their guardians agreed" in page
    assert "Agree, as the first of two" in page
    answer = await town.client("editor").post(f"/items/{sent.item_id}", data=form | {"people_shown": "everybody"})
    assert answer.status == 422


async def test_how_long_decisions_took_is_published(town: Town) -> None:
    for minutes in (1, 2, 3, 4, 100):
        sent = send(town, f"After {minutes}")
        town.clock.turn(minutes * 60_000)
        approve(town, sent)
    prompt = look(town, lambda connection: promptness.of_decisions(connection, town.clock()))
    assert prompt == promptness.Promptness(5, 3 * 60_000, 100 * 60_000)
    page = await (await town.client().get("/policy")).text()
    assert re.search(r"half came within 3 minutes, nine of ten within 1 hour", page)
    later = look(town, lambda connection: promptness.of_decisions(connection, town.clock() + 91 * DAY_MS))
    assert later is None


def test_the_policy_names_only_what_can_be_said() -> None:
    from content.reading import BadDocument

    body = policy.FILE.read_text("utf-8").replace('people = ["minors"]', 'people = ["ghosts"]')
    with pytest.raises(BadDocument, match=r"policy.toml.needs\[0\].people\[0\]: 'ghosts' is not one of"):
        policy.read_policy(body)
