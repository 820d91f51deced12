"""What phones, the service and screens say to each other: strangers' words become values, or are refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.reading import BadDocument, Reader
from kiosks import messages
from kiosks.messages import (
    Begin,
    Finish,
    Here,
    Invite,
    Name,
    Press,
    Report,
    Session,
    Snapshot,
    Start,
    Steer,
    Tap,
    Taps,
    Unknown,
    Vote,
    Write,
    read_for_screen,
    read_from_screen,
    read_phone,
)

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=10), inner, max_size=5),
    max_leaves=15,
)
words = st.sampled_from(
    ["vote", "steer", "press", "write", "report", "begin", "here", "taps", "start", "session", "snapshot"]
)
names = st.sampled_from(
    [
        "do",
        "q",
        "v",
        "option",
        "x",
        "y",
        "button",
        "names",
        "words",
        "answer",
        "activity",
        "type",
        "session",
        "rows",
        "here",
    ]
)
documents = st.dictionaries(names, anything | words, max_size=8)
taps = st.builds(
    Tap,
    st.integers(0, messages.MOST_SEQ),
    st.integers(0, messages.MOST_SEQ),
    st.sampled_from(["vote", "steer", "press"]),
    st.integers(-messages.FULL, messages.FULL),
    st.integers(-messages.FULL, messages.FULL),
)
ids = st.text("abc0-", min_size=1, max_size=20)


def said(**fields: object) -> bytes:
    return json.dumps(fields).encode()


@given(st.binary(max_size=200) | documents.map(lambda document: json.dumps(document).encode()))
def test_whatever_a_phone_sends_is_a_value_or_is_refused(body: bytes) -> None:
    try:
        found = read_phone(body)
    except BadDocument:
        return
    if isinstance(found, Steer):
        assert -messages.FULL <= found.x <= messages.FULL
    if isinstance(found, Vote):
        assert 0 <= found.option < messages.MOST_OPTIONS
    if isinstance(found, Write):
        assert 1 <= len(found.words) <= messages.LONGEST_ANSWER
        assert found.words.isprintable()


@given(documents)
def test_whatever_comes_over_the_link_is_a_value_or_is_refused(document: dict[str, object]) -> None:
    for read in (read_for_screen, read_from_screen):
        try:
            read(Reader(document))
        except BadDocument:
            continue


def test_a_phone_may_vote_steer_write_report_begin_and_be_there() -> None:
    assert read_phone(said(v=1, q=3, do="vote", option=1)) == Vote(3, 1)
    assert read_phone(said(v=1, q=4, do="steer", x=-100)) == Steer(4, -100)
    assert read_phone(said(v=1, q=4, do="steer", x=-100, y=7)) == Steer(4, -100, 7)
    assert read_phone(said(v=1, q=4, do="press", button=2)) == Press(4, 2)
    assert read_phone(said(q=5, do="write", words="  birds\n and   bells ")) == Write(5, "birds and bells")
    assert read_phone(said(q=6, do="report", answer="a1")) == Report(6, "a1")
    assert read_phone(said(q=7, do="begin", activity="p1")) == Begin(7, "p1")
    assert read_phone(said(do="here")) == Here(0)


def test_what_a_later_phone_page_says_is_let_pass() -> None:
    assert read_phone(said(v=9, q=1, do="sing", melody="la")) == Unknown(1)
    assert read_phone(said(v=9, q=1, do="vote", option=0, colour="red")) == Vote(1, 0)


@pytest.mark.parametrize(
    "body",
    [
        said(q=1, do="vote", option=5), said(q=1, do="vote", option=True), said(q=1, do="steer", x=101),
        said(q=-1, do="here"), said(q=1, do="write", words=" \n "), said(q=1, do="write", words="x" * 121), said(q=1),
        b"[]", b"x" * 2_000, said(q=1, do="steer", x=0.5), said(q=1, do="steer", x=0, y=-101), said(q=1, do="press"),
        said(q=1, do="press", button=3),
    ],
)  # fmt: skip
def test_what_is_out_of_bounds_is_refused(body: bytes) -> None:
    with pytest.raises(BadDocument):
        read_phone(body)


@given(ids, st.integers(0, 300), st.lists(taps, max_size=20))
def test_a_bundle_arrives_as_it_was_sent(session: str, here: int, rows: list[Tap]) -> None:
    bundle = Taps(session, here, tuple(rows), names=tuple(Name(tap.visitor, "teal", "heron") for tap in rows))
    assert read_for_screen(Reader(json.loads(json.dumps(bundle.as_json())))) == bundle


def test_every_message_arrives_as_it_was_sent() -> None:
    for message in (
        Invite("HTTPS://A.ORG/J/BCDF", "a.org/j", "BCDF"),
        Start("s", {"statement": {}}, 7, (1, 2)),
        Finish("s"),
    ):
        assert read_for_screen(Reader(json.loads(json.dumps(message.as_json())))) == message
    for news in (Session("s", "refused", "protected", 5, 9), Snapshot("s", {"phase": "play", "counts": [1, 2]})):
        assert read_from_screen(Reader(json.loads(json.dumps(news.as_json())))) == news


def test_a_message_about_something_else_is_none_of_this() -> None:
    assert read_for_screen(Reader({"type": "manifest", "version": 3})) is None
    assert read_from_screen(Reader({"type": "health"})) is None


def test_a_large_snapshot_is_refused() -> None:
    with pytest.raises(BadDocument):
        read_from_screen(Reader({"type": "snapshot", "session": "s", "state": {"words": "x" * 5_000}}))
