"""Rules as they are stored: what may be shown where and when, and how. Ended ones stay, for the record."""

import json
from collections.abc import Collection
from dataclasses import dataclass, replace

import sqlalchemy as sa

from content.canonical import Json
from content.reading import Reader
from curator import audit
from curator.ids import new_id
from curator.programme.rules import ApartRule, ElectionRule, PaceRule, QuietRule, RatingRule, Rule, TagRule, When
from curator.scopes import refuse_unknown
from curator.store import Connection
from curator.tables import rules
from curator.words import N_, Told

MOST_RULES = 500
MOST_TAGS = 100
LARGEST_DETAIL_BYTES = 20_000


class BadRule(Told):
    """A rule that cannot be stored."""


@dataclass(frozen=True, slots=True)
class Held:
    """A rule and the scope it holds for."""

    rule: Rule
    scope: str
    created_by: str | None
    created_ms: int


def put(connection: Connection, rule: Rule, scope: str, *, now_ms: int, by: str | None) -> Rule:
    """Makes a rule (`id` "") or changes one. Raises BadRule, or BadScope for a place or daypart that is not there."""
    known = {one.rule.id for one in every(connection)}
    if rule.id and rule.id not in known:
        raise BadRule(N_("There is no such rule any more."))
    if not rule.id and len(known) >= MOST_RULES:
        raise BadRule(N_("There are %(most)s rules; end one before adding another."), most=MOST_RULES)
    refuse_unknown(connection, scope, rule.when.daypart or "", is_for_rules=True)
    kind, detail = _detail(rule)
    values: dict[str, object] = {
        "kind": kind, "name": rule.name, "scope": scope, "daypart_id": rule.when.daypart or "",
        "from_day": rule.when.from_day, "until_day": rule.when.until_day, "detail": json.dumps(detail),
    }  # fmt: skip
    made = replace(rule, id=rule.id or new_id())
    if rule.id:
        connection.execute(rules.update().where(rules.c.id == made.id).values(**values))
    else:
        connection.execute(rules.insert().values(id=made.id, created_by=by, created_ms=now_ms, **values))
    audit.record(
        connection, now_ms, by, "rule.put", f"rule:{made.id}", kind=kind, name=rule.name, scope=scope, detail=detail,
        daypart=rule.when.daypart, from_day=rule.when.from_day, until_day=rule.when.until_day,
    )  # fmt: skip
    return made


def remove(connection: Connection, rule_id: str, *, now_ms: int, by: str | None) -> None:
    """Ends a rule. Harmless when done twice."""
    ended = rules.update().where(rules.c.id == rule_id, rules.c.ended_ms.is_(None)).values(ended_ms=now_ms)
    if connection.execute(ended).rowcount:
        audit.record(connection, now_ms, by, "rule.end", f"rule:{rule_id}")


def every(connection: Connection) -> list[Held]:
    """The rules that were not ended, the oldest first."""
    return _where(connection)


def of_scopes(connection: Connection, scopes: Collection[str]) -> tuple[Rule, ...]:
    """The rules that hold for any of these scopes, the oldest first."""
    return tuple(one.rule for one in _where(connection, rules.c.scope.in_(sorted(scopes))))


def _where(connection: Connection, *conditions: "sa.ColumnElement[bool]") -> list[Held]:
    query = sa.select(rules).where(rules.c.ended_ms.is_(None), *conditions).order_by(rules.c.created_ms, rules.c.id)
    rows = connection.execute(query).mappings()
    return [Held(_rule(row), row["scope"], row["created_by"], row["created_ms"]) for row in rows]


def _detail(rule: Rule) -> tuple[str, dict[str, Json]]:
    match rule:
        case RatingRule():
            return "rating", {"most": rule.most}
        case QuietRule():
            return "quiet", {"mode": rule.mode}
        case TagRule():
            return "tags", {"only": [*sorted(rule.only)], "never": [*sorted(rule.never)]}
        case PaceRule():
            return "pace", {"gap_ms": rule.gap_ms, "tag": rule.tag}
        case ApartRule():
            return "apart", {"tag": rule.tag}
        case ElectionRule():
            return "election", {"frozen": [*sorted(rule.frozen)], "equal": rule.equal}


def _rule(row: sa.RowMapping) -> Rule:
    """What stands in a row. Raises BadDocument."""
    when = When(row["daypart_id"] or None, row["from_day"], row["until_day"])
    head = (row["id"], row["name"], when)
    detail = Reader.of_bytes(row["detail"].encode(), limit_bytes=LARGEST_DETAIL_BYTES)
    match row["kind"]:
        case "rating":
            return RatingRule(*head, detail.fields("most")["most"].integer(least=0))
        case "quiet":
            mode = detail.fields("mode")["mode"].one_of("dark", "muted")
            return QuietRule(*head, "dark" if mode == "dark" else "muted")
        case "tags":
            fields = detail.fields("only", "never")
            return TagRule(*head, _tags(fields["only"]), _tags(fields["never"]))
        case "pace":
            fields = detail.fields("gap_ms", "tag")
            return PaceRule(*head, fields["gap_ms"].integer(least=1), fields["tag"].text())
        case "apart":
            return ApartRule(*head, detail.fields("tag")["tag"].text(least=1))
        case "election":
            fields = detail.fields("frozen", "equal")
            return ElectionRule(*head, _tags(fields["frozen"]), fields["equal"].text())
        case _:
            return detail.refuse(f"'{row['kind']}' is no kind of rule")


def _tags(place: Reader) -> frozenset[str]:
    return frozenset(tag.text(least=1) for tag in place.items(most=MOST_TAGS))
