"""As-run records: stored once, counted right, refused when they are not what a node may say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.canonical import Json, canonical_bytes
from content.reading import BadDocument
from curator import records
from curator.records import Batch, read_batch
from tests.curator.conftest import Town
from tests.curator.nodes import add_item, at_rest, make_screen, paired_node, row

START_MS = 1_790_000_000_000
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("complete"),
    lambda inner: st.lists(inner, max_size=11) | st.dictionaries(st.sampled_from(["epoch", "rows", "x"]), inner),
    max_leaves=30,
)


def batch(*rows: list[Json], epoch: Json = "e1") -> Batch:
    return read_batch(canonical_bytes({"epoch": epoch, "rows": list(rows)}))


def test_a_batch_is_read_as_it_was_sent() -> None:
    read = batch(row(1), row(5, item="abc", sha256="0" * 64, outcome="partial", cause="edit"))
    assert [one.seq for one in read.rows] == [1, 5]
    assert (read.rows[1].item, read.rows[1].outcome, read.rows[1].cause) == ("abc", "partial", "edit")


@pytest.mark.parametrize(
    "rows",
    [
        [], [row(2), row(1)], [row(1), row(1)], [row(0)], [row(1)[:-1]], [[*row(1), 1]], [row(1, outcome="good")],
        [row(1, cause="boredom")], [row(1, layer="advertising")], [row(1, sha256="XYZ")], [row(1, duration_ms=-1)],
        [row(1, duration_ms=32 * 86_400_000)], [row(1, start_ms="now")], [row(1, item="")], [row(1, item="x" * 33)],
        [row(number) for number in range(1, 502)], [None], [row(2**60)],
    ],
)  # fmt: skip
def test_rows_that_cannot_be_are_refused_whole(rows: list[list[Json]]) -> None:
    with pytest.raises((BadDocument, ValueError)):
        batch(*rows)


@pytest.mark.parametrize("epoch", ["", "x" * 33, "a b", "é", None, 1])
def test_an_epoch_that_cannot_be_is_refused(epoch: Json) -> None:
    with pytest.raises(BadDocument):
        batch(row(1), epoch=epoch)


@given(st.binary(max_size=200) | JSON.map(lambda value: repr(value).encode()))
def test_any_bytes_are_a_batch_or_a_bad_document(body: bytes) -> None:
    try:
        read_batch(body)
    except BadDocument:
        return
    raise AssertionError(f"these bytes are no batch: {body!r}")


async def test_an_items_plays_are_counted_by_screen(town: Town) -> None:
    await at_rest(town)
    first, second = make_screen(town, "First"), make_screen(town, "Second")
    sha256 = add_item(town)
    item = f"i{sha256[:12]}"
    on_first = [row(1, item=item), row(2, item=item, outcome="partial"), row(3, item=item, outcome="missed")]
    on_second = [row(9, item=item), row(10, item="another")]
    for screen, rows in ((first, on_first), (second, on_second)):
        node = await paired_node(town, screen)
        assert (await node.post("as-run", {"epoch": "e", "rows": rows})).status == 200
    plays = town.service.store.read_now(lambda connection: records.plays_of_item(connection, item))
    assert (plays.times, plays.complete, plays.last_ms) == (3, 2, START_MS + 9)
    assert [(one.screen_slug, one.times) for one in plays.screens] == [("second", 1), ("first", 2)]
    never = town.service.store.read_now(lambda connection: records.plays_of_item(connection, "never"))
    assert (never.times, never.complete, never.last_ms, never.screens) == (0, 0, None, ())


async def test_what_a_screen_showed_comes_with_titles_newest_first_and_only_from_its_time(town: Town) -> None:
    await at_rest(town)
    screen, other = make_screen(town, "First"), make_screen(town, "Second")
    item = f"i{add_item(town, title='The film')[:12]}"
    node, stranger = await paired_node(town, screen), await paired_node(town, other)
    rows = [row(1, item=item), row(2, outcome="substituted", cause="file"), row(3, layer="dark"), row(50)]
    await node.post("as-run", {"epoch": "e", "rows": rows})
    await stranger.post("as-run", {"epoch": "e", "rows": [row(2)]})
    shown = town.service.store.read_now(
        lambda connection: records.as_run_of_screen(connection, screen.id, START_MS + 1, START_MS + 50)
    )
    assert [(one.row.seq, one.title, one.group_name) for one in shown] == [
        (3, "", ""), (2, "", ""), (1, "The film", "Youth club"),
    ]  # fmt: skip
    tally = town.service.store.read_now(
        lambda connection: records.tally_of_screen(connection, screen.id, START_MS, START_MS + 50)
    )
    assert (tally.complete, tally.partial, tally.missed, tally.substituted) == (2, 0, 0, 1)
