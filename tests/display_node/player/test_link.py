"""The socket to the agent: the newest is heard, rows wait for one, and nonsense ends nothing."""

import json
import socket
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from display_node.messages import LONGEST_LINE_BYTES, Fault, Heartbeat, Panic, Played, ToPlayer, Volume
from display_node.player.link import MOST_KEPT, Link, SocketInTheWay
from tests.display_node.player.stand import Agent

ROW = Played(1, 2, 3, "programme", "i1", "a" * 64, "complete", "", 4)
BEAT = Heartbeat(1, "programme", "i1", "video", 30, 1, 0, 12)


@pytest.fixture
def connect(tmp_path: Path) -> Iterator[Callable[[], Agent]]:
    with ExitStack() as agents:
        yield lambda: agents.enter_context(Agent(tmp_path / "p.sock"))


class Listener:
    """A link and all it has heard."""

    def __init__(self, path: Path) -> None:
        self.news = threading.Event()
        self.link = Link(path, self.news.set)
        self.heard: list[ToPlayer] = []

    def wait(self, fact: Callable[[], bool]) -> None:
        until = time.monotonic() + 10
        while not fact():
            assert time.monotonic() < until, self.heard
            self.news.wait(0.02)
            self.news.clear()
            self.heard += self.link.hear()


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[Listener]:
    listener = Listener(tmp_path / "p.sock")
    yield listener
    listener.link.close(1)
    assert not (tmp_path / "p.sock").exists()


def row(number: int) -> Played:
    return Played(number, 2, 3, "programme", "i1", "a" * 64, "complete", "", 4)


def test_a_player_that_leaves_late_does_not_take_its_successors_socket_away(tmp_path: Path) -> None:
    old, new = Link(tmp_path / "p.sock", lambda: None), Link(tmp_path / "p.sock", lambda: None)
    old.close(1)
    with Agent(tmp_path / "p.sock"):
        new.close(1)
    assert not (tmp_path / "p.sock").exists()


def test_messages_arrive_in_order(listener: Listener, connect: Callable[[], Agent]) -> None:
    connect().say(Volume(1), Panic(True), Volume(2))
    listener.wait(lambda: len(listener.heard) == 3)
    assert listener.heard == [Volume(1), Panic(True), Volume(2)]


def test_a_line_may_come_in_pieces(listener: Listener, connect: Callable[[], Agent]) -> None:
    agent = connect()
    for byte in b'{"type":"panic","on":true}\n':
        agent.say_bytes(bytes([byte]))
    listener.wait(lambda: listener.heard == [Panic(True)])


def test_rows_wait_for_an_agent_and_heartbeats_do_not(listener: Listener, connect: Callable[[], Agent]) -> None:
    listener.link.say(BEAT)
    for number in range(5):
        listener.link.say(row(number))
    agent = connect()
    agent.wait(lambda: len(agent.of(Played)) == 5, "the rows")
    assert agent.heard == [row(number) for number in range(5)]


def test_only_the_newest_rows_are_kept(listener: Listener, connect: Callable[[], Agent]) -> None:
    for number in range(MOST_KEPT + 20):
        listener.link.say(row(number))
    listener.wait(lambda: len(listener.link._outbox) == MOST_KEPT)
    agent = connect()
    agent.wait(lambda: len(agent.of(Played)) == MOST_KEPT, "the rows")
    assert [kept.planned_start_ms for kept in agent.of(Played)] == list(range(20, MOST_KEPT + 20))


def test_the_newest_agent_is_the_one_that_is_heard_and_told(listener: Listener, connect: Callable[[], Agent]) -> None:
    first = connect()
    first.say(Volume(1))
    listener.wait(lambda: listener.heard == [Volume(1)])
    second = connect()
    second.say(Volume(2))
    listener.wait(lambda: listener.heard == [Volume(1), Volume(2)])
    listener.link.say(ROW)
    second.wait(lambda: second.of(Played) == [ROW], "the row")
    assert first._socket.recv(100) == b""


def test_an_agent_that_reads_nothing_loses_no_row_and_stops_nothing(listener: Listener, tmp_path: Path) -> None:
    deaf = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.connect(str(tmp_path / "p.sock"))
    for number in range(MOST_KEPT):
        listener.link.say(row(number))
    deaf.sendall(b'{"type":"volume","percent":9}\n')
    listener.wait(lambda: listener.heard == [Volume(9)])
    assert listener.link._outbox
    got = b""
    deaf.settimeout(5)
    while got.count(b"\n") < MOST_KEPT:
        got += deaf.recv(1 << 16)
    deaf.close()
    assert [json.loads(line)["planned_start_ms"] for line in got.splitlines()] == list(range(MOST_KEPT))


def test_an_endless_line_ends_the_connection_and_nothing_else(listener: Listener, connect: Callable[[], Agent]) -> None:
    rude = connect()
    with suppress(BrokenPipeError, ConnectionResetError):
        rude.say_bytes(b"x" * (LONGEST_LINE_BYTES * 40))
    polite = connect()
    polite.wait(lambda: bool(polite.of(Fault)), "the complaint")
    polite.say(Volume(3))
    listener.wait(lambda: listener.heard == [Volume(3)])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.binary(max_size=200),
        st.builds(
            lambda value: json.dumps(value).encode(), st.dictionaries(st.text(max_size=5), st.integers() | st.text())
        ),
        st.sampled_from(["cues", "standby", "volume", "panic", "take_pictures"]).map(
            lambda word: json.dumps({"type": word}).encode()
        ),
        st.just(b'{"type":"volume","percent":' + b"9" * 5_000 + b"}"),
        st.just(b"[" * 20_000),
    )
)
def test_bad_lines_never_stop_it(listener: Listener, tmp_path: Path, line: bytes) -> None:
    agent = Agent(tmp_path / "p.sock")
    before = len(listener.heard)
    agent.say_bytes(line.replace(b"\n", b" ") + b"\n")
    agent.say(Volume(7))
    listener.wait(lambda: listener.heard[before:] == [Volume(7)])
    agent.leave()


def test_the_socket_is_for_this_user_only(listener: Listener, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "p.sock").stat().st_mode) == 0o600


def test_a_socket_left_by_a_dead_player_is_taken_over_and_a_file_is_not(tmp_path: Path) -> None:
    left = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    left.bind(str(tmp_path / "old.sock"))
    left.close()
    Link(tmp_path / "old.sock", lambda: None).close(1)
    (tmp_path / "precious").write_text("a letter")
    with pytest.raises(SocketInTheWay, match="precious"):
        Link(tmp_path / "precious", lambda: None)
    assert (tmp_path / "precious").read_text() == "a letter"


def test_a_path_too_long_for_a_socket_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(SocketInTheWay, match="107 bytes"):
        Link(tmp_path / ("x" * 120), lambda: None)
