"""Calendars of screens and groups over HTTP: what everybody may read, and a file that goes into a draft or nowhere."""

import io
import re
from dataclasses import replace
from datetime import timedelta

import aiohttp
import pytest
import sqlalchemy as sa
from icalendar import Calendar

from curator import bookings, drafts
from curator.programme.booking import Booking
from curator.programme.calendar_reading import LARGEST_BYTES
from curator.programme.changes import BookingCancelled, BookingPut
from curator.programme.hours import wall
from curator.screens import Screen
from curator.store import Connection
from curator.tables import audit, items
from tests.curator.conftest import Client, Town
from tests.curator.programme import things

DAY_MS = 86_400_000


class Stage:
    """A screen, two approved items of the youth club and one of the choir."""

    def __init__(self, town: Town) -> None:
        self.town, self.screen = town, things.screen(town)
        self.dance = things.approved_item(town, "Tea dance")
        self.gala = things.approved_item(town, "Gala")
        self.choir = things.approved_item(town, "Carols", group_id=town.other_group.id)
        self.evening = wall("Europe/London", town.clock() + DAY_MS).replace(
            hour=18, minute=0, second=0, microsecond=0, tzinfo=None, fold=0
        )

    def booking(self, item_id: str, *, days: int = 0, **other: object) -> Booking:
        made = Booking(
            "", "", "", (item_id,), (self.screen.id,), "confirmed", "Europe/London",
            self.evening + timedelta(days=days), 60_000,
        )  # fmt: skip
        return replace(made, **other)  # type: ignore[arg-type]

    def put(self, booking: Booking) -> Booking:
        now_ms = self.town.clock()
        return things.run(
            self.town, lambda connection: bookings.put(connection, booking, now_ms=now_ms, lead_ms=0, by=None)
        )

    def draft(self) -> drafts.Draft | None:
        return things.run(self.town, lambda connection: drafts.of(connection, self.town.accounts["programmer"]))


@pytest.fixture
def stage(town: Town) -> Stage:
    return Stage(town)


async def names(client: Client, address: str) -> list[str]:
    answer = await client.get(address)
    assert answer.status == 200
    assert answer.content_type == "text/calendar"
    return sorted(str(event["SUMMARY"]) for event in Calendar.from_ical(await answer.read()).walk("VEVENT"))


def address_of(screen: Screen, what: str) -> str:
    return f"/programme/{screen.slug}/{what}"


async def send(
    stage: Stage, calendar: bytes, *more: tuple[str, str], who: str = "programmer"
) -> aiohttp.ClientResponse:
    form = aiohttp.FormData(default_to_multipart=True)
    form.add_field("calendar", io.BytesIO(calendar), filename="a.ics", content_type="text/calendar")
    for name, value in more:
        form.add_field(name, value)
    client = stage.town.client(who)
    return await client.post(address_of(stage.screen, "exchange"), data=form, allow_redirects=False)


def event(stage: Stage, summary: str, *lines: str, uid: str = "u1", days: int = 0) -> str:
    at = stage.evening + timedelta(days=days)
    start = f"DTSTART;TZID=Europe/London:{at:%Y%m%dT%H%M%S}"
    whole = ["BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:{summary}", start, "DURATION:PT1M", *lines, "END:VEVENT"]
    return "\r\n".join(whole)


def calendar(*events: str) -> bytes:
    return "\r\n".join(["BEGIN:VCALENDAR", *events, "END:VCALENDAR", ""]).encode()


async def test_a_public_calendar_lists_what_is_confirmed_and_no_secret(stage: Stage) -> None:
    stage.put(stage.booking(stage.dance, title="Only for us: test"))
    stage.put(stage.booking(stage.choir, days=1, state="protected"))
    stage.put(stage.booking(stage.dance, days=2, state="provisional"))
    stage.put(stage.booking(stage.gala, days=3))
    early = items.update().where(items.c.id == stage.gala).values(not_before_ms=stage.town.clock() + 2 * DAY_MS)
    things.run(stage.town, lambda connection: connection.execute(early))
    stranger = stage.town.client()
    assert await names(stranger, address_of(stage.screen, "calendar.ics")) == ["Carols", "Tea dance"]
    assert await names(stranger, "/programme/group/choir/calendar.ics") == ["Carols"]
    assert await names(stranger, "/programme/group/youth-club/calendar.ics") == ["Tea dance"]
    full = await names(stage.town.client("programmer"), address_of(stage.screen, "bookings.ics"))
    assert full == ["Carols", "Gala", "Only for us: test", "Tea dance"]


async def test_a_withdrawn_item_and_a_cancelled_booking_leave_the_calendar(stage: Stage) -> None:
    made = stage.put(stage.booking(stage.dance))
    stage.put(stage.booking(stage.gala, days=1))
    things.run(stage.town, lambda c: bookings.cancel(c, made.id, now_ms=stage.town.clock(), by=None))
    gone = items.update().where(items.c.id == stage.gala).values(withdrawn_ms=stage.town.clock())
    things.run(stage.town, lambda connection: connection.execute(gone))
    assert await names(stage.town.client(), address_of(stage.screen, "calendar.ics")) == []


async def test_a_subscriber_who_has_it_already_is_told_so_until_something_changes(stage: Stage) -> None:
    stage.put(stage.booking(stage.dance))
    stranger = stage.town.client()
    first = await stranger.get(address_of(stage.screen, "calendar.ics"))
    assert first.headers["Cache-Control"] == "public, max-age=900"
    again = await stranger.get(
        address_of(stage.screen, "calendar.ics"), headers={"If-None-Match": first.headers["ETag"]}
    )
    assert again.status == 304
    stage.put(stage.booking(stage.gala, days=1))
    later = await stranger.get(
        address_of(stage.screen, "calendar.ics"), headers={"If-None-Match": first.headers["ETag"]}
    )
    assert later.status == 200


async def test_a_calendar_of_nothing_known_is_not_found(stage: Stage) -> None:
    for address in ("/programme/nowhere/calendar.ics", "/programme/group/nobody/calendar.ics"):
        assert (await stage.town.client().get(address)).status == 404


async def test_what_is_exported_comes_back_and_changes_nothing(stage: Stage) -> None:
    weekly = stage.put(stage.booking(stage.dance, rule="FREQ=WEEKLY;COUNT=5", plays="series", is_premiere=True))
    stage.put(replace(weekly, exdates=(stage.evening + timedelta(days=14),)))
    stage.put(stage.booking(stage.gala, days=1, title="Grand gala", state="provisional", length_ms=90_123))
    client = stage.town.client("programmer")
    data = await (await client.get(address_of(stage.screen, "bookings.ics"))).read()
    answer = await send(stage, data)
    page = await answer.text()
    assert answer.status == 200
    assert "Nothing in this file changes anything here." in page
    assert page.count("as it is here") == 2


async def test_a_file_is_shown_first_and_then_goes_into_the_draft_whole(stage: Stage) -> None:
    kept = stage.put(stage.booking(stage.gala, uid="u2", days=1))
    gone = stage.put(stage.booking(stage.choir, uid="u3", days=2))
    data = calendar(
        event(stage, "Tea dance", "RRULE:FREQ=WEEKLY;COUNT=3"),
        event(stage, "Gala", "SEQUENCE:1", uid="u2", days=2),
        event(stage, "Carols", "STATUS:CANCELLED", uid="u3", days=2),
    )
    answer = await send(stage, data)
    page = await answer.text()
    assert answer.status == 200
    assert "3 bookings would change. Nothing is stored yet." in page
    assert "3 times until" in page
    assert stage.draft() is None
    answer = await send(stage, data, ("put", "1"))
    assert (answer.status, answer.headers["Location"]) == (303, "/programme/draft")
    draft = stage.draft()
    assert draft is not None
    cancelled, new, moved = draft.changes
    assert cancelled == BookingCancelled(gone.id)
    assert isinstance(new, BookingPut)
    assert (new.booking.uid, new.booking.items, new.booking.screens) == ("u1", (stage.dance,), (stage.screen.id,))
    assert isinstance(moved, BookingPut)
    assert (moved.booking.id, moved.booking.starts) == (kept.id, stage.evening + timedelta(days=2))
    again = await (await send(stage, data)).text()
    assert again.count("as it is here") == 3


async def test_importing_the_same_file_twice_adds_nothing_to_the_draft(stage: Stage) -> None:
    data = calendar(event(stage, "Tea dance"))
    assert (await send(stage, data, ("put", "1"))).status == 303
    page = await (await send(stage, data)).text()
    assert "Nothing in this file changes anything here." in page


async def test_one_refused_event_keeps_the_whole_file_out_unless_it_is_left_out(stage: Stage) -> None:
    stage.put(stage.booking(stage.gala))
    data = calendar(
        event(stage, "Tea dance", uid="taken"),
        event(stage, "Tea dance", "RRULE:FREQ=HOURLY;COUNT=3", uid="often", days=1),
        event(stage, "Tea dance", uid="fine", days=2),
    )
    answer = await send(stage, data, ("put", "1"))
    page = await answer.text()
    assert answer.status == 422
    assert "Nothing was taken" in page
    assert "has the booking of “Gala”" in page
    assert "is too often" in page
    assert re.search(r'<td class="number">8</td>\s*<td>.*often', page)
    assert stage.draft() is None
    assert (await send(stage, data, ("put", "1"), ("leave", "1"))).status == 303
    draft = stage.draft()
    assert draft is not None
    assert [change.booking.uid for change in draft.changes if isinstance(change, BookingPut)] == ["fine"]


async def test_an_event_of_unknown_title_asks_which_item_and_takes_the_answer(stage: Stage) -> None:
    data = calendar(event(stage, "Summer night"), event(stage, "Summer night", uid="u2", days=1))
    answer = await send(stage, data, ("put", "1"))
    page = await answer.text()
    assert answer.status == 422
    assert page.count('name="item"') == 1
    assert "Gala (Youth club)" in page
    chosen = (("title", "Summer night"), ("item", stage.gala))
    assert (await send(stage, data, *chosen)).status == 200
    assert (await send(stage, data, *chosen, ("put", "1"))).status == 303
    draft = stage.draft()
    assert draft is not None
    made = [change.booking for change in draft.changes if isinstance(change, BookingPut)]
    assert [(one.items, one.title) for one in made] == [((stage.gala,), "Summer night")] * 2


async def test_a_file_shown_may_be_sent_back_from_the_page_as_it_was(stage: Stage) -> None:
    page = await (await send(stage, calendar(event(stage, "Fête “ü” & <b>", "DESCRIPTION:a\\n\r\n b")))).text()
    found = re.search(r'name="calendar" value="([^"]*)"', page)
    assert found is not None
    assert "&lt;b&gt;" in found[1]
    assert "<b>" not in page


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"no calendar", 422, "Line 1 is outside of a calendar"),
        (calendar(), 422, "There is no event in this file."),
        (b"", 422, "no whole calendar"),
        (b"x" * (LARGEST_BYTES + 1), 413, "larger than what can be taken"),
    ],
)
async def test_a_file_that_is_none_is_told_on_the_page(stage: Stage, body: bytes, status: int, words: str) -> None:
    answer = await send(stage, body)
    assert answer.status == status
    assert words in await answer.text()
    assert stage.draft() is None


async def test_more_bookings_than_a_draft_holds_are_refused_at_once(stage: Stage) -> None:
    many = [event(stage, "Tea dance", uid=f"u{number}", days=number) for number in range(201)]
    answer = await send(stage, calendar(*many))
    assert answer.status == 422
    assert "a draft holds at most 200" in await answer.text()


async def test_only_a_form_of_ours_is_read(stage: Stage) -> None:
    client, address = stage.town.client("programmer"), address_of(stage.screen, "exchange")
    assert (await client.post(address, data={"calendar": "x"})).status == 415
    headers = {"Content-Type": "multipart/form-data"}
    assert (await client.post(address, data=b"x", headers=headers)).status == 400
    headers = {"Content-Type": "multipart/form-data; boundary=a"}
    assert (await client.post(address, data=b"--a\r\nbroken", headers=headers)).status == 400


@pytest.mark.parametrize("who", ["moderator", "technician", "editor", "contributor", "outsider"])
async def test_nobody_but_a_programmer_imports_or_sees_provisional_bookings(stage: Stage, who: str) -> None:
    before = things.run(stage.town, _audit_rows)
    assert (await send(stage, calendar(event(stage, "Tea dance")), ("put", "1"), who=who)).status == 403
    assert (await stage.town.client(who).get(address_of(stage.screen, "bookings.ics"))).status == 403
    assert (await stage.town.client(who).get(address_of(stage.screen, "exchange"))).status == 403
    assert things.run(stage.town, _audit_rows) == before


def _audit_rows(connection: Connection) -> int:
    query = sa.select(sa.func.count()).where(audit.c.action.startswith("booking."))
    return int(connection.execute(query).scalar_one())


async def test_looking_at_a_file_leaves_no_trace(stage: Stage) -> None:
    before = things.run(stage.town, _audit_rows)
    assert (await send(stage, calendar(event(stage, "Tea dance")))).status == 200
    assert things.run(stage.town, _audit_rows) == before
    assert things.run(stage.town, lambda c: bookings.uncancelled(c, after_ms=0)) == []


async def test_the_page_offers_addresses_to_subscribe_to(stage: Stage) -> None:
    page = await (await stage.town.client("programmer").get(address_of(stage.screen, "exchange"))).text()
    host = f"{stage.town.server.host}:{stage.town.server.port}"
    assert f"webcal://{host}/programme/{stage.screen.slug}/calendar.ics" in page
    assert f"http://{host}/programme/group/choir/calendar.ics" in page
