"""The council's own Open311 endpoint: where it is, which reports wait for it, what it calls them and says of them.

A report is put here in the transaction that keeps it. `curator.open311_calls` hands it on until it has arrived.
"""

import os
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from content.signing import SigningKey, unwrap, wrap
from curator import audit
from curator.authorisation import Action, Actor, require
from curator.ids import new_id
from curator.store import Connection
from curator.tables_reports import open311_endpoints, open311_handovers, street_reports
from curator.words import N_, Told

State = Literal["waiting", "token", "handed", "closed", "failed"]
PAUSES_MS = (5_000, 5 * 60_000, 30 * 60_000, 2 * 3_600_000, 5 * 3_600_000, 10 * 3_600_000, 24 * 3_600_000)
"""How long after each failed try the next one comes; after the last a report is not handed on."""
POLL_MS = 30 * 60_000
"""How often what the endpoint says of a report is asked for."""
POLLED_FOR_MS = 400 * 86_400_000
"""A report that is not closed after so long is asked about no more."""
LONGEST_JURISDICTION = 100
LONGEST_KEY = 200
LONGEST_REFERENCE = 64
"""Of what the endpoint calls a report, or its token."""
LONGEST_NOTES = 1_000
MOST_WAITING = 5_000
"""Reports that wait for the endpoint; what comes beyond is kept here and not handed on."""
FINAL = (400, 404)
"""Whoever answers so will say the same again."""
_PURPOSE = "commonscreen open311 key"
_NONCE_BYTES = 12


class BadEndpoint(Told):
    """An endpoint that cannot be stored as asked; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The council's own endpoint. `sealed_key` opens with this service's key alone."""

    id: str
    url: str
    jurisdiction: str
    sealed_key: str
    made_by: str | None
    created_ms: int

    def api_key(self, key: SigningKey) -> str:
        """What is shown to the endpoint; "" where the service's key is another than when it was stored."""
        if not self.sealed_key:
            return ""
        sealed = unwrap(self.sealed_key)
        try:
            box = ChaCha20Poly1305(key.derive(_PURPOSE, self.id))
            return box.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None).decode()
        except InvalidTag:
            return ""


@dataclass(frozen=True, slots=True)
class Handover:
    """One report on its way. `reference` is what the endpoint calls it, or its token while it has no other name."""

    report_id: str
    state: State
    tries: int
    next_ms: int
    reference: str
    error: str
    status: int | None
    remote_status: str
    notes: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How it goes with the endpoint: how many reports are in each state, and the newest that did not arrive."""

    counts: dict[str, int]
    troubled: tuple[Handover, ...]


def endpoint(connection: Connection) -> Endpoint | None:
    """The council's endpoint, if there is one."""
    row = connection.execute(sa.select(open311_endpoints).limit(1)).mappings().first()
    return None if row is None else Endpoint(**row)


def put_endpoint(
    connection: Connection, *, url: str, jurisdiction: str, api_key: str, key: SigningKey, now_ms: int, by: Actor
) -> Endpoint:
    """Stores where reports are handed on to, at an address that was read. An empty `api_key` leaves what there is."""
    require(by, Action.CALL_OUT_OF_ALL)
    if len(jurisdiction) > LONGEST_JURISDICTION or len(api_key) > LONGEST_KEY:
        raise BadEndpoint(N_("That is longer than %(most)s characters."), most=LONGEST_KEY)
    before = endpoint(connection)
    endpoint_id = new_id() if before is None else before.id
    # A key is shown to the machine it was given for, and to no other.
    kept = before.sealed_key if before is not None and before.url == url else ""
    sealed = _sealed(api_key, endpoint_id, key) if api_key else kept
    row = {
        "id": endpoint_id, "url": url, "jurisdiction": jurisdiction, "sealed_key": sealed, "made_by": by.account_id,
        "created_ms": now_ms,
    }  # fmt: skip
    connection.execute(open311_endpoints.delete())
    connection.execute(open311_endpoints.insert().values(row))
    audit.record(connection, now_ms, by.account_id, "open311.put", "curator:self", url=url, jurisdiction=jurisdiction)
    return Endpoint(endpoint_id, url, jurisdiction, sealed, by.account_id, now_ms)


def remove_endpoint(connection: Connection, *, now_ms: int, by: Actor) -> None:
    """Hands on nothing more; what the endpoint called reports is forgotten."""
    require(by, Action.CALL_OUT_OF_ALL)
    connection.execute(open311_handovers.delete())
    if connection.execute(open311_endpoints.delete()).rowcount:
        audit.record(connection, now_ms, by.account_id, "open311.remove", "curator:self")


def put(connection: Connection, report_id: str, *, now_ms: int) -> None:
    """Has a report handed on, if there is an endpoint and not too much waits for it."""
    if endpoint(connection) is None or _count(connection, "waiting") >= MOST_WAITING:
        return
    connection.execute(
        open311_handovers.insert().values(
            report_id=report_id, state="waiting", tries=0, next_ms=now_ms, reference="", error="", status=None,
            remote_status="", notes="",
        )
    )  # fmt: skip


def due(connection: Connection, now_ms: int, *, most: int) -> list[Handover]:
    """What is to be handed on now, or asked for by its token; oldest first."""
    wanted = open311_handovers.c.state.in_(("waiting", "token")), open311_handovers.c.next_ms <= now_ms
    query = sa.select(open311_handovers).where(*wanted).order_by(open311_handovers.c.next_ms).limit(most)
    return [_handover(row) for row in connection.execute(query).mappings()]


def to_ask(connection: Connection, now_ms: int, *, most: int) -> list[Handover]:
    """Reports the endpoint has and has not closed, whose turn it is to be asked about."""
    joined = open311_handovers.join(street_reports, street_reports.c.id == open311_handovers.c.report_id)
    query = sa.select(open311_handovers).select_from(joined)
    query = query.where(
        open311_handovers.c.state == "handed", open311_handovers.c.next_ms <= now_ms,
        street_reports.c.written_ms > now_ms - POLLED_FOR_MS, street_reports.c.state != "withdrawn",
    )  # fmt: skip
    return [
        _handover(row) for row in connection.execute(query.order_by(open311_handovers.c.next_ms).limit(most)).mappings()
    ]


def note_arrived(connection: Connection, report_id: str, state: State, reference: str, *, now_ms: int) -> None:
    """It has arrived: the endpoint calls it so, or gave a token for its name."""
    next_ms = now_ms + (POLL_MS if state == "handed" else PAUSES_MS[1])
    _change(connection, report_id, state=state, reference=reference, tries=0, next_ms=next_ms, error="", status=None)


def note_failed(connection: Connection, one: Handover, error: str, status: int | None, *, now_ms: int) -> None:
    """A try failed: when the next one comes, or that none does."""
    is_over = one.tries >= len(PAUSES_MS) or status in FINAL
    changes = {"state": "failed"} if is_over else {"next_ms": now_ms + PAUSES_MS[one.tries]}
    _change(connection, one.report_id, tries=one.tries + 1, error=error, status=status, **changes)


def note_asked(
    connection: Connection, report_id: str, remote_status: str, notes: str, *, now_ms: int
) -> None:  # fmt: skip
    """What the endpoint says of it now; "" when it did not know it or could not be asked.

    Of a report whose words are gone only that it is closed is kept.
    """
    changes: dict[str, object] = {"next_ms": now_ms + POLL_MS}
    if remote_status:
        changes["state"] = "closed" if remote_status == "closed" else "handed"
        if not is_emptied(connection, report_id):
            changes |= {"remote_status": remote_status, "notes": notes[:LONGEST_NOTES]}
    _change(connection, report_id, **changes)


def of(connection: Connection, report_id: str) -> Handover | None:
    """How it goes with one report; None when it was not to be handed on."""
    query = sa.select(open311_handovers).where(open311_handovers.c.report_id == report_id)
    row = connection.execute(query).mappings().first()
    return None if row is None else _handover(row)


def standing(connection: Connection) -> Standing:
    """How it goes with all of them."""
    query = sa.select(open311_handovers.c.state, sa.func.count()).group_by(open311_handovers.c.state)
    counts = {row[0]: row[1] for row in connection.execute(query)}
    troubled = sa.select(open311_handovers).where(open311_handovers.c.error != "").limit(20)
    rows = connection.execute(troubled.order_by(open311_handovers.c.next_ms.desc())).mappings()
    return Standing(counts, tuple(_handover(row) for row in rows))


def try_again(connection: Connection, *, now_ms: int, by: Actor) -> None:
    """Tries at once what waits and what has failed."""
    require(by, Action.CALL_OUT_OF_ALL)
    waits = open311_handovers.c.state.in_(("waiting", "token", "failed"))
    # What has a token was taken: it is asked for its name, and not handed on twice.
    state = sa.case((open311_handovers.c.reference != "", "token"), else_="waiting")
    connection.execute(open311_handovers.update().where(waits).values(state=state, tries=0, next_ms=now_ms))
    audit.record(connection, now_ms, by.account_id, "open311.again", "curator:self")


def hold_what_waits(connection: Connection) -> None:
    """Tries nothing that waits until somebody says so, as after a restore: it may have arrived already."""
    waits = open311_handovers.c.state == "waiting"
    connection.execute(open311_handovers.update().where(waits).values(state="failed", error="restored"))


def leave_out(connection: Connection, report_ids: list[str]) -> None:
    """Does not hand these on: their words are gone. That one was handed on is known on, not what was said of it."""
    of_these = open311_handovers.c.report_id.in_(report_ids)
    is_here = open311_handovers.c.state.in_(("waiting", "failed"))
    connection.execute(open311_handovers.delete().where(of_these, is_here))
    connection.execute(open311_handovers.update().where(of_these).values(notes="", remote_status=""))


def is_emptied(connection: Connection, report_id: str) -> bool:
    """Whether the words of a report are gone: nothing that others say of it is kept then."""
    query = sa.select(street_reports.c.emptied_ms).where(street_reports.c.id == report_id)
    return connection.execute(query).scalar() is not None


def _change(connection: Connection, report_id: str, **values: object) -> None:
    connection.execute(
        open311_handovers.update().where(open311_handovers.c.report_id == report_id).values(**values)
    )  # fmt: skip


def _count(connection: Connection, state: str) -> int:
    query = sa.select(sa.func.count()).select_from(open311_handovers).where(open311_handovers.c.state == state)
    return connection.execute(query).scalar_one()


def _sealed(api_key: str, endpoint_id: str, key: SigningKey) -> str:
    nonce = os.urandom(_NONCE_BYTES)
    return wrap(nonce + ChaCha20Poly1305(key.derive(_PURPOSE, endpoint_id)).encrypt(nonce, api_key.encode(), None))


def _handover(row: sa.RowMapping) -> Handover:
    return Handover(**row)
