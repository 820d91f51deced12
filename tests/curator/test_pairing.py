"""Pairing: a code on a screen, a technician, a token once."""

import contextlib
import sqlite3

import pytest
import sqlalchemy as sa

from content.signing import SigningKey
from curator import nodes, pairing, screens
from curator.pairing import ALPHABET, MOST_OPEN
from curator.tables import audit, pairings
from curator.tables import nodes as nodes_table
from tests.curator.conftest import MakeTown, Town
from tests.curator.nodes import at_rest, make_screen, new_node, paired_node, publish

MINUTE_MS = 60_000


@pytest.fixture
async def town(make_town: MakeTown) -> Town:
    """A town where nothing is published but by the test."""
    return await at_rest(await make_town())


async def test_a_node_is_paired_by_the_code_it_shows_and_can_fetch_its_programme(town: Town) -> None:
    screen = make_screen(town)
    envelope = publish(town, screen.id, 1)
    node = new_node(town)
    offered = await node.offer()
    assert offered["verification_uri"].endswith("/pair")
    assert (str(offered["expires_in_s"]), str(offered["interval_s"])) == ("900", "2")
    status, answer = await node.claim(offered["device_code"])
    assert (status, answer["code"]) == (400, "authorization_pending")
    technician = town.client("technician")
    page = await (await technician.post("/pair", data={"code": offered["user_code"].lower()})).text()
    key_id = node.key.public.key_id
    for told in (offered["user_code"], f"{key_id[:4]} {key_id[4:8]}", "0.1.0", "Library window"):
        assert told in page
    form = {"code": offered["user_code"], "decision": "pair", "screen": screen.id}
    assert "about to fetch its keys" in await (await technician.post("/pair/decide", data=form)).text()
    town.clock.turn(2000)
    status, grant = await node.claim(offered["device_code"])
    assert status == 200
    assert grant["screen"] == {"id": screen.id, "name": "Library window"}
    key = town.service.key.public
    assert grant["keys"] == [{"key_id": key.key_id, "public_key": key.text}]
    node.node_id, node.token = str(grant["node_id"]), str(grant["token"])
    assert await (await node.get(f"manifest/{node.node_id}")).read() == envelope


async def test_only_the_hash_of_token_and_device_code_is_stored(town: Town) -> None:
    node = new_node(town)
    offered = await node.offer()
    node = await paired_node(town, make_screen(town))
    with contextlib.closing(sqlite3.connect(town.service.settings.database)) as database:
        stored = "".join(database.iterdump())
    assert offered["user_code"] in stored
    assert offered["device_code"] not in stored
    assert node.token not in stored
    assert nodes.token_sha256(node.token) in stored


async def test_a_token_is_given_once(town: Town) -> None:
    screen = make_screen(town)
    node = new_node(town)
    offered = await node.offer()
    form = {"code": offered["user_code"], "decision": "pair", "screen": screen.id}
    await town.client("technician").post("/pair/decide", data=form)
    assert (await node.claim(offered["device_code"]))[0] == 200
    status, answer = await node.claim(offered["device_code"])
    assert (status, answer["code"]) == (400, "expired_token")


async def test_a_code_ends_after_its_time_for_node_and_technician(town: Town) -> None:
    screen = make_screen(town)
    node = new_node(town)
    offered = await node.offer()
    town.clock.turn(15 * MINUTE_MS)
    status, answer = await node.claim(offered["device_code"])
    assert (status, answer["code"]) == (400, "expired_token")
    form = {"code": offered["user_code"], "decision": "pair", "screen": screen.id}
    assert (await town.client("technician").post("/pair/decide", data=form)).status == 422


async def test_a_code_entered_but_not_fetched_in_time_is_over(town: Town) -> None:
    screen = make_screen(town)
    node = new_node(town)
    offered = await node.offer()
    form = {"code": offered["user_code"], "decision": "pair", "screen": screen.id}
    await town.client("technician").post("/pair/decide", data=form)
    town.clock.turn(15 * MINUTE_MS)
    assert (await node.claim(offered["device_code"]))[1]["code"] == "expired_token"


async def test_a_node_that_asks_too_often_is_told_to_slow_down(town: Town) -> None:
    node = new_node(town)
    offered = await node.offer()
    codes = []
    for pause_ms in (0, 1000, 1000, 2000):
        town.clock.turn(pause_ms)
        codes.append((await node.claim(offered["device_code"]))[1]["code"])
    assert codes == ["authorization_pending", "slow_down", "authorization_pending", "authorization_pending"]


async def test_a_device_code_without_its_key_is_worth_nothing(town: Town) -> None:
    screen = make_screen(town)
    node = new_node(town)
    offered = await node.offer()
    form = {"code": offered["user_code"], "decision": "pair", "screen": screen.id}
    await town.client("technician").post("/pair/decide", data=form)
    thief = await node.claim(offered["device_code"], SigningKey.new())
    assert (thief[0], thief[1]["code"]) == (400, "access_denied")
    wrong_purpose = node.key.sign("commonscreen manifest", offered["device_code"].encode())
    body = {"device_code": offered["device_code"], "signature": wrong_purpose}
    assert (await node.client.post("/api/v1/pairing/token", json=body)).status == 400
    assert (await node.claim(offered["device_code"]))[0] == 200


async def test_an_unknown_device_code_is_over(town: Town) -> None:
    assert (await new_node(town).claim("nobody-made-this"))[1]["code"] == "expired_token"


async def test_a_technician_can_turn_a_node_away(town: Town) -> None:
    node = new_node(town)
    offered = await node.offer()
    page = await town.client("technician").post("/pair/decide", data={"code": offered["user_code"], "decision": "deny"})
    assert "turned away" in await page.text()
    status, answer = await node.claim(offered["device_code"])
    assert (status, answer["code"]) == (400, "access_denied")


async def test_a_new_screen_can_be_made_while_pairing(town: Town) -> None:
    node = new_node(town)
    offered = await node.offer()
    form = {"code": offered["user_code"], "decision": "pair", "screen": "new", "name": "Bus stop", "place": "North"}
    answer = await town.client("technician").post("/pair/decide", data=form)
    assert answer.url.path == "/screens/bus-stop"
    assert (await node.claim(offered["device_code"]))[1]["screen"]["name"] == "Bus stop"  # type: ignore[index,call-overload]


async def test_a_nameless_new_screen_or_an_unknown_one_is_asked_for_again_and_nothing_is_paired(town: Town) -> None:
    node = new_node(town)
    offered = await node.offer()
    for choice in ({"screen": "new", "name": " "}, {"screen": "nobody"}, {}):
        form = {"code": offered["user_code"], "decision": "pair"} | choice
        answer = await town.client("technician").post("/pair/decide", data=form)
        assert answer.status == 422
        assert offered["user_code"] in await answer.text()
    assert (await node.claim(offered["device_code"]))[1]["code"] == "authorization_pending"
    assert town.service.store.read_now(screens.every) == []


async def test_a_new_pairing_shuts_the_old_node_out_when_it_is_fetched(town: Town) -> None:
    screen = make_screen(town)
    publish(town, screen.id, 1)
    old = await paired_node(town, screen)
    new = new_node(town)
    offered = await new.offer()
    form = {"code": offered["user_code"], "decision": "pair", "screen": screen.id}
    technician = town.client("technician")
    assert "will be shut out" in await (await technician.get(f"/pair?code={offered['user_code']}")).text()
    await technician.post("/pair/decide", data=form)
    assert (await old.get(f"manifest/{old.node_id}")).status == 200
    assert (await new.claim(offered["device_code"]))[0] == 200
    assert (await old.get(f"manifest/{old.node_id}")).status == 401
    active = sa.select(sa.func.count()).select_from(nodes_table).where(nodes_table.c.revoked_ms.is_(None))
    assert town.service.store.read_now(lambda connection: connection.execute(active).scalar_one()) == 1


async def test_only_the_newest_decision_for_a_screen_counts(town: Town) -> None:
    screen = make_screen(town)
    first, second = new_node(town), new_node(town)
    offers = [await first.offer(), await second.offer()]
    technician = town.client("technician")
    for offered in offers:
        form = {"code": offered["user_code"], "decision": "pair", "screen": screen.id}
        await technician.post("/pair/decide", data=form)
    assert (await second.claim(offers[1]["device_code"]))[0] == 200
    assert (await first.claim(offers[0]["device_code"]))[1]["code"] == "access_denied"


async def test_the_code_from_the_square_code_survives_signing_in(town: Town) -> None:
    answer = await town.client().get("/pair?code=BCDF-GHJK", allow_redirects=False)
    assert answer.headers["Location"] == "/sign-in?next=/pair?code%3DBCDF-GHJK"


@pytest.mark.parametrize("typed", ["bcdf-ghjk", " BCDFGHJK ", "b c d f g h j k", "BCDF–GHJK", "ＢＣＤＦ-ＧＨＪＫ"])
def test_a_code_may_be_typed_in_any_way(typed: str) -> None:
    assert pairing.read_code(typed) == "BCDF-GHJK"


@pytest.mark.parametrize("typed", ["", "BCDF-GHJ", "BCDF-GHJKL", "ACDF-GHJK", "BCDF GHJ1", "'; DROP TABLE pairings"])
def test_what_is_not_a_code_is_told_so(typed: str) -> None:
    with pytest.raises(pairing.BadCode, match="eight consonants"):
        pairing.read_code(typed)


async def test_wrong_codes_are_told_clearly_and_not_for_ever(town: Town) -> None:
    offered = await new_node(town).offer()
    technician = town.client("technician")
    for _ in range(10):
        answer = await technician.post("/pair", data={"code": "BBBB-BBBB"})
        assert answer.status == 422
        assert "No screen is showing the code BBBB-BBBB" in await answer.text()
    answer = await technician.post("/pair", data={"code": offered["user_code"]})
    assert "Too many wrong codes" in await answer.text()
    town.clock.turn(10 * MINUTE_MS + 1)
    assert (await technician.post("/pair", data={"code": offered["user_code"]})).status == 200


async def test_only_technicians_pair(town: Town) -> None:
    screen = make_screen(town)
    node = new_node(town)
    offered = await node.offer()
    form = {"code": offered["user_code"], "decision": "pair", "screen": screen.id}
    for who in ("programmer", "moderator", "editor", "contributor", "outsider"):
        client = town.client(who)
        assert (await client.get(f"/pair?code={offered['user_code']}")).status == 403
        assert (await client.post("/pair", data={"code": offered["user_code"]})).status == 403
        assert (await client.post("/pair/decide", data=form)).status == 403
    for path in ("/pair", "/pair/decide"):
        answer = await town.client().post(path, data=form, allow_redirects=False)
        assert answer.headers["Location"].startswith("/sign-in")
    assert (await node.claim(offered["device_code"]))[1]["code"] == "authorization_pending"


async def test_one_address_cannot_fill_the_waiting_room(town: Town) -> None:
    node = new_node(town)
    body = {"public_key": node.key.public.text, "software": "0.1.0"}
    statuses = [(await node.client.post("/api/v1/pairing", json=body)).status for _ in range(61)]
    assert statuses == [201] * 60 + [429]


async def test_the_waiting_room_has_an_end_and_is_emptied(town: Town) -> None:
    def many(connection: sa.Connection) -> None:
        connection.execute(
            pairings.insert(),
            [
                {
                    "device_code_sha256": str(number), "user_code": str(number), "public_key": "", "software": "",
                    "created_ms": town.clock(), "expires_ms": town.clock() + 15 * MINUTE_MS,
                }
                for number in range(MOST_OPEN)
            ],
        )  # fmt: skip

    town.service.store.run_now(many)
    node = new_node(town)
    body = {"public_key": node.key.public.text, "software": "0.1.0"}
    assert (await node.client.post("/api/v1/pairing", json=body)).status == 429
    town.clock.turn(2 * 24 * 60 * MINUTE_MS)
    await node.offer()
    count = sa.select(sa.func.count()).select_from(pairings)
    assert town.service.store.read_now(lambda connection: connection.execute(count).scalar_one()) == 1


async def test_codes_have_no_words_and_are_all_different(town: Town) -> None:
    offers = [
        town.service.store.run_now(
            lambda connection: pairing.offer(
                connection, public_key=SigningKey.new().public, software="", now_ms=town.clock(), life_ms=MINUTE_MS
            )
        )
        for _ in range(50)
    ]
    assert len({offer.user_code for offer in offers}) == 50
    assert len({offer.device_code for offer in offers}) == 50
    assert set("".join(offer.user_code for offer in offers)) <= {*ALPHABET, "-"}


async def test_who_paired_what_is_in_the_audit_log(town: Town) -> None:
    screen = make_screen(town)
    node = await paired_node(town, screen)
    query = sa.select(audit.c.action, audit.c.account_id, audit.c.detail).where(
        audit.c.subject == f"screen:{screen.id}", audit.c.action.in_(("pairing.accept", "node.pair"))
    )
    rows = town.service.store.read_now(lambda connection: connection.execute(query).all())
    assert [row.action for row in rows] == ["pairing.accept", "node.pair"]
    assert {row.account_id for row in rows} == {town.accounts["technician"]}
    assert node.key.public.key_id in rows[0].detail
    assert node.token not in rows[1].detail


@pytest.mark.parametrize(
    "body",
    [
        {}, [], {"public_key": 5, "software": "x"}, {"public_key": "AAAA", "software": "x"},
        {"public_key": "!" * 43, "software": "x"}, {"public_key": SigningKey.new().public.text, "software": "x" * 500},
        {"public_key": SigningKey.new().public.text},
    ],
)  # fmt: skip
async def test_a_request_that_is_not_one_is_refused(town: Town, body: object) -> None:
    answer = await new_node(town).client.post("/api/v1/pairing", json=body)
    assert answer.status == 422
    assert answer.content_type == "application/problem+json"


async def test_what_was_typed_of_a_new_screen_stays_when_it_is_refused(town: Town) -> None:
    offered = await new_node(town).offer()
    form = {"code": offered["user_code"], "decision": "pair", "screen": "new", "name": "", "place": "7 Quay Lane"}
    answer = await town.client("technician").post("/pair/decide", data=form)
    assert answer.status == 422
    page = await answer.text()
    assert 'value="7 Quay Lane"' in page
    assert 'value="new" required checked' in page
