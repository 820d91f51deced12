"""The audit log as files: CSV for people, JSON lines with all that is hashed, which can be verified elsewhere."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import BinaryIO

from content.reading import Reader
from curator import audit_words
from curator.audit import AuditRow
from curator.store import Connection

LONGEST_LINE_BYTES = 1 << 20
_COLUMNS = ("row", "at", "account", "who", "action", "did", "subject", "what", "detail", "previous", "hash")
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_SHA256 = 64


def csv_head() -> bytes:
    """The beginning of a CSV file: the mark by which spreadsheets know UTF-8, and the names of the columns."""
    return b"\xef\xbb\xbf" + _csv([_COLUMNS])


def csv_lines(connection: Connection, rows: list[AuditRow]) -> bytes:
    """Rows for a spreadsheet (RFC 4180), in the reader's language. No cell is one that a spreadsheet would work out."""
    return _csv(
        [
            (
                str(row.seq), _iso(row.at_ms), row.account_id or "", told.who, row.action, told.did, row.subject,
                told.what, row.detail, row.previous, row.hash,
            )
            for row, told in zip(rows, audit_words.tell(connection, rows), strict=True)
        ]
    )  # fmt: skip


def json_lines(rows: list[AuditRow]) -> bytes:
    """Rows with every field of theirs, one JSON object a line."""
    return b"".join(json.dumps(asdict(row), ensure_ascii=False).encode() + b"\n" for row in rows)


def read_json_lines(file: BinaryIO) -> Iterator[AuditRow]:
    """The rows of such a file. Raises BadDocument for a line that is none."""
    while line := file.readline(LONGEST_LINE_BYTES + 1):
        given = Reader.of_bytes(line, limit_bytes=LONGEST_LINE_BYTES).fields(*AuditRow.__slots__)
        yield AuditRow(
            seq=given["seq"].integer(least=1),
            at_ms=given["at_ms"].integer(),
            account_id=None if given["account_id"].value is None else given["account_id"].text(),
            action=given["action"].text(),
            subject=given["subject"].text(),
            detail=given["detail"].text(most=LONGEST_LINE_BYTES),
            previous=given["previous"].text(most=_SHA256),
            hash=given["hash"].text(most=_SHA256),
        )


def _csv(rows: "list[tuple[str, ...]]") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULAS) else cell


def _iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
