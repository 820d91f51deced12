"""From the curator's manifest to the player's cues."""

import asyncio
import json
from dataclasses import replace
from itertools import pairwise

from content.clock import now_ms
from content.manifest import open_sealed
from content.signing import SigningKey
from display_node.agent.identity import Floor, read_floor
from display_node.agent.status import problems
from display_node.config import CUES_AHEAD_MS, DataFolder
from display_node.messages import Cues, Standby
from tests.display_node.agent.making import (
    DAY_MS,
    HOUR_MS,
    ListeningPlayer,
    agent,
    body_of,
    fact,
    faults,
    listing,
    manifest_of,
    programme_of,
    resealed,
    rotation,
    sealed,
    sha_of,
    status,
    version,
)
from tests.fakes.curator import FakeCurator

NAMES = ("a", "b", "c")
BODIES = tuple(body_of(name) for name in NAMES)


async def test_the_player_gets_exactly_the_programme(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    curator.serve(sealed(curator.key, NAMES), *BODIES)
    async with agent(paired):
        await fact(player.on)
        await fact(lambda: max(player.cues) > now_ms() + HOUR_MS)
    cues = sorted(player.cues.values(), key=lambda cue: cue.start_ms)
    assert curator.envelope is not None
    plan = open_sealed(curator.envelope, {curator.key.public.key_id: curator.key.public}).plan
    events = programme_of(plan).events(cues[0].start_ms, cues[-1].end_ms)
    assert [(cue.start_ms, cue.end_ms) for cue in cues] == [(event.start_ms, event.end_ms) for event in events]
    assert [cue.item for cue in cues] == [event.item or "" for event in events]
    assert all(cue.path.endswith(cue.sha256) and cue.kind == "video" for cue in cues if cue.item)


async def test_a_screen_with_no_programme_says_so(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    async with agent(paired):
        await fact(lambda: "no_manifest" in str(curator.statuses) or 404 in curator.statuses)
        await fact(lambda: player.last(Standby))
    message = player.last(Standby)
    assert isinstance(message, Standby)
    assert message.heading == "Library window"
    assert not player.cues


async def test_a_manifest_nobody_trusted_signed_is_refused(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    curator.serve(sealed(curator.key, NAMES), *BODIES)
    async with agent(paired):
        await fact(lambda: version(paired) == 1)
        kept = paired.manifest.read_bytes()
        curator.serve(sealed(SigningKey.new(), NAMES, version=2))
        await fact(lambda: "not genuine" in faults(paired))
        assert version(paired) == 1
        assert player.on() is not None
    assert paired.manifest.read_bytes() == kept


async def test_a_tampered_manifest_is_refused(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    curator.serve(sealed(curator.key, NAMES), *BODIES)
    async with agent(paired):
        await fact(lambda: version(paired) == 1)
        tampered = sealed(curator.key, NAMES, version=2).replace(b"Title of a", b"Title of x")
        curator.serve(tampered)
        await fact(lambda: "not genuine" in faults(paired))
        assert version(paired) == 1


async def test_another_screens_manifest_is_refused(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    plan = rotation(now_ms() - HOUR_MS, now_ms() + DAY_MS, NAMES)
    manifest = manifest_of(curator.key, plan, NAMES)
    other = resealed(manifest, curator.key, screen=replace(manifest.screen, id="screen-2"))
    curator.serve(other, *BODIES)
    async with agent(paired):
        await fact(lambda: "another screen" in faults(paired))
    assert not paired.manifest.exists()
    assert not any(path.startswith("/files") for _method, path in curator.asked)


async def test_an_older_version_is_refused_also_after_a_restart(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    curator.serve(sealed(curator.key, NAMES, version=7), *BODIES)
    async with agent(paired):
        await fact(lambda: version(paired) == 7)
    assert await asyncio.to_thread(read_floor, paired) == Floor(0, 7)
    paired.manifest.unlink()
    curator.serve(sealed(curator.key, NAMES, version=6))
    async with agent(paired):
        await fact(lambda: "older programme" in faults(paired))
        assert version(paired) == 0


async def test_a_file_comes_only_with_an_approval(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    plan = rotation(now_ms() - HOUR_MS, now_ms() + DAY_MS, NAMES)
    manifest = manifest_of(curator.key, plan, NAMES)
    curator.serve(resealed(manifest, curator.key, approvals=manifest.approvals[:2]), *BODIES)
    async with agent(paired):
        await fact(lambda: "without an approval" in faults(paired))
    assert not any(path.startswith("/files") for _method, path in curator.asked)


async def test_an_item_whose_approval_ran_out_is_a_card_for_its_slot(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    curator.serve(sealed(curator.key, NAMES, until_ms=now_ms() + 60_000), *BODIES)
    async with agent(paired):
        await fact(player.on)
    late = [cue for cue in player.cues.values() if cue.item and cue.start_ms > now_ms() + 60_000]
    assert late
    assert all(cue.kind == "card" and not cue.path and not cue.title for cue in late)


async def test_the_switch_waits_for_every_file(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    curator.serve(sealed(curator.key, ("a", "b")), *BODIES)
    async with agent(paired):
        await fact(lambda: version(paired) == 1)
        missing = curator.files.pop(sha_of("c"))
        curator.envelope = sealed(curator.key, NAMES, version=2)
        await fact(lambda: status(paired).get("pending_version") == 2)
        await fact(lambda: "does not give the file" in faults(paired))
        assert version(paired) == 1
        curator.files[sha_of("c")] = missing
        await fact(lambda: version(paired) == 2)


async def test_a_new_manifest_leaves_what_is_the_same_alone(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    curator.serve(sealed(curator.key, NAMES), *BODIES)
    async with agent(paired):
        # Two hours of cues come in many lines; only then has the player all of it.
        await fact(lambda: max(player.cues, default=0) > now_ms() + CUES_AHEAD_MS - 60_000)
        await fact(lambda: version(paired) == 1)
        before = len(player.changes)
        curator.serve(sealed(curator.key, NAMES, version=2))
        await fact(lambda: version(paired) == 2)
    assert len(player.changes) == before


async def test_with_the_curator_gone_the_cues_go_on_and_a_restart_gives_the_same(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    curator.serve(sealed(curator.key, NAMES), *BODIES)
    async with agent(paired):
        await fact(lambda: player.cues and max(player.cues) > now_ms() + HOUR_MS)
    await curator.stop()
    first = dict(player.cues)
    player.cues.clear()
    player.changes.clear()
    async with agent(paired):
        await fact(lambda: player.cues and max(player.cues) > now_ms() + HOUR_MS)
        await fact(lambda: "cannot be reached" in faults(paired))
    same = {start: cue for start, cue in player.cues.items() if start in first}
    assert len(same) > 100
    assert all(first[start] == cue for start, cue in same.items())


async def test_a_player_that_comes_back_joins_in_the_middle(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    curator.serve(sealed(curator.key, NAMES), *BODIES)
    async with agent(paired):
        await fact(player.on)
        await player.stop()
        again = ListeningPlayer(paired.socket)
        await again.start()
        await fact(again.on)
        first = min(again.cues)
        assert first <= now_ms()
        assert isinstance(again.last(Cues), Cues)
        await again.stop()


async def test_an_unknown_engine_falls_back_on_the_running_list(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    start_ms = now_ms() - HOUR_MS
    plan = rotation(start_ms, start_ms + 3 * DAY_MS, NAMES)
    listed = listing(plan, now_ms(), now_ms() + 2 * DAY_MS)
    manifest = manifest_of(curator.key, plan, NAMES)
    curator.serve(resealed(manifest, curator.key, plan={"engine": "L9"}, digests=("00",), running_list=listed), *BODIES)
    async with agent(paired):
        await fact(player.on)
        await fact(lambda: "newer engine" in faults(paired))
    cues = sorted(player.cues.values(), key=lambda cue: cue.start_ms)
    # What was on when the list was made may be over when the agent reads it.
    still_to_come = [row for row in listed if row.start_ms >= cues[0].start_ms]
    expected = [(row.start_ms, row.end_ms, row.item or "") for row in still_to_come][: len(cues)]
    assert len(cues) > 100
    assert [(cue.start_ms, cue.end_ms, cue.item) for cue in cues] == expected


async def test_digests_that_differ_fall_back_on_the_running_list(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    start_ms = now_ms() - HOUR_MS
    plan = rotation(start_ms, start_ms + 3 * DAY_MS, NAMES)
    other = listing(rotation(start_ms, start_ms + 3 * DAY_MS, tuple(reversed(NAMES))), now_ms(), now_ms() + DAY_MS)
    manifest = manifest_of(curator.key, plan, NAMES)
    curator.serve(resealed(manifest, curator.key, digests=("00" * 16,), running_list=other), *BODIES)
    async with agent(paired):
        await fact(player.on)
        await fact(lambda: "differently" in faults(paired))
        cue = player.on()
        assert cue is not None
        assert (cue.start_ms, cue.item) in {(row.start_ms, row.item or "") for row in other}


async def test_a_new_manifest_takes_over_at_its_effective_instant(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    curator.serve(sealed(curator.key, ("a",)), *BODIES)
    turn_ms = now_ms() + 20 * 60_000
    async with agent(paired):
        await fact(player.on)
        plan = rotation(turn_ms, turn_ms + DAY_MS, ("b",))
        manifest = manifest_of(curator.key, plan, ("b",), version=2)
        curator.serve(resealed(manifest, curator.key, effective_ms=turn_ms))
        await fact(lambda: any(cue.item == "b" for cue in player.cues.values()))
        # What is over may have holes: a cue that is replaced while it is on is forgotten from its start.
        cues = sorted((cue for cue in player.cues.values() if cue.end_ms > now_ms()), key=lambda cue: cue.start_ms)
    assert {cue.item for cue in cues if cue.end_ms <= turn_ms} <= {"a", ""}
    assert {cue.item for cue in cues if cue.start_ms >= turn_ms} <= {"b", ""}
    assert any(cue.end_ms == turn_ms for cue in cues)
    assert all(one.end_ms == two.start_ms for one, two in pairwise(cues))


async def test_a_damaged_manifest_on_the_disk_gives_way_to_the_one_before(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    curator.serve(sealed(curator.key, NAMES), *BODIES)
    async with agent(paired):
        await fact(lambda: version(paired) == 1)
        curator.serve(sealed(curator.key, NAMES, version=2))
        await fact(lambda: version(paired) == 2)
    paired.manifest.write_bytes(paired.manifest.read_bytes()[:-40])
    await curator.stop()
    async with agent(paired):
        await fact(player.on)
        await fact(lambda: version(paired) == 1)
    assert not json.loads(paired.status.read_bytes())["is_revoked"]


async def test_a_screen_the_curator_ended_shows_nothing_of_the_programme_until_it_is_taken_back(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    curator.serve(sealed(curator.key, NAMES), *BODIES)
    async with agent(paired):
        await fact(player.on)
        curator.is_revoked = True
        await fact(lambda: not player.cues)
        message = player.last(Standby)
        assert isinstance(message, Standby)
        assert message.heading == "This screen is out of service"
        await fact(lambda: any("paired again" in sentence for sentence in problems(paired, now_ms())))
    async with agent(paired):
        await fact(lambda: curator.asked[-1][1].startswith("/manifest"))
        assert not player.cues
        curator.is_revoked = False
        await fact(player.on)


async def test_a_login_page_on_the_way_is_not_a_curator(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    curator.serve(b"<html>Welcome to the hotel</html>")
    async with agent(paired):
        await fact(lambda: "damaged or not genuine" in faults(paired))
    assert not paired.manifest.exists()


async def test_a_clock_set_right_after_the_start_brings_the_programme_at_once(
    curator: FakeCurator, paired: DataFolder, player: ListeningPlayer
) -> None:
    years_ms = [-20 * 365 * DAY_MS]
    curator.serve(sealed(curator.key, NAMES), *BODIES)
    async with agent(paired, now=lambda: now_ms() + years_ms[0]):
        await fact(lambda: version(paired) == 1)
        await fact(lambda: player.on(now_ms() + years_ms[0]))
        assert not [cue for cue in player.cues.values() if cue.path]
        years_ms[0] = 0
        await fact(lambda: (cue := player.on()) is not None and cue.path)
