"""Kept weeks: kept from a screen, laid on another week as changes of the draft, conflicts told."""

from curator import bookings, drafts, week_templates
from tests.curator.conftest import Town
from tests.curator.programme import things
from tests.curator.test_calendar import TOMORROW, put

HERE = "/programme/weeks"


def starts(town: Town) -> list[str]:
    draft = things.run(town, lambda connection: drafts.of(connection, town.accounts["programmer"]))
    assert draft is not None
    return [change.booking.starts.isoformat() for change in draft.changes]  # type: ignore[union-attr]


async def test_a_week_is_kept_and_laid_on_another_one_and_conflicts_are_told(town: Town) -> None:
    screen, other = things.screen(town), things.screen(town, "Station hall")
    item_id = things.approved_item(town, "Concert")
    put(town, screen, item_id, rule="FREQ=DAILY;COUNT=3")
    put(town, other, item_id, rule="", starts=TOMORROW.replace(month=10, day=8))
    client = town.client("programmer")
    kept = await client.post(HERE, data={"screen": screen.slug, "day": "2026-09-22", "name": "Concerts"})
    assert kept.status == 200
    (template,) = things.run(town, week_templates.every)
    form = {"screens": other.id, "day": "2026-10-09"}
    page = await (await client.post(f"{HERE}/{template.id}/lay", data=form)).text()
    assert "2 bookings are in your draft." in page
    assert "2026-10-08 18:00" in page
    assert starts(town) == ["2026-10-07T18:00:00", "2026-10-09T18:00:00"]
    found = things.run(town, lambda connection: bookings.between(connection, other.id, 0, 1 << 50))
    assert len(found) == 1


async def test_a_week_without_bookings_or_a_name_is_not_kept(town: Town) -> None:
    screen, client = things.screen(town), town.client("programmer")
    for form in ({"name": "Empty"}, {"name": ""}, {"name": "x" * 81}):
        answer = await client.post(HERE, data={"screen": screen.slug, "day": "2026-09-22", **form})
        assert answer.status == 422
    assert things.run(town, week_templates.every) == []


async def test_a_removed_week_is_gone_and_what_was_laid_stays(town: Town) -> None:
    screen, client = things.screen(town), town.client("programmer")
    put(town, screen, things.approved_item(town, "Concert"), rule="")
    await client.post(HERE, data={"screen": screen.slug, "day": "2026-09-23", "name": "Concerts"})
    (template,) = things.run(town, week_templates.every)
    await client.post(f"{HERE}/{template.id}/lay", data={"screens": screen.id, "day": "2026-10-01"})
    await client.post(f"{HERE}/{template.id}/remove")
    assert things.run(town, week_templates.every) == []
    assert starts(town) == ["2026-09-30T18:00:00"]
