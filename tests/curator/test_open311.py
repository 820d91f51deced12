"""Open311 GeoReport v2 at the service: what other programs read, what they hand in with a key, and how errors look."""

import json
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from curator import accounts, screens, street_reports, tokens
from curator.activities import Kept
from curator.tokens import Scope
from tests.curator.conftest import Client, Town
from tests.curator.nodes import FakeNode, make_screen
from tests.curator.test_street_reports import everything, node, offer, post, reports, tell, town
from tests.curator.test_taking_part import DAY_MS, joined, linked

__all__ = ["node", "offer", "town"]
V2 = "/open311/v2"
GIVEN = {"service_code": "broken-or-damaged", "address_id": "library-window", "description": "The lamp is out"}


def key_of(town: Town, scope: Scope = Scope.REPORT, who: str = "programmer") -> str:
    """The secret of an API token."""

    def make(connection: object) -> str:
        owner = accounts.actor(connection, town.accounts[who])  # type: ignore[arg-type]
        assert owner is not None
        _made, secret = tokens.make(connection, owner, name="App", scope=scope, days=9, now_ms=town.clock())  # type: ignore[arg-type]
        return secret

    return town.service.store.run_now(make)


def program(town: Town) -> Client:
    """Somebody's program: no cookie, and nothing that browsers say."""
    client = town.client()
    client.session.headers.clear()
    return client


async def rows(client: Client, query: str = "") -> list[dict[str, object]]:
    answer = await client.get(f"{V2}/requests.json{query}")
    body = json.loads(await answer.text())
    assert answer.status == 200, body
    assert isinstance(body, list)
    return body


async def test_other_programs_read_services_and_what_became_of_requests_and_no_strangers_word(
    town: Town, node: FakeNode, offer: Kept
) -> None:
    client = program(town)
    found = await (await client.get("/open311/discovery.json")).json()
    assert found["endpoints"][0]["url"].endswith(V2)
    services = await (await client.get(f"{V2}/services.json")).json()
    assert services[0] == {
        "service_code": "broken-or-damaged", "service_name": "Broken or damaged",
        "description": "A lamp, a bench, a sign, a playground", "metadata": False, "type": "realtime", "keywords": "",
        "group": "report",
    }  # fmt: skip
    defined = await (await client.get(f"{V2}/services/traffic.json")).json()
    assert defined == {"service_code": "traffic", "attributes": []}
    async with linked(town, node) as (_socket, code):
        await tell(*await joined(town, code), offer, "Ask Vesna Testova about the lamp")
        await tell(*await joined(town, code), offer, "The bench", category="traffic")
    (_bench, lamp) = reports(town)
    await post(town, "moderator", f"/street-reports/{lamp.id}", do="decide", state="done", answer="It shines.")
    (told,) = await rows(client, "?service_request_id=1")
    assert (told["status"], told["status_notes"], told["description"]) == ("closed", "Done", None)
    await post(town, "administrator", f"/street-reports/{lamp.id}", do="allow", answer="It shines.")
    answer = await client.get(f"{V2}/requests/1.xml")
    text = await answer.text()
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    row = ET.fromstring(text).find("request")  # noqa: S314 - our own answer
    assert row is not None
    assert {one.tag: one.text for one in row} == {
        "service_request_id": "1", "status": "closed", "status_notes": "Done. It shines.",
        "service_name": "Broken or damaged", "service_code": "broken-or-damaged", "description": None,
        "agency_responsible": None, "service_notice": None, "requested_datetime": "2026-09-21T14:10:00Z",
        "updated_datetime": "2026-09-21T14:13:20Z", "expected_datetime": None,
        "address": "Library window, 1 High Street", "address_id": "library-window", "zipcode": None, "lat": None,
        "long": None, "media_url": None,
    }  # fmt: skip
    assert "Vesna" not in text
    assert "Vesna" not in json.dumps(await rows(client))


async def test_requests_are_narrowed_by_name_service_status_and_at_most_90_days(
    town: Town, node: FakeNode, offer: Kept
) -> None:
    client = program(town)
    async with linked(town, node) as (_socket, code):
        for number, category in enumerate(("traffic", "litter-and-dirt", "litter-and-dirt")):
            await tell(*await joined(town, code), offer, f"Something {number}", category=category)
    await post(town, "moderator", f"/street-reports/{reports(town)[0].id}", do="decide", state="done")

    async def numbers(query: str) -> list[str]:
        return [str(row["service_request_id"]) for row in await rows(client, query)]

    assert await numbers("") == ["3", "2", "1"]
    assert await numbers("?service_request_id=3,1,9&status=open") == ["3", "1"]
    assert await numbers("?service_code=litter-and-dirt") == ["3", "2"]
    assert await numbers("?status=open") == ["2", "1"]
    assert await numbers("?status=closed") == ["3"]
    assert await numbers("?status=open,closed") == ["3", "2", "1"]
    assert await numbers("?start_date=2026-09-21T00:00:00Z&end_date=2026-09-22T00:00:00%2B02:00") == ["3", "2", "1"]
    assert await numbers("?end_date=2026-09-21T00:00:00Z") == []
    town.clock.turn(91 * DAY_MS)
    assert await numbers("") == []
    assert await numbers("?start_date=2026-09-20T00:00:00Z") == ["3", "2", "1"]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("requests/9", 404), ("requests/x", 404), ("services/nothing", 404), ("requests.FORMAT?status=lost", 400),
        ("requests.FORMAT?start_date=yesterday", 400),
        ("requests.FORMAT?start_date=2026-01-01T00:00:00Z&end_date=2026-09-01T00:00:00Z", 400),
        ("requests.FORMAT?service_request_id=" + ",".join(["1"] * 101), 400),
    ],
)  # fmt: skip
async def test_errors_are_told_as_the_specification_has_them(town: Town, address: str, status: int) -> None:
    client = program(town)
    for form in ("json", "xml"):
        where = address.replace("FORMAT", form) if "FORMAT" in address else f"{address}.{form}"
        answer = await client.get(f"{V2}/{where}")
        body = await answer.text()
        assert answer.status == status, body
        if form == "json":
            (error,) = json.loads(body)
            assert error["code"] == status
            assert error["description"]
        else:
            root = ET.fromstring(body)  # noqa: S314 - our own answer
            assert root.tag == "errors"
            assert root.findtext("error/code") == str(status)


async def test_a_program_with_a_key_of_that_scope_hands_in_and_nobody_else(
    town: Town, node: FakeNode, offer: Kept
) -> None:
    client, address = program(town), f"{V2}/requests.json"
    key = key_of(town)
    for wrong in ("", "cstoken_guess", key_of(town, Scope.READ), key_of(town, Scope.MODERATE, "moderator")):
        answer = await client.post(address, data=GIVEN | {"api_key": wrong})
        assert (answer.status, (await answer.json())[0]["code"]) == (403, 403)
    for bad, status in (
        ({"service_code": "nothing"}, 404), ({"description": ""}, 400), ({"address_id": "", "lat": "1"}, 400),
        ({"address_id": "nowhere"}, 400), ({"description": "x" * 1_001}, 400), ({"service_code": ""}, 400),
    ):  # fmt: skip
        answer = await client.post(address, data=GIVEN | {"api_key": key} | bad)
        assert answer.status == status, bad
    assert reports(town) == []
    person = {"email": "vesna@example.org", "first_name": "Vesna", "media_url": "https://example.org/x.jpg"}
    answer = await client.post(address, data=GIVEN | {"api_key": key} | person)
    (made,) = await answer.json()
    assert (answer.status, made["service_request_id"]) == (201, "1")
    (kept,) = reports(town)
    assert (kept.words, kept.category.code, kept.photo) == ("The lamp is out", "broken-or-damaged", None)
    assert "esna" not in everything(town)
    by_name = GIVEN | {"api_key": key, "address_id": "", "address_string": "Library Window"}
    assert (await client.post(f"{V2}/requests.xml", data=by_name)).status == 201


async def test_a_report_by_coordinates_is_about_the_nearest_screen_and_says_where_that_is(
    town: Town, node: FakeNode, offer: Kept
) -> None:
    screen = town.service.store.read_now(screens.every)[0]
    make_screen(town, "Far away")
    client, address = program(town), f"{V2}/requests.json"
    near = GIVEN | {"api_key": key_of(town), "address_id": "", "lat": "53.48100", "long": "-2.24263"}
    assert (await client.post(address, data=near)).status == 400, "nobody said where the screens are"
    at = replace(screen.words, coordinates="53.48076, -2.24263")
    technician = town.accounts["technician"]
    town.service.store.run_now(lambda c: screens.change(c, screen.id, at, now_ms=town.clock(), by=technician))
    for bad in ({"lat": "53.48500"}, {"lat": "153"}, {"lat": "here"}, {"long": ""}, {"lat": "nan"}, {"long": "1e2"}):
        assert (await client.post(address, data=near | bad)).status == 400, bad
    assert (await client.post(address, data=near)).status == 201
    (row,) = await rows(client)
    assert (row["address_id"], row["lat"], row["long"]) == (screen.slug, 53.48076, -2.24263)
    text = await (await client.get(f"{V2}/requests/1.xml")).text()
    assert "<lat>53.48076</lat><long>-2.24263</long>" in text


async def test_such_a_key_opens_nothing_else_not_even_who_its_owner_is(town: Town) -> None:
    client = program(town)
    client.session.headers["Authorization"] = f"Bearer {key_of(town)}"
    for address in ("/api/me", "/api/screens", "/api/street-reports", "/api/notices"):
        answer = await client.get(address)
        assert (answer.status, (await answer.json())["code"]) == (403, "wrong_scope"), address


async def test_no_browser_that_is_signed_in_hands_in_by_another_site_and_a_line_that_is_full_takes_no_more(
    town: Town, node: FakeNode, offer: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = GIVEN | {"api_key": key_of(town)}
    other = {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert (await town.client("programmer").post(f"{V2}/requests.json", data=given, headers=other)).status == 403
    monkeypatch.setattr(street_reports, "MOST_UNREAD", 0)
    assert (await program(town).post(f"{V2}/requests.json", data=given)).status == 403
    assert reports(town) == []
