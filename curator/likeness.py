"""Uploads that show what was uploaded before: the very same file, or one that looks the same to a person."""

import json
from dataclasses import dataclass
from functools import lru_cache

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
    same_file = versions.c.upload_sha256 == version.upload_sha256
    query = (
        sa.select(versions.c.id, versions.c.item_id, same_file.label("is_same_file"), versions.c.likeness)
        .where(versions.c.item_id != version.item_id, versions.c.created_ms <= version.created_ms)
        .where(sa.or_(versions.c.likeness.not_in(["", "[]"]), same_file))
        .order_by(versions.c.created_ms.desc(), versions.c.id)
        .limit(MOST_COMPARED)
    )  # fmt: skip
    found: list[Alike] = []
    for version_id, item_id, is_same_file, likeness in connection.execute(query):
        if is_same_file or is_alike(version.likeness, _hashes(likeness)):
            if all(one.item_id != item_id for one in found):
                found.append(_alike(connection, version_id, is_same_file=bool(is_same_file)))
            if len(found) == MOST_TOLD:
                break
    return found


@lru_cache(maxsize=MOST_COMPARED)
def _hashes(likeness: str) -> tuple[str, ...]:
    """As `Version.likeness`; what is stored never changes, and reading it is most of comparing it."""
    return tuple(json.loads(likeness or "[]"))


def _alike(connection: Connection, version_id: str, *, is_same_file: bool) -> Alike:
    query = (
        sa.select(versions.c.id, versions.c.item_id, versions.c.state, items.c.title, items.c.group_id, groups.c.name)
        .select_from(versions.join(items, versions.c.item_id == items.c.id).join(groups))
        .where(versions.c.id == version_id)
    )
    row = connection.execute(query).mappings().one()
    rejected = sa.select(decisions.c.reason).where(
        decisions.c.version_id == row["id"], decisions.c.decision == "rejected"
    )  # fmt: skip
    reason = connection.execute(rejected.order_by(decisions.c.created_ms.desc()).limit(1)).scalar()
    return Alike(
        version_id=row["id"], item_id=row["item_id"], title=row["title"], group_id=row["group_id"],
        group_name=row["name"], state=row["state"], is_same_file=is_same_file, reason=reason or "",
    )  # fmt: skip
