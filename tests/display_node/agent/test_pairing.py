"""Becoming one of a curator's screens, and leaving again."""

import stat

from click.testing import CliRunner

from content.signing import SigningKey
from display_node.cli import node
from display_node.config import DataFolder
from display_node.messages import Standby
from tests.display_node.agent.making import ListeningPlayer, agent, body_of, fact, sealed, status, version
from tests.fakes.curator import FakeCurator


def code_on(player: ListeningPlayer) -> str:
    message = player.last(Standby)
    return message.code if isinstance(message, Standby) else ""


async def test_a_new_screen_shows_a_code_and_plays_once_it_is_entered(
    curator: FakeCurator, folder: DataFolder, player: ListeningPlayer
) -> None:
    curator.serve(sealed(curator.key, ("a",)), body_of("a"))
    async with agent(folder, curator.address):
        await fact(lambda: code_on(player))
        message = player.last(Standby)
        assert isinstance(message, Standby)
        assert message.url == f"{curator.address}/pair"
        curator.grant(code_on(player))
        await fact(player.on)
        await fact(lambda: status(folder).get("screen_name") == "Library window")
    for secret in (folder.key, folder.token, folder.identity):
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600


async def test_the_pairing_survives_a_restart(
    curator: FakeCurator, folder: DataFolder, player: ListeningPlayer
) -> None:
    async with agent(folder, curator.address):
        await fact(lambda: code_on(player))
        curator.grant(code_on(player))
        await fact(lambda: status(folder).get("is_paired"))
    offers = len(curator.codes)
    async with agent(folder):
        await fact(lambda: curator.links)
    assert len(curator.codes) == offers


async def test_a_code_that_expired_gives_way_to_a_new_one(
    curator: FakeCurator, folder: DataFolder, player: ListeningPlayer
) -> None:
    curator.expires_in_s = 1
    async with agent(folder, curator.address):
        await fact(lambda: code_on(player))
        first = code_on(player)
        await fact(lambda: code_on(player) not in {"", first})


async def test_a_screen_that_was_refused_asks_with_a_new_code(
    curator: FakeCurator, folder: DataFolder, player: ListeningPlayer
) -> None:
    curator.token_answers = ["access_denied", "expired_token", "what_is_this"]
    async with agent(folder, curator.address):
        await fact(lambda: not curator.token_answers)
        await fact(lambda: len(curator.codes) == 4 and code_on(player) in curator.codes)
        curator.grant(list(curator.codes)[-1])
        await fact(lambda: status(folder).get("is_paired"))


async def test_a_screen_waits_for_a_curator_that_is_not_there_yet(
    curator: FakeCurator, folder: DataFolder, player: ListeningPlayer
) -> None:
    await curator.stop()
    async with agent(folder, curator.address):
        await fact(lambda: "cannot be reached" in str(status(folder).get("faults")))
        message = player.last(Standby)
        assert isinstance(message, Standby)
        assert curator.address in message.lines[0]
        await curator.start()
        await fact(lambda: code_on(player))


async def test_paired_again_the_screen_keeps_what_it_has_only_for_the_same_screen(
    curator: FakeCurator, folder: DataFolder, player: ListeningPlayer
) -> None:
    curator.serve(sealed(curator.key, ("a",)), body_of("a"))
    async with agent(folder, curator.address):
        await fact(lambda: code_on(player))
        curator.grant(code_on(player))
        await fact(lambda: version(folder) == 1)

        curator.envelope = None
        pair_again(folder)
        await fact(lambda: code_on(player) and not player.cues)
        curator.grant(code_on(player))
        await fact(player.on)

        curator.screen_id = "screen-2"
        pair_again(folder)
        await fact(lambda: code_on(player) and not player.cues)
        curator.grant(code_on(player))
        await fact(lambda: status(folder).get("screen_id") == "screen-2")
        assert player.on() is None
        assert not folder.manifest.exists()


async def test_paired_again_with_other_keys_the_old_programme_is_not_trusted(
    curator: FakeCurator, folder: DataFolder, player: ListeningPlayer
) -> None:
    curator.serve(sealed(curator.key, ("a",)), body_of("a"))
    async with agent(folder, curator.address):
        await fact(lambda: code_on(player))
        curator.grant(code_on(player))
        await fact(lambda: version(folder) == 1)
        curator.key = SigningKey.new()
        pair_again(folder)
        await fact(lambda: code_on(player))
        curator.grant(code_on(player))
        await fact(lambda: status(folder).get("is_paired"))
        await fact(lambda: "not genuine" in str(status(folder)["faults"]))
        assert player.on() is None


def pair_again(folder: DataFolder) -> None:
    (folder.root / "pair-again").touch()


def test_pair_again_leaves_a_request_for_the_agent(paired: DataFolder) -> None:
    answer = CliRunner().invoke(node, ["pair", "--data", str(paired.root), "--again"])
    assert answer.exit_code == 0
    assert paired.pair_again.exists()
