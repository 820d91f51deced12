"""Screens with equal facts show the same: their stream is compiled, digested and listed once.

A stream is everything in a manifest that does not name the screen.
"""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields, is_dataclass

from content.canonical import Json
from content.manifest import ListedPlay
from content.programme.digest import segment_digests
from content.programme.engine import Programme
from content.programme.plan import read_plan
from content.reading import Reader
from curator.programme.compiler import Compiled, compile_plan
from curator.programme.facts import Moment, ProgrammeFacts
from curator.programme.hours import HOUR_MS
from curator.programme.published import Published, plan_key

MOST_KEPT = 128
"""How many different streams are kept while one round of publishing lasts."""


@dataclass(frozen=True, slots=True)
class Stream:
    """A compiled plan as JSON, `key` being its hash; the engine that a node will ask; digests and running list."""

    compiled: Compiled
    plan: dict[str, Json]
    key: str
    programme: Programme
    digests: tuple[str, ...]
    running_list: tuple[ListedPlay, ...]


class Streams:
    """Makes streams, each once as long as it is remembered. For one thread at a time."""

    def __init__(self, list_hours: int) -> None:
        """`list_hours` is how much explicit running list a manifest carries."""
        self._list_hours = list_hours
        self._made: OrderedDict[tuple[str, str, Moment], Stream] = OrderedDict()
        self.compiled = 0

    def make(self, facts: ProgrammeFacts, moment: Moment, old: Published | None) -> Stream:
        """The stream of these facts, after `old`. Raises BadDocument if a node could not read its plan."""
        key = (facts_key(facts), old.plan_key if old else "", moment)
        known = self._made.get(key)
        if known is None:
            known = self._made[key] = _make(facts, moment, old.programme if old else None, self._list_hours)
            self.compiled += 1
            if len(self._made) > MOST_KEPT:
                self._made.popitem(last=False)
        else:
            self._made.move_to_end(key)
        return known


def facts_key(facts: ProgrammeFacts) -> str:
    """A hash of the facts: equal facts have equal ones, whatever the order of their mappings and sets."""
    return hashlib.sha256(json.dumps(_plain(facts), ensure_ascii=False).encode()).hexdigest()


def _make(facts: ProgrammeFacts, moment: Moment, old: Programme | None, list_hours: int) -> Stream:
    compiled = compile_plan(facts, moment, old)
    plan = compiled.plan.as_json()
    # Read back as a node will read it.
    programme = Programme(read_plan(Reader(plan, "$.plan")))
    from_ms = compiled.effective_ms
    events = programme.events(from_ms, min(from_ms + list_hours * HOUR_MS, programme.span[1]))
    rows = tuple(ListedPlay(event.start_ms, event.end_ms, event.kind, event.item, event.group) for event in events)
    return Stream(compiled, plan, plan_key(plan), programme, segment_digests(programme), rows)


def _plain(value: object) -> object:
    # Most values by far are these; asking first saves half the time.
    if isinstance(value, str | int):
        return value
    if is_dataclass(value):
        return [type(value).__name__, *(_plain(getattr(value, one.name)) for one in fields(value))]
    if isinstance(value, Mapping):
        return [[key, _plain(value[key])] for key in sorted(value)]
    if isinstance(value, AbstractSet):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
