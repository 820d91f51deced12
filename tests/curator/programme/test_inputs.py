"""What is gathered about a screen for the compiler, and when that is something else than before."""

from dataclasses import replace

from content.programme.plan import Rotation
from curator import air_time, bookings, dayparts, rules, running_order, screen_groups, screens, showing, sites
from curator.moderation import APPROVAL_LIFE_MS
from curator.programme import inputs, library_facts
from curator.programme.booking import Booking
from curator.programme.compiler import compile_plan
from curator.programme.dayparts import EVERY_DAY, Daypart, Hours
from curator.programme.facts import Booked, EligibleItem, Moment, ProgrammeFacts, Weights
from curator.programme.hours import DAY_MS, wall
from curator.programme.inputs import Inputs
from curator.programme.rules import ApartRule, ElectionRule, PaceRule, QuietRule, RatingRule, Rule, SiteConditions, When
from curator.screens import Screen
from curator.showing import Showing
from curator.store import Connection
from tests.curator.conftest import AN_HOUR_MS, Town
from tests.curator.programme import things


def gathered(town: Town, screen: Screen, days: int = 9) -> Inputs:
    def look(connection: Connection) -> Inputs:
        library = library_facts.gather(connection, town.service.key.public)
        return inputs.gather(connection, library, screen, town.clock(), town.clock() + days * DAY_MS)

    return things.run(town, look)


def booking(town: Town, screen: Screen, items: tuple[str, ...], in_ms: int) -> Booking:
    starts = wall("UTC", town.clock() // 1000 * 1000 + in_ms).replace(tzinfo=None)
    return Booking(
        id="", uid="", title="", items=items, screens=(screen.id,), state="confirmed", zone="UTC", starts=starts,
        length_ms=600_000,
    )  # fmt: skip


def put(town: Town, asked: Booking) -> Booking:
    return things.run(
        town,
        lambda c: bookings.put(c, asked, now_ms=town.clock(), lead_ms=15_000, by=town.accounts["programmer"]),
    )


def in_rotation(town: Town, screen: Screen, days: int = 9) -> set[str]:
    """The items in any list of the plan of the next days."""
    facts = gathered(town, screen, days).facts
    plan = compile_plan(facts, Moment(town.clock(), 15_000, days * DAY_MS)).plan
    lists = (part.groups.values() for part in plan.segments if isinstance(part, Rotation))
    return {entry.item for listings in lists for listing in listings for entry in listing.items}


def test_a_premiere_in_three_weeks_keeps_its_item_out_of_a_plan_of_nine_days(town: Town) -> None:
    screen = things.screen(town)
    new, old = things.approved_item(town, "New"), things.approved_item(town, "Old")
    things.share(town, screen, group=1)
    asked = booking(town, screen, (new,), 21 * DAY_MS)
    made = put(town, replace(asked, is_premiere=True))
    assert in_rotation(town, screen) == {old}
    assert in_rotation(town, screen, days=23) == {old, new}
    put(town, replace(made, state="provisional"))
    assert in_rotation(town, screen) == {old, new}


def test_an_episode_keeps_out_until_its_own_turn_however_far_ahead(town: Town) -> None:
    screen = things.screen(town)
    episodes = tuple(things.approved_item(town, f"Part {number}") for number in range(3))
    things.share(town, screen, group=1)
    weekly = booking(town, screen, episodes, DAY_MS)
    put(town, replace(weekly, rule="FREQ=WEEKLY;COUNT=9", plays="series", is_premiere=True))
    assert in_rotation(town, screen) == {*episodes[:2]}
    # A later round is no premiere, and what is past the window is no business of the plan's.
    assert [slot.number for slot in gathered(town, screen).facts.bookings] == [0, 1, 2]


def test_only_a_far_premiere_of_all_far_bookings_asks_for_another_manifest(town: Town) -> None:
    screen = things.screen(town)
    new = things.approved_item(town, "New")
    things.share(town, screen, group=1)

    def parts() -> dict[str, str]:
        """As asked of what is stored, and as it was narrowed from more: the same."""
        key, from_ms, to_ms = town.service.key.public, town.clock() + AN_HOUR_MS, town.clock() + 9 * DAY_MS
        wider = inputs.narrowed(gathered(town, screen, 11), from_ms, to_ms)

        def look(connection: Connection) -> Inputs:
            library = library_facts.gather(connection, key)
            return inputs.gather(connection, library, screen, from_ms, to_ms)

        asked = things.run(town, look)
        assert asked.facts == wider.facts
        return inputs.fingerprint(asked, key, 1)

    before = parts()
    for far_ms in (10 * DAY_MS, 30 * DAY_MS):
        put(town, booking(town, screen, (new,), far_ms))
        assert parts() == before
    for far_ms in (10 * DAY_MS + AN_HOUR_MS, 30 * DAY_MS + AN_HOUR_MS):
        asked = booking(town, screen, (new,), far_ms)
        put(town, replace(asked, is_premiere=True))
        after = parts()
        assert {name for name in after if after[name] != before[name]} == {"bookings"}
        before = after


def test_a_town_with_everything_has_exactly_these_facts(town: Town) -> None:
    now_ms, by = town.clock(), town.accounts["programmer"]
    first_ms = now_ms // 1000 * 1000
    house, ours, theirs = things.house(town).id, town.group.id, town.other_group.id

    # Places, and the dayparts that are spoken of: by a weight, by a rule, by the site; and one by nobody.
    def places(connection: Connection) -> tuple[Screen, Screen, list[Daypart], SiteConditions]:
        evening, school, night, _unused = parts = [
            dayparts.put(connection, Daypart("", name, (Hours(days, since, until),), place), now_ms=1, by=by)
            for place, (name, days, since, until) in enumerate([
                ("Evening", EVERY_DAY, 1080, 1320), ("School run", frozenset(range(5)), 480, 540),
                ("Night", EVERY_DAY, 1380, 300), ("Nobody's", EVERY_DAY, 0, 60),
            ])
        ]  # fmt: skip
        agreed = SiteConditions(5_000, False, night.id, 80, 20, None)
        site = sites.put(connection, "", "Station", agreed, now_ms=1, by=by)
        windows = screen_groups.put(connection, "", "Windows", now_ms=1, by=by)
        screens.arrange(connection, here.id, screens.Arrangement(site.id, windows.id, ("quiet",), 0), now_ms=1, by=by)
        for scope, group, part, weight in (
            (f"screen_group:{windows.id}", ours, "", 1), (f"screen_group:{windows.id}", theirs, evening.id, 2),
            (f"screen_group:{windows.id}", theirs, "", 4), (f"screen:{here.id}", ours, "", 3),
            (f"screen:{here.id}", ours, evening.id, 5), (f"screen:{there.id}", ours, "", 7),
        ):  # fmt: skip
            air_time.put(connection, scope, group, part, weight, now_ms=1, by=by)
        for rule, scope in (
            (ApartRule("", "Rivals", When(), "sponsor"), "everywhere"),
            (RatingRule("", "School run", When(school.id), 6), f"site:{site.id}"),
            (PaceRule("", "Sponsors", When(None, "2026-01-01", "2099-01-01"), 600_000, "sponsor"),
             f"screen_group:{windows.id}"),
            (QuietRule("", "Exams", When(), "muted"), f"screen:{here.id}"),
            (ElectionRule("", "Election", When(), frozenset({"party"}), "candidate"), f"screen:{there.id}"),
        ):  # fmt: skip
            held.append(rules.put(connection, rule, scope, now_ms=len(held) + 1, by=by))
        found = screens.get(connection, here.id)
        assert found is not None
        return found, there, parts, agreed

    here, there = things.screen(town, "Here", "Asia/Ho_Chi_Minh"), things.screen(town, "There")
    held: list[Rule] = []
    here, there, (evening, school, night, _unused), agreed = things.run(town, places)

    # Items: one of many wishes, plain ones, one left out; and such as are not for this screen or not approved.
    talk, song, goal = (things.approved_item(town, name, duration_ms=20_000) for name in ("Talk", "Song", "Goal"))
    card = things.approved_item(town, "Card", group_id=house)
    news = things.approved_item(town, "News", group_id=theirs, duration_ms=30_000)
    elsewhere, gone = things.approved_item(town, "Elsewhere"), things.approved_item(town, "Gone")
    things.submitted_item(town, "Not yet")
    things.withdraw(town, gone)
    wish = Showing(12, ("sponsor", "a"), ("tag:quiet",), now_ms + 5, now_ms + DAY_MS, 60_000, "start")
    things.run(town, lambda c: showing.put(c, talk, wish, now_ms=1, by=by))
    aimed = Showing(targets=(f"screen:{there.id}",))
    things.run(town, lambda c: showing.put(c, elsewhere, aimed, now_ms=1, by=by))
    things.run(town, lambda c: running_order.arrange(c, ours, [goal, talk, song], now_ms=1, by=by))
    things.run(town, lambda c: running_order.leave_out(c, ours, song, is_out=True, now_ms=1, by=by))

    # Bookings: a series already under way where the window begins, one of each other state, and such as are not seen.
    daily = replace(
        booking(town, here, (talk, song), AN_HOUR_MS), rule="FREQ=DAILY;COUNT=9", plays="series", title="Days"
    )
    series = put(town, replace(daily, screens=(here.id, there.id)))
    kept = put(town, replace(booking(town, here, (news,), 3 * DAY_MS), state="protected"))
    maybe = put(town, replace(booking(town, here, (goal,), 3 * DAY_MS), state="provisional"))
    put(town, booking(town, there, (goal,), 3 * DAY_MS))
    cancelled = put(town, booking(town, here, (goal,), 3 * DAY_MS + AN_HOUR_MS // 2))
    things.run(town, lambda c: bookings.cancel(c, cancelled.id, now_ms=now_ms, by=by))

    def look(connection: Connection) -> ProgrammeFacts:
        library = library_facts.gather(connection, town.service.key.public)
        return inputs.gather(connection, library, here, now_ms + 2 * DAY_MS, now_ms + 4 * DAY_MS).facts

    until_ms = now_ms + APPROVAL_LIFE_MS
    expected = ProgrammeFacts(
        zone="Asia/Ho_Chi_Minh",
        weights=Weights({ours: 3, theirs: 4}, ((evening.id, {ours: 5, theirs: 2}),)),
        house_groups=frozenset({house}),
        items={
            item.id: item
            for item in (
                EligibleItem(goal, ours, "Goal", 20_000, 10, True, now_ms, until_ms),
                EligibleItem(
                    talk, ours, "Talk", 20_000, 20, True, now_ms + 5, now_ms + DAY_MS, "video", 12,
                    frozenset({"sponsor", "a"}), 60_000, "start",
                ),
                EligibleItem(song, ours, "Song", 20_000, 0, False, now_ms, until_ms),
                EligibleItem(card, house, "Card", 12_000, 10, True, now_ms, until_ms),
                EligibleItem(news, theirs, "News", 30_000, 10, True, now_ms, until_ms),
            )
        },
        bookings=tuple(
            sorted(
                (
                    *(
                        Booked(
                            series.id, (talk, song), first_ms + AN_HOUR_MS + number * DAY_MS,
                            first_ms + AN_HOUR_MS + number * DAY_MS + 600_000, "confirmed", "series", number,
                            title="Days",
                        )
                        for number in (2, 3)
                    ),
                    Booked(kept.id, (news,), first_ms + 3 * DAY_MS, first_ms + 3 * DAY_MS + 600_000, "protected"),
                    Booked(maybe.id, (goal,), first_ms + 3 * DAY_MS, first_ms + 3 * DAY_MS + 600_000, "provisional"),
                ),
                key=lambda slot: (slot.start_ms, slot.id),
            )
        ),
        dayparts={part.id: part for part in (evening, school, night)},
        rules=tuple(held[:4]),
        site=agreed,
    )  # fmt: skip
    assert things.run(town, look) == expected
