"""Uploads that show what was uploaded before: the very same file, or one that looks the same to a person."""

import json
from dataclasses import dataclass

import sqlalchemy as sa

from content.media.findings.likeness import is_alike
from curator.library import Version
from curator.store import Connection
from curator.tables import decisions, groups, items, versions

MOST_COMPARED = 50_000
MOST_TOLD = 5


@dataclass(frozen=True, slots=True)
class Alike:
    """An earlier version that shows the same. `reason`: the code it was rejected for, if it was."""

    version_id: str
    item_id: str
    title: str
    group_id: str
    group_name: str
    state: str
    is_same_file: bool
    reason: str


def alike(connection: Connection, version: Version) -> list[Alike]:
    """What other items had of the same before, the newest first, at most MOST_TOLD; those of its own item are none."""
    query = (
        sa.select(
            versions.c.id, versions.c.item_id, versions.c.state, versions.c.upload_sha256, versions.c.likeness,
            items.c.title, items.c.group_id, groups.c.name,
        )
        .select_from(versions.join(items, versions.c.item_id == items.c.id).join(groups))
        .where(versions.c.item_id != version.item_id, versions.c.created_ms <= version.created_ms)
        .where(sa.or_(versions.c.likeness != "", versions.c.upload_sha256 == version.upload_sha256))
        .order_by(versions.c.created_ms.desc(), versions.c.id)
        .limit(MOST_COMPARED)
    )  # fmt: skip
    found: list[Alike] = []
    for row in connection.execute(query).mappings():
        is_same_file = row["upload_sha256"] == version.upload_sha256
        if is_same_file or is_alike(version.likeness, json.loads(row["likeness"] or "[]")):
            if all(one.item_id != row["item_id"] for one in found):
                found.append(_alike(connection, row, is_same_file=is_same_file))
            if len(found) == MOST_TOLD:
                break
    return found


def _alike(connection: Connection, row: sa.RowMapping, *, is_same_file: bool) -> Alike:
    rejected = sa.select(decisions.c.reason).where(
        decisions.c.version_id == row["id"], decisions.c.decision == "rejected"
    )  # fmt: skip
    reason = connection.execute(rejected.order_by(decisions.c.created_ms.desc()).limit(1)).scalar()
    return Alike(
        version_id=row["id"], item_id=row["item_id"], title=row["title"], group_id=row["group_id"],
        group_name=row["name"], state=row["state"], is_same_file=is_same_file, reason=reason or "",
    )  # fmt: skip
