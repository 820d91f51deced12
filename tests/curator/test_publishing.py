"""From a decision to a signed manifest: nothing unapproved ever, every change soon, one screen's trouble its own."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from content.manifest import LARGEST_MANIFEST_BYTES, Manifest, open_sealed
from content.programme.digest import segment_digests
from content.programme.engine import Programme
from content.programme.plan import read_plan
from content.reading import Reader
from content.signing import SigningKey
from curator import drafts, moderation, publishing, revisions
from curator.manifest_store import KEPT_MANIFESTS, record_of
from curator.programme import manifest_maker
from curator.programme.changes import WeightPut
from curator.programme.manifest_maker import Sealed
from curator.programme.published import newest
from curator.programme.streams import Stream, Streams
from curator.publishing import PUBLISHER, Publisher
from curator.screens import Screen
from curator.store import Connection
from curator.tables import decisions, facts, manifest_files, manifests, screens, versions
from tests.curator.conftest import AN_HOUR_MS, MakeTown, Town
from tests.curator.programme import things

DEADLINE_S = 5.0


@dataclass(slots=True)
class Interrupted(Publisher):
    """A publisher in whose time between reading and storing something happens."""

    before_storing: Callable[[], None] = lambda: None

    def _make(self, due: publishing._Due, version: int, streams: Streams) -> tuple[Stream, Sealed]:
        made = Publisher._make(self, due, version, streams)
        self.before_storing()
        return made


def publisher(town: Town) -> Publisher:
    return Publisher(town.service)


@pytest.fixture
async def town(make_town: MakeTown) -> Town:
    """A town that looks one day ahead and publishes only when told to."""
    return await make_town(plan_days=1, running_list_hours=6)


def stored(town: Town, screen: Screen) -> list[tuple[int, bytes]]:
    query = (
        sa.select(manifests.c.version, manifests.c.envelope)
        .where(manifests.c.screen_id == screen.id)
        .order_by(manifests.c.version)
    )
    return town.service.store.read_now(
        lambda connection: [(row.version, row.envelope) for row in connection.execute(query)]
    )


def opened(town: Town, screen: Screen) -> Manifest:
    """The newest manifest as a node would open it."""
    key = town.service.key.public
    envelope = stored(town, screen)[-1][1]
    assert len(envelope) < LARGEST_MANIFEST_BYTES
    return open_sealed(envelope, {key.key_id: key})


def programme(manifest: Manifest) -> Programme:
    return Programme(read_plan(Reader(manifest.plan)))


async def settled(town: Town) -> None:
    """Everything due is published; nothing is due any more."""
    one = publisher(town)
    await one.publish_due()
    assert await one.publish_due() == []
    assert one.faults == {}


async def test_an_approved_item_is_in_the_manifest_which_a_node_can_open(town: Town) -> None:
    screen = things.screen(town)
    things.share(town, screen, group=1)
    item_id = things.approved_item(town, "Skate day")
    await settled(town)
    manifest = opened(town, screen)
    assert [item.title for item in manifest.items.values()] == ["Skate day"]
    assert {need.sha256 for need in manifest.files} == {manifest.items[item_id].sha256}
    assert manifest.digests == segment_digests(programme(manifest))
    assert manifest.effective_ms <= town.clock()
    assert any(row.item == item_id for row in manifest.running_list)
    held = sa.select(manifest_files.c.sha256).where(manifest_files.c.screen_id == screen.id)
    assert set(town.service.store.read_now(lambda connection: connection.execute(held).scalars().all())) == {
        manifest.items[item_id].sha256
    }


async def test_a_withdrawn_item_is_gone_from_the_next_manifest_and_from_what_is_on(town: Town) -> None:
    screen = things.screen(town)
    things.share(town, screen, group=1)
    gone, stays = things.approved_item(town, "Wrong date"), things.approved_item(town, "Right date")
    await settled(town)
    town.clock.turn(AN_HOUR_MS)
    things.withdraw(town, gone)
    await settled(town)
    manifest = opened(town, screen)
    assert set(manifest.items) == {stays}
    assert manifest.version == 2
    assert programme(manifest).at(town.clock()).event.item in {stays, None}


async def test_nothing_unapproved_is_ever_in_a_manifest(town: Town) -> None:
    screen = things.screen(town)
    things.share(town, screen, group=1, other_group=1)
    good = things.approved_item(town, "Good")
    things.submitted_item(town, "Waits")
    unsigned = things.approved_item(town, "Approved by nobody we know")
    forged = things.approved_item(town, "Signed by another key")
    of_other_bytes = things.approved_item(town, "Signed for other bytes")
    rejected = things.approved_item(town, "No longer approved")

    def spoil(connection: Connection) -> None:
        of = {
            row.item_id: row.id
            for row in connection.execute(sa.select(versions.c.item_id, versions.c.id))
        }  # fmt: skip
        good_text = connection.execute(
            sa.select(decisions.c.signed).where(decisions.c.version_id == of[good])
        ).scalar_one()
        for item_id, text in ((unsigned, ""), (of_other_bytes, good_text)):
            connection.execute(decisions.update().where(decisions.c.version_id == of[item_id]).values(signed=text))
        connection.execute(versions.update().where(versions.c.item_id == rejected).values(state="rejected"))

    things.run(town, spoil)
    true_key = town.service.key
    object.__setattr__(town.service, "key", SigningKey.new())
    try:
        forged_again = things.approved_item(town, "Signed by a stranger")
    finally:
        object.__setattr__(town.service, "key", true_key)
    things.book(town, screen, forged, town.clock() + AN_HOUR_MS)
    things.withdraw(town, forged)
    await settled(town)
    manifest = opened(town, screen)
    assert set(manifest.items) == {good}
    assert forged_again not in manifest.as_json()["items"]  # type: ignore[operator]
    record = town.service.store.read_now(lambda connection: record_of(connection, screen.id))
    assert record is not None
    assert [note.code for note in record.notes] == ["booking_lost"]


async def test_an_edit_plays_the_approved_version_until_the_new_one_is_approved(town: Town) -> None:
    screen = things.screen(town)
    things.share(town, screen, group=1)
    item_id = things.approved_item(town, "Poster", duration_ms=10_000)
    await settled(town)
    first = opened(town, screen).items[item_id].sha256
    things.run(town, lambda connection: things.add_version(connection, town, item_id, 2, 8_000))
    await settled(town)
    assert opened(town, screen).items[item_id].sha256 == first
    town.clock.turn(60_000)
    things.approve(town, item_id)
    await settled(town)
    manifest = opened(town, screen)
    assert manifest.items[item_id].duration_ms == 8_000
    assert {need.sha256 for need in manifest.files} == {manifest.items[item_id].sha256} != {first}


async def test_an_approval_that_goes_between_reading_and_storing_stops_the_manifest(town: Town) -> None:
    screen = things.screen(town)
    things.share(town, screen, group=1)
    item_id = things.approved_item(town, "Just in time")
    await Interrupted(town.service, before_storing=lambda: things.withdraw(town, item_id)).publish_due()
    assert stored(town, screen) == []
    await settled(town)
    assert opened(town, screen).items == {}


async def test_every_kind_of_change_is_published_and_told(town: Town) -> None:
    screen = things.screen(town)
    item_id = things.approved_item(town, "Choir on Sunday")
    await settled(town)
    things.share(town, screen, group=2)
    await settled(town)
    things.book(town, screen, item_id, town.clock() + AN_HOUR_MS)
    await settled(town)
    things.run(town, lambda connection: connection.execute(screens.update().values(volume_percent=40)))
    await settled(town)
    things.run(town, lambda connection: connection.execute(facts.insert().values(name="manifest_epoch", value="1")))
    await settled(town)
    town.clock.turn(13 * AN_HOUR_MS)
    await settled(town)
    query = sa.select(manifests.c.why).order_by(manifests.c.version)
    whys = town.service.store.read_now(lambda connection: list(connection.execute(query).scalars()))
    assert whys == ["first", "air_time,items", "bookings", "screen", "signing", "horizon"]
    assert opened(town, screen).epoch == 1


async def test_a_booking_is_in_the_manifest_to_the_millisecond(town: Town) -> None:
    screen = things.screen(town)
    things.share(town, screen, group=1)
    things.approved_item(town, "Everyday")
    news = things.approved_item(town, "News", duration_ms=20_000)
    await settled(town)
    start_ms = town.clock() + 20_000
    things.book(town, screen, news, start_ms, 60_000)
    town.clock.turn(1_000)
    await settled(town)
    asked = programme(opened(town, screen))
    assert [asked.at(start_ms + offset_ms).event.item for offset_ms in (0, 20_000, 40_000)] == [news] * 3
    assert asked.at(start_ms).event.start_ms == start_ms


async def test_versions_rise_without_end_and_only_the_newest_are_kept(town: Town) -> None:
    screen = things.screen(town)
    for number in range(KEPT_MANIFESTS + 5):
        things.share(town, screen, group=number % 2 + 1)
        assert await publisher(town).publish_due() == [screen.id]
    assert [version for version, _ in stored(town, screen)] == list(range(6, KEPT_MANIFESTS + 6))
    things.run(town, lambda connection: connection.execute(manifests.delete()))
    await settled(town)
    assert [version for version, _ in stored(town, screen)] == [KEPT_MANIFESTS + 6]


async def test_one_screens_trouble_does_not_stop_the_others_and_is_told(town: Town) -> None:
    broken, whole = things.screen(town, "A broken one"), things.screen(town, "A whole one")
    things.run(
        town,
        lambda connection: connection.execute(
            screens.update().where(screens.c.id == broken.id).values(zone="Nowhere/At_all")
        ),
    )
    one = publisher(town)
    assert await one.publish_due() == [whole.id]
    assert set(one.faults) == {broken.id}
    assert "Nowhere/At_all" in one.faults[broken.id].sentence
    things.run(town, lambda connection: connection.execute(screens.update().values(zone="UTC")))
    assert await one.publish_due() == [broken.id, whole.id]
    assert one.faults == {}


async def test_the_running_service_takes_a_withdrawn_item_off_within_two_seconds(make_town: MakeTown) -> None:
    town = await make_town(programmes_published=True, plan_days=1, running_list_hours=6)
    screen = await asyncio.to_thread(things.screen, town)
    await asyncio.to_thread(things.share, town, screen, group=1)
    item_id = await asyncio.to_thread(things.approved_item, town, "Wrong date")

    async def is_shown() -> bool:
        known = await town.service.store.read(lambda connection: newest(connection, screen.id))
        return known is not None and item_id in known.manifest.items

    with town.service.bus.listening(f"screen:{screen.id}") as hints:
        town.service.bus.publish("programme:approved")
        async with asyncio.timeout(DEADLINE_S):
            while not await is_shown():
                await anext(hints)
        await asyncio.to_thread(things.withdraw, town, item_id)
        town.service.bus.publish(f"item:{item_id}")
        async with asyncio.timeout(2):
            while await is_shown():
                await anext(hints)


async def test_a_manifest_no_node_would_take_is_not_published_but_told(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = things.screen(town)
    monkeypatch.setattr(manifest_maker, "LARGEST_MANIFEST_BYTES", 1000)
    one = publisher(town)
    assert await one.publish_due() == []
    assert "plan_days" in one.faults[screen.id].sentence
    assert stored(town, screen) == []


async def test_a_manifest_nobody_can_read_any_more_is_followed_by_a_fresh_one(town: Town) -> None:
    screen = things.screen(town)
    await settled(town)
    things.run(
        town, lambda connection: connection.execute(manifests.update().values(envelope=b"not JSON", etag="spoilt"))
    )
    await settled(town)
    assert opened(town, screen).version == 2


async def test_a_hint_is_enough_the_service_publishes_by_itself(make_town: MakeTown) -> None:
    town = await make_town(programmes_published=True, plan_days=1)
    screen = await asyncio.to_thread(things.screen, town)
    with town.service.bus.listening(f"screen:{screen.id}") as hints:
        town.service.bus.publish("group:any")
        async with asyncio.timeout(DEADLINE_S):
            await anext(hints)
    assert town.server.app[PUBLISHER].faults == {}
    published = await town.service.store.read(lambda connection: newest(connection, screen.id))
    assert published is not None
    assert published.version == 1


@pytest.mark.parametrize("count", [1, 3])
async def test_own_work_needs_somebody_else_before_it_is_published(town: Town, count: int) -> None:
    screen = things.screen(town)
    things.share(town, screen, group=1)
    for number in range(count):
        things.submitted_item(town, f"Mine {number}")
    await settled(town)
    assert opened(town, screen).items == {}
    assert town.service.store.read_now(moderation.count_waiting) == count


async def test_screens_with_equal_facts_have_one_plan_compiled_once_and_shared(town: Town) -> None:
    many = [things.screen(town, f"Shelter {number}") for number in range(4)]
    other = things.screen(town, "In another zone", zone="Asia/Kathmandu")
    for screen in (*many, other):
        things.share(town, screen, group=1)
    things.approved_item(town, "Everywhere")
    await settled(town)
    shown = [things.run(town, lambda connection, one=one: newest(connection, one.id)) for one in (*many, other)]  # type: ignore[misc]
    programmes = [one.programme for one in shown if one is not None]
    assert len(programmes) == 5
    assert all(one is programmes[0] for one in programmes[:4])
    assert programmes[4] is not programmes[0]
    plans = [opened(town, screen).plan for screen in (*many, other)]
    assert plans[1:4] == plans[:3]
    assert plans[4] != plans[0]
    assert {opened(town, screen).screen.id for screen in many} == {screen.id for screen in many}


async def test_what_is_promised_stays_unless_short_notice_is_asked_for(make_town: MakeTown) -> None:
    town = await make_town(plan_days=1, running_list_hours=6, freeze_minutes=30)
    screen = things.screen(town)
    things.share(town, screen, group=1)
    item_id = things.approved_item(town, "Everyday")
    news = things.approved_item(town, "News", group_id=town.other_group.id)
    await settled(town)
    town.clock.turn(60_000)
    before = programme(opened(town, screen))
    start_ms = town.clock() + 5 * 60_000
    things.book(town, screen, news, start_ms)
    await settled(town)
    promised = programme(opened(town, screen))
    for at_ms in range(town.clock(), town.clock() + 30 * 60_000, 7_000):
        assert promised.at(at_ms).event.item == before.at(at_ms).event.item
    assert promised.at(start_ms).event.item in {item_id, None}
    things.run(
        town,
        lambda connection: drafts.publish_at_once(
            connection,
            [WeightPut(f"screen:{screen.id}", town.group.id, "", 2)],
            now_ms=town.clock(),
            lead_ms=15_000,
            by=town.accounts["programmer"],
            at_once=True,
        ),
    )
    await settled(town)
    assert programme(opened(town, screen)).at(start_ms).event.item == news
    assert things.run(town, lambda connection: revisions.short_notice(connection, screen.id)) == ""


async def test_a_withdrawal_does_not_wait_for_the_end_of_what_was_promised(make_town: MakeTown) -> None:
    town = await make_town(plan_days=1, running_list_hours=6, freeze_minutes=30)
    screen = things.screen(town)
    things.share(town, screen, group=1)
    gone, stays = things.approved_item(town, "Wrong date"), things.approved_item(town, "Right date")
    await settled(town)
    town.clock.turn(60_000)
    before = programme(opened(town, screen))
    things.withdraw(town, gone)
    await settled(town)
    manifest = opened(town, screen)
    assert set(manifest.items) == {stays}
    after = programme(manifest)
    for event in before.events(town.clock(), town.clock() + 30 * 60_000):
        assert after.at(event.start_ms).event.item == (stays if event.item == stays else None)
