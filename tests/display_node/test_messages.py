"""What agent and player say survives the line; anything else is refused by name."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.reading import BadDocument
from display_node.manner_messages import Manner, Ticker, TickerLine
from display_node.messages import (
    LONGEST_LINE_BYTES,
    MOST_CUES_A_MESSAGE,
    Brightness,
    Cue,
    Cues,
    Fault,
    Heartbeat,
    Overlay,
    Panic,
    PictureTaken,
    Played,
    Standby,
    Stop,
    TakePictures,
    ToAgent,
    ToPlayer,
    Volume,
    decode_for_agent,
    decode_for_player,
    encode,
)
from display_node.touch_messages import Did, Kept, Left, Offer, Offered, Reach, Rung, Seat, Seats, Touched, Wished

CUE = Cue(1, 2, "programme", "video", "i1", "a" * 64, "/cache/a", 3, 4, 1920, 1080, 30, 1, True, "Tết", "c", "g", 9)
TO_PLAYER: list[ToPlayer] = [
    Cues(0, (CUE, Cue(2, 3, "filler", "card"), Cue(3, 4, "alert", "words", words=("Bão số 3", "Ở trong nhà.")))),
    Standby("Ghép nối", ("one", "two"), "ABCD", "https://x.example/pair", "vi", "Thư viện"),
    Volume(40),
    Brightness(35),
    Panic(True),
    TakePictures("/run/p.jpg", 500, 30_000),
    Overlay(True),
    Manner(True, True),
    Manner(fit="cover"),
    Ticker((TickerLine(1, 2, "Tối nay"),)),
    Ticker(),
    Reach(True, True, 685, 800),
    Offer((Offered("p1", "poll", "Cây nào?"), Offered("w1", "wall", "Gì?", "phone"))),
    Offer(later="protected", from_time="16:20"),
    Kept(3, "p1", 2, is_kept=False),
    Kept(3, "p1", 2, is_kept=False, is_late=True),
    Rung(3, "b1", (39, 0, 7), is_kept=False),
    Seats((Seat(0, "teal", "heron"), Seat(9, "coral", "fox"))),
    Stop(),
]
TO_AGENT: list[ToAgent] = [
    Played(1, 2, 3, "programme", "i1", "a" * 64, "partial", "start", 4),
    Heartbeat(1, "programme", "i1", "video", 30, 1, 0, 12, 4711, -90, 1_900, -3_000, True, "v4l2m2m", 30, 41, 80),
    Fault("a" * 64, "The file cannot be decoded."),
    PictureTaken("/run/p.jpg", 77),
    Touched(0),
    Wished(6, "p1"),
    Did(13, "steer", -100, 40),
    Left(5),
]


@pytest.mark.parametrize("message", TO_PLAYER, ids=lambda message: message.type)
def test_what_the_agent_says_arrives_unchanged(message: ToPlayer) -> None:
    assert decode_for_player(encode(message).rstrip(b"\n")) == message


@pytest.mark.parametrize("message", TO_AGENT, ids=lambda message: message.type)
def test_what_the_player_says_arrives_unchanged(message: ToAgent) -> None:
    assert decode_for_agent(encode(message).rstrip(b"\n")) == message


@pytest.mark.parametrize("message", [*TO_PLAYER, *TO_AGENT], ids=lambda message: message.type)
def test_a_missing_member_is_refused_by_its_name(message: ToPlayer | ToAgent) -> None:
    decode = decode_for_player if message in TO_PLAYER else decode_for_agent
    whole = json.loads(encode(message))
    for name in whole:
        part = {key: value for key, value in whole.items() if key != name}
        with pytest.raises(BadDocument, match=name):
            decode(json.dumps(part).encode())


def test_a_cue_without_a_member_is_refused_by_its_place() -> None:
    whole = json.loads(encode(Cues(0, (CUE,))))
    for name in whole["cues"][0]:
        cue = {key: value for key, value in whole["cues"][0].items() if key != name}
        with pytest.raises(BadDocument, match=rf"cues\[0\].*{name}"):
            decode_for_player(json.dumps({**whole, "cues": [cue]}).encode())


def test_too_many_cues_in_a_message_are_refused() -> None:
    with pytest.raises(BadDocument, match="at most"):
        decode_for_player(encode(Cues(0, (Cue(1, 2, "filler", "card"),) * (MOST_CUES_A_MESSAGE + 1))))


def test_a_full_message_of_long_cues_in_any_script_fits_a_line() -> None:
    longest = Cue(
        1,
        2,
        "programme",
        "video",
        "i" * 36,
        "a" * 64,
        "/p" * 100,
        0,
        0,
        0,
        0,
        0,
        1,
        True,
        "ế" * 120,
        "ế" * 200,
        "ế" * 80,
    )
    assert len(encode(Cues(0, (longest,) * MOST_CUES_A_MESSAGE))) <= LONGEST_LINE_BYTES


@given(st.binary(max_size=300))
def test_bytes_that_are_no_message_are_refused(body: bytes) -> None:
    for decode in (decode_for_player, decode_for_agent):
        with pytest.raises(BadDocument):
            decode(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.sampled_from([*TO_PLAYER]), st.data())
def test_a_message_with_one_member_spoilt_is_read_or_refused(message: ToPlayer, data: st.DataObject) -> None:
    whole = json.loads(encode(message))
    name = data.draw(st.sampled_from(sorted(whole)))
    whole[name] = data.draw(JSON)
    read: ToPlayer | None = None
    with suppress(BadDocument):
        read = decode_for_player(json.dumps(whole).encode())
    assert read is None or json.loads(encode(read))[name] == whole[name]
