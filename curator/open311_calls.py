"""The part of the service that talks to the council's own Open311 endpoint: hands reports on, asks what came of them.

GeoReport v2 in its required form, XML. A call that was cut short may have arrived: what is handed on has our number,
so that whoever gets it twice can see it. Photos are not handed on: the interface knows only public addresses for them.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Literal
from urllib.parse import quote, urlencode
from xml.etree import ElementTree as ET

from aiohttp import web

from curator import open311_outbox, report_decisions, screens, street_reports
from curator.calling_out import Answered, call_out
from curator.coordinates import degrees
from curator.open311 import place_of
from curator.open311_outbox import LONGEST_NOTES, LONGEST_REFERENCE, Endpoint, Handover, State
from curator.service import SERVICE, Service
from curator.store import Connection
from curator.webhook_addresses import reach_of

EVERY_S = 5.0
MOST_IN_A_ROW = 20
MOST_ASKED = 50
"""Reports named in one question."""
LARGEST_ANSWER_BYTES = 512 << 10
HEADERS = {"User-Agent": "Commonscreen", "Accept": "text/xml, application/xml", "Accept-Encoding": "identity"}
FORM = {**HEADERS, "Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
_LOG = logging.getLogger(__name__)


class BadAnswer(ValueError):
    """What came back is not what the specification says."""


def read_rows(body: bytes) -> list[dict[str, str]]:
    """The requests in an answer; raises BadAnswer. Declarations, which could name other files, are refused unread."""
    try:
        text = body.decode("utf-8-sig")
        if "<!" in text.replace("<!--", "").replace("<![CDATA[", ""):
            raise BadAnswer("a declaration")
        root = ET.fromstring(text.partition("?>")[2] if text.lstrip().startswith("<?xml") else text)  # noqa: S314
    except (UnicodeDecodeError, ET.ParseError) as error:
        raise BadAnswer("no XML") from error
    if root.tag != "service_requests":
        raise BadAnswer("no service requests")
    return [{one.tag: (one.text or "").strip() for one in row} for row in root.findall("request")]


class Messenger:
    """Goes to the endpoint and back, one round at a time."""

    def __init__(self, service: Service) -> None:
        """Has gone nowhere yet."""
        self._service, self._turn = service, asyncio.Lock()

    async def once(self) -> int:
        """Hands on what is due, and asks about what is with the endpoint; gives how many calls were made."""
        async with self._turn:
            return await _round(self._service)


MESSENGER: web.AppKey[Messenger] = web.AppKey("open311", Messenger)


def attach(app: web.Application) -> None:
    """Gives the application its messenger, who goes as long as it runs."""
    app[MESSENGER] = Messenger(app[SERVICE])
    app.cleanup_ctx.append(_handing_on)


async def _round(service: Service) -> int:
    now_ms = service.now()

    def look(connection: Connection) -> tuple[Endpoint | None, list[Handover], list[Handover]]:
        return (
            open311_outbox.endpoint(connection),
            open311_outbox.due(connection, now_ms, most=MOST_IN_A_ROW),
            open311_outbox.to_ask(connection, now_ms, most=MOST_ASKED),
        )

    endpoint, due, to_ask = await service.store.read(look)
    if endpoint is None:
        return 0
    calls = 0
    for one in due:
        calls += 1
        answered = await _hand_on(service, endpoint, one)
        if answered is not None and answered.error and answered.status is None:
            return calls  # it cannot be reached: the others wait for their turn
    if to_ask:
        calls += 1
        await _ask(service, endpoint, to_ask)
    return calls


async def _hand_on(service: Service, endpoint: Endpoint, one: Handover) -> Answered | None:
    """One try for one report; None when there is nothing to hand on any more."""
    report_id, is_new = one.report_id, one.state == "waiting"
    if is_new:
        given = await service.store.read(lambda connection: _given(connection, report_id))
        if given is None:
            await service.store.run(lambda connection: open311_outbox.leave_out(connection, [report_id]))
            return None
        given |= {"jurisdiction_id": endpoint.jurisdiction, "api_key": endpoint.api_key(service.key)}
        form = urlencode({name: value for name, value in given.items() if value}).encode()
        answered = await _call(service, endpoint, "POST", "requests.xml", form)
    else:
        answered = await _call(service, endpoint, "GET", f"tokens/{quote(one.reference, safe='')}.xml")
    reference, is_token, error = "", False, answered.error
    if not error:
        try:
            reference, is_token = _reference(read_rows(answered.body))
        except BadAnswer:
            error = "answer"
    now_ms = service.now()

    def note(connection: Connection) -> None:
        if error or (is_token and not is_new):
            # A token whose report has no name yet is asked for again, as what failed is.
            open311_outbox.note_failed(connection, one, error or "token", answered.status, now_ms=now_ms)
        else:
            state: State = "token" if is_token else "handed"
            open311_outbox.note_arrived(connection, report_id, state, reference, now_ms=now_ms)

    await service.store.run(note)
    return answered


def _given(connection: Connection, report_id: str) -> dict[str, str] | None:
    report = street_reports.get(connection, report_id)
    if report is None or report.state == "withdrawn" or report.emptied_ms is not None:
        return None
    screen = screens.get(connection, report.screen_id)
    place = "" if screen is None else place_of(screen)
    nearby = f"\n{report.nearby}" if report.nearby else ""
    at = None if screen is None else degrees(screen.coordinates)
    return {
        **({} if at is None else {"lat": f"{at[0]:.6f}", "long": f"{at[1]:.6f}"}),
        "service_code": report.category.remote_code or report.category.code,
        "address_string": place, "address_id": "" if screen is None else screen.slug,
        "description": f"{report.words or '-'}{nearby}\n({place}: {report.number})",
    }  # fmt: skip


def _reference(rows: list[dict[str, str]]) -> tuple[str, bool]:
    """What the endpoint calls the report, and whether that is a token only. Raises BadAnswer."""
    row = rows[0] if rows else {}
    found = row.get("service_request_id", "") or row.get("token", "")
    if not 1 <= len(found) <= LONGEST_REFERENCE or not found.isprintable():
        raise BadAnswer("no name for the report")
    return found, not row.get("service_request_id", "")


async def _ask(service: Service, endpoint: Endpoint, some: list[Handover]) -> None:
    """Asks what became of these, in one question."""
    names = ",".join(quote(one.reference, safe="") for one in some)
    answered = await _call(service, endpoint, "GET", "requests.xml", names=names)
    rows: list[dict[str, str]] = []
    if not answered.error:
        with contextlib.suppress(BadAnswer):
            rows = read_rows(answered.body)
    told = {row.get("service_request_id", ""): row for row in rows}
    now_ms = service.now()

    def note(connection: Connection) -> None:
        for one in some:
            row = told.get(one.reference, {})
            status = row.get("status", "").lower()
            status, notes = (
                (status if status in ("open", "closed") else ""),
                row.get("status_notes", "")[:LONGEST_NOTES],
            )
            open311_outbox.note_asked(connection, one.report_id, status, notes, now_ms=now_ms)
            if open311_outbox.is_emptied(connection, one.report_id):
                notes = ""
            if status:
                said: Literal["open", "closed"] = "closed" if status == "closed" else "open"
                report_decisions.told(
                    connection, one.report_id, said, notes, key=service.key, now_ms=now_ms
                )  # fmt: skip

    await service.store.run(note)
    service.bus.publish(street_reports.TOPIC)
    service.bus.publish(street_reports.SHOWN)


async def _call(
    service: Service, endpoint: Endpoint, method: str, path: str, form: bytes | None = None, *, names: str = ""
) -> Answered:
    query = "&".join(
        part
        for part in (
            f"jurisdiction_id={quote(endpoint.jurisdiction, safe='')}" if endpoint.jurisdiction and not form else "",
            f"service_request_id={names}" if names else "",
        )
        if part
    )
    address = f"{endpoint.url.rstrip('/')}/{path}" + (f"?{query}" if query else "")
    return await call_out(
        method, address, reach_of(service.settings, is_group=False), headers=FORM if form else HEADERS, body=form,
        most_bytes=LARGEST_ANSWER_BYTES,
    )  # fmt: skip


async def _handing_on(app: web.Application) -> AsyncIterator[None]:
    service, messenger, woken = app[SERVICE], app[MESSENGER], asyncio.Event()

    async def heed() -> None:
        with service.bus.listening(street_reports.TOPIC) as hints:
            async for _hint in hints:
                woken.set()

    async def forever() -> None:
        while True:
            woken.clear()
            try:
                await messenger.once()
            except Exception:  # noqa: BLE001
                # The worker's catch-all: what was not handed on is still in the outbox and is tried again.
                _LOG.exception("handing reports on failed in an unexpected way; trying again")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(EVERY_S):
                    await woken.wait()

    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(heed()), tasks.create_task(forever())]
        yield
        for task in running:
            task.cancel()
