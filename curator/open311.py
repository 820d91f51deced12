"""Open311 GeoReport v2 as data: services, requests and errors, written as JSON or XML. No stranger's word is in it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from xml.etree import ElementTree as ET

from curator.coordinates import degrees
from curator.report_categories import Category
from curator.screens import Screen
from curator.street_reports import OPEN, Report

Format = Literal["json", "xml"]
Value = str | int | float | bool | None
Row = Mapping[str, Value]
TYPES: dict[Format, str] = {"json": "application/json", "xml": "text/xml"}
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
CHANGESET = "2026-11-30T00:00:00Z"
"""When the form of these answers last changed."""


class BadRequest(Exception):
    """What was asked for cannot be answered: the status as the specification has it, and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        """`sentence` says what to do."""
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


@dataclass(frozen=True, slots=True)
class Placed:
    """A report with the screen it is about."""

    report: Report
    screen: Screen | None


def service_row(category: Category, language: str) -> Row:
    """A category, as a service."""
    return {
        "service_code": category.code, "service_name": category.name(language),
        "description": category.description(language), "metadata": False, "type": "realtime", "keywords": "",
        "group": category.kind,
    }  # fmt: skip


def request_row(placed: Placed, language: str, states: Mapping[str, str]) -> Row:
    """A report, as a service request. `states` are the words for each status."""
    report, screen = placed.report, placed.screen
    lat, long = (screen and degrees(screen.coordinates)) or (None, None)
    notes = ". ".join(part for part in (states[report.state], report.public_answer) if part)
    return {
        "service_request_id": str(report.number), "status": "open" if report.state in OPEN else "closed",
        "status_notes": notes, "service_name": report.category.name(language), "service_code": report.category.code,
        "description": None, "agency_responsible": None, "service_notice": None,
        "requested_datetime": moment(report.written_ms), "updated_datetime": moment(report.changed_ms),
        "expected_datetime": None, "address": None if screen is None else place_of(screen),
        "address_id": None if screen is None else screen.slug, "zipcode": None, "lat": lat, "long": long,
        "media_url": None,
    }  # fmt: skip


def place_of(screen: Screen) -> str:
    """Where a screen is, in one line."""
    return ", ".join(part for part in (screen.name, screen.place) if part)


def moment(at_ms: int) -> str:
    """An instant as the specification has it."""
    return datetime.fromtimestamp(at_ms // 1000, UTC).isoformat().replace("+00:00", "Z")


def read_moment(words: str) -> int:
    """An instant (UTC ms) with its zone; raises BadRequest."""
    try:
        found = datetime.fromisoformat(words)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not 1971 <= found.year <= 9000:
        raise BadRequest(400, f"'{words[:40]}' is not an instant such as 2026-11-29T12:00:00Z")
    return int(found.timestamp() * 1000)


def listing(rows: Sequence[Row], form: Format, *, outer: str, inner: str) -> bytes:
    """A list of rows."""
    if form == "json":
        return _json([dict(row) for row in rows])
    root = ET.Element(outer)
    for row in rows:
        _put(ET.SubElement(root, inner), row)
    return _xml(root)


def definition(code: str, form: Format) -> bytes:
    """What a service asks for besides: ours ask for nothing."""
    if form == "json":
        return _json({"service_code": code, "attributes": []})
    root = ET.Element("service_definition")
    _put(root, {"service_code": code})
    ET.SubElement(root, "attributes")
    return _xml(root)


def errors(status: int, sentence: str, form: Format) -> bytes:
    """The body of an error."""
    return listing([{"code": status, "description": sentence}], form, outer="errors", inner="error")


def discovery(address: str, contact: str, key_words: str, form: Format) -> bytes:
    """Where the interface is, and how to get a key."""
    endpoint: dict[str, Value] = {
        "specification": SPECIFICATION, "url": address, "changeset": CHANGESET, "type": "production",
    }  # fmt: skip
    head: dict[str, Value] = {"changeset": CHANGESET, "contact": contact, "key_service": key_words}
    if form == "json":
        return _json({**head, "endpoints": [{**endpoint, "formats": list(TYPES.values())}]})
    root = ET.Element("discovery")
    _put(root, head)
    told = ET.SubElement(ET.SubElement(root, "endpoints"), "endpoint")
    _put(told, endpoint)
    formats = ET.SubElement(told, "formats")
    for name in TYPES.values():
        ET.SubElement(formats, "format").text = name
    return _xml(root)


def _put(element: ET.Element, row: Row) -> None:
    for name, value in row.items():
        told = ET.SubElement(element, name)
        if value is not None and value != "":
            told.text = str(value).lower() if isinstance(value, bool) else str(value)


def _json(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def _xml(root: ET.Element) -> bytes:
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode").encode()
