"""Pictures behind words at a screen: fetched and verified before they are shown, and gone when they are taken down."""

import hashlib
from dataclasses import replace

import pytest

from content.approval import Approval, sign_approval
from content.canonical import Json
from content.files import place_of
from content.signing import SigningKey
from display_node.config import DataFolder
from display_node.session_messages import SessionNow, SessionOff, SessionOn
from kiosks.activities.known import Counted
from kiosks.activities.statement import sign_activity
from tests.display_node.agent.making import ALWAYS_MS, ListeningPlayer, body_of, fact, faults, sealed, version
from tests.display_node.agent.test_local import begun_here, here
from tests.display_node.agent.test_sessions import STATEMENT, at_screen, begun
from tests.fakes.curator import FakeCurator

BODY = body_of("a picture")
SHA256 = hashlib.sha256(BODY).hexdigest()
PICTURED = replace(STATEMENT, backdrop=SHA256)
HINT: dict[str, Json] = {"type": "activities"}


def approval(key: SigningKey, places: tuple[str, ...] = ("*",), until_ms: int = ALWAYS_MS) -> Json:
    said = Approval(SHA256, "image/jpeg", len(BODY), 10_000, places, 0, until_ms, "ann", "ben", 1, "")
    return sign_approval(said, key).as_json()


def allow(curator: FakeCurator, *backdrops: Json) -> None:
    """The service tells of the activity, and of these pictures; it has the file."""
    curator.activities = [Counted(sign_activity(PICTURED, curator.key), (3, 1)).as_json()]
    curator.backdrops = list(backdrops)
    curator.files[SHA256] = BODY


def shown(player: ListeningPlayer) -> str:
    on = player.last(SessionOn)
    assert isinstance(on, SessionOn)
    return on.backdrop


async def test_the_picture_is_here_and_verified_before_anybody_takes_part(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    allow(curator, approval(curator.key))
    place = place_of(paired.files, SHA256)
    async with at_screen(curator, paired, player):
        await fact(place.is_file)
        await begun(curator, player, PICTURED)
        assert shown(player) == str(place)
        assert place.read_bytes() == BODY


async def test_a_picture_that_is_taken_down_is_gone_from_the_session_that_is_on_and_the_poll_goes_on(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    allow(curator, approval(curator.key))
    async with at_screen(curator, paired, player):
        await fact(place_of(paired.files, SHA256).is_file)
        await begun(curator, player, PICTURED)
        assert shown(player)
        curator.backdrops = []
        await curator.hint(HINT)
        await fact(lambda: shown(player) == "")
        count = sum(isinstance(one, SessionNow) for one in player.heard)
        await fact(lambda: sum(isinstance(one, SessionNow) for one in player.heard) > count + 2)
        assert player.last(SessionOff) is None


@pytest.mark.parametrize(
    "wrong", ["no approval", "another key", "another screen", "over", "other bytes", "not fetched"]
)
async def test_without_all_that_allows_it_the_poll_stands_in_its_plain_colours_and_that_is_told(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer, wrong: str
) -> None:
    told = {
        "no approval": (), "another key": (approval(SigningKey.new()),),
        "another screen": (approval(curator.key, ("elsewhere",)),), "over": (approval(curator.key, until_ms=5),),
    }.get(wrong, (approval(curator.key),))  # fmt: skip
    allow(curator, *told)
    if wrong == "other bytes":
        curator.wrong_files.add(SHA256)
    if wrong == "not fetched":
        del curator.files[SHA256]
    async with at_screen(curator, paired, player):
        await begun(curator, player, PICTURED)
        assert shown(player) == ""
        await fact(lambda: "plain colours" in faults(paired))


async def test_a_picture_damaged_on_the_disk_goes_and_is_fetched_again(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    allow(curator, approval(curator.key))
    place = place_of(paired.files, SHA256)
    async with at_screen(curator, paired, player):
        await fact(place.is_file)
        await begun(curator, player, PICTURED)
        assert shown(player)
        # The service has it no more for a while: otherwise it is whole again before anybody looks.
        del curator.files[SHA256]
        place.write_bytes(b"something else")
        await fact(lambda: shown(player) == "")
        curator.files[SHA256] = BODY
        await fact(lambda: place.read_bytes() == BODY if place.is_file() else False)


async def test_a_programme_does_not_wait_for_a_picture_that_does_not_come(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    allow(curator, approval(curator.key))
    del curator.files[SHA256]
    async with at_screen(curator, paired, player):
        await fact(lambda: f"The curator does not give the file {SHA256[:12]}" in faults(paired))
        curator.serve(sealed(curator.key, ("a", "b"), version=2), body_of("a"), body_of("b"))
        await curator.hint({"type": "manifest", "version": 2})
        await fact(lambda: version(paired) == 2)
        curator.files[SHA256] = BODY
        await fact(place_of(paired.files, SHA256).is_file)


async def test_a_screen_that_is_alone_after_a_restart_still_knows_its_approved_picture(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    allow(curator, approval(curator.key))
    async with here(curator, paired, player):
        await fact(place_of(paired.files, SHA256).is_file)
    await curator.stop()
    async with here(curator, paired, player, is_away=True) as local:
        await begun_here(local, "p1")
        await fact(lambda: player.last(SessionOn) is not None)
        assert shown(player) == str(place_of(paired.files, SHA256))
