"""Things that addresses of the API name, each made anew for whoever asks: one may be taken away by the last."""

from collections.abc import Callable
from datetime import UTC, datetime

from curator import (
    accounts,
    activity_drafts,
    free_text,
    invitations,
    library,
    report_categories,
    sites,
    street_reports,
    tickers,
    week_templates,
)
from curator.authorisation import Role
from curator.bookings import Slot
from curator.ids import new_id
from curator.programme.rules import SiteConditions
from curator.report_categories import Category
from curator.report_photos import Photo
from curator.screens import Screen
from curator.store import Connection
from curator.tables_variants import variants
from curator.wishes import Wish
from tests.curator.conftest import Town


def activity(town: Town, screen: Screen) -> str:
    """The id of a game of the youth club that waits for a moderator."""
    return _made(town, screen, activity_drafts.make)


def draft(town: Town, screen: Screen) -> str:
    """The id of a draft of a game of the youth club."""
    return _made(town, screen, activity_drafts.save)


def _made(town: Town, screen: Screen, made: Callable[..., str]) -> str:
    def make(connection: Connection) -> str:
        editor = accounts.actor(connection, town.accounts["editor"])
        assert editor is not None
        wish = Wish("crowd", town.group.id, (screen.id,), days=1)
        return made(connection, wish, now_ms=town.clock(), by=editor)

    return town.service.store.run_now(make)


def category(town: Town) -> str:
    """The id of a category of street reports."""

    def make(connection: Connection) -> str:
        by = accounts.actor(connection, town.accounts["programmer"])
        assert by is not None
        known = report_categories.every(connection)
        if known:
            return known[0].id
        wanted = Category("", "", "report", {"en": "Broken", "vi": "Hư hỏng"}, {"en": "A lamp"}, "", 10)
        return report_categories.put(connection, wanted, now_ms=town.clock(), by=by).id

    return town.service.store.run_now(make)


def code(town: Town) -> str:
    """What programs call a category of street reports."""
    category(town)
    return town.service.store.run_now(report_categories.every)[0].code


def report(town: Town, screen: Screen) -> tuple[str, int]:
    """The id and the number of a street report with a photo, at a screen where passers-by may write."""
    about = category(town)

    def make(connection: Connection) -> tuple[str, int]:
        by = accounts.actor(connection, town.accounts["programmer"])
        assert by is not None
        free_text.set_allowed(connection, screen.id, True, now_ms=town.clock(), by=by)
        photo = Photo("image/jpeg", b"photo", b"veil", 1280, 960)
        receipt = street_reports.write(
            connection, activity=None, screen=screen.id, category=about, reporter=new_id(),
            words="The lamp is out. Call 0912 345 678.", nearby="By the bench", language="en", photo=photo,
            now_ms=town.clock(),
        )  # fmt: skip
        found = street_reports.of_number(connection, receipt.number)
        assert found is not None
        return found.id, receipt.number

    return town.service.store.run_now(make)


def site(town: Town) -> str:
    """The id of a site at which no screen is."""
    return town.service.store.run_now(
        lambda connection: sites.put(
            connection, "", f"Square {new_id()}", SiteConditions(), now_ms=town.clock(),
            by=town.accounts["programmer"],
        )
    ).id  # fmt: skip


def week(town: Town, screen: Screen, booked: Slot) -> str:
    """The id of a kept week: that in which something is booked."""
    day = datetime.fromtimestamp(booked.start_ms / 1000, UTC).date()
    return town.service.store.run_now(
        lambda connection: week_templates.keep(
            connection, screen, day, "A week", now_ms=town.clock(), by=town.accounts["programmer"]
        )
    ).id  # fmt: skip


def invitation(town: Town) -> str:
    """The id of an invitation for the administrator into the choir."""

    def make(connection: Connection) -> str:
        invitations.invite_into_group(
            connection, town.service.settings, town.other_group.id, email="administrator@example.org",
            role=Role.CONTRIBUTOR, language="en", site="http://here", now_ms=town.clock(), by=town.accounts["outsider"],
        )  # fmt: skip
        return invitations.pending(connection, town.clock(), group_id=town.other_group.id)[0].id

    return town.service.store.run_now(make)


def ticker(town: Town, screen: Screen) -> str:
    """The id of a line of the ticker that waits for a moderator."""

    def write(connection: Connection) -> str:
        programmer = accounts.actor(connection, town.accounts["programmer"])
        assert programmer is not None
        return tickers.make(
            connection, text="The bridge is closed", language="en", screens=[screen.id], from_ms=0,
            until_ms=town.clock() + 3_600_000, now_ms=town.clock(), by=programmer,
        )  # fmt: skip

    return town.service.store.run_now(write)


def variant(town: Town, item_id: str) -> str:
    """The id of the item's variant for upright screens, which some addresses remove; it may be withdrawn by then."""
    variant_id = new_id()

    def make(connection: Connection) -> str:
        item = library.item(connection, item_id)
        if item is not None and item.variants:
            return item.variants[0].id
        values = {"id": variant_id, "item_id": item_id, "name": "Upright", "targets": '["shape:upright"]'}
        connection.execute(variants.insert().values(**values, created_ms=town.clock()))
        return variant_id

    return town.service.store.run_now(make)
