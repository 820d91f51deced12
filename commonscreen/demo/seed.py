"""The town before anything is uploaded: groups, people, screens, air time. Done once, in one transaction."""

from pathlib import Path

from commonscreen.demo.town import GROUPS, PEOPLE, SCREENS, ZONE
from commonscreen.demo.welcome import PASSWORD
from content.clock import now_ms
from curator import accounts, air_time, groups, screens, tables
from curator.config import Settings
from curator.store import Connection
from curator.web.app import open_service

SESSION_MS = 12 * 3_600_000
QUOTA_BYTES = 2 << 30


def is_seeded(data: Path) -> bool:
    """Whether the service's folder already holds a town."""
    return (data / "seeded").exists()


def seed(data: Path) -> None:
    """Fills an empty service folder. A start that was cut short is done again: all rows are one transaction."""
    service = open_service(Settings(data=data))
    password_hash = accounts.hash_password(PASSWORD)
    try:
        service.store.run_now(lambda connection: _fill(connection, password_hash, now_ms()))
    finally:
        service.store.close()
    (data / "seeded").touch()


def _fill(connection: Connection, password_hash: str, at_ms: int) -> None:
    if groups.every(connection):
        return
    made = {
        plan.slug: groups.create(
            connection, name=plan.name, about=plan.about, quota_bytes=QUOTA_BYTES, is_house=plan.is_house,
            now_ms=at_ms, by=None,
        )
        for plan in GROUPS
    }  # fmt: skip
    people = {}
    for person in PEOPLE:
        people[person.key] = accounts.create(
            connection, email=person.email, name=person.name, password_hash=password_hash, language="en",
            now_ms=at_ms, by=None,
        )  # fmt: skip
        group_id = made[person.group].id if person.group else None
        accounts.grant(
            connection, account_id=people[person.key], role=person.role, group_id=group_id, now_ms=at_ms, by=None
        )
    for place in SCREENS:
        words = screens.ScreenWords(
            place.name, place.place, ZONE, "en", place.width, place.height, 80, has_touch=True, has_pads=True
        )
        screen = screens.create(connection, words, now_ms=at_ms, by=people["technician"])
        # Whoever tries it out wants to see a change at once; real screens keep what they have promised.
        connection.execute(tables.screens.update().where(tables.screens.c.id == screen.id).values(freeze_minutes=0))
        weights = {made[plan.slug].id: plan.weight for plan in GROUPS if not plan.is_house}
        air_time.set_weights(connection, screen.id, weights, now_ms=at_ms, by=people["programmer"])


def open_sessions(data: Path, keys: tuple[str, ...]) -> dict[str, str]:
    """Session tokens for some of the people, by key: the demo acts through the pages, as they would."""
    service = open_service(Settings(data=data))
    emails = {person.key: person.email for person in PEOPLE}

    def sign_in(connection: Connection) -> dict[str, str]:
        tokens = {}
        for key in keys:
            account_id, _ = accounts.password_hash_of(connection, emails[key])
            if account_id is not None:
                tokens[key] = accounts.sign_in(connection, account_id, now_ms=now_ms(), life_ms=SESSION_MS)
        return tokens

    try:
        return service.store.run_now(sign_in)
    finally:
        service.store.close()
