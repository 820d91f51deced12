"""`commonscreen demo`: a town starts, shows something, and ends without leaving anything behind."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from curator import library
from curator.store import Store
from curator.tables import nodes
from tests.flows.line import children_of, wait_for


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder for a town whose path leaves room for the screen's socket, wherever pytest keeps its own."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)


def start(data: Path, *words: str) -> "subprocess.Popen[str]":
    ask = [sys.executable, "-m", "commonscreen", "demo", "--data", str(data), "--port", "0", "--headless", *words]
    return subprocess.Popen(
        ask, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ | {"LANG": "C"}
    )


def is_alive(process_id: int) -> bool:
    status = Path(f"/proc/{process_id}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


def test_a_town_starts_pairs_its_screen_shows_something_and_ends_cleanly(short: Path) -> None:
    demo = start(short / "town")
    database = short / "town" / "service" / "commonscreen.db"
    try:
        wait_for((short / "town" / "service" / "seeded").exists, 240)
        store = Store(database)
        wait_for(lambda: store.read_now(lambda connection: connection.execute(nodes.select()).all()), 120)
        wait_for(lambda: store.read_now(library.playable_items), 240)
        store.close()
        started = list(children_of(demo.pid))
        assert len(started) >= 4
    finally:
        demo.send_signal(signal.SIGINT)
        words, _ = demo.communicate(timeout=120)
        print(words)
    assert demo.returncode == 0, words
    assert re.search(r"http://127\.0\.0\.1:\d+/screens/market-square", words), words
    for who in ("youth", "moderator", "programmer", "technician", "admin"):
        assert f"{who}@demo.example" in words
    wait_for(lambda: not [process for process in started if is_alive(process)], 15)


def test_a_second_start_needs_no_drawing_and_ends_by_itself(short: Path) -> None:
    data = short / "town"
    first = start(data, "--for", "1")
    words, _ = first.communicate(timeout=300)
    assert first.returncode == 0, words
    (data / "service" / "filled").touch()
    began = time.monotonic()
    words, _ = start(data, "--for", "2").communicate(timeout=200)
    assert time.monotonic() - began > 2
    assert "Drawing" not in words
    assert "Building" not in words
