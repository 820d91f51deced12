"""The whole line on one machine: how long a second start takes to the first picture, and what idling costs.

    python -m benchmarks.line [--data DIR] [--port N]

Fills a demo town first if DIR has none (a minute or two), then starts it again and measures. CPU is user and system
time of each process over the stretch, in per cent of one core.
"""

import argparse
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

FILL_S = 600
START_S = 60
STRETCH_S = 30
TICKS = os.sysconf("SC_CLK_TCK")


def start(data: Path, port: int) -> subprocess.Popen[bytes]:
    """The demo, without a window."""
    words = ["demo", "--data", str(data), "--port", str(port), "--headless"]
    return subprocess.Popen([sys.executable, "-m", "commonscreen", *words], stdout=subprocess.DEVNULL)


def stop(demo: subprocess.Popen[bytes]) -> None:
    """Ends it as Ctrl-C does."""
    demo.terminate()
    demo.wait(30)


def has_picture(port: int) -> bool:
    """Whether the square's page has a picture of what is really on its screen."""
    address = f"http://127.0.0.1:{port}/screens/market-square/picture.jpg"
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.headers.get_content_type() == "image/jpeg")
    except (urllib.error.URLError, OSError):
        return False


def wait_for_picture(port: int, began: float) -> float:
    """Seconds from `began` (monotonic) until the first picture."""
    while not has_picture(port):
        if time.monotonic() - began > START_S:
            raise SystemExit("no picture within a minute")
        time.sleep(0.05)
    return time.monotonic() - began


def processes(root: int) -> dict[int, str]:
    """Every process below `root`, by what it is."""
    names = {"curator serve": "service", "display_node.player": "player", "display_node.agent": "agent",
             "node run": "supervisor", "commonscreen demo": "demo"}  # fmt: skip
    parents: dict[int, int] = {}
    words: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                words[int(entry.name)] = (entry / "cmdline").read_text().replace("\0", " ")
            except OSError:
                continue
            parents[int(entry.name)] = int(stat[1])
    below = {root}
    while grown := {child for child, parent in parents.items() if parent in below} - below:
        below |= grown
    return {
        process: next((name for mark, name in names.items() if mark in words.get(process, "")), "other")
        for process in sorted(below)
    }


def used_s(process: int) -> float:
    """CPU seconds a process has used."""
    stat = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(stat[11]) + int(stat[12])) / TICKS


def resident_mb(process: int) -> float:
    """Resident memory, in MB."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    """Prints the figures."""
    words = argparse.ArgumentParser(description="Second start to first picture; CPU and memory while it runs.")
    words.add_argument("--data", type=Path, default=Path("demo-town"))
    words.add_argument("--port", type=int, default=8097)
    said = words.parse_args()
    if not (said.data / "service" / "filled").exists():
        demo = start(said.data, said.port)
        until = time.monotonic() + FILL_S
        while not (said.data / "service" / "filled").exists() and time.monotonic() < until:
            time.sleep(1)
        stop(demo)
    began = time.monotonic()
    demo = start(said.data, said.port)
    try:
        print(f"second start to the first picture: {wait_for_picture(said.port, began):.1f} s")
        time.sleep(35)  # nobody looks any more
        known = processes(demo.pid)
        before = {process: used_s(process) for process in known}
        time.sleep(STRETCH_S)
        for process, name in known.items():
            share = (used_s(process) - before[process]) / STRETCH_S
            print(f"{name:12} {share:7.2%} of a core   {resident_mb(process):6.0f} MB")
    finally:
        stop(demo)


if __name__ == "__main__":
    main()
