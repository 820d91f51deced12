"""What preparation found reaches the moderator: with its time, a way to see it, and what came before that is alike."""

import sqlalchemy as sa

from curator import library, likeness, moderation
from curator.likeness import Alike
from curator.policy import read_policy
from curator.store import Connection
from curator.tables import versions
from tests.curator.cases import Sent, look, send, somebody
from tests.curator.conftest import Town

NEAR, NEARER, FAR = "00ff00ff00ff00ff", "00ff00ff00ff00fe", "ffffffff00000000"


def with_likeness(town: Town, sent: Sent, *hashes: str) -> Sent:
    """The same, looking like this."""
    words = str(list(hashes)).replace("'", '"')
    town.service.store.run_now(
        lambda connection: connection.execute(
            versions.update().where(versions.c.id == sent.version_id).values(likeness=words)
        )
    )
    town.clock.turn(60_000)
    return sent


def reject(town: Town, sent: Sent) -> None:
    """A moderator says no to it, for a person's privacy."""
    town.service.store.run_now(
        lambda connection: moderation.reject(
            connection, sent.version_id, sent.sha256, reason="privacy", words="A number plate.",
            moderator=somebody(town, "moderator"), now_ms=town.clock(),
        )
    )  # fmt: skip


def alike_to(town: Town, sent: Sent) -> list[Alike]:
    def ask(connection: Connection) -> list[Alike]:
        version = library.version(connection, sent.version_id)
        assert version is not None
        return likeness.alike(connection, version)

    return look(town, ask)


async def test_what_was_rejected_is_known_when_it_comes_again(town: Town) -> None:
    first = with_likeness(town, send(town, "Kite", colour="red"), NEAR)
    other = with_likeness(town, send(town, "Boat", colour="blue"), FAR)
    reject(town, first)
    again = with_likeness(town, send(town, "Holiday", colour="green"), NEARER)
    (found,) = alike_to(town, again)
    assert (found.title, found.reason, found.is_same_file) == ("Kite", "privacy", False)
    assert alike_to(town, other) == []
    assert alike_to(town, first) == [], "only what came before"
    page = await (await town.client("moderator").get(f"/moderation/{again.version_id}")).text()
    assert "It looks like something uploaded before: “Kite”" in page
    assert "That was rejected: Privacy." in page


async def test_the_very_same_file_is_known_without_a_look(town: Town) -> None:
    def same_upload(connection: Connection) -> None:
        connection.execute(sa.update(versions).values(upload_sha256="a" * 64))

    first = send(town, "Kite")
    town.clock.turn(60_000)
    again = send(town, "Kite, once more")
    town.service.store.run_now(same_upload)
    (found,) = alike_to(town, again)
    assert (found.item_id, found.is_same_file) == (first.item_id, True)


async def test_what_only_tells_is_told_quietly_and_after_what_warns(town: Town) -> None:
    reasons: list[dict[str, object]] = [
        {"code": "qr_code_at", "values": {"at": "0:02", "says": "https://example.org/<b>"}, "at_ms": 2_000},
        {"code": "black_part", "values": {"at": "0:01", "seconds": 2, "places": "0:01-0:03"}, "at_ms": 1_000},
        {"code": "quiet_sound", "values": {}, "at_ms": None, "judged": "block"},
    ]
    sent = send(town, "Fair", kind="video", reasons=reasons)
    page = await (await town.client("moderator").get(f"/moderation/{sent.version_id}")).text()
    assert page.index("very quiet") < page.index("is black for 2 seconds") < page.index("A QR code in the film")
    assert "https://example.org/&lt;b&gt;" in page
    assert f"/files/{sent.version_id}/rendition#t=2.0" in page


def test_a_house_may_be_stricter_in_its_policy() -> None:
    found = read_policy("reason = []\n[findings]\nblack_part = 'block'\n")
    assert found.findings == {"black_part": "block"}
    assert found.reasons == {}


async def test_a_group_is_told_what_it_uploaded_before_and_nothing_of_others(town: Town) -> None:
    with_likeness(town, send(town, "Kite", colour="red"), NEAR)
    with_likeness(town, send(town, "Theirs", colour="blue", group_id=town.other_group.id), NEAR)
    again = with_likeness(town, send(town, "Holiday", colour="green"), NEARER)
    page = await (await town.client("contributor").get(f"/items/{again.item_id}")).text()
    assert "It looks like something your group uploaded before:" in page
    assert ">Kite</a>" in page
    assert "Theirs" not in page
