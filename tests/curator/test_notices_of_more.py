"""Notices of captions that wait, first plays and people who ask to be erased; the count a page keeps asking for."""

from pathlib import Path

from content.captions import CaptionCue, CaptionLine, Captions, webvtt
from content.media.facts import CaptionFile
from curator import accounts, captions, erasure, notifying, tickers
from curator.notices import Kind
from curator.publishing import Publisher
from curator.store import Connection
from curator.tables import sessions
from tests.curator.cases import Sent, approve, keep, look, send, somebody
from tests.curator.conftest import AN_HOUR_MS, Town
from tests.curator.noticing import page, submit, told
from tests.curator.programme import things


def add_captions(town: Town, sent: Sent, by: str = "editor") -> str:
    body = webvtt(Captions("en", (CaptionCue(0, 1_000, (CaptionLine("Hello"),)),)))
    made = CaptionFile(Path("gone"), keep(town, body), len(body), "en", "SRT", 1, 0, 1_000)

    def add(connection: Connection) -> str:
        return captions.add(
            connection, sent.version_id, made, file_name="a.srt", reasons=(), now_ms=town.clock(), by=town.accounts[by]
        )

    return things.run(town, add)


def test_captions_of_an_approved_film_are_told_of_until_they_are_decided(town: Town) -> None:
    film = send(town, "Skate day", kind="video")
    add_captions(town, film)
    assert told(town, "moderator", Kind.CAPTIONS) == [], "they wait together with their film"
    approve(town, film)
    track_id = add_captions(town, film)
    (notice,) = told(town, "moderator", Kind.CAPTIONS)
    assert (notice.subject_id, notice.is_new) == (film.version_id, True)
    assert told(town, "editor", Kind.CAPTIONS) == []
    track = look(town, lambda connection: captions.track(connection, track_id))
    assert track is not None
    things.run(
        town,
        lambda c: captions.approve(
            c, track_id, track.sha256, moderator=somebody(town, "moderator"), key=town.service.key, now_ms=town.clock()
        ),
    )
    assert not told(town, "moderator", Kind.CAPTIONS)[0].is_new


async def test_administrators_are_told_who_asks_to_be_erased_and_not_once_it_is_over(town: Town) -> None:
    asker = town.accounts["contributor"]
    things.run(town, lambda connection: erasure.ask(connection, asker, now_ms=town.clock()))
    assert "Contributor asks for their account to be erased." in await page(town, "administrator", "/notices")
    assert told(town, "moderator", Kind.ERASURE) == []
    things.run(town, lambda connection: erasure.take_back(connection, asker, now_ms=town.clock()))
    assert "that is over" in await page(town, "administrator", "/notices")
    assert not told(town, "administrator", Kind.ERASURE)[0].is_new


async def test_that_something_is_the_first_a_group_sends_is_told(town: Town) -> None:
    first = submit(town, "Skate day")
    assert "“Skate day” waits for a decision: it is the first that Youth club sends." in await page(town, "moderator")
    approve(town, first)
    submit(town, "Sea")
    assert "“Sea” (Youth club) waits for a decision." in await page(town, "moderator")


async def test_makers_are_told_once_where_and_when_it_plays_for_the_first_time(town: Town) -> None:
    screen = things.screen(town)
    things.share(town, screen, group=1)
    approve(town, send(town, "Skate day", by="contributor"))
    await notifying.tell_first_plays(town.service)
    assert told(town, "contributor", Kind.PLAYS_SOON) == [], "no programme has it yet"
    await Publisher(town.service).publish_due()
    for _round in range(2):
        await notifying.tell_first_plays(town.service)
    assert len(told(town, "contributor", Kind.PLAYS_SOON)) == len(told(town, "editor", Kind.PLAYS_SOON)) == 1
    assert told(town, "outsider", Kind.PLAYS_SOON) == []
    words = await page(town, "contributor", "/notices")
    assert "“Skate day” plays for the first time: 2026-09-21" in words
    assert "Library window" in words


async def test_a_page_that_stays_open_counts_and_keeps_no_session_alive(town: Town) -> None:
    approve(town, send(town, "Skate day"))
    client = town.client("editor")
    answer = await client.get("/notices/count")
    assert await answer.json() == {"unread": 1, "words": "1 unread"}

    def ends_ms(connection: Connection) -> int:
        mine = sessions.c.account_id == town.accounts["editor"]
        return int(connection.execute(sessions.select().where(mine)).mappings().all()[0]["expires_ms"])

    first_ms = look(town, ends_ms)
    town.clock.turn(AN_HOUR_MS)
    assert (await client.get("/notices/count")).status == 200
    assert look(town, ends_ms) == first_ms
    assert (await client.get("/notices")).status == 200
    assert look(town, ends_ms) > first_ms


async def test_a_line_of_the_ticker_that_waits_is_told_of_until_it_is_decided(town: Town) -> None:
    screen = things.screen(town)

    def write(connection: Connection) -> str:
        programmer = accounts.actor(connection, town.accounts["programmer"])
        assert programmer is not None
        return tickers.make(
            connection, text="The bridge is closed", language="en", screens=[screen.id], from_ms=0,
            until_ms=town.clock() + AN_HOUR_MS, now_ms=town.clock(), by=programmer,
        )  # fmt: skip

    ticker_id = things.run(town, write)
    assert [one.is_new for one in told(town, "moderator", Kind.TICKER)] == [True]
    assert told(town, "programmer", Kind.TICKER) == []
    assert "waits for a decision: “The bridge is closed”" in await page(town, "moderator", "/notices")
    things.run(
        town,
        lambda c: tickers.reject(
            c, ticker_id, reason="Which bridge?", now_ms=town.clock(), by=somebody(town, "moderator")
        ),
    )
    assert not told(town, "moderator", Kind.TICKER)[0].is_new
    words = await page(town, "programmer", "/notices")
    assert "was turned down: “The bridge is closed”" in words
    assert "Which bridge?" in words
    await page(town, "programmer", "/ticker")
    assert not told(town, "programmer", Kind.TICKER)[0].is_new


async def test_whoever_is_invited_and_has_an_account_is_told_here_and_says_yes_without_the_link(town: Town) -> None:
    invited = {"email": "outsider@example.org", "role": "contributor", "language": "en"}
    await town.client("editor").post("/library/youth-club/members", data=invited)
    (notice,) = told(town, "outsider", Kind.INVITED)
    path = f"/join/{notice.subject_id}"
    words = await page(town, "outsider", "/notices")
    assert "Editor invites you into Youth club" in words
    assert path in words
    for other in ("contributor", "administrator"):
        assert (await town.client(other).get(path)).status == 410
        assert (await town.client(other).post(path)).status == 410
    assert "Yes, I take part" in await page(town, "outsider", path)
    answer = await town.client("outsider").post(path, allow_redirects=False)
    assert answer.status == 303
    assert (await town.client("outsider").get("/library/youth-club")).status == 200
    assert not told(town, "outsider", Kind.INVITED)[0].is_new
    assert (await town.client("outsider").post(path)).status == 410


async def test_whoever_is_given_a_role_by_an_invitation_is_told_here(town: Town) -> None:
    invited = {"email": "contributor@example.org", "role": "technician", "language": "en"}
    await town.client("administrator").post("/people/invitations", data=invited)
    assert "You were given a role: Technician" in await page(town, "contributor", "/notices")
