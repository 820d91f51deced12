"""A stream says the same thing three times: as a plan, as digests and as a running list. They agree."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from content.programme.digest import segment_digests
from content.programme.engine import Programme
from content.programme.plan import read_plan
from content.reading import Reader
from curator.programme.facts import ProgrammeFacts
from curator.programme.streams import Streams
from tests.curator.programme.facts_of import A_DAY_MS, drawn_facts, moment

START_MS = 1_792_303_200_000
HOUR_MS = 3_600_000
FEW = settings(max_examples=30, deadline=None)


@FEW
@given(drawn_facts(START_MS, A_DAY_MS), st.integers(1, 30))
def test_the_running_list_and_the_digests_are_what_an_engine_makes_of_the_plan(
    facts: ProgrammeFacts, hours: int
) -> None:
    stream = Streams(hours).make(facts, moment(START_MS, days=1), None)
    node = Programme(read_plan(Reader(stream.plan)))
    rows = stream.running_list
    assert rows[0].start_ms <= stream.compiled.effective_ms < rows[0].end_ms
    assert rows[-1].end_ms >= min(stream.compiled.effective_ms + hours * HOUR_MS, node.span[1])
    for row in rows:
        event = node.at(row.start_ms).event
        assert (event.start_ms, event.end_ms, event.kind, event.item, event.group) == (
            row.start_ms, row.end_ms, row.kind, row.item, row.group,
        )  # fmt: skip
    assert all(before.end_ms == after.start_ms for before, after in itertools.pairwise(rows))
    assert stream.digests == segment_digests(node)


@FEW
@given(drawn_facts(START_MS, A_DAY_MS))
def test_equal_facts_are_compiled_once(facts: ProgrammeFacts) -> None:
    streams = Streams(1)
    one = streams.make(facts, moment(START_MS, days=1), None)
    assert streams.make(facts, moment(START_MS, days=1), None) is one
    assert streams.compiled == 1
