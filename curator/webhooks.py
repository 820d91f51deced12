"""Webhooks: addresses at which other programs are told what happened here, and the outbox of what they are told.

An event is put into the outbox in the transaction of what it tells of (`curator.webhook_events`);
`curator.webhook_calls` delivers it. A webhook is told of things as long as whoever made it may have programs told.
"""

import base64
import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal

import sqlalchemy as sa
from yarl import URL

from content.canonical import Json
from content.signing import SigningKey, random_token
from curator import accounts, audit, notices
from curator.authorisation import Action, Actor
from curator.ids import new_id
from curator.notices import Kind
from curator.store import Connection
from curator.tables_webhooks import attempts, deliveries, webhooks
from curator.words import N_, Told

LONGEST_NAME = 80
MOST_WEBHOOKS = 10
"""Of one group, or of the council."""
MOST_WAITING = 1_000
"""Deliveries that wait for one webhook; what happens beyond is not told."""
PAUSES_MS = (5_000, 5 * 60_000, 30 * 60_000, 2 * 3_600_000, 5 * 3_600_000, 10 * 3_600_000)
"""How long after each failed try the next one comes; after the last a delivery has failed."""
LASTING_MS = 12 * 3_600_000
"""A webhook at which nothing has arrived for so long is paused when a delivery fails for good."""
KEEP_MS = 14 * 86_400_000
"""How long deliveries are kept."""
MOST_SHOWN = 50
GONE = 410
"""Whoever answers so wants to be told nothing more."""
TOPIC = "webhook"
"""Hinted when a person wants something delivered now."""
MARK = "whsec_"
"""What every secret begins with."""
_PURPOSE = "commonscreen webhook"
_LOG = logging.getLogger(__name__)


class Event(StrEnum):
    """What can be told, by the name that programs read."""

    WAITING = "submission.waiting"
    DECIDED = "submission.decided"
    WITHDRAWN = "item.withdrawn"
    PUBLISHED = "programme.published"
    SCREEN = "screen.changed"
    TEST = "webhook.test"


OF_COUNCIL = (Event.WAITING, Event.DECIDED, Event.WITHDRAWN, Event.PUBLISHED, Event.SCREEN)
OF_GROUPS = (Event.WAITING, Event.DECIDED, Event.WITHDRAWN)
"""What a group's webhook may be told: of its own items only."""


class BadWebhook(Told):
    """A webhook that cannot be made; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook. `group_id` is None for the council's; `paused_why`: person, lasting, gone, "" while it is not."""

    id: str
    group_id: str | None
    name: str
    url: str
    events: tuple[Event, ...]
    salt: str
    made_by: str
    created_ms: int
    paused_ms: int | None
    paused_why: str
    failing_ms: int | None
    is_theirs: bool
    """Whether whoever made it may still have programs told."""

    @property
    def host(self) -> str:
        """The machine it is at; the rest of an address may be a secret."""
        return URL(self.url).host or ""

    @property
    def is_on(self) -> bool:
        """Whether it is told of what happens."""
        return self.paused_ms is None and self.is_theirs


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try. `status` is None where nothing answered; `error` is "" when it arrived."""

    at_ms: int
    took_ms: int
    status: int | None
    error: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one webhook."""

    id: str
    webhook_id: str
    event: Event
    body: str
    state: Literal["waiting", "arrived", "failed"]
    tries: int
    created_ms: int
    next_ms: int
    attempts: tuple[Attempt, ...] = ()


def make(
    connection: Connection, *, group_id: str | None, name: str, url: str, events: Iterable[Event], now_ms: int, by: str,
    key: SigningKey,
) -> tuple[Webhook, str]:  # fmt: skip
    """A new webhook at an address that was read, and its secret. Raises BadWebhook."""
    title, chosen = " ".join(name.split()), tuple(one for one in offered(group_id) if one in set(events))
    if not 1 <= len(title) <= LONGEST_NAME:
        raise BadWebhook(N_("A webhook needs a name of 1 to %(most)s characters."), most=LONGEST_NAME)
    if not chosen:
        raise BadWebhook(N_("Choose at least one thing to be told of."))
    if len(of(connection, group_id)) >= MOST_WEBHOOKS:
        raise BadWebhook(N_("There are %(most)s webhooks. Remove one first."), most=MOST_WEBHOOKS)
    made = Webhook(
        new_id(), group_id, title, url, chosen, random_token(), by, now_ms, None, "", None, is_theirs=True,
    )  # fmt: skip
    connection.execute(
        webhooks.insert().values(
            id=made.id, group_id=group_id, name=title, url=url, events=json.dumps(chosen), salt=made.salt,
            made_by=by, created_ms=now_ms, paused_why="",
        )
    )  # fmt: skip
    _note(connection, made, "webhook.make", now_ms=now_ms, by=by, host=made.host, events=list(chosen))
    return made, secret_text(secret_of(made, key))


def subject_of(webhook_id: str) -> str:
    """What a notice about a webhook is about."""
    return f"webhook:{webhook_id}"


def offered(group_id: str | None) -> tuple[Event, ...]:
    """What webhooks of this group, or of the council, may be told of."""
    return OF_COUNCIL if group_id is None else OF_GROUPS


def secret_of(webhook: Webhook, key: SigningKey) -> bytes:
    """What its calls are signed with. It is worked out each time: nothing stored here is enough to sign."""
    return key.derive(_PURPOSE, f"{webhook.id}.{webhook.salt}")


def secret_text(secret: bytes) -> str:
    """As programs are given it (Standard Webhooks)."""
    return MARK + base64.b64encode(secret).decode()


def may_look_after(actor: Actor, group_id: str | None) -> bool:
    """Whether somebody may look after the webhooks of this group, or (None) the council's."""
    if group_id is None:
        return actor.may(Action.CALL_OUT_OF_ALL)
    return actor.may(Action.CALL_OUT, group=group_id)


def get(connection: Connection, webhook_id: str) -> Webhook | None:
    """One webhook, or None."""
    return next(iter(_read(connection, webhooks.c.id == webhook_id)), None)


def of(connection: Connection, group_id: str | None) -> list[Webhook]:
    """The webhooks of a group, or of the council, newest first."""
    return _read(connection, webhooks.c.group_id.is_not_distinct_from(group_id))


def pause(connection: Connection, webhook: Webhook, why: str, *, now_ms: int, by: str | None) -> None:
    """Tells it nothing more until somebody has it go on; harmless when it is paused."""
    paused = connection.execute(
        webhooks.update()
        .where(webhooks.c.id == webhook.id, webhooks.c.paused_ms.is_(None))
        .values(paused_ms=now_ms, paused_why=why)
    )
    if paused.rowcount:
        _note(connection, webhook, "webhook.pause", now_ms=now_ms, by=by, why=why)


def go_on(connection: Connection, webhook: Webhook, *, now_ms: int, by: str) -> None:
    """Tells it again of what happens, in the name of `by`; what waited is tried at once."""
    values = {"paused_ms": None, "paused_why": "", "failing_ms": None, "made_by": by}
    connection.execute(webhooks.update().where(webhooks.c.id == webhook.id).values(**values))
    waits = deliveries.c.webhook_id == webhook.id, deliveries.c.state == "waiting"
    connection.execute(deliveries.update().where(*waits).values(next_ms=now_ms, tries=0))
    notices.settle(connection, Kind.WEBHOOK, [subject_of(webhook.id)], now_ms=now_ms)
    _note(connection, webhook, "webhook.go_on", now_ms=now_ms, by=by)


def remove(connection: Connection, webhook: Webhook, *, now_ms: int, by: str) -> None:
    """Forgets a webhook and all that it was to be told."""
    _drop(connection, deliveries.c.webhook_id == webhook.id)
    connection.execute(webhooks.delete().where(webhooks.c.id == webhook.id))
    notices.settle(connection, Kind.WEBHOOK, [subject_of(webhook.id)], now_ms=now_ms)
    _note(connection, webhook, "webhook.remove", now_ms=now_ms, by=by, host=webhook.host)


def is_wanted(connection: Connection, event: Event) -> bool:
    """Whether any webhook is to be told of such an event: mostly none is."""
    query = sa.select(webhooks.c.id).where(_wants(event), webhooks.c.paused_ms.is_(None))
    return connection.execute(query.limit(1)).first() is not None


def happened(
    connection: Connection, event: Event, data: Mapping[str, Json], *, group_id: str | None, now_ms: int
) -> None:
    """Has every webhook told that wants to know: the council's, and those of the group it happened to."""
    of_these = sa.or_(webhooks.c.group_id.is_(None), webhooks.c.group_id == group_id)
    for webhook in _read(connection, _wants(event), of_these, webhooks.c.paused_ms.is_(None)):
        if webhook.is_theirs:
            put(connection, webhook, event, data, now_ms=now_ms)


def put(connection: Connection, webhook: Webhook, event: Event, data: Mapping[str, Json], *, now_ms: int) -> None:
    """Puts one event for one webhook into the outbox, unless too much waits for it."""
    waits = sa.select(sa.func.count()).where(deliveries.c.webhook_id == webhook.id, deliveries.c.state == "waiting")
    if connection.execute(waits).scalar_one() >= MOST_WAITING:
        _LOG.warning("webhook %s was not told of something: %s deliveries wait for it", webhook.id, MOST_WAITING)
        return
    at = datetime.fromtimestamp(now_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    body = json.dumps({"type": event.value, "timestamp": at, "data": dict(data)}, ensure_ascii=False)
    connection.execute(
        deliveries.insert().values(
            id=new_id(), webhook_id=webhook.id, event=event.value, body=body, state="waiting", tries=0,
            created_ms=now_ms, next_ms=now_ms,
        )
    )  # fmt: skip


def due(connection: Connection, now_ms: int, *, most: int) -> dict[str, list[Delivery]]:
    """What is to be tried now, by the webhook's id, oldest first; nothing for webhooks that are paused."""
    query = (
        sa.select(deliveries)
        .join(webhooks, deliveries.c.webhook_id == webhooks.c.id)
        .where(deliveries.c.state == "waiting", deliveries.c.next_ms <= now_ms, webhooks.c.paused_ms.is_(None))
        .order_by(deliveries.c.next_ms, deliveries.c.created_ms, deliveries.c.id)
        .limit(most)
    )
    found: dict[str, list[Delivery]] = {}
    for row in connection.execute(query).mappings():
        found.setdefault(row["webhook_id"], []).append(_delivery(row))
    return found


def note(connection: Connection, delivery: Delivery, attempt: Attempt) -> bool:
    """Stores what became of a try, and when the next one comes; whether the webhook was paused for it."""
    webhook = get(connection, delivery.webhook_id)
    if webhook is None:
        return False  # removed meanwhile
    of_this, now_ms = deliveries.c.id == delivery.id, attempt.at_ms
    connection.execute(
        attempts.insert().values(
            id=new_id(), delivery_id=delivery.id, at_ms=now_ms, took_ms=attempt.took_ms, status=attempt.status,
            error=attempt.error,
        )
    )  # fmt: skip
    tries = delivery.tries + 1
    if not attempt.error:
        connection.execute(deliveries.update().where(of_this).values(state="arrived", tries=tries))
        connection.execute(webhooks.update().where(webhooks.c.id == webhook.id).values(failing_ms=None))
        return False
    since_ms = webhook.failing_ms if webhook.failing_ms is not None else now_ms
    connection.execute(webhooks.update().where(webhooks.c.id == webhook.id).values(failing_ms=since_ms))
    is_over = attempt.status == GONE or delivery.tries >= len(PAUSES_MS)
    changes = {"state": "failed"} if is_over else {"next_ms": now_ms + PAUSES_MS[delivery.tries]}
    connection.execute(deliveries.update().where(of_this).values(tries=tries, **changes))
    why = "gone" if attempt.status == GONE else "lasting" if is_over and now_ms - since_ms >= LASTING_MS else ""
    if why:
        pause(connection, webhook, why, now_ms=now_ms, by=None)
    return bool(why)


def told(connection: Connection, webhook_id: str, *, most: int = MOST_SHOWN) -> list[Delivery]:
    """The newest deliveries of a webhook with every try."""
    query = sa.select(deliveries).where(deliveries.c.webhook_id == webhook_id)
    newest = query.order_by(deliveries.c.created_ms.desc(), deliveries.c.id).limit(most)
    rows = connection.execute(newest).mappings().all()
    tried: dict[str, list[Attempt]] = {row["id"]: [] for row in rows}
    of_these = sa.select(attempts).where(attempts.c.delivery_id.in_(list(tried))).order_by(attempts.c.at_ms)
    for row in connection.execute(of_these).mappings():
        tried[row["delivery_id"]].append(Attempt(row["at_ms"], row["took_ms"], row["status"], row["error"]))
    return [_delivery(row, tuple(tried[row["id"]])) for row in rows]


def forget(connection: Connection, now_ms: int) -> None:
    """Removes deliveries from long ago, whatever became of them."""
    _drop(connection, deliveries.c.created_ms <= now_ms - KEEP_MS)


def tell_nothing_of_before(connection: Connection) -> None:
    """Drops what waits, as after a restore: it may have been told already."""
    _drop(connection, deliveries.c.state == "waiting")


def _wants(event: Event) -> "sa.ColumnElement[bool]":
    return webhooks.c.events.contains(f'"{event.value}"', autoescape=True)


def _drop(connection: Connection, condition: "sa.ColumnElement[bool]") -> None:
    dropped = sa.select(deliveries.c.id).where(condition)
    connection.execute(attempts.delete().where(attempts.c.delivery_id.in_(dropped)))
    connection.execute(deliveries.delete().where(condition))


def _note(
    connection: Connection, webhook: Webhook, action: str, *, now_ms: int, by: str | None, **detail: Json
) -> None:
    subject = "curator:self" if webhook.group_id is None else f"group:{webhook.group_id}"
    audit.record(connection, now_ms, by, action, subject, webhook=webhook.id, **detail)


def _read(connection: Connection, *conditions: "sa.ColumnElement[bool]") -> list[Webhook]:
    query = sa.select(webhooks).where(*conditions).order_by(webhooks.c.created_ms.desc(), webhooks.c.id)
    found = []
    for row in connection.execute(query).mappings().all():
        maker = accounts.actor(connection, row["made_by"])
        is_theirs = maker is not None and may_look_after(maker, row["group_id"])
        events = tuple(Event(one) for one in json.loads(row["events"]))
        found.append(Webhook(**{**row, "events": events}, is_theirs=is_theirs))
    return found


def _delivery(row: sa.RowMapping, tried: tuple[Attempt, ...] = ()) -> Delivery:
    return Delivery(**{**row, "event": Event(row["event"])}, attempts=tried)
