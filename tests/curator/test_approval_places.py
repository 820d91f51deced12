"""Approving for some screens only: no other screen is sent it, the group is told, and it can be widened."""

import pytest

from content.approval import read_approval
from content.reading import Reader
from curator import audit, decided, live_orders, moderation, places, screen_groups, widening
from curator.live_orders import OrderRefused
from curator.not_decided import NotDecided, OwnWork
from curator.places import ALL
from curator.publishing import Publisher
from curator.scopes import BadScope
from curator.screens import Screen
from curator.tables import screens as screens_table
from tests.curator.cases import Sent, item_of, look, send, somebody, version_of
from tests.curator.conftest import MakeTown, Town
from tests.curator.programme import things
from tests.curator.test_publishing import opened


@pytest.fixture
async def town(make_town: MakeTown) -> Town:
    """A town that looks one day ahead and publishes only when told to."""
    return await make_town(plan_days=1, running_list_hours=6)


def two_screens(town: Town) -> tuple[Screen, Screen]:
    found = things.screen(town, "Library window"), things.screen(town, "Square")
    for one in found:
        things.share(town, one, group=1)
    return found


def say_yes(town: Town, sent: Sent, *wanted: str, who: str = "moderator", ask_second: bool = False) -> None:
    things.run(
        town,
        lambda connection: moderation.approve(
            connection, sent.version_id, sent.sha256, moderator=somebody(town, who), key=town.service.key,
            now_ms=town.clock(), is_seen=True, places=places.of_scopes(connection, wanted), ask_second=ask_second,
        ),
    )  # fmt: skip


def widen(town: Town, sent: Sent, *wanted: str, who: str = "moderator") -> None:
    things.run(
        town,
        lambda connection: widening.widen(
            connection, sent.version_id, sent.sha256, places=places.of_scopes(connection, wanted),
            moderator=somebody(town, who), key=town.service.key, now_ms=town.clock(),
        ),
    )  # fmt: skip


async def carried(town: Town, *on: Screen) -> list[set[str]]:
    """The ids of the items that each screen's newest manifest names; its files and approvals are of these only."""
    await Publisher(town.service).publish_due()
    found = []
    for screen in on:
        manifest = opened(town, screen)
        assert {file.sha256 for file in manifest.files} == {item.sha256 for item in manifest.items.values()}
        assert all(one.approval.allows(screen.id, town.clock()) for one in manifest.approvals)
        found.append(set(manifest.items))
    return found


async def test_no_other_screen_is_sent_what_was_approved_for_one(town: Town) -> None:
    window, square = two_screens(town)
    sent = send(town)
    say_yes(town, sent, f"screen:{window.id}")
    assert await carried(town, window, square) == [{sent.item_id}, set()]
    signed = look(town, lambda connection: decided.signed_approvals(connection, [sent.version_id]))
    statement = read_approval(Reader.of_bytes(signed[sent.version_id].encode(), limit_bytes=100_000))
    assert statement.approval.places == (window.id,)
    assert not statement.approval.allows(square.id, town.clock())


async def test_what_is_approved_narrower_than_before_leaves_the_other_screens(town: Town) -> None:
    from tests.curator.cases import send_version

    window, square = two_screens(town)
    sent = send(town)
    say_yes(town, sent)
    assert await carried(town, window, square) == [{sent.item_id}] * 2
    say_yes(town, send_version(town, sent.item_id), f"screen:{window.id}")
    town.clock.turn(1_000)
    assert await carried(town, window, square) == [{sent.item_id}, set()]


async def test_the_same_bytes_in_another_item_do_not_lend_it_their_approval(town: Town) -> None:
    window, square = two_screens(town)
    narrow, wide = send(town, "Narrow"), send(town, "Wide")
    assert narrow.sha256 == wide.sha256
    say_yes(town, narrow, f"screen:{window.id}")
    say_yes(town, wide)
    assert await carried(town, window, square) == [{narrow.item_id, wide.item_id}, {wide.item_id}]


async def test_a_screen_group_is_the_screens_it_has_when_it_is_decided(town: Town) -> None:
    window, square = two_screens(town)
    group = things.run(town, lambda c: screen_groups.put(c, "", "Windows", now_ms=1, by=None))

    def join(screen: Screen) -> None:
        change = screens_table.update().where(screens_table.c.id == screen.id).values(screen_group_id=group.id)
        things.run(town, lambda connection: connection.execute(change))

    with pytest.raises(BadScope, match="no screen in what you chose"):
        say_yes(town, send(town, "Nowhere"), f"screen_group:{group.id}")
    join(window)
    sent = send(town)
    say_yes(town, sent, f"screen_group:{group.id}")
    join(square)
    assert await carried(town, window, square) == [{sent.item_id}, set()]
    with pytest.raises(BadScope):
        say_yes(town, send(town, "Elsewhere"), "screen:moon")


async def test_it_is_widened_later_with_a_row_in_the_log_and_by_nobody_of_its_own(town: Town) -> None:
    window, square = two_screens(town)
    sent = send(town)
    say_yes(town, sent, f"screen:{window.id}")
    with pytest.raises(OwnWork):
        widen(town, sent, f"screen:{square.id}", who="editor")
    with pytest.raises(NotDecided, match="approved there already"):
        widen(town, sent, f"screen:{window.id}")
    widen(town, sent, f"screen:{square.id}")
    row = look(town, lambda connection: audit.rows(connection, subject=f"version:{sent.version_id}", most=1))[0]
    assert (row.action, row.account_id) == ("version.widen", town.accounts["moderator"])
    assert audit.read_detail(row.detail)["screens"] == sorted([window.id, square.id])
    assert await carried(town, window, square) == [{sent.item_id}] * 2
    widen(town, sent)
    assert look(town, lambda connection: decided.allowed_places(connection, sent.version_id)) == ALL
    assert look(town, audit.first_broken_row) is None
    assert look(town, lambda connection: decided.history(connection, town.group.id)).approved == 1


async def test_two_must_agree_about_the_same_screens(town: Town) -> None:
    window, square = two_screens(town)
    sent = send(town, people_shown="minors")
    say_yes(town, sent, f"screen:{window.id}")
    say_yes(town, sent, who="programmer")
    assert version_of(town, sent).state == "submitted", "the first had agreed to one screen only"
    say_yes(town, sent, f"screen:{window.id}", who="administrator")
    assert version_of(town, sent).state == "approved"
    assert look(town, lambda connection: decided.allowed_places(connection, sent.version_id)) == (window.id,)
    widen(town, sent, f"screen:{square.id}", who="administrator")
    assert look(town, lambda connection: decided.allowed_places(connection, sent.version_id)) == tuple(
        sorted([window.id, square.id])
    ), "the programmer had agreed to all screens"


async def test_the_group_is_told_on_which_screens(town: Town) -> None:
    window, _square = two_screens(town)
    sent = send(town)
    say_yes(town, sent, f"screen:{window.id}")
    editor = town.accounts["editor"]
    page = await (await town.client("editor").get("/notices")).text()
    assert "was approved for these screens and may play there: Library window." in page
    assert (
        "Only for these screens: Library window."
        in await (await town.client("editor").get(f"/items/{sent.item_id}")).text()
    )
    widen(town, sent)
    assert "may now play on every screen" in await (await town.client("editor").get("/notices")).text()
    assert editor == town.accounts["editor"]


async def test_a_takeover_does_not_reach_a_screen_it_is_not_approved_for(town: Town) -> None:
    window, square = two_screens(town)
    sent = send(town)
    say_yes(town, sent, f"screen:{window.id}")

    def order(*on: Screen) -> None:
        things.run(
            town,
            lambda connection: live_orders.take_over(
                connection, town.service.key, item_id=sent.item_id, screens=[one.id for one in on],
                at_ms=town.clock(), minutes=5, now_ms=town.clock(), by=town.accounts["programmer"],
            ),
        )  # fmt: skip

    with pytest.raises(OrderRefused, match="not approved for all of these screens"):
        order(window, square)
    order(window)


async def test_the_pages_lead_from_one_screen_to_all(town: Town) -> None:
    window, square = two_screens(town)
    sent = send(town)
    moderator = town.client("moderator")
    page = await (await moderator.get(f"/moderation/{sent.version_id}")).text()
    assert "Only for some screens" in page
    form = {"sha256": sent.sha256, "places": f"screen:{window.id}"}
    await moderator.post(f"/moderation/{sent.version_id}/approve", data=form)
    assert item_of(town, sent).approved is not None
    page = await (await moderator.get(f"/moderation/{sent.version_id}")).text()
    assert "Only for these screens: Library window." in page
    address = f"/moderation/{sent.version_id}/widen"
    answer = await moderator.post(address, data={"sha256": sent.sha256})
    assert (answer.status, "Choose at least one screen" in await answer.text()) == (422, True)
    answer = await moderator.post(address, data={"sha256": sent.sha256, "places": f"screen:{square.id}"})
    assert "Library window, Square" in await answer.text()
    await moderator.post(address, data={"sha256": sent.sha256, "places": "everywhere"})
    assert "Allow it on more screens" not in await (await moderator.get(f"/moderation/{sent.version_id}")).text()
