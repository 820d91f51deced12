"""What publishing costs: many screens of few streams, compiled, digested, listed and sealed, as the publisher does it.

    .venv/bin/python -m benchmarks.streams [--screens 500] [--streams 40] [--days 28]

Each stream has 12 to 60 groups with weights 1 to 5 and 1 to 40 items of 8 to 60 s; facts come from a seed.
"""

import argparse
import random
import resource
import time

from content.canonical import canonical_bytes
from content.manifest import Manifest, seal
from content.screen_facts import ScreenFacts
from content.signing import SigningKey
from curator.programme.facts import EligibleItem, Moment, ProgrammeFacts, Weights
from curator.programme.hours import DAY_MS, tzdata_version
from curator.programme.streams import Stream, Streams

NOW_MS = 1_793_000_000_000
LIST_HOURS = 48
FOR_EVER_MS = 2**52


def facts(number: int) -> ProgrammeFacts:
    """One stream's facts."""
    dice = random.Random(number)
    items, weights = {}, {}
    for group in range(dice.randint(12, 60)):
        name = f"g{group:02}"
        weights[name] = dice.randint(1, 5)
        for order in range(dice.randint(1, 40)):
            one = EligibleItem(
                f"{name}-{order}", name, f"Item {order}", dice.randint(8, 60) * 1000, order, True, 0, FOR_EVER_MS
            )
            items[one.id] = one
    return ProgrammeFacts("Europe/London", Weights(weights), frozenset(), items, ())


def manifest(screen: int, stream: Stream, key: SigningKey) -> Manifest:
    """A screen's manifest, as `manifest_maker` fills it but for items and files."""
    return Manifest(
        screen=ScreenFacts(f"s{screen}", f"Screen {screen}", 1920, 1080, "Europe/London", "en"),
        version=1, issued_ms=NOW_MS, effective_ms=stream.compiled.effective_ms, tzdata=tzdata_version(),
        plan=stream.plan, digests=stream.digests, running_list=stream.running_list, items={}, files=(), approvals=(),
        keys=(key.public,),
    )  # fmt: skip


def main() -> None:
    """Measures and prints."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, usual in (("screens", 500), ("streams", 40), ("days", 28)):
        asked.add_argument(f"--{name}", type=int, default=usual)
    said = asked.parse_args()
    key, streams = SigningKey.new(), Streams(LIST_HOURS)
    moment = Moment(NOW_MS, 15_000, said.days * DAY_MS)
    known = [facts(number) for number in range(said.streams)]
    compile_s, sealed_bytes, plan_bytes = 0.0, 0, 0
    began = time.process_time()
    for screen in range(said.screens):
        before = time.process_time()
        made = streams.make(known[screen % said.streams], moment, None)
        compile_s += time.process_time() - before
        sealed_bytes += len(seal(manifest(screen, made, key), key))
        if screen < said.streams:
            plan_bytes += len(canonical_bytes(made.plan))
    whole_s = time.process_time() - began
    print(f"{said.screens} screens, {streams.compiled} streams compiled, {said.days} days")
    print(f"CPU: {whole_s:.1f} s; compiling, digests, lists {compile_s:.1f} s; sealing {whole_s - compile_s:.1f} s")
    print(
        f"a plan {plan_bytes // said.streams // 1000} kB, a sealed manifest {sealed_bytes // said.screens // 1000} kB"
    )
    print(f"most memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
