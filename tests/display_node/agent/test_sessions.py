"""Sessions at a screen: begun where the rules leave room, for what a person approved, and over when anything breaks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import pytest

from content.canonical import Json
from content.clock import now_ms
from content.live import LiveNews, LiveOrder, LiveWords, sign_order
from content.manifest import seal
from content.signing import SigningKey
from content.ticker import Ticker as Words
from content.ticker import sign_ticker
from display_node.config import DataFolder
from display_node.manner_messages import Manner, Ticker, TickerLine
from display_node.messages import Cue, Invitation
from display_node.session_messages import SessionNow, SessionOff, SessionOn, SessionWords
from kiosks.activities.answers import Answer, sign_answer
from kiosks.activities.poll import Question
from kiosks.activities.reports import Told, row_of
from kiosks.activities.statement import Statement, sign_activity
from kiosks.activities.wall import Prompt
from kiosks.messages import Finish, Invite, Show, Start, Tap, Taps
from tests.display_node.agent.making import (
    DAY_MS,
    HOUR_MS,
    SCREEN,
    ListeningPlayer,
    agent,
    body_of,
    fact,
    manifest_of,
    programme_of,
    resealed,
    rotation,
    sealed,
)
from tests.fakes.curator import FakeCurator

STATEMENT = Statement(
    "p1", "poll", Question("A bench?", ("Yes", "No"), "Council", "en"), (SCREEN,), 0, 2**52, "g1", "mod", 1
)
INVITE = Invite("HTTP://C.ORG/J/BCDF", "c.org/j", "BCDF")


def wish(key: SigningKey, statement: Statement = STATEMENT, session: str = "s1") -> Start:
    return Start(session, sign_activity(statement, key).as_json(), 7, (3, 1))


class Speaker:
    """Tells the screen, twice a second, that the service is there and `here` people are."""

    def __init__(self, curator: FakeCurator, session: str = "s1") -> None:
        self.curator, self.session, self.here = curator, session, 1

    async def run(self) -> None:
        while True:
            await self.say()
            await asyncio.sleep(0.3)

    async def say(self, *taps: Tap) -> None:
        with suppress(ConnectionResetError):  # the service goes while it speaks
            await self.curator.hint(Taps(self.session, self.here, taps).as_json())


@asynccontextmanager
async def at_screen(curator: FakeCurator, paired: DataFolder, player: ListeningPlayer) -> AsyncIterator[Speaker]:
    """A screen with its programme on, and a service that goes on speaking."""
    if curator.envelope is None:
        curator.serve(sealed(curator.key, ("a",)), body_of("a"))
    async with agent(paired), asyncio.TaskGroup() as tasks:
        await fact(lambda: curator.links and player.on())
        speaker = Speaker(curator)
        speaking = tasks.create_task(speaker.run())
        yield speaker
        speaking.cancel()


def news(curator: FakeCurator, state: str) -> list[dict[str, Json]]:
    return [said for said in curator.health if said.get("type") == "session" and said["state"] == state]


async def turned_down(curator: FakeCurator) -> dict[str, Json]:
    """What the screen says against s1. One whose player has only just come knows of no cue, and is asked again."""
    while not (told := [said for said in news(curator, "refused") if said["why"] != "dark"]):
        count = len(news(curator, "refused"))
        await curator.hint(wish(curator.key).as_json())
        await fact(lambda: len(news(curator, "refused")) > count)  # noqa: B023
    return told[-1]


async def begun(curator: FakeCurator, player: ListeningPlayer, statement: Statement = STATEMENT) -> None:
    """The session s1 is on. A screen whose player has only just come knows of no cue, and is asked again."""
    while not news(curator, "on"):
        refused = len(news(curator, "refused"))
        await curator.hint(wish(curator.key, statement).as_json())
        await fact(lambda: news(curator, "on") or len(news(curator, "refused")) > refused)  # noqa: B023
        assert all(said["why"] == "dark" for said in news(curator, "refused"))
    await fact(lambda: player.last(SessionOn))


async def test_an_approved_poll_comes_on_votes_move_it_and_it_ends_when_it_is_told(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    async with at_screen(curator, paired, player) as speaker:
        await begun(curator, player)
        await speaker.say(Tap(4, 1, "vote", 1))
        await fact(lambda: (now := player.last(SessionNow)) and isinstance(now, SessionNow) and now.figures == (3, 2))
        await fact(lambda: any(said.get("type") == "snapshot" for said in curator.health))
        assert player.on()  # the cues run on underneath
        await curator.hint(Finish("s1").as_json())
        await fact(lambda: player.last(SessionOff) == SessionOff("s1") and news(curator, "over"))


async def test_a_wall_shows_what_a_trusted_key_signed_for_it_and_nothing_else(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    wall = replace(STATEMENT, kind="wall", question=Prompt("What can you hear here?", "Council", "en"))
    rows = [
        sign_answer(Answer("a1", "Bells"), "p1", "mod", 1, curator.key),
        sign_answer(Answer("a2", "Forged"), "p1", "mod", 1, SigningKey.new()),
        sign_answer(Answer("a3", "Of another wall"), "p2", "mod", 1, curator.key),
    ]
    async with at_screen(curator, paired, player):
        await begun(curator, player, wall)
        await curator.hint(Show("s1", tuple(row.as_json() for row in rows)).as_json())
        await fact(lambda: player.last(SessionWords) == SessionWords("s1", 1, ("Bells",)))
        await curator.hint(Show("s1", ()).as_json())
        await fact(lambda: player.last(SessionWords) == SessionWords("s1", 2, ()))


async def test_what_became_of_reports_is_shown_at_the_screen_it_was_signed_for_whichever_activity_asks(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    asks = replace(STATEMENT, kind="report", question=Prompt("What should be mended here?", "Council", "en"))
    row = row_of(Told(12, "planned", "Broken or damaged", "A new lamp comes in May. " * 6))
    rows = [
        sign_answer(Answer("r1", row), SCREEN, "mod", 1, curator.key),
        sign_answer(Answer("r2", row), "elsewhere", "mod", 1, curator.key),
        sign_answer(Answer("r3", row), "p1", "mod", 1, curator.key),
    ]
    async with at_screen(curator, paired, player):
        await begun(curator, player, asks)
        await curator.hint(Show("s1", tuple(one.as_json() for one in rows)).as_json())
        await fact(lambda: player.last(SessionWords) == SessionWords("s1", 1, (row,)))


@pytest.mark.parametrize("wrong", ["another key", "other words", "another screen", "over"])
async def test_what_nobody_approved_for_this_screen_and_time_is_not_begun(
    wrong: str, curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    asked = wish(curator.key)
    if wrong == "another key":
        asked = wish(SigningKey.new())
    if wrong == "other words":
        other = replace(STATEMENT, question=Question("Who pays?", ("You", "Me"), "Council", "en")).as_json()
        asked = Start("s1", {**asked.activity, "statement": other}, 7)
    if wrong == "another screen":
        asked = wish(curator.key, replace(STATEMENT, screens=("elsewhere",)))
    if wrong == "over":
        asked = wish(curator.key, replace(STATEMENT, not_after_ms=now_ms() - 1))
    async with at_screen(curator, paired, player):
        await curator.hint(asked.as_json())
        await fact(lambda: news(curator, "refused"))
        assert news(curator, "refused")[-1]["why"] == "unknown"
        assert player.last(SessionOn) is None


async def test_a_protected_booking_is_not_interrupted(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    start_ms = now_ms() // HOUR_MS * HOUR_MS - HOUR_MS
    booked: Json = [{"offset_ms": 0, "duration_ms": 3 * HOUR_MS, "item": "a", "group": "g1", "protected": True}]
    plan = rotation(start_ms + 3 * HOUR_MS, start_ms + DAY_MS, ("a",))
    rest = plan["segments"]
    assert isinstance(rest, list)
    fixed: Json = {"start_ms": start_ms, "end_ms": start_ms + 3 * HOUR_MS, "kind": "fixed", "items": booked}
    manifest = manifest_of(curator.key, {**plan, "segments": [fixed, *rest]}, ("a",))
    curator.serve(seal(manifest, curator.key), body_of("a"))
    async with at_screen(curator, paired, player):
        told = await turned_down(curator)
        assert (told["why"], told["from_ms"]) == ("protected", start_ms + 3 * HOUR_MS)


async def test_an_alert_ends_a_session(curator: FakeCurator, paired: DataFolder, player: ListeningPlayer) -> None:
    async with at_screen(curator, paired, player):
        await begun(curator, player)
        at_ms = now_ms()
        order = LiveOrder(
            "o1", "o1", "alert", "start", (SCREEN,), at_ms, at_ms + HOUR_MS, at_ms, "u1", words=LiveWords("Storm")
        )
        curator.live = LiveNews((sign_order(order, curator.key),))
        await curator.hint({"type": "live"})
        await fact(lambda: player.last(SessionOff) and news(curator, "over"))
        assert news(curator, "over")[-1]["why"] == "above"


async def test_a_screen_rests_between_two_sessions(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    async with at_screen(curator, paired, player):
        await begun(curator, player)
        await curator.hint(Finish("s1").as_json())
        await fact(lambda: player.last(SessionOff))
        await curator.hint(wish(curator.key, session="s2").as_json())
        await fact(lambda: any(said["session"] == "s2" for said in news(curator, "refused")))
        assert news(curator, "refused")[-1]["why"] == "hour"


async def test_when_the_service_falls_silent_the_session_is_over_within_two_seconds(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    curator.serve(sealed(curator.key, ("a",)), body_of("a"))
    async with agent(paired):
        await fact(lambda: curator.links and player.on())
        await begun(curator, player)
        # Not a word more comes, though the connection stands: a network that swallows everything.
        await fact(lambda: player.last(SessionOff) and news(curator, "over"))
        assert news(curator, "over")[-1]["why"] == "away"


async def test_when_the_service_goes_the_session_is_over_and_the_code_is_gone(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    async with at_screen(curator, paired, player):
        await curator.hint(INVITE.as_json())
        await fact(lambda: (said := player.last(Invitation)) and isinstance(said, Invitation) and said.code == "BCDF")
        await begun(curator, player)
        await curator.stop()
        await fact(lambda: player.last(SessionOff))
        await fact(lambda: (said := player.last(Invitation)) and isinstance(said, Invitation) and not said.payload)


async def test_a_player_that_is_new_is_told_of_the_session_that_is_on(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    async with at_screen(curator, paired, player):
        await begun(curator, player)
        await player.stop()
        await player.start()
        await fact(lambda: player.last(SessionOn))


def amid_a_film(at_ms: int) -> dict[str, Json]:
    """A plan in which a film of two hours is in its middle at an instant, however the day begins its rotation."""
    for start_ms in range(at_ms - HOUR_MS, at_ms - 4 * HOUR_MS, -HOUR_MS // 4):
        plan = rotation(start_ms, start_ms + DAY_MS, ("a",), HOUR_MS * 2)
        on = next(programme_of(plan).each_event(at_ms, at_ms + 1))
        if on.item and on.start_ms < at_ms - HOUR_MS // 4 and at_ms + HOUR_MS // 4 < on.end_ms:
            return plan
    raise AssertionError("no film is on")


async def test_an_item_to_be_seen_from_its_start_is_not_joined_after_a_session(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    manifest = manifest_of(curator.key, amid_a_film(now_ms()), ("a",))
    from_start = {name: replace(item, joins="start") for name, item in manifest.items.items()}
    curator.serve(resealed(manifest, curator.key, items=from_start), body_of("a"))
    async with at_screen(curator, paired, player):
        films: list[Cue] = []

        def is_film_on() -> bool:
            """A player that has only just come knows of no cue for a moment."""
            cue = player.on()
            films.extend([cue] if cue and cue.kind == "video" else [])
            return bool(films)

        await fact(is_film_on)
        await begun(curator, player)
        await curator.hint(Finish("s1").as_json())
        await fact(lambda: player.last(SessionOff))
        # The cues came before: not one picture of the middle is seen.
        assert player.heard.index(player.changes[-1]) < player.heard.index(SessionOff("s1"))
        now_on = player.on()
        assert now_on is not None
        assert (now_on.kind, now_on.end_ms) == ("card", films[0].end_ms)


async def test_how_a_screen_is_seen_sizes_its_invitation_and_its_manner_reaches_the_player(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    start_ms = now_ms() // HOUR_MS * HOUR_MS - HOUR_MS
    manifest = manifest_of(curator.key, rotation(start_ms, start_ms + DAY_MS, ("a",)), ("a",))
    seen = replace(manifest.screen, picture_height_mm=2_100, distance_mm=12_000, is_calm=True, hides_credits=True)
    curator.serve(resealed(manifest, curator.key, screen=seen), body_of("a"))
    async with at_screen(curator, paired, player):
        await fact(lambda: player.last(Manner) == Manner(is_calm=True, hides_credits=True))
        line = TickerLine(start_ms, start_ms + DAY_MS, "Road closed")
        words = Words("t1", line.text, "en", (SCREEN,), line.from_ms, line.until_ms, "ann", "ben", 1)
        curator.live = LiveNews(tickers=(sign_ticker(words, curator.key),))
        await curator.hint({"type": "live"})
        await fact(lambda: player.last(Ticker) == Ticker((line,)))
        await curator.hint(INVITE.as_json())
        await fact(
            lambda: (
                (said := player.last(Invitation))
                and isinstance(said, Invitation)
                and (said.payload, said.screen_height_mm, said.distance_mm) == (INVITE.payload, 2_100, 12_000)
            )
        )
