"""Asking a group for a change: no rejection, a conversation beside the item, and it comes back to the queue."""

import pytest

from curator import accounts, asking, decided, moderation, promptness
from curator.asking import NotAnswered
from curator.authorisation import NotAllowed
from curator.not_decided import BadReason, Changed, OwnWork
from tests.curator.cases import Sent, approve, item_of, look, send, send_version, somebody, version_of
from tests.curator.conftest import Town
from tests.curator.programme import things


def ask(town: Town, sent: Sent, words: str = "The date is wrong.", who: str = "moderator") -> None:
    things.run(
        town,
        lambda connection: asking.ask(
            connection, sent.version_id, sent.sha256, words=words, moderator=somebody(town, who), now_ms=town.clock()
        ),
    )


def answer(town: Town, sent: Sent, words: str = "It is right.", who: str = "editor") -> None:
    actor = look(town, lambda connection: accounts.actor(connection, town.accounts[who]))
    assert actor is not None
    things.run(
        town,
        lambda connection: asking.answer(connection, sent.version_id, words=words, by=actor, now_ms=town.clock()),
    )


async def test_what_was_asked_for_is_no_rejection_and_leaves_the_queue(town: Town) -> None:
    sent = send(town)
    town.clock.turn(60_000)
    ask(town, sent)
    assert version_of(town, sent).state == "asked"
    assert look(town, moderation.queue) == []
    history = look(town, lambda connection: decided.history(connection, town.group.id))
    assert (history.approved, history.rejected) == (0, 0)
    prompt = look(town, lambda connection: promptness.of_decisions(connection, town.clock()))
    assert prompt is not None
    assert prompt.count == 1, "a group that is asked has had an answer"
    with pytest.raises(Changed, match="asked the group to change it"):
        approve(town, sent)


async def test_an_answer_brings_it_back_with_the_conversation_and_the_same_person_may_decide(town: Town) -> None:
    sent = send(town)
    ask(town, sent, "<i>Which year?</i>")
    answer(town, sent, "This one.")
    (waiting,) = look(town, moderation.queue)
    assert (waiting.version_id, waiting.is_answer) == (sent.version_id, True)
    page = await (await town.client("moderator").get(f"/moderation/{sent.version_id}")).text()
    assert page.index("&lt;i&gt;Which year?&lt;/i&gt;") < page.index("This one.")
    approve(town, sent)
    assert version_of(town, sent).state == "approved"


async def test_a_new_version_answers_too_and_the_words_stand_beside_it(town: Town) -> None:
    sent = send(town)
    ask(town, sent, "Larger letters, please.")
    newer = send_version(town, sent.item_id)
    (waiting,) = look(town, moderation.queue)
    assert waiting.version_id == newer.version_id
    assert (
        "Larger letters, please."
        in await (await town.client("moderator").get(f"/moderation/{newer.version_id}")).text()
    )
    with pytest.raises(NotAnswered):
        answer(town, sent)
    approve(town, newer)
    assert version_of(town, sent).state == "draft"


async def test_what_plays_goes_on_playing_while_a_change_is_asked_for(town: Town) -> None:
    first = send(town)
    approve(town, first)
    ask(town, send_version(town, first.item_id))
    approved = item_of(town, first).approved
    assert approved is not None
    assert approved.id == first.version_id


async def test_nobody_asks_without_words_about_their_own_or_answers_for_another_group(town: Town) -> None:
    sent = send(town)
    with pytest.raises(BadReason, match="what to change"):
        ask(town, sent, "  ")
    with pytest.raises(OwnWork):
        ask(town, sent, who="editor")
    ask(town, sent)
    with pytest.raises(NotAllowed):
        answer(town, sent, who="outsider")
    with pytest.raises(NotAnswered, match="Write your answer"):
        answer(town, sent, " ")


async def test_it_goes_its_whole_way_through_the_pages(town: Town) -> None:
    sent = send(town)
    moderator, editor = town.client("moderator"), town.client("editor")
    form = {"sha256": sent.sha256, "asked": "Which year?"}
    page = await (await moderator.post(f"/moderation/{sent.version_id}/ask", data=form)).text()
    assert "You asked for a change" in page
    page = await (await editor.get(f"/items/{sent.item_id}")).text()
    assert "Please change it" in page
    assert "Which year?" in page
    assert "a moderator asks for it" in await (await editor.get("/notices")).text()
    reply = await editor.post(f"/items/{sent.item_id}/answer", data={"version": sent.version_id, "words": ""})
    assert reply.status == 422
    await editor.post(f"/items/{sent.item_id}/answer", data={"version": sent.version_id, "words": "This year."})
    assert "answered" in await (await moderator.get("/moderation")).text()
