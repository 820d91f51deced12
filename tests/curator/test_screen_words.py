"""Words on the screens: title and credits are drawn as a moderator has read them, whatever a group writes later."""

import pytest

from curator import item_words, library, moderation, notices, screen_words
from curator.library import Item
from curator.not_decided import BadReason, Changed, OwnWork
from curator.notices import Kind
from curator.programme.library_facts import gather
from curator.programme.manifest_maker import manifest_item
from tests.curator.cases import Sent, approve, send, somebody
from tests.curator.conftest import Town

Words = tuple[str, str]


def the_item(town: Town, sent: Sent) -> Item:
    found = town.service.store.read_now(lambda connection: library.item(connection, sent.item_id))
    assert found is not None
    return found


def on_screens(town: Town, sent: Sent) -> Words:
    """What a manifest says of the item."""
    facts = town.service.store.read_now(lambda connection: gather(connection, town.service.key.public))
    told = manifest_item(facts.showable[sent.item_id])
    return told.title, told.credits


def rename(town: Town, sent: Sent, title: str, *, by: str = "editor", people_shown: str = "") -> None:
    town.service.store.run_now(
        lambda connection: item_words.change_words(
            connection, sent.item_id, title=title, credits_line="by us", licence="", alt_text="",
            people_shown=people_shown, rights="", languages=(), now_ms=town.clock(), by=town.accounts[by],
        )
    )  # fmt: skip


def allow(town: Town, sent: Sent, mark: str, who: str = "moderator") -> None:
    town.service.store.run_now(
        lambda connection: screen_words.allow(
            connection, sent.item_id, mark, moderator=somebody(town, who), now_ms=town.clock()
        )
    )


def put_back(town: Town, sent: Sent, mark: str, words: str) -> None:
    town.service.store.run_now(
        lambda connection: screen_words.put_back(
            connection, sent.item_id, mark, words=words, moderator=somebody(town, "moderator"), now_ms=town.clock()
        )
    )


async def test_new_words_are_on_no_screen_before_somebody_else_has_read_them(town: Town) -> None:
    sent = send(town, "Skate day")
    approve(town, sent)
    assert on_screens(town, sent) == ("Skate day", "")
    rename(town, sent, "Something rude")
    assert on_screens(town, sent) == ("Skate day", "")
    mark = item_words.mark_of(the_item(town, sent))
    with pytest.raises(OwnWork):
        allow(town, sent, mark, who="editor")
    allow(town, sent, mark)
    assert on_screens(town, sent) == ("Something rude", "by us")


async def test_words_that_changed_again_are_not_the_ones_that_were_read(town: Town) -> None:
    sent = send(town, "Skate day")
    approve(town, sent)
    rename(town, sent, "Skate days")
    mark = item_words.mark_of(the_item(town, sent))
    rename(town, sent, "Something rude")
    with pytest.raises(Changed):
        allow(town, sent, mark)
    assert on_screens(town, sent) == ("Skate day", "")


async def test_an_approval_is_of_the_words_beside_the_picture_too(town: Town) -> None:
    sent = send(town, "Skate day")
    looked = item_words.mark_of(the_item(town, sent))

    def approve_what_was_read() -> None:
        town.service.store.run_now(
            lambda connection: moderation.approve(
                connection, sent.version_id, sent.sha256, moderator=somebody(town, "moderator"), key=town.service.key,
                now_ms=town.clock(), words_mark=looked, is_seen=True,
            )
        )  # fmt: skip

    rename(town, sent, "Skate day", people_shown="minors")
    with pytest.raises(Changed):
        approve_what_was_read()
    looked = item_words.mark_of(the_item(town, sent))
    approve_what_was_read()


async def test_old_words_are_put_back_with_a_word_to_the_group_and_both_are_told(town: Town) -> None:
    sent = send(town, "Skate day")
    approve(town, sent)
    town.clock.turn(1000)
    rename(town, sent, "Something rude")

    def told(who: str, kind: Kind) -> list[notices.Notice]:
        return town.service.store.read_now(
            lambda connection: [one for one in notices.of(connection, town.accounts[who]) if one.kind is kind]
        )

    (waits,) = told("moderator", Kind.CAPTIONS)
    assert waits.settled_ms is None
    mark = item_words.mark_of(the_item(town, sent))
    with pytest.raises(BadReason):
        put_back(town, sent, mark, " ")
    put_back(town, sent, mark, "Please keep it friendly.")
    item = the_item(town, sent)
    assert (item.title, item_words.wait(item)) == ("Skate day", False)
    assert told("moderator", Kind.CAPTIONS)[0].settled_ms is not None
    assert "Please keep it friendly." in [one.values["words"] for one in told("editor", Kind.DECISION)]
    with pytest.raises(Changed):
        allow(town, sent, item_words.mark_of(item))


async def test_on_the_pages_the_group_reads_that_they_wait_and_the_moderator_allows_them(town: Town) -> None:
    sent = send(town, "Skate day")
    approve(town, sent)
    rename(town, sent, "Skate night")
    page = await (await town.client("editor").get(f"/items/{sent.item_id}")).text()
    assert "Until then screens show the ones before: “Skate day”." in page
    moderator = town.client("moderator")
    queue = await (await moderator.get("/moderation")).text()
    assert "(on the screens: Skate day)" in queue
    mark = item_words.mark_of(the_item(town, sent))
    answer = await moderator.post(f"/moderation/{sent.version_id}/words/allow", data={"said": mark})
    assert answer.status == 200
    assert on_screens(town, sent) == ("Skate night", "by us")
    again = await moderator.post(f"/moderation/{sent.version_id}/words/back", data={"said": mark, "words_back": "No."})
    assert again.status == 409
    assert "There are no new words to decide about (any more)." in await again.text()
